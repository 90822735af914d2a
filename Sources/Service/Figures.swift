import Assertions
import Banking
import CoreMetrics
import Edges
import Engine
import Exposition
import Foundation
import Rules
import Synchronization

/// What an operator watches, recorded where it happens. `docs/operating/metrics.md` has a row for
/// each figure.
///
/// Labels are words of ours from small sets; never a customer, an identifier or an amount.
public final class Figures: Sendable {
    private let book: FigureBook
    private let store: StoreFigures?
    /// Commits already counted.
    private let commits = Mutex<Int64>(0)

    /// Figures of a service. Without `store`, what waits in the database is not told.
    public init(store: StoreFigures? = nil) {
        book = FigureBook(Figures.all)
        self.store = store
        begin()
        Gauge(label: Figures.startTime.name, factory: book).record(Date().timeIntervalSince1970)
    }

    /// What has not happened yet is zero where its labels are known, because a series that begins
    /// with its first event hides that event from whoever watches for a rise.
    private func begin() {
        func begin(_ figure: Figure, _ labels: [(String, String)]) {
            Counter(label: figure.name, dimensions: labels, factory: book).increment(by: 0)
        }
        for channel in Channel.allCases {
            for result in Sending.allCases {
                begin(
                    Figures.sendings,
                    [("channel", channel.rawValue), ("result", result.rawValue)])
            }
        }
        for file in BankFile.allCases {
            begin(
                Figures.bankFiles, [("direction", file.direction), ("result", file.rawValue)])
        }
        for result in WebhookStore.Try.Result.allCases {
            begin(Figures.webhooks, [("result", result.rawValue)])
        }
        for work in Background.allCases { begin(Figures.stumbles, [("work", work.rawValue)]) }
        for outcome in ["accepted"] + AssertionRefusal.allCases.map(\.rawValue) {
            begin(Figures.signIns, [("outcome", outcome)])
        }
    }

    // MARK: Commands

    /// A command was answered, durably unless it was refused.
    func answered(_ command: String, _ outcome: String, code: String = "none", after: Duration) {
        count(
            Figures.commands, [("command", command), ("outcome", outcome), ("code", code)])
        time(Figures.commandTime, [("outcome", outcome)], after)
    }

    // MARK: Edges

    /// A request was answered. `route` is the pattern of a path, never a path.
    public func request(method: String, route: String, status: Int, after: Duration) {
        count(
            Figures.requests, [("method", method), ("route", route), ("status", "\(status)")])
        time(Figures.requestTime, [("route", route)], after)
    }

    /// How outgoing work ended, this time.
    public enum Sending: String, Sendable, CaseIterable {
        case sent
        /// Whoever was asked said no, or there is nobody to ask: it is not tried again.
        case refused
        /// It will be tried again.
        case failed
        /// It was tried as often as it may be: a person must look.
        case gaveUp = "gave_up"
    }

    private enum Channel: String, CaseIterable {
        case mail
        case push
        case text
        case charge
        case refund
        case order
        case cancellation
    }

    /// How one try to bring a notice ended.
    public func delivery(_ channel: NoticeChannel, _ result: Sending) {
        let known: Channel =
            switch channel {
            case .mail: .mail
            case .push: .push
            case .text: .text
            }
        count(Figures.sendings, [("channel", known.rawValue), ("result", result.rawValue)])
    }

    public func sending(_ outgoing: Outgoing, _ result: Sending) {
        let channel: Channel =
            switch outgoing {
            // The courier counts each channel by itself; what ends before it is counted as mail.
            case .notice: .mail
            case .charge: .charge
            case .refund: .refund
            case .placeOrder: .order
            case .orderCancellationRequested: .cancellation
            }
        count(Figures.sendings, [("channel", channel.rawValue), ("result", result.rawValue)])
    }

    /// What became of a bank file.
    public enum BankFile: String, Sendable, CaseIterable {
        case sent
        case taken
        case refused
        /// The same bytes came before.
        case duplicate
        /// It did not get to the bank this time, and is tried again.
        case delayed
        /// It did not get to the bank, and a person must look.
        case failed

        var direction: String {
            switch self {
            case .sent, .delayed, .failed: "outbound"
            case .taken, .refused, .duplicate: "inbound"
            }
        }
    }

    public func bankFile(_ file: BankFile) {
        count(Figures.bankFiles, [("direction", file.direction), ("result", file.rawValue)])
    }

    /// Lines of a file from the bank that need a person.
    public func bankProblems(_ lines: Int) {
        Counter(label: Figures.bankProblems.name, factory: book).increment(by: lines)
    }

    /// Work that goes on by itself.
    public enum Background: String, Sendable, CaseIterable {
        case bank
        case outbox
        case market
        case rates
        case live
        case webhooks
        case documents
    }

