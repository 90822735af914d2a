import Banking
import Crypto
import Foundation
import Ledger
import Tables

/// What customers sent to prove something, sealed, each file under a key of its own; what is shown of
/// it; and a record of what became of it that outlives both.
extension EdgeStore {
    /// A file as it is kept.
    public struct DocumentFile: Sendable {
        public let id: DocumentID
        public let customer: CustomerID
        public let sealed: Data
        /// Its own key, sealed under the master key; `nil` for a file from before files had keys.
        public let wrapped: Data?
        public let keptAt: Instant
        /// What the virus scanner said: empty when it was not asked yet.
        public let scan: String
        /// How many pictures there are of it; none until some could be made.
        public let pages: Int
        /// Whether it has more pages than pictures.
        public let isCut: Bool
    }

    /// What happened to a document.
    public enum DocumentEvent: String, Sendable, CaseIterable {
        case kept
        /// An operator saw its pictures.
        case shown
        /// Its key, and with it all that was sealed under it, is gone.
        case destroyed
    }

    /// One line of the record. Each holds the hash of the one before, so that none is changed or
    /// taken out later without its being seen.
    public struct DocumentRecord: Sendable, Hashable {
        public let sequence: Int64
        public let at: Instant
        public let document: DocumentID
        public let event: DocumentEvent
        /// By which rule, or for which reason.
        public let why: String
        /// An operator's name, or `system`.
        public let by: String
        /// SHA-256 of the sealed file: it names the file and says nothing of what is in it.
        public let digest: Data
    }

    // MARK: Keeping

