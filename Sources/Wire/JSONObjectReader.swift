/// Reads the fields of a JSON object into typed values and collects everything that is wrong.
///
/// Each verb returns a value at once. Where the field is at fault it notes a ``FieldError`` and
/// returns a placeholder, which nobody may use: ``read(_:_:)`` hands out a result only when there
/// is no error, so handlers should go through it.
///
///     let deposit = try JSONObjectReader.read(body) { reader in
///         NewDeposit(
///             customer: reader.string("customer_id", max: 40),
///             amountMinor: reader.integer("amount_minor", in: 1...1_000_000))
///     }
///
/// A field that is `null` counts as absent.
public struct JSONObjectReader {
    private let object: JSON.Object
    private let pointer: String
    private var errors: [FieldError] = []
    private var namesRead: Set<String> = []
    /// A reader over a missing object yields placeholders and notes nothing: the absence of the
    /// object itself is the error.
    private let isSilent: Bool

    /// Starts reading `value`, found at `pointer` in its document.
    public init(_ value: JSON, pointer: String = "") throws(InvalidBody) {
        guard case .object(let object) = value else {
            throw InvalidBody(errors: [
                FieldError(pointer: pointer, code: .wrongType, detail: "This must be an object.")
            ])
        }
        self.init(object: object, pointer: pointer, isSilent: false)
    }

    private init(object: JSON.Object, pointer: String, isSilent: Bool) {
        self.object = object
        self.pointer = pointer
        self.isSilent = isSilent
    }

    /// Reads `value` with `body`, then refuses unknown fields. The only way to a result that needs
    /// no further thought.
    public static func read<Result>(
        _ value: JSON, _ body: (inout JSONObjectReader) -> Result
    ) throws(InvalidBody) -> Result {
        var reader = try JSONObjectReader(value)
        let result = body(&reader)
        try reader.finish()
        return result
    }

    /// Refuses fields that nobody read; throws everything collected so far.
    public mutating func finish() throws(InvalidBody) {
        noteUnknownFields()
        guard errors.isEmpty else { throw InvalidBody(errors: errors) }
    }

    /// Notes an error of the caller's own, about the field `name`; an empty name means the object.
    public mutating func reject(_ name: String, _ code: FieldError.Code, _ detail: String) {
        guard !isSilent, errors.count < InvalidBody.errorsMax else { return }
        let place = name.isEmpty ? pointer : JSONPointer.appending(name, to: pointer)
        errors.append(FieldError(pointer: place, code: code, detail: detail))
    }

    private mutating func noteUnknownFields() {
        for key in object.keys where !namesRead.contains(key) {
            reject(JSONPointer.shortened(key), .unknownField, "This field is not known here.")
            guard errors.count < InvalidBody.errorsMax else { return }
        }
    }
}

// MARK: - Text

extension JSONObjectReader {
    /// Which control characters text may hold.
    public enum Lines: Sendable {
        /// None at all.
        case one
        /// Line feeds, carriage returns and tabs.
        case many
    }

    /// Text of `min` through `max` Unicode scalars without control characters.
    public mutating func string(
        _ name: String, min: Int = 1, max: Int, lines: Lines = .one
    ) -> String {
        required(name) { reader, value in
            reader.text(value, name, min: min, max: max, lines: lines)
        } ?? ""
    }

    /// ``string(_:min:max:lines:)`` for a field that may be absent.
    public mutating func optionalString(
        _ name: String, min: Int = 1, max: Int, lines: Lines = .one
    ) -> String? {
        optional(name) { reader, value in
            reader.text(value, name, min: min, max: max, lines: lines)
        }
    }

    /// One of the words of `Value`.
    public mutating func enumeration<Value>(_ name: String, as type: Value.Type) -> Value
    where Value: CaseIterable & RawRepresentable<String> {
        required(name) { $0.word($1, name, as: type) } ?? JSONObjectReader.anyCase(of: type)
    }

    /// ``enumeration(_:as:)`` for a field that may be absent.
    public mutating func optionalEnumeration<Value>(_ name: String, as type: Value.Type) -> Value?
    where Value: CaseIterable & RawRepresentable<String> {
        optional(name) { $0.word($1, name, as: type) }
    }

