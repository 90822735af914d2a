/// Unpacks what DEFLATE packed (RFC 1951), in memory and within a limit.
///
/// Written for small streams of text and for safety, not for speed: it reads a bit at a time.
struct Inflate {
    private let bytes: [UInt8]
    private let outputMax: Int
    /// The first byte not yet read.
    private(set) var offset: Int
    private var bitBuffer: UInt32 = 0
    private var bitCount: UInt32 = 0
    /// What has been unpacked so far; also after a fault, and up to the limit where it is more.
    private(set) var output: [UInt8] = []

    init(_ bytes: [UInt8], from offset: Int, outputMax: Int) {
        self.bytes = bytes
        self.offset = offset
        self.outputMax = outputMax
    }

    private enum Fault: Error {
        case malformed
        case tooLarge
    }

    /// Unpacks a zlib stream (RFC 1950) into ``output``, its checksum not examined; whether it was
    /// well-formed, came to its end, and stayed within the limit.
    mutating func zlib() -> Bool {
        do throws(Fault) {
            let method = try bits(8)
            let flags = try bits(8)
            guard method & 15 == 8, (method << 8 | flags) % 31 == 0, flags & 32 == 0 else {
                return false
            }
            while try !block() {}
            return true
        } catch {
            return false
        }
    }

    /// Reads one block; whether it was the last.
    private mutating func block() throws(Fault) -> Bool {
        let isLast = try bits(1) == 1
        switch try bits(2) {
        case 0: try stored()
        case 1: try compressed(Inflate.fixedLiterals, Inflate.fixedDistances)
        case 2:
            let (literals, distances) = try tables()
            try compressed(literals, distances)
        default: throw .malformed
        }
        return isLast
    }

    private mutating func stored() throws(Fault) {
        bitBuffer = 0
        bitCount = 0
        let length = try bits(16)
        guard try bits(16) == ~length & 0xFFFF, offset + length <= bytes.count else {
            throw .malformed
        }
        let kept = min(length, outputMax - output.count)
        output += bytes[offset..<offset + kept]
        offset += kept
        guard kept == length else { throw .tooLarge }
    }

    private mutating func compressed(
        _ literals: HuffmanTable, _ distances: HuffmanTable
    ) throws(Fault) {
        while true {
            let symbol = try symbol(literals)
            switch symbol {
            case 0..<256:
                guard output.count < outputMax else { throw .tooLarge }
                output.append(UInt8(symbol))
            case 256: return
            case 257..<286:
                let code = symbol - 257
                let length = Inflate.lengthBases[code] + (try bits(Inflate.lengthBits[code]))
                let place = try self.symbol(distances)
                guard place < 30 else { throw .malformed }
                let distance =
                    Inflate.distanceBases[place] + (try bits(Inflate.distanceBits[place]))
                guard distance <= output.count else { throw .malformed }
                let kept = min(length, outputMax - output.count)
                for _ in 0..<kept { output.append(output[output.count - distance]) }
                guard kept == length else { throw .tooLarge }
            default: throw .malformed
            }
        }
    }

    /// Section 3.2.7.
    private mutating func tables() throws(Fault) -> (HuffmanTable, HuffmanTable) {
        let literalCount = try bits(5) + 257
        let distanceCount = try bits(5) + 1
        let codeCount = try bits(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw .malformed }
        var codeLengths = [Int](repeating: 0, count: 19)
        for place in Inflate.codeOrder.prefix(codeCount) { codeLengths[place] = try bits(3) }
        guard let codes = HuffmanTable(codeLengths) else { throw .malformed }
        var lengths: [Int] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try symbol(codes)
            switch symbol {
            case 0..<16: lengths.append(symbol)
            case 16:
                guard let last = lengths.last else { throw .malformed }
                lengths += [Int](repeating: last, count: try bits(2) + 3)
            case 17: lengths += [Int](repeating: 0, count: try bits(3) + 3)
            default: lengths += [Int](repeating: 0, count: try bits(7) + 11)
            }
        }
        guard lengths.count == literalCount + distanceCount,
            let literals = HuffmanTable(Array(lengths.prefix(literalCount))),
            let distances = HuffmanTable(Array(lengths.suffix(distanceCount)))
        else { throw .malformed }
        return (literals, distances)
    }

    private mutating func bits(_ count: Int) throws(Fault) -> Int {
        while bitCount < UInt32(count) {
            guard offset < bytes.count else { throw .malformed }
            bitBuffer |= UInt32(bytes[offset]) << bitCount
            offset += 1
            bitCount += 8
        }
        let value = bitBuffer & ((1 << UInt32(count)) - 1)
        bitBuffer >>= UInt32(count)
        bitCount -= UInt32(count)
        return Int(value)
    }

    /// Codes of one length are consecutive numbers, so a code is found by counting (3.2.2).
    private mutating func symbol(_ table: HuffmanTable) throws(Fault) -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1...15 {
            code |= try bits(1)
            let count = table.counts[length]
            if code - count < first { return table.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw .malformed
    }

    struct HuffmanTable {
        /// How many codes have each length.
        let counts: [Int]
        /// The symbols in the order of their codes.
        let symbols: [Int]

        /// `nil` when more codes are wanted than there are. Too few are allowed: a stream without
        /// distances has one unused code.
        init?(_ lengths: [Int]) {
            var counts = [Int](repeating: 0, count: 16)
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            var left = 1
            for length in 1...15 {
                left = left << 1 - counts[length]
                guard left >= 0 else { return nil }
            }
            self.counts = counts
            symbols = lengths.indices.filter { lengths[$0] > 0 }
                .sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        }

        init(fixed lengths: [Int]) {
            guard let table = HuffmanTable(lengths) else {
                preconditionFailure("the standard's own codes are complete")
            }
            self = table
        }
    }

    private static let fixedLiterals = HuffmanTable(
        fixed: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    private static let fixedDistances = HuffmanTable(fixed: [Int](repeating: 5, count: 30))
    private static let codeOrder = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
        2049, 3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
        13, 13,
    ]
}