    /// Keeps a file with its pictures and the record of it, in one step; `false` when it is kept
    /// already.
    public func keepDocument(
        _ id: DocumentID, of customer: CustomerID, sealed: Data, wrapped: Data, scan: String,
        pages: [Data], isCut: Bool, at now: Instant, lookAt: Instant
    ) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO document_file(
                        id, customer, sealed, wrapped, kept_at, look_at, scan, is_cut)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    id.data, customer.data, sealed, wrapped, now.milliseconds, lookAt.milliseconds,
                    scan, isCut,
                ])
            guard db.changesCount == 1 else { return false }
            try EdgeStore.keep(pages: pages, of: id, in: db)
            try EdgeStore.note(
                .kept, of: id, customer, why: "sent by the customer", by: "\(customer)",
                digest: EdgeStore.digest(of: sealed), at: now, in: db)
            return true
        }
    }

    /// Keeps pictures that could not be made when the file came.
    public func keepPages(_ pages: [Data], isCut: Bool, of id: DocumentID) throws {
        try pool.write { db in
            guard try EdgeStore.exists(id, in: db) else { return }
            try EdgeStore.keep(pages: pages, of: id, in: db)
            try db.execute(
                sql: "UPDATE document_file SET is_cut = ? WHERE id = ?",
                arguments: [isCut, id.data])
        }
    }

    private static func keep(pages: [Data], of id: DocumentID, in db: Database) throws {
        for (index, page) in pages.enumerated() {
            try db.execute(
                sql: """
                    INSERT INTO document_page(document, number, sealed) VALUES (?, ?, ?)
                    ON CONFLICT (document, number) DO UPDATE SET sealed = excluded.sealed
                    """,
                arguments: [id.data, index + 1, page])
        }
    }

    /// Seals a file from before files had keys under one of its own, and records that it is kept so.
    public func rekeyDocument(
        _ id: DocumentID, sealed: Data, wrapped: Data, pages: [Data], isCut: Bool, at now: Instant
    ) throws {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        UPDATE document_file SET sealed = ?, wrapped = ?, is_cut = ?
                        WHERE id = ? AND wrapped IS NULL RETURNING customer
                        """, arguments: [sealed, wrapped, isCut, id.data]),
                let customer = CustomerID(data: row["customer"])
            else { return }
            try EdgeStore.keep(pages: pages, of: id, in: db)
            try EdgeStore.note(
                .kept, of: id, customer, why: "sealed under a key of its own", by: "system",
                digest: EdgeStore.digest(of: sealed), at: now, in: db)
        }
    }

    /// Keeps what the virus scanner said.
    public func keepScan(_ scan: String, of id: DocumentID) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE document_file SET scan = ? WHERE id = ?", arguments: [scan, id.data])
        }
    }

    // MARK: Reading

    public func documentFile(_ id: DocumentID) throws -> DocumentFile? {
        try pool.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT *, (SELECT count(*) FROM document_page WHERE document = id) AS pages
                    FROM document_file WHERE id = ?
                    """, arguments: [id.data]
            ).flatMap { row in
                CustomerID(data: row["customer"]).map {
                    DocumentFile(
                        id: id, customer: $0, sealed: row["sealed"], wrapped: row["wrapped"],
                        keptAt: Instant(milliseconds: row["kept_at"]), scan: row["scan"],
                        pages: row["pages"], isCut: row["is_cut"])
                }
            }
        }
    }

    public func documentPage(_ number: Int, of id: DocumentID) throws -> Data? {
        try pool.read { db in
            try Data.fetchOne(
                db, sql: "SELECT sealed FROM document_page WHERE document = ? AND number = ?",
                arguments: [id.data, number])
        }
    }

    /// What became of a document, oldest first.
    public func documentRecords(of id: DocumentID) throws -> [DocumentRecord] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM document_record WHERE document = ? ORDER BY sequence",
                arguments: [id.data]
            ).compactMap { EdgeStore.record($0) }
        }
    }

    /// The whole record, oldest first, however long it is.
    public func eachDocumentRecord(_ tell: (DocumentRecord) throws -> Void) throws {
        try pool.read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT * FROM document_record ORDER BY sequence")
            while let row = try rows.next() {
                if let record = EdgeStore.record(row) { try tell(record) }
            }
        }
    }

    // MARK: The end of a document

    /// Files whose time may have come, the longest due first.
    public func documentsToLookAt(
        by now: Instant, limit: Int
    ) throws -> [(id: DocumentID, customer: CustomerID, keptAt: Instant)] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, customer, kept_at FROM document_file WHERE look_at <= ?
                    ORDER BY look_at LIMIT ?
                    """, arguments: [now.milliseconds, limit]
            ).compactMap { row in
                guard let id = DocumentID(data: row["id"]),
                    let customer = CustomerID(data: row["customer"])
                else { return nil }
                return (id, customer, Instant(milliseconds: row["kept_at"]))
            }
        }
    }

    public func lookAtDocument(_ id: DocumentID, again: Instant) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE document_file SET look_at = ? WHERE id = ?",
                arguments: [again.milliseconds, id.data])
        }
    }

    /// Destroys the key of a file and all that is sealed under it, and records it, in one step.
    ///
    /// - Returns: `false` when there is nothing of it any more.
    public func destroyDocument(
        _ id: DocumentID, why: String, by name: String, at now: Instant
    ) throws -> Bool {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "DELETE FROM document_file WHERE id = ? RETURNING customer, sealed",
                    arguments: [id.data]), let customer = CustomerID(data: row["customer"])
            else { return false }
            try db.execute(
                sql: "DELETE FROM document_page WHERE document = ?", arguments: [id.data])
            try EdgeStore.note(
                .destroyed, of: id, customer, why: why, by: name,
                digest: EdgeStore.digest(of: row["sealed"]), at: now, in: db)
            return true
        }
    }

    /// Has the log that was written ahead of the database emptied, so that nothing destroyed is left
    /// in it either; `false` while somebody reads from it.
    public func emptyLog() throws -> Bool { try pool.emptyLog() }

    /// An operator saw its pictures.
    public func documentShown(_ id: DocumentID, to name: String, at now: Instant) throws {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT customer, sealed FROM document_file WHERE id = ?",
                    arguments: [id.data]), let customer = CustomerID(data: row["customer"])
            else { return }
            try EdgeStore.note(
                .shown, of: id, customer, why: "review", by: name,
                digest: EdgeStore.digest(of: row["sealed"]), at: now, in: db)
        }
    }

    // MARK: The record

    private static func exists(_ id: DocumentID, in db: Database) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM document_file WHERE id = ?", arguments: [id.data]) == 1
    }

    private static func note(
        _ event: DocumentEvent, of id: DocumentID, _ customer: CustomerID, why: String,
        by name: String, digest: Data, at now: Instant, in db: Database
    ) throws {
        let last = try Row.fetchOne(
            db, sql: "SELECT sequence, chain FROM document_record ORDER BY sequence DESC LIMIT 1")
        let sequence = (last.map { $0["sequence"] as Int64 } ?? 0) + 1
        let before = last.map { $0["chain"] as Data } ?? Data()
        let chain = link(
            before, sequence, now.milliseconds, id.data, customer.data, event.rawValue, why, name,
            digest)
        try db.execute(
            sql: """
                INSERT INTO document_record(
                    sequence, at, document, customer, event, why, by_whom, digest, chain)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                sequence, now.milliseconds, id.data, customer.data, event.rawValue, why, name,
                digest, chain,
            ])
    }

    private static func record(_ row: Row) -> DocumentRecord? {
        guard let id = DocumentID(data: row["document"]),
            let event = DocumentEvent(rawValue: row["event"])
        else { return nil }
        return DocumentRecord(
            sequence: row["sequence"], at: Instant(milliseconds: row["at"]), document: id,
            event: event, why: row["why"], by: row["by_whom"], digest: row["digest"])
    }

    private static func digest(of sealed: Data) -> Data { Data(SHA256.hash(data: sealed)) }

    /// The hash of one line and, through it, of all before. Lengths stand before texts, so that no two
    /// lines are written alike.
    private static func link(
        _ before: Data, _ sequence: Int64, _ at: Int64, _ document: Data, _ customer: Data,
        _ event: String, _ why: String, _ name: String, _ digest: Data
    ) -> Data {
        var hash = SHA256()
        func add(_ bytes: some DataProtocol) {
            hash.update(data: Data("\(bytes.count):".utf8))
            hash.update(data: bytes)
        }
        add(before)
        add(Data("\(sequence) \(at)".utf8))
        add(document)
        add(customer)
        for text in [event, why, name] { add(Data(text.utf8)) }
        add(digest)
        return Data(hash.finalize())
    }

    /// Proves the record: its chain is whole, nothing is left of what was destroyed, and what is kept
    /// is what was recorded.
    ///
    /// - Returns: How many documents are kept and destroyed, and one sentence for each thing that is
    ///   wrong.
    public func verifyDocuments() throws -> (kept: Int, destroyed: Int, problems: [String]) {
        try pool.read { db in
            var problems: [String] = []
            var before = Data()
            var next: Int64 = 1
            var destroyed: Set<Data> = []
            var digests: [Data: Data] = [:]
            let rows = try Row.fetchCursor(
                db, sql: "SELECT * FROM document_record ORDER BY sequence")
            while let row = try rows.next() {
                let sequence: Int64 = row["sequence"]
                let document: Data = row["document"]
                let event: String = row["event"]
                let chain: Data = row["chain"]
                let expected = EdgeStore.link(
                    before, sequence, row["at"], document, row["customer"], event, row["why"],
                    row["by_whom"], row["digest"])
                if sequence != next || chain != expected {
                    problems.append("The record of documents was changed at line \(sequence).")
                    next = sequence
                }
                switch DocumentEvent(rawValue: event) {
                case .kept:
                    digests[document] = row["digest"]
                    // Sent anew after nobody had asked for it.
                    destroyed.remove(document)
                case .destroyed: destroyed.insert(document)
                case .shown, nil: break
                }
                before = chain
                next += 1
            }
            var kept = 0
            let files = try Row.fetchCursor(
                db, sql: "SELECT id, sealed, wrapped FROM document_file ORDER BY id")
            while let row = try files.next() {
                kept += 1
                let id: Data = row["id"]
                let name = DocumentID(data: id).map { "\($0)" } ?? "a document"
                if destroyed.contains(id) {
                    problems.append("\(name) is recorded as destroyed and is still there.")
                }
                let isOfBefore = (row["wrapped"] as Data?) == nil
                if !isOfBefore, digests[id] != EdgeStore.digest(of: row["sealed"]) {
                    problems.append("\(name) is not the file that was recorded.")
                }
            }
            let left =
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM document_page
                        WHERE document NOT IN (SELECT id FROM document_file)
                        """) ?? 0
            if left > 0 { problems.append("\(left) pictures are of no document that is kept.") }
            return (kept, destroyed.count, problems)
        }
    }
}

// MARK: Files on their way

extension EdgeStore {
    /// A file that comes in parts.
    public struct Upload: Sendable {
        public let id: Data
        public let wrapped: Data
        /// How large it will be.
        public let size: Int
        /// How much of it is here.
        public let received: Int
        /// SHA-256 of the whole, as its sender said.
        public let digest: Data

        public init(id: Data, wrapped: Data, size: Int, received: Int, digest: Data) {
            self.id = id
            self.wrapped = wrapped
            self.size = size
            self.received = received
            self.digest = digest
        }
    }

    /// Files one customer may have on their way; the oldest goes for the next.
    static let uploadsMax = 4

    /// Begins a file, or finds it where it was left.
    public func beginUpload(
        _ upload: Upload, of customer: CustomerID, at now: Instant
    ) throws -> Upload? {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO document_upload(
                        id, customer, wrapped, size, received, digest, at)
                    VALUES (?, ?, ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    upload.id, customer.data, upload.wrapped, upload.size, upload.digest,
                    now.milliseconds,
                ])
            try db.execute(
                sql: "UPDATE document_upload SET at = ? WHERE id = ? AND customer = ?",
                arguments: [now.milliseconds, upload.id, customer.data])
            try EdgeStore.dropUploads(
                """
                customer = ? AND id NOT IN (
                    SELECT id FROM document_upload WHERE customer = ?
                    ORDER BY at DESC, id LIMIT ?)
                """, [customer.data, customer.data, EdgeStore.uploadsMax], in: db)
            return try EdgeStore.upload(upload.id, of: customer, in: db)
        }
    }

    public func upload(_ id: Data, of customer: CustomerID) throws -> Upload? {
        try pool.read { db in try EdgeStore.upload(id, of: customer, in: db) }
    }

    private static func upload(
        _ id: Data, of customer: CustomerID, in db: Database
    ) throws -> Upload? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM document_upload WHERE id = ? AND customer = ?",
            arguments: [id, customer.data]
        ).map { row in
            Upload(
                id: id, wrapped: row["wrapped"], size: row["size"], received: row["received"],
                digest: row["digest"])
        }
    }

    /// Keeps the part that begins where the last one ended; any other changes nothing.
    ///
    /// - Returns: How much is here now.
    public func keepUploadPart(
        _ sealed: Data, of id: Data, _ customer: CustomerID, from offset: Int, count: Int,
        at now: Instant
    ) throws -> Int? {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE document_upload SET received = received + ?, at = ?
                    WHERE id = ? AND customer = ? AND received = ? AND received + ? <= size
                    """,
                arguments: [count, now.milliseconds, id, customer.data, offset, count])
            if db.changesCount == 1 {
                try db.execute(
                    sql: """
                        INSERT INTO document_upload_part(upload, start, sealed) VALUES (?, ?, ?)
                        """,
                    arguments: [id, offset, sealed])
            }
            return try EdgeStore.upload(id, of: customer, in: db)?.received
        }
    }

    /// Every part with where it begins, the first first.
    public func uploadParts(of id: Data) throws -> [(offset: Int, sealed: Data)] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM document_upload_part WHERE upload = ? ORDER BY start",
                arguments: [id]
            ).map { row in (offset: row["start"] as Int, sealed: row["sealed"] as Data) }
        }
    }

    public func dropUpload(_ id: Data, of customer: CustomerID) throws {
        try pool.write { db in
            try EdgeStore.dropUploads("id = ? AND customer = ?", [id, customer.data], in: db)
        }
    }

    /// Forgets files of which no part has come since `then`.
    public func dropUploads(before then: Instant) throws {
        try pool.write { db in
            try EdgeStore.dropUploads("at < ?", [then.milliseconds], in: db)
        }
    }

    private static func dropUploads(
        _ condition: String, _ arguments: StatementArguments, in db: Database
    ) throws {
        let ids = try Data.fetchAll(
            db, sql: "DELETE FROM document_upload WHERE \(condition) RETURNING id",
            arguments: arguments)
        for id in ids {
            try db.execute(
                sql: "DELETE FROM document_upload_part WHERE upload = ?", arguments: [id])
        }
    }
}
