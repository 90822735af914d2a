import Banking
import Edges
import Engine
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service

extension BankRail {
    /// Carries out what the windows of one file say.
    ///
    /// Entries are looked up in the order of their trace numbers and carried out in the order of the
    /// customers, so that what lies together in the database is touched together. Each is a command
    /// of its own with a cause of its own; a customer's are in the order of the file.
    struct Application {
        private let rail: BankRail
        private let file: String
        private let entries: Int
        private let today: Day
        private let progress: (@Sendable (Progress) -> Void)?
        private var done = 0
        private var settledReturns: Set<SuspenseID> = []
        private var told = ContinuousClock.now

        /// Entries in one commit: enough to share the flush and the pages they meet on.
        private static let together = Engine.batchMax
        /// One is written, one decided, and one is made.
        private static let inFlight = 3

        init(
            _ rail: BankRail, _ file: String, of entries: Int, today: Day,
            _ progress: (@Sendable (Progress) -> Void)?
        ) {
            self.rail = rail
            self.file = file
            self.entries = entries
            self.today = today
            self.progress = progress
        }

        private var service: Service { rail.service }

        mutating func carryOut(
            _ window: inout ArrivalWindow, _ report: inout IntakeReport
        ) async throws {
            try match(&window)
            var order = Array(window.arrivals.indices)
            window.arrivals.withUnsafeBufferPointer { arrivals in
                order.sort { Arrival.precedes(arrivals[$0], arrivals[$1]) }
            }
            var next = 0
            let service = service
            try await withThrowingTaskGroup(of: Chunk.self) { group in
                var running = 0
                // The last customer whose bank account a change is about: the next change of it is
                // made from what the first left.
                var changed: CustomerID?
                var waits = false
                while next < order.count || running > 0 {
                    while running < Self.inFlight, next < order.count, !waits {
                        var chunk = Chunk()
                        while next < order.count, chunk.asked.count < Self.together {
                            let index = order[next]
                            if case .changed = window.arrivals[index].what {
                                let customer = window.arrivals[index].customer
                                if customer != nil, customer == changed {
                                    waits = true
                                    break
                                }
                                changed = customer
                            }
                            if let asked = try command(index, window, &report) {
                                chunk.asked.append(asked)
                                chunk.indices.append(index)
                            }
                            next += 1
                            done += 1
                        }
                        let ready = chunk
                        group.addTask {
                            var answered = ready
                            answered.outcomes = try await service.perform(batch: ready.asked)
                            answered.asked = []
                            return answered
                        }
                        running += 1
                    }
                    guard let chunk = try await group.next() else { break }
                    running -= 1
                    if running == 0, waits {
                        waits = false
                        changed = nil
                    }
                    for (index, outcome) in zip(chunk.indices, chunk.outcomes) {
                        report.note(outcome, window.words(of: index))
                    }
                    try tellProgress(waiting: running)
                }
            }
        }

        private struct Chunk: Sendable {
            var asked: [Service.Asked] = []
            var indices: [Int] = []
            var outcomes: [Outcome] = []
        }

        private mutating func tellProgress(waiting: Int) throws {
            let now = ContinuousClock.now
            guard progress != nil || now - told > .seconds(1) else { return }
            let durable = max(0, done - waiting * Self.together)
            progress?(Progress(file: file, stage: .applying, done: durable, of: entries))
            if now - told > .seconds(1) {
                told = now
                try service.edge.mark(
                    bankFile: file, done: Int64(durable), of: Int64(entries))
            }
        }

        // MARK: Which payment of ours

        /// By original trace number, amount and time, never by trace number alone: the bank's seven
        /// digits come again after ten million entries.
        private func match(_ window: inout ArrivalWindow) throws {
            var asking = window.arrivals.indices.filter { window.arrivals[$0].about != 0 }
            window.arrivals.withUnsafeBufferPointer { arrivals in
                asking.sort { arrivals[$0].about < arrivals[$1].about }
            }
            // Their own list: a look into the window while it is written to would copy all of it.
            let traces = asking.map { window.arrivals[$0].about }
            var place = 0
            let now = service.clock.now()
            try service.reader.sentEntries(traces: traces) { _, sent in
                let index = asking[place]
                place += 1
                guard let found = Self.choose(window.arrivals[index], among: sent, now) else {
                    return
                }
                window.arrivals[index].payment = found.payment
                window.arrivals[index].customer = found.customer
            }
        }

        /// The entry that an arrival is about. An amount that differs is left to the rules when there
        /// is no doubt about the entry; changes have no amount.
        private static func choose(
            _ arrival: Arrival, among sent: [Reader.SentEntry], _ now: Instant
        ) -> Reader.SentEntry? {
            let before = sent.filter { $0.queuedAt <= now }
            switch arrival.what {
            case .changed: return before.first
            case .contested, .dishonorSettled:
                return before.first { sent in
                    guard case .dishonor = sent.payment else { return false }
                    return sent.amount == arrival.amount
                }
            case .returned, .setAside, .debitSettled, .creditSettled, .returnSettled:
                let ours = before.filter {
                    if case .dishonor = $0.payment { false } else { true }
                }
                if case .returned(_, _, _, isCredit: true) = arrival.what {
                    // We debit, and but for micro-entries what we credit is ourselves.
                    return ours.first { sent in
                        guard case .microEntry = sent.payment else { return false }
                        return sent.amount == arrival.amount
                    }
                }
                if let same = ours.first(where: { $0.amount == arrival.amount }) { return same }
                guard case .returned = arrival.what, ours.count == 1, let only = ours.first,
                    now - only.queuedAt < traceLife
                else { return nil }
                // Of a few cents of ours there is nothing to doubt: another amount is another entry.
                if case .microEntry = only.payment { return nil }
                return only
            case .wireReceived, .unexpected, .nothing: return nil
            }
        }

