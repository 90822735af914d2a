import Banking
import Edges
import Engine
import Foundation
import Ledger
import Money
import Nacha
import Service
import Statements

/// Takes statements of the bank and of the card processor: proves them, keeps their movements, and
/// holds these against what our files and books say must have moved.
///
/// Nothing follows from a statement but matches and breaks: no money is booked from one.
public struct StatementIntake: Sendable {
    private let service: Service
    private let store: ReconciliationStore

    /// Over the service's own database.
    public init(service: Service) {
        self.service = service
        store = ReconciliationStore(service.edge)
    }

    /// What became of a file, line by line where something was wrong.
    public struct Report: Hashable, Sendable {
        /// Movements that were kept.
        public var applied = 0
        /// Statements that came before.
        public var unchanged = 0
        /// Sentences for a person.
        public var problems: [String] = []
        /// Whether nothing of it was kept.
        public var refused = false
        /// Parts of it from which nothing followed and a person must look at.
        public var leftOut = 0
    }

    /// Whether a file of that name is for us. A settlement report is not: the rail books from it.
    public static func takes(_ name: String, _ bytes: [UInt8]) -> Bool {
        let name = name.lowercased()
        if [".bai2", ".bai", ".xml"].contains(where: name.hasSuffix) { return true }
        guard name.hasSuffix(".csv") else { return false }
        return CSVProfile.recognised(in: bytes).map { $0 != .settlementReport } ?? false
    }

    // MARK: - Taking

    /// Takes the bytes of a file that is kept already, whole or not at all, and reconciles.
    public func take(_ name: String, _ bytes: [UInt8]) throws -> Report {
        try take(
            name, StatementReading(bytes, profile: CSVProfile.recognised(in: bytes)))
    }

    /// Takes a file that is kept already by what was read of it.
    public func take(_ name: String, _ reading: StatementReading) throws -> Report {
        var report = Report()
        report.problems = reading.problems.prefix(Self.sentencesMax).map(\.description)
        let told = reading.report.problems.values.reduce(0, +)
        if told > report.problems.count {
            report.problems.append("and \(told - report.problems.count) more problems")
        }
        switch reading.report.verdict {
        case .refused, .notAStatement:
            report.refused = true
            return report
        case .valid, .quarantined: report.leftOut = reading.report.setAside
        }
        for whole in reading.statements { try take(whole, of: name, &report) }
        try reconcile()
        return report
    }

    /// More help nobody; `makewhole statements check` tells them.
    private static let sentencesMax = 200

    private func take(
        _ whole: StatementReading.Whole, of name: String, _ report: inout Report
    ) throws {
        let statement = whole.report.statement
        let title = "statement \(statement.number) of account \(statement.account)"
        guard whole.report.proof == .proven else {
            report.leftOut += 1
            report.problems.append("The \(title) proves no total; nothing follows from it.")
            return
        }
        guard statement.currency == .usd else {
            report.leftOut += 1
            report.problems.append(
                "The \(title) is in \(statement.currency); the books have dollars.")
            return
        }
        if statement.format == .csv {
            try takePayout(whole, of: name, &report)
            return
        }
        let prefix = String(whole.report.fingerprint, radix: 16)
        // What comes again in a later statement is kept there, once.
        let isFinal = statement.standing == .current
        var items: [FoundItem] = []
        for (index, item) in whole.items.enumerated() where isFinal && item.isToReconcile {
            if let found = item.found(id: "\(prefix):\(index)", statement: statement) {
                items.append(found)
            } else {
                report.leftOut += 1
                report.problems.append(
                    "The item at \(item.place) has no day, or more money than we may book.")
            }
        }
        if !isFinal {
            report.problems.append(
                "The \(title) is \(statement.standing.rawValue); it is kept, and not reconciled.")
        }
        let now = service.clock.now()
        switch try store.keep(whole.report, items: items, file: name, at: now) {
        case .kept(let count): report.applied += count
        case .seenBefore(let file):
            report.unchanged += 1
            report.problems.append("The \(title) came before, in \(file).")
        }
    }

