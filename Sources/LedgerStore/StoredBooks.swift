import Books

/// What lies on disk, read through one connection.
final class StoredBooks: BookSource {
    private let blockOf, accountID, accountPage, statePage, idPage, lateID: LedgerStatement
    private let lastSeal, lastCommit, commitRow, blocksFrom: LedgerStatement

    /// The block that was read last: its records are often asked for one after the other.
    private var block = CachedBlock()

    private struct CachedBlock {
        var bytes = [UInt8](repeating: 0, count: JournalBlock.sizeMax)
        var size = 0
        var first: UInt64 = 0
        var at: Int64 = 0
        /// Where each of its records begins.
        var starts: [UInt16] = []

        func holds(_ sequence: UInt64) -> Bool {
            size > 0 && sequence >= first && sequence - first < UInt64(starts.count)
        }
    }

    init(_ connection: OpaquePointer) throws {
        func prepare(_ sql: String) throws -> LedgerStatement {
            try LedgerStatement(connection, sql)
        }
        blockOf = try prepare(
            """
            SELECT first, at, body FROM ledger_journal WHERE first <= ?
            ORDER BY first DESC LIMIT 1
            """)
        blocksFrom = try prepare(
            "SELECT first, at, body FROM ledger_journal WHERE first >= ? ORDER BY first")
        accountID = try prepare("SELECT number FROM ledger_account_id WHERE id = ?")
        accountPage = try prepare("SELECT as_of, body FROM ledger_account_page WHERE page = ?")
        statePage = try prepare("SELECT body FROM ledger_state_page WHERE page = ?")
        idPage = try prepare("SELECT body FROM ledger_id_page WHERE page = ?")
        lateID = try prepare("SELECT sequence FROM ledger_late_id WHERE id = ?")
        lastSeal = try prepare(
            """
            SELECT pages, floor, oldest_left, number FROM ledger_id_seal
            ORDER BY number DESC LIMIT 1
            """)
        lastCommit = try prepare(
            """
            SELECT sequence, at, first, records, accounts, replay_from, hash FROM ledger_commit
            ORDER BY sequence DESC LIMIT 1
            """)
        commitRow = try prepare(
            """
            SELECT sequence, at, first, records, accounts, replay_from, hash FROM ledger_commit
            WHERE sequence = ?
            """)
    }

    // MARK: Commits

    struct CommitRow: Hashable {
        let sequence: Int64
        let at: Int64
        let first: UInt64
        let records: Int
        let accounts: Int64
        let replayFrom: UInt64
        let hash: [UInt8]

        var next: UInt64 { first + UInt64(records) }
    }

    func last() throws -> CommitRow? { try commit(lastCommit) }

    func commit(_ sequence: Int64) throws -> CommitRow? {
        commitRow.bind(1, sequence)
        return try commit(commitRow)
    }

    private func commit(_ statement: LedgerStatement) throws -> CommitRow? {
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let row = CommitRow(
            sequence: statement.integer(0), at: statement.integer(1),
            first: statement.unsigned(2), records: Int(statement.integer(3)),
            accounts: statement.integer(4), replayFrom: statement.unsigned(5),
            hash: Array(statement.bytes(6)))
        // So that what is added to them stays a number.
        guard (1..<Int64.max / 4).contains(row.sequence), row.first < UInt64(Int64.max) / 2,
            (0..<Int.max / 4).contains(row.records),
            (0..<Int64(UInt32.max)).contains(row.accounts)
        else { throw LedgerFault.corrupt("commit \(row.sequence) counts wrong") }
        return row
    }

    /// The last commit for which `isSo` holds, when it holds for a first stretch of them only.
    func lastCommit(where isSo: (CommitRow) -> Bool) throws -> CommitRow? {
        guard let newest = try last() else { return nil }
        var low: Int64 = 0
        var high = newest.sequence
        var found: CommitRow?
        while low < high {
            let middle = (low + high + 1) / 2
            guard let row = try commit(middle) else {
                throw LedgerFault.corrupt("commit \(middle) is missing")
            }
            if isSo(row) {
                low = middle
                found = row
            } else {
                high = middle - 1
            }
        }
        return found
    }

    // MARK: The journal

    func record(_ sequence: UInt64) throws -> JournalRecord { try located(sequence).record }

