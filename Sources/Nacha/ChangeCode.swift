public import Banking

/// What a notification of change corrects, or why one is refused: `C` and two digits.
///
/// As with ``ReturnCode``, any three printable characters are representable.
public struct ChangeCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Three printable characters, letters in upper case.
    public let text: String

    /// `nil` unless three printable ASCII characters without a blank. Lower case is raised.
    public init?(_ text: some StringProtocol) {
        guard let code = ThreeCharacters.upper(text) else { return nil }
        self.text = code
    }

    init(trusted text: String) { self.text = text }

    /// C01: the account number.
    public static let account = ChangeCode(trusted: "C01")
    /// C02: the routing number.
    public static let routing = ChangeCode(trusted: "C02")
    /// C03: routing and account number.
    public static let routingAndAccount = ChangeCode(trusted: "C03")
    /// C04: the name; retired, still sent.
    public static let name = ChangeCode(trusted: "C04")
    /// C05: checking for savings, or the other way.
    public static let transactionCode = ChangeCode(trusted: "C05")
    /// C06: account number and kind of account.
    public static let accountAndTransactionCode = ChangeCode(trusted: "C06")
    /// C07: all three.
    public static let routingAccountAndTransactionCode = ChangeCode(trusted: "C07")
    /// C08: the foreign bank of an IAT entry.
    public static let foreignDFI = ChangeCode(trusted: "C08")
    /// C09: our identification number.
    public static let identification = ChangeCode(trusted: "C09")
    /// C13: our addenda was malformed.
    public static let addendaFormat = ChangeCode(trusted: "C13")
    /// C14: the payment should have been IAT.
    public static let entryClass = ChangeCode(trusted: "C14")
    /// C61: the notification came to the wrong bank.
    public static let misroutedChange = ChangeCode(trusted: "C61")
    /// C62: no entry of ours has the trace number.
    public static let incorrectTrace = ChangeCode(trusted: "C62")
    /// C65: the corrected data cannot be read.
    public static let badCorrectedData = ChangeCode(trusted: "C65")

    /// What this program knows of the code; an unknown one asks for a review.
    public var facts: ChangeCodeFacts {
        ChangeCodeFacts.known[self]
            ?? ChangeCodeFacts(
                kind: .change, title: "Unknown change code", window: .unverified,
                bankAccount: .review, isKnown: false)
    }

    /// The same as ``text``.
    public var description: String { text }

    /// In the order of the rules.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }
}

/// What a change code means and what it asks for.
///
/// Nacha Operating Rules, Notification of Change: sent within two banking days of settlement; the
/// Originator applies it within six banking days of receipt or before the next entry, whichever is
/// later. The ODFI may refuse one within fifteen calendar days.
public struct ChangeCodeFacts: Hashable, Sendable {
    /// Who sends the code, and whether it is still in the rules.
    public let kind: Kind
    /// The correction in a few words, for operators.
    public let title: String
    /// Until when it may be sent: after the entry's settlement, or after receipt of the
    /// notification that is refused.
    public let window: ReturnWindow
    /// What to do with the bank account.
    public let bankAccount: BankAccountEffect
    /// False when the code is not in the table: an operator must look.
    public let isKnown: Bool

    /// Who sends a code.
    public enum Kind: Hashable, Sendable {
        /// The RDFI corrects an entry.
        case change
        /// A code no longer in the rules that some banks still send.
        case retired
        /// The ODFI refuses the RDFI's notification.
        case refusal
    }

    /// By when such a code must have left; `nil` where no window is known. `day` is the entry's
    /// settlement day or, for a refusal, the day the notification came.
    ///
    /// The RDFI's may be on its way until the opening after its last banking day, as a contested
    /// return may. Ours leaves by the cut-off of the last banking day that is still in the window.
    public func deadline(from day: Day, timing: ACHTiming) -> Instant? {
        let calendar = timing.calendar
        return switch window {
        case .bankingDays(let count):
            timing.settlementInstant(calendar.bankingDay(count + 1, after: day))
        case .calendarDays(let count):
            timing.cutOffInstant(calendar.bankingDay(onOrBefore: day.adding(days: count)))
        case .asAgreed, .nextFile, .uponRefusal, .gatewayRule, .agencyRule, .unverified: nil
        }
    }

    /// Every code of the table, in order.
    public static var codes: [ChangeCode] { known.keys.sorted() }

    static let known: [ChangeCode: ChangeCodeFacts] = [
        .account: change("Incorrect account number", .correct),
        .routing: change("Incorrect routing number", .correct),
        .routingAndAccount: change("Incorrect routing and account number", .correct),
        // A verified legal name is never overwritten by a bank's spelling of it.
        .name: retired("Incorrect individual/receiver name"),
        .transactionCode: change("Incorrect transaction code", .correct),
        .accountAndTransactionCode: change(
            "Incorrect account number and transaction code", .correct),
        .routingAccountAndTransactionCode: change(
            "Incorrect routing, account number and transaction code", .correct),
        .foreignDFI: change("Incorrect receiving DFI identification (IAT only)", .correct),
        .identification: change("Incorrect individual ID number", .correct),
        ChangeCode(trusted: "C10"): retired("Incorrect company name"),
        ChangeCode(trusted: "C11"): retired("Incorrect company identification"),
        ChangeCode(trusted: "C12"): retired("Incorrect company name and identification"),
        .addendaFormat: change("Addenda format error", .review),
        .entryClass: change("Incorrect SEC code for outbound international payment", .review),
        .misroutedChange: refusal("Misrouted NOC"),
        .incorrectTrace: refusal("Incorrect trace number"),
        ChangeCode(trusted: "C63"): refusal("Incorrect company ID"),
        ChangeCode(trusted: "C64"): refusal("Incorrect individual ID"),
        .badCorrectedData: refusal("Incorrectly formatted corrected data"),
        ChangeCode(trusted: "C66"): refusal("Incorrect discretionary data"),
        ChangeCode(trusted: "C67"): refusal("Routing number not from original entry"),
        ChangeCode(trusted: "C68"): refusal("Account number not from original entry"),
        ChangeCode(trusted: "C69"): refusal("Incorrect transaction code"),
    ]

    private static func change(_ title: String, _ effect: BankAccountEffect) -> ChangeCodeFacts {
        ChangeCodeFacts(
            kind: .change, title: title, window: .bankingDays(2), bankAccount: effect,
            isKnown: true)
    }

    private static func retired(_ title: String) -> ChangeCodeFacts {
        ChangeCodeFacts(
            kind: .retired, title: title, window: .bankingDays(2), bankAccount: .review,
            isKnown: true)
    }

    private static func refusal(_ title: String) -> ChangeCodeFacts {
        ChangeCodeFacts(
            kind: .refusal, title: title, window: .calendarDays(15), bankAccount: .none,
            isKnown: true)
    }
}