    /// A round of background work ended early; the next begins anew.
    public func stumbled(_ background: Background) {
        count(Figures.stumbles, [("work", background.rawValue)])
    }

    /// A try to tell the host of an event ended so.
    public func webhook(_ result: WebhookStore.Try.Result) {
        count(Figures.webhooks, [("result", result.rawValue)])
    }

    /// A customer came with what a host signed, or was refused.
    public func signIn(_ refusal: AssertionRefusal?) {
        count(Figures.signIns, [("outcome", refusal?.rawValue ?? "accepted")])
    }

    // MARK: Looking

    /// Everything, with what waits read now.
    func text(of service: Service) -> String {
        let now = service.clock.now()
        gauge(Figures.queue, Double(service.engine.queueLength))
        if let bytes = Figures.residentBytes() { gauge(Figures.memory, Double(bytes)) }
        for (asset, quote) in service.market.quotes {
            Gauge(
                label: Figures.quoteAge.name, dimensions: [("asset", "\(asset)")], factory: book
            ).record(Figures.seconds(since: quote.asOf, now))
        }
        if let store {
            do {
                read(try store.read(at: now), now)
                let rates = try service.returnRates()
                for figure in rates.figures where figure.span == .days { tell(figure) }
                gauge(Figures.readable, 1)
            } catch {
                // The other figures matter most when the database does not answer.
                gauge(Figures.readable, 0)
            }
        }
        return book.text()
    }

    private func tell(_ figure: ReturnRates.Figure) {
        let labels = [("rate", figure.rate.rawValue), ("method", figure.method.rawValue)]
        func gauge(_ gauge: Figure, _ value: Double) {
            Gauge(label: gauge.name, dimensions: labels, factory: book).record(value)
        }
        gauge(Figures.debitsReturned, Double(figure.returned))
        gauge(Figures.debitsOriginated, Double(figure.originated))
        gauge(Figures.returnRateLimit, Double(figure.limit.most.count) / 10_000)
    }

    private func read(_ reading: StoreFigures.Reading, _ now: Instant) {
        let new = commits.withLock { counted in
            defer { counted = max(counted, reading.commits) }
            return reading.commits - counted
        }
        Counter(label: Figures.commits.name, factory: book).increment(by: max(0, new))
        gauge(Figures.outboxWaiting, Double(reading.outboxWaiting))
        gauge(Figures.outboxDue, Double(reading.outboxDue))
        gauge(
            Figures.outboxLate, reading.outboxOldestDue.map { Figures.seconds(since: $0, now) } ?? 0
        )
        gauge(Figures.entries, Double(reading.entriesQueued))
        gauge(Figures.filesUnsent, Double(reading.filesUnsent))
        gauge(Figures.filesMissing, Double(reading.filesMissing))
        gauge(Figures.alerts, Double(reading.alertsOpen))
        gauge(Figures.breaks, Double(reading.breaksOpen))
        gauge(Figures.breaksUnassigned, Double(reading.breaksUnassigned))
        gauge(Figures.webhooksWaiting, Double(reading.webhooksWaiting))
        gauge(
            Figures.webhooksFailing,
            reading.webhooksFailingSince.map { Figures.seconds(since: $0, now) } ?? 0)
        gauge(Figures.timersLate, reading.nextTimer.map { Figures.seconds(since: $0, now) } ?? 0)
    }

    private static func seconds(since instant: Instant, _ now: Instant) -> Double {
        max(0, Double(now - instant) / 1_000)
    }