    /// Text that `parse` turns into a value; `expected` completes "This must be …".
    public mutating func parsed<Value>(
        _ name: String, max: Int, expected: String, placeholder: Value,
        _ parse: (String) -> Value?
    ) -> Value {
        required(name) { $0.parsedText($1, name, max: max, expected: expected, parse) }
            ?? placeholder
    }

    /// ``parsed(_:max:expected:placeholder:_:)`` for a field that may be absent.
    public mutating func optionalParsed<Value>(
        _ name: String, max: Int, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        optional(name) { $0.parsedText($1, name, max: max, expected: expected, parse) }
    }

    private mutating func text(
        _ value: JSON, _ name: String, min: Int, max: Int, lines: Lines
    ) -> String? {
        guard case .string(let text) = value else {
            reject(name, .wrongType, "This must be a string.")
            return nil
        }
        let length = text.unicodeScalars.count
        if length < min {
            let detail = length == 0 ? "This must not be empty." : "At least \(min) characters."
            reject(name, .tooShort, detail)
            return nil
        }
        if length > max {
            reject(name, .tooLong, "At most \(max) characters.")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { Self.isControl($0, lines) }) else {
            reject(name, .malformed, "Control characters are not allowed.")
            return nil
        }
        return text
    }

    private mutating func word<Value>(
        _ value: JSON, _ name: String, as type: Value.Type
    ) -> Value? where Value: CaseIterable & RawRepresentable<String> {
        guard case .string(let text) = value else {
            reject(name, .wrongType, "This must be a string.")
            return nil
        }
        if let word = Value(rawValue: text) { return word }
        let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
        reject(name, .notAllowed, "This must be one of: \(words).")
        return nil
    }

    private mutating func parsedText<Value>(
        _ value: JSON, _ name: String, max: Int, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(value, name, min: 1, max: max, lines: .one) else { return nil }
        if let parsed = parse(text) { return parsed }
        reject(name, .malformed, "This must be \(expected).")
        return nil
    }

    private static func anyCase<Value: CaseIterable>(of type: Value.Type) -> Value {
        guard let first = Value.allCases.first else {
            preconditionFailure("an enumeration to read has a case")
        }
        return first
    }

    private static func isControl(_ scalar: Unicode.Scalar, _ lines: Lines) -> Bool {
        switch (scalar.value, lines) {
        case (0x09, .many), (0x0A, .many), (0x0D, .many): false
        case (0..<0x20, _), (0x7F..<0xA0, _): true
        // Line and paragraph separators, and the marks that reverse the direction of what follows:
        // text that reads as other than it is.
        case (0x2028...0x202E, _), (0x2066...0x2069, _): true
        default: false
        }
    }
}

// MARK: - Numbers and truth

extension JSONObjectReader {
    /// A whole number within `range`.
    public mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64 {
        required(name) { $0.count($1, name, in: range) } ?? range.lowerBound
    }

    /// ``integer(_:in:)`` for a field that may be absent.
    public mutating func optionalInteger(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        optional(name) { $0.count($1, name, in: range) }
    }

    public mutating func boolean(_ name: String) -> Bool {
        required(name) { $0.truth($1, name) } ?? false
    }

    /// ``boolean(_:)`` for a field that may be absent.
    public mutating func optionalBoolean(_ name: String) -> Bool? {
        optional(name) { $0.truth($1, name) }
    }

    private mutating func count(
        _ value: JSON, _ name: String, in range: ClosedRange<Int64>
    ) -> Int64? {
        guard case .integer(let count) = value else {
            reject(name, .wrongType, "This must be a whole number, without point or exponent.")
            return nil
        }
        guard range.contains(count) else {
            let bounds = "\(range.lowerBound) through \(range.upperBound)"
            reject(name, .outOfRange, "This must be \(bounds).")
            return nil
        }
        return count
    }

    private mutating func truth(_ value: JSON, _ name: String) -> Bool? {
        if case .boolean(let flag) = value { return flag }
        reject(name, .wrongType, "This must be true or false.")
        return nil
    }
}

// MARK: - Objects and arrays

