/// How a language writes numbers and dollars.
public struct NumberForms: Sendable, Hashable {
    /// Between whole digits and decimals.
    public let decimal: String
    /// Between groups of three digits.
    public let group: String
    /// Before a number below zero.
    public let minus: String
    /// What stands before and behind the digits of an amount in dollars.
    public let beforeDollars: String
    public let behindDollars: String

    /// As American English writes them. U+2212 is the minus: a hyphen is shorter than the digits
    /// and is read as a dash, or not at all.
    public static let american = NumberForms(
        decimal: ".", group: ",", minus: "\u{2212}", beforeDollars: "$", behindDollars: "")

    /// `-5000` becomes `−$50.00`, `123456789` becomes `$1,234,567.89`.
    public func dollars(_ cents: Int64) -> String {
        let sign = cents < 0 ? minus : ""
        let whole = grouped(cents.magnitude / 100)
        let fraction = NumberForms.padded(cents.magnitude % 100, 2)
        return sign + inDollars("\(whole)\(decimal)\(fraction)")
    }

    /// Digits as an amount of dollars.
    public func inDollars(_ digits: String) -> String { beforeDollars + digits + behindDollars }

    /// A decimal with grouped whole digits, without trailing zeros beyond `minimum` places.
    ///
    /// - Parameter places: How many of the digits of `count` are decimals, 0 to 18.
    public func decimal(_ count: Int64, places: Int, minimum: Int = 0) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        var fraction = places == 0 ? "" : NumberForms.padded(count.magnitude % scale, places)
        while fraction.utf8.count > minimum, fraction.hasSuffix("0") { fraction.removeLast() }
        let whole = grouped(count.magnitude / scale)
        let sign = count < 0 ? minus : ""
        return fraction.isEmpty ? sign + whole : "\(sign)\(whole)\(decimal)\(fraction)"
    }

    /// A whole number with its digits in groups of three.
    public func grouped(_ number: UInt64) -> String {
        let digits = String(number)
        guard digits.utf8.count > 3 else { return digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text += group }
            text.append(digit)
        }
        return text
    }

    /// A count, which may be below zero.
    public func whole(_ count: Int) -> String {
        (count < 0 ? minus : "") + grouped(UInt64(count.magnitude))
    }

    /// Digits with zeros before them.
    public static func padded(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
