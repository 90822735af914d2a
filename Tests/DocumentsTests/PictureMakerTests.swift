import Foundation
import Testing
import Wire

@testable import Documents

/// The programs of Debian that read documents, in their sandbox: `bin/setup check` installs them.
@Suite("Pictures of documents", .serialized)
struct PictureMakerTests {
    private let maker = PictureMaker()

    private func size(_ picture: [UInt8]) -> (width: Int, height: Int)? {
        // A JPEG's frame header: FF C0, length, precision, height, width.
        for offset in picture.indices.dropLast(9)
        where picture[offset] == 0xFF && [0xC0, 0xC2].contains(picture[offset + 1]) {
            return (
                Int(picture[offset + 7]) << 8 | Int(picture[offset + 8]),
                Int(picture[offset + 5]) << 8 | Int(picture[offset + 6])
            )
        }
        return nil
    }

    @Test("A program that reads one document has no other one open")
    func closed() throws {
        let held = try Held.descriptor(of: [1, 2, 3])
        defer { try? held.close() }

        #expect(fcntl(held.rawValue, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test("This machine can make pictures")
    func canBeMade() async {
        #expect(await maker.check() == nil)
    }

    @Test("A picture is drawn anew: nothing that stood beside its colours is left")
    func drawnAnew() async throws {
        let file =
            Sample.png(40, 30, words: "secret-place-of-the-photo") + Array("PK\u{3}\u{4}zip".utf8)

        let pages = try await maker.pages(of: file, .png)

        let picture = try #require(pages.pictures.first)
        #expect(pages.pictures.count == 1 && !pages.isCut)
        #expect(FileType.sniff(picture) == .accepted(.jpeg))
        let found = try #require(size(picture))
        #expect(found == (40, 30))
        let text = String(decoding: picture, as: UTF8.self)
        #expect(!text.contains("secret-place") && !text.contains("zip"))
    }

    @Test("A picture of a telephone is read too")
    func telephone() async throws {
        let file = try #require(Data(base64Encoded: Sample.heic))

        let pages = try await maker.pages(of: Array(file), .heic)

        let found = try #require(pages.pictures.first.flatMap { size($0) })
        #expect(found == (400, 300))
    }

    @Test("Each page of a PDF is a picture, as many as anybody looks at")
    func pages() async throws {
        let two = try await maker.pages(of: Sample.pdf(pages: 2), .pdf)
        let many = try await maker.pages(of: Sample.pdf(pages: 22), .pdf)

        #expect(two.pictures.count == 2 && !two.isCut)
        #expect(many.pictures.count == PictureMaker.pagesMax && many.isCut)
        let found = try #require(two.pictures.first.flatMap { size($0) })
        #expect(max(found.width, found.height) <= PictureMaker.sideMax)
    }

    @Test("What no program can read is not shown, and says so")
    func unreadable() async {
        let half = Array(Sample.png(400, 300).prefix(300))
        let bomb = Sample.png(10, 10, claiming: (60_000, 60_000))
        let drawing = Array(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><path d=\"M0 0h9\"/></svg>"
                .utf8)
        for (file, type) in [
            (half, FileType.png), (bomb, .png), (drawing, .png), ([], .jpeg),
            (Array("%PDF-1.4 and nothing".utf8), .pdf), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
        ] {
            await #expect(throws: PictureMaker.Fault.cannotBeShown) {
                try await maker.pages(of: file, type)
            }
        }
    }

    @Test("Without the programs nothing is shown, and operators are told what to install")
    func missing() async throws {
        let none = PictureMaker(programs: "/nowhere")

        let said = try #require(await none.check())

        #expect(said.contains("bwrap is not installed") && said.contains("libvips-tools"))
        await #expect(throws: PictureMaker.Fault.unavailable(said)) {
            try await none.pages(of: Sample.png(4, 4), .png)
        }
    }

    @Test("A program in the sandbox sees no file of this machine, no network and no way out")
    func walls() async throws {
        let seen = try await maker.run(["ls", "/", "/tmp"], on: [])
        let secrets = try await maker.run(["cat", "/etc/passwd"], on: [])
        let network = try await maker.run(["cat", "/proc/net/dev"], on: [])
        let writing = try await maker.run(["touch", "/usr/bin/new"], on: [])
        let within = try await maker.run(["unshare", "-r", "true"], on: [])
        let environment = try await maker.run(["env"], on: [])

        let names = Set(String(decoding: seen.output, as: UTF8.self).split(separator: "\n"))
        #expect(
            seen.isFine
                && names.isSubset(of: [
                    "/:", "", "bin", "dev", "etc", "lib", "lib64",
                    "tmp", "usr", "/tmp:",
                ]))
        #expect(!secrets.isFine && !network.isFine && !writing.isFine && !within.isFine)
        #expect(!String(decoding: environment.output, as: UTF8.self).contains("USER="))
    }

    @Test("A program that never ends, or takes more than its share, is ended")
    func limits() async throws {
        let start = ContinuousClock.now
        let large = try await maker.run(
            ["perl", "-e", "my $x = 'x' x (4 << 30); print length $x"], on: [])
        #expect(!large.isFine)
        await #expect(throws: (any Error).self) {
            _ = try await maker.run(["yes"], on: [], outputMax: 1_000)
        }
        #expect(start.duration(to: .now) < .seconds(30))
    }
}