    /// A record and when it was booked.
    func located(_ sequence: UInt64) throws -> (record: JournalRecord, at: Int64) {
        if !block.holds(sequence) { try load(sequence) }
        guard block.holds(sequence) else {
            throw LedgerFault.corrupt("record \(sequence) is missing from the journal")
        }
        var offset = Int(block.starts[Int(sequence - block.first)])
        let record = block.bytes.withUnsafeBytes { bytes in
            RecordCoding.decode(
                UnsafeRawBufferPointer(rebasing: bytes[..<block.size]), &offset,
                sequence: sequence, at: block.at)
        }
        guard let record else { throw LedgerFault.corrupt("record \(sequence) cannot be read") }
        return (record, block.at)
    }

    private func load(_ sequence: UInt64) throws {
        block.size = 0
        blockOf.bind(1, sequence)
        defer { blockOf.reset() }
        guard try blockOf.step() else { return }
        let bytes = blockOf.bytes(2)
        guard bytes.count <= JournalBlock.sizeMax else {
            throw LedgerFault.corrupt("the block of record \(sequence) is too long")
        }
        block.bytes.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
        block.first = blockOf.unsigned(0)
        block.at = blockOf.integer(1)
        block.starts.removeAll(keepingCapacity: true)
        var offset = 0
        while offset < bytes.count {
            block.starts.append(UInt16(offset))
            guard RecordCoding.skip(bytes, &offset) else {
                throw LedgerFault.corrupt("the block of record \(sequence) cannot be read")
            }
        }
        block.size = bytes.count
    }

    /// Forgets the cached block: after a rollback it may never have been.
    func forget() { block.size = 0 }

    /// Every record from `sequence` on, in order.
    func forEach(
        from sequence: UInt64, _ body: (JournalRecord, UInt64, Int64) throws -> Void
    ) throws {
        blockOf.bind(1, sequence)
        let start: UInt64 =
            try { () throws -> UInt64 in
                defer { blockOf.reset() }
                return try blockOf.step() ? blockOf.unsigned(0) : sequence
            }()
        blocksFrom.bind(1, start)
        defer { blocksFrom.reset() }
        while try blocksFrom.step() {
            let first = blocksFrom.unsigned(0)
            let at = blocksFrom.integer(1)
            let bytes = blocksFrom.bytes(2)
            var offset = 0
            var number = first
            while offset < bytes.count {
                guard
                    let record = RecordCoding.decode(bytes, &offset, sequence: number, at: at)
                else { throw LedgerFault.corrupt("record \(number) cannot be read") }
                if number >= sequence { try body(record, number, at) }
                number += 1
            }
        }
    }

    // MARK: Accounts and states

    func number(of account: BookID) throws -> UInt32? {
        accountID.bind(1, account)
        defer { accountID.reset() }
        guard try accountID.step() else { return nil }
        return UInt32(exactly: accountID.integer(0))
    }

    func page(_ page: Int, into body: UnsafeMutableRawBufferPointer) throws -> UInt64 {
        accountPage.bind(1, page)
        defer { accountPage.reset() }
        guard try accountPage.step() else { return 0 }
        let bytes = accountPage.bytes(1)
        guard bytes.count == body.count else {
            throw LedgerFault.corrupt("page \(page) of accounts has \(bytes.count) bytes")
        }
        body.copyMemory(from: bytes)
        return accountPage.unsigned(0)
    }

    func states(_ page: Int, into body: UnsafeMutableRawBufferPointer) throws -> Bool {
        statePage.bind(1, page)
        defer { statePage.reset() }
        guard try statePage.step() else { return false }
        let bytes = statePage.bytes(0)
        guard bytes.count == body.count else {
            throw LedgerFault.corrupt("page \(page) of states has \(bytes.count) bytes")
        }
        body.copyMemory(from: bytes)
        return true
    }

    // MARK: Ids

    struct Seal {
        let number: Int64
        let pages: Int
        let floor: BookID
        let oldestLeft: UInt64
    }

    func seal() throws -> Seal {
        defer { lastSeal.reset() }
        guard try lastSeal.step() else {
            return Seal(number: 0, pages: 0, floor: BookID(high: 0, low: 0), oldestLeft: 1)
        }
        let floor = lastSeal.bytes(1)
        guard floor.count == 16 else {
            throw LedgerFault.corrupt("the floor of the ids has \(floor.count) bytes")
        }
        guard let pages = Int32(exactly: lastSeal.integer(0)) else {
            throw LedgerFault.corrupt("there cannot be \(lastSeal.integer(0)) pages of ids")
        }
        return Seal(
            number: lastSeal.integer(3), pages: Int(pages), floor: IDPage.id(floor, 0),
            oldestLeft: lastSeal.unsigned(2))
    }

