import Foundation
import Web
import Wire

/// Reads a host's look: one file of tokens, and the pictures it names beside it.
///
///     { "colors": { "brand": ["#5b2a86", "#c9a6ee"] }, "corners": 8, "face": "serif",
///       "logo": "logo.svg", "logo_dark": "logo-dark.svg", "logo_has_name": true,
///       "icon": "icon.svg" }
///
/// Each colour is a light one and a dark one. What is not named is Makewhole's own.
public enum LookFile {
    /// What is wrong with the file, as a sentence for whoever wrote it.
    public struct Refusal: Error, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }

    /// The largest picture: it is loaded with every first page.
    static let pictureBytesMax = 64 << 10

    private static let keys: Set<String> = [
        "colors", "corners", "face", "logo", "logo_dark", "logo_has_name", "icon",
    ]

    /// - Parameter picture: The bytes of a file the look names; `nil` when it cannot be read.
    /// - Throws: The first thing that is wrong, with the place and what to write instead.
    public static func load(
        _ bytes: [UInt8], picture: (String) -> [UInt8]?
    ) throws(Refusal) -> Look {
        let json: JSON
        do {
            json = try JSON.parse(bytes, bytesMax: 64 << 10)
        } catch {
            throw Refusal("it is not JSON: \(error)")
        }
        guard let object = json.objectValue else {
            throw Refusal("it must be an object, as in {\"colors\": {}}.")
        }
        for key in object.keys where !keys.contains(key) {
            throw Refusal(
                "\(key) is not known. There are \(keys.sorted().joined(separator: ", ")).")
        }
        func drawn(_ key: String) throws(Refusal) -> Look.Picture? {
            guard let value = object[key] else { return nil }
            guard let name = value.stringValue, !name.isEmpty else {
                throw Refusal("\(key) must name a file.")
            }
            return try LookFile.picture(key, name, picture(name))
        }
        let colors = try LookFile.colors(object["colors"])
        let corners = try LookFile.corners(object["corners"])
        let face = try LookFile.face(object["face"])
        let hasName = try LookFile.choice(object["logo_has_name"])
        let logo = try drawn("logo")
        let logoDark = try drawn("logo_dark")
        let icon = try drawn("icon")
        if let icon { try check(icon: icon) }
        if logo == nil, logoDark != nil || object["logo_has_name"] != nil {
            throw Refusal("logo_dark and logo_has_name need a logo.")
        }
        do {
            return try Look(
                colors: colors, cornerPixels: corners, face: face, logo: logo, logoDark: logoDark,
                logoHasName: hasName, icon: icon)
        } catch {
            throw Refusal("colors: \(error)")
        }
    }

    private static func colors(
        _ json: JSON?
    ) throws(Refusal) -> [Look.Token: Look.Pair] {
        guard let json else { return [:] }
        guard let object = json.objectValue else {
            throw Refusal(
                "colors must be an object of pairs, as in {\"brand\": [\"#0d5a4a\", \"#63d5b0\"]}.")
        }
        var colors: [Look.Token: Look.Pair] = [:]
        for key in object.keys {
            guard let token = Look.Token(rawValue: key) else {
                let known = Look.Token.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal("colors.\(key) is not known. There are \(known).")
            }
            guard let pair = object[key]?.arrayValue, pair.count == 2,
                let light = pair[0].stringValue.flatMap({ Look.Color($0) }),
                let dark = pair[1].stringValue.flatMap({ Look.Color($0) })
            else {
                throw Refusal(
                    "colors.\(key) must be a light and a dark colour, as in [\"#0d5a4a\", \"#63d5b0\"]."
                )
            }
            colors[token] = Look.Pair(light: light, dark: dark)
        }
        return colors
    }

    private static func corners(_ json: JSON?) throws(Refusal) -> Int {
        guard let json else { return 16 }
        guard let pixels = json.integerValue, let count = Int(exactly: pixels),
            Look.corners.contains(count)
        else {
            throw Refusal(
                "corners must be \(Look.corners.lowerBound) through \(Look.corners.upperBound) pixels."
            )
        }
        return count
    }

    private static func face(_ json: JSON?) throws(Refusal) -> Look.Face {
        guard let json else { return .sans }
        guard let face = json.stringValue.flatMap(Look.Face.init) else {
            let known = Look.Face.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal("face must be one of \(known).")
        }
        return face
    }

    private static func choice(_ json: JSON?) throws(Refusal) -> Bool {
        guard let json else { return false }
        guard let choice = json.booleanValue else {
            throw Refusal("logo_has_name must be true or false.")
        }
        return choice
    }

    /// Known by what is in it, whatever it is called. Browsers run nothing in a picture they show
    /// as one; a drawing with anything but a drawing in it is refused all the same.
    private static func picture(
        _ key: String, _ name: String, _ bytes: [UInt8]?
    ) throws(Refusal) -> Look.Picture {
        guard let bytes else { throw Refusal("\(key): \(name) is not there or cannot be read.") }
        guard bytes.count <= pictureBytesMax else {
            throw Refusal("\(key): \(name) must be \(pictureBytesMax >> 10) KB or smaller.")
        }
        let asset = key.replacing("_", with: "-")
        if bytes.starts(with: PNGHeader.signature) {
            guard let size = PNGHeader.size(bytes) else {
                throw Refusal("\(key): \(name) breaks off: it is no whole PNG.")
            }
            return Look.Picture(name: asset, bytes: bytes, kind: .png, size: size)
        }
        guard String(decoding: bytes, as: UTF8.self).contains("<svg") else {
            throw Refusal("\(key): \(name) must be an SVG or a PNG.")
        }
        do {
            return Look.Picture(
                name: asset, bytes: bytes, kind: .svg, size: try Drawing(bytes).size)
        } catch {
            throw Refusal(
                "\(key): \(name) \(error.words). A logo only draws: save it as a plain SVG.")
        }
    }

    /// Phones show an installed app by its icon: it has to be square, and large enough to be offered.
    private static func check(icon: Look.Picture) throws(Refusal) {
        guard let size = icon.size else { return }
        guard size.width == size.height else {
            throw Refusal(
                "icon: it is \(size.width) by \(size.height); an icon must be as wide as high.")
        }
        guard icon.kind == .svg || size.width >= Look.iconPixelsMin else {
            throw Refusal(
                "icon: it has \(size.width) pixels; it needs \(Look.iconPixelsMin) or more each way, "
                    + "or else to be an SVG.")
        }
    }

    private enum PNGHeader {
        static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

        /// Width and height stand first in the first chunk (PNG, 11.2.2).
        static func size(_ bytes: [UInt8]) -> Look.Picture.Size? {
            guard bytes.count >= 33, Array(bytes[12..<16]) == Array("IHDR".utf8) else { return nil }
            func number(at offset: Int) -> Int {
                bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            }
            let (width, height) = (number(at: 16), number(at: 20))
            guard (1...100_000).contains(width), (1...100_000).contains(height) else { return nil }
            return Look.Picture.Size(width: width, height: height)
        }
    }
}