@Suite("Points of colour")
struct PixelsTests {
    @Test("A picture of points reads back as it was written")
    func same() throws {
        let pixels = try #require(
            Pixels(portable: Array("P6\n# c\n2 1\n255\n".utf8) + [1, 2, 3, 4, 5, 6]))

        #expect(pixels.width == 2 && pixels.height == 1 && pixels.bytes == [1, 2, 3, 4, 5, 6])
        #expect(Pixels(portable: pixels.portable) == pixels)
    }

    @Test(
        "Anything that is not exactly one picture of points is none",
        arguments: [
            "", "P6", "P6\n1 1\n255\n", "P6\n1 1\n255\nabcd", "P5\n1 1\n255\na",
            "P6\n1 1\n65535\nabcdef",
            "P6\n0 1\n255\n", "P6\n99999 99999\n255\nabc", "P6\n-1 1\n255\nabc", "P6\n1 1 255",
        ])
    func others(_ text: String) {
        #expect(Pixels(portable: Array(text.utf8)) == nil)
    }

    @Test("A header that goes on and on is no header")
    func longHeader() {
        let text = "P6\n#" + String(repeating: "x", count: 300) + "\n1 1\n255\nabc"
        #expect(Pixels(portable: Array(text.utf8)) == nil)
    }
}

