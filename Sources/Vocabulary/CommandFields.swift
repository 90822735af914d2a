import Banking
import Ledger
import Money
import Nacha
import Rules
import Wire

/// How the values of commands are written in JSON. Placeholders stand in for what was wrong; the
/// reader hands out nothing while there is an error.
extension JSONObjectReader {
    /// Longest text of an identifier or of a scenario's name for one.
    static let identifierLengthMax = 64
    static let reasonLengthMax = 500
    static let decimalLengthMax = 40

    // MARK: Identifiers

    mutating func id<Kind>(_ field: String, _ context: CommandContext) -> Identifier<Kind> {
        if let text = context.given[field] {
            return given(text, field, context) ?? Identifier(high: 0, low: 0)
        }
        return parsed(
            field, max: Self.identifierLengthMax,
            expected: "an identifier that starts with \(Kind.prefix)_",
            placeholder: Identifier(high: 0, low: 0)
        ) { Self.identifier($0, context) }
    }

    mutating func optionalID<Kind>(
        _ field: String, _ context: CommandContext
    ) -> Identifier<Kind>? {
        if let text = context.given[field] { return given(text, field, context) }
        return optionalParsed(
            field, max: Self.identifierLengthMax,
            expected: "an identifier that starts with \(Kind.prefix)_"
        ) { Self.identifier($0, context) }
    }

    mutating func ids<Kind>(
        _ field: String, max: Int, _ context: CommandContext
    ) -> [Identifier<Kind>] {
        guard let elements = optionalArray(field, max: max) else { return [] }
        var ids: [Identifier<Kind>] = []
        for (index, element) in elements.enumerated() {
            if let text = element.stringValue, text.utf8.count <= Self.identifierLengthMax,
                let id: Identifier<Kind> = Self.identifier(text, context)
            {
                if ids.contains(id) {
                    reject(field, .conflict, "Element \(index + 1) is named twice.")
                }
                ids.append(id)
            } else {
                reject(
                    field, .malformed,
                    "Element \(index + 1) must be an identifier that starts with \(Kind.prefix)_.")
            }
        }
        return ids
    }

    /// `dep_…`, `stl_…` or `sus_…`: what a bank entry is for.
    mutating func payment(_ field: String, _ context: CommandContext) -> PaymentReference {
        let placeholder = PaymentReference.deposit(DepositID(high: 0, low: 0))
        if let text = context.given[field] {
            return Self.payment(text, context) ?? placeholder
        }
        return parsed(
            field, max: Self.identifierLengthMax,
            expected:
                "an identifier of a deposit (dep_), a settlement (stl_) or a micro-entry (mic_)",
            placeholder: placeholder
        ) { Self.payment($0, context) }
    }

    private mutating func given<Kind>(
        _ text: String, _ field: String, _ context: CommandContext
    ) -> Identifier<Kind>? {
        if let id: Identifier<Kind> = Self.identifier(text, context) { return id }
        reject(field, .malformed, "This must be an identifier that starts with \(Kind.prefix)_.")
        return nil
    }

    private static func identifier<Kind>(
        _ text: String, _ context: CommandContext
    ) -> Identifier<Kind>? {
        Identifier(text) ?? context.named(Kind.prefix, text).flatMap { Identifier($0) }
    }

    private static func payment(_ text: String, _ context: CommandContext) -> PaymentReference? {
        if let id: DepositID = identifier(text, context) { return .deposit(id) }
        if let id: SettlementID = identifier(text, context) { return .settlement(id) }
        if let id: MicroEntryID = identifier(text, context) { return .microEntry(id) }
        return nil
    }

    // MARK: Money

    /// Cents above zero, up to ``Cents/max``.
    mutating func cents(_ field: String) -> Cents {
        Cents(integer(field, in: 1...Cents.max.count))
    }

    mutating func optionalCents(_ field: String, from min: Int64 = 1) -> Cents? {
        optionalInteger(field, in: min...Cents.max.count).map { Cents($0) }
    }

    /// Cents that may be none, as a fee or a bank's answer about a balance may.
    mutating func centsOrZero(_ field: String) -> Cents {
        Cents(integer(field, in: 0...Cents.max.count))
    }

    /// A fee: none when the field is absent.
    mutating func fee(_ field: String) -> Cents { optionalCents(field, from: 0) ?? .zero }

    /// An asset of the policy; dollars only where the command can be about dollars.
    mutating func asset(
        _ field: String, _ context: CommandContext, orDollars: Bool = false
    ) -> Asset? {
        let text = string(field, max: 8)
        guard !text.isEmpty else { return nil }
        return asset(text, field, context, orDollars: orDollars)
    }

    mutating func optionalAsset(_ field: String, _ context: CommandContext) -> Asset? {
        guard let text = optionalString(field, max: 8) else { return nil }
        return asset(text, field, context, orDollars: false)
    }

    mutating func assets(_ field: String, _ context: CommandContext) -> [AssetCode] {
        let texts = strings(field, max: 100, lengthMax: 8)
        var codes: [AssetCode] = []
        for text in texts {
            guard let asset = asset(text, field, context, orDollars: false) else { continue }
            if codes.contains(asset.code) {
                reject(field, .conflict, "\(asset.code) is named twice.")
            }
            codes.append(asset.code)
        }
        return codes
    }

