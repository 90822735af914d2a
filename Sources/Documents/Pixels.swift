/// Points of colour: red, green and blue of each, eight bits each, row by row.
///
/// The plainest form a picture has. Whatever wrote it, there is nothing in it but colours.
struct Pixels: Hashable, Sendable {
    let width: Int
    let height: Int
    /// Three for each point.
    let bytes: [UInt8]

    /// A side of ``PictureMaker/sideMax``, its rounding, and a header with its comments.
    static let sideMax = PictureMaker.sideMax + 1
    static let headerMax = 256
    static let bytesMax = 3 * sideMax * sideMax + headerMax

    /// Reads one picture of Netpbm's "P6": `nil` unless it is exactly one, with 8 bits to a colour.
    init?(portable bytes: [UInt8]) {
        var offset = 0
        /// The next word of the header; comments are skipped.
        func word() -> [UInt8]? {
            while offset < min(bytes.count, Pixels.headerMax) {
                if bytes[offset] == UInt8(ascii: "#") {
                    while offset < min(bytes.count, Pixels.headerMax),
                        bytes[offset] != UInt8(ascii: "\n")
                    {
                        offset += 1
                    }
                } else if Pixels.isBlank(bytes[offset]) {
                    offset += 1
                } else {
                    break
                }
            }
            let start = offset
            while offset < min(bytes.count, Pixels.headerMax), !Pixels.isBlank(bytes[offset]) {
                offset += 1
            }
            return offset > start ? Array(bytes[start..<offset]) : nil
        }
        func number() -> Int? {
            guard let digits = word(), digits.count <= 5,
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        guard word() == Array("P6".utf8), let width = number(), let height = number(),
            number() == 255, (1...Pixels.sideMax).contains(width),
            (1...Pixels.sideMax).contains(height)
        else { return nil }
        // One blank, then the colours, then nothing.
        offset += 1
        guard bytes.count - offset == 3 * width * height else { return nil }
        self.width = width
        self.height = height
        self.bytes = Array(bytes[offset...])
    }

    /// The same in the same form, with a header of ours.
    var portable: [UInt8] { Array("P6\n\(width) \(height)\n255\n".utf8) + bytes }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
