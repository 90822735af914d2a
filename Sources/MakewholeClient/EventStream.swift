import Foundation

/// Reads an event stream (`text/event-stream`, WHATWG HTML, section 9.2.6) from parts that may break
/// anywhere.
struct EventStreamReader {
    struct Event: Hashable, Sendable {
        let name: String
        let data: String
    }

    /// The id of the last event, for `Last-Event-ID`; `nil` before the first.
    private(set) var lastID: String?
    /// How long to wait before connecting again, where the stream said so.
    private(set) var retryMilliseconds: Int64?

    private var line: [UInt8] = []
    private var isFirstLine = true
    private var sawReturn = false
    private var id: String?
    private var name = ""
    private var data: [String] = []
    private var dataBytes = 0

    /// A line or the data of an event; ours have some hundred bytes.
    static let bytesMax = 64 << 10

    init(lastID: String? = nil) {
        self.lastID = lastID
        id = lastID
    }

    /// The events that end in this part.
    ///
    /// - Throws: ``ClientFailure/malformed`` for a line or an event that is longer than any of ours.
    mutating func take(_ part: Data) throws(ClientFailure) -> [Event] {
        var events: [Event] = []
        for byte in part {
            // A line ends with CR, LF, or both together.
            let isSecond = sawReturn && byte == 0x0A
            sawReturn = byte == 0x0D
            if isSecond { continue }
            guard byte == 0x0A || byte == 0x0D else {
                guard line.count < Self.bytesMax else { throw .malformed }
                line.append(byte)
                continue
            }
            if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
            isFirstLine = false
            let text = String(decoding: line, as: UTF8.self)
            line.removeAll(keepingCapacity: true)
            if let event = try end(text) { events.append(event) }
        }
        return events
    }

    private mutating func end(_ text: String) throws(ClientFailure) -> Event? {
        guard !text.isEmpty else { return dispatch() }
        guard let colon = text.utf8.firstIndex(of: 0x3A) else {
            try field(text, "")
            return nil
        }
        // A line that begins with a colon is a comment.
        guard colon > text.startIndex else { return nil }
        var value = text[text.index(after: colon)...]
        if value.first == " " { value = value.dropFirst() }
        try field(String(text[..<colon]), String(value))
        return nil
    }

    private mutating func field(_ name: String, _ value: String) throws(ClientFailure) {
        switch name {
        case "event": self.name = value
        case "data":
            dataBytes += value.utf8.count + 1
            guard dataBytes <= Self.bytesMax else { throw .malformed }
            data.append(value)
        case "id": if !value.contains("\0") { id = value }
        case "retry":
            let isNumber = !value.isEmpty && value.utf8.allSatisfy { (0x30...0x39).contains($0) }
            if isNumber, let milliseconds = Int64(value) { retryMilliseconds = milliseconds }
        default: break
        }
    }

    private mutating func dispatch() -> Event? {
        lastID = id
        defer {
            name = ""
            data = []
            dataBytes = 0
        }
        guard !data.isEmpty else { return nil }
        return Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
    }
}
