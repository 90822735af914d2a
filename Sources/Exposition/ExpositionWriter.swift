/// Lines of Prometheus' text format, version 0.0.4: a help and a type for each figure, then its
/// samples. (Prometheus documentation, "Exposition formats", text-based format.)
struct ExpositionWriter {
    private(set) var text = ""

    mutating func begin(_ figure: Figure) {
        let kind =
            switch figure.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        text += "# HELP \(figure.name) \(Self.escaped(figure.help, quotes: false))\n"
        text += "# TYPE \(figure.name) \(kind)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Buckets are cumulative, and the one without a bound says the same as the count.
    mutating func histogram(
        _ name: String, _ labels: [(String, String)], _ series: HistogramSeries
    ) {
        let reading = series.reading
        for (bound, count) in zip(series.bounds + [.infinity], reading.cumulative) {
            sample("\(name)_bucket", labels + [("le", Self.number(bound))], "\(count)")
        }
        sample("\(name)_sum", labels, Self.number(reading.sum))
        sample("\(name)_count", labels, "\(reading.cumulative.last ?? 0)")
    }

    /// A number as Go's `ParseFloat` reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Up to 2^53 every whole number has a form without a point.
        if value == value.rounded(), abs(value) <= 9_007_199_254_740_992 {
            return "\(Int64(value))"
        }
        return "\(value)"
    }

    /// A backslash and a line feed are escaped everywhere, a quote only between quotes.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        // By scalars: a carriage return and a line feed are one character to Swift.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
