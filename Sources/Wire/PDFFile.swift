/// PDF, ISO 32000-2, as far as it takes to see what a document would do when opened.
///
/// Everything active in a PDF is introduced by a name such as `/JavaScript`. Names are looked for
/// in the whole file, whatever their escapes, and in the compressed object streams (7.5.7) where
/// most programs put their dictionaries. Reading the whole structure instead would trust the file
/// to be read the same way by every viewer, and hostile files are not.
enum PDFFile {
    static func inspect(_ bytes: [UInt8]) -> FileVerdict {
        let isWhole = ByteSearch.contains(Array("%%EOF".utf8), in: bytes.suffix(endMax))
        guard isWhole else { return .malformed(.pdf) }
        let found = PDFNames.scan(bytes)
        if found.contains(.encrypted) { return .encrypted(.pdf) }
        if let reason = found.reason { return .hostile(reason) }
        if found.isSuperset(of: [.objectsPacked, .otherPacking]) {
            return .hostile(.unreadableObjects)
        }
        switch PDFObjectStreams.scan(bytes) {
        case .unreadable: return .hostile(.unreadableObjects)
        case .found(let inside):
            if let reason = inside.reason { return .hostile(reason) }
            return .accepted(.pdf)
        }
    }

    /// Readers look for the end within the last kilobyte.
    private static let endMax = 1024
}

/// Names that mean something happens.
struct PDFNames: OptionSet {
    let rawValue: Int

    static let encrypted = PDFNames(rawValue: 1)
    static let javaScript = PDFNames(rawValue: 2)
    static let openAction = PDFNames(rawValue: 4)
    static let launch = PDFNames(rawValue: 8)
    static let embeddedFile = PDFNames(rawValue: 16)
    static let activeForm = PDFNames(rawValue: 32)
    /// Objects are packed in streams.
    static let objectsPacked = PDFNames(rawValue: 64)
    /// Some stream is packed in a way we cannot undo. Programs that pack objects do not use them.
    static let otherPacking = PDFNames(rawValue: 128)

    /// The worst of them.
    var reason: FileVerdict.Reason? {
        if contains(.javaScript) { return .javaScript }
        if contains(.launch) { return .launch }
        if contains(.embeddedFile) { return .embeddedFile }
        if contains(.activeForm) { return .activeForm }
        if contains(.openAction) { return .openAction }
        return nil
    }

    // Names of two letters, `/JS` and `/AA`, occur by chance in compressed images. They need not be
    // looked for: no action works without its kind, which is one of these.
    private static let meanings: [String: PDFNames] = [
        "Encrypt": .encrypted, "JavaScript": .javaScript, "OpenAction": .openAction,
        "Launch": .launch, "GoToR": .launch, "GoToE": .launch, "EmbeddedFile": .embeddedFile,
        "EmbeddedFiles": .embeddedFile, "RichMedia": .embeddedFile, "Rendition": .embeddedFile,
        "XFA": .activeForm, "SubmitForm": .activeForm, "ImportData": .activeForm,
        "ObjStm": .objectsPacked, "XRef": .objectsPacked, "ASCIIHexDecode": .otherPacking,
        "AHx": .otherPacking, "ASCII85Decode": .otherPacking, "A85": .otherPacking,
        "LZWDecode": .otherPacking, "LZW": .otherPacking,
    ]
    /// The longest of them with each of its letters escaped.
    private static let lengthMax = 3 * 14

    static func scan(_ bytes: [UInt8]) -> PDFNames {
        var found: PDFNames = []
        for offset in bytes.indices where bytes[offset] == Byte.slash {
            guard let (name, end) = name(bytes, at: offset + 1), let meaning = meanings[name]
            else { continue }
            // An array after /OpenAction is a place in the document to begin at, which many
            // programs write and which does nothing.
            if meaning == .openAction, isArray(bytes, at: end) { continue }
            found.formUnion(meaning)
        }
        return found
    }

    /// The name from `start`, its `#xx` escapes decoded (7.3.5); `nil` when longer than any sought.
    static func name(_ bytes: [UInt8], at start: Int) -> (text: String, end: Int)? {
        var name: [UInt8] = []
        var offset = start
        while offset < bytes.count, isRegular(bytes[offset]) {
            guard offset - start <= lengthMax else { return nil }
            if bytes[offset] == 0x23, offset + 2 < bytes.count,
                let high = Hex.value(bytes[offset + 1]),
                let low = Hex.value(bytes[offset + 2])
            {
                name.append(high << 4 | low)
                offset += 3
            } else {
                name.append(bytes[offset])
                offset += 1
            }
        }
        return (String(decoding: name, as: UTF8.self), offset)
    }

