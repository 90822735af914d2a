import ArgumentParser
import Banking
import Foundation
import Nacha
import Rules
import Vocabulary
import Wire

/// What the banking calendar and the network's rules say, without a running service.
struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Say when a debit settles, until when it can come back, and when banks close.",
        discussion: "Exit codes: 0 done, 64 wrong usage, 65 bad data, 66 no such file.",
        subcommands: [CalendarExplain.self, CalendarDays.self])

    /// Before it the rule of daylight time, and so every moment, was another one.
    static let firstYear = 2007
    /// Far enough for any deadline that is asked for.
    static let lastYear = 2199

    static func usage(_ sentence: String) -> Failure {
        Failure(description: sentence, code: ExitCode(64))
    }

    static func bytes(_ file: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure(
                description: "\(file) is not there or cannot be read.", code: ExitCode(66))
        }
        return [UInt8](data)
    }
}

struct RulesOption: ParsableArguments {
    @Option(help: "Later amendments and closures (JSON): what rules.file of a deployment names.")
    var rules: String?

    func book() throws -> RuleBook {
        guard let rules else { return .builtIn }
        let bytes = try CalendarCommand.bytes(rules)
        do {
            return try RulesFile.load(bytes)
        } catch {
            throw Failure.badData("\(rules): \(error)")
        }
    }
}

struct CalendarExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say everything that follows from the moment a debit is handed to the bank.",
        discussion: """
            A day stands for its first moment, Eastern time. Without --policy the bank's clock and \
            the hold are those of the policy that comes with the program. With --from and --to \
            each day of the range is answered, one JSON object a line.
            """)

    @Option(help: "When the debit is handed in: a day, or a time as in 2026-11-25T19:59:00-05:00.")
    var submitted: String?
    @Option(help: "Answer each day from this one ...") var from: String?
    @Option(help: "... to this one.") var to: String?
    @Option(help: "The Eastern time of those days, HH:MM.") var at = "00:00"
    @Flag(help: "Ask for Same Day ACH.") var sameDay = false
    @Option(help: "A return or change code to tell the deadline of; repeat it, or say all.")
    var code: [String] = []
    @Flag(help: "One JSON object.") var json = false
    @Option(help: "The policy book; the policy in force at that moment is used.")
    var policy: String?
    @OptionGroup var rules: RulesOption

    func run() async throws {
        try await Failure.reported {
            let book = try rules.book()
            let policies = try policies()
            let codes = try codes(book)
            func answer(_ instant: Instant) -> CalendarAnswer {
                let policy = policies?.policy(at: instant)
                return CalendarAnswer(
                    submitted: instant, sameDay: sameDay, codes: codes, rules: book,
                    bank: policy?.timing(under: book) ?? book.timing(),
                    hold: policy?.hold ?? Policy.Hold(hours: 168, slackBankingDays: 1),
                    representmentDaysMax: policy?.representment.daysMax ?? 180)
            }
            switch (submitted, from, to) {
            case (let text?, nil, nil):
                let answer = answer(try moment(text))
                Terminal.data(json ? answer.json.text() : answer.text)
            case (nil, let from?, let to?):
                guard let time = TimeOfDay(clock: at) else {
                    throw CalendarCommand.usage("--at is a time, HH:MM.")
                }
                let last = try day(to, "--to")
                var output = Output()
                var day = try day(from, "--from")
                while day <= last {
                    output.write(answer(Eastern.instant(on: day, at: time)).json.text() + "\n")
                    day = day.adding(days: 1)
                }
                try output.flush()
            default:
                throw CalendarCommand.usage("Say --submitted, or --from and --to.")
            }
        }
    }

    private func day(_ text: String, _ option: String) throws -> Day {
        guard let day = Day(iso: text) else {
            throw CalendarCommand.usage("\(option) is a day, YYYY-MM-DD.")
        }
        return try known(day, option)
    }

    private func known(_ day: Day, _ option: String) throws -> Day {
        let years = CalendarCommand.firstYear...CalendarCommand.lastYear
        guard years.contains(day.year) else {
            throw CalendarCommand.usage(
                "\(option) is of \(years.lowerBound) through \(years.upperBound).")
        }
        return day
    }

    private func moment(_ text: String) throws -> Instant {
        if let instant = Instant(rfc3339: text) {
            _ = try known(Eastern.day(at: instant), "--submitted")
            return instant
        }
        guard let day = Day(iso: text), let midnight = TimeOfDay(hour: 0, minute: 0) else {
            throw CalendarCommand.usage(
                "--submitted is a day, YYYY-MM-DD, or an RFC 3339 time with its offset.")
        }
        return Eastern.instant(on: try known(day, "--submitted"), at: midnight)
    }

    private func codes(_ book: RuleBook) throws -> [String] {
        if code == ["all"] {
            return book.versions.newest.codes.codes.map(\.text) + ChangeCodeFacts.codes.map(\.text)
        }
        return try code.map { text in
            guard let code = ReturnCode(text), ["R", "C"].contains(code.text.first) else {
                throw CalendarCommand.usage("--code is a code such as R10 or C01, or all.")
            }
            return code.text
        }
    }

    private func policies() throws -> PolicyBook? {
        guard let policy else { return nil }
        let bytes = try CalendarCommand.bytes(policy)
        do {
            return try PolicyFile.load(bytes)
        } catch {
            throw Failure.badData("\(policy): \(error)")
        }
    }
}

struct CalendarDays: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "days", abstract: "List the weekdays of a year on which banks are closed.")

    @Option(help: "The year.") var year: Int
    @Flag(help: "One JSON object.") var json = false
    @OptionGroup var rules: RulesOption

    func run() async throws {
        try await Failure.reported {
            let years = CalendarCommand.firstYear...CalendarCommand.lastYear
            guard years.contains(year) else {
                throw CalendarCommand.usage(
                    "--year is \(years.lowerBound) through \(years.upperBound).")
            }
            let days = CalendarYear(year, try rules.book().calendar)
            Terminal.data(json ? days.json.text() : days.text)
        }
    }
}
