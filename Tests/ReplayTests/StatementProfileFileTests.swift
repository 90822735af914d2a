import Statements
import Testing
import Vocabulary
import Wire

struct StatementProfileFileTests {
    @Test("What is printed of a built-in profile is read back as that profile")
    func roundTrip() throws {
        for profile in CSVProfile.all {
            let text = StatementProfileFile.json(profile).text()
            #expect(try StatementProfileFile.load(Array(text.utf8)) == profile)
        }
    }

    @Test("Every value of a profile is read")
    func everyValue() throws {
        let text = """
            {"name":"mine","summary":"A bank's export.","delimiter":";","quote":"","header":false,
             "lines_before":2,"currency":"EUR","account_last_four":"6789",
             "columns":{"booked":1,"amount":2,"indicator":3,"trace":4,"record":5},
             "amounts":{"sign":"indicator","credit":["C"],"debit":["D"],"notation":"decimal",
                        "point":",","thousands":"."},
             "dates":"DD.MM.YYYY","records":[{"record":"x","kind":"ach_return","side":"debit"}],
             "other_records":"set_aside","kind":"wire",
             "total":{"record":"t","sum":2,"sum_of":"minus_net","repeats":true}}
            """
        let profile = try StatementProfileFile.load(Array(text.utf8))

        #expect(profile.delimiter == 0x3B)
        #expect(profile.quote == nil)
        #expect(!profile.hasHeader)
        #expect(profile.linesBefore == 2)
        #expect(profile.currency == Currency("EUR"))
        #expect(profile.account.lastFour == "6789")
        #expect(profile.columns[.trace] == .number(4))
        #expect(profile.amounts.sign == .indicator(credit: ["C"], debit: ["D"]))
        #expect(profile.amounts.notation == .decimal(point: 0x2C, thousands: 0x2E))
        #expect(profile.records["x"] == CSVProfile.Record(kind: .achReturn, side: .debit))
        #expect(profile.otherRecords == .setAside)
        #expect(profile.kind == .wire)
        #expect(profile.total?.sumOf == .minusNet)
        #expect(profile.total?.repeats == true)
    }

    @Test(
        "A profile that says something else than it means is refused, with the place",
        arguments: [
            ("{}", "/name"), ("[]", "the profile"), ("{", ""),
            (minimal.replacing(#""dates":"#, with: #""date":"#), "/date"),
            (minimal.replacing("YYYY-MM-DD", with: "YYYY-DD"), "/dates"),
            (minimal.replacing(#""signed""#, with: #""sign""#), "/amounts/sign"),
            (minimal.replacing(#""signed""#, with: #""columns""#), "/columns"),
            (minimal.replacing(#""amount":"a""#, with: #""amount":0"#), "/columns/amount"),
            (minimal.replacing(#"{"name""#, with: #"{"delimiter":"ab","name""#), "/delimiter"),
        ])
    func faults(_ text: String, _ place: String) {
        let fault = #expect(throws: ProfileFile.Fault.self) {
            try StatementProfileFile.load(Array(text.utf8))
        }
        #expect(fault?.sentences.contains { $0.hasPrefix(place) } == true)
    }

    private static let minimal = """
        {"name":"m","summary":"s","columns":{"amount":"a"},
         "amounts":{"sign":"signed","notation":"minor"},"dates":"YYYY-MM-DD"}
        """
}
