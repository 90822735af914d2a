import Banking
import Money
import Statements
import Testing

struct GoldenTests {
    @Test("A BAI2 file is proven at account, group and file, and tells every item")
    func bai2() throws {
        let reading = StatementReading(Golden.bai2)

        #expect(reading.problems == [])
        #expect(reading.report.format == .bai2)
        #expect(reading.report.verdict == .valid)
        #expect(reading.report.proof == .proven)
        #expect(reading.report.lines == 22)
        #expect(reading.statements.count == 3)
        let first = try #require(reading.statements.first)
        #expect(first.report.statement.account.description == "****6789")
        #expect(first.report.statement.asOf == day("2026-11-24"))
        #expect(first.report.statement.identification == "17")
        #expect(first.report.statement.opening?.signed == 1_000_000)
        #expect(first.report.statement.closing?.signed == 1_062_000)
        #expect(first.report.balances == .proven)
        #expect(first.report.credits == 150_000)
        #expect(first.report.debits == 88_000)
        #expect(
            first.items.map(\.signed)
                == [100_000, 25_000, 5_000, 20_000, -50_000, -3_000, -35_000])
        #expect(
            first.items.map(\.kind)
                == [.ach, .wire, .achReturn, .card, .achReturn, .fee, .wire])
        #expect(first.items.map(\.bankReference.last) == ["1", "2", "3", "4", "5", "6", "7"])
        #expect(reading.statements[1].report.statement.currency.decimals == 0)
        #expect(reading.statements[2].items == [])
    }

    @Test("What BAI2 says of funds, references and text is read to its columns")
    func bai2Fields() throws {
        let items = try #require(StatementReading(Golden.bai2).statements.first).items

        #expect(items[0].customerReference == "2026-11-23-A.ach")
        #expect(items[0].ach.file == "2026-11-23-A.ACH")
        #expect(items[0].ach.batch == "1")
        #expect(items[0].settles == nil)
        #expect(items[1].settles == day("2026-11-25"))
        #expect(items[1].text == "WIRE FROM ADA SAMPLE")
        #expect(items[2].ach.trace == "021000020000001")
        #expect(items[2].ach.returnCode == "R01")
        #expect(items[3].customerReference == "PAYOUT po_01")
        #expect(items[4].ach.trace == "021000020000002")
        #expect(items[4].ach.company == "1123456789")
        #expect(
            items[4].text
                == "ACH RETURN ITEM REASON R09 TRACE NUMBER 021000020000002, COMPANY ID 1123456789")
        #expect(items[5].text == "FEES, AS AGREED")
        #expect(items[6].customerReference == "WDR-1")
        #expect(items[6].text == "")
        #expect(items.allSatisfy { $0.booked == day("2026-11-24") })
    }

    @Test("A camt.053 statement is proven by its balances and its summary")
    func camt() throws {
        let reading = StatementReading(Golden.camt)

        #expect(reading.problems == [])
        #expect(reading.report.format == .camt)
        #expect(reading.report.verdict == .valid)
        #expect(reading.report.proof == .proven)
        let whole = try #require(reading.statements.first)
        #expect(whole.report.balances == .proven)
        #expect(whole.report.statement.account.lastFour == "6789")
        #expect(whole.report.statement.identification == "STMT-328")
        #expect(whole.report.statement.asOf == day("2026-11-24"))
        #expect(whole.items.map(\.signed) == [150_000, -50_000, -3_000, 25_000, 9_900])
        #expect(whole.items.map(\.kind) == [.ach, .achReturn, .fee, .wire, .other])
        #expect(whole.items.map(\.status) == [.booked, .booked, .booked, .booked, .pending])
        #expect(whole.items.map(\.isReversal) == [false, false, false, true, false])
        #expect(whole.items[2].text == "Fees & charges")
    }

    @Test("A batch of camt names its file, its number and each of its payments")
    func batch() throws {
        let items = try #require(StatementReading(Golden.camt).statements.first).items

        #expect(items[0].ach.file == "2026-11-23-A.ach")
        #expect(items[0].ach.batch == "1")
        #expect(items[0].detailCount == 3)
        #expect(
            items[0].details.map(\.amount) == [
                Quantity(50_000), Quantity(70_000), Quantity(30_000),
            ])
        #expect(
            items[0].details.map(\.ach.trace)
                == ["021000020000001", "021000020000002", "021000020000003"])
        #expect(items[0].settles == day("2026-11-25"))
        #expect(items[1].ach.trace == "021000020000009")
        #expect(items[1].ach.returnCode == "R01")
        #expect(items[1].booked == day("2026-11-24"))
    }

    @Test("Each version of camt reads alike in any prefix", arguments: 2...13)
    func versions(_ version: Int) {
        let number = version < 10 ? "0\(version)" : "\(version)"
        let old = Golden.camtOld.replacing("053.001.02", with: "053.001.\(number)")
        let other = old.replacing("<d:", with: "<s-1.x:").replacing("</d:", with: "</s-1.x:")
            .replacing("xmlns:d=", with: "xmlns:s-1.x=")

        for text in [old, other] {
            let reading = StatementReading(text)
            #expect(reading.problems == [])
            #expect(reading.report.proof == .proven)
            #expect(reading.statements.first?.items.map(\.signed) == [1_250])
            #expect(reading.statements.first?.report.statement.opening?.signed == -500)
        }
    }

    @Test("A notification is proven by its summary, and says its items come again")
    func notification() throws {
        let reading = StatementReading(Golden.notification)

        #expect(reading.problems == [])
        #expect(reading.report.proof == .proven)
        #expect(reading.statements.first?.report.statement.standing == .interim)
        #expect(reading.statements.first?.items.map(\.signed) == [1_250])
    }

    @Test("Our settlement report is a built-in profile, known by its header")
    func settlement() throws {
        let reading = StatementReading(Golden.settlement)

        #expect(reading.problems == [])
        #expect(reading.report.format == .csv)
        #expect(reading.report.proof == .proven)
        let items = try #require(reading.statements.first).items
        #expect(items.map(\.signed) == [50_000, -10_000, 2_500, -1, 25_000])
        #expect(items.map(\.kind) == [.ach, .achReturn, .achReturn, .ach, .wire])
        #expect(items[0].ach.trace == "021000020000001")
        #expect(items[0].settles == day("2026-11-24"))
        #expect(items[4].ach.trace == nil)
        #expect(items[4].customerReference == "MW-REF-1|ADA SAMPLE")
        #expect(reading.statements.first?.report.statement.asOf == day("2026-11-24"))
    }

    @Test("A processor's payouts are statements, each proven by its payout row")
    func payout() throws {
        let reading = StatementReading(Golden.payout)

        #expect(reading.problems == [])
        #expect(reading.report.proof == .proven)
        #expect(reading.statements.map(\.report.statement.identification) == ["po_01", "po_02"])
        let items = reading.statements[0].items
        #expect(items.map(\.signed) == [9_710, -2_000, -4_500])
        #expect(items.map(\.fee) == [Quantity(290), .zero, Quantity(1_500)])
        #expect(items[0].gross == Quantity(10_000))
        #expect(items[1].text == "Refund, in part")
    }

    @Test("Columns for each side, a comma for the point and lines within quotes are read")
    func european() throws {
        let reading = StatementReading(Golden.european, profile: Profiles.european)

        #expect(reading.problems == [])
        #expect(reading.report.verdict == .valid)
        #expect(reading.report.proof == .unproven)
        let items = try #require(reading.statements.first).items
        #expect(items.map(\.signed) == [123_450, -3_450])
        #expect(items.map(\.place) == [.line(3), .line(5)])
        #expect(items[0].text == "Zahlung in zwei \"Zeilen\"")
        #expect(items[1].booked == day("2026-11-25"))
        #expect(reading.statements.first?.report.statement.currency == Currency("EUR"))
    }

    @Test("Columns by number, a word for the side and dates without zeros are read")
    func indicated() throws {
        let text = "1/2/2026 10:00,C,\"1,234.5\",21000020000001\r\n11/24/2026 x,D,7,\r\n"
        let reading = StatementReading(text, profile: Profiles.indicated)

        #expect(reading.problems == [])
        let items = try #require(reading.statements.first).items
        #expect(items.map(\.signed) == [123_450, -700])
        #expect(items.map(\.booked) == [day("2026-01-02"), day("2026-11-24")])
        #expect(items.map(\.ach.trace) == ["021000020000001", nil])
    }

    @Test("Line ends of every kind, and a byte order mark, change nothing that is read")
    func lineEnds() {
        for text in [Golden.bai2, Golden.settlement, Golden.payout] {
            let expected = StatementReading(text).statements.map(\.report)
            for ending in ["\r\n", "\r"] {
                let reading = StatementReading(text.replacing("\n", with: ending))
                #expect(reading.statements.map(\.report) == expected)
                #expect(reading.report.verdict == .valid)
            }
            #expect(StatementReading("\u{FEFF}" + text).statements.map(\.report) == expected)
        }
    }

    @Test("The same statement has the same fingerprint in another file, another has another")
    func fingerprint() {
        let one = StatementReading(Golden.smallBAI2).statements.map(\.report.fingerprint)
        let again = StatementReading(
            Golden.smallBAI2.replacing("0630,18", with: "0900,19")
        ).statements.map(\.report.fingerprint)
        let other = StatementReading(
            Golden.smallBAI2.replacing("CR1", with: "CR2")
        ).statements.map(\.report.fingerprint)

        #expect(one == again)
        #expect(one != other)
    }
}
