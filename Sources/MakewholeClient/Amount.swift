/// Dollars as people type and read them, in whole cents and never in floating point.
public enum Amount {
    /// The most anybody can mean.
    public static let centsMax: Int64 = 100_000_000_000

    /// Reads `1,234.50`, `$50` or `50.5`: digits with at most two decimals, and commas only between
    /// groups of three.
    public static func parse(_ text: String) -> Result<Int64, DepositModel.AmountProblem> {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let groups = parts.first?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        let isGrouped = groups.count > 1
        guard let first = groups.first, !first.isEmpty, !isGrouped || first.count <= 3,
            groups.dropFirst().allSatisfy({ $0.count == 3 }),
            groups.allSatisfy({ $0.utf8.allSatisfy(isDigit) })
        else { return .failure(.notAnAmount) }
        var decimals = ""
        if parts.count == 2 {
            decimals = String(parts[1])
            guard (1...2).contains(decimals.utf8.count), decimals.utf8.allSatisfy(isDigit) else {
                return .failure(.notAnAmount)
            }
        }
        let digits = groups.joined() + decimals + String(repeating: "0", count: 2 - decimals.count)
        guard digits.utf8.count <= 15, let cents = Int64(digits), cents <= centsMax else {
            return .failure(.tooLarge)
        }
        return cents > 0 ? .success(cents) : .failure(.tooSmall)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `$1,234.50`, with a minus in front of what is below zero.
    public static func text(_ cents: Int64) -> String {
        let digits = String(cents.magnitude / 100)
        var grouped = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        let rest = cents.magnitude % 100
        return "\(cents < 0 ? "−" : "")$\(grouped).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension DepositModel.AmountProblem: Error {}
