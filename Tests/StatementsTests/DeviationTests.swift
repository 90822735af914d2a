import Statements
import Testing

/// One fault a file, and what is made of it. `docs/reference/statements.md` says the same in words.
struct DeviationTests {
    struct Deviation: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: StatementProblem.Code
        let verdict: StatementVerdict
        let proof: StatementProof
        let place: String?
        let profile: CSVProfile?

        init(
            _ name: String, _ text: String, _ code: StatementProblem.Code,
            _ verdict: StatementVerdict = .refused, _ proof: StatementProof = .unproven,
            _ place: String? = nil, profile: CSVProfile? = nil
        ) {
            self.init(
                name, bytes: Array(text.utf8), code, verdict, proof, place, profile: profile)
        }

        init(
            _ name: String, bytes: [UInt8], _ code: StatementProblem.Code,
            _ verdict: StatementVerdict = .refused, _ proof: StatementProof = .unproven,
            _ place: String? = nil, profile: CSVProfile? = nil
        ) {
            self.name = name
            self.bytes = bytes
            self.code = code
            self.verdict = verdict
            self.proof = proof
            self.place = place
            self.profile = profile
        }

        var testDescription: String { name }
    }

    private static let bai2 = Golden.smallBAI2
    private static let camt = Golden.camt
    private static let old = Golden.camtOld
    private static let settlement = Golden.settlement
    private static let payout = Golden.payout

    /// `text` with the line of that number replaced; `nil` takes it away.
    private static func line(_ number: Int, _ line: String?, _ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let line { lines[number - 1] = line } else { lines.remove(at: number - 1) }
        return lines.joined(separator: "\n")
    }

    static let anything: [Deviation] = [
        Deviation("nothing", "", .emptyFile),
        Deviation("blanks", " \n\n", .emptyFile),
        Deviation("an archive", "PK\u{3}\u{4}\0\0", .notAStatement, .notAStatement),
        Deviation("a web page", "<html><body/></html>", .notAStatement, .notAStatement),
        Deviation("JSON", "{\"a\":1}", .notAStatement, .notAStatement),
        Deviation("a PDF", "%PDF-1.7\n", .notAStatement, .notAStatement),
        Deviation(
            "a Nacha file", "101 021000021 1234567802611241530A094101SAMPLE\n", .notAStatement,
            .notAStatement),
        Deviation("MT940", ":20:STARTUMS\n:25:1/2\n", .notAStatement, .notAStatement),
        Deviation("columns nobody knows", "a,b,c\n1,2,3\n", .notAStatement, .notAStatement),
        Deviation("bytes of zero", bytes: [0, 0, 0, 0, 10], .notAStatement, .notAStatement),
        Deviation(
            "one endless line", String(repeating: "a", count: 300_000), .notAStatement,
            .notAStatement),
    ]

    static let order: [Deviation] = [
        Deviation("no file trailer", line(7, nil, bai2), .endedEarly),
        Deviation(
            "no group trailer", line(6, nil, bai2), .controlMissing, .refused, .contradicted,
            "line 6"),
        Deviation(
            "no account trailer", line(5, nil, bai2), .controlMissing, .refused, .contradicted),
        Deviation(
            "no account", line(3, nil, bai2), .recordOutOfOrder, .refused, .unproven, "line 3"),
        Deviation("no group", line(2, nil, bai2), .recordOutOfOrder),
        Deviation(
            "an unknown record", line(4, "17,1,2/", bai2), .unknownRecord, .refused, .contradicted),
        Deviation(
            "no comma after the code", line(4, "16x165", bai2), .unknownRecord, .refused,
            .contradicted),
        Deviation(
            "a continuation of nothing", line(4, "17,A\n88,B/", bai2), .recordOutOfOrder, .refused,
            .contradicted, "line 5"),
        Deviation(
            "a second file", bai2 + bai2.replacing("261124", with: "261127"), .secondFile, .valid,
            .proven),
        Deviation("the same file twice", bai2 + bai2, .duplicateStatement, .refused, .proven),
        Deviation("a footer", bai2 + "END OF FILE\n", .afterEnd, .valid, .proven),
        Deviation(
            "an item after the end", bai2 + "16,165,1,,,/\n", .afterEnd, .refused, .proven),
        Deviation("an end-of-file byte", bai2 + "\u{1A}", .strayBytes, .valid, .proven),
        Deviation(
            "a blank line", line(4, "\n16,165,500,Z,BR1,CR1,TEXT/", bai2), .blankLine, .valid,
            .proven),
    ]

    static let controls: [Deviation] = [
        Deviation(
            "another account total", bai2.replacing("49,3500", with: "49,3501"),
            .controlTotalDiffers, .refused, .contradicted, "line 5"),
        Deviation(
            "another group total", bai2.replacing("98,3500", with: "98,3501"),
            .controlTotalDiffers, .refused, .contradicted, "line 6"),
        Deviation(
            "another file total", bai2.replacing("99,3500", with: "99,-3500"),
            .controlTotalDiffers, .refused, .contradicted, "line 7"),
        Deviation(
            "another record count", bai2.replacing("3500,3/", with: "3500,4/"),
            .recordCountDiffers, .refused, .contradicted, "line 5"),
        Deviation(
            "another account count", bai2.replacing("98,3500,1", with: "98,3500,2"),
            .accountCountDiffers, .refused, .contradicted, "line 6"),
        Deviation(
            "another group count", bai2.replacing("99,3500,1", with: "99,3500,2"),
            .groupCountDiffers, .refused, .contradicted, "line 7"),
        Deviation(
            "no account total", bai2.replacing("49,3500", with: "49,"), .notAnAmount, .refused,
            .unproven, "line 5"),
        Deviation(
            "no record count", bai2.replacing("99,3500,1,7/", with: "99,3500,1/"), .notANumber,
            .refused, .unproven, "line 7"),
        Deviation(
            "an item that is not there",
            line(4, nil, bai2).replacing("3500,3/", with: "3000,2/")
                .replacing("3500,1,5/", with: "3000,1,4/").replacing(
                    "3500,1,7/", with: "3000,1,6/"),
            .detailsMissing, .valid, .proven),
        Deviation(
            "an item more than the summary",
            bai2.replacing("100,500,1", with: "100,400,1").replacing("3500,", with: "3400,"),
            .summaryDiffers, .refused, .contradicted),
        Deviation(
            "another closing balance",
            bai2.replacing("015,1500", with: "015,1600").replacing("3500,", with: "3600,"),
            .balanceDiffers, .refused, .contradicted, "line 5"),
    ]

    static let fields: [Deviation] = [
        Deviation(
            "a day that is none", bai2.replacing("261124", with: "260230"), .notADate, .refused,
            .proven, "line 2"),
        Deviation(
            "a creation day that is none", bai2.replacing("261125", with: "261345"), .notADate,
            .valid, .proven, "line 1"),
        Deviation(
            "another version", bai2.replacing(",,,2/\n02", with: ",,,3/\n02"), .versionUnknown,
            .valid, .proven),
        Deviation(
            "no sender", bai2.replacing("021000021,EXAMPLEXCH,261125", with: ",EXAMPLEXCH,261125"),
            .fieldMissing, .valid, .proven),
        Deviation("a currency that is none", bai2.replacing("USD", with: "usd"), .currencyUnknown),
        Deviation(
            "a status that is none", bai2.replacing("021,1,", with: "021,7,"), .statusUnknown,
            .refused, .proven),
        Deviation(
            "a trial", bai2.replacing("021,1,", with: "021,4,"), .notCurrent, .quarantined, .proven),
        Deviation(
            "a deletion", bai2.replacing("021,1,", with: "021,2,"), .notCurrent, .quarantined,
            .proven),
        Deviation(
            "a day that is not over", bai2.replacing("USD,2/", with: "USD,3/"), .notCurrent, .valid,
            .proven),
        Deviation(
            "no account number", bai2.replacing("03,100000006789", with: "03,"), .accountMissing,
            .valid, .proven),
        Deviation(
            "no slash", bai2.replacing("400,0,0,/", with: "400,0,0,"), .terminatorMissing, .valid,
            .proven),
        Deviation(
            "an amount of letters", bai2.replacing("16,165,500", with: "16,165,5OO"), .notAnAmount,
            .refused, .unproven, "line 4"),
        Deviation(
            "an amount with a point", bai2.replacing("16,165,500", with: "16,165,5.00"),
            .notAnAmount, .refused),
        Deviation(
            "an amount that overflows",
            bai2.replacing("16,165,500", with: "16,165," + String(repeating: "9", count: 30)),
            .amountTooLarge, .refused, .contradicted),
        Deviation(
            "an amount without end",
            bai2.replacing("16,165,500", with: "16,165," + String(repeating: "9", count: 5_000)),
            .notAnAmount, .refused, .unproven),
        Deviation(
            "a negative amount",
            bai2.replacing("16,165,500", with: "16,475,-500")
                .replacing("49,3500", with: "49,2500").replacing("98,3500", with: "98,2500")
                .replacing("99,3500", with: "99,2500"),
            .negativeAmount, .valid, .proven),
        Deviation(
            "a type that is none", bai2.replacing("16,165", with: "16,XYZ"), .typeUnknown, .refused,
            .contradicted),
        Deviation(
            "a type without a side", bai2.replacing("16,165", with: "16,040"), .typeUnknown,
            .refused, .contradicted),
        Deviation(
            "a funds type that is none", bai2.replacing("500,Z,", with: "500,X,"),
            .fundsTypeUnknown, .quarantined, .proven),
        Deviation(
            "a value date that is none", bai2.replacing("500,Z,", with: "500,V,261131,,"),
            .notADate, .quarantined, .proven, "line 4"),
        Deviation(
            "availability that is not the amount", bai2.replacing("500,Z,", with: "500,S,1,2,3,"),
            .fundsDiffer, .valid, .proven),
        Deviation(
            "a distribution without end", bai2.replacing("500,Z,", with: "500,D,999999999999,"),
            .notAnAmount, .quarantined, .proven),
        Deviation(
            "control characters in text", bai2.replacing("TEXT", with: "TE\u{1}T\0"), .notPrintable,
            .valid, .proven),
        Deviation(
            "a line without end",
            bai2.replacing("TEXT", with: String(repeating: "T", count: 20_000)),
            .lineTooLong, .refused, .contradicted, "line 4"),
        Deviation(
            "a record without end",
            line(
                4,
                "16,165,500,Z,BR1,CR1,TEXT\n"
                    + String(
                        repeating: "88," + String(repeating: "T", count: 9_000) + "\n", count: 40),
                bai2),
            .limitExceeded, .refused, .contradicted),
    ]

    static let items: [Deviation] = [
        Deviation(
            "an item twice",
            line(4, "16,165,250,Z,BR1,CR1,TEXT/\n16,165,250,Z,BR1,CR1,TEXT/", bai2)
                .replacing("3500,3/", with: "3500,4/").replacing("3500,1,5/", with: "3500,1,6/")
                .replacing("3500,1,7/", with: "3500,1,8/"),
            .duplicateItem, .quarantined, .proven, "line 5"),
        Deviation(
            "an amount twice in camt",
            camt.replacing(
                "<Amt Ccy=\"USD\">99.00</Amt>",
                with: "<Amt Ccy=\"USD\">99.00</Amt><Amt Ccy=\"USD\">1.00</Amt>"),
            .elementTwice, .refused, .contradicted),
        Deviation(
            "no amount in camt", old.replacing("<d:Amt Ccy=\"EUR\">12.50</d:Amt>", with: ""),
            .elementMissing, .refused, .contradicted,
            "Document/BkToCstmrStmt/Stmt[1]/Ntry[1]"),
        Deviation(
            "an amount in another currency",
            old.replacing("Ccy=\"EUR\">12.50", with: "Ccy=\"USD\">12.50"), .currencyDiffers,
            .refused, .contradicted),
        Deviation(
            "an amount without a currency",
            old.replacing("<d:Amt Ccy=\"EUR\">12.50", with: "<d:Amt>12.50"), .currencyDiffers,
            .refused, .contradicted),
        Deviation(
            "more decimals than the currency has", old.replacing(">12.50<", with: ">12.505<"),
            .tooManyDecimals, .refused, .contradicted),
        Deviation(
            "letters in an amount", old.replacing(">12.50<", with: ">12,50<"), .notAnAmount,
            .refused, .contradicted),
        Deviation(
            "a sign in an amount", old.replacing(">12.50<", with: ">-12.50<"), .notAnAmount,
            .refused, .contradicted),
        Deviation(
            "an exponent", old.replacing(">12.50<", with: ">1.25E1<"), .notAnAmount, .refused,
            .contradicted),
        Deviation(
            "an amount of twenty digits",
            old.replacing(">12.50<", with: ">99999999999999999999.00<"), .amountTooLarge, .refused,
            .contradicted),
        Deviation(
            "an amount of a thousand digits",
            old.replacing(">12.50<", with: ">" + String(repeating: "9", count: 1_000) + "<"),
            .amountTooLarge, .refused, .contradicted),
        Deviation(
            "a side that is none",
            camt.replacing(
                "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\n      <BkTxCd>",
                with: "<CdtDbtInd>DEBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\n      <BkTxCd>"),
            .sideUnknown, .refused, .contradicted),
        Deviation(
            "a status that is none", old.replacing("BOOK", with: "BOOKED"), .statusUnknown,
            .refused, .contradicted),
        Deviation(
            "a booking day that is none",
            old.replacing("<d:BookgDt><d:Dt>2026-11-24", with: "<d:BookgDt><d:Dt>2026-11-31"),
            .notADate, .quarantined, .proven),
        Deviation(
            "payments that are not the batch", camt.replacing(">700.00<", with: ">701.00<"),
            .batchDiffers, .refused, .contradicted),
        Deviation(
            "another batch total",
            camt.replacing("<TtlAmt Ccy=\"USD\">1500.00", with: "<TtlAmt Ccy=\"USD\">1500.01"),
            .batchDiffers, .refused, .contradicted),
        Deviation(
            "another number of payments", camt.replacing("<NbOfTxs>3<", with: "<NbOfTxs>2<"),
            .countDiffers, .refused, .contradicted),
        Deviation(
            "payments that are not listed", camt.replacing("<NbOfTxs>3<", with: "<NbOfTxs>4<"),
            .countDiffers, .valid, .proven),
    ]

    static let documents: [Deviation] = [
        Deviation(
            "another closing balance", camt.replacing(">11220.00<", with: ">11220.01<"),
            .balanceDiffers, .refused, .contradicted, "Document/BkToCstmrStmt/Stmt[1]"),
        Deviation(
            "another number of entries", camt.replacing("<NbOfNtries>5<", with: "<NbOfNtries>6<"),
            .countDiffers, .refused, .contradicted),
        Deviation(
            "another sum of entries", camt.replacing(">2379.00<", with: ">2379.01<"), .sumDiffers,
            .refused, .contradicted),
        Deviation(
            "another net amount", camt.replacing(">1319.00<", with: ">1319.01<"), .sumDiffers,
            .refused, .contradicted),
        Deviation(
            "another net side",
            camt.replacing("1319.00</Amt><CdtDbtInd>CRDT", with: "1319.00</Amt><CdtDbtInd>DBIT"),
            .sumDiffers, .refused, .contradicted),
        Deviation(
            "another sum of debits", camt.replacing(">530.00<", with: ">531.00<"), .sumDiffers,
            .refused, .contradicted),
        Deviation(
            "no closing balance", camt.replacing("CLBD", with: "XXXX"), .balanceMissing, .valid,
            .proven),
        Deviation(
            "one page of several",
            camt.replacing("<LastPgInd>true", with: "<LastPgInd>false").replacing(
                ">11220.00<", with: ">1.00<"), .paginated, .valid, .proven),
        Deviation(
            "a copy",
            camt.replacing(
                "<CreDtTm>2026-11-25T06:30:00Z</CreDtTm>\n    <FrToDt>",
                with: "<CpyDplctInd>COPY</CpyDplctInd>\n    <FrToDt>"), .notCurrent, .quarantined,
            .proven),
        Deviation(
            "no currency",
            Golden.notification.replacing("<Ccy>USD</Ccy>", with: "<Ccy>dollars</Ccy>"),
            .currencyUnknown),
        Deviation(
            "no account", camt.replacing("<Id><Othr><Id>100000006789</Id></Othr></Id>", with: ""),
            .accountMissing, .valid, .proven),
        Deviation(
            "no statement", Golden.document("053.001.08", "", "<BkToCstmrStmt/>"), .elementMissing),
        Deviation(
            "another message", Golden.document("052.001.08", "", "<BkToCstmrAcctRpt/>"),
            .notAStatement, .notAStatement),
        Deviation(
            "a payment file", camt.replacing("camt.053", with: "pain.001"), .notAStatement,
            .notAStatement),
        Deviation(
            "a version to come", old.replacing("053.001.02", with: "053.001.14"), .versionUnknown,
            .valid, .proven),
        Deviation("cut in the middle", String(camt.prefix(3_000)), .notWellFormed),
        Deviation(
            "an element closed by another", old.replacing("</d:Sts>", with: "</d:Stz>"),
            .notWellFormed),
        Deviation(
            "an entity that is none", old.replacing(">S<", with: ">&secret;<"), .notWellFormed),
        Deviation(
            "an external entity",
            old.replacing(
                "<d:Document",
                with: "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><d:Document"
            ).replacing(">S<", with: ">&x;<"), .documentTypeDeclared),
        Deviation(
            "entities within entities",
            old.replacing(
                "<d:Document",
                with: "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><d:Document"),
            .documentTypeDeclared),
        Deviation("another encoding", old.replacing("UTF-8", with: "UTF-7"), .encodingUnknown),
        Deviation("UTF-16", bytes: [0xFF, 0xFE, 0x3C, 0], .notAStatement, .notAStatement),
        Deviation("a byte of zero", old.replacing(">S<", with: ">\0<"), .encodingUnknown),
        Deviation(
            "nested without end",
            old.replacing("<d:BkTxCd/>", with: String(repeating: "<d:X>", count: 100_000)),
            .nestedTooDeep),
        Deviation(
            "a tag without end",
            old.replacing(
                "<d:BkTxCd/>", with: "<d:X a=\"" + String(repeating: "x", count: 100_000)),
            .limitExceeded),
    ]

    static let rows: [Deviation] = [
        Deviation("no total", line(7, nil, settlement), .totalMissing),
        Deviation(
            "another count", settlement.replacing("total,5", with: "total,6"), .countDiffers,
            .refused, .contradicted, "line 7"),
        Deviation(
            "another sum", settlement.replacing("87501", with: "87502"), .sumDiffers, .refused,
            .contradicted, "line 7"),
        Deviation("a sum of letters", settlement.replacing("87501", with: "x"), .notAnAmount),
        Deviation(
            "a row after the total", settlement + "wire_received,w,1,2026-11-24,\n", .afterEnd),
        Deviation(
            "a row missing", line(3, nil, settlement), .countDiffers, .refused, .contradicted),
        Deviation(
            "a record nobody knows", settlement.replacing("wire_received", with: "wire_sent"),
            .unknownKind, .refused, .contradicted, "line 6"),
        Deviation(
            "a column less", settlement.replacing(",2026-11-23-A.ach\nreturn", with: "\nreturn"),
            .columnCount, .refused, .contradicted, "line 2"),
        Deviation(
            "a column more",
            settlement.replacing(",2026-11-23-A.ach\nreturn", with: ",a,b\nreturn"), .columnCount,
            .refused, .contradicted),
        Deviation(
            "a day that is none",
            settlement.replacing("50000,2026-11-24", with: "50000,2026-02-30"), .notADate,
            .quarantined, .proven, "line 2"),
        Deviation(
            "no day", settlement.replacing("50000,2026-11-24", with: "50000,"), .dateMissing,
            .quarantined, .proven),
        Deviation(
            "no amount", settlement.replacing(",50000,", with: ",,"), .amountMissing, .refused,
            .contradicted),
        Deviation(
            "an amount of letters", settlement.replacing(",50000,", with: ",5e4,"), .notAnAmount,
            .refused, .contradicted),
        Deviation(
            "an amount with a sign", settlement.replacing(",50000,", with: ",-50000,"),
            .notAnAmount, .refused, .contradicted),
        Deviation(
            "an amount that overflows",
            settlement.replacing(",50000,", with: ",50000000000000000000000000,"), .amountTooLarge,
            .refused, .contradicted),
        Deviation(
            "a row twice",
            settlement.replacing(
                "return_settled,021000020000002,10000,2026-11-24,076401250000102",
                with: "debit_settled,021000020000001,50000,2026-11-24,2026-11-23-A.ach"
            )
            .replacing("87501", with: "127501"),
            .duplicateItem, .quarantined, .proven, "line 3"),
        Deviation(
            "a quotation mark within text", settlement.replacing("MW-REF-1|", with: "MW\"REF-1|"),
            .strayQuote),
        Deviation(
            "text after quotes", payout.replacing("in part\"", with: "in part\"x"), .strayQuote),
        Deviation(
            "quotes that stay open", payout.replacing("in part\"", with: "in part"), .endedEarly),
        Deviation(
            "a blank line", settlement.replacing("\ntotal", with: "\n\ntotal"), .blankLine, .valid,
            .proven),
        Deviation("an end-of-file byte", settlement + "\u{1A}", .strayBytes, .valid, .proven),
        Deviation(
            "a byte of zero", settlement.replacing("MW-REF", with: "MW\0REF"), .notPrintable,
            .valid, .proven),
        Deviation(
            "another net", payout.replacing("100.00,2.90", with: "100.00,2.91"), .netDiffers,
            .quarantined, .proven, "line 2"),
        Deviation(
            "another payout", payout.replacing("-32.10,0.00,-32.10", with: "-32.11,0.00,-32.11"),
            .sumDiffers, .refused, .contradicted, "line 5"),
        Deviation("a payout without its row", line(5, nil, payout), .totalMissing),
        Deviation(
            "another currency", payout.replacing("97.10,USD", with: "97.10,EUR"), .currencyDiffers,
            .refused, .contradicted),
        Deviation(
            "a currency that is none", payout.replacing("97.10,USD", with: "97.10,$"),
            .currencyUnknown, .refused, .contradicted),
        Deviation(
            "more decimals", payout.replacing("97.10,USD", with: "97.101,USD"), .tooManyDecimals,
            .refused, .contradicted),
        Deviation(
            "a column missing", settlement, .columnMissing, .refused, .unproven, "line 1",
            profile: missing),
        Deviation(
            "a column twice", settlement.replacing("reference\n", with: "record\n"), .columnTwice,
            .refused, .unproven, profile: .settlementReport),
        Deviation(
            "columns of another file", payout, .notAStatement, .notAStatement, .unproven,
            profile: Profiles.european),
        Deviation(
            "amounts in both columns", Golden.european.replacing(";;1.234,50", with: ";1;1.234,50"),
            .sideUnknown, profile: Profiles.european),
        Deviation(
            "groups that are not three", Golden.european.replacing("1.234,50", with: "12.34,50"),
            .notAnAmount, profile: Profiles.european),
        Deviation(
            "a word for no side", "1/2/2026 10:00,X,1,\n", .sideUnknown, profile: Profiles.indicated
        ),
        Deviation(
            "another account", "C,1,11112222\nC,2,33334444\n", .accountDiffers, profile: accounts),
        Deviation(
            "a profile that cannot be meant", settlement, .columnMissing, profile: impossible),
    ]

    private static let missing: CSVProfile = {
        var profile = CSVProfile.settlementReport
        profile.columns[.fee] = .name("fee")
        profile.columns[.gross] = .name("gross")
        return profile
    }()

    private static let accounts: CSVProfile = {
        var profile = CSVProfile(
            name: "accounts", summary: "A column for the account.",
            columns: [.indicator: .number(1), .amount: .number(2), .account: .number(3)],
            amounts: CSVProfile.Amounts(
                sign: .indicator(credit: ["C"], debit: ["D"]), notation: .minor),
            dates: .iso)
        profile.hasHeader = false
        return profile
    }()

    private static let impossible: CSVProfile = {
        var profile = CSVProfile.settlementReport
        profile.columns[.amount] = nil
        return profile
    }()

    @Test(
        "One fault has its reason, its place and its verdict",
        arguments: anything + order + controls + fields + items + documents + rows)
    func one(_ deviation: Deviation) {
        let reading = StatementReading(deviation.bytes, profile: deviation.profile)

        #expect(reading.codes.contains(deviation.code), "\(reading.problems)")
        #expect(reading.report.verdict == deviation.verdict, "\(reading.problems)")
        #expect(reading.report.proof == deviation.proof, "\(reading.problems)")
        if let place = deviation.place {
            let places = reading.problems.filter { $0.code == deviation.code }.map(
                \.place.description)
            #expect(places.contains(place))
        }
    }

    @Test("Every kind of problem has a file that has it")
    func everyCode() {
        let all =
            Self.anything + Self.order + Self.controls + Self.fields + Self.items
            + Self.documents + Self.rows
        let met = Set(all.flatMap { StatementReading($0.bytes, profile: $0.profile).codes })

        #expect(Set(StatementProblem.Code.allCases).subtracting(met) == [])
    }

    @Test("A problem repeats no account number and no name")
    func withheld() {
        let amount = StatementReading(
            Golden.smallBAI2.replacing("16,165,500", with: "16,165,Ada Sample 100000006789"))
        let date = StatementReading(
            Golden.settlement.replacing("50000,2026-11-24", with: "50000,100000006789"))

        for reading in [amount, date] {
            #expect(reading.problems.contains { $0.found == "(withheld)" })
            #expect(!"\(reading.problems)".contains("6789"))
            #expect(!"\(reading.problems)".contains("Ada"))
        }
    }

    @Test("A file of nothing but problems is told in part, counted whole, and costs no memory")
    func flood() {
        let text = Golden.smallBAI2 + String(repeating: "16,x/\n", count: 50_000)
        let reading = StatementReading(text)

        #expect(reading.problems.count == 1_000)
        #expect(reading.report.problems[.refusal] == 50_000)
        #expect(reading.report.verdict == .refused)
    }
}