    /// What a processor pays out is money the bank must see.
    private func takePayout(
        _ whole: StatementReading.Whole, of name: String, _ report: inout Report
    ) throws {
        let statement = whole.report.statement
        let net = whole.report.credits - whole.report.debits
        guard let signed = Int64(exactly: net),
            let day = statement.asOf ?? statement.period?.upperBound
        else {
            report.leftOut += 1
            report.problems.append("The payout \(statement.identification) has no day.")
            return
        }
        let id = "payout:\(statement.identification):\(String(whole.report.fingerprint, radix: 16))"
        guard signed != 0 else { return }
        let new = try store.expectPayout(
            ExpectedItem(
                id: id, kind: .card, signed: signed,
                day: timing.calendar.bankingDay(onOrAfter: day),
                reference: statement.identification),
            isFromBooks: false, days: Self.payoutDays)
        if new > 0 { report.applied += whole.items.count } else { report.unchanged += 1 }
    }

    /// Between the day a payout is told of and the day it is booked.
    private static let payoutDays = 5

    // MARK: - Reconciling

    private var timing: ACHTiming {
        BankFileClock(service.policies.policy(at: service.clock.now()), service.rules).timing
    }

    /// Hears every source and matches what is left. Begins with the first statement: what settled
    /// before it was never to be found. Repeating it changes nothing.
    @discardableResult
    public func reconcile() throws -> ReconciliationStore.Outcome {
        guard let days = try store.days() else { return ReconciliationStore.Outcome() }
        let now = service.clock.now()
        let today = Eastern.day(at: now)
        try hearFiles(from: days.lowerBound)
        try hearBooks(from: days.lowerBound)
        // A day is over for the bank when a statement of it has come, or a banking day has passed.
        let passed = timing.calendar.bankingDay(1, before: today).adding(days: -1)
        // A statement of a day to come, by a slip of its sender, makes nothing due early.
        let told = min(days.upperBound, today)
        return try store.reconcile(due: max(told, passed), today: today, at: now)
    }

    /// Reconciles when the day has changed since it last did, so that what nobody tells of becomes
    /// a break too.
    public func reconcileDaily() throws {
        let today = Eastern.day(at: service.clock.now()).iso
        guard try service.edge.setting(Self.lastDay) != today else { return }
        try reconcile()
        try service.edge.set(Self.lastDay, to: today)
    }

    /// Makes a task for each settlement date with a break that is open for longer than the bank's
    /// setup says, and ends those of dates that are explained.
    public func watchBreaks() throws {
        let calendar = timing.calendar
        let today = calendar.bankingDay(onOrBefore: Eastern.day(at: service.clock.now()))
        let found = calendar.bankingDay(service.settings.bank.breakDays, before: today)
        let days = try store.daysOfBreaks(foundThrough: found)
        let told = try service.edge.setting(Self.daysTold) ?? ""
        let text = days.prefix(Self.daysToldMax).map(\.iso).joined(separator: " ")
        guard text != told else { return }
        let now = Set(text.split(separator: " "))
        let before = Set(told.split(separator: " "))
        for day in now.subtracting(before).compactMap({ Day(iso: $0) }) {
            try service.raise(.breaksLeft(day: day), about: Self.alert(day.iso))
        }
        for day in before.subtracting(now) {
            try service.settle(alertAbout: Self.alert(String(day)))
        }
        try service.edge.set(Self.daysTold, to: text)
    }

    private static func alert(_ day: String) -> String { "breaks left of \(day)" }

    private static let daysTold = "reconciliation_days_told"
    /// More tasks of one kind help nobody; the oldest come first.
    private static let daysToldMax = 100

    private static let lastDay = "reconciliation_last_day"
    private static let lastTransfer = "reconciliation_last_transfer"

    /// Files heard in one go, and transfers read at once.
    private static let filesMax = 10_000
    private static let transfersMax = 20_000
    /// A file settles at most a few banking days after it was made.
    private static let settlementDaysMax = 10

    private func hearFiles(from first: Day) throws {
        let since = Eastern.instant(
            on: first.adding(days: -Self.settlementDaysMax), at: .openingOfBusiness)
        for name in try store.filesUnheard(since: since, limit: Self.filesMax) {
            guard let file = try service.edge.bankFile(named: name) else { continue }
            try hear(file, from: first)
        }
    }

