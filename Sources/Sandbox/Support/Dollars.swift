import Money

/// Dollars as people write them.
enum Dollars {
    /// `$1,234.56`, with a minus sign before the dollar sign for less than nothing.
    static func text(_ cents: Int64) -> String {
        let plain = DecimalText.format(Int64(clamping: cents.magnitude), scale: 2)
        let whole = plain.dropLast(3)
        var grouped = ""
        for (offset, digit) in whole.enumerated() {
            if offset > 0, (whole.count - offset) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return (cents < 0 ? "\u{2212}$" : "$") + grouped + plain.suffix(3)
    }

    /// Reads `50`, `50.5` or `$1,250.00` as cents; `nil` unless it is an amount above zero and at
    /// most ``Cents/max``.
    static func cents(_ text: String) -> Int64? {
        let plain = text.filter { $0 != "," && $0 != " " }
        let digits = plain.hasPrefix("$") ? String(plain.dropFirst()) : plain
        guard let count = DecimalText.parse(digits, scale: 2), count > 0,
            count <= Cents.max.count
        else { return nil }
        return count
    }
}
