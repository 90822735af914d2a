import Money
import Wire

/// Everything a person can make the world do: by a button of the control page, by the command
/// line, or by a script. One list, so that no way can do more than another.
enum ControlCommand: Sendable, Equatable {
    case advance(AdvanceTarget)
    case bank(BankCommand)
    case processor(ProcessorCommand)
    case market(MarketCommand)
    case bounce(address: String, isBouncing: Bool)
}

/// What a person can make the bank do.
enum BankCommand: Sendable, Equatable {
    /// One entry, or all that wait.
    case settle(entry: String?)
    case returnNow(entry: String, code: String, variation: BankState.ReturnVariation)
    case returnLater(entry: String, code: String, bankingDays: Int)
    case repeatReturn(entry: String)
    case repeatFile(name: String)
    case change(entry: String, code: String, corrected: String)
    case contest(trace: String, code: String)
    /// The code incoming dishonored returns are contested with; none accepts them.
    case contestPolicy(code: String?)
    case wire(amountMinor: Int64, reference: String, sender: String)
}

/// What a person can make the processor do.
enum ProcessorCommand: Sendable, Equatable {
    case pay(charge: String, PayChoice)
    case dispute(charge: String, feeMinor: Int64)
    case payOut
    case fault(ProcessorFault, calls: Int)
    case repeatWebhook(id: String)
}

/// What a person can make the market do.
enum MarketCommand: Sendable, Equatable {
    case price(asset: String, count: Int64)
    case move(asset: String, basisPoints: Int64)
    case halt(asset: String, isHalted: Bool)
    case thin(asset: String, percent: Int64)
    case freeze(Bool)
    case drift(Bool)
}

/// A command that was not understood: which field, and what it should be.
struct ControlMistake: Error, Equatable {
    var field: String
    var detail: String
}

extension ControlCommand {
    /// Reads a command from its path below `/control/` and the fields of a form; `nil` when there
    /// is no such command.
    init?(path: String, form: FormBody) throws(ControlMistake) {
        let fields = ControlFields(form: form)
        switch path {
        case "clock/advance":
            self = .advance(
                try fields.value("by", "90m, 1h, 2d, next or an RFC 3339 time") {
                    AdvanceTarget($0)
                })
        case "mail/bounce":
            self = .bounce(
                address: try fields.text("address", max: 254),
                isBouncing: try fields.switchPosition())
        default:
            if let command = try BankCommand(path, fields) {
                self = .bank(command)
            } else if let command = try ProcessorCommand(path, fields) {
                self = .processor(command)
            } else if let command = try MarketCommand(path, fields) {
                self = .market(command)
            } else {
                return nil
            }
        }
    }
}

extension BankCommand {
    fileprivate init?(_ path: String, _ fields: ControlFields) throws(ControlMistake) {
        switch path {
        case "bank/settle":
            self = .settle(entry: fields.optional("entry"))
        case "bank/return":
            let entry = try fields.text("entry", max: 64)
            let code = try fields.code()
            let variation = try fields.word(
                "variation", otherwise: BankState.ReturnVariation.plain)
            if let days = try fields.optionalCount("after", in: 0...500) {
                self = .returnLater(entry: entry, code: code, bankingDays: days)
            } else {
                self = .returnNow(entry: entry, code: code, variation: variation)
            }
        case "bank/repeat-return":
            self = .repeatReturn(entry: try fields.text("entry", max: 64))
        case "bank/repeat-file":
            self = .repeatFile(name: try fields.text("file", max: 120))
        case "bank/change":
            self = .change(
                entry: try fields.text("entry", max: 64), code: try fields.code(),
                corrected: try fields.text("corrected", max: 29))
        case "bank/contest":
            self = .contest(
                trace: try fields.text("trace", max: 15), code: try fields.code())
        case "bank/contest-policy":
            let code = try fields.code()
            self = .contestPolicy(code: code == "OFF" ? nil : code)
        case "bank/wire":
            self = .wire(
                amountMinor: try fields.dollars("amount"),
                reference: try fields.text("reference", max: 35),
                sender: try fields.text("sender", max: 35))
        default:
            return nil
        }
    }
}

