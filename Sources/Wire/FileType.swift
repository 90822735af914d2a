/// The kinds of file a customer may send as a document.
public enum FileType: String, Hashable, Sendable, CaseIterable {
    case pdf, jpeg, png, heic

    public var contentType: String {
        switch self {
        case .pdf: "application/pdf"
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .heic: "image/heic"
        }
    }

    /// The endings its files go by, in lower case.
    public var extensions: [String] {
        switch self {
        case .pdf: ["pdf"]
        case .jpeg: ["jpg", "jpeg", "jpe"]
        case .png: ["png"]
        case .heic: ["heic", "heif"]
        }
    }
}

/// What the content of a file says about it.
public enum FileVerdict: Hashable, Sendable {
    /// Of a kind we take, whole, and without anything that acts when it is opened.
    case accepted(FileType)
    case empty
    /// None of the kinds we take.
    case unknownType
    /// Breaks off, or lacks what every file of its kind has.
    case malformed(FileType)
    /// Protected by a password: nobody could look at it.
    case encrypted(FileType)
    /// An image that would take more memory to show than any document needs.
    case tooManyPixels(FileType, width: Int, height: Int)
    /// Its name ends as another kind of file does.
    case nameMismatch(FileType, nameEnding: String)
    case hostile(Reason)

    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case javaScript
        /// Something other than a page is opened with the document.
        case openAction
        /// A program or another file is opened from it.
        case launch
        case embeddedFile
        /// Its form sends what is typed elsewhere, or is a program itself.
        case activeForm
        /// Also a web page or a script to whoever reads it so.
        case markupInside
        /// Also an archive to whoever reads it so.
        case archiveInside
        /// Two kinds of document in one.
        case documentInside
        /// Its objects are packed in a way we cannot look into, or would unpack to far too much.
        case unreadableObjects
        /// The test pattern of anti-virus programs (EICAR).
        case testVirus
    }
}

extension FileType {
    /// More than any camera in a telephone makes of a page: 50 megapixels, 200 MB decoded.
    public static let pixelsMax = 50_000_000

    /// Judges a file by its content alone, and its name by its content.
    ///
    /// This is no anti-virus program: it refuses what a document sent by a customer has no need of.
    /// Takes time linear in the size and memory bounded by it; any bytes give a verdict.
    public static func sniff(_ bytes: [UInt8], filename: String? = nil) -> FileVerdict {
        guard !bytes.isEmpty else { return .empty }
        if ByteSearch.contains(testVirus, in: bytes[...]) { return .hostile(.testVirus) }
        guard let type = kind(of: bytes) else { return .unknownType }
        let verdict = inspect(bytes, type)
        guard verdict == .accepted(type), let filename, let ending = ending(of: filename),
            !type.extensions.contains(ending)
        else { return verdict }
        return .nameMismatch(type, nameEnding: ending)
    }

    private static func kind(of bytes: [UInt8]) -> FileType? {
        if bytes.starts(with: "%PDF-".utf8) { return .pdf }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.starts(with: PNGFile.signature) { return .png }
        return HEICFile.isHEIC(bytes) ? .heic : nil
    }

    private static func inspect(_ bytes: [UInt8], _ type: FileType) -> FileVerdict {
        if let reason = secondNature(bytes, type) { return .hostile(reason) }
        let size: (width: Int, height: Int)?
        switch type {
        case .pdf: return PDFFile.inspect(bytes)
        case .jpeg: size = JPEGFile.size(bytes)
        case .png: size = PNGFile.size(bytes)
        case .heic: size = HEICFile.size(bytes)
        }
        guard let size, size.width > 0, size.height > 0 else { return .malformed(type) }
        guard size.width <= pixelsMax, size.height <= pixelsMax,
            size.width * size.height <= pixelsMax
        else { return .tooManyPixels(type, width: size.width, height: size.height) }
        return .accepted(type)
    }

    /// What else the file is, to a program that reads it otherwise than we do.
    private static func secondNature(_ bytes: [UInt8], _ type: FileType) -> FileVerdict.Reason? {
        // An archive is read from its end: the directory's entries, then its closing record.
        let tail = bytes.suffix(archiveTailMax)
        if ByteSearch.contains([0x50, 0x4B, 0x05, 0x06], in: tail),
            ByteSearch.contains([0x50, 0x4B, 0x01, 0x02], in: bytes[...])
        {
            return .archiveInside
        }
        guard type != .pdf else { return nil }
        // Readers of PDF look for its first line within the first kilobyte.
        if ByteSearch.contains(Array("%PDF-".utf8), in: bytes.prefix(1024)) {
            return .documentInside
        }
        return ByteSearch.containsMarkup(bytes) ? .markupInside : nil
    }

    /// The closing record of an archive, 22 bytes, and the longest comment behind it.
    private static let archiveTailMax = 22 + 65_535

    /// Written in two pieces, so that no scanner mistakes this file for the pattern.
    private static let testVirus = Array(("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD").utf8)

    private static func ending(of filename: String) -> String? {
        let parts = filename.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last, !last.isEmpty else { return nil }
        return last.lowercased()
    }
}

enum ByteSearch {
    static func contains(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
        firstIndex(of: pattern, in: bytes) != nil
    }

    /// Patterns here are short, so the worst case is a small multiple of the size.
    static func firstIndex(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
        let last = bytes.endIndex - pattern.count
        var offset = bytes.startIndex
        while offset <= last {
            if bytes[offset] == first {
                var matched = 1
                while matched < pattern.count, bytes[offset + matched] == pattern[matched] {
                    matched += 1
                }
                if matched == pattern.count { return offset }
            }
            offset += 1
        }
        return nil
    }

    private static let markup = [
        "<script", "<html", "<!doctype", "<iframe", "<?php", "<svg ", "<svg>", "<body",
        "javascript:",
    ].map { Array($0.utf8) }

    /// Whether any of the words that make a program take the bytes for a page stands in them, in
    /// capitals or not.
    static func containsMarkup(_ bytes: [UInt8]) -> Bool {
        for offset in bytes.indices {
            let byte = bytes[offset]
            guard byte == 0x3C || byte | 0x20 == 0x6A else { continue }
            for word in markup where offset + word.count <= bytes.count {
                var matched = 0
                while matched < word.count,
                    Byte.lowercased(bytes[offset + matched]) == word[matched]
                {
                    matched += 1
                }
                if matched == word.count { return true }
            }
        }
        return false
    }

    /// A big-endian number; `nil` beyond the end.
    static func integer(_ bytes: [UInt8], at offset: Int, count: Int) -> Int? {
        guard offset >= 0, count <= 4, offset <= bytes.count - count else { return nil }
        return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }
}
