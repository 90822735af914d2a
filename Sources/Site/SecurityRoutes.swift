import Banking
import Edges
import Foundation
import HTML
import HTTPTypes
import Hummingbird
import Ledger
import Money
import Rules
import Service
import Web
import Wire

extension Site {
    var securityRoutes: [Route] {
        [
            .get("/security", .customer(security)),
            .post("/security/sign-out-others", .customer(signOutOthers)),
            .post("/security/sign-out-everywhere", .customer(signOutEverywhere)),
            .post("/security/devices/:id/sign-out", .customer(signOutDevice)),
            .get("/deposits.csv", .customer(depositsFile)),
            .get("/account-entries.csv", .customer(entriesFile)),
        ]
    }

    /// What happened lately, as far as anybody reads.
    private static let doorEventsShown = 20

    private func security(_ visit: CustomerVisit) async throws -> Answer {
        guard let here = visit.visit.session else { throw Turn.signInNeeded }
        // Sessions go by the wall clock, pages by the service's: a sandbox moves its own.
        let ahead = visit.now - service.wallTime.milliseconds
        func shown(_ instant: Instant) -> Int64 { instant.milliseconds + ahead }
        let sessions = try service.edge.sessions(of: here.subject, at: service.wallTime)
            .map { session in
                SecurityPage.Session(
                    id: Site.publicID(of: session.digest), device: Device(text: session.device),
                    startedAt: shown(session.startedAt), seenAt: shown(session.seenAt),
                    endsAt: shown(session.expires), isThis: session.digest == here.digest)
            }
        let events = try service.edge.doorEvents(of: here.subject, limit: Site.doorEventsShown)
            .map { row in
                SecurityPage.Event(
                    kind: row.event.onPages, at: shown(row.at), device: Device(text: row.device))
            }
        return .page(
            SecurityPage(
                sessions: sessions.filter(\.isThis) + sessions.filter { !$0.isThis },
                events: events,
                lockedUntil: visit.customer.withdrawable(visit.facts).securityLockUntil?
                    .milliseconds))
    }

    /// Names a session in an address, and to the worker. It is cut from the digest of the cookie, which is one-way,
    /// and ends only sessions of whoever asks.
    static func publicID(of digest: Data) -> String { Hex.encode(digest.prefix(16)) }

    private func signOutDevice(_ visit: CustomerVisit) async throws -> Answer {
        guard let here = visit.visit.session else { throw Turn.signInNeeded }
        let asked = visit.visit.parameters.get("id") ?? ""
        let ended = try service.edge.sessions(of: here.subject, at: service.wallTime)
            .first { Site.publicID(of: $0.digest) == asked }
        // One that is over already is what was wished for.
        if let ended {
            try service.edge.endSession(
                digest: ended.digest, of: here.subject, at: service.wallTime)
            service.live.end(session: ended.digest, of: visit.id)
        }
        return .seeOther(Paths.security.text)
    }

    private func signOutOthers(_ visit: CustomerVisit) async throws -> Answer {
        guard let here = visit.visit.session else { throw Turn.signInNeeded }
        try service.edge.endSessions(
            of: here.subject, except: here.digest, at: service.wallTime)
        service.live.end(sessionsOf: visit.id, except: here.digest)
        return .seeOther(Paths.security.text)
    }

    private func signOutEverywhere(_ visit: CustomerVisit) async throws -> Answer {
        guard let here = visit.visit.session else { throw Turn.signInNeeded }
        _ = try await signOutOthers(visit)
        try end(here)
        return .seeOtherSetting(Paths.signIn.text, [SignIn.clearedCookie(service)])
    }
}

extension EdgeStore.DoorEvent {
    fileprivate var onPages: SecurityPage.Event.Kind {
        switch self {
        case .signedIn: .signedIn
        case .signedOut: .signedOut
        case .signedOutFromAfar: .signedOutFromAfar
        }
    }
}

// MARK: Data to take along

extension Site {
    private static let csv = "text/csv; charset=utf-8"

    private func depositsFile(_ visit: CustomerVisit) async throws -> Answer {
        let customer = visit.customer
        var table = CSVTable([
            "deposit", "started_at", "from", "last_four", "amount", "status", "owed",
            "withdrawable_at",
        ])
        for deposit in customer.depositsByTime {
            let row = customer.row(of: deposit, visit.facts)
            table.add([
                .text(row.id), .text(deposit.initiatedAt.rfc3339), .typed(row.from.bank),
                .text(row.from.lastFour), .text(Typed.text(row.cents)), .text(row.status.rawValue),
                .text(Typed.text(row.owedCents)),
                .text(
                    row.withdrawableAt.map { Instant(milliseconds: $0).rfc3339 } ?? ""),
            ])
        }
        return .file(table.bytes, contentType: Site.csv, name: "deposits.csv")
    }

    /// All of them, however many: they are read while they leave.
    private func entriesFile(_ visit: CustomerVisit) async throws -> Answer {
        .streamedFile(
            EntriesFile(
                reader: service.reader, policy: visit.facts.policy,
                walk: try service.reader.walk(of: visit.id)),
            contentType: Site.csv, name: "account-entries.csv")
    }
}

/// The entries of a customer's accounts, newest first.
private struct EntriesFile: FileParts {
    let reader: Reader
    let policy: Policy
    var walk: PostingWalk
    private var hasHeading = false

    /// Some tens of kilobytes: no reader waits long for the next, and none holds many in memory.
    private static let entriesPerPart = 500

    init(reader: Reader, policy: Policy, walk: PostingWalk) {
        self.reader = reader
        self.policy = policy
        self.walk = walk
    }

    mutating func next() throws -> [UInt8]? {
        guard hasHeading else {
            hasHeading = true
            return CSVTable([
                "entry", "booked_at", "reason", "debit", "credit", "asset", "amount",
            ]).bytes
        }
        let postings = try reader.next(Self.entriesPerPart, of: &walk)
        guard !postings.isEmpty else { return nil }
        var table = CSVTable()
        for posting in postings {
            let scale = posting.asset == .usd ? 2 : policy.asset(posting.asset)?.scale ?? 0
            table.add([
                .text("tr_\(posting.sequence)"), .text(posting.at.rfc3339), .text(posting.reason),
                .text(posting.debit), .text(posting.credit), .text(posting.asset.description),
                .text(DecimalText.format(posting.amount, scale: scale)),
            ])
        }
        return table.bytes
    }
}

/// A table of RFC 4180, which a spreadsheet opens without running anything in it.
struct CSVTable {
    /// One cell.
    enum Cell {
        /// Words and figures of ours.
        case text(String)
        /// What somebody typed: a spreadsheet would run a cell that begins like a formula.
        case typed(String)
    }

    private var lines: [String]

    init(_ names: [String]) { lines = [names.joined(separator: ",")] }

    /// Rows that go on with a table begun before.
    init() { lines = [] }

    mutating func add(_ cells: [Cell]) {
        lines.append(cells.map(CSVTable.written).joined(separator: ","))
    }

    var bytes: [UInt8] { Array((lines.joined(separator: "\r\n") + "\r\n").utf8) }

    private static func written(_ cell: Cell) -> String {
        switch cell {
        case .text(let text): return quoted(text)
        case .typed(let text):
            let starts = Set("=+-@\t\r")
            return quoted(text.first.map(starts.contains) == true ? "'" + text : text)
        }
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