    /// Bytes of memory this process has, as Linux tells; `nil` where nobody tells.
    private static func residentBytes() -> Int64? {
        guard let file = FileHandle(forReadingAtPath: "/proc/self/statm") else { return nil }
        defer { file.closeFile() }
        let fields = String(decoding: file.readData(ofLength: 256), as: UTF8.self)
            .split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    private func count(_ figure: Figure, _ labels: [(String, String)]) {
        Counter(label: figure.name, dimensions: labels, factory: book).increment()
    }

    private func time(_ figure: Figure, _ labels: [(String, String)], _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        CoreMetrics.Timer(label: figure.name, dimensions: labels, factory: book)
            .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    private func gauge(_ figure: Figure, _ value: Double) {
        Gauge(label: figure.name, factory: book).record(value)
    }
}

// MARK: The figures

extension Figures {
    /// From what a local disk flushes in to what no caller waits for.
    static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    static let commands = Figure(
        "makewhole_commands_total", .counter, labels: ["command", "outcome", "code"],
        "Commands the engine answered, by what became of them.")
    static let commandTime = Figure(
        "makewhole_command_seconds", .histogram(bounds: bounds), labels: ["outcome"],
        "Seconds from asking the engine to its answer, which is durable.")
    static let queue = Figure(
        "makewhole_queue_length", .gauge, "Commands waiting for the next batch.")
    static let commits = Figure(
        "makewhole_book_commits_total", .counter, "Commits in the books since they were opened.")
    static let timersLate = Figure(
        "makewhole_timers_late_seconds", .gauge, "How long ago the oldest timer fell due.")
    static let requests = Figure(
        "makewhole_http_requests_total", .counter, labels: ["method", "route", "status"],
        "Requests answered.")
    static let requestTime = Figure(
        "makewhole_http_request_seconds", .histogram(bounds: bounds), labels: ["route"],
        "Seconds from a request to its answer.")
    static let signIns = Figure(
        "makewhole_assertion_sign_ins_total", .counter, labels: ["outcome"],
        "Customers a host's assertion brought, accepted or refused and why.")
    static let outboxWaiting = Figure(
        "makewhole_outbox_waiting", .gauge, "Outgoing work not done, due or not.")
    static let outboxDue = Figure(
        "makewhole_outbox_due", .gauge, "Outgoing work whose time has come.")
    static let outboxLate = Figure(
        "makewhole_outbox_late_seconds", .gauge, "How long ago the oldest outgoing work fell due.")
    static let sendings = Figure(
        "makewhole_outbox_tries_total", .counter, labels: ["channel", "result"],
        "Tries to send outgoing work.")
    static let bankFiles = Figure(
        "makewhole_bank_files_total", .counter, labels: ["direction", "result"],
        "Bank files that left or came.")
    static let bankProblems = Figure(
        "makewhole_bank_file_problems_total", .counter,
        "Lines of files from the bank that need a person.")
    static let entries = Figure(
        "makewhole_bank_entries_queued", .gauge, "Bank entries waiting for the next file.")
    static let filesUnsent = Figure(
        "makewhole_bank_files_unsent", .gauge, "Files for the bank without a receipt.")
    static let filesMissing = Figure(
        "makewhole_bank_files_missing", .gauge,
        "Files that should have come by now; releases wait while it is not zero.")
    static let alerts = Figure("makewhole_alerts_open", .gauge, "Alerts nobody has closed.")
    static let breaks = Figure(
        "makewhole_reconciliation_breaks_open", .gauge,
        "Movements of the bank or of ours that the other side does not know.")
    static let breaksUnassigned = Figure(
        "makewhole_reconciliation_breaks_unassigned", .gauge, "Open breaks without an owner.")
    static let webhooks = Figure(
        "makewhole_webhook_tries_total", .counter, labels: ["result"],
        "Tries to tell the host of an event.")
    static let webhooksWaiting = Figure(
        "makewhole_webhook_deliveries_waiting", .gauge,
        "Deliveries of events that failed so far and are tried again.")
    static let webhooksFailing = Figure(
        "makewhole_webhook_failing_seconds", .gauge,
        "How long an endpoint has failed every try, the longest of all that are switched on.")
    static let stumbles = Figure(
        "makewhole_background_failures_total", .counter, labels: ["work"],
        "Rounds of background work that ended early.")
    static let debitsReturned = Figure(
        "makewhole_debits_returned", .gauge, labels: ["rate", "method"],
        "Returns of the sixty days that end today which a rate counts.")
    static let debitsOriginated = Figure(
        "makewhole_debits_originated", .gauge, labels: ["rate", "method"],
        "Debits of the sixty days that end today which the returns are held against.")
    static let returnRateLimit = Figure(
        "makewhole_return_rate_limit", .gauge, labels: ["rate", "method"],
        "What the rules allow of the debits to come back, as a share of one.")
    static let quoteAge = Figure(
        "makewhole_quote_age_seconds", .gauge, labels: ["asset"],
        "How old the latest quote of an asset is.")
    static let readable = Figure(
        "makewhole_store_readable", .gauge, "1 when the database answered this look, else 0.")
    static let memory = Figure(
        "process_resident_memory_bytes", .gauge, "Memory the process has, in bytes.")
    static let startTime = Figure(
        "process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.")

    /// Every figure there is, in the order they are written.
    public static let all = [
        commands, commandTime, queue, commits, timersLate, requests, requestTime, signIns,
        outboxWaiting, outboxDue, outboxLate, sendings, bankFiles, bankProblems, entries,
        filesUnsent, filesMissing, alerts, breaks, breaksUnassigned, webhooks, webhooksWaiting,
        webhooksFailing, stumbles, debitsReturned, debitsOriginated,
        returnRateLimit, quoteAge, readable, memory, startTime,
    ]
}

extension Service {
    /// The figures as `GET /metrics` tells them.
    public func figuresText() -> String { figures.text(of: self) }
}
