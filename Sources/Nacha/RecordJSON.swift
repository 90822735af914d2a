/// Writes a bank file as JSON, one object a record with its fields by name, and nothing lost: any
/// bytes at all come back from ``RecordJSONReader`` as they were.
///
///     {"format":"makewhole-nacha","version":1,"records":[
///     {"record":"file header","fields":{"record type":"1","priority code":"01",…}},
///     {"record":"padding"}
///     ]}
///
/// A field of blanks is left out, blanks at the end of one are not written. `columns` stands where
/// a line was shorter or longer than 94, `end` where it did not end with a line feed, and a line
/// that is no record is `{"raw":"…"}` in hexadecimal digits.
public struct RecordJSONWriter {
    private var line: [UInt8] = []
    private var hasReturn = false
    private var entryClass = ""
    private var isJoined: Bool?
    private var count = 0

    /// Longer lines are written in pieces, so that memory is bounded.
    private static let pieceMax = 16_384

    /// A writer for one stream of bytes.
    public init() {}

    /// The next bytes of the file, as the JSON they complete.
    public mutating func write(_ chunk: [UInt8]) -> String {
        var text = ""
        for byte in chunk { take(byte, &text) }
        return text
    }

    /// What completes the document.
    public mutating func finish() -> String {
        var text = ""
        if hasReturn {
            record("\\r", &text)
        } else if !line.isEmpty {
            if isJoined == nil, line.count > Layout.width { isJoined = false }
            record("", &text)
        }
        if count == 0 { text += Self.opening }
        return text + "\n]}\n"
    }

    private static let opening = #"{"format":"makewhole-nacha","version":1,"records":["#

    private mutating func take(_ byte: UInt8, _ text: inout String) {
        if hasReturn {
            hasReturn = false
            if byte == 0x0A { return record("\\r\\n", &text) }
            record("\\r", &text)
        }
        switch byte {
        case 0x0A: return record("\\n", &text)
        case 0x0D:
            hasReturn = true
            return
        default: line.append(byte)
        }
        if isJoined == nil, line.count == Layout.width + 1 {
            isJoined = (0x35...0x39).contains(byte)
            if isJoined == true {
                line.removeLast()
                record("", &text)
                line = [byte]
            }
        }
        if isJoined == true, line.count == Layout.width { record("", &text) }
        if line.count == Self.pieceMax { record("", &text) }
    }

    private mutating func record(_ end: String, _ text: inout String) {
        if isJoined == nil, !end.isEmpty { isJoined = false }
        text += count == 0 ? Self.opening + "\n" : ",\n"
        count += 1
        text += "{"
        let width = line.count
        var columns = line
        if width > Layout.width, columns[Layout.width...].allSatisfy({ $0 == 0x20 }) {
            columns.removeSubrange(Layout.width...)
        }
        columns += repeatElement(0x20, count: max(0, Layout.width - columns.count))
        if width == Layout.width, columns.allSatisfy({ $0 == 0x39 }) {
            text += #""record":"padding""#
        } else if width > 0, width < 1_024, columns.count == Layout.width,
            columns.allSatisfy({ (0x20...0x7E).contains($0) }),
            let layout = layout(columns)
        {
            text += #""record":"\#(layout.name)","fields":{"#
            var isFirst = true
            for field in layout.fields {
                let value = ASCIIText.trimmedEnd(
                    columns[(field.columns.lowerBound - 1)..<field.columns.upperBound])
                guard !value.isEmpty else { continue }
                text += isFirst ? "" : ","
                isFirst = false
                text += "\"\(field.name)\":\"\(Self.escaped(value))\""
            }
            text += "}"
            if width != Layout.width { text += ",\"columns\":\"\(width)\"" }
        } else {
            text += "\"raw\":\""
            for byte in line { text += Self.hex[Int(byte)] }
            text += "\""
        }
        if end != "\\n" { text += ",\"end\":\"\(end)\"" }
        text += "}"
        line.removeAll(keepingCapacity: true)
    }

