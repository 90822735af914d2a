import HTML

/// A file the pages need, held in the program so that one binary is the whole site.
public struct Asset: Sendable {
    /// The address pages use. It holds a hash of the content, so the file may be cached for ever:
    /// `Cache-Control: public, max-age=31536000, immutable`.
    public let location: Location
    /// The media type to send it with.
    public let contentType: String
    /// The content as UTF-8.
    public let bytes: [UInt8]

    init(name: String, ending: String, contentType: String, text: String) {
        self.init(name: name, ending: ending, contentType: contentType, bytes: Array(text.utf8))
    }

    init(name: String, ending: String, contentType: String, bytes: [UInt8]) {
        self.bytes = bytes
        self.contentType = contentType
        location = "/assets/\(name)-\(Asset.hash(bytes)).\(ending)"
    }

    /// FNV-1a, 64 bits: it only has to change when the content does, not to resist anybody.
    static func hash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash ^= UInt64(byte)
            hash = hash &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The files of the site.
public enum Assets {
    /// The page script, an ES module. Every page works without it.
    public static let script = Asset(
        name: "site", ending: "js", contentType: "text/javascript; charset=utf-8", text: scriptText)

    /// The mark as an SVG image, used as the site's icon.
    public static let logo = Asset(
        name: "logo", ending: "svg", contentType: "image/svg+xml", text: logoText)

    /// Everything to be served besides what a ``Look`` has.
    public static let all = [script, logo]

    /// The Content-Security-Policy every page is to be sent with. Pages hold no inline script and
    /// no inline style, so nothing has to be excused.
    public static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'
        """

    /// A ring whose missing quarter is being put back.
    static let logoText = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="6">\
        <rect width="32" height="32" rx="8" fill="#0f3f35"/>\
        <path d="M16 7.5a8.5 8.5 0 1 0 8.5 8.5" stroke="#f2faf6"/>\
        <path d="M18.5 7.9a8.5 8.5 0 0 1 5.6 5.6" stroke="#e9a93c"/></svg>
        """
}
