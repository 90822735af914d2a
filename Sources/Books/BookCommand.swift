import Money

/// One thing the books are asked to do. A batch of them is answered one by one, in order.
public struct BookCommand: Hashable, Sendable {
    /// Unique for ever: the same id with the same body is answered ``BookResult/exists``.
    public let id: BookID
    public let action: Action
    /// Why, in the host's own numbering; sums are kept by it where an account asks for that.
    public let reason: UInt32
    /// What asked for it; the host's own id.
    public let cause: BookID?
    /// Milliseconds since 1970, as the host saw it: before the books knew, or never after by more
    /// than ``BookLimits/aheadMilliseconds``.
    public let happenedAt: Int64
    /// Stands or falls with the next command of the batch, and so on through the first without.
    public let isLinked: Bool

    public init(
        id: BookID, _ action: Action, reason: UInt32 = 0, cause: BookID? = nil, happenedAt: Int64,
        isLinked: Bool = false
    ) {
        self.id = id
        self.action = action
        self.reason = reason
        self.cause = cause
        self.happenedAt = happenedAt
        self.isLinked = isLinked
    }

    public enum Action: Hashable, Sendable {
        /// A transfer, at once.
        case move(Movement)
        /// A transfer that is promised: it counts against limits until it is posted or voided, or
        /// until its deadline (milliseconds since 1970), when the books themselves end it.
        case pend(Movement, deadline: Int64?)
        /// Posts a pending transfer, in part or, with `nil`, whole. The rest is released.
        case post(BookID, amount: UInt64?)
        /// Releases a pending transfer.
        case void(BookID)
        /// Takes a posted transfer back, whole and once: the same amount the other way.
        case reverse(BookID)
        /// Changes what an account may do from here on; what stands already stands.
        case limit(BookID, AccountTerms)
    }
}

/// One debit, one credit, one positive amount of one asset, in its smallest units.
public struct Movement: Hashable, Sendable {
    public let debit: BookID
    public let credit: BookID
    public let asset: AssetCode
    public let amount: UInt64

    public init(debit: BookID, credit: BookID, asset: AssetCode, amount: UInt64) {
        self.debit = debit
        self.credit = credit
        self.asset = asset
        self.amount = amount
    }
}

/// What became of a command. Every case but the first two has changed nothing.
///
/// The order is the order in which they are looked for.
public enum BookResult: Hashable, Sendable {
    /// Done, and in the journal.
    case created
    /// Done before, with the same body: nothing has changed.
    case exists
    /// The id is that of another command, which differs in this first field.
    case existsWithDifferent(Field)
    /// Another command of its chain was refused.
    case linkedFailed
    /// The last command of a batch is linked to nothing.
    case linkedOpen
    case idInvalid
    /// The id's time is too far ahead of the books.
    case idAhead
    /// The happening is too far ahead of the books, or further back than can be told.
    case timeInvalid
    case amountZero
    case amountTooLarge
    case accountsSame
    case accountUnknown(Party)
    case assetDiffers(Party)
    /// A sum of the account would pass ``BookLimits/amountMax``.
    case balanceTooLarge(Party)
    case exceedsLimit(Party)
    case deadlinePassed
    case pendingUnknown
    /// What was to be posted or voided is no pending transfer.
    case notPending
    case pendingPosted
    case pendingVoided
    case pendingExpired
    case exceedsPending
    case reversedUnknown
    /// Only what was posted can be reversed, and a reversal cannot.
    case notReversible
    case alreadyReversed

    /// Which account of the command.
    public enum Party: Hashable, Sendable {
        case debit, credit
    }

    public enum Field: Hashable, Sendable {
        case action, debit, credit, asset, amount, deadline, subject, terms, reason, cause
        case happenedAt, link
    }
}
