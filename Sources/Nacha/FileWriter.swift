import Banking
import Money

/// Turns a file of values into the bytes a bank takes, over the same composer as ``StreamWriter``.
///
/// Everything is checked before a byte leaves: what does not fit its field, is not printable, or
/// would make the operator reject the file is refused with its place. Counts, hashes, totals,
/// addenda sequences and the padding to whole blocks are computed here. Blanks at the end of a
/// text are not kept. What this writes, a strict ``FileReader`` reads back as the same file.
public struct FileWriter: Sendable {
    /// What ends each record.
    public let lineEnding: LineEnding

    /// What follows each record; the rules ask for nothing, banks differ.
    public enum LineEnding: Hashable, Sendable {
        case lf, crlf, none

        var bytes: [UInt8] {
            switch self {
            case .lf: [0x0A]
            case .crlf: [0x0D, 0x0A]
            case .none: []
            }
        }
    }

    /// A writer for a bank that wants its lines ended so.
    public init(lineEnding: LineEnding = .lf) { self.lineEnding = lineEnding }

    /// The file as bytes, or the first thing that is wrong with it.
    public func bytes(_ file: NachaFile) throws(WriteRefusal) -> [UInt8] {
        var composer = try FileComposer(file.header, lineEnding)
        var bytes: [UInt8] = []
        let records = file.batches.reduce(4) { $0 + 2 + $1.entries.count * 2 + $1.advice.count }
        bytes.reserveCapacity(records * (Layout.width + lineEnding.bytes.count))
        func take(_ page: RawSpan) { page.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        for batch in file.batches {
            try composer.begin(batch.header)
            for entry in batch.entries {
                try composer.add(entry)
                if composer.page.isFull { composer.page.hand(to: take) }
            }
            for advice in batch.advice {
                try composer.add(advice)
                if composer.page.isFull { composer.page.hand(to: take) }
            }
        }
        _ = try composer.finish()
        composer.page.hand(to: take)
        return bytes
    }
}

/// Why a file cannot be written, and where to look.
public struct WriteRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Index of the batch; `nil` for the file itself.
    public let batch: Int?
    /// Index of the entry in the batch; `nil` for the batch itself.
    public let entry: Int?
    /// The field's name in the Nacha rules.
    public let field: String
    /// The kind of problem.
    public let code: Problem.Code
    /// What was given; `(withheld)` where that would repeat an account number or a name.
    public let found: String
    /// What should have been, in words or as a value.
    public let expected: String

    /// One sentence for a person at a screen.
    public var description: String {
        var place = "File"
        if let batch { place = "Batch \(batch + 1)" }
        if let entry { place += ", entry \(entry + 1)" }
        return "\(place), \(field): found \(found), expected \(expected)."
    }
}

extension FileParty {
    /// A blank and nine digits claim to be a routing number.
    var looksLikeRouting: Bool {
        columns.utf8.first == 0x20
            && columns.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