    private mutating func layout(_ columns: [UInt8]) -> RecordLayout? {
        if columns[0] == 0x35 { entryClass = String(decoding: columns[50..<53], as: UTF8.self) }
        return RecordLayout.of(columns, class: entryClass)
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C }) else { return text }
        return text.reduce(into: "") { result, character in
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
    }

    private static let hex = (0..<256).map { Digits.hex(UInt8($0)) }
}

extension Digits {
    fileprivate static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}

/// Makes a bank file of the JSON that ``RecordJSONWriter`` writes, or that of a program that knows
/// its form.
///
/// Members may come in any order and blanks between them; a member that is not known is an error,
/// because what it says would be lost.
public struct RecordJSONReader {
    private var next: () -> [UInt8]?
    private var chunk: [UInt8] = []
    /// Of the chunk, and of the chunks before it.
    private var at = 0
    private var before = 0
    private var records = 0

    /// What is wrong with the JSON, and where.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// One sentence.
        public let description: String
    }

    /// A reader of the bytes that `next` gives piece by piece, `nil` at the end.
    public init(_ next: @escaping () -> [UInt8]?) { self.next = next }

    /// Reads all of it; `take` gets the bytes of each record with its line end.
    public mutating func read(_ take: ([UInt8]) -> Void) throws(Failure) {
        var hasRecords = false
        try object { reader, key throws(Failure) in
            switch key {
            case "format":
                guard try reader.string() == "makewhole-nacha" else {
                    throw reader.failure("format must be makewhole-nacha")
                }
            case "version":
                guard try reader.number() == 1 else { throw reader.failure("version must be 1") }
            case "records":
                hasRecords = true
                try reader.array { reader throws(Failure) in take(try reader.record()) }
            default: throw reader.failure("\"\(key)\" is not known")
            }
        }
        guard hasRecords else { throw failure("records are missing") }
        guard skipBlanks() == nil else { throw failure("nothing may follow the document") }
    }

    private mutating func record() throws(Failure) -> [UInt8] {
        records += 1
        var name: String?
        var fields: [String: String]?
        var raw: [UInt8]?
        var end = "\n"
        var width = Layout.width
        try object { reader, key throws(Failure) in
            switch key {
            case "record": name = try reader.string()
            case "fields":
                var values: [String: String] = [:]
                try reader.object { reader, key throws(Failure) in
                    guard values.updateValue(try reader.string(), forKey: key) == nil else {
                        throw reader.failure("\"\(key)\" stands twice")
                    }
                }
                fields = values
            case "raw": raw = try reader.hexadecimal()
            case "end":
                end = try reader.string()
                guard ["", "\n", "\r", "\r\n"].contains(end) else {
                    throw reader.failure("end must be a line end")
                }
            case "columns":
                guard let count = Int(try reader.string()), (1..<1_024).contains(count) else {
                    throw reader.failure("columns must be 1 through 1023")
                }
                width = count
            default: throw reader.failure("\"\(key)\" is not known")
            }
        }
        var columns: [UInt8]
        switch (name, fields, raw) {
        case (nil, nil, let raw?): columns = raw
        case ("padding", nil, nil): columns = Array(repeating: 0x39, count: Layout.width)
        case (let name?, let fields?, nil):
            columns = try self.columns(name, fields)
            if width > columns.count {
                columns += repeatElement(0x20, count: width - columns.count)
            } else {
                guard columns[width...].allSatisfy({ $0 == 0x20 }) else {
                    throw failure("the fields do not fit \(width) columns")
                }
                columns.removeSubrange(width...)
            }
        default: throw failure("a record has a record and its fields, or raw")
        }
        return columns + Array(end.utf8)
    }

    private func columns(
        _ name: String, _ fields: [String: String]
    ) throws(Failure) -> [UInt8] {
        guard let layout = RecordLayout(named: name) else {
            throw failure("\"\(name)\" is no kind of record")
        }
        var columns = [UInt8](repeating: 0x20, count: Layout.width)
        var used = 0
        for field in layout.fields {
            guard let value = fields[field.name] else { continue }
            used += 1
            guard value.utf8.count <= field.width, ASCIIText.isPrintable(value) else {
                throw failure(
                    "\(field.name) holds \(field.width) characters of printable ASCII")
            }
            columns.replaceSubrange(
                (field.columns.lowerBound - 1)..<(field.columns.lowerBound - 1 + value.utf8.count),
                with: value.utf8)
        }
        guard used == fields.count else {
            let known = Set(layout.fields.map(\.name))
            let other = fields.keys.filter { !known.contains($0) }.sorted().first ?? ""
            throw failure("\"\(other)\" is no field of a \(name)")
        }
        return columns
    }

    // MARK: - JSON

    private func failure(_ what: String) -> Failure {
        Failure(description: "Record \(records), byte \(before + at): \(what).")
    }

    private mutating func peek() -> UInt8? {
        while at == chunk.count {
            before += at
            at = 0
            guard let more = next() else {
                chunk = []
                return nil
            }
            chunk = more
        }
        return chunk[at]
    }

    private mutating func pop() -> UInt8? {
        guard let byte = peek() else { return nil }
        at += 1
        return byte
    }

    @discardableResult
    private mutating func skipBlanks() -> UInt8? {
        while let byte = peek() {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            _ = pop()
        }
        return nil
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
        guard skipBlanks() == UInt8(ascii: character) else {
            throw failure("\"\(character)\" is missing")
        }
        _ = pop()
    }

    private mutating func object(
        _ member: (inout RecordJSONReader, String) throws(Failure) -> Void
    ) throws(Failure) {
        try expect("{")
        if skipBlanks() == UInt8(ascii: "}") {
            _ = pop()
            return
        }
        while true {
            let key = try string()
            try expect(":")
            try member(&self, key)
            if skipBlanks() == UInt8(ascii: ",") {
                _ = pop()
            } else {
                return try expect("}")
            }
        }
    }

    private mutating func array(
        _ element: (inout RecordJSONReader) throws(Failure) -> Void
    ) throws(Failure) {
        try expect("[")
        if skipBlanks() == UInt8(ascii: "]") {
            _ = pop()
            return
        }
        while true {
            try element(&self)
            if skipBlanks() == UInt8(ascii: ",") {
                _ = pop()
            } else {
                return try expect("]")
            }
        }
    }

    private mutating func number() throws(Failure) -> Int {
        skipBlanks()
        var digits: [UInt8] = []
        while let byte = peek(), (0x30...0x39).contains(byte), digits.count < 9 {
            digits.append(byte)
            _ = pop()
        }
        guard let number = Digits.number(digits) else { throw failure("a number is missing") }
        return number
    }

    private mutating func hexadecimal() throws(Failure) -> [UInt8] {
        let text = Array(try string().utf8)
        guard text.count % 2 == 0 else { throw failure("raw must be pairs of digits") }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            let pair = String(decoding: text[index..<(index + 2)], as: UTF8.self)
            guard pair.first != "+", pair.first != "-", let byte = UInt8(pair, radix: 16) else {
                throw failure("raw must be hexadecimal digits")
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// At most as long as two bytes' digits a byte of the longest piece.
    private mutating func string() throws(Failure) -> String {
        try expect("\"")
        var bytes: [UInt8] = []
        while let byte = pop() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(&bytes)
            case 0..<0x20: throw failure("a string may not hold control characters")
            default: bytes.append(byte)
            }
            guard bytes.count <= 65_536 else { throw failure("a string is too long") }
        }
        throw failure("the document ends within a string")
    }

    private mutating func escape(_ bytes: inout [UInt8]) throws(Failure) {
        switch pop() {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case let byte? where byte == 0x22 || byte == 0x5C || byte == 0x2F: bytes.append(byte)
        case UInt8(ascii: "u"):
            var digits: [UInt8] = []
            for _ in 0..<4 { if let byte = pop() { digits.append(byte) } }
            guard let number = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                number < 0x80
            else { throw failure("only ASCII characters may be escaped") }
            bytes.append(number)
        default: throw failure("an escape is not known")
        }
    }
}
