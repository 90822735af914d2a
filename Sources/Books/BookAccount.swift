import Money

/// An account to open: who it is and what it may do. One asset; debits and credits are summed apart.
public struct BookAccount: Hashable, Sendable {
    public let id: BookID
    public let asset: AssetCode
    public let terms: AccountTerms
    /// The host's own class of accounts, such as the number in its chart.
    public let code: UInt32
    public let detail: BalanceDetail
    /// What asked for the account; the host's own id.
    public let cause: BookID?
    /// Milliseconds since 1970, as the host saw it.
    public let happenedAt: Int64

    public init(
        id: BookID, asset: AssetCode, terms: AccountTerms = .free, code: UInt32 = 0,
        detail: BalanceDetail = .total, cause: BookID? = nil, happenedAt: Int64
    ) {
        self.id = id
        self.asset = asset
        self.terms = terms
        self.code = code
        self.detail = detail
        self.cause = cause
        self.happenedAt = happenedAt
    }
}

/// What an account may do; may be changed while it is in use by ``BookCommand/Action/limit(_:_:)``.
///
/// A limit counts what is pending as if it were posted, and what is held as if it were spent:
/// nothing that has been promised can be promised twice. What comes in counts only once posted.
public struct AccountTerms: Hashable, Sendable {
    public let limit: AccountLimit
    /// Held back without a transfer, in smallest units; counts only where there is a limit.
    public let held: UInt64

    /// No limit and nothing held.
    public static let free = AccountTerms(limit: .none)

    public init(limit: AccountLimit, held: UInt64 = 0) {
        self.limit = limit
        self.held = held
    }
}

/// Which side may not outgrow the other, and by how much it may.
public enum AccountLimit: Hashable, Sendable {
    case none
    /// Debits posted, pending and held may exceed credits posted by this much: zero for what is
    /// owed to a customer, the credit line for an overdraft.
    case debits(beyondCredits: UInt64)
    /// Credits posted, pending and held may exceed debits posted by this much.
    case credits(beyondDebits: UInt64)
}

/// Whether an account's sums are also kept by reason, to be read at once.
public enum BalanceDetail: Hashable, Sendable {
    case total
    case byReason
}

/// The sums of an account, in smallest units of its asset.
public struct BookBalance: Hashable, Sendable {
    public var debitsPosted: UInt64
    public var creditsPosted: UInt64
    public var debitsPending: UInt64
    public var creditsPending: UInt64

    public static let zero = BookBalance(
        debitsPosted: 0, creditsPosted: 0, debitsPending: 0, creditsPending: 0)

    public init(
        debitsPosted: UInt64, creditsPosted: UInt64, debitsPending: UInt64, creditsPending: UInt64
    ) {
        self.debitsPosted = debitsPosted
        self.creditsPosted = creditsPosted
        self.debitsPending = debitsPending
        self.creditsPending = creditsPending
    }

    /// Debits posted less credits posted.
    public var net: Int64 { Int64(debitsPosted) - Int64(creditsPosted) }

    /// What may still be debited, or credited, under `terms`; `nil` without a limit.
    ///
    /// Zero when the limit was lowered below what is used already.
    public func available(under terms: AccountTerms) -> UInt64? {
        let (room, used): (UInt64, UInt64)
        switch terms.limit {
        case .none: return nil
        case .debits(let allowance):
            (room, used) = (creditsPosted + allowance, debitsPosted + debitsPending)
        case .credits(let allowance):
            (room, used) = (debitsPosted + allowance, creditsPosted + creditsPending)
        }
        // Each is at most `amountMax`, so two of them always fit.
        return room > used && room - used > terms.held ? room - used - terms.held : 0
    }
}

/// An account as it stands.
public struct BookAccountState: Hashable, Sendable {
    public let id: BookID
    public let asset: AssetCode
    public let terms: AccountTerms
    public let code: UInt32
    public let detail: BalanceDetail
    public let balance: BookBalance
    /// The number of its last record in the journal.
    public let last: UInt64
    /// The account's own number: the order in which accounts were opened, from 1.
    public let number: UInt32
}

/// What became of an account to open.
public enum AccountResult: Hashable, Sendable {
    case created
    /// Opened before with the same fields: nothing has changed.
    case exists
    case existsWithDifferent(Field)
    case idInvalid
    case idAhead
    case timeInvalid
    /// An allowance or a hold is above ``BookLimits/amountMax``.
    case amountTooLarge
    /// Account numbers are 32 bits, and all are given.
    case tooManyAccounts

    public enum Field: Hashable, Sendable {
        case asset, code, detail
    }
}
