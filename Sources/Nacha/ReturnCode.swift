public import Banking

/// Why an entry came back: `R` and two digits.
///
/// Any three printable characters are representable, because a bank may send a code that is newer
/// than this program, and a return must never be lost over its reason. What a code means is in
/// its ``facts``.
public struct ReturnCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Three printable characters, letters in upper case.
    public let text: String

    /// `nil` unless three printable ASCII characters without a blank. Lower case is raised.
    public init?(_ text: some StringProtocol) {
        guard let code = ThreeCharacters.upper(text) else { return nil }
        self.text = code
    }

    init(trusted text: String) { self.text = text }

    /// R01: the balance is too low.
    public static let insufficientFunds = ReturnCode(trusted: "R01")
    /// R02: the account was closed.
    public static let accountClosed = ReturnCode(trusted: "R02")
    /// R03: no such account of that person.
    public static let noAccount = ReturnCode(trusted: "R03")
    /// R04: no account number looks like that.
    public static let invalidAccountNumber = ReturnCode(trusted: "R04")
    /// R06: we asked for the entry back.
    public static let returnedOnRequest = ReturnCode(trusted: "R06")
    /// R07: the customer withdrew the authorisation.
    public static let authorizationRevoked = ReturnCode(trusted: "R07")
    /// R08: the customer stopped this payment.
    public static let paymentStopped = ReturnCode(trusted: "R08")
    /// R09: the balance is not collected yet.
    public static let uncollectedFunds = ReturnCode(trusted: "R09")
    /// R10: the receiver does not know us or did not authorise us.
    public static let notAuthorized = ReturnCode(trusted: "R10")
    /// R11: authorised, but not like this.
    public static let notAsAuthorized = ReturnCode(trusted: "R11")
    /// R14: the payee who acted for the owner died or cannot act.
    public static let representativePayeeDeceased = ReturnCode(trusted: "R14")
    /// R15: the owner died.
    public static let accountHolderDeceased = ReturnCode(trusted: "R15")
    /// R16: the account is frozen by law or sanctions.
    public static let accountFrozen = ReturnCode(trusted: "R16")
    /// R17: fields the RDFI edits are wrong, or the entry was made in questionable circumstances.
    public static let fileRecordEditCriteria = ReturnCode(trusted: "R17")
    /// R26: a field that may not be blank is.
    public static let mandatoryField = ReturnCode(trusted: "R26")
    /// R29: a company did not authorise us.
    public static let corporateNotAuthorized = ReturnCode(trusted: "R29")
    /// R61, ours: the return came to the wrong bank.
    public static let misroutedReturn = ReturnCode(trusted: "R61")
    /// R67, ours: the entry was returned before.
    public static let duplicateReturn = ReturnCode(trusted: "R67")
    /// R68, ours: the return came too late.
    public static let untimelyReturn = ReturnCode(trusted: "R68")
    /// R69, ours: fields of the return are wrong.
    public static let fieldErrorsInReturn = ReturnCode(trusted: "R69")
    /// R70, ours: we did not agree to the return.
    public static let returnNotRequested = ReturnCode(trusted: "R70")
    /// R73, the RDFI's: the return was in time.
    public static let timelyOriginalReturn = ReturnCode(trusted: "R73")

    /// What this program knows of the code, under the newest rules it was built with: enough to
    /// tell its layout. An entry is judged by ``RuleBook/facts(_:settlement:)``. An unknown code
    /// has facts too: the most careful ones.
    public var facts: ReturnCodeFacts { ReturnCodeBook.current.facts(self) }

    /// Whether the code reports a death, so that the addenda may carry its date.
    public var reportsDeath: Bool {
        self == .representativePayeeDeceased || self == .accountHolderDeceased
    }

    /// The same as ``text``.
    public var description: String { text }

    /// In the order of the rules.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }
}

enum ThreeCharacters {
    static func upper(_ text: some StringProtocol) -> String? {
        let text = String(text)
        guard text.utf8.count == 3 else { return nil }
        var isLower = false
        for byte in text.utf8 {
            guard (0x21...0x7E).contains(byte) else { return nil }
            if (0x61...0x7A).contains(byte) { isLower = true }
        }
        return isLower ? text.uppercased() : text
    }
}

/// What a return code means and what it asks for.
public struct ReturnCodeFacts: Hashable, Sendable {
    /// The code the facts are about.
    public let code: ReturnCode
    /// Which of the three returns the code belongs to, and so the layout of its addenda.
    public let kind: ReturnKind
    /// The reason in a few words, for operators. Customers are never shown it as it stands.
    public let title: String
    /// Who sends it.
    public let initiator: ReturnInitiator
    /// Until when it may be sent.
    public let window: ReturnWindow
    /// Whether the RDFI must hold the receiver's Written Statement of Unauthorized Debit.
    public let needsWrittenStatement: Bool
    /// Whether the debit may be sent again.
    public let representment: Representment
    /// What it says about the bank account.
    public let bankAccount: BankAccountEffect
    /// What it says about the customer.
    public let customerHold: CustomerHold
    /// Which of the return rates counts it.
    public let rateBucket: RateBucket
    /// Which of the reasons shown to customers it belongs to.
    public let reasonGroup: ReasonGroup
    /// False when the code is not in the book: an operator must look.
    public let isKnown: Bool

