import Banking
import Edges
import Foundation
import Rules
import Service

/// Which banking day's expectation a file fulfils. Pure: the same arrivals in the same order always
/// count for the same days.
///
/// A file whose pattern says the day counts for that day, whenever it comes. Any other counts for
/// the oldest day that still waits for one, but for none whose time begins only after it came: a
/// day's time begins when the one before it was due.
struct Expectation {
    let file: ExpectedFile
    let calendar: BankingCalendar

    func due(_ day: Day) -> Instant { Eastern.instant(on: day, at: file.due) }

    /// From when on nobody waits in silence.
    func late(_ day: Day) -> Instant { due(day).adding(seconds: 60 * file.graceMinutes) }

    func begins(_ day: Day) -> Instant { due(calendar.bankingDay(1, before: day)) }

    /// The banking days from `first` whose time has begun by `now`, oldest first.
    func days(from first: Day, at now: Instant) -> [Day] {
        var days: [Day] = []
        var day = calendar.bankingDay(onOrAfter: first)
        while begins(day) < now {
            days.append(day)
            day = calendar.bankingDay(1, after: day)
        }
        return days
    }

    /// Gives each arrival to a day of `waiting`; both are in order, and no two arrivals share a name.
    func assign(_ arrivals: [(name: String, at: Instant)], to waiting: [Day]) -> [Day: String] {
        var came: [Day: String] = [:]
        for arrival in arrivals {
            let day = waiting.first { day in
                came[day] == nil
                    && file.pattern.matches(Self.nameAsSent(arrival.name), of: day)
                    && (file.pattern.saysDay || begins(day) < arrival.at)
            }
            if let day { came[day] = arrival.name }
        }
        return came
    }

    /// The second of two files of a name is kept under the name with a mark behind it.
    static func nameAsSent(_ name: String) -> String {
        String(name.split(separator: "#", maxSplits: 1).first ?? "")
    }
}

extension BankRail {
    /// So many banking days back a file may still come for a day nobody was told of yet: longer than
    /// any outage of ours, bounded so that a start after a year does not tell of each day.
    private static let daysBackMax = 10

    /// Looks for files that should have come by now. What is missing is told once, and holds up
    /// releases until it comes or a person says that none will.
    func lookForMissing() throws {
        guard !bank.expected.isEmpty else { return }
        for file in bank.expected {
            try look(for: Expectation(file: file, calendar: timing.calendar))
        }
        try hearOfMissing()
    }

    /// Takes from what is kept whether a file is missing: another process may have found it.
    public func hearOfMissing() throws {
        let isStale = try !service.edge.missing().isEmpty
        guard memory.changes(to: isStale) else { return }
        service.engine.update(bankFeedStale: isStale)
        logger.notice("releases \(isStale ? "wait for a file of the bank's" : "go on")")
    }

    private func look(for expectation: Expectation) throws {
        let name = expectation.file.name
        let now = service.clock.now()
        let days = expectation.days(from: try firstDay(expectation, now), at: now)
        guard let oldest = days.first else { return }
        let decided = try service.edge.expected(name, from: oldest)
        let open = days.filter { day in
            decided.first { $0.day == day }.map { $0.outcome == .missing } ?? true
        }
        guard let first = open.first else { return }
        let used = Set(
            decided.compactMap { if case .came(let file) = $0.outcome { file } else { nil } })
        let from =
            expectation.file.pattern.saysDay
            ? expectation.begins(oldest) : expectation.begins(first)
        let arrivals = try service.edge.arrivals(
            inbound: expectation.file.direction == .inbound, after: from
        ).filter { !used.contains($0.name) }
        let came = expectation.assign(arrivals, to: open)
        for day in open {
            let key = "bank file expected \(name) \(day.iso)"
            if let file = came[day] {
                try keep(name, day, .came(file: file))
                try service.settle(alertAbout: key)
            } else if let person = try service.edge.closedBy(service.alertID(about: key)) {
                try keep(name, day, .excused(by: person))
            } else if expectation.late(day) <= now, !decided.contains(where: { $0.day == day }) {
                try service.raise(.bankFileMissing(name: name, day: day), about: key)
                try keep(name, day, .missing)
                logger.error(
                    "a file of the bank's has not come",
                    metadata: ["expected": "\(name)", "day": "\(day.iso)"])
            }
        }
    }

    private func keep(
        _ name: String, _ day: Day, _ outcome: EdgeStore.Expected.Outcome
    ) throws {
        try service.edge.keep(
            EdgeStore.Expected(expectation: name, day: day, outcome: outcome),
            at: service.clock.now())
    }

    /// The day from which an expectation holds: the first whose time begins after it was first read
    /// from the configuration, but none too long ago.
    private func firstDay(_ expectation: Expectation, _ now: Instant) throws -> Day {
        let setting = "bank_expected_since:\(expectation.file.name)"
        let today = Eastern.day(at: now)
        let calendar = expectation.calendar
        guard let since = try service.edge.setting(setting).flatMap({ Day(iso: $0) }) else {
            let first =
                calendar.isBankingDay(today) && expectation.due(today) > now
                ? today : calendar.bankingDay(1, after: today)
            try service.edge.set(setting, to: first.iso)
            return first
        }
        // Of days that are missing still, none is forgotten.
        let missing = try service.edge.missing().filter { $0.expectation == expectation.file.name }
        let back = calendar.bankingDay(Self.daysBackMax, before: today)
        return max(since, min(back, missing.first?.day ?? back))
    }
}