extension JSONObjectReader {
    /// A nested object; its unknown fields are refused too.
    public mutating func object<Value>(
        _ name: String, _ body: (inout JSONObjectReader) -> Value
    ) -> Value {
        if let value = required(name, { $0.nested($1, name, body) }) { return value }
        var silent = JSONObjectReader(object: JSON.Object(), pointer: "", isSilent: true)
        return body(&silent)
    }

    /// ``object(_:_:)`` for a field that may be absent.
    public mutating func optionalObject<Value>(
        _ name: String, _ body: (inout JSONObjectReader) -> Value
    ) -> Value? {
        optional(name) { $0.nested($1, name, body) }
    }

    /// An array of `min` through `max` objects, each read by `body`.
    public mutating func objects<Value>(
        _ name: String, min: Int = 0, max: Int, _ body: (inout JSONObjectReader) -> Value
    ) -> [Value] {
        array(name, min: min, max: max).enumerated().compactMap { index, element in
            nested(element, "\(index)", under: name, body)
        }
    }

    /// An array of `min` through `max` texts of 1 through `lengthMax` Unicode scalars each.
    public mutating func strings(
        _ name: String, min: Int = 0, max: Int, lengthMax: Int
    ) -> [String] {
        let elements = array(name, min: min, max: max)
        var elementReader = JSONObjectReader(
            object: JSON.Object(), pointer: JSONPointer.appending(name, to: pointer),
            isSilent: isSilent)
        let texts = elements.enumerated().compactMap { index, element in
            elementReader.text(element, "\(index)", min: 1, max: lengthMax, lines: .one)
        }
        adopt(elementReader.errors)
        return texts
    }

    /// An array of `min` through `max` values of any kind.
    public mutating func array(_ name: String, min: Int = 0, max: Int) -> [JSON] {
        required(name) { $0.elements($1, name, min: min, max: max) } ?? []
    }

    /// ``array(_:min:max:)`` for a field that may be absent.
    public mutating func optionalArray(_ name: String, min: Int = 0, max: Int) -> [JSON]? {
        optional(name) { $0.elements($1, name, min: min, max: max) }
    }

    /// Whatever the field holds; `nil` when absent or `null`.
    public mutating func optionalValue(_ name: String) -> JSON? {
        optional(name) { $1 }
    }

    private mutating func nested<Value>(
        _ value: JSON, _ name: String, under parent: String? = nil,
        _ body: (inout JSONObjectReader) -> Value
    ) -> Value? {
        let base = parent.map { JSONPointer.appending($0, to: pointer) } ?? pointer
        let place = JSONPointer.appending(name, to: base)
        guard case .object(let object) = value else {
            adopt([FieldError(pointer: place, code: .wrongType, detail: "This must be an object.")])
            return nil
        }
        var reader = JSONObjectReader(object: object, pointer: place, isSilent: isSilent)
        let result = body(&reader)
        reader.noteUnknownFields()
        adopt(reader.errors)
        return reader.errors.isEmpty ? result : nil
    }

    private mutating func elements(
        _ value: JSON, _ name: String, min: Int, max: Int
    ) -> [JSON]? {
        guard case .array(let elements) = value else {
            reject(name, .wrongType, "This must be an array.")
            return nil
        }
        if elements.count < min {
            reject(name, .tooFew, "At least \(min) elements.")
            return nil
        }
        if elements.count > max {
            reject(name, .tooMany, "At most \(max) elements.")
            return nil
        }
        return elements
    }

    private mutating func adopt(_ found: [FieldError]) {
        guard !isSilent else { return }
        errors += found.prefix(InvalidBody.errorsMax - errors.count)
    }
}

// MARK: - Presence

extension JSONObjectReader {
    private mutating func required<Value>(
        _ name: String, _ read: (inout JSONObjectReader, JSON) -> Value?
    ) -> Value? {
        namesRead.insert(name)
        guard let value = object[name], !value.isNull else {
            reject(name, .missing, "This field is required.")
            return nil
        }
        return read(&self, value)
    }

    private mutating func optional<Value>(
        _ name: String, _ read: (inout JSONObjectReader, JSON) -> Value?
    ) -> Value? {
        namesRead.insert(name)
        guard let value = object[name], !value.isNull else { return nil }
        return read(&self, value)
    }
}
