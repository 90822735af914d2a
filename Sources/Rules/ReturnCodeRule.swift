import Banking
import Nacha

/// What a return code means for the product: the Nacha table, read for our questions.
public struct ReturnCodeRule: Hashable, Sendable {
    /// As received; an unknown code keeps its text and is treated with the most care.
    public let code: String
    public let group: ReasonGroup
    public let accountEffect: BankAccountEffect
    public let customerEffect: CustomerHold
    private let facts: ReturnCodeFacts?

    /// What the code means in one book: that of the returned entry's settlement day
    /// (``Facts/returnCode(_:settledOn:_:)``). `isQuestionable` is what an R17 says of the entry: then
    /// compliance decides, and nobody debits the account before.
    public init(_ text: String, under book: ReturnCodeBook, isQuestionable: Bool = false) {
        let facts = ReturnCode(text).map(book.facts)
        code = text
        self.facts = facts
        group = facts?.reasonGroup ?? .other
        accountEffect = isQuestionable ? .block : facts?.bankAccount ?? .review
        customerEffect = isQuestionable ? .compliance : facts?.customerHold ?? .review
    }

    private init(code: String, group: ReasonGroup) {
        self.code = code
        self.group = group
        accountEffect = .none
        customerEffect = .normal
        facts = nil
    }

    /// A card payment the customer's bank took back; not an ACH return.
    static let chargeback = ReturnCodeRule(code: "CHARGEBACK", group: .other)

    /// R06 is sent because we asked for it: our own error, so no blame and no dunning.
    public var isOurOwnRequest: Bool { code == ReturnCode.returnedOnRequest.text }

    /// The account's owner denied the debit: nobody may debit it again (R07, R10, R29).
    public var blocksAccountForEveryone: Bool {
        [
            ReturnCode.authorizationRevoked.text, ReturnCode.notAuthorized.text,
            ReturnCode.corporateNotAuthorized.text,
        ].contains(code)
    }

    /// R01 and R09 (Nacha Operating Rules, reinitiation).
    public var mayBePresentedAgain: Bool {
        if case .allowed = facts?.representment { true } else { false }
    }

    /// When such a return of an entry settled on `day` is too late; `nil` where no rule says.
    public func deadline(_ day: Day, _ timing: ACHTiming) -> Instant? {
        facts?.deadline(settlement: day, timing: timing)
    }
}
