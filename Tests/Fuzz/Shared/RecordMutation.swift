// Chance alone hardly ever makes a file whose totals are true, so most of what a reader does with a
// good file would never be tried. These changes work on records, and repair what must agree.
extension Records {
    static func changed(
        _ bytes: [UInt8], most: Int, _ random: inout Sequence64,
        _ plainly: ([UInt8], Int) -> [UInt8]
    ) -> [UInt8] {
        if random.below(3) == 0 { return plainly(bytes, most) }
        var records = Records(fitting: bytes)
        guard !records.lines.isEmpty else { return plainly(bytes, most) }
        for _ in 0...random.below(3) { records.changeOne(&random, plainly) }
        if random.below(4) > 0 { records.repair(&random) }
        switch random.below(16) {
        case 0: return records.bytes([0x0D, 0x0A])
        case 1: return records.bytes([0x0D])
        case 2: return records.bytes([])
        default: return records.bytes()
        }
    }

    private mutating func changeOne(
        _ random: inout Sequence64, _ plainly: ([UInt8], Int) -> [UInt8]
    ) {
        guard !lines.isEmpty else { return }
        let at = random.below(lines.count)
        let other = random.below(lines.count)
        switch random.below(10) {
        case 0: lines.insert(lines[at], at: other)
        case 1: lines.remove(at: at)
        case 2: lines.swapAt(at, other)
        case 3:
            // An entry with what follows it, or a whole batch.
            let type = lines[at][0]
            let end = lines[(at + 1)...].firstIndex { $0[0] <= type } ?? lines.endIndex
            lines.insert(contentsOf: lines[at..<min(end, at + 40)], at: other)
        case 4: copyColumns(from: other, to: at, &random)
        case 5, 6: fill(at, &random)
        case 7:
            let headers = lines.indices.filter { lines[$0][0] == 0x35 }
            guard !headers.isEmpty else { return }
            put(
                StandardClasses.all[random.below(StandardClasses.all.count)], 51,
                in: headers[random.below(headers.count)])
        case 8: putCode(at, &random)
        default:
            let changed = plainly(lines[at], Self.width)
            lines[at] = changed + Array(repeating: 0x20, count: Self.width - changed.count)
        }
    }

    private mutating func copyColumns(
        from other: Int, to at: Int, _ random: inout Sequence64
    ) {
        let start = random.below(Self.width)
        let end = min(Self.width, start + 1 + random.below(22))
        lines[at].replaceSubrange(start..<end, with: lines[other][start..<end])
    }

    private mutating func fill(_ at: Int, _ random: inout Sequence64) {
        let fillings: [[UInt8]] = [
            [0x20], [0x30], [0x39], Array(0x30...0x39), Array(0x41...0x5A), Array(0x20...0x7E),
            Array(0...255),
        ]
        let filling = fillings[random.below(fillings.count)]
        let start = random.below(Self.width)
        for index in start..<min(Self.width, start + 1 + random.below(17)) {
            lines[at][index] = filling[random.below(filling.count)]
        }
    }

    /// A code that decides how the rest of the record is read.
    private mutating func putCode(_ at: Int, _ random: inout Sequence64) {
        let two = String(100 + random.below(100)).suffix(2)
        switch lines[at][0] {
        case 0x35: put(["200", "220", "225", "280"][random.below(4)], 2, in: at)
        case 0x36: put(String(two), 2, in: at)
        case 0x37:
            let types = [
                "99R\(two)", "98C\(two)", "99R6\(two.suffix(1))", "99R7\(two.suffix(1))",
                "98C0\(two.suffix(1))", "98C6\(two.suffix(1))", "02", "05", "1\(two.suffix(1))",
            ]
            put(types[random.below(types.count)], 2, in: at)
        default: put(String(two), 2 + random.below(90), in: at)
        }
    }

    private mutating func put(_ text: String, _ column: Int, in line: Int) {
        for (index, byte) in text.utf8.enumerated() { lines[line][column - 1 + index] = byte }
    }