    /// The moment from which such a return is late; `nil` where the rules give no date to count
    /// from. `settlement` is that of the entry it answers: the original for a return, the return
    /// for a dishonored one, the dishonored one for a contested one.
    ///
    /// A return must be available at opening of business; the other two must only be sent by the
    /// end of their last banking day (``ACHTiming/dishonorDeadline(returnSettlement:)``,
    /// ``ACHTiming/contestDeadline(dishonorSettlement:)``).
    public func deadline(settlement: Day, timing: ACHTiming) -> Instant? {
        let calendar = timing.calendar
        switch (window, kind) {
        case (.bankingDays(let count), .return):
            return timing.settlementInstant(calendar.bankingDay(count, after: settlement))
        case (.bankingDays(let count), .dishonored):
            return timing.cutOffInstant(calendar.bankingDay(count, after: settlement))
        case (.bankingDays(let count), .contested):
            return timing.settlementInstant(calendar.bankingDay(count + 1, after: settlement))
        case (.calendarDays(let count), _):
            return timing.settlementInstant(
                calendar.bankingDay(1, after: settlement.adding(days: count)))
        case (.asAgreed, _), (.nextFile, _), (.uponRefusal, _), (.gatewayRule, _),
            (.agencyRule, _), (.unverified, _):
            return nil
        }
    }
}

/// The three layers of a dispute between the banks.
public enum ReturnKind: Hashable, Sendable {
    /// The RDFI or the operator sends the entry back.
    case `return`
    /// The ODFI refuses the return.
    case dishonored
    /// The RDFI insists on it.
    case contested
}

/// Who sends a return.
public enum ReturnInitiator: Hashable, Sendable {
    case rdfi, odfi, achOperator, gateway, federalAgency
}

/// How long a return may take.
public enum ReturnWindow: Hashable, Sendable {
    /// Within this many banking days, at least one, after the settlement it answers.
    case bankingDays(Int)
    /// By opening of business on the banking day after this calendar day after settlement.
    case calendarDays(Int)
    /// As ODFI and RDFI agreed.
    case asAgreed
    /// With the operator's next file.
    case nextFile
    /// When the receiver refuses a credit.
    case uponRefusal
    /// By the rules of an international gateway.
    case gatewayRule
    /// By the rules of the federal agency that enrolled the receiver.
    case agencyRule
    /// Not verified, or the code is not known. No deadline may be relied on.
    case unverified
}

/// Whether a returned debit may be originated again.
public enum Representment: Hashable, Sendable {
    /// At most `max` times after the original, within `days` of its settlement, in a batch of its
    /// own described `RETRY PYMT`, for the same amount (Nacha Operating Rules, Reinitiation).
    case allowed(max: Int, days: Int)
    /// As a new entry, once what was wrong is corrected.
    case afterCorrection
    /// Only with an authorisation given after the return.
    case newAuthorization
    case never
}

/// What a return or a change says about the bank account it came from.
public enum BankAccountEffect: Hashable, Sendable {
    case none
    /// Take over the corrected data.
    case correct
    /// A person looks before the next debit.
    case review
    /// The account cannot be debited; the customer may link another.
    case disable
    /// No debit to this account again by anyone.
    case block
}

/// What a return says about the customer.
public enum CustomerHold: Hashable, Sendable {
    case none
    /// The usual restrictions of an open obligation.
    case normal
    case review
    /// No value leaves until a person has looked.
    case suspend
    /// Stop notices and liquidation; open an estate case.
    case deceased
    /// Compliance decides; the reason is not shown to the customer.
    case compliance
}

/// Which return rate of the Nacha rules counts the code.
public enum RateBucket: Hashable, Sendable {
    /// At most 0.5 percent; counted in the overall rate too.
    case unauthorized
    /// At most 3 percent; counted in the overall rate too.
    case administrative
    /// Only in the overall rate, at most 15 percent.
    case overallOnly
    case notCounted
}

/// The reason as customers are told it.
public enum ReasonGroup: Hashable, Sendable {
    case insufficientFunds
    case reversedUnauthorized
    case closedOrInvalid
    case other
}

/// The return codes under the rules of one time.
///
/// Windows and counts change by amendment, so a book is a value, and ``OperatingRules`` says from
/// which settlement day on it is in force.
public struct ReturnCodeBook: Hashable, Sendable {
    private let facts: [ReturnCode: ReturnCodeFacts]

    /// Of two facts for one code the later wins.
    public init(facts: [ReturnCodeFacts]) {
        self.facts = Dictionary(facts.map { ($0.code, $0) }, uniquingKeysWith: { $1 })
    }

    /// The book with these facts in the place of what it said of their codes.
    func replacing(_ changed: [ReturnCodeFacts]) -> ReturnCodeBook {
        ReturnCodeBook(facts: Array(facts.values) + changed)
    }

    /// The facts of a code. One that is not in the book is never refused: its facts are the most
    /// careful ones, and ``ReturnCodeFacts/isKnown`` is false.
    public func facts(_ code: ReturnCode) -> ReturnCodeFacts {
        facts[code]
            ?? ReturnCodeFacts(
                code: code, kind: .return, title: "Unknown return code", initiator: .rdfi,
                window: .unverified, needsWrittenStatement: false, representment: .never,
                bankAccount: .review, customerHold: .review, rateBucket: .overallOnly,
                reasonGroup: .other, isKnown: false)
    }

    /// Every code of the book, in order.
    public var codes: [ReturnCode] { facts.keys.sorted() }
}
