import Testing

@testable import Wire

struct FileTypeTests {
    private func pdf(_ body: String = "", stream: [UInt8]? = nil) -> [UInt8] {
        var bytes = Array("%PDF-1.7\n1 0 obj << /Type /Catalog \(body) >> endobj\n".utf8)
        if let stream {
            bytes += Array("2 0 obj << /Filter /FlateDecode /Length 9 >> stream\r\n".utf8)
            bytes += stream + Array("\nendstream endobj\n".utf8)
        }
        return bytes + Array("trailer << /Root 1 0 R >>\n%%EOF\n".utf8)
    }

    private func big(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    private func png(_ width: Int = 800, _ height: Int = 600, extra: [UInt8] = []) -> [UInt8] {
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            big(content.count, 4) + Array(name.utf8) + content + [0, 0, 0, 0]
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", big(width, 4) + big(height, 4) + [8, 2, 0, 0, 0])
            + chunk("tEXt", extra) + chunk("IDAT", [1, 2, 3]) + chunk("IEND", [])
    }

    private func jpeg(_ width: Int = 800, _ height: Int = 600, extra: [UInt8] = []) -> [UInt8] {
        func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
            [0xFF, marker] + big(content.count + 2, 2) + content
        }
        return [0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8)) + segment(0xFE, extra)
            + segment(0xC4, [0]) + [0xFF]
            + segment(0xC2, [8] + big(height, 2) + big(width, 2) + [1, 0, 0, 0])
            + segment(0xDA, [0]) + [1, 2, 0xFF, 0, 3, 0xFF, 0xD9]
    }

    private func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
        big(content.count + 8, 4) + Array(name.utf8) + content
    }

    private func heic(_ width: Int = 4032, _ height: Int = 3024, brand: String = "heic") -> [UInt8]
    {
        let sizes =
            box("ispe", [0, 0, 0, 0] + big(512, 4) + big(512, 4))
            + box("ispe", [0, 0, 0, 0] + big(width, 4) + big(height, 4))
        let properties = box("iprp", box("ipco", sizes))
        return box("ftyp", Array("\(brand)\0\0\0\0mif1heic".utf8))
            + box("meta", [0, 0, 0, 0] + box("hdlr", [0]) + properties) + box("mdat", [1, 2, 3])
    }

    @Test("Whole and harmless files of each kind are accepted")
    func accepted() {
        #expect(FileType.sniff(pdf()) == .accepted(.pdf))
        #expect(FileType.sniff(png()) == .accepted(.png))
        #expect(FileType.sniff(jpeg()) == .accepted(.jpeg))
        #expect(FileType.sniff(heic()) == .accepted(.heic))
        #expect(FileType.sniff(heic(brand: "mif1"), filename: "IMG_1.HEIC") == .accepted(.heic))
        #expect(FileType.sniff(jpeg(), filename: "scan.JPG") == .accepted(.jpeg))
        #expect(FileType.sniff(jpeg(), filename: "scan") == .accepted(.jpeg))
    }

    @Test("An empty file and kinds we do not take are refused as such")
    func unknown() {
        #expect(FileType.sniff([]) == .empty)
        for text in ["hello", "MZ\u{90}", "GIF89a", "PK\u{3}\u{4}", "<html>", " %PDF-1.7", "%PDF"] {
            #expect(FileType.sniff(Array(text.utf8)) == .unknownType, "\(text)")
        }
        let avif = box("ftyp", Array("avif\0\0\0\0mif1miaf".utf8))
        #expect(FileType.sniff(avif) == .unknownType)
    }

    @Test("A name that ends as another kind does is refused")
    func names() {
        #expect(
            FileType.sniff(png(), filename: "a.pdf") == .nameMismatch(.png, nameEnding: "pdf"))
        #expect(
            FileType.sniff(pdf(), filename: "a.pdf.exe") == .nameMismatch(.pdf, nameEnding: "exe"))
    }

    @Test(
        "Whatever acts in a PDF is found, however its name is spelled",
        arguments: [
            ("/OpenAction << /S /JavaScript /JS (x) >>", .javaScript),
            ("/Names << /J#61va#53cript 3 0 R >>", .javaScript),
            ("/OpenAction 3 0 R", .openAction), ("/OpenAction<</S/GoTo>>", .openAction),
            ("/A << /S/Launch/F(cmd.exe) >>", .launch), ("/S /GoToR", .launch),
            ("/Names << /EmbeddedFiles 3 0 R >>", .embeddedFile),
            ("/Type/EmbeddedFile", .embeddedFile), ("/Subtype /RichMedia", .embeddedFile),
            ("/AcroForm << /XFA [] >>", .activeForm), ("/S /SubmitForm", .activeForm),
        ] as [(String, FileVerdict.Reason)])
    func activePDF(body: String, reason: FileVerdict.Reason) {
        #expect(FileType.sniff(pdf(body)) == .hostile(reason))
    }

    @Test("A place to begin at, a link and a plain form are no reason to refuse a PDF")
    func harmlessPDF() {
        let body =
            "/OpenAction [3 0 R /FitH null] /A << /S /URI /URI (https://a.example) >> "
            + "/AcroForm 4 0 R"
        #expect(FileType.sniff(pdf(body)) == .accepted(.pdf))
        #expect(FileType.sniff(pdf("/JavaScripting /Launcher")) == .accepted(.pdf))
    }

    @Test("An encrypted PDF and one that breaks off are refused as such")
    func unreadablePDF() {
        #expect(FileType.sniff(pdf("/Encrypt 5 0 R /OpenAction 1 0 R")) == .encrypted(.pdf))
        #expect(FileType.sniff(Array(pdf().dropLast(8))) == .malformed(.pdf))
    }

    /// `11 0 12 9 << /S /JavaScript …`, packed by another program with dynamic and fixed codes.
    private static let packedScript = """
        eNp1Uk0LgkAQ/SsDXezSqlERhIeCDkUQeu2y5BJCpJhFP791xv0aCwSd59v3sbtJAjEkKazjGDYbECdV\
        VnJbf0Ds60cHWQYiV8/61V7VE8RZ3hQsNX21TkHs6tdAQVwcqxI5rdIwrWfcGHKmh9zemAiDksd2gVAe\
        sdAIJy2hH2tHDMPrJX1h8/JZrLihuLC6Z181WPozJzmhipeWuwTb5HDqQRr6o3ckhuHznHa23QlHP4Ox\
        faGE/xPT7KojaH/bfFbVO/7gKCkxjSyedwlGwLiSd09Ya/IeUvt+I1m3mDaBC42vZXAqogBxkG85Wcyv\
        bdXov4cCItk0M3lXbXeJkst0qs/rC7xA/gU=
        """
    private static let packedPlain = """
        eAEzNFQwUDA0UrA0MFCws1PQd8vPK1HQ901NyUx0yq9Q0PfOTClW0A9ILEoFioMUQATgCsyAes0tjRAK\
        01Phym1sFPSDUovzS4uSU4uB1gTB5J3zS6HSaNbBTANaBFaOZCjIbjADbiNEL8QsiEqQiWAGTD/UIRBB\
        sAhEE5K5YFE0/8KsgJuH5A2YHKoz4DyESRieQvER2F1gEYTRcLejeRFFDxabkEzAzoQYAwsMMA/oNXiI\
        IhkFUYnQClKDGddYPAnRCU8goJBDjS0k52DRhM8OFNcg0iha0oFLoEczWmCi+xAjgqEC0HSFI3ZB/vMv\
        SM1zTC7JzM9TiDaGWptZEgt0CQB6W/no
        """

    @Test("What acts is found inside packed objects too")
    func packedObjects() throws {
        let script = try #require(Base64.decode(FileTypeTests.packedScript))
        let plain = try #require(Base64.decode(FileTypeTests.packedPlain))

        #expect(FileType.sniff(pdf(stream: script)) == .hostile(.javaScript))
        #expect(FileType.sniff(pdf(stream: plain)) == .accepted(.pdf))
        #expect(
            FileType.sniff(pdf(stream: Array(script.dropLast(60)))) == .hostile(.unreadableObjects))
    }

    @Test("Objects packed twice, in rows, in other ways or beyond measure are refused")
    func hiddenObjects() throws {
        let plain = try #require(Base64.decode(FileTypeTests.packedPlain))
        let rows = stored([2] + Array("1 0 2 9 << /A /B >>".utf8))
        let flood = stored(Array("1 0 ".utf8) + Array(repeating: 0x31, count: 5000), times: 4)

        #expect(FileType.sniff(pdf(stream: stored(plain))) == .hostile(.unreadableObjects))
        #expect(FileType.sniff(pdf(stream: rows)) == .hostile(.unreadableObjects))
        #expect(PDFObjectStreams.scan(pdf(stream: flood)) == .found([]))
        #expect(PDFObjectStreams.scan(pdf(stream: flood), unpackedBytesMax: 9999) == .unreadable)
        #expect(
            FileType.sniff(pdf("/Type /ObjStm /Filter /ASCIIHexDecode"))
                == .hostile(.unreadableObjects))
        #expect(FileType.sniff(pdf("/Filter /ASCII85Decode")) == .accepted(.pdf))
    }

    /// A zlib stream that packs nothing.
    private func stored(_ content: [UInt8], times: Int = 1) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x01]
        for time in 1...times {
            let length = content.count
            bytes += [time == times ? 1 : 0, UInt8(length & 255), UInt8(length >> 8)]
            bytes += [~UInt8(length & 255), ~UInt8(length >> 8)] + content
        }
        return bytes + [0, 0, 0, 0]
    }

    @Test("An image that declares more than fifty megapixels is refused, exactly")
    func pixels() {
        #expect(FileType.sniff(png(10_000, 5000)) == .accepted(.png))
        #expect(
            FileType.sniff(png(10_001, 5000)) == .tooManyPixels(.png, width: 10_001, height: 5000))
        #expect(
            FileType.sniff(png(0x7FFF_FFFF, 0x7FFF_FFFF))
                == .tooManyPixels(.png, width: 0x7FFF_FFFF, height: 0x7FFF_FFFF))
        #expect(
            FileType.sniff(jpeg(65_535, 65_535))
                == .tooManyPixels(.jpeg, width: 65_535, height: 65_535))
        #expect(
            FileType.sniff(heic(0xFFFF_FFFF, 0xFFFF_FFFF))
                == .tooManyPixels(.heic, width: 1 << 31, height: 1 << 31))
        #expect(FileType.sniff(png(0, 5)) == .malformed(.png))
    }

    @Test("Images that break off are malformed at every length")
    func truncated() {
        for (file, type) in [(png(), FileType.png), (jpeg(), .jpeg), (heic(), .heic)] {
            for length in 40..<file.count {
                let verdict = FileType.sniff(Array(file.prefix(length)))
                #expect(verdict == .malformed(type), "\(type) \(length)")
            }
        }
    }

    @Test("An image that is also a page, an archive or a document is refused")
    func polyglots() {
        let script = Array("*/=1;</p><ScRiPt>alert(1)</sCrIpT>".utf8)
        let archive =
            Array("PK\u{3}\u{4}x PK\u{1}\u{2}x PK\u{5}\u{6}".utf8)
            + [UInt8](repeating: 0, count: 18)

        #expect(FileType.sniff(jpeg(extra: script)) == .hostile(.markupInside))
        #expect(
            FileType.sniff(png(extra: Array("<?php system(1);".utf8))) == .hostile(.markupInside))
        #expect(FileType.sniff(png() + Array("<HTML>".utf8)) == .hostile(.markupInside))
        #expect(FileType.sniff(png() + archive) == .hostile(.archiveInside))
        #expect(FileType.sniff(pdf() + archive) == .hostile(.archiveInside))
        #expect(FileType.sniff(jpeg(extra: pdf())) == .hostile(.documentInside))
        #expect(FileType.sniff(jpeg(extra: Array("java script: <b> PK".utf8))) == .accepted(.jpeg))
    }

    @Test("The test pattern of anti-virus programs is found anywhere")
    func testVirus() {
        let pattern =
            "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*"
        #expect(FileType.sniff(Array(pattern.utf8)) == .hostile(.testVirus))
        #expect(FileType.sniff(png(extra: Array(pattern.utf8))) == .hostile(.testVirus))
    }

    @Test("Damaged files of every kind get a verdict and never crash")
    func mutations() throws {
        let script = try #require(Base64.decode(FileTypeTests.packedScript))
        var mutator = Mutator(seed: 71)
        for file in [pdf("/A 1", stream: script), png(), jpeg(), heic()] {
            var verdicts: Set<FileVerdict> = []
            for _ in 0..<1500 { verdicts.insert(FileType.sniff(mutator.mutate(file))) }
            #expect(verdicts.count > 2)
        }
    }

    @Test("Every bit changed in a packed stream is noticed or harmless, and bounded")
    func inflateMutations() throws {
        let script = try #require(Base64.decode(FileTypeTests.packedScript))
        for index in script.indices {
            for bit in UInt8(0)..<8 {
                var changed = script
                changed[index] ^= 1 << bit
                var inflate = Inflate(changed, from: 0, outputMax: 4096)
                _ = inflate.zlib()
                #expect(inflate.output.count <= 4096)
            }
        }
    }
}
