import Crypto

/// An address mail can be sent to: plain ASCII, a dot-atom before the `@` and a host name behind
/// it (RFC 5321, section 4.1.2). Stricter than the standard, so that it needs no quoting anywhere.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// `local@domain`, the domain in lower case.
    public let address: String
    /// The name shown with it; any text.
    public let name: String?

    /// `nil` when `address` is malformed, longer than 254 characters, or has no dot in its domain
    /// and is not at `localhost`.
    public init?(_ address: String, name: String? = nil) {
        let parts = address.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        guard parts.count == 2, address.utf8.count <= 254 else { return nil }
        guard MailAddress.isLocalPart(parts[0]), MailAddress.isDomain(parts[1]) else { return nil }
        let local = String(decoding: parts[0], as: UTF8.self)
        let domain = String(decoding: parts[1], as: UTF8.self).lowercased()
        self.address = local + "@" + domain
        self.name = name
    }

    public var description: String { address }

    private static func isLocalPart(_ bytes: Substring.UTF8View) -> Bool {
        let atoms = bytes.split(separator: Byte.dot, omittingEmptySubsequences: false)
        let marks = Array("!#$%&'*+-/=?^_`{|}~".utf8)
        return bytes.count <= 64
            && atoms.allSatisfy { atom in
                !atom.isEmpty
                    && atom.allSatisfy {
                        Byte.isLetter($0) || Byte.isDigit($0) || marks.contains($0)
                    }
            }
    }

    private static func isDomain(_ bytes: Substring.UTF8View) -> Bool {
        let labels = bytes.split(separator: Byte.dot, omittingEmptySubsequences: false)
        guard labels.count > 1 || bytes.elementsEqual("localhost".utf8) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != Byte.dash && label.last != Byte.dash
                && label.allSatisfy { Byte.isLetter($0) || Byte.isDigit($0) || $0 == Byte.dash }
        }
    }
}

/// The identity of a message for ever: `unique@domain`, without its angle brackets.
public struct MailMessageID: Hashable, Sendable {
    public let text: String

    /// `nil` unless `text` reads as an address does (RFC 5322, section 3.6.4, without the
    /// obsolete forms).
    public init?(_ text: String) {
        guard let address = MailAddress(text) else { return nil }
        self.text = address.address
    }
}

/// A message to be sent: plain text, and the same in HTML where there is one.
///
/// No text given here can add a header or a recipient: what is not plain is encoded, and line
/// breaks in a header become spaces.
public struct MailMessage: Hashable, Sendable {
    public var from: MailAddress
    /// Shown in the message; at least one. Whom it is delivered to is the sender's affair.
    public var to: [MailAddress]
    public var replyTo: MailAddress?
    public var subject: String
    public var text: String
    public var html: String?
    public var messageID: MailMessageID
    /// Seconds since 1970, UTC.
    public var dateSeconds: Int64

    public init(
        from: MailAddress, to: [MailAddress], replyTo: MailAddress? = nil, subject: String,
        text: String, html: String? = nil, messageID: MailMessageID, dateSeconds: Int64
    ) {
        precondition(!to.isEmpty, "a message has a recipient")
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.messageID = messageID
        self.dateSeconds = dateSeconds
    }

