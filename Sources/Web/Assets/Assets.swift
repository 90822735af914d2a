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

    /// A picture, from its base64.
    init(name: String, picture base64: String) {
        self.init(
            name: name, ending: "png", contentType: "image/png", bytes: Asset.decoded(base64))
    }

    init(name: String, ending: String, contentType: String, bytes: [UInt8]) {
        self.bytes = bytes
        self.contentType = contentType
        location = "/assets/\(name)-\(Asset.hash(bytes)).\(ending)"
    }

    /// The bytes of the program's own base64, which holds no other characters.
    private static func decoded(_ base64: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in base64.utf8 {
            let value: UInt8
            switch letter {
            case 0x41...0x5A: value = letter - 0x41
            case 0x61...0x7A: value = letter - 0x61 + 26
            case 0x30...0x39: value = letter - 0x30 + 52
            case 0x2B: value = 62
            case 0x2F: value = 63
            default: continue
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes
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
    public static let all = [script, logo, touchIcon]

    /// The icon on a phone's home screen where corners are not cut for us.
    public static let touchIcon = Asset(name: "touch", picture: iconTouchText)
    /// The icon in 192 pixels.
    public static let iconSmall = Asset(name: "icon-192", picture: iconSmallText)
    /// The icon in 512 pixels.
    public static let iconLarge = Asset(name: "icon-512", picture: iconLargeText)
    /// The icon in 512 pixels for phones that cut it to their own shape.
    public static let iconMaskable = Asset(name: "icon-mask", picture: iconMaskableText)
    /// The mark in white, for the line at the top of a phone.
    public static let iconBadge = Asset(name: "badge", picture: iconBadgeText)

    /// The pictures of the installed app, which no page shows.
    public static let app = [iconSmall, iconLarge, iconMaskable, iconBadge]

    /// The service worker of a look. Its address stays; what is in it says which files it keeps.
    public static func worker(of look: Look) -> [UInt8] {
        let icon = look.appIcon?.asset ?? iconSmall
        // The badge is a shape of one colour; a host's icon is none, and then phones draw their own.
        let badge = look.isHosts ? nil : iconBadge
        let kept =
            all + look.assets + [look.appIcon == nil ? iconSmall : nil, badge].compactMap { $0 }
        let shell = (kept.map(\.location) + [Paths.offline]).map { "\"\($0.text)\"" }
            .joined(separator: ", ")
        let version = Asset.hash(Array((shell + workerText).utf8))
        return Array(
            """
            const version = "\(version)";
            const shell = [\(shell)];
            const icon = "\(icon.location.text)";
            const badge = \(badge.map { "\"\($0.location.text)\"" } ?? "undefined");

            """.utf8) + Array(workerText.utf8)
    }

    /// The Content-Security-Policy every page is to be sent with. Pages hold no inline script and
    /// no inline style, so nothing has to be excused.
    public static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; \
        frame-ancestors 'none'; base-uri 'none'
        """

    /// A ring whose missing quarter is being put back.
    static let logoText = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="6">\
        <rect width="32" height="32" rx="8" fill="#0f3f35"/>\
        <path d="M16 7.5a8.5 8.5 0 1 0 8.5 8.5" stroke="#f2faf6"/>\
        <path d="M18.5 7.9a8.5 8.5 0 0 1 5.6 5.6" stroke="#e9a93c"/></svg>
        """
}
