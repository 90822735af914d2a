/// Exact decimal text, the only way amounts with a scale cross the edges.
public enum DecimalText {
    /// Reads `12`, `12.5` or `0.00000001` as a count of units of `10^-scale`.
    ///
    /// `nil` for signs, exponents, spaces, a missing digit on either side of the point, more
    /// decimals than `scale` holds, or a value above `Int64`.
    public static func parse(_ text: some StringProtocol, scale: Int) -> Int64? {
        var count: Int64 = 0
        var decimals: Int?
        var digits = 0
        for byte in text.utf8 {
            if byte == 0x2E {
                guard decimals == nil, digits > 0 else { return nil }
                decimals = 0
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            digits += 1
            if let seen = decimals {
                guard seen < scale else { return nil }
                decimals = seen + 1
            }
            guard append(Int64(byte - 0x30), to: &count) else { return nil }
        }
        guard digits > 0, decimals != 0 else { return nil }
        for _ in (decimals ?? 0)..<scale {
            guard append(0, to: &count) else { return nil }
        }
        return count
    }

    private static func append(_ digit: Int64, to count: inout Int64) -> Bool {
        let (tens, tooLarge) = count.multipliedReportingOverflow(by: 10)
        guard !tooLarge else { return false }
        let (sum, overflow) = tens.addingReportingOverflow(digit)
        count = sum
        return !overflow
    }

    /// Writes `count` units of `10^-scale` with all its decimals: `5`, scale 2, is `0.05`.
    public static func format(_ count: Int64, scale: Int) -> String {
        let digits = String(count.magnitude)
        let sign = count < 0 ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: Swift.max(0, scale + 1 - digits.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
