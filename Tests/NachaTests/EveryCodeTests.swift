import Banking
import Nacha
import Testing

/// The codes once more, in another form than the book: one line each, read by a person.
struct EveryCodeTests {
    /// Code, layer, sender, window (b banking days, c calendar days), whether a written statement
    /// is needed, whether it may be sent again, and what it says of the bank account, the customer,
    /// the rate and the reason.
    static let returns = """
        R01  return    rdfi      2b          -     2/180         none     normal      overall    funds
        R02  return    rdfi      2b          -     never         disable  normal      admin      closed
        R03  return    rdfi      2b          -     never         disable  normal      admin      closed
        R04  return    rdfi      2b          -     corrected     disable  normal      admin      closed
        R05  return    rdfi      60c         WSUD  never         block    review      unauth     reversed
        R06  return    rdfi      agreed      -     corrected     review   review      overall    other
        R07  return    rdfi      60c         WSUD  reauthorised  block    review      unauth     reversed
        R08  return    rdfi      2b          -     reauthorised  block    review      overall    reversed
        R09  return    rdfi      2b          -     2/180         none     normal      overall    funds
        R10  return    rdfi      60c         WSUD  never         block    suspend     unauth     reversed
        R11  return    rdfi      60c         WSUD  corrected     review   review      unauth     reversed
        R12  return    rdfi      2b          -     corrected     disable  normal      overall    closed
        R13  return    operator  next        -     corrected     disable  normal      overall    closed
        R14  return    rdfi      2b          -     never         block    deceased    overall    other
        R15  return    rdfi      2b          -     never         block    deceased    overall    other
        R16  return    rdfi      2b          -     never         block    compliance  overall    other
        R17  return    rdfi      2b          -     corrected     review   review      overall    other
        R18  return    operator  next        -     corrected     none     none        overall    other
        R19  return    operator  next        -     corrected     none     none        overall    other
        R20  return    rdfi      2b          -     never         disable  normal      overall    closed
        R21  return    rdfi      2b          -     corrected     none     none        overall    other
        R22  return    rdfi      2b          -     corrected     none     none        overall    other
        R23  return    rdfi      refusal     -     never         review   normal      uncounted  other
        R24  return    rdfi      2b          -     never         none     none        overall    other
        R25  return    operator  next        -     corrected     none     none        overall    other
        R26  return    operator  next        -     corrected     none     none        overall    other
        R27  return    operator  next        -     corrected     none     none        overall    other
        R28  return    operator  next        -     corrected     disable  normal      overall    closed
        R29  return    rdfi      2b          -     reauthorised  block    review      unauth     reversed
        R30  return    rdfi      2b          -     never         none     none        uncounted  other
        R31  return    rdfi      agreed      -     never         block    review      overall    reversed
        R32  return    operator  next        -     corrected     none     none        overall    other
        R33  return    rdfi      60c         -     never         none     none        uncounted  other
        R34  return    operator  next        -     never         disable  none        overall    other
        R35  return    operator  next        -     never         none     none        overall    other
        R36  return    operator  next        -     never         none     none        uncounted  other
        R37  return    rdfi      60c         WSUD  never         none     none        uncounted  other
        R38  return    rdfi      60c         -     never         none     none        uncounted  other
        R39  return    rdfi      2b          -     never         none     none        uncounted  other
        R40  return    agency    agency      -     never         none     none        uncounted  other
        R41  return    agency    agency      -     never         none     none        uncounted  other
        R42  return    agency    agency      -     never         none     none        uncounted  other
        R43  return    agency    agency      -     never         none     none        uncounted  other
        R44  return    agency    agency      -     never         none     none        uncounted  other
        R45  return    agency    agency      -     never         none     none        uncounted  other
        R46  return    agency    agency      -     never         none     none        uncounted  other
        R47  return    agency    agency      -     never         none     none        uncounted  other
        R50  return    rdfi      2b          -     never         none     none        uncounted  other
        R51  return    rdfi      60c         WSUD  never         none     none        unauth     reversed
        R52  return    rdfi      60c         -     never         none     none        uncounted  other
        R53  return    rdfi      60c         WSUD  never         none     none        uncounted  other
        R61  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R62  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R63  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R64  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R65  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R66  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R67  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R68  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R69  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R70  dishonor  odfi      5b          -     never         none     none        uncounted  other
        R71  contest   rdfi      2b          -     never         none     none        uncounted  other
        R72  contest   rdfi      2b          -     never         none     none        uncounted  other
        R73  contest   rdfi      2b          -     never         none     none        uncounted  other
        R74  contest   rdfi      2b          -     never         none     none        uncounted  other
        R75  contest   rdfi      2b          -     never         none     none        uncounted  other
        R76  contest   rdfi      2b          -     never         none     none        uncounted  other
        R77  contest   rdfi      2b          -     never         none     none        uncounted  other
        R80  return    gateway   gateway     -     never         none     none        uncounted  other
        R81  return    gateway   gateway     -     never         none     none        uncounted  other
        R82  return    gateway   gateway     -     never         none     none        uncounted  other
        R83  return    gateway   gateway     -     never         none     none        uncounted  other
        R84  return    gateway   gateway     -     never         none     none        uncounted  other
        R85  return    gateway   gateway     -     never         review   compliance  overall    other
        R90  return    rdfi      unverified  -     never         block    compliance  overall    other
        """