    private mutating func put(_ number: UInt64, _ columns: ClosedRange<Int>, in line: Int) {
        var rest = number
        for column in columns.reversed() {
            lines[line][column - 1] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }

    // MARK: - Repair

    /// Makes counts, hashes and totals true, and now and then what else must agree.
    mutating func repair(_ random: inout Sequence64) {
        let repairsTraces = random.below(2) == 0
        let repairsChecks = random.below(2) == 0
        var batch = ColumnSums()
        var file = ColumnSums()
        var batches: UInt64 = 0
        var header: [UInt8]?
        var entry: [UInt8]?
        var number = 0
        var isAdviceFile = false
        for at in lines.indices {
            switch lines[at][0] {
            case 0x35:
                if batches == 0 { isAdviceFile = Self.text(lines[at], 51...53) == "ADV" }
                batches += 1
                if repairsTraces { put(batches, 88...94, in: at) }
                header = lines[at]
                entry = nil
                batch = ColumnSums()
                number = 0
            case 0x36:
                if repairsChecks { repairCheckDigit(at) }
                if repairsTraces, let header, Self.text(header, 51...53) != "ADV" {
                    number += 1 + random.below(3)
                    lines[at].replaceSubrange(79..<87, with: header[79..<87])
                    put(UInt64(number), 88...94, in: at)
                    let hasAddenda = at + 1 < lines.count && lines[at + 1][0] == 0x37
                    lines[at][78] = hasAddenda ? 0x31 : 0x30
                }
                entry = lines[at]
                batch.count += 1
                add(at, header, &batch)
            case 0x37:
                if repairsTraces, let entry {
                    let type = Self.text(lines[at], 2...3)
                    let isWhole = type == "98" || type == "99" || type == "02"
                    let columns = isWhole ? 79..<94 : 87..<94
                    lines[at].replaceSubrange(columns, with: entry[columns])
                    if type == "05" { put(1, 84...87, in: at) }
                }
                batch.count += 1
            case 0x38:
                close(at, header, batch)
                file.add(batch)
                header = nil
            case 0x39 where !Self.isPadding(lines[at]):
                put(batches, 2...7, in: at)
                put(UInt64(at / 10 + 1), 8...13, in: at)
                put(file.count, 14...21, in: at)
                put(file.hash, 22...31, in: at)
                put(file.debits, isAdviceFile ? 32...51 : 32...43, in: at)
                put(file.credits, isAdviceFile ? 52...71 : 44...55, in: at)
                file = ColumnSums()
                batches = 0
            default: break
            }
        }
        if random.below(2) == 0 { repairPadding() }
    }

    private func add(_ at: Int, _ header: [UInt8]?, _ sums: inout ColumnSums) {
        let isAdvice = header.map { Self.text($0, 51...53) } == "ADV"
        sums.hash = (sums.hash + (Self.number(lines[at], 4...11) ?? 0)) % 10_000_000_000
        let cents = Self.number(lines[at], isAdvice ? 28...39 : 30...39) ?? 0
        let code = Self.number(lines[at], 2...3) ?? 0
        let isDebit = isAdvice ? code % 2 == 0 : code == 55 || code % 10 > 5
        if isDebit { sums.debits += cents } else { sums.credits += cents }
    }

    private mutating func close(_ at: Int, _ header: [UInt8]?, _ sums: ColumnSums) {
        let isAdvice = header.map { Self.text($0, 51...53) } == "ADV"
        put(sums.count, 5...10, in: at)
        put(sums.hash, 11...20, in: at)
        put(sums.debits, isAdvice ? 21...40 : 21...32, in: at)
        put(sums.credits, isAdvice ? 41...60 : 33...44, in: at)
        guard let header else { return }
        lines[at].replaceSubrange(1..<4, with: header[1..<4])
        if !isAdvice { lines[at].replaceSubrange(44..<54, with: header[40..<50]) }
        lines[at].replaceSubrange(79..<94, with: header[79..<94])
    }

    private mutating func repairCheckDigit(_ at: Int) {
        guard let bank = Self.number(lines[at], 4...11) else { return }
        var sum = 0
        var rest = Int(bank)
        for weight in [7, 3, 1, 7, 3, 1, 7, 3] {
            sum += rest % 10 * weight
            rest /= 10
        }
        lines[at][11] = 0x30 + UInt8((10 - sum % 10) % 10)
    }

    private mutating func repairPadding() {
        while let last = lines.last, Self.isPadding(last) { lines.removeLast() }
        while lines.count % 10 != 0 { lines.append(Array(repeating: 0x39, count: Self.width)) }
    }
}
