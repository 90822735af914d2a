import Wire

/// The JSON parser that reads refusals from banks, reports from processors and bodies from hosts.
enum Target: FuzzTarget {
    private static let bytesMax = 1 << 20

    static func prove(_ bytes: [UInt8]) {
        let value: JSON
        do {
            value = try JSON.parse(bytes, bytesMax: bytesMax)
        } catch {
            proveError(error, bytes)
            return
        }
        promise(
            String(validating: bytes, as: UTF8.self) != nil, "what is not UTF-8 was read as JSON")
        for layout in [JSON.Layout.compact, .pretty] {
            let written = value.bytes(layout)
            let again: JSON
            do {
                again = try JSON.parse(written, bytesMax: .max)
            } catch {
                fail("what was written is refused: \(error.reason)")
            }
            promise(again == value, "what was written reads as another value")
            promise(again.bytes(layout) == written, "the same value is written differently")
        }
        proveFields(value)
        if bytes.count > 1 {
            do {
                _ = try JSON.parse(bytes, bytesMax: bytes.count - 1)
                fail("a document above its limit was read")
            } catch {
                promise(
                    error.reason == .tooLarge(bytesMax: bytes.count - 1),
                    "refused for another reason")
            }
        }
    }

    private static func proveError(_ error: JSONError, _ bytes: [UInt8]) {
        promise((0...bytes.count).contains(error.offset), "an error beside the document")
        let before = bytes[..<error.offset]
        promise(error.line == 1 + before.count { $0 == 0x0A }, "an error in another line")
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        promise(error.column == error.offset - lineStart + 1, "an error in another column")
        promise(!error.description.isEmpty, "an error without a sentence")
    }

    /// Reads fields of an object as edges do; what is wrong is told and never half-used.
    private static func proveFields(_ value: JSON) {
        do {
            let read = try JSONObjectReader.read(value) { reader in
                (
                    reader.string("a", max: 40), reader.optionalString("b", max: 8, lines: .many),
                    reader.integer("c", in: -9...1_000_000)
                )
            }
            promise((1...40).contains(read.0.unicodeScalars.count), "text of another length")
            promise((-9...1_000_000).contains(read.2), "an integer outside of its range")
        } catch {
            promise(!error.errors.isEmpty, "refused for no reason")
            promise(error.errors.count <= InvalidBody.errorsMax, "too many errors")
        }
    }
}