    /// Keeps what a file says must move, some entries at a time: it may be larger than memory. It
    /// counts as heard only with the last of them; heard again, each is known by its id.
    private func hear(_ file: EdgeStore.BankFile, from first: Day) throws {
        let isOurs = file.direction == "outbound"
        let today = Eastern.day(at: file.at)
        var items: [ExpectedItem] = []
        var batch = 0
        var settles = timing.calendar.bankingDay(onOrAfter: today)
        func take(_ event: borrowing StreamEvent) {
            switch event {
            case .batch(let view):
                let header = view.decoded()
                batch = header?.number ?? 0
                let day =
                    isOurs ? header?.effectiveEntryDate : header?.settlement?.day(near: today)
                settles = timing.calendar.bankingDay(onOrAfter: day ?? today)
            case .entry(let view):
                guard settles >= first, let entry = view.decoded() else { return }
                items.append(expected(entry, batch, file, isOurs: isOurs, on: settles))
            case .file, .quarantined, .batchEnd, .fileEnd, .problem: break
            }
        }
        var reader = StreamReader(profile: .lenient)
        var number = 0
        while let part = try service.bankFiles.part(number, of: file.name) {
            reader.read(part) { take($0) }
            number += 1
            try store.expect(items, from: nil)
            items.removeAll(keepingCapacity: true)
        }
        reader.finish { take($0) }
        try store.expect(items, from: file.name)
    }

    /// A debit of ours brings money, and one that comes back takes it away.
    private func expected(
        _ entry: Entry, _ batch: Int, _ file: EdgeStore.BankFile, isOurs: Bool, on day: Day
    ) -> ExpectedItem {
        var ach = ACHReferences()
        ach.file = file.name
        ach.batch = "\(batch)"
        var isReturn = false
        if isOurs { ach.trace = entry.trace.text } else { ach.returnTrace = entry.trace.text }
        for addenda in entry.addenda {
            switch addenda {
            case .return(let addenda):
                isReturn = true
                ach.trace = addenda.originalTrace.text
                ach.returnCode = addenda.code.text
            case .dishonored, .contested: isReturn = true
            case .change, .refusedChange, .paymentInformation, .other: break
            }
        }
        let brings = (entry.code.side == .debit) == isOurs
        return ExpectedItem(
            id: "\(isOurs ? "out" : "in"):\(file.name):\(entry.trace.text):\(ach.trace ?? "")",
            kind: isReturn ? .achReturn : .ach,
            signed: brings ? entry.amount.count : -entry.amount.count, day: day, ach: ach)
    }

    /// Movements of the operating account that no bank file tells of: wires, payouts, fees.
    private func hearBooks(from first: Day) throws {
        var last: Int64
        if let mark = try service.edge.setting(Self.lastTransfer).flatMap({ Int64($0) }) {
            last = mark
        } else {
            last = try store.lastTransfer(
                before: Eastern.instant(on: first, at: TimeOfDay(hour: 0, minute: 0)!))
        }
        while true {
            let (rows, next) = try store.transfers(after: last, limit: Self.transfersMax)
            guard next > last else { return }
            let items = rows.compactMap { expected(of: $0, from: first) }
            for item in items where item.kind == .card && item.signed > 0 {
                try store.expectPayout(item, isFromBooks: true, days: Self.payoutDays)
            }
            try store.expect(
                items.filter { !($0.kind == .card && $0.signed > 0) }, from: nil,
                mark: (Self.lastTransfer, "\(next)"))
            last = next
        }
    }

    private func expected(of posting: Reader.Posting, from first: Day) -> ExpectedItem? {
        let operating = HouseAccount.bankOperating.rawValue
        guard posting.asset == .usd, posting.debit == operating || posting.credit == operating,
            let kind = Self.kind(posting.reason)
        else { return nil }
        let day = timing.calendar.bankingDay(onOrAfter: Eastern.day(at: posting.at))
        guard day >= first else { return nil }
        return ExpectedItem(
            id: "transfer:\(posting.sequence)", kind: kind,
            signed: posting.debit == operating ? posting.amount : -posting.amount, day: day)
    }

    /// `nil` for what a bank file tells of entry by entry.
    private static func kind(_ reason: String) -> StatementItem.Kind? {
        switch reason {
        case "deposit_settled", "settlement_settled", "validation_settled", "return_settled",
            "dishonor_settled", "dishonor_contested":
            nil
        case "payout", "chargeback", "payment_refunded": .card
        case "return_fee", "dispute_fee": .fee
        case "funds_received", "funds_sent_back", "withdrawal_sent": .wire
        default: .other
        }
    }
}
