import Foundation
import FoundationXML
import Web

/// An SVG that only draws: read as XML, element by element, and refused for the first thing that is
/// not on the list of what a drawing needs.
///
/// A list of what is bad would be read against every way to write it (`x:script`, `&#106;avascript:`,
/// `onload`); what is not on this list does not pass, however it is written.
struct Drawing {
    /// Width and height of what is drawn, when the drawing says so.
    private(set) var size: Look.Picture.Size?

    /// What is not allowed, as the middle of a sentence: `has the element script in it`.
    struct Refusal: Error {
        let words: String
    }

    /// - Throws: The first thing in `bytes` that is not a drawing's, or that they are no XML.
    init(_ bytes: [UInt8]) throws(Refusal) {
        // Read otherwise by somebody else, it could be anything: only UTF-8, and nothing but elements.
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Refusal(words: "is not written in UTF-8")
        }
        let body = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if body.hasPrefix("<?xml") {
            let declaration = body.prefix { $0 != ">" }.lowercased()
            guard !declaration.contains("encoding") || declaration.contains("utf-8") else {
                throw Refusal(words: "is not written in UTF-8")
            }
        }
        var rest = body.dropFirst()
        while let mark = rest.firstIndex(of: "<") {
            let tail = rest[mark...]
            if tail.hasPrefix("<!"), !tail.hasPrefix("<!--"), !tail.hasPrefix("<![CDATA[") {
                throw Refusal(words: "has a declaration (<!…) in it")
            }
            if tail.hasPrefix("<?") { throw Refusal(words: "has an instruction (<?…) in it") }
            rest = tail.dropFirst()
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(bytes))
        parser.shouldProcessNamespaces = false
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        let isWhole = parser.parse()
        if let words = reader.refusal { throw Refusal(words: words) }
        guard isWhole, reader.isDrawing, reader.depth == 0 else {
            throw Refusal(words: "is no SVG that can be read")
        }
        size = reader.size
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var refusal: String?
        var isDrawing = false
        /// Elements that are open: none are at the end of a whole drawing, whatever a parser forgives.
        var depth = 0
        var size: Look.Picture.Size?
        private var style: String?

        private func refuse(_ words: String, _ parser: XMLParser) {
            guard refusal == nil else { return }
            refusal = words
            parser.abortParsing()
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            depth += 1
            if !isDrawing {
                guard name == "svg" else { return refuse("is no SVG", parser) }
                isDrawing = true
                size = Reader.size(attributes)
            }
            guard Drawing.elements.contains(name) else {
                return refuse("has the element \(Drawing.shown(name)) in it", parser)
            }
            if name == "style" { style = "" }
            for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
                guard Drawing.isAllowed(name) else {
                    return refuse("has the attribute \(Drawing.shown(name)) in it", parser)
                }
                let isLink = name == "href" || name == "xlink:href"
                guard !isLink || value.hasPrefix("#"), name.hasPrefix("xmlns") || isLocal(value)
                else {
                    return refuse("leads elsewhere by its \(Drawing.shown(name))", parser)
                }
                if name == "xmlns", value != "http://www.w3.org/2000/svg" {
                    return refuse("is no SVG", parser)
                }
            }
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) { style? += text }

        func parser(_ parser: XMLParser, foundCDATA data: Data) {
            style? += String(decoding: data, as: UTF8.self)
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
            qualifiedName: String?
        ) {
            depth -= 1
            guard name == "style", let text = style else { return }
            style = nil
            if !isLocal(text) { refuse("leads elsewhere by its style", parser) }
        }

        /// Whether words of a style or an attribute refer to nothing outside of the drawing. An escape
        /// could spell anything, and no drawing needs one.
        private func isLocal(_ value: String) -> Bool {
            let text = value.lowercased()
            guard !text.contains("\\"), !text.contains("@import"), !text.contains("script:"),
                !text.contains("data:")
            else { return false }
            var rest = text[...]
            while let found = rest.range(of: "url(") {
                rest = rest[found.upperBound...]
                let target = rest.drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }
                guard target.hasPrefix("#") else { return false }
            }
            return true
        }

        private static func size(_ attributes: [String: String]) -> Look.Picture.Size? {
            func pixels(_ text: String?) -> Double? {
                guard let text else { return nil }
                return Double(text.hasSuffix("px") ? text.dropLast(2) : text[...])
            }
            let box = (attributes["viewBox"] ?? "").split { $0 == " " || $0 == "," }
                .compactMap { Double($0) }
            guard
                let width = pixels(attributes["width"]) ?? (box.count == 4 ? box[2] : nil),
                let height = pixels(attributes["height"]) ?? (box.count == 4 ? box[3] : nil),
                (1...100_000).contains(width), (1...100_000).contains(height)
            else { return nil }
            return Look.Picture.Size(width: Int(width.rounded()), height: Int(height.rounded()))
        }
    }

    // MARK: What a drawing needs

    private static let elements: Set<String> = [
        "svg", "g", "defs", "symbol", "use", "title", "desc", "style", "path", "rect", "circle",
        "ellipse", "line", "polyline", "polygon", "text", "tspan", "linearGradient",
        "radialGradient", "stop", "clipPath", "mask", "pattern",
    ]

    private static let attributes: Set<String> = [
        "id", "class", "role", "lang", "style", "type", "version", "baseProfile", "href",
        "xlink:href", "xml:space", "xml:lang", "aria-label", "aria-labelledby", "aria-hidden",
        "focusable", "viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "y1",
        "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "dx", "dy", "d", "points",
        "pathLength", "transform", "offset", "rotate", "textLength", "lengthAdjust",
        "gradientUnits", "gradientTransform", "spreadMethod", "clipPathUnits", "maskUnits",
        "maskContentUnits", "patternUnits", "patternContentUnits", "patternTransform", "fill",
        "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
        "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset",
        "clip-path", "clip-rule", "mask", "opacity", "stop-color", "stop-opacity", "color",
        "display", "visibility", "overflow", "paint-order", "vector-effect", "shape-rendering",
        "text-rendering", "color-interpolation", "font-family", "font-size", "font-weight",
        "font-style", "font-variant", "font-stretch", "letter-spacing", "word-spacing",
        "text-anchor", "dominant-baseline", "alignment-baseline", "baseline-shift",
        "mix-blend-mode", "isolation", "transform-origin",
    ]

    /// Names of namespaces are only names: what would use one is not on the lists.
    private static func isAllowed(_ attribute: String) -> Bool {
        attributes.contains(attribute) || attribute == "xmlns" || attribute.hasPrefix("xmlns:")
    }

    /// A name from the file, as it may stand in a sentence of ours.
    private static func shown(_ name: String) -> String {
        String(name.prefix(40).filter { $0.isASCII && !$0.isWhitespace && $0.asciiValue ?? 0 > 32 })
    }
}