    private static func isArray(_ bytes: [UInt8], at offset: Int) -> Bool {
        let rest = bytes[offset...].prefix(64).drop { isSpace($0) }
        return rest.first == Byte.openBracket
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0 || byte == Byte.space || (0x09...0x0D).contains(byte) && byte != 0x0B
    }

    /// Neither white space nor one of `()<>[]{}/%` (7.2.3).
    private static func isRegular(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x28, 0x29, 0x3C, 0x3E, Byte.openBracket, Byte.closeBracket, Byte.openBrace,
            Byte.closeBrace, Byte.slash, Byte.percent:
            return false
        default: return !isSpace(byte)
        }
    }
}

/// Streams that hold other objects, compressed.
///
/// Which streams these are is told by their content, which begins with numbers in text, and not by
/// their dictionaries, which can be written so that two readers disagree about where they end.
enum PDFObjectStreams {
    enum Outcome: Equatable {
        case found(PDFNames)
        case unreadable
    }

    /// A bank's statement of a hundred pages unpacks to less than a megabyte of objects.
    static let unpackedBytesMax = 32 << 20
    /// Unpacked of each stream to see what it is.
    private static let sampleMax = 1024
    /// Line breaks and blanks between the keyword and the content.
    private static let spaceMax = 16

    static func scan(_ bytes: [UInt8], unpackedBytesMax: Int = unpackedBytesMax) -> Outcome {
        let keyword = Array("stream".utf8)
        var found: PDFNames = []
        var outputLeft = unpackedBytesMax
        // Every byte may be unpacked a few times, in samples and attempts that fail, but no more:
        // streams may overlap, and a hostile file would have us read it for ever.
        var inputLeft = bytes.count * 4
        var search = 0
        while let place = ByteSearch.firstIndex(of: keyword, in: bytes[search...]) {
            search = place + keyword.count
            let space = bytes[search...].prefix(spaceMax).prefix { PDFNames.isSpace($0) }
            guard inputLeft > 0, outputLeft > 0 else { return .unreadable }
            var sample = Inflate(bytes, from: space.endIndex, outputMax: sampleMax)
            _ = sample.zlib()
            inputLeft -= sample.offset - search
            guard let kind = Kind(sample.output) else { continue }
            var inflate = Inflate(bytes, from: space.endIndex, outputMax: outputLeft)
            let isWhole = inflate.zlib()
            inputLeft -= inflate.offset - search
            outputLeft -= inflate.output.count
            switch kind {
            case .objects:
                guard isWhole else { return .unreadable }
                found.formUnion(PDFNames.scan(inflate.output))
                search = inflate.offset
            case .predicted: return .unreadable
            case .packedTwice:
                var inner = Inflate(inflate.output, from: 0, outputMax: outputLeft)
                if inner.zlib() || inner.output.count > sampleMax { return .unreadable }
            }
        }
        return .found(found)
    }

    private enum Kind {
        case objects
        /// Text again, but rearranged in rows as images are.
        case predicted
        case packedTwice

        /// `nil` for what cannot be objects: images, fonts, and what is not packed at all.
        init?(_ sample: [UInt8]) {
            guard let first = sample.first else { return nil }
            if first == 0x78, sample.count > 1, (0x7800 + Int(sample[1])) % 31 == 0 {
                self = .packedTwice
            } else if Kind.isObjects(sample[...]) {
                self = .objects
            } else if first <= 4, Kind.isObjects(sample.dropFirst()) {
                self = .predicted
            } else {
                return nil
            }
        }

        /// Whole numbers come first, an object's and its offset (7.5.7), perhaps after a comment.
        private static func isObjects(_ sample: ArraySlice<UInt8>) -> Bool {
            let text = sample.drop { PDFNames.isSpace($0) }
            if text.first == Byte.percent { return true }
            let words = text.split(maxSplits: 2) { PDFNames.isSpace($0) }.prefix(2)
            return words.count == 2
                && words.allSatisfy { word in
                    word.allSatisfy { Byte.isDigit($0) || $0 == Byte.plus || $0 == Byte.dash }
                }
        }
    }
}
