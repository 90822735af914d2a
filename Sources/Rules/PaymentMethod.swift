import Banking
import Ledger
import Money

/// A bank account or card a customer has linked. The account number itself is sealed: rules see
/// its last four digits and a keyed fingerprint.
public struct PaymentMethod: Hashable, Sendable, Codable {
    public let id: PaymentMethodID
    public let kind: Kind
    public let linkedAt: Instant
    public var label: String
    public var lastFour: String
    public var standing: Standing
    /// How ownership was proven, each way once, in the order it was: one that falls away leaves
    /// the others as they are.
    public private(set) var proofs: [Proof]
    /// The bank's last answer about the balance, when the host asked.
    public var balance: BalanceCheck?
    /// Why the standing is what it is: the return or change code, or an operator's words.
    public var standingReason: String?
    /// How it was or is being proven by small amounts, round by round.
    public var validations: [Validation] = []

    public enum Kind: Hashable, Sendable, Codable {
        case bankAccount(BankAccount)
        /// The processor's token; no card number ever reaches us.
        case card(token: String)
    }

    public struct BankAccount: Hashable, Sendable, Codable {
        public var routingNumber: String
        /// Sealed by the vault; opened only where the bank file is written.
        public var sealedNumber: String
        public var fingerprint: String
        public var type: AccountType

        public init(
            routingNumber: String, sealedNumber: String, fingerprint: String, type: AccountType
        ) {
            self.routingNumber = routingNumber
            self.sealedNumber = sealedNumber
            self.fingerprint = fingerprint
            self.type = type
        }
    }

    public enum AccountType: String, Hashable, Sendable, Codable, CaseIterable {
        case checking
        case savings
    }

    public enum Standing: String, Hashable, Sendable, Codable {
        case usable
        /// A change notice or a return asks for new details before the next entry.
        case needsCorrection = "needs_correction"
        /// The account is closed or does not exist.
        case disabled
        /// The bank or the account's owner forbids debits.
        case blocked

        var gravity: Int {
            switch self {
            case .usable: 0
            case .needsCorrection: 1
            case .disabled: 2
            case .blocked: 3
            }
        }
    }

    public struct BalanceCheck: Hashable, Sendable, Codable {
        public let amount: Cents
        public let asOf: Instant

        public init(amount: Cents, asOf: Instant) {
            self.amount = amount
            self.asOf = asOf
        }
    }

    public var bankAccount: BankAccount? {
        if case .bankAccount(let account) = kind { account } else { nil }
    }

    /// What may show that a method is its customer's.
    public enum Proof: String, Hashable, Sendable, Codable, CaseIterable {
        /// The host said so when it was linked.
        case host
        /// Documents that a person accepted.
        case documents
        /// Two small amounts that the customer named.
        case microEntries = "micro_entries"
        /// A deposit whose hold ended without a return.
        case cleanDebit = "clean_debit"
        /// Proven before the way was kept.
        case unrecorded
    }

    /// Whether ownership was proven, in any way.
    public var verified: Bool { !proofs.isEmpty }

    mutating func prove(by proof: Proof) {
        if !proofs.contains(proof) { proofs.append(proof) }
    }

    /// Only this proof falls away.
    mutating func withdraw(_ proof: Proof) { proofs.removeAll { $0 == proof } }
}

extension Draft {
    mutating func openCustomer(_ command: Command.OpenCustomer) throws(Refusal) -> Reply {
        throw .customerExists
    }

    mutating func link(_ command: Command.LinkMethod) throws(Refusal) -> Reply {
        if case .bankAccount(let account) = command.kind {
            guard !facts.isBlocked(account) else { throw .methodBlocked }
            let same = customer.methods.values.first {
                $0.bankAccount?.fingerprint == account.fingerprint
            }
            if let same {
                guard same.standing == .usable else { throw .methodUnusable(same.standing) }
                return .method(same.id)
            }
            guard !facts.bankLinksStopped else { throw .bankLinksStopped }
        }
        let method = PaymentMethod(
            id: identifier(), kind: command.kind, linkedAt: facts.now, label: command.label,
            lastFour: command.lastFour, standing: .usable, proofs: command.verified ? [.host] : [],
            balance: command.balance, standingReason: nil)
        keep(method)
        return .method(method.id)
    }

    mutating func checkBalance(_ command: Command.CheckBalance) throws(Refusal) -> Reply {
        var method = try method(command.method)
        method.balance = PaymentMethod.BalanceCheck(amount: command.amount, asOf: facts.now)
        keep(method)
        return .method(method.id)
    }

    /// A notification of change, already applied to the vault: C01-C07 must be used before the next
    /// entry (Nacha Operating Rules, notification of change).
    mutating func correct(_ command: Command.CorrectMethod) throws(Refusal) -> Reply {
        var method = try method(command.method)
        if let corrected = command.bankAccount {
            // Entries that are with the old details arrived all the same: they go on proving it.
            method = PaymentMethod(
                id: method.id, kind: .bankAccount(corrected), linkedAt: method.linkedAt,
                label: method.label, lastFour: command.lastFour ?? method.lastFour,
                standing: method.standing == .blocked ? .blocked : .usable,
                proofs: method.proofs, balance: nil,
                standingReason: command.code, validations: method.validations)
        } else {
            method.standing = .needsCorrection
            method.standingReason = command.code
        }
        keep(method)
        notify(.methodCorrected(method: method.id, lastFour: method.lastFour))
        return .method(method.id)
    }

    /// What a return says of the bank account it came from.
    mutating func applyReturn(_ code: ReturnCodeRule, to id: PaymentMethodID) {
        guard var method = customer.methods[id] else { return }
        let standing: PaymentMethod.Standing
        switch code.accountEffect {
        case .none: return
        case .review, .correct: standing = .needsCorrection
        case .disable: standing = .disabled
        case .block: standing = .blocked
        }
        // Two returns of one account may cross: the graver word stays.
        if standing.gravity >= method.standing.gravity {
            method.standing = standing
            method.standingReason = code.code
            keep(method)
        }
        if code.blocksAccountForEveryone, let fingerprint = method.bankAccount?.fingerprint {
            follow(.house, .blockAccount(fingerprint: fingerprint, code: code.code))
        }
    }

    /// Another customer's return showed that this bank account must not be debited.
    mutating func blockMethods(fingerprint: String, code: String) -> Reply {
        for method in customer.methods.values.sorted(by: { $0.id < $1.id })
        where method.bankAccount?.fingerprint == fingerprint && method.standing != .blocked {
            var blocked = method
            blocked.standing = .blocked
            blocked.standingReason = code
            keep(blocked)
        }
        return .done
    }

    func method(_ id: PaymentMethodID) throws(Refusal) -> PaymentMethod {
        guard let method = customer.methods[id] else { throw .methodUnknown }
        return method
    }
}
