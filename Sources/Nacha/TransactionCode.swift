/// What an entry does to which kind of account: the two digits that begin every entry.
///
/// Nacha Operating Rules, Transaction Code. The codes of accounting advice (81 through 88) are
/// not entries to anyone's account and are left out.
public enum TransactionCode: UInt8, Hashable, Sendable, CaseIterable {
    case checkingCreditReturn = 21
    case checkingCredit = 22
    case checkingCreditPrenote = 23
    case checkingCreditZero = 24
    case checkingDebitReturn = 26
    case checkingDebit = 27
    case checkingDebitPrenote = 28
    case checkingDebitZero = 29
    case savingsCreditReturn = 31
    case savingsCredit = 32
    case savingsCreditPrenote = 33
    case savingsCreditZero = 34
    case savingsDebitReturn = 36
    case savingsDebit = 37
    case savingsDebitPrenote = 38
    case savingsDebitZero = 39
    case ledgerCreditReturn = 41
    case ledgerCredit = 42
    case ledgerCreditPrenote = 43
    case ledgerCreditZero = 44
    case ledgerDebitReturn = 46
    case ledgerDebit = 47
    case ledgerDebitPrenote = 48
    case ledgerDebitZero = 49
    case loanCreditReturn = 51
    case loanCredit = 52
    case loanCreditPrenote = 53
    case loanCreditZero = 54
    /// Only to reverse a credit to a loan account.
    case loanDebit = 55
    case loanDebitReturn = 56

    /// The code for this account, side and use; `nil` for what loan accounts do not allow.
    public init?(_ account: AccountKind, _ side: EntrySide, _ use: EntryUse = .live) {
        let found = TransactionCode.allCases.first {
            $0.account == account && $0.side == side && $0.use == use
        }
        guard let found else { return nil }
        self = found
    }

    /// The kind of account the entry is for.
    public var account: AccountKind {
        switch rawValue / 10 {
        case 2: .checking
        case 3: .savings
        case 4: .generalLedger
        default: .loan
        }
    }

    /// Which control total counts the entry. A return keeps the side of what it returns.
    public var side: EntrySide { self == .loanDebit || rawValue % 10 > 5 ? .debit : .credit }

    /// Why the entry is sent.
    public var use: EntryUse {
        switch rawValue % 10 {
        case 1, 6: .returnOrChange
        case 3, 8: .prenote
        case 4, 9: .zeroDollar
        default: .live
        }
    }

    /// The code under which an entry with this code is returned or corrected.
    public var returning: TransactionCode {
        switch (account, side) {
        case (.checking, .credit): .checkingCreditReturn
        case (.checking, .debit): .checkingDebitReturn
        case (.savings, .credit): .savingsCreditReturn
        case (.savings, .debit): .savingsDebitReturn
        case (.generalLedger, .credit): .ledgerCreditReturn
        case (.generalLedger, .debit): .ledgerDebitReturn
        case (.loan, .credit): .loanCreditReturn
        case (.loan, .debit): .loanDebitReturn
        }
    }
}

/// The kind of account at the receiving bank.
public enum AccountKind: Hashable, Sendable, CaseIterable {
    case checking, savings, generalLedger, loan
}

/// Which way the money goes, seen from the receiver's account.
public enum EntrySide: Hashable, Sendable, CaseIterable {
    case credit, debit
}

/// Why an entry is sent.
public enum EntryUse: Hashable, Sendable, CaseIterable {
    /// Moves money.
    case live
    /// Moves nothing; asks the receiving bank to check the account number.
    case prenote
    /// Moves nothing; carries remittance information.
    case zeroDollar
    /// Returns or corrects an earlier entry.
    case returnOrChange
}

/// The three letters that say how an entry was authorised and which layout it has.
///
/// Nacha Operating Rules, Standard Entry Class Codes.
public enum StandardEntryClass: String, Hashable, Sendable, CaseIterable {
    case web = "WEB"
    case ppd = "PPD"
    case ccd = "CCD"
    case ctx = "CTX"
    case tel = "TEL"
    /// Notifications of change and their refusals.
    case cor = "COR"
    case ack = "ACK"
    /// Accounting advice of the operator, which has its own layout.
    case adv = "ADV"
    case arc = "ARC"
    case atx = "ATX"
    case boc = "BOC"
    case cie = "CIE"
    case dne = "DNE"
    case enr = "ENR"
    /// International entries, which have their own layout.
    case iat = "IAT"
    case mte = "MTE"
    case pop = "POP"
    case pos = "POS"
    case rck = "RCK"
    case shr = "SHR"
    case trc = "TRC"
    case trx = "TRX"
    case xck = "XCK"

    /// How the columns between amount and trace number are used.
    var shape: EntryShape {
        switch self {
        case .cie, .mte: .nameFirst
        case .ctx, .enr, .trx, .atx: .addendaCounted
        case .iat: .international
        case .adv: .advice
        case .web, .ppd, .ccd, .tel, .cor, .ack, .arc, .boc, .dne, .pop, .pos, .rck, .shr, .trc,
            .xck:
            .usual
        }
    }

    /// The most addenda a forward entry may carry.
    var addendaMax: Int {
        switch self {
        case .ctx, .enr, .trx: 9_999
        case .web, .ppd, .ccd, .cie, .mte, .pos, .shr, .ack, .atx, .dne: 1
        // Ten through 16 once each, two of 17 and five of 18 at most, twelve in all.
        case .iat: 12
        case .tel, .cor, .arc, .boc, .pop, .rck, .trc, .xck, .adv: 0
        }
    }

    /// Whether the receiver's name may not be blank: the operator returns such an entry as R26.
    var needsName: Bool { self == .web || self == .tel || self == .mte }
}

enum EntryShape {
    case usual
    /// Name in columns 40-54, identification in 55-76.
    case nameFirst
    /// Columns 55-58 count the addenda; the name has sixteen columns after them.
    case addendaCounted
    /// Columns 13-16 count the addenda, 40-74 hold an account abroad, the name is in the addenda.
    case international
    /// An account of fifteen columns, an amount of twelve, no trace number.
    case advice
}

/// Which sides a batch may hold.
public enum ServiceClass: Int, Hashable, Sendable, CaseIterable {
    case mixed = 200
    case credits = 220
    case debits = 225

    /// Whether an entry of this side may be in the batch.
    public func allows(_ side: EntrySide) -> Bool {
        switch (self, side) {
        case (.mixed, _), (.credits, .credit), (.debits, .debit): true
        case (.credits, .debit), (.debits, .credit): false
        }
    }
}
