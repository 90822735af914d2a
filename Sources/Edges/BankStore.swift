import Banking
import Foundation
import Ledger
import Nacha
import Rules
import Tables

// What leaves for the bank and what it brings, beside the files themselves: in which window a file
// goes, how far its delivery is, what proves that it is there, who asked for it again, what was
// fetched, and what should have come.
extension EdgeStore {
    // MARK: Files being made

    /// The window a file was made for.
    public struct OutboundFile: Sendable, Hashable {
        public let name: String
        public let day: Day
        public let modifier: String
        public let window: FileWindow?

        public init(name: String, day: Day, modifier: String, window: FileWindow?) {
            self.name = name
            self.day = day
            self.modifier = modifier
            self.window = window
        }
    }

    public struct FileWindow: Sendable, Hashable {
        public let cutOff: Instant
        public let effectiveEntryDate: Day
        public let isSameDay: Bool
        public let descriptiveDate: String

        public init(
            cutOff: Instant, effectiveEntryDate: Day, isSameDay: Bool, descriptiveDate: String
        ) {
            self.cutOff = cutOff
            self.effectiveEntryDate = effectiveEntryDate
            self.isSameDay = isSameDay
            self.descriptiveDate = descriptiveDate
        }
    }

    /// Opens a file to gather into; `false` when its name or the day's modifier is taken.
    public func open(_ file: OutboundFile, at now: Instant) throws -> Bool {
        try pool.write { db in
            let isTaken = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM bank_outbound WHERE day = ? AND modifier = ?)
                        OR EXISTS (SELECT 1 FROM bank_file WHERE name = ?)
                    """,
                arguments: [file.day.iso, file.modifier, file.name])
            guard isTaken == false else { return false }
            try db.execute(
                sql: """
                    INSERT INTO bank_file(name, direction, digest, bytes, at, state, report)
                    VALUES (?, 'outbound', ?, ?, ?, 'gathering', '')
                    """,
                arguments: [file.name, Data(), Data(), now.milliseconds])
            try db.execute(
                sql: "INSERT INTO bank_outbound VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    file.name, file.day.iso, file.modifier, file.window?.cutOff.milliseconds,
                    file.window?.effectiveEntryDate.iso, file.window?.isSameDay ?? false,
                    file.window?.descriptiveDate ?? "",
                ])
            return true
        }
    }

    /// The file missed its cut-off before it was complete and goes in another window.
    public func move(_ name: String, to window: FileWindow) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE bank_outbound
                    SET cut_off = ?, effective = ?, same_day = ?, descriptive_date = ?
                    WHERE name = ?
                    """,
                arguments: [
                    window.cutOff.milliseconds, window.effectiveEntryDate.iso, window.isSameDay,
                    window.descriptiveDate, name,
                ])
        }
    }

    public func outbound(named name: String) throws -> OutboundFile? {
        try pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM bank_outbound WHERE name = ?", arguments: [name]),
                let day = Day(iso: row["day"] as String)
            else { return nil }
            let effective = (row["effective"] as String?).flatMap { Day(iso: $0) }
            let cutOff = (row["cut_off"] as Int64?).map { Instant(milliseconds: $0) }
            var window: FileWindow?
            if let effective, let cutOff {
                window = FileWindow(
                    cutOff: cutOff, effectiveEntryDate: effective, isSameDay: row["same_day"],
                    descriptiveDate: row["descriptive_date"])
            }
            return OutboundFile(name: name, day: day, modifier: row["modifier"], window: window)
        }
    }

    /// Puts the bytes into a file that was gathered and hands it over for delivery.
    public func hand(over name: String, bytes: Data, digest: Data, at now: Instant) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE bank_file SET bytes = ?, digest = ?, state = 'ready', size = length(bytes)
                    WHERE name = ?
                    """,
                arguments: [bytes, digest, name])
            try db.execute(
                sql: """
                    INSERT INTO bank_delivery(file, number, state, due, asked_at)
                    VALUES (?, 1, 'waiting', ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [name, now.milliseconds, now.milliseconds])
        }
    }

    // MARK: Trace numbers

    /// Takes `count` trace numbers that no living entry has, even after a crash and when the seven
    /// digits have been used up once; `nil` when there are not so many.
    ///
    /// An entry lives when its file was made at `alive` or after: until then the bank may still
    /// name it. Those in `kept` are never given.
    public func takeTraces(
        _ count: Int, of odfi: DFIIdentification, aliveFrom alive: Instant,
        except kept: [ClosedRange<Int>] = []
    ) throws -> [TraceNumber]? {
        try pool.write { db in
            let next =
                try String.fetchOne(
                    db, sql: "SELECT value FROM setting WHERE name = 'trace_sequence'"
                ).flatMap { Int($0) } ?? 1
            let isUsed = """
                SELECT EXISTS (
                    SELECT 1 FROM entry e JOIN bank_file f ON f.name = e.file
                    WHERE e.trace = ?1 AND f.at >= ?2)
                OR EXISTS (SELECT 1 FROM bank_offset WHERE trace = ?1 AND at >= ?2)
                """
            // The setting counts on after the seven digits have been used up.
            let most = TraceNumber.sequenceMax
            let first = (next - 1) % most + 1
            guard var allocator = TraceAllocator(odfi: odfi, next: first, alive: kept) else {
                return nil
            }
            var taken: [TraceNumber] = []
            while taken.count < count {
                let trace: TraceNumber
                do { trace = try allocator.take() } catch { return nil }
                // On the first way through the numbers nothing can be there.
                let mayBeUsed = next > most || trace.sequence < first
                if try !mayBeUsed
                    || Bool.fetchOne(
                        db, sql: isUsed, arguments: [trace.text, alive.milliseconds]) == false
                {
                    taken.append(trace)
                }
            }
            let passed = (allocator.next - first + most) % most
            try EdgeStore.set("trace_sequence", to: "\(next + passed)", db)
            return taken
        }
    }

    /// Remembers the trace numbers of offsets, which are no entries of a payment.
    public func keepOffsets(_ traces: [String], at now: Instant) throws {
        guard !traces.isEmpty else { return }
        try pool.write { db in
            for trace in traces {
                try db.execute(
                    sql: """
                        INSERT INTO bank_offset(trace, at) VALUES (?, ?)
                        ON CONFLICT (trace) DO UPDATE SET at = excluded.at
                        """,
                    arguments: [trace, now.milliseconds])
            }
        }
    }

    // MARK: Deliveries

    /// How far a file is on its way.
    public struct Delivery: Sendable, Hashable {
        public let file: String
        /// 1 for the first, more for each time somebody asked for it again.
        public let number: Int
        public var state: State
        /// The name it is put under before it has its own.
        public var part: String?
        public var tries: Int
        public var due: Instant
        /// What the last try failed with.
        public var failure: String?
        public let askedAt: Instant
        /// Who asked for it again and why.
        public let request: Request?
        public let receipt: Receipt?

        public enum State: String, Sendable, CaseIterable {
            case waiting
            /// Bytes go to the part; the file's own name has not been asked for.
            case putting
            /// The part is proven, and the rename was asked for.
            case renaming
            case sent
            /// A person must look; ``failure`` says why.
            case stopped
            /// Whether it is there cannot be known from here.
            case unknown
        }

        public var isOpen: Bool {
            switch state {
            case .waiting, .putting, .renaming: true
            case .sent, .stopped, .unknown: false
            }
        }
    }

    /// What proves that a file is at the bank.
    public struct Receipt: Sendable, Hashable {
        public let size: Int
        public let digest: Data
        public let place: String
        public let at: Instant
        public let tries: Int
        /// How it was found, where it was not simply sent.
        public let note: String

        public init(
            size: Int, digest: Data, place: String, at: Instant, tries: Int, note: String
        ) {
            self.size = size
            self.digest = digest
            self.place = place
            self.at = at
            self.tries = tries
            self.note = note
        }
    }

    /// An operator's wish that the files of a time be sent again.
    public struct Request: Sendable, Hashable {
        public let id: Int64
        public let at: Instant
        public let by: String
        public let reason: String
        public let from: Instant
        public let to: Instant
        /// Whether those whose receipt stands go again too.
        public let again: Bool
    }

    private static let deliverySQL = """
        SELECT d.*, r.size, r.digest, r.place, r.at AS receipt_at, r.tries AS receipt_tries, r.note,
            q.at AS request_at, q.asked_by, q.reason, q.from_at, q.to_at, q.again
        FROM bank_delivery d
        LEFT JOIN bank_receipt r ON r.file = d.file AND r.number = d.number
        LEFT JOIN bank_request q ON q.id = d.request
        """

    /// Those whose time has come, in the order of their files.
    public func dueDeliveries(at now: Instant) throws -> [Delivery] {
        try deliveries(
            """
            WHERE d.state IN ('waiting', 'putting', 'renaming') AND d.due <= ?
            ORDER BY d.file, d.number
            """, [now.milliseconds])
    }

    /// Every delivery of a file, the first first.
    public func deliveries(of file: String) throws -> [Delivery] {
        try deliveries("WHERE d.file = ? ORDER BY d.number", [file])
    }

    private func deliveries(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Delivery] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: Self.deliverySQL + " " + rest, arguments: StatementArguments(arguments)
            ).map { row in
                guard let state = Delivery.State(rawValue: row["state"]) else {
                    throw DatabaseFault.unreadable(
                        "a delivery is \(row["state"] as String), which is nothing")
                }
                return Delivery(
                    file: row["file"], number: row["number"], state: state, part: row["part"],
                    tries: row["tries"], due: Instant(milliseconds: row["due"]),
                    failure: row["failure"], askedAt: Instant(milliseconds: row["asked_at"]),
                    request: Self.request(row, id: row["request"]), receipt: Self.receipt(row))
            }
        }
    }

    private static func receipt(_ row: Row) -> Receipt? {
        guard let size: Int = row["size"] else { return nil }
        return Receipt(
            size: size, digest: row["digest"], place: row["place"],
            at: Instant(milliseconds: row["receipt_at"]), tries: row["receipt_tries"],
            note: row["note"])
    }

    private static func request(_ row: Row, id: Int64?) -> Request? {
        guard let id else { return nil }
        return Request(
            id: id, at: Instant(milliseconds: row["request_at"]), by: row["asked_by"],
            reason: row["reason"], from: Instant(milliseconds: row["from_at"]),
            to: Instant(milliseconds: row["to_at"]), again: row["again"])
    }

    /// Keeps how far a delivery is, before the next thing is done with it.
    public func keep(_ delivery: Delivery) throws {
        try pool.write { db in try Self.write(delivery, db) }
    }

    private static func write(_ delivery: Delivery, _ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE bank_delivery SET state = ?, part = ?, tries = ?, due = ?, failure = ?
                WHERE file = ? AND number = ?
                """,
            arguments: [
                delivery.state.rawValue, delivery.part, delivery.tries, delivery.due.milliseconds,
                delivery.failure, delivery.file, delivery.number,
            ])
    }

    /// Keeps the receipt of a delivery; with it the file has been sent.
    public func keep(_ receipt: Receipt, of delivery: Delivery) throws {
        var delivery = delivery
        delivery.state = .sent
        delivery.failure = nil
        try pool.write { db in
            try Self.write(delivery, db)
            try db.execute(
                sql: "INSERT INTO bank_receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    delivery.file, delivery.number, receipt.size, receipt.digest, receipt.place,
                    receipt.at.milliseconds, receipt.tries, receipt.note,
                ])
            try db.execute(
                sql: "UPDATE bank_file SET state = 'sent', report = '' WHERE name = ?",
                arguments: [delivery.file])
        }
    }

    /// Keeps that a delivery has ended without a receipt, and why.
    public func stop(_ delivery: Delivery, as state: Delivery.State, why: String) throws {
        var delivery = delivery
        delivery.state = state
        delivery.failure = why
        try pool.write { db in
            try Self.write(delivery, db)
            try db.execute(
                sql: "UPDATE bank_file SET state = 'failed', report = ? WHERE name = ?",
                arguments: [why, delivery.file])
        }
    }

    /// Files that were made in a time, oldest first, without their bytes.
    public func outboundFiles(from: Instant, through to: Instant) throws -> [BankFile] {
        try headlines(
            "WHERE direction = 'outbound' AND at >= ? AND at <= ? ORDER BY at, name",
            [from.milliseconds, to.milliseconds])
    }

    /// Files in both directions since a time, newest first, without their bytes.
    public func bankFiles(since: Instant, limit: Int) throws -> [BankFile] {
        try headlines(
            "WHERE at >= ? ORDER BY at DESC, name DESC LIMIT ?", [since.milliseconds, limit])
    }

    private func headlines(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [BankFile] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT name, direction, digest, at, state, report FROM bank_file " + rest,
                arguments: StatementArguments(arguments)
            ).map { row in
                BankFile(
                    name: row["name"], direction: row["direction"], digest: row["digest"],
                    bytes: Data(), at: Instant(milliseconds: row["at"]), state: row["state"],
                    report: row["report"])
            }
        }
    }

    // MARK: Asking for files again

    /// Keeps the wish; the running program carries it out.
    @discardableResult
    public func ask(
        by: String, reason: String, from: Instant, to: Instant, again: Bool, at now: Instant
    ) throws -> Int64 {
        try pool.write { db in
            try db.insert(
                sql: """
                    INSERT INTO bank_request(at, asked_by, reason, from_at, to_at, again)
                    VALUES (?, ?, ?, ?, ?, ?) RETURNING id
                    """,
                arguments: [
                    now.milliseconds, by, reason, from.milliseconds, to.milliseconds, again,
                ])
        }
    }

    public func openRequests() throws -> [Request] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, at AS request_at, asked_by, reason, from_at, to_at, again
                    FROM bank_request WHERE done_at IS NULL ORDER BY id
                    """
            ).compactMap { Self.request($0, id: $0["id"]) }
        }
    }

    /// Opens a delivery for each of `files` and makes those on their way due, in one step with
    /// the end of the request, so that it is carried out once.
    public func carryOut(
        _ request: Request, sending files: [String], hastening open: [String], report: String,
        at now: Instant
    ) throws {
        try pool.write { db in
            for file in files {
                try db.execute(
                    sql: """
                        INSERT INTO bank_delivery(file, number, request, state, due, asked_at)
                        SELECT CAST(?1 AS TEXT), coalesce(max(number), 0) + 1,
                            CAST(?2 AS BIGINT), 'waiting', CAST(?3 AS BIGINT), CAST(?3 AS BIGINT)
                        FROM bank_delivery WHERE file = ?1
                        """,
                    arguments: [file, request.id, now.milliseconds])
                try db.execute(
                    sql: "UPDATE bank_file SET state = 'ready' WHERE name = ? AND state <> 'sent'",
                    arguments: [file])
            }
            for file in open {
                try db.execute(
                    sql: """
                        UPDATE bank_delivery SET due = ?, tries = 0
                        WHERE file = ? AND state IN ('waiting', 'putting', 'renaming')
                        """,
                    arguments: [now.milliseconds, file])
            }
            try db.execute(
                sql: "UPDATE bank_request SET done_at = ?, report = ? WHERE id = ?",
                arguments: [now.milliseconds, report, request.id])
        }
    }

    // MARK: Fetched files

    /// A file of the bank's that is being brought here.
    public struct Fetch: Sendable, Hashable {
        /// Its name at the bank, its size and its time there tell it from others of the name.
        public let name: String
        public let size: Int
        public let modified: String
        public let digest: Data
        public let part: String
        public var state: State

        public init(
            name: String, size: Int, modified: String, digest: Data, part: String, state: State
        ) {
            self.name = name
            self.size = size
            self.modified = modified
            self.digest = digest
            self.part = part
            self.state = state
        }

        public enum State: String, Sendable {
            /// Whole and on disk under its part's name.
            case fetched
            /// Where files are taken in.
            case brought
            /// Dealt with at the bank too.
            case done
        }
    }

    /// Keeps a fetch; `false` when these very bytes under this name were fetched before.
    public func keep(_ fetch: Fetch, at now: Instant) throws -> Bool {
        try pool.write { db in
            let isKnown = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM bank_fetch WHERE name = ? AND digest = ?)",
                arguments: [fetch.name, fetch.digest])
            try db.execute(
                sql: """
                    INSERT INTO bank_fetch(name, size, modified, digest, part, state, at)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    fetch.name, fetch.size, fetch.modified, fetch.digest, fetch.part,
                    isKnown == true ? Fetch.State.brought.rawValue : fetch.state.rawValue,
                    now.milliseconds,
                ])
            return isKnown == false
        }
    }

    public func mark(_ fetch: Fetch, _ state: Fetch.State) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE bank_fetch SET state = ? WHERE name = ? AND size = ? AND modified = ?
                    """,
                arguments: [state.rawValue, fetch.name, fetch.size, fetch.modified])
        }
    }

    public func fetch(name: String, size: Int, modified: String) throws -> Fetch? {
        try fetches(
            "WHERE name = ? AND size = ? AND modified = ?", [name, size, modified]
        ).first
    }

    public func fetches(_ state: Fetch.State) throws -> [Fetch] {
        try fetches("WHERE state = ? ORDER BY at, name", [state.rawValue])
    }

    private func fetches(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Fetch] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM bank_fetch " + rest,
                arguments: StatementArguments(arguments)
            ).compactMap { row in
                Fetch.State(rawValue: row["state"]).map { state in
                    Fetch(
                        name: row["name"], size: row["size"], modified: row["modified"],
                        digest: row["digest"], part: row["part"], state: state)
                }
            }
        }
    }

    // MARK: Files that should have come

    /// One expectation on one banking day, once its file came or its time passed.
    public struct Expected: Sendable, Hashable {
        public let expectation: String
        public let day: Day
        public let outcome: Outcome

        public init(expectation: String, day: Day, outcome: Outcome) {
            self.expectation = expectation
            self.day = day
            self.outcome = outcome
        }

        public enum Outcome: Sendable, Hashable {
            case came(file: String)
            case missing
            /// A person said that none will come.
            case excused(by: String)
        }
    }

    public func keep(_ expected: Expected, at now: Instant) throws {
        let file: String?
        let excusedBy: String?
        switch expected.outcome {
        case .came(let name): (file, excusedBy) = (name, nil)
        case .missing: (file, excusedBy) = (nil, nil)
        case .excused(let name): (file, excusedBy) = (nil, name)
        }
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO bank_expected(expectation, day, file, excused_by, at)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (expectation, day) DO UPDATE SET file = excluded.file,
                        excused_by = excluded.excused_by, at = excluded.at
                    """,
                arguments: [
                    expected.expectation, expected.day.iso, file, excusedBy, now.milliseconds,
                ])
        }
    }

    /// What was decided of an expectation on `day` and after it, oldest first.
    public func expected(_ name: String, from day: Day) throws -> [Expected] {
        try expected("WHERE expectation = ? AND day >= ? ORDER BY day", [name, day.iso])
    }

    /// Every day of every expectation whose file is missing still, oldest first.
    public func missing() throws -> [Expected] {
        try expected(
            "WHERE file IS NULL AND excused_by IS NULL ORDER BY day, expectation", [])
    }

    private func expected(
        _ rest: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Expected] {
        try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM bank_expected " + rest,
                arguments: StatementArguments(arguments)
            ).compactMap { row in
                guard let day = Day(iso: row["day"] as String) else { return nil }
                let outcome: Expected.Outcome =
                    if let file: String = row["file"] {
                        .came(file: file)
                    } else if let name: String = row["excused_by"] {
                        .excused(by: name)
                    } else {
                        .missing
                    }
                return Expected(expectation: row["expectation"], day: day, outcome: outcome)
            }
        }
    }

    /// When each file was here for good: of the bank's when it was taken in, of ours when its
    /// first receipt was kept. After `instant`, oldest first.
    public func arrivals(
        inbound: Bool, after instant: Instant
    ) throws -> [(name: String, at: Instant)] {
        let sql =
            inbound
            ? """
            SELECT name, at FROM bank_file
            WHERE direction = 'inbound' AND state = 'taken' AND at > ? ORDER BY at, name
            """
            : """
            SELECT file AS name, min(at) AS at FROM bank_receipt
            WHERE at > ? GROUP BY file ORDER BY at, name
            """
        return try pool.read { db in
            try Row.fetchAll(db, sql: sql, arguments: [instant.milliseconds]).map {
                ($0["name"], Instant(milliseconds: $0["at"]))
            }
        }
    }

    /// Who has closed an alert; `nil` while it is open or was never told.
    public func closedBy(_ id: AlertID) throws -> String? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT closed_by FROM alert WHERE id = ? AND closed_by IS NOT NULL",
                arguments: [id.data])
        }
    }
}