    /// The message as RFC 5322 and MIME write it: ASCII, lines of at most 76 characters that end
    /// with carriage return and line feed. The same message always gives the same bytes.
    public var bytes: [UInt8] {
        var lines = headerLines
        let parts = [("plain", text)] + (html.map { [("html", $0)] } ?? [])
        if parts.count == 1 {
            lines += partLines(subtype: "plain", text)
        } else {
            let boundary = boundary
            lines += ["Content-Type: multipart/alternative;", " boundary=\"\(boundary)\"", ""]
            for (subtype, content) in parts {
                lines += ["--" + boundary] + partLines(subtype: subtype, content)
            }
            lines.append("--\(boundary)--")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private var headerLines: [String] {
        var lines = [
            "Date: " + MailDate.format(seconds: dateSeconds),
            "From: " + MailHeader.mailbox(from),
            "To: " + to.map(MailHeader.mailbox).joined(separator: ",\r\n "),
        ]
        if let replyTo { lines.append("Reply-To: " + MailHeader.mailbox(replyTo)) }
        return lines + [
            "Subject: " + MailHeader.text(subject),
            "Message-ID: <\(messageID.text)>",
            // Nobody's holiday answer should come back (RFC 3834).
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ]
    }

    private func partLines(subtype: String, _ content: String) -> [String] {
        [
            "Content-Type: text/\(subtype); charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            QuotedPrintable.encode(content),
        ]
    }

    /// `=_` cannot occur in quoted-printable text, so the boundary never occurs in a part.
    private var boundary: String {
        let digest = SHA256.hash(data: Array(messageID.text.utf8))
        return "=_" + Hex.encode(digest.prefix(12))
    }
}

/// Header values as RFC 5322 and RFC 2047 want them.
enum MailHeader {
    /// Plain values longer than this are encoded too, which folds them.
    private static let plainLengthMax = 60
    /// Bytes in one encoded word, so that with its frame it stays within 75 characters.
    private static let wordBytesMax = 42

    static func text(_ value: String) -> String {
        let cleaned = withoutControls(value)
        let isPlain =
            cleaned.utf8.count <= plainLengthMax && !cleaned.contains("=?")
            && cleaned.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        return isPlain ? cleaned : encodedWords(cleaned)
    }

    static func mailbox(_ address: MailAddress) -> String {
        guard let name = address.name.map(withoutControls), !name.isEmpty else {
            return address.address
        }
        let shown = text(name)
        guard shown == name else { return "\(shown)\r\n <\(address.address)>" }
        let escaped = name.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\" <\(address.address)>"
    }

    private static func withoutControls(_ value: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(scalars)
    }

    /// Words are cut between scalars, never inside one, as RFC 2047, section 5 demands.
    private static func encodedWords(_ value: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in value.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > wordBytesMax { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }
}

/// Dates in mail, RFC 5322, section 3.3, always in UTC.
enum MailDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// The years 1970 through 9999; outside them a clock is broken, and the nearest is written.
    private static let secondsRange: ClosedRange<Int64> = 0...253_402_300_799

    static func format(seconds given: Int64) -> String {
        let seconds = min(max(given, secondsRange.lowerBound), secondsRange.upperBound)
        let days = Int(seconds / 86_400)
        let time = Int(seconds % 86_400)
        // Days since 1 March of year 0, in eras of 400 years: leap days then come last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = (monthFromMarch + 2) % 12
        let year = yearOfEra + era * 400 + (month < 2 ? 1 : 0)
        let clock = [time / 3600, time / 60 % 60, time % 60].map(twoDigits).joined(separator: ":")
        return "\(weekdays[days % 7]), \(twoDigits(day)) \(months[month]) \(year) \(clock) +0000"
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

/// The quoted-printable encoding, RFC 2045, section 6.7.
enum QuotedPrintable {
    private static let lineLengthMax = 76
    private static let upperDigits = Array("0123456789ABCDEF".utf8)

    /// Any line break in `text` becomes carriage return and line feed.
    static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        var lineLength = 0
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : Byte.lineFeed
            let endsLine = next == Byte.lineFeed || next == Byte.carriageReturn
            switch byte {
            case Byte.carriageReturn where next == Byte.lineFeed && index + 1 < bytes.count:
                continue
            case Byte.lineFeed, Byte.carriageReturn:
                output += [Byte.carriageReturn, Byte.lineFeed]
                lineLength = 0
                continue
            default: break
            }
            let isBlank = byte == Byte.space || byte == Byte.tab
            let isPlain = isBlank ? !endsLine : (0x21..<0x7F).contains(byte) && byte != Byte.equals
            let width = isPlain ? 1 : 3
            if lineLength + width > (endsLine ? lineLengthMax : lineLengthMax - 1) {
                output += [Byte.equals, Byte.carriageReturn, Byte.lineFeed]
                lineLength = 0
            }
            lineLength += width
            if isPlain {
                output.append(byte)
            } else {
                output += [
                    Byte.equals, upperDigits[Int(byte >> 4)], upperDigits[Int(byte & 15)],
                ]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Reads what any mailer writes: an `=` that begins no escape stays as it is, and blanks at
    /// the end of a line go.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var offset = bytes.startIndex
        var blanksStart: Int?
        while offset < bytes.endIndex {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case Byte.equals:
                blanksStart = nil
                if let end = softBreakEnd(bytes, offset) {
                    offset = end
                } else if offset + 1 < bytes.endIndex, let high = Hex.value(bytes[offset]),
                    let low = Hex.value(bytes[offset + 1])
                {
                    output.append(high << 4 | low)
                    offset += 2
                } else {
                    output.append(byte)
                }
            case Byte.space, Byte.tab:
                blanksStart = blanksStart ?? output.count
                output.append(byte)
            case Byte.carriageReturn, Byte.lineFeed:
                if let start = blanksStart { output.removeSubrange(start...) }
                blanksStart = nil
                output.append(byte)
            default:
                blanksStart = nil
                output.append(byte)
            }
        }
        return output
    }

    private static func softBreakEnd(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> Int? {
        guard offset < bytes.endIndex else { return nil }
        if bytes[offset] == Byte.lineFeed { return offset + 1 }
        guard bytes[offset] == Byte.carriageReturn, offset + 1 < bytes.endIndex,
            bytes[offset + 1] == Byte.lineFeed
        else { return nil }
        return offset + 2
    }
}