    func sequence(of id: BookID) throws -> UInt64? {
        lateID.bind(1, id)
        do {
            defer { lateID.reset() }
            if try lateID.step() { return lateID.unsigned(0) }
        }
        // Pages are in the order of their ids, and full of them: halve until one is left.
        var low = 1
        var high = try seal().pages
        while low <= high {
            let middle = (low + high) / 2
            idPage.bind(1, middle)
            defer { idPage.reset() }
            guard try idPage.step() else {
                throw LedgerFault.corrupt("page \(middle) of ids is missing")
            }
            switch try IDPage.find(id, in: idPage.bytes(0)) {
            case .before: high = middle - 1
            case .after: low = middle + 1
            case .within(let sequence): return sequence
            }
        }
        return nil
    }
}

/// How many bytes of records one row of the journal holds: what SQLite keeps on one page of 4,096.
enum JournalBlock {
    static let sizeMax = 4_032
}

/// Two hundred ids in their order, with the numbers of their records as distances from the first.
enum IDPage {
    static let entriesMax = 200
    private static let headSize = 8
    private static let entrySize = 20

    enum Place {
        case before, after
        case within(UInt64?)
    }

    static func id(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> BookID {
        BookID(
            high: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).bigEndian,
            low: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self).bigEndian)
    }

    /// Takes entries from the front that fit one page, as bytes.
    static func encode(
        _ entries: inout ArraySlice<(id: BookID, sequence: UInt64)>, into bytes: inout [UInt8]
    ) {
        bytes.removeAll(keepingCapacity: true)
        guard let base = entries.first?.sequence else { return }
        withUnsafeBytes(of: base.bigEndian) { bytes.append(contentsOf: $0) }
        var taken = 0
        for entry in entries.prefix(entriesMax) {
            // A page ends early rather than hold a distance that needs more than 32 bits.
            guard let distance = Int32(exactly: Int64(entry.sequence) - Int64(base)) else { break }
            withUnsafeBytes(of: (entry.id.high.bigEndian, entry.id.low.bigEndian)) {
                bytes.append(contentsOf: $0)
            }
            withUnsafeBytes(of: distance.bigEndian) { bytes.append(contentsOf: $0) }
            taken += 1
        }
        entries = entries.dropFirst(taken)
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws -> [(id: BookID, sequence: UInt64)] {
        let count = (bytes.count - headSize) / entrySize
        guard count > 0, headSize + count * entrySize == bytes.count else {
            throw LedgerFault.corrupt("a page of ids has \(bytes.count) bytes")
        }
        let base = Int64(bitPattern: bytes.loadUnaligned(as: UInt64.self).bigEndian)
        return (0..<count).map { index in
            let offset = headSize + index * entrySize
            let distance = bytes.loadUnaligned(fromByteOffset: offset + 16, as: Int32.self)
            return (
                id(bytes, offset),
                UInt64(bitPattern: base &+ Int64(Int32(bigEndian: distance)))
            )
        }
    }

    static func find(_ id: BookID, in bytes: UnsafeRawBufferPointer) throws -> Place {
        let count = (bytes.count - headSize) / entrySize
        guard count > 0, headSize + count * entrySize == bytes.count else {
            throw LedgerFault.corrupt("a page of ids has \(bytes.count) bytes")
        }
        if id < self.id(bytes, headSize) { return .before }
        if id > self.id(bytes, headSize + (count - 1) * entrySize) { return .after }
        var low = 0
        var high = count - 1
        while low <= high {
            let middle = (low + high) / 2
            let offset = headSize + middle * entrySize
            let other = self.id(bytes, offset)
            if other == id {
                let base = Int64(bitPattern: bytes.loadUnaligned(as: UInt64.self).bigEndian)
                let distance = bytes.loadUnaligned(
                    fromByteOffset: offset + 16, as: Int32.self
                ).bigEndian
                return .within(UInt64(bitPattern: base &+ Int64(distance)))
            }
            if other < id { low = middle + 1 } else { high = middle - 1 }
        }
        return .within(nil)
    }
}
