import Banking
import Money
import Nacha
import Wire

/// Amendments of the network's rules as a deployment writes them, with closures by date.
///
/// `docs/reference/calendar.md` explains every value. The file is read strictly, because a window
/// that was meant and misspelt must not silently stay as it was.
public enum RulesFile {
    /// Far above any file; bounds the work on a wrong one.
    public static let bytesMax = 1 << 20
    static let amendmentsMax = 100
    static let closuresMax = 1_000
    static let codesMax = 200

    /// `book` with what `bytes` add to it.
    ///
    /// - Throws: ``RulesFileProblem`` with a JSON pointer to each fault, or with the sentence of an
    ///   amendment that cannot be meant.
    public static func load(
        _ bytes: [UInt8], onto book: RuleBook = .builtIn
    ) throws(RulesFileProblem) -> RuleBook {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, bytesMax: bytesMax)
        } catch {
            throw RulesFileProblem(["\(error.pointer.isEmpty ? "" : error.pointer + ": ")\(error)"])
        }
        let closures: [Day]
        let amendments: [Amendment]
        do throws(InvalidBody) {
            (closures, amendments) = try JSONObjectReader.read(json) { reader in
                (Self.closures(&reader), Self.amendments(&reader))
            }
        } catch {
            throw RulesFileProblem(
                error.errors.map {
                    $0.pointer.isEmpty ? $0.detail : "\($0.pointer): \($0.detail)"
                })
        }
        do throws(RuleProblem) {
            return try book.amended(by: amendments, closures: Set(closures))
        } catch {
            throw RulesFileProblem(["\(error)"])
        }
    }

    private static func closures(_ reader: inout JSONObjectReader) -> [Day] {
        guard reader.optionalValue("closures") != nil else { return [] }
        return reader.strings("closures", max: closuresMax, lengthMax: 10).enumerated().compactMap {
            index, text in
            if let day = Day(iso: text) { return day }
            reader.reject("closures", .malformed, "Element \(index) must be YYYY-MM-DD.")
            return nil
        }
    }

    private static func amendments(_ reader: inout JSONObjectReader) -> [Amendment] {
        guard reader.optionalValue("amendments") != nil else { return [] }
        return reader.objects("amendments", max: amendmentsMax) { amendment(&$0) }
    }

    private static func amendment(_ reader: inout JSONObjectReader) -> Amendment {
        let name = reader.string("name", max: 100)
        let day = reader.parsed(
            "effectiveFrom", max: 10, expected: "YYYY-MM-DD",
            placeholder: Day(daysSinceEpoch: 0)
        ) { Day(iso: $0) }
        return Amendment(
            name: name, effectiveFrom: day,
            windows: reader.optionalObject("windows") { windows(&$0) } ?? .init(),
            codes: codes(&reader),
            rates: reader.optionalObject("rates") { rates(&$0) },
            sameDay: reader.optionalObject("sameDay") { sameDay(&$0) })
    }

    private static func windows(_ reader: inout JSONObjectReader) -> Amendment.WindowChange {
        let days = Int64(ACHWindows.daysMax)
        func banking(_ name: String) -> Int? {
            reader.optionalInteger(name, in: 1...days).map { Int($0) }
        }
        var windows = Amendment.WindowChange()
        windows.settlementBankingDays = banking("settlementBankingDays")
        windows.standardReturnBankingDays = banking("standardReturnBankingDays")
        windows.extendedReturnCalendarDays =
            reader.optionalInteger("extendedReturnCalendarDays", in: 0...days).map { Int($0) }
        windows.dishonorBankingDays = banking("dishonorBankingDays")
        windows.contestBankingDays = banking("contestBankingDays")
        windows.prenoteBankingDays = banking("prenoteBankingDays")
        windows.returnRequestBankingDays = banking("returnRequestBankingDays")
        return windows
    }

    private static func codes(_ reader: inout JSONObjectReader) -> [Amendment.CodeChange] {
        guard reader.optionalValue("codes") != nil else { return [] }
        return reader.objects("codes", max: codesMax) { code(&$0) }
    }

    private static func code(_ reader: inout JSONObjectReader) -> Amendment.CodeChange {
        func word<Value>(_ name: String, _ words: Words<Value>) -> Value? {
            reader.optionalParsed(name, max: 40, expected: words.expected, words.value)
        }
        let code = reader.parsed(
            "code", max: 3, expected: "R and two digits", placeholder: ReturnCode.insufficientFunds
        ) { text in
            text.first == "R" && text.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
                ? ReturnCode(text) : nil
        }
        var change = Amendment.CodeChange(code)
        change.title = reader.optionalString("title", max: 100)
        change.initiator = word("initiator", Words<ReturnInitiator>.initiators)
        change.window = reader.optionalParsed(
            "window", max: 40,
            expected: "a window such as \"2 banking days\", \"60 calendar days\" or \"next file\""
        ) { ReturnWindow(text: $0, daysMax: ACHWindows.daysMax) }
        change.needsWrittenStatement = reader.optionalBoolean("writtenStatement")
        change.representment = reader.optionalParsed(
            "representment", max: 40,
            expected: "\"2 within 180 days\", \"after correction\", \"new authorization\" or "
                + "\"never\""
        ) { Representment(text: $0) }
        change.bankAccount = word("bankAccount", Words<BankAccountEffect>.accounts)
        change.customerHold = word("customer", Words<CustomerHold>.customers)
        change.rateBucket = word("rate", Words<RateBucket>.rates)
        change.reasonGroup = word("reason", Words<ReasonGroup>.reasons)
        return change
    }

    private static func rates(_ reader: inout JSONObjectReader) -> ReturnRateLimits {
        ReturnRateLimits(
            unauthorized: reader.object("unauthorized") { limit(&$0) },
            administrative: reader.object("administrative") { limit(&$0) },
            overall: reader.object("overall") { limit(&$0) },
            days: Int(reader.integer("days", in: 1...400)),
            months: Int(reader.integer("months", in: 1...12)))
    }

    private static func limit(_ reader: inout JSONObjectReader) -> RateLimit {
        let most = BasisPoints(reader.integer("most", in: 1...10_000))
        let warnings = reader.array("warnings", max: 10).compactMap { element -> BasisPoints? in
            if case .integer(let count) = element, (1...10_000).contains(count) {
                return BasisPoints(count)
            }
            reader.reject("warnings", .wrongType, "Warnings are basis points, 1 through 10000.")
            return nil
        }
        let consequence = reader.parsed(
            "consequence", max: 20, expected: Words<RateLimit.Consequence>.consequences.expected,
            placeholder: .violation, Words<RateLimit.Consequence>.consequences.value)
        if let problem = RateLimit.problem(most: most, warnings: warnings) {
            reader.reject("", .conflict, problem + ".")
            return RateLimit(most: most, warnings: [], consequence: consequence)
        }
        return RateLimit(most: most, warnings: warnings, consequence: consequence)
    }

    private static func sameDay(_ reader: inout JSONObjectReader) -> SameDayLimits {
        let amount = reader.integer("amountMax", in: 0...99_999_999_99)
        var windows: [SameDayLimits.Window] = []
        for read in reader.objects("windows", min: 1, max: 24, { sameDayWindow(&$0) }) {
            guard let window = read, windows.last.map({ $0.deadline < window.deadline }) ?? true
            else {
                reader.reject("windows", .conflict, "Each deadline must be after the one before.")
                break
            }
            windows.append(window)
        }
        guard !windows.isEmpty else { return RuleBook.builtIn.versions.newest.sameDay }
        return SameDayLimits(amountMaxCents: amount, windows: windows)
    }

    private static func sameDayWindow(
        _ reader: inout JSONObjectReader
    ) -> SameDayLimits.Window? {
        func time(_ name: String) -> TimeOfDay {
            reader.parsed(
                name, max: 5, expected: "a time, HH:MM", placeholder: .openingOfBusiness
            ) { TimeOfDay(clock: $0) }
        }
        let (deadline, settles) = (time("deadline"), time("settles"))
        guard deadline < settles else {
            reader.reject("settles", .conflict, "A window settles after its deadline.")
            return nil
        }
        return SameDayLimits.Window(deadline: deadline, settles: settles)
    }
}

/// What is wrong with a rules file: a sentence for each fault.
public struct RulesFileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let sentences: [String]

    init(_ sentences: [String]) { self.sentences = sentences }

    public var description: String { sentences.joined(separator: "\n") }
}
