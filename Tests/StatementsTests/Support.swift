import Banking
import Money
import Statements

extension StatementReading {
    init(_ text: String, format: StatementFormat? = nil, profile: CSVProfile? = nil) {
        self.init(Array(text.utf8), format: format, profile: profile)
    }

    var codes: [StatementProblem.Code] { problems.map(\.code) }
}

func day(_ text: String) -> Day { Day(iso: text)! }

/// The same numbers for the same seed, on every machine.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var mixed = state
        mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return mixed ^ (mixed >> 33)
    }
}

enum Profiles {
    static let european: CSVProfile = {
        var profile = CSVProfile(
            name: "european", summary: "A European bank's export.",
            columns: [
                .booked: .name("datum"), .debit: .name("Soll"), .credit: .name("Haben"),
                .text: .name("Text"),
            ],
            amounts: CSVProfile.Amounts(
                sign: .columns, notation: .decimal(point: 0x2C, thousands: 0x2E)),
            dates: DatePattern("DD.MM.YYYY")!)
        profile.delimiter = 0x3B
        profile.linesBefore = 1
        profile.currency = Currency("EUR")!
        profile.account = StatementAccount(lastFour: "6789")
        return profile
    }()

    /// Unsigned amounts with a word for the side, no header.
    static let indicated: CSVProfile = {
        var profile = CSVProfile(
            name: "indicated", summary: "Columns by number.",
            columns: [
                .booked: .number(1), .indicator: .number(2), .amount: .number(3),
                .trace: .number(4),
            ],
            amounts: CSVProfile.Amounts(
                sign: .indicator(credit: ["C"], debit: ["D"]),
                notation: .decimal(point: 0x2E, thousands: 0x2C)),
            dates: DatePattern("M/D/YYYY *")!)
        profile.hasHeader = false
        return profile
    }()
}
