import Banking
import Money
import Nacha
import Testing

/// The same files as ``Golden``, as values.
enum Samples {
    static let odfi = DFIIdentification("02100002")!
    static let bankOne = RoutingNumber("076401251")!
    static let bankTwo = RoutingNumber("091000019")!
    static let ours = FileParty("123456780")!
    static let bank = FileParty(RoutingNumber("021000021")!)

    static func trace(_ bank: DFIIdentification, _ sequence: Int) -> TraceNumber {
        TraceNumber(odfi: bank, sequence: sequence)!
    }

    static func ours(_ sequence: Int) -> TraceNumber { trace(odfi, sequence) }

    static func day(_ iso: String) -> Day { Day(iso: iso)! }

    static let first = Entry(
        code: .checkingDebit, receiver: bankOne, account: "0012345678", amount: Cents(500_00),
        identification: "dep_01", name: "Ada Sample", discretionaryData: "S", trace: ours(1))
    static let second = Entry(
        code: .savingsDebit, receiver: bankTwo, account: "998-877 66", amount: Entry.amountMax,
        identification: "dep_02", name: "Bob Sample", discretionaryData: "S", trace: ours(2))
    static let again = Entry(
        code: .checkingDebit, receiver: bankOne, account: "0012345678", amount: Cents(100_00),
        identification: "dep_00", name: "Ada Sample", discretionaryData: "S", trace: ours(3))
    static let withdrawal = Entry(
        code: .checkingCredit, receiver: bankTwo, account: "55", amount: Cents(1),
        identification: "wdr_01", name: "Cyd Sample", discretionaryData: "S", trace: ours(4),
        addenda: [.paymentInformation("Withdrawal of 1 cent")])

    static let originator = Originator(
        companyName: "EXAMPLE EXCHANGE", companyIdentification: "1123456789",
        entryDescription: "DEPOSIT", odfi: odfi)

    static var forward: NachaFile {
        NachaFile(
            header: FileHeader(
                destination: bank, origin: ours, created: day("2026-11-24"),
                createdAt: TimeOfDay(hour: 15, minute: 30), destinationName: "SAMPLE BANK",
                originName: "EXAMPLE EXCHANGE", referenceCode: "REF00001"),
            batches: [
                Batch(header: header(.debits, "DEPOSIT", number: 1), entries: [first, second]),
                Batch(header: header(.debits, "RETRY PYMT", number: 2), entries: [again]),
                Batch(header: header(.credits, "DEPOSIT", number: 3), entries: [withdrawal]),
            ])
    }

    static func header(
        _ serviceClass: ServiceClass, _ description: String, number: Int
    ) -> BatchHeader {
        BatchHeader(
            serviceClass: serviceClass, companyName: "EXAMPLE EXCHANGE",
            companyIdentification: "1123456789", entryClass: .web, entryDescription: description,
            effectiveEntryDate: day("2026-11-25"), odfi: odfi, number: number)
    }

    static let returned = first.returned(
        .insufficientFunds, trace: trace(bankOne.identification, 101))

    static var returns: NachaFile {
        let header = forward.batches[0].header.answered(
            by: bankOne.identification, number: 1, settlement: JulianDay(331))
        let death = again.returned(
            .accountHolderDeceased, trace: trace(bankOne.identification, 102),
            dateOfDeath: day("2026-11-01"), information: "NEXT OF KIN CALLED")
        return inbound("2026-11-27", "B", Batch(header: header, entries: [returned, death]))
    }

    static let dishonor = returned.dishonored(
        .fieldErrorsInReturn, trace: ours(9), returnSettlement: JulianDay(331), information: "03")!

    static var dishonored: NachaFile {
        var header = self.header(.debits, "DEPOSIT", number: 7)
        header.effectiveEntryDate = day("2026-12-04")
        return outbound("2026-12-03", Batch(header: header, entries: [dishonor]))
    }

    static var contested: NachaFile {
        let header = dishonored.batches[0].header.answered(
            by: bankOne.identification, number: 3, settlement: JulianDay(341))
        let entry = dishonor.contested(
            ReturnCode("R74")!, trace: trace(bankOne.identification, 150),
            originalReturned: day("2026-11-27"), originalSettlement: JulianDay(329),
            dishonoredSettlement: JulianDay(338))!
        return inbound("2026-12-07", "A", Batch(header: header, entries: [entry]))
    }

    static let correction = second.corrected(
        .routingAndAccount(bankOne, "0099887766"), trace: trace(bankTwo.identification, 7))

    static var change: NachaFile {
        let header = forward.batches[0].header.changed(
            by: bankTwo.identification, number: 1, settlement: JulianDay(331))
        return inbound("2026-11-27", "C", Batch(header: header, entries: [correction]))
    }

    static var refusedChange: NachaFile {
        var header = self.header(.debits, "DEPOSIT", number: 1)
        header.entryClass = .cor
        header.effectiveEntryDate = day("2026-12-01")
        let entry = correction.refusedChange(.incorrectTrace, trace: ours(10))!
        return outbound("2026-11-30", Batch(header: header, entries: [entry]))
    }

    private static func inbound(_ iso: String, _ modifier: Character, _ batch: Batch) -> NachaFile {
        NachaFile(
            header: FileHeader(
                destination: ours, origin: bank, created: day(iso),
                createdAt: TimeOfDay(hour: 7, minute: 0), modifier: FileModifier(modifier)!,
                destinationName: "EXAMPLE EXCHANGE", originName: "SAMPLE BANK"),
            batches: [batch])
    }

    private static func outbound(_ iso: String, _ batch: Batch) -> NachaFile {
        NachaFile(
            header: FileHeader(
                destination: bank, origin: ours, created: day(iso),
                createdAt: TimeOfDay(hour: 9, minute: 0), destinationName: "SAMPLE BANK",
                originName: "EXAMPLE EXCHANGE"),
            batches: [batch])
    }
}

func read(_ text: String, _ profile: BankProfile = .strict) throws(FileRefusal) -> Reading {
    try FileReader(profile: profile).read(Array(text.utf8))
}

func written(_ file: NachaFile) throws(WriteRefusal) -> String {
    String(decoding: try FileWriter().bytes(file), as: UTF8.self)
}

/// What a reader refuses the text for.
func refusals(_ text: String, _ profile: BankProfile = .strict) -> [Problem] {
    do {
        _ = try read(text, profile)
        return []
    } catch {
        return error.problems.filter { $0.severity == .refusal }
    }
}

extension String {
    /// The text with the columns of one line replaced; both are counted from one.
    func replacing(line: Int, column: Int, with text: String) -> String {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf8) }
        let start = column - 1
        lines[line - 1].replaceSubrange(
            start..<min(start + text.utf8.count, lines[line - 1].count), with: Array(text.utf8))
        return lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    /// The text without one line, counted from one.
    func removing(line: Int) -> String {
        var lines = split(separator: "\n", omittingEmptySubsequences: false)
        lines.remove(at: line - 1)
        return lines.joined(separator: "\n")
    }
}

/// A small generator whose numbers depend on nothing but the seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