    /// Code, who sends it, window after settlement or, for a refusal, after receipt, and effect.
    static let changes = """
        C01  change   2b   correct
        C02  change   2b   correct
        C03  change   2b   correct
        C04  retired  2b   review
        C05  change   2b   correct
        C06  change   2b   correct
        C07  change   2b   correct
        C08  change   2b   correct
        C09  change   2b   correct
        C10  retired  2b   review
        C11  retired  2b   review
        C12  retired  2b   review
        C13  change   2b   review
        C14  change   2b   review
        C61  refusal  15c  none
        C62  refusal  15c  none
        C63  refusal  15c  none
        C64  refusal  15c  none
        C65  refusal  15c  none
        C66  refusal  15c  none
        C67  refusal  15c  none
        C68  refusal  15c  none
        C69  refusal  15c  none
        """

    private static func lines(_ table: String) -> [String] {
        table.split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
    }

    @Test("Every return code means what its line says, and no code has no line")
    func everyReturnCode() {
        let book = RuleBook.builtIn.rules(on: Samples.day("2026-11-30")).codes

        #expect(book.codes.map { Self.line(book.facts($0)) } == Self.lines(Self.returns))
    }

    @Test("Every change code means what its line says, and no code has no line")
    func everyChangeCode() {
        #expect(ChangeCodeFacts.codes.map { Self.line($0) } == Self.lines(Self.changes))
    }

    @Test("There are 98 codes")
    func count() {
        #expect(Self.lines(Self.returns).count + Self.lines(Self.changes).count == 98)
    }

    private static func line(_ facts: ReturnCodeFacts) -> String {
        let kind =
            switch facts.kind {
            case .return: "return"
            case .dishonored: "dishonor"
            case .contested: "contest"
            }
        let sender =
            switch facts.initiator {
            case .rdfi: "rdfi"
            case .odfi: "odfi"
            case .achOperator: "operator"
            case .gateway: "gateway"
            case .federalAgency: "agency"
            }
        let again =
            switch facts.representment {
            case .allowed(let max, let days): "\(max)/\(days)"
            case .afterCorrection: "corrected"
            case .newAuthorization: "reauthorised"
            case .never: "never"
            }
        let rate =
            switch facts.rateBucket {
            case .unauthorized: "unauth"
            case .administrative: "admin"
            case .overallOnly: "overall"
            case .notCounted: "uncounted"
            }
        let reason =
            switch facts.reasonGroup {
            case .insufficientFunds: "funds"
            case .reversedUnauthorized: "reversed"
            case .closedOrInvalid: "closed"
            case .other: "other"
            }
        return [
            facts.code.text, kind, sender, window(facts.window),
            facts.needsWrittenStatement ? "WSUD" : "-", again, "\(facts.bankAccount)",
            "\(facts.customerHold)", rate, reason,
        ].joined(separator: " ")
    }

    private static func line(_ code: ChangeCode) -> String {
        let facts = code.facts
        return "\(code) \(facts.kind) \(window(facts.window)) \(facts.bankAccount)"
    }

    private static func window(_ window: ReturnWindow) -> String {
        switch window {
        case .bankingDays(let count): "\(count)b"
        case .calendarDays(let count): "\(count)c"
        case .asAgreed: "agreed"
        case .nextFile: "next"
        case .uponRefusal: "refusal"
        case .gatewayRule: "gateway"
        case .agencyRule: "agency"
        case .unverified: "unverified"
        }
    }
}
