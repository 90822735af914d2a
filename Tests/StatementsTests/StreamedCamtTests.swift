import Money
import Statements
import Testing

/// Documents larger than the parser takes at once, and the parts they are read in.
struct StreamedCamtTests {
    /// A statement of so many entries of one cent with so much text in each.
    private struct Generated {
        let entries: Int
        var padding = 60
        var declaredSum: Int?
        var hasSummary = true
        /// What stands after the last entry.
        var after = ""

        func write(_ take: ([UInt8]) -> Void) {
            func balance(_ code: String, _ cents: Int) -> String {
                "<Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">\(cents).00"
                    + "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>"
            }
            let summary =
                "<TxsSummry><TtlNtries><NbOfNtries>\(entries)</NbOfNtries>"
                + "<Sum>\(declaredSum ?? entries).00</Sum></TtlNtries></TxsSummry>"
            take(
                Array(
                    """
                    <?xml version="1.0"?>
                    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
                        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                        xsi:schemaLocation="urn:iso:std:iso:20022 camt.053.001.08.xsd">
                    <BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>
                    <Acct><Id><Othr><Id>100000006789</Id></Othr></Id><Ccy>USD</Ccy></Acct>
                    \(balance("OPBD", 0))\(balance("CLBD", entries))
                    \(hasSummary ? summary : "")
                    """.utf8))
            let text = String(repeating: "x", count: padding)
            for number in 0..<entries {
                take(
                    Array(
                        """
                        <Ntry><Amt Ccy="USD">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
                        <Sts><Cd>BOOK</Cd></Sts><AcctSvcrRef>R\(number)</AcctSvcrRef>
                        <AddtlNtryInf>\(text)</AddtlNtryInf></Ntry>
                        """.utf8))
            }
            take(Array((after + "</Stmt></BkToCstmrStmt></Document>\n").utf8))
        }
    }

    private struct Told: Equatable {
        var references: [String] = []
        var problems: [StatementProblem.Code] = []
        var verdict: StatementVerdict?
        var proof: StatementProof?
        var items = 0
    }

    private func read(_ generated: Generated, piece: Int? = nil) -> Told {
        var told = Told()
        var reader = StatementReader()
        let take: (StatementEvent) -> Void = { event in
            switch event {
            case .statement, .statementEnd: break
            case .item(let item):
                told.items += 1
                if told.items < 1_000 { told.references.append(item.bankReference) }
            case .problem(let problem): told.problems.append(problem.code)
            case .file(let report): (told.verdict, told.proof) = (report.verdict, report.proof)
            }
        }
        var gathered: [UInt8] = []
        generated.write { bytes in
            guard let piece else { return reader.read(bytes, take) }
            gathered += bytes
            guard gathered.count >= piece else { return }
            reader.read(gathered, take)
            gathered = []
        }
        reader.read(gathered, take)
        reader.finish(take)
        return told
    }

    @Test("A document larger than the parser takes at once is read whole, and its totals proven")
    func large() {
        // Ten and a half million bytes, twenty thousand in each entry.
        let told = read(Generated(entries: 520, padding: 20_000), piece: 1 << 20)

        #expect(told.problems == [])
        #expect(told.items == 520)
        #expect(told.references.prefix(3) == ["R0", "R1", "R2"])
        #expect(told.verdict == .valid && told.proof == .proven)
    }

    @Test("Its totals are proven over all its parts", arguments: [1_000, 1])
    func proven(padding: Int) {
        let told = read(Generated(entries: 900, padding: padding, declaredSum: 901))

        #expect(told.problems == [.sumDiffers])
        #expect(told.proof == .contradicted)
    }

    @Test("However it comes in pieces, the same is told", arguments: [64, 1_000, 70_000])
    func pieces(piece: Int) {
        let generated = Generated(entries: 400, padding: 400)

        #expect(read(generated, piece: piece) == read(generated))
    }

    @Test("A document that breaks off after many parts is refused")
    func brokenOff() {
        let told = read(Generated(entries: 900, padding: 1_000, after: "</Wrong>"))

        #expect(told.problems == [.notWellFormed])
        #expect(told.verdict == .refused)
    }

    @Test("A summary after the entries is held against them too", arguments: [900, 901])
    func summaryAfter(sum: Int) {
        let summary = "<TxsSummry><TtlNtries><Sum>\(sum).00</Sum></TtlNtries></TxsSummry>"
        let told = read(
            Generated(entries: 900, padding: 1_000, hasSummary: false, after: summary))

        #expect(told.problems == (sum == 900 ? [] : [.sumDiffers]))
        #expect(told.proof == (sum == 900 ? .proven : .contradicted))
    }

    @Test("One entry larger than the parser takes is refused and not read")
    func largeEntry() {
        let text = String(repeating: "x", count: 1_000_000)
        let told = read(
            Generated(
                entries: 1,
                after: "<Ntry>" + String(repeating: "<A>\(text)</A>", count: 9) + "</Ntry>"),
            piece: 1 << 20)

        #expect(told.problems == [.limitExceeded])
        #expect(told.verdict == .refused)
    }
}
