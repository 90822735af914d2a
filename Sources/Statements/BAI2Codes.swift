/// What BAI2 type codes mean to us (BAI Cash Management Balance Reporting, version 2, appendix A).
enum BAI2Code {
    static let openingLedger = 10
    static let closingLedger = 15
    static let totalCredits = 100
    static let totalDebits = 400

    /// The side of a detail; `nil` for balances, information and codes of no range.
    static func side(_ code: Int) -> StatementSide? {
        switch code {
        case 100...399, 920...959: .credit
        case 400...699, 960...999: .debit
        // Loans: payments made to us, and money lent.
        case 720...759: .credit
        case 760...799: .debit
        default: nil
        }
    }

    static func kind(_ code: Int) -> StatementItem.Kind {
        switch code {
        case 142, 143, 145, 155, 156, 164, 165, 166, 167, 169: .ach
        case 451, 452, 455, 462, 464, 466, 467, 469: .ach
        case 168, 257, 468, 557: .achReturn
        case 191, 195, 206, 208, 491, 495, 506, 508: .wire
        case 146, 147: .card
        case 661, 698: .fee
        default: .other
        }
    }
}

extension ACHReferences {
    /// What free text says under a label, such as `TRACE NO 021000020000001` or `BATCH 2`.
    ///
    /// Banks put these into text in their own words; a number without its label is not believed.
    init(text: String) {
        self.init()
        guard !text.isEmpty else { return }
        let words = text.uppercased().split { " ,;:=#/\t".contains($0) }.map(String.init)
        var index = 0
        while index < words.count {
            let label = words[index]
            index += 1
            guard Self.labels.contains(label) else { continue }
            var value = index
            while value < words.count, Self.fillers.contains(words[value]) { value += 1 }
            guard value < words.count else { continue }
            take(words[value], label, hasFiller: value > index)
        }
    }

    private static let labels: Set<String> = [
        "TRACE", "BATCH", "FILE", "CO", "COMPANY", "REASON", "RETURN", "ORIGINAL",
    ]
    private static let fillers: Set<String> = ["NO", "NO.", "NUM", "NUMBER", "NBR", "ID", "CODE"]

    private mutating func take(_ word: String, _ label: String, hasFiller: Bool) {
        let digits = word.utf8.allSatisfy { (0x30...0x39).contains($0) }
        switch label {
        case "TRACE" where digits && word.count == 15: trace = trace ?? word
        case "BATCH" where digits && word.count <= 7:
            batch = batch ?? Self.withoutZeros(word)
        case "FILE" where hasFiller || word.hasSuffix(".ACH"): file = file ?? word
        case "CO" where hasFiller, "COMPANY" where hasFiller: company = company ?? word
        case "REASON", "RETURN":
            if word.count == 3, word.hasPrefix("R"), word.dropFirst().allSatisfy(\.isNumber) {
                returnCode = returnCode ?? word
            }
        default: break
        }
    }

    static func withoutZeros(_ digits: some StringProtocol) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }

    /// A trace number as it stands in a column: fifteen digits, or fourteen when a spreadsheet took
    /// the zero away.
    static func trace(_ text: String) -> String? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        switch text.count {
        case 15: return text
        case 14: return "0" + text
        default: return nil
        }
    }
}