    private mutating func asset(
        _ text: String, _ field: String, _ context: CommandContext, orDollars: Bool
    ) -> Asset? {
        if let code = AssetCode(text) {
            if orDollars, code == .usd { return .usd }
            if let asset = context.policy.asset(code)?.asset { return asset }
        }
        let known = (orDollars ? ["USD"] : []) + context.policy.assets.map(\.code.description)
        reject(field, .notAllowed, "An asset must be one of: \(known.joined(separator: ", ")).")
        return nil
    }

    /// A decimal string in whole units of `asset`, above zero: `"0.00829166"`.
    ///
    /// Where the asset is unknown its decimals are too, so only the presence of the field is asked.
    mutating func quantity(_ field: String, of asset: Asset?) -> Quantity {
        guard let asset else {
            _ = string(field, max: Self.decimalLengthMax)
            return Quantity(1)
        }
        let count = parsed(
            field, max: Self.decimalLengthMax,
            expected: "a decimal string with at most \(asset.scale) decimals, as in \"0.5\"",
            placeholder: Int64(1)
        ) { DecimalText.parse($0, scale: asset.scale) }
        guard count > 0, let quantity = Quantity(exactly: count) else {
            let max = DecimalText.format(Quantity.max.count, scale: asset.scale)
            reject(field, .outOfRange, "This must be above zero and at most \(max).")
            return Quantity(1)
        }
        return quantity
    }

    /// Dollars for one whole unit, a decimal string above zero with at most eight decimals.
    mutating func price(_ field: String) -> Price? {
        let text = string(field, max: Self.decimalLengthMax)
        guard !text.isEmpty else { return nil }
        if let count = DecimalText.parse(text, scale: Price.scale), let price = Price(count: count)
        {
            return price
        }
        reject(
            field, .malformed,
            "This must be a price above zero with at most \(Price.scale) decimals, as in \"5.25\"."
        )
        return nil
    }

    // MARK: Time

    mutating func instant(_ field: String) -> Instant {
        parsed(
            field, max: 64, expected: "an RFC 3339 time, as in \"2026-03-02T20:00:00Z\"",
            placeholder: Instant(milliseconds: 0)
        ) { Instant(rfc3339: $0) }
    }

    mutating func optionalInstant(_ field: String) -> Instant? {
        optionalParsed(
            field, max: 64, expected: "an RFC 3339 time, as in \"2026-03-02T20:00:00Z\""
        ) { Instant(rfc3339: $0) }
    }

    mutating func day(_ field: String) -> Day {
        parsed(
            field, max: 10, expected: "a date, as in \"2026-03-02\"",
            placeholder: Day(daysSinceEpoch: 0)
        ) { Day(iso: $0) }
    }

    mutating func optionalDay(_ field: String) -> Day? {
        optionalParsed(field, max: 10, expected: "a date, as in \"2026-03-02\"") { Day(iso: $0) }
    }

    // MARK: Texts of the bank

    /// A field that leads to nothing when it is wrong; the error has been noted then.
    mutating func trace(_ field: String) -> TraceNumber? {
        optionalOr(field, expected: "a trace number of fifteen digits", max: 15) {
            TraceNumber($0)
        }
    }

    /// A return or change code: a letter and two digits. Codes the rules do not know are let in,
    /// because the bank sends what it sends; they are treated with the most care.
    mutating func bankCode(_ field: String, letters: String = "R") -> String {
        parsed(
            field, max: 3, expected: "a code such as \(letters.prefix(1))01", placeholder: ""
        ) { text in
            let bytes = Array(text.utf8)
            guard bytes.count == 3, letters.utf8.contains(bytes[0]),
                bytes.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            return text
        }
    }

    mutating func routingNumber(_ field: String) -> RoutingNumber? {
        optionalOr(
            field, expected: "a routing number of nine digits whose check digit is right", max: 9
        ) { RoutingNumber($0) }
    }

    /// Nacha Operating Rules, entry detail record: an account number has at most 17 characters, and
    /// zeros alone are none: an entry with them could not be written, nor the file it is in.
    mutating func accountNumber(_ field: String) -> String {
        parsed(
            field, max: 17, expected: "an account number of 4 through 17 digits, not zeros alone",
            placeholder: ""
        ) { text in
            text.utf8.count >= 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
                && !text.utf8.allSatisfy { $0 == 0x30 } ? text : nil
        }
    }

    mutating func lastFour(_ field: String) -> String {
        parsed(field, max: 4, expected: "the last four digits", placeholder: "") { text in
            text.utf8.count == 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
                ? text : nil
        }
    }

    mutating func reason(_ field: String = "reason") -> String {
        string(field, max: Self.reasonLengthMax, lines: .many)
    }

    /// Required text parsed into a value that has no natural placeholder.
    private mutating func optionalOr<Value>(
        _ field: String, expected: String, max: Int, _ parse: (String) -> Value?
    ) -> Value? {
        parsed(field, max: max, expected: expected, placeholder: Value?.none) { text in
            parse(text).map { Value?.some($0) }
        }
    }
}
