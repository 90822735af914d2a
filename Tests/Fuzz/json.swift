import Nacha
import Wire

/// Bank files as JSON: `RecordJSONWriter` and `RecordJSONReader`, with the strict JSON parser of the
/// API as second opinion of what is JSON at all.
enum Target: FuzzTarget {
    static func changed(_ bytes: [UInt8], most: Int, _ random: inout Sequence64) -> [UInt8] {
        // The same input is taken as a bank file and as its JSON; each is changed as what it is.
        guard bytes.first == 0x7B else {
            if random.below(32) == 0 {
                let json = written([bytes])
                if json.count <= most { return json }
            }
            return Records.changed(bytes, most: most, &random) { libFuzzerChanged($0, most: $1) }
        }
        guard random.below(4) == 0, let file = read(pieces(bytes, most: 64, &random)) else {
            return libFuzzerChanged(bytes, most: most)
        }
        let changed = Records.changed(file, most: most, &random) { libFuzzerChanged($0, most: $1) }
        let json = written([changed])
        return json.count <= most ? json : changed
    }

    static func prove(_ bytes: [UInt8]) {
        var random = Sequence64(bytes)
        proveReturn(bytes, &random)
        let whole = read([bytes])
        promise(whole == read(bytes.map { [$0] }), "JSON cut into bytes is read differently")
        promise(
            whole == read(pieces(bytes, most: 1 + random.below(99), &random)),
            "JSON cut into pieces is read differently")
        guard let whole else { return }
        promise(isJSON(bytes) != false, "what is read is not JSON")
        proveReturn(whole, &random)
    }

    /// Any bytes come back, however they are cut on their way.
    private static func proveReturn(_ bytes: [UInt8], _ random: inout Sequence64) {
        let json = written([bytes])
        promise(
            json == written(pieces(bytes, most: 1 + random.below(99), &random)),
            "bytes cut into pieces are written differently")
        promise(isJSON(json) == true, "what is written is not JSON")
        guard let back = read(pieces(json, most: 4_096, &random)) else {
            fail("what is written cannot be read")
        }
        promise(back == bytes, "other bytes come back")
    }

    private static func written(_ chunks: [[UInt8]]) -> [UInt8] {
        var writer = RecordJSONWriter()
        var text = ""
        for chunk in chunks { text += writer.write(chunk) }
        text += writer.finish()
        return Array(text.utf8)
    }

    /// `nil` when it is refused.
    private static func read(_ chunks: [[UInt8]]) -> [UInt8]? {
        var rest = chunks[...]
        var reader = RecordJSONReader { rest.popFirst() }
        var bytes: [UInt8] = []
        do {
            try reader.read { bytes += $0 }
            return bytes
        } catch {
            promise(error.description.hasSuffix("."), "a failure is a sentence")
            return nil
        }
    }

    /// `nil` where the strict parser refuses more than the grammar does.
    private static func isJSON(_ bytes: [UInt8]) -> Bool? {
        do {
            _ = try JSON.parse(bytes, bytesMax: .max)
            return true
        } catch {
            switch error.reason {
            case .duplicateKey, .invalidUTF8, .tooDeep: return nil
            case .tooLarge, .unexpectedEnd, .unexpectedByte, .textAfterValue, .malformedNumber,
                .malformedEscape, .loneSurrogate, .controlCharacterInString:
                return false
            }
        }
    }
}
