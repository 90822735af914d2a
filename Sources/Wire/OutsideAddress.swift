/// Where a request that a stranger may direct is allowed to go: to the public internet, and to
/// nothing of ours. Names are resolved first, and the address that was looked at is the one that is
/// connected to.
public enum OutsideAddress {
    /// Whether 4 or 16 bytes of an address are of a host on the public internet.
    ///
    /// By the special-purpose registries of IANA (RFC 6890 with its updates): what is loopback,
    /// private, shared, link-local, multicast, reserved, for documentation or benchmarks, or wraps
    /// another address is not. Of IPv6 only 2000::/3 is given out for hosts, so that mapped,
    /// translated, unique local, link-local and multicast addresses need no line of their own.
    public static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: !forbidden4.contains { $0.contains(bytes) }
        case 16: unicast6.contains(bytes) && !forbidden6.contains { $0.contains(bytes) }
        default: false
        }
    }

    struct Block {
        let prefix: [UInt8]
        let bits: Int

        init(_ prefix: [UInt8], _ bits: Int) {
            self.prefix = prefix
            self.bits = bits
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            var left = bits
            for (own, other) in zip(prefix, bytes) where left > 0 {
                let mask = left >= 8 ? 0xFF : ~(UInt8(0xFF) >> UInt8(left))
                guard own & mask == other & mask else { return false }
                left -= 8
            }
            return true
        }
    }

    private static let forbidden4 = [
        Block([0], 8),  // This network (RFC 791).
        Block([10], 8), Block([172, 16], 12), Block([192, 168], 16),  // Private (RFC 1918).
        Block([100, 64], 10),  // Shared by carriers and clouds (RFC 6598).
        Block([127], 8),  // Loopback (RFC 1122).
        Block([168, 63, 129, 16], 32),  // A cloud's own services, under a public address.
        Block([169, 254], 16),  // Link-local, with the metadata of clouds (RFC 3927).
        Block([192, 0, 0], 24),  // Protocol assignments (RFC 6890).
        Block([192, 0, 2], 24), Block([198, 51, 100], 24), Block([203, 0, 113], 24),  // RFC 5737.
        Block([192, 88, 99], 24),  // Relays of 6to4 (RFC 7526).
        Block([198, 18], 15),  // Benchmarks (RFC 2544).
        Block([224], 4),  // Multicast (RFC 5771).
        Block([240], 4),  // Reserved, with broadcast (RFC 1112).
    ]

    private static let unicast6 = Block([0x20], 3)

    private static let forbidden6 = [
        Block([0x20, 0x01, 0x00], 23),  // Protocol assignments, with Teredo (RFC 2928, RFC 4380).
        Block([0x20, 0x01, 0x0D, 0xB8], 32), Block([0x3F, 0xFF, 0x00], 20),  // Documentation.
        Block([0x20, 0x02], 16),  // 6to4, which wraps an IPv4 address (RFC 3056).
    ]
}

/// The URL of an endpoint that a stranger named, taken apart: a scheme, a host, a port and a target,
/// and nothing that is read differently by different readers.
public struct OutsideURL: Hashable, Sendable {
    public let isSecure: Bool
    /// In lower case; an IPv6 address without its brackets.
    public let host: String
    public let port: Int
    /// Path and query, from the first slash on.
    public let target: String

    public static let lengthMax = 1_024

    public enum Refusal: Error, Hashable, Sendable, CaseIterable {
        case tooLong
        case malformed
        case schemeForbidden
        case hasCredentials
        case hasFragment
        case hostMalformed
        case portForbidden

        /// Completes "The URL …".
        public var words: String {
            switch self {
            case .tooLong: "has more than \(OutsideURL.lengthMax) characters"
            case .malformed:
                "is not one of visible ASCII characters, as in https://example.com/hook"
            case .schemeForbidden: "must begin with https://"
            case .hasCredentials: "must have no user name or password; requests are signed"
            case .hasFragment: "must have no fragment"
            case .hostMalformed: "has a host that is no name or address"
            case .portForbidden: "may name port 443, or one from 1024 on"
            }
        }
    }

    /// - Parameter allowsInsecure: takes `http` and every port too, for tests on one machine.
    public init(_ text: String, allowsInsecure: Bool) throws(Refusal) {
        guard text.utf8.count <= OutsideURL.lengthMax else { throw .tooLong }
        // Also no backslash, quote or angle bracket: some readers take them for something else.
        let forbidden = Set(#""<>\^`{|}"#.utf8)
        guard text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && !forbidden.contains($0) }) else {
            throw .malformed
        }
        guard !text.contains("#") else { throw .hasFragment }
        let lower = text.lowercased()
        let rest: Substring
        if lower.hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else if lower.hasPrefix("http://"), allowsInsecure {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else {
            throw .schemeForbidden
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw .hasCredentials }
        (host, port) = try OutsideURL.parts(
            authority.lowercased(), usual: isSecure ? 443 : 80, allowsAnyPort: allowsInsecure)
        let tail = String(rest[end...])
        target = tail.hasPrefix("/") ? tail : "/" + tail
    }

    private static func parts(
        _ authority: String, usual: Int, allowsAnyPort: Bool
    ) throws(Refusal) -> (host: String, port: Int) {
        var host = authority[...]
        var portText: Substring?
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { throw .hostMalformed }
            let tail = host[host.index(after: close)...]
            host = host[host.index(after: host.startIndex)..<close]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw .hostMalformed }
            portText = tail.isEmpty ? nil : tail.dropFirst()
            let digits = Set("0123456789abcdef:.")
            guard host.contains(":"), host.allSatisfy(digits.contains) else {
                throw .hostMalformed
            }
        } else {
            if let colon = host.firstIndex(of: ":") {
                portText = host[host.index(after: colon)...]
                host = host[..<colon]
            }
            guard isName(host) else { throw .hostMalformed }
        }
        guard let portText else { return (String(host), usual) }
        guard (1...5).contains(portText.utf8.count), portText.utf8.allSatisfy(Byte.isDigit),
            let port = Int(portText), (1...65_535).contains(port),
            allowsAnyPort || port == 443 || port >= 1_024
        else { throw .portForbidden }
        return (String(host), port)
    }

    /// Labels of letters, digits and hyphens (RFC 1123), or four numbers between dots. A name whose
    /// last label is a number is an address in some reading, so it must be one in the usual.
    private static func isName(_ host: Substring) -> Bool {
        guard (1...253).contains(host.utf8.count) else { return false }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = labels.last.map { isNumber($0) } ?? false
        guard !isAddress else {
            return labels.count == 4
                && labels.allSatisfy { label in
                    label.utf8.allSatisfy(Byte.isDigit) && (label == "0" || !label.hasPrefix("0"))
                        && Int(label).map { $0 < 256 } ?? false
                }
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    Byte.isDigit($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }

    private static func isNumber(_ label: Substring) -> Bool {
        label.utf8.allSatisfy(Byte.isDigit)
            || label.hasPrefix("0x")
                && label.dropFirst(2).allSatisfy { Set("0123456789abcdef").contains($0) }
    }

    /// The same URL in one spelling.
    public var text: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        let usual = isSecure ? 443 : 80
        return "http\(isSecure ? "s" : "")://\(shownHost)" + (port == usual ? "" : ":\(port)")
            + target
    }
}