enum Sample {
    /// A PNG in one colour, its data stored and not packed; `claiming` writes another size into its
    /// header.
    static func png(
        _ width: Int, _ height: Int, words: String = "", claiming: (Int, Int)? = nil
    ) -> [UInt8] {
        let row = [UInt8(0)] + Array(repeating: UInt8(120), count: width * 3)
        let raw = Array(repeating: row, count: height).flatMap { $0 }
        var stored: [UInt8] = [0x78, 0x01]
        var rest = raw[...]
        while !rest.isEmpty {
            let part = rest.prefix(65_535)
            rest = rest.dropFirst(part.count)
            let count = UInt16(part.count)
            stored += [rest.isEmpty ? 1 : 0, UInt8(count & 255), UInt8(count >> 8)]
            stored += [UInt8(~count & 255), UInt8(~count >> 8)] + part
        }
        var (low, high) = (UInt32(1), UInt32(0))
        for byte in raw {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        stored += number(high << 16 | low)
        let size = claiming ?? (width, height)
        let header = number(UInt32(size.0)) + number(UInt32(size.1)) + [8, 2, 0, 0, 0]
        let text = words.isEmpty ? [] : chunk("tEXt", Array("Comment\0\(words)".utf8))
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + text
            + chunk("IDAT", stored) + chunk("IEND", [])
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        var sum = ~UInt32(0)
        for byte in body {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return number(UInt32(content.count)) + body + number(~sum)
    }

    /// A PDF whose pages say their number.
    static func pdf(pages: Int) -> [UInt8] {
        let kids = (0..<pages).map { "\(4 + 2 * $0) 0 R" }.joined(separator: " ")
        var objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [\(kids)] /Count \(pages) >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        for page in 1...pages {
            let words = "BT /F1 40 Tf 72 700 Td (Page \(page)) Tj ET"
            objects.append(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents "
                    + "\(objects.count + 2) 0 R /Resources << /Font << /F1 3 0 R >> >> >>")
            objects.append("<< /Length \(words.utf8.count) >>\nstream\n\(words)\nendstream")
        }
        var text = "%PDF-1.4\n"
        var places: [Int] = []
        for (index, object) in objects.enumerated() {
            places.append(text.utf8.count)
            text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = text.utf8.count
        text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for place in places {
            text += String(repeating: "0", count: 10 - "\(place)".count) + "\(place) 00000 n \n"
        }
        text +=
            "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return Array(text.utf8)
    }

    /// 400 by 300 points of a colour that changes, as `heif-enc` packs them.
    static let heic = """
        AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUNtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA
        AAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFnAAEAAAAAAAAFRgAAACNpaW5mAAAAAAABAAAAFWluZmUC
        AAAAAAEAAGh2YzEAAAAAw2lwcnAAAAClaXBjbwAAAHlodmNDAQNwAAAAAAAAAAAAPPAA/P34+AAADwMgAAEAGEABDAH//wNw
        AAADAJAAAAMAAAMAPLoCQCEAAQAsQgEBA3AAAAMAkAAAAwAAAwA8oAyIBMfeW6kkprm4EBAwIAAAAwAgAAADACEiAAEAB0QB
        wXKwYkAAAAAUaXNwZQAAAAAAAAGQAAABLAAAABBwaXhpAAAAAAMICAgAAAAWaXBtYQAAAAAAAAABAAEDgQKDAAAFTm1kYXQA
        AAVCKAGvEyiaVCX3AIB5wcdNOsyD93+j/yQmj4xm2Ae0bLtGvJJLzR7Z8p7nuFw5F24jqkIL45bGkwehWW4EuP4fcMmwb4zk
        hn/gdM6ybp4LE3bjvI6jNSRWWL3fXSWSlnsIDUrVNbecD2JTXSwj3q0q+kb+5+pMPHG/YwIKVKdbr8n1OpAJC0HY7sxljxd6
        yaNbeeQOeG3qMCZoKn1p8EA8fdQSAvVr2dWmapi9AV1yI8Av1b+C7q8D2wlKrg3D7sGjHEOH5LVCJ+nCl4anPYKiqztogCr/
        zy5FJ2/fLjyiDtg0FbwLnpf9Hiqsf7JA/4+LJuAk4MNxh1NnxmYBbfeyCyawhwvFQqQmrAZ3TiQtAEIuoTnfDZ4ZrcWTnVoE
        Jz5EtiDZ168BMu0iaRN9ePR2eQFEoi4hescnjNUZN08FV7ByX+yCtM/aSQJUMIH6Y1VU69v8k/OE0IbTWEnVaApaMOpLLeF5
        5BlJULFlW/exLq9UwkJPmYRCPMQtV9NvqJPpnlFScB6p+/z/Y23dWJwrfT6wVwCm+exwX+v9TW70g76YraJcp2YgqZ5W9aaH
        B2ZpzT3vn5AoiIuC4BrvFD/LcWEnUy3tLOdcpL6ZdPyZiPp+4kzSl3UcNrydrgfxiFyihiqgZq7c3mIIA2V3FW1eKwJbILLe
        Tn47SMzitxNV5+LB9TpXu4FYg5bmhhAqm9Y6AHT/g+6lqz1mGkKQ0HiFXTQzWWGMFDJP2Nk6auL4QfK7XkA1b0ewuYwIF2bd
        hmeLJLBbGtGkCQrlVuM6PocOPqwrnZVeMMpiyBBvFEecR2DcL7xI8PuwFzAVdUJvGwsBtuafqbvwrENw41TlxVrKI+bKK0Tq
        A1SnkwBntPe+U0CROhPPVO1E2SuTv7CNKaxXlG6El/m1p73yjUIGAsZw3CtRWzwKSdXXIhCc+g20zRcUzAgH8zW3bIH92Xsf
        IlBfUS18wKE23yfZIRAsSSxlmcOpPCiFkUX+tNRBeYX6oH0ERRjxkPZuFuijZK48cF3HEcoIM+WYzfpj1T+ccI9nFmm6eP/2
        BYmwb3bR9akSe+BQVXhv90QfXckdH5fcAz/qSiBOMfI1yiK7NFpzYS8GaJntcc5bq9TKee/i1ms9nOjaKveOqNEC5EP5dfjf
        Chq1u7RPJRgGiNuUrXgGELBgIpJN19qkKUSuNXae9+IsFL2gb6qi0zOI7qMigZGJ1qt5z+BVXJZAj1NX8wjulez6qpK6h3iB
        FUgUx6c9i1x5IDfGJR1rqMjpele/q8SJH5SD5mGPB6+HohjAR/D8/21uNNOMLfzgkNwZKQR3PDh05pZT7U5sagHZoV8e4weG
        gwo8uClp2PTgR0LL2496+2WPXIfpdHxFWmGY9u+C8nV65OmsKDSKIWZgehG6qY4csXM3B2jBFHhdpIzFfDwwYRQOwE7tPpxs
        y6eAgeZiy9j3Xt2hFSKiFiIZTUjYvewhYBY1qWLCMr0UPu8+XmiysHDM5fZxF5rDpWZga1rY5vHnISYWGALUjYjdsnZ5GQIY
        ASvDubNs0WGMxyIJoGN2Y31tht6hQ55qMIhhRRkGVP8fvFbyet3Gj27wwhP2ZlPy70WKPr4LLGuao/ZCfS5LnmVWdyJzbpwU
        GVWAoyZKvkpPLXvWAMx5Qq34TMkaS+mqpWX1MXgRN/LUOsNB1m8LN0eDkQPZF0UGuwkClGp4sWURRr6ApHBKIftuhdh5Eh82
        5BFs777kSjHLJ3Fm7WMqelZw4+YJoUw82S/JO9rxy9orQMeabnltiX5HvaC6VZYwu850pfw=
        """.filter { !$0.isWhitespace }
}
