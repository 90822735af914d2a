import Money
import Statements
import Testing

struct PropertyTests {
    private static let files: [(String, StatementFormat, CSVProfile?)] = [
        (Golden.bai2, .bai2, nil), (Golden.smallBAI2, .bai2, nil), (Golden.camtOld, .camt, nil),
        (Golden.camt, .camt, nil), (Golden.notification, .camt, nil),
        (Golden.settlement, .csv, .settlementReport), (Golden.payout, .csv, .cardPayout),
        (Golden.european, .csv, Profiles.european),
    ]

    @Test("Any beginning of a file is refused, or has all its items", arguments: files.indices)
    func prefixes(_ index: Int) {
        let (text, format, profile) = Self.files[index]
        let bytes = Array(text.utf8)
        let whole = StatementReading(bytes, profile: profile)
        let step = format == .camt ? 97 : 1
        for count in stride(from: 0, to: bytes.count, by: step) {
            let reading = StatementReading(
                Array(bytes[..<count]), format: format, profile: profile)
            guard reading.report.verdict == .valid, reading.report.proof == .proven else {
                continue
            }
            let items = reading.statements.flatMap(\.items)
            if !whole.statements.flatMap(\.items).starts(with: items)
                || profile?.total?.repeats != true
                    && items.count != whole.report.items
            {
                Issue.record("the first \(count) bytes")
            }
        }
    }

    @Test("Whatever changes an amount or its side is contradicted or unproven", arguments: 0..<7)
    func changes(_ index: Int) {
        let (text, format, profile) = Self.files[index]
        let bytes = Array(text.utf8)
        let amounts = StatementReading(bytes, profile: profile).statements.map {
            $0.items.map(\.signed)
        }
        var accepted = 0
        for seed in 0..<(format == .camt ? 200 : 3_000) {
            var random = Seeded(seed: UInt64(seed))
            var changed = bytes
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
            case 1: changed[place] = UInt8.random(in: 0x30...0x39, using: &random)
            case 2: changed[place] = UInt8.random(in: 0x20...0x7E, using: &random)
            case 3: changed.remove(at: place)
            default: changed.insert(changed[place], at: place)
            }
            let reading = StatementReading(changed, format: format, profile: profile)
            guard reading.report.verdict == .valid || reading.report.verdict == .quarantined,
                reading.report.proof == .proven
            else { continue }
            accepted += 1
            if reading.statements.map({ $0.items.map(\.signed) }) != amounts {
                Issue.record("seed \(seed), byte \(place): \(reading.statements)")
            }
        }
        // Changes to free text are accepted; without any the test would prove little.
        #expect(accepted > 10)
    }

    @Test(
        "No bytes make a reader crash, and cut in two they tell the same", arguments: files.indices)
    func mutations(_ index: Int) {
        let (text, format, profile) = Self.files[index]
        for seed in 0..<(format == .camt ? 60 : 800) {
            var random = Seeded(seed: UInt64(seed) &+ 77)
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
            switch format {
            case .bai2: StatementFuzz.bai2(bytes)
            case .camt: StatementFuzz.camt(bytes)
            case .csv: StatementFuzz.csv(bytes)
            }
            StatementFuzz.any(bytes)
            _ = StatementReading(bytes, format: format, profile: profile)
        }
    }

    @Test("Random bytes are never valid")
    func noise() {
        for seed in 0..<600 {
            var random = Seeded(seed: UInt64(seed))
            let count = Int.random(in: 0...2_000, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if seed % 3 == 0 { bytes = Array("01,A,B,261125,,1,,,2/\n".utf8) + bytes }
            if seed % 3 == 1 { bytes = Array(Golden.camtOld.utf8.prefix(200)) + bytes }
            let reading = StatementReading(bytes)
            if reading.report.verdict == .valid { Issue.record("seed \(seed)") }
        }
    }

    @Test("Bytes in pieces of any size tell what the whole tells")
    func pieces() {
        for (text, format, profile) in Self.files {
            let whole = events(Array(text.utf8), format, profile, piece: .max)
            for piece in [1, 7, 64] {
                #expect(events(Array(text.utf8), format, profile, piece: piece) == whole)
            }
        }
    }

    @Test("Generated statements come back as they were written, and are proven")
    func roundTrip() {
        for seed in 0..<150 {
            var random = Seeded(seed: UInt64(seed))
            let statement = Written.random(&random)
            for (text, profile) in [
                (statement.bai2, nil), (statement.camt, nil), (statement.csv, Written.profile),
            ] {
                let reading = StatementReading(text, profile: profile)
                if reading.problems != [] || reading.report.proof != .proven {
                    Issue.record("seed \(seed): \(reading.problems)")
                }
                let found = reading.statements.flatMap(\.items).map {
                    Written.Item(
                        signed: Int64($0.signed), reference: $0.bankReference, text: $0.text)
                }
                if found != statement.items { Issue.record("seed \(seed): \(found)") }
            }
        }
    }

    private func events(
        _ bytes: [UInt8], _ format: StatementFormat, _ profile: CSVProfile?, piece: Int
    ) -> [String] {
        var reader = StatementReader(format: format, profile: profile)
        var told: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            reader.read(Array(rest.prefix(piece))) { told.append("\($0)") }
            rest = rest.dropFirst(piece)
        }
        reader.finish { told.append("\($0)") }
        return told
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout Seeded) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1:
            bytes[place] = [0x2C, 0x2F, 0x22, 0x0A, 0x0D, 0x3C, 0x3E].randomElement(using: &random)!
        case 2: bytes[place] = UInt8.random(in: 0x30...0x39, using: &random)
        case 3: bytes.remove(at: place)
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 5: bytes.removeSubrange(place...)
        default:
            let end = min(place + 60, bytes.count)
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
    }
}

