import Crypto
import Edges
import Foundation
import Nacha
import Rules

/// What banks sent, kept whole before it is read, and sealed: it holds account numbers.
public struct BankFileBytes: Sendable {
    private let edge: EdgeStore
    private let vault: Vault

    /// Bytes of one part: a file is never in memory as a whole.
    public static let partBytes = 1 << 20
    /// Parts that are flushed together.
    private static let partsTogether = 8
    /// No bank's file comes near it: five million returns. A larger one stays where it is.
    public static let fileBytesMax: Int64 = 1 << 30

    public init(edge: EdgeStore, vault: Vault) {
        self.edge = edge
        self.vault = vault
    }

    /// The digest of a file's bytes, by which it is recognised when it comes again.
    public static func digest(of url: URL) throws -> (digest: Data, size: Int64) {
        var hash = SHA256()
        var size: Int64 = 0
        try forEachPart(of: url) { part in
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
            size += Int64(part.count)
        }
        return (Data(hash.finalize()), size)
    }

    /// How many bytes a file has, without a look into it.
    public static func size(of url: URL) throws -> Int64 {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        return Int64(clamping: try file.seekToEnd())
    }

    /// Keeps every byte of a file under the name of a row that says it is arriving.
    public func keep(_ name: String, from url: URL) throws {
        var number = 0
        var sealed: [Data] = []
        var hash = SHA256()
        var size: Int64 = 0
        func flush() throws {
            guard !sealed.isEmpty else { return }
            try edge.keepParts(of: name, from: number, sealed: sealed)
            number += sealed.count
            sealed = []
        }
        try Self.forEachPart(of: url) { part in
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
            size += Int64(part.count)
            sealed.append(
                vault.seal(bankFilePart: part, of: name, number: number + sealed.count))
            if sealed.count == Self.partsTogether { try flush() }
        }
        try flush()
        try edge.markKept(bankFile: name, digest: Data(hash.finalize()), size: size)
    }

    /// The bytes of part `number`, counted from zero; `nil` after the last.
    public func part(_ number: Int, of name: String) throws -> [UInt8]? {
        guard let sealed = try edge.part(of: name, number: number) else {
            // Files of ours, and those kept before there were parts, lie in their row.
            guard number == 0, let file = try edge.bankFile(named: name), !file.bytes.isEmpty else {
                return nil
            }
            return Array(file.bytes)
        }
        return try vault.open(bankFilePart: sealed, of: name, number: number)
    }

    /// All of it, when it is no larger than `max`.
    public func all(of name: String, atMost max: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        var number = 0
        while let part = try part(number, of: name) {
            guard bytes.count + part.count <= max else { return nil }
            bytes += part
            number += 1
        }
        return bytes
    }

    /// The entry at a place of what a bank sent, with the header of its batch; `nil` when nothing
    /// readable stands there.
    public func entry(at place: FilePlace) throws -> (entry: Entry, header: BatchHeader)? {
        var header: BatchHeader?
        var found: Entry?
        func take(_ event: borrowing StreamEvent) {
            switch event {
            case .batch(let batch): header = batch.decoded()
            case .entry(let entry), .quarantined(let entry):
                if found == nil { found = entry.decoded() }
            case .file, .batchEnd, .fileEnd, .problem: break
            }
        }
        let first = try bytes(of: place.file, from: place.batch, atMost: Self.recordBytes)
        let rest = try bytes(
            of: place.file, from: place.offset, atMost: Self.recordBytes * Self.recordsMax)
        // Short lines end before their 94 columns do.
        let line = first.prefix(94).prefix { $0 != 0x0A && $0 != 0x0D }
        var reader = StreamReader(profile: .fragments)
        reader.read(Array(line) + [0x0A]) { take($0) }
        if first.count > 94, line.count == 94, first[94] != 0x0A, first[94] != 0x0D {
            // A file without line ends: its records follow one another.
            for start in stride(from: 0, to: rest.count, by: 94) {
                reader.read(Array(rest[start..<min(start + 94, rest.count)]) + [0x0A]) { take($0) }
            }
        } else {
            reader.read(rest) { take($0) }
        }
        reader.finish { take($0) }
        guard let found, let header else { return nil }
        return (found, header)
    }

    /// A record with the longest line end.
    private static let recordBytes = 96
    /// Records of an entry that are read again: a return has two, an international one nine.
    private static let recordsMax = 12

    private func bytes(of name: String, from offset: Int, atMost count: Int) throws -> [UInt8] {
        let first = offset / Self.partBytes
        var bytes = try part(first, of: name) ?? []
        let start = offset - first * Self.partBytes
        if start + count > bytes.count, bytes.count == Self.partBytes {
            bytes += try part(first + 1, of: name) ?? []
        }
        return Array(bytes.dropFirst(start).prefix(count))
    }

    private static func forEachPart(of url: URL, _ body: ([UInt8]) throws -> Void) throws {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        while let part = try file.read(upToCount: partBytes), !part.isEmpty {
            try body(Array(part))
        }
    }
}
