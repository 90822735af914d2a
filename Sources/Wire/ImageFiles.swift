/// PNG, third edition: a signature, then chunks of length, name, content and checksum.
enum PNGFile {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The declared size; `nil` unless chunks lead from the header over image data to the end.
    static func size(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        var size: (width: Int, height: Int)?
        var hasData = false
        var offset = signature.count
        while let length = ByteSearch.integer(bytes, at: offset, count: 4),
            length <= bytes.count - offset - 12
        {
            let name = bytes[(offset + 4)..<(offset + 8)]
            switch String(decoding: name, as: UTF8.self) {
            case "IHDR":
                guard size == nil, length == 13,
                    let width = ByteSearch.integer(bytes, at: offset + 8, count: 4),
                    let height = ByteSearch.integer(bytes, at: offset + 12, count: 4)
                else { return nil }
                size = (width, height)
            case "IDAT": hasData = true
            case "IEND": return hasData ? size : nil
            default: break
            }
            guard size != nil else { return nil }
            offset += 12 + length
        }
        return nil
    }
}

/// JPEG, ISO/IEC 10918-1, annex B: segments that begin with a marker.
enum JPEGFile {
    /// The largest size any frame declares; `nil` unless segments lead to image data that ends.
    static func size(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        var size: (width: Int, height: Int)?
        var offset = 2
        while offset + 1 < bytes.count, bytes[offset] == 0xFF {
            let marker = bytes[offset + 1]
            offset += 1
            // Any number of fill bytes may stand before a marker.
            if marker == 0xFF { continue }
            offset += 1
            if marker == 0x01 || (0xD0...0xD7).contains(marker) { continue }
            guard let length = ByteSearch.integer(bytes, at: offset, count: 2), length >= 2,
                offset + length <= bytes.count
            else { return nil }
            switch marker {
            case 0xC4, 0xC8, 0xCC: break
            case 0xC0...0xCF:
                guard length >= 8,
                    let height = ByteSearch.integer(bytes, at: offset + 3, count: 2),
                    let width = ByteSearch.integer(bytes, at: offset + 5, count: 2)
                else { return nil }
                if let before = size, before.width * before.height >= width * height { break }
                size = (width, height)
            case 0xDA:
                let data = bytes[(offset + length)...]
                return ByteSearch.contains([0xFF, 0xD9], in: data) ? size : nil
            case 0xD8, 0xD9: return nil
            default: break
            }
            offset += length
        }
        return nil
    }
}

/// HEIC: ISO/IEC 23008-12, boxes of length, name and content.
enum HEICFile {
    private static let brands: Set<String> = [
        "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1",
    ]
    /// Brands that may stand in any file of the family, and do not say how the image is coded.
    private static let generalBrands: Set<String> = ["mif1", "msf1"]
    /// Far more boxes than a photograph has.
    private static let boxesMax = 4096

    static func isHEIC(_ bytes: [UInt8]) -> Bool {
        guard let length = ByteSearch.integer(bytes, at: 0, count: 4), length >= 16,
            length <= min(bytes.count, 512), name(bytes, at: 4) == "ftyp",
            let major = name(bytes, at: 8), brands.contains(major)
        else { return false }
        guard generalBrands.contains(major) else { return true }
        return stride(from: 16, to: length - 3, by: 4).contains { offset in
            name(bytes, at: offset).map { brands.subtracting(generalBrands).contains($0) } ?? false
        }
    }

    /// The largest size any item declares; `nil` when none does or there is no image data.
    static func size(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        var sizes: [(width: Int, height: Int)] = []
        var boxesLeft = boxesMax
        var hasData = false
        let isWhole = walk(bytes, 0..<bytes.count, &boxesLeft, &hasData, &sizes)
        guard isWhole, hasData else { return nil }
        // Both sides are 32 bits, so that their product fits.
        return sizes.max { $0.width * $0.height < $1.width * $1.height }
    }

    /// Collects the sizes in `range`, down through the boxes that may hold them; `false` when the
    /// boxes do not fit.
    private static func walk(
        _ bytes: [UInt8], _ range: Range<Int>, _ boxesLeft: inout Int, _ hasData: inout Bool,
        _ sizes: inout [(width: Int, height: Int)]
    ) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            boxesLeft -= 1
            guard boxesLeft > 0, range.upperBound - offset >= 8,
                let length = ByteSearch.integer(bytes, at: offset, count: 4),
                let name = name(bytes, at: offset + 4)
            else { return false }
            // Zero means up to the end; one, that 64 bits of length follow the name.
            var start = offset + 8
            var end = length == 0 ? range.upperBound : offset + length
            if length == 1 {
                guard ByteSearch.integer(bytes, at: offset + 8, count: 4) == 0,
                    let long = ByteSearch.integer(bytes, at: offset + 12, count: 4)
                else { return false }
                start = offset + 16
                end = offset + long
            }
            guard end >= start, end <= range.upperBound else { return false }
            switch name {
            case "meta":
                // Four bytes of version and flags come first.
                guard end - start >= 4, walk(bytes, start + 4..<end, &boxesLeft, &hasData, &sizes)
                else {
                    return false
                }
            case "iprp", "ipco":
                guard walk(bytes, start..<end, &boxesLeft, &hasData, &sizes) else { return false }
            case "ispe":
                guard end - start >= 12,
                    let width = ByteSearch.integer(bytes, at: start + 4, count: 4),
                    let height = ByteSearch.integer(bytes, at: start + 8, count: 4)
                else { return false }
                // Half of 32 bits is beyond every limit, and keeps products within 64.
                sizes.append((min(width, 1 << 31), min(height, 1 << 31)))
            case "mdat", "idat": hasData = true
            default: break
            }
            offset = end
        }
        return true
    }

    private static func name(_ bytes: [UInt8], at offset: Int) -> String? {
        guard offset >= 0, offset <= bytes.count - 4 else { return nil }
        return String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
    }
}