/// A statement that is written in each format without the library's help.
private struct Written {
    struct Item: Equatable {
        let signed: Int64
        let reference: String
        let text: String
    }

    let opening: Int64
    let items: [Item]

    static func random(_ random: inout Seeded) -> Written {
        let words = ["ACH", "SETTLEMENT", "A/B", "OF", "2026-11-24", "R&D", "<x>", "WIRE"]
        let items = (0..<Int.random(in: 0...40, using: &random)).map { index in
            let amount = Int64.random(in: 1...9_999_999_999, using: &random)
            let text = (0..<Int.random(in: 0...5, using: &random))
                .map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
            return Item(
                signed: Bool.random(using: &random) ? amount : -amount, reference: "BR\(index)",
                text: text)
        }
        return Written(opening: Int64.random(in: -500_000...500_000, using: &random), items: items)
    }

    private var closing: Int64 { opening + items.reduce(0) { $0 + $1.signed } }

    var bai2: String {
        var lines = ["03,100000006789,,010,\(opening),,,015,\(closing),,/"]
        var total = opening + closing
        for item in items {
            let code = item.signed < 0 ? 455 : 165
            let text = item.text.isEmpty ? "/" : item.text
            lines.append("16,\(code),\(item.signed.magnitude),Z,\(item.reference),,\(text)")
            total += Int64(item.signed.magnitude)
        }
        let count = lines.count
        return
            (["01,A,B,261125,,1,,,2/", "02,B,A,1,261124,,,2/"] + lines
            + [
                "49,\(total),\(count + 1)/", "98,\(total),1,\(count + 3)/",
                "99,\(total),1,\(count + 5)/",
            ])
            .joined(separator: "\n")
    }

    private static func dollars(_ minor: Int64) -> String {
        DecimalText.format(Int64(minor.magnitude), scale: 2)
    }

    var camt: String {
        func balance(_ code: String, _ amount: Int64) -> String {
            "<Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">"
                + "\(Self.dollars(amount))</Amt><CdtDbtInd>\(amount < 0 ? "DBIT" : "CRDT")</CdtDbtInd>"
                + "<Dt><Dt>2026-11-24</Dt></Dt></Bal>"
        }
        let entries = items.map { item in
            let text = item.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            return "<Ntry><Amt Ccy=\"USD\">\(Self.dollars(item.signed))</Amt>"
                + "<CdtDbtInd>\(item.signed < 0 ? "DBIT" : "CRDT")</CdtDbtInd><Sts>BOOK</Sts>"
                + "<AcctSvcrRef>\(item.reference)</AcctSvcrRef>"
                + "<AddtlNtryInf>\(text)</AddtlNtryInf></Ntry>"
        }
        return Golden.document(
            "053.001.04", "p",
            ("<BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><Othr><Id>100000006789</Id></Othr></Id>"
                + "<Ccy>USD</Ccy></Acct>" + balance("OPBD", opening) + balance("CLBD", closing)
                + entries.joined() + "</Stmt></BkToCstmrStmt>")
                .replacing("</", with: "\u{1}").replacing("<", with: "<p:")
                .replacing("\u{1}", with: "</p:"))
    }

    var csv: String {
        let rows = items.map { item in
            "item\t\(item.signed < 0 ? "(\(Self.dollars(item.signed)))" : Self.dollars(item.signed))"
                + "\t\(item.reference)\t'\(item.text)'"
        }
        let net = closing - opening
        let sum = (net < 0 ? "-" : "") + Self.dollars(net)
        return ((["kind\tamount\tid\ttext"] + rows) + ["sum\t\(sum)\t\(items.count)\t"])
            .joined(separator: "\r\n")
    }

    static let profile: CSVProfile = {
        var profile = CSVProfile(
            name: "written", summary: "Tabs, parentheses and a signed sum.",
            columns: [
                .record: .name("kind"), .amount: .name("amount"), .bankReference: .name("id"),
                .text: .name("text"),
            ],
            amounts: CSVProfile.Amounts(
                sign: .signed, notation: .decimal(point: 0x2E, thousands: nil)),
            dates: .iso)
        profile.delimiter = 0x09
        profile.quote = 0x27
        profile.records = ["item": CSVProfile.Record(kind: .other)]
        profile.total = CSVProfile.Total(record: "sum", count: .name("id"), sum: .name("amount"))
        return profile
    }()
}