extension ProcessorCommand {
    fileprivate init?(_ path: String, _ fields: ControlFields) throws(ControlMistake) {
        switch path {
        case "processor/pay":
            self = .pay(
                charge: try fields.text("charge", max: 64), try fields.word("choice"))
        case "processor/dispute":
            self = .dispute(
                charge: try fields.text("charge", max: 64),
                feeMinor: fields.optional("fee") == nil ? 1_500 : try fields.dollars("fee"))
        case "processor/payout":
            self = .payOut
        case "processor/fault":
            self = .fault(
                try fields.word("fault"),
                calls: try fields.optionalCount("calls", in: 0...1_000) ?? 1)
        case "processor/repeat-webhook":
            self = .repeatWebhook(id: try fields.text("webhook", max: 80))
        default:
            return nil
        }
    }
}

extension MarketCommand {
    fileprivate init?(_ path: String, _ fields: ControlFields) throws(ControlMistake) {
        switch path {
        case "market/price":
            let asset = try fields.asset()
            let price = try fields.value("price", "a price such as 59700.00") {
                asset.price($0)
            }
            self = .price(asset: asset.code, count: price.count)
        case "market/move":
            self = .move(
                asset: try fields.asset().code,
                basisPoints: try fields.value("percent", "a percentage such as -10 or 2.5") {
                    Self.basisPoints($0)
                })
        case "market/halt":
            self = .halt(asset: try fields.asset().code, isHalted: try fields.switchPosition())
        case "market/thin":
            let percent = try fields.optionalCount("percent", in: 0...100) ?? 10
            self = .thin(asset: try fields.asset().code, percent: Int64(percent))
        case "market/freeze":
            self = .freeze(try fields.switchPosition())
        case "market/drift":
            self = .drift(try fields.switchPosition())
        default:
            return nil
        }
    }

    /// Reads `-10` or `2.5` percent as basis points.
    private static func basisPoints(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-") || text.hasPrefix("\u{2212}")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let count = DecimalText.parse(digits, scale: 2), count <= 1_000_000 else {
            return nil
        }
        return isNegative ? -count : count
    }
}

/// Typed reading of a command's fields.
private struct ControlFields {
    let form: FormBody

    /// An empty field counts as absent: browsers send those.
    func optional(_ name: String) -> String? {
        form[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A return or change code, in capitals; the bank checks that it is one.
    func code() throws(ControlMistake) -> String {
        try text("code", max: 3).uppercased()
    }

    func text(_ name: String, max: Int) throws(ControlMistake) -> String {
        guard let text = optional(name), text.unicodeScalars.count <= max else {
            throw ControlMistake(field: name, detail: "Give \(name), 1 to \(max) characters.")
        }
        return text
    }

    func value<Value>(
        _ name: String, _ expected: String, _ read: (String) -> Value?
    ) throws(ControlMistake) -> Value {
        guard let value = optional(name).flatMap(read) else {
            throw ControlMistake(field: name, detail: "Give \(name) as \(expected).")
        }
        return value
    }

    func word<Value: CaseIterable & RawRepresentable<String>>(
        _ name: String, otherwise: Value? = nil
    ) throws(ControlMistake) -> Value {
        if let otherwise, optional(name) == nil { return otherwise }
        let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, "one of \(words)") { Value(rawValue: $0) }
    }

    func optionalCount(
        _ name: String, in range: ClosedRange<Int>
    ) throws(ControlMistake) -> Int? {
        guard let text = optional(name) else { return nil }
        guard let count = Int(text), range.contains(count) else {
            throw ControlMistake(
                field: name,
                detail: "Give \(name) from \(range.lowerBound) to \(range.upperBound).")
        }
        return count
    }

    func dollars(_ name: String) throws(ControlMistake) -> Int64 {
        try value(name, "dollars, such as 50.00") { Dollars.cents($0) }
    }

    func asset() throws(ControlMistake) -> MarketAsset {
        try value("asset", "BTC, ETH or USDC") { MarketAsset.named($0.uppercased()) }
    }

    func switchPosition() throws(ControlMistake) -> Bool {
        try value("state", "on or off") { text in
            switch text {
            case "on": true
            case "off": false
            default: nil
            }
        }
    }
}
