import Banking

/// A record with its continuations, as they stand.
struct BAI2Record {
    let kind: Kind
    let line: Int
    /// What follows the code of each line, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where each line's part ends in ``bytes``.
    private(set) var ends: [Int] = []
    /// Whether its last line ends with a slash.
    private(set) var isTerminated = false

    enum Kind: String {
        case fileHeader = "01"
        case groupHeader = "02"
        case accountHeader = "03"
        case transaction = "16"
        case accountTrailer = "49"
        case continuation = "88"
        case groupTrailer = "98"
        case fileTrailer = "99"

        init?(rawValue tens: UInt8, _ ones: UInt8) {
            self.init(rawValue: String(decoding: [tens, ones], as: UTF8.self))
        }
    }

    init(kind: Kind, line: Int, _ bytes: ArraySlice<UInt8>) {
        self.kind = kind
        self.line = line
        append(bytes)
    }

    /// How many lines it has.
    var lines: Int { ends.count }

    mutating func append(_ line: ArraySlice<UInt8>) {
        // `88/` is a record without fields.
        var rest = line.dropFirst(line.dropFirst(2).first == 0x2F ? 2 : 3)
        isTerminated = rest.last == 0x2F
        if isTerminated { rest = rest.dropLast() }
        bytes += rest
        ends.append(bytes.count)
    }

    var fields: BAI2Fields { BAI2Fields(record: self) }

    /// Digits with a sign or none.
    static func signed(_ text: ArraySlice<UInt8>) -> Int128? {
        switch text.first {
        case 0x2D: AmountText.minor(text.dropFirst()).map { -$0 }
        case 0x2B: AmountText.minor(text.dropFirst())
        default: AmountText.minor(text)
        }
    }
}

/// The fields of a record, one after the other. A line's end ends a field as a comma does.
struct BAI2Fields {
    private let record: BAI2Record
    private var part = 0
    private var at = 0
    /// Whether the present line has a field that was not read yet.
    private var hasField = true

    init(record: BAI2Record) { self.record = record }

    /// `nil` when there is no other; empty when it was left out.
    mutating func next() -> ArraySlice<UInt8>? {
        while part < record.ends.count {
            guard hasField else {
                part += 1
                hasField = true
                continue
            }
            let end = record.ends[part]
            let rest = record.bytes[at..<end]
            if let comma = rest.firstIndex(of: 0x2C) {
                at = comma + 1
                return rest[..<comma]
            }
            at = end
            hasField = false
            return rest
        }
        return nil
    }

    /// Everything that is left, commas and slashes with it: text is the last field.
    mutating func rest() -> String {
        var parts: [String] = []
        while part < record.ends.count {
            if hasField {
                let text = record.bytes[at..<record.ends[part]].trimmed.printable
                if !text.isEmpty { parts.append(text) }
                at = record.ends[part]
            }
            part += 1
            hasField = true
        }
        return parts.joined(separator: " ")
    }
}

/// When the money of an amount may be used, as its funds type says.
struct BAI2Funds {
    /// The day of funds type V.
    private(set) var valueDay: Day?
    private var parts: Int128?

    /// What is wrong with it.
    enum Fault: Error {
        case unknown(String)
        case notADate(String)
        case notAnAmount(String)

        var words: (StatementProblem.Code, String, String, String) {
            switch self {
            case .unknown(let found):
                (.fundsTypeUnknown, "funds type", found, "0, 1, 2, S, V, D or Z")
            case .notADate(let found): (.notADate, "value date", found, "YYMMDD")
            case .notAnAmount(let found): (.notAnAmount, "availability", found, "digits")
            }
        }
    }

    /// A distribution over more days than there are in five years is no distribution.
    private static let distributionsMax: Int128 = 2_000

    mutating func take(_ fields: inout BAI2Fields) throws(Fault) {
        let type = (fields.next() ?? []).trimmed
        switch type.printable {
        case "", "0", "1", "2", "Z", "z": break
        case "V", "v":
            let day = (fields.next() ?? []).printable
            _ = fields.next()
            guard let read = Day(yymmdd: day) else { throw .notADate(day) }
            valueDay = read
        case "S", "s":
            var sum: Int128 = 0
            for _ in 0..<3 { sum += try amount(&fields) }
            parts = sum
        case "D", "d":
            let text = fields.next() ?? []
            guard let count = AmountText.minor(text), count <= Self.distributionsMax else {
                throw .notAnAmount(text.printable)
            }
            var sum: Int128 = 0
            for _ in 0..<Int(count) {
                _ = fields.next()
                sum += try amount(&fields)
            }
            parts = sum
        default: throw .unknown(type.printable)
        }
    }

    private func amount(_ fields: inout BAI2Fields) throws(Fault) -> Int128 {
        let text = fields.next() ?? []
        guard !text.isEmpty else { return 0 }
        guard let amount = BAI2Record.signed(text) else { throw .notAnAmount(text.printable) }
        return amount
    }

    /// Whether the parts, where there are any, are the amount.
    func agrees(with amount: Int128) -> Bool { parts.map { $0 == amount } ?? true }
}