        /// Within it a trace number names one entry of ours: the longest window for a return, with
        /// the days a dispute between the banks may take.
        private static let traceLife: Int64 = 90 * 24 * 3_600 * 1_000

        // MARK: What is asked of the engine

        private mutating func command(
            _ index: Int, _ window: ArrivalWindow, _ report: inout IntakeReport
        ) throws -> Service.Asked? {
            let arrival = window.arrivals[index]
            switch arrival.what {
            case .returned(_, _, _, isCredit: true) where arrival.payment == nil:
                report.leaveOut(
                    "\(window.words(of: index)) is of a kind we do not receive.")
                return nil
            case .returned(let code, let settlesOn, let said, _):
                return returned(
                    arrival, code.text, settlesOn, said.map { window.entries[$0] })
            case .changed(let at):
                return try rail.change(
                    window.entries[at], arrival, arrival.place(in: file), &report)
            case .contested(let at):
                guard case .dishonor(let item)? = arrival.payment,
                    case .contested(let addenda)? = window.entries[at].addenda.first
                else {
                    report.leaveOut(
                        "\(window.words(of: index)) is of no dishonored return of ours.")
                    return nil
                }
                return asked(
                    .contestDishonor(
                        Command.ContestDishonor(item: item, code: addenda.code.text)),
                    to: .house, "bank:contest",
                    "\(window.entries[at].trace):\(addenda.dishonoredTrace):\(addenda.code)")
            case .setAside(let at):
                return setAside(window.setAside[at], arrival, &report)
            case .debitSettled, .creditSettled, .returnSettled, .dishonorSettled, .wireReceived:
                return try rail.settled(arrival, window, &settledReturns, &report)
            case .unexpected:
                report.leaveOut(
                    "\(window.words(of: index)) is of a kind we do not receive.")
                return nil
            case .nothing: return nil
            }
        }

        private func returned(
            _ arrival: Arrival, _ code: String, _ settlesOn: Day?, _ entry: Entry?
        ) -> Service.Asked? {
            let trace = TraceNumber(number: arrival.trace)
            let about = TraceNumber(number: arrival.about)
            let key = "\(trace):\(about):\(code):\(arrival.amount.count)"
            guard let payment = arrival.payment, let customer = arrival.customer else {
                return asked(
                    .parkReturn(
                        Command.ParkReturn(
                            code: code, amount: arrival.amount, trace: trace,
                            originalTrace: about, why: .unknownTrace,
                            place: arrival.place(in: file), settlesOn: settlesOn)),
                    to: .house, "bank:return", key)
            }
            var remarks: ReturnRemarks?
            if case .return(let addenda)? = entry?.addenda.first {
                remarks = ReturnRemarks(
                    dateOfDeath: addenda.dateOfDeath,
                    isQuestionable: addenda.code == .fileRecordEditCriteria
                        && addenda.information.uppercased().contains("QUESTIONABLE"))
            }
            return asked(
                .receiveReturn(
                    ReturnedEntry(
                        payment: payment, code: code, amount: arrival.amount, trace: trace,
                        settlesOn: settlesOn, remarks: remarks, place: arrival.place(in: file))),
                to: .customer(customer), "bank:return", key)
        }

        /// The reader set an entry aside: it may be a return, so its clock runs.
        private func setAside(
            _ record: ArrivalWindow.SetAside, _ arrival: Arrival, _ report: inout IntakeReport
        ) -> Service.Asked? {
            let trace = record.trace.map { " \($0)" } ?? ""
            report.leaveOut("The record\(trace) on line \(arrival.line) needs a person.")
            guard record.isEntry, record.isReturn else { return nil }
            let cents = record.cents.flatMap { Cents(exactly: Int64(clamping: $0)) } ?? .zero
            return asked(
                .parkReturn(
                    Command.ParkReturn(
                        code: record.code, amount: cents, trace: record.trace,
                        originalTrace: record.about, why: .unreadable,
                        place: arrival.place(in: file), settlesOn: record.settlesOn,
                        side: record.isCredit ? .credit : nil)),
                to: .house, "bank:set-aside", record.key)
        }

        private func asked(
            _ command: Command, to addressee: Addressee, _ scope: String, _ key: String
        ) -> Service.Asked {
            BankRail.asked(command, to: addressee, scope, key)
        }
    }

    static func asked(
        _ command: Command, to addressee: Addressee, _ scope: String, _ key: String
    ) -> Service.Asked {
        Service.Asked(
            command, to: addressee, cause: Causes.named(scope: scope, key: key),
            fingerprint: Causes.fingerprint(key))
    }
}

extension ArrivalWindow {
    /// An arrival as a report names it.
    func words(of index: Int) -> String {
        let arrival = arrivals[index]
        let trace = arrival.trace == 0 ? "" : " \(TraceNumber(number: arrival.trace))"
        let what: String
        switch arrival.what {
        case .returned: what = "return"
        case .changed: what = "change"
        case .contested: what = "contest"
        case .setAside: what = "record"
        case .debitSettled: what = "debit_settled"
        case .creditSettled: what = "credit_settled"
        case .returnSettled: what = "return_settled"
        case .dishonorSettled: what = "dishonor_settled"
        case .wireReceived(let at): return "line \(arrival.line), wire_received \(wires[at].trace)"
        case .unexpected, .nothing: what = "entry"
        }
        return "line \(arrival.line), \(what)\(trace)"
    }
}
