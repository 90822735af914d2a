/// What the corrected data of a notification of change says.
public enum Correction: Hashable, Sendable {
    case account(String)
    case routing(RoutingNumber)
    case routingAndAccount(RoutingNumber, String)
    case name(String)
    case transactionCode(TransactionCode)
    case accountAndTransactionCode(String, TransactionCode)
    case routingAccountAndTransactionCode(RoutingNumber, String, TransactionCode)
    case foreignDFI(String)
    case identification(String)
    /// Our addenda were wrong. Nothing about the account changes.
    case addendaFormat
    /// The payment leaves the country and must be sent as IAT.
    case entryClass

    /// The text for the 29 columns, each part at the position the rules give it.
    ///
    /// Parts are cut at their column count: 17 for an account, 22 for a name or identification.
    public var correctedData: String {
        switch self {
        case .account(let account): Self.cut(account, 17)
        case .routing(let routing): routing.text
        case .routingAndAccount(let routing, let account):
            routing.text + "   " + Self.cut(account, 17)
        case .name(let name): Self.cut(name, 22)
        case .transactionCode(let code): String(code.rawValue)
        case .accountAndTransactionCode(let account, let code):
            Self.filled(account, 17) + "   " + String(code.rawValue)
        case .routingAccountAndTransactionCode(let routing, let account, let code):
            routing.text + Self.filled(account, 17) + String(code.rawValue)
        case .foreignDFI(let text): Self.cut(text, 29)
        case .identification(let text): Self.cut(text, 22)
        case .addendaFormat: ""
        case .entryClass: "IAT"
        }
    }

    /// The code that announces this correction.
    public var code: ChangeCode {
        switch self {
        case .account: .account
        case .routing: .routing
        case .routingAndAccount: .routingAndAccount
        case .name: .name
        case .transactionCode: .transactionCode
        case .accountAndTransactionCode: .accountAndTransactionCode
        case .routingAccountAndTransactionCode: .routingAccountAndTransactionCode
        case .foreignDFI: .foreignDFI
        case .identification: .identification
        case .addendaFormat: .addendaFormat
        case .entryClass: .entryClass
        }
    }

    private static func cut(_ text: String, _ width: Int) -> String { String(text.prefix(width)) }

    private static func filled(_ text: String, _ width: Int) -> String {
        let cut = text.prefix(width)
        return cut + String(repeating: " ", count: width - cut.count)
    }
}

/// How far the corrected data can be trusted.
public enum CorrectionReading: Hashable, Sendable {
    /// Every part stands in its columns and passes its check.
    case exact(Correction)
    /// The parts are out of their columns but recognisable. A person confirms before it is used.
    case likely(Correction)
    /// A person must read it.
    case unreadable
}

extension ChangeCode {
    /// Reads the 29 columns of corrected data that came with this code.
    ///
    /// Banks misplace the parts: an account right-justified, a transaction code at the end. The
    /// columns of the rules come first; only when a part fails its check there are the parts
    /// looked for between blanks, and then the reading is only likely.
    public func read(_ correctedData: String) -> CorrectionReading {
        let data = CorrectedData(correctedData)
        if let correction = data.byColumns(self) { return .exact(correction) }
        if let correction = data.byParts(self) { return .likely(correction) }
        return .unreadable
    }
}

struct CorrectedData {
    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    func byColumns(_ code: ChangeCode) -> Correction? {
        switch code {
        case .account:
            guard let account = account(1, 17), isBlank(after: 17) else { return nil }
            return .account(account)
        case .routing:
            guard let routing = routing(), isBlank(after: 9) else { return nil }
            return .routing(routing)
        case .routingAndAccount:
            guard let routing = routing(), text(10, 12).isEmpty, let account = account(13, 29)
            else { return nil }
            return .routingAndAccount(routing, account)
        case .name:
            let name = text(1, 22)
            return name.isEmpty ? nil : .name(name)
        case .transactionCode:
            guard let code = Self.code(text(1, 2)), isBlank(after: 2) else { return nil }
            return .transactionCode(code)
        case .accountAndTransactionCode:
            guard let account = account(1, 17), text(18, 20).isEmpty,
                let code = Self.code(text(21, 22)), isBlank(after: 22)
            else { return nil }
            return .accountAndTransactionCode(account, code)
        case .routingAccountAndTransactionCode:
            guard let routing = routing(), let account = account(10, 26),
                let code = Self.code(text(27, 28)), isBlank(after: 28)
            else { return nil }
            return .routingAccountAndTransactionCode(routing, account, code)
        case .foreignDFI:
            let text = text(1, 34)
            return text.isEmpty ? nil : .foreignDFI(text)
        case .identification:
            let text = text(1, 22)
            return text.isEmpty ? nil : .identification(text)
        case .addendaFormat: return .addendaFormat
        case .entryClass: return text(1, 3) == "IAT" ? .entryClass : nil
        default: return nil
        }
    }

    func byParts(_ code: ChangeCode) -> Correction? {
        let parts = bytes.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        switch code {
        case .account:
            // Only one that is out of its columns but whole; two parts would be a guess.
            guard parts.count == 1, parts[0].count <= 17 else { return nil }
            return .account(parts[0])
        case .routing:
            guard parts.count == 1, let routing = RoutingNumber(parts[0]) else { return nil }
            return .routing(routing)
        case .routingAndAccount:
            guard parts.count == 2, let routing = RoutingNumber(parts[0]) else { return nil }
            return .routingAndAccount(routing, parts[1])
        case .transactionCode:
            guard parts.count == 1, let code = Self.code(parts[0]) else { return nil }
            return .transactionCode(code)
        case .accountAndTransactionCode:
            guard parts.count == 2, let code = Self.code(parts[1]) else { return nil }
            return .accountAndTransactionCode(parts[0], code)
        case .routingAccountAndTransactionCode:
            guard let first = parts.first, let routing = RoutingNumber(first.prefix(9)),
                let last = parts.last, let code = Self.code(last)
            else { return nil }
            if parts.count == 2, first.count > 9 {
                return .routingAccountAndTransactionCode(
                    routing, String(first.dropFirst(9)), code)
            }
            guard parts.count == 3, first.count == 9 else { return nil }
            return .routingAccountAndTransactionCode(routing, parts[1], code)
        default: return nil
        }
    }

    private func routing() -> RoutingNumber? { RoutingNumber(text(1, 9)) }

    private func account(_ first: Int, _ last: Int) -> String? {
        let text = text(first, last)
        return text.isEmpty ? nil : text
    }

    private static func code(_ text: String) -> TransactionCode? {
        guard text.utf8.count == 2, let number = Digits.number(text.utf8),
            let code = TransactionCode(rawValue: UInt8(number)), code.use == .live
        else { return nil }
        return code
    }

    /// The columns `first` through `last`, counted from one, without blanks at either end.
    private func text(_ first: Int, _ last: Int) -> String {
        guard first <= bytes.count else { return "" }
        return ASCIIText.trimmed(bytes[(first - 1)..<min(last, bytes.count)])
    }

    private func isBlank(after column: Int) -> Bool {
        bytes.dropFirst(column).allSatisfy { $0 == 0x20 }
    }
}
