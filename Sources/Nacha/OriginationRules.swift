public import Banking
public import Money

/// What the rules say about entries an originator sends because of earlier ones. Numbers are data:
/// an amendment, or a bank that wants less, is another value.
public struct OriginationRules: Hashable, Sendable {
    /// Windows and the calendar they are counted in.
    public var timing: ACHTiming
    /// Same-day windows and limits.
    public var sameDay: SameDayACH
    /// Banking days after the settlement of an erroneous entry in which it may be reversed.
    public var reversalBankingDays: Int
    /// Calendar days after a return's settlement in which its fee may be debited.
    public var returnFeeDays: Int
    /// Calendar days after its receipt in which a notification of change may be refused.
    public var refusedChangeDays: Int
    /// The largest micro-credit.
    public var microCreditMax: Cents

    /// Windows and same-day limits of the book, at a bank that wants its same-day file this long
    /// before the operator; the Nacha Operating Rules as of 2026 for whatever else is not given.
    public init(
        _ book: RuleBook = .builtIn, leadMinutes: Int = 0,
        reversalBankingDays: Int = 5, returnFeeDays: Int = 45, refusedChangeDays: Int = 15,
        microCreditMax: Cents = Cents(99)
    ) {
        precondition(reversalBankingDays >= 1 && returnFeeDays >= 0 && refusedChangeDays >= 0)
        timing = book.timing()
        sameDay = book.sameDay(leadMinutes: leadMinutes)
        self.reversalBankingDays = reversalBankingDays
        self.returnFeeDays = returnFeeDays
        self.refusedChangeDays = refusedChangeDays
        self.microCreditMax = microCreditMax
    }
}

/// Why an entry may not be originated.
public struct OriginationRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule it would break, for programs.
    public let rule: Rule
    /// What is wrong and what to do, for a person at a screen.
    public let description: String

    /// The rules. `docs/reference/nacha.md` says what each asks.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        case reversalWindow = "reversal_window"
        case reversalSubject = "reversal_subject"
        case representmentCode = "representment_code"
        case representmentCount = "representment_count"
        case representmentWindow = "representment_window"
        case unchangedAmount = "unchanged_amount"
        case unchangedCompany = "unchanged_company"
        case returnFee = "return_fee"
        case returnFeeWindow = "return_fee_window"
        case microEntries = "micro_entries"
        case prenote
        case prenoteWindow = "prenote_window"
        case dishonorCode = "dishonor_code"
        case dishonorSubject = "dishonor_subject"
        case dishonorWindow = "dishonor_window"
        case dishonorInformation = "dishonor_information"
        case refusedChangeCode = "refused_change_code"
        case refusedChangeSubject = "refused_change_subject"
        case refusedChangeWindow = "refused_change_window"
        case sameDayClass = "same_day_class"
        case sameDayLimit = "same_day_limit"
        case offset
        case traceNumber = "trace_number"
        case international
    }

    init(_ rule: Rule, _ description: String) {
        self.rule = rule
        self.description = description
    }
}

/// An entry that was sent, with what its batch said and when it settled.
public struct OriginatedEntry: Hashable, Sendable {
    /// The header of its batch, as it was sent.
    public let header: BatchHeader
    /// The entry, as it was sent.
    public let entry: Entry
    /// When its money moved.
    public let settlement: Day

    /// An entry of the originator's own records.
    public init(header: BatchHeader, entry: Entry, settlement: Day) {
        self.header = header
        self.entry = entry
        self.settlement = settlement
    }
}

/// A debit that came back, and what has followed from it so far.
public struct ReturnedDebit: Hashable, Sendable {
    /// The first entry, not one that was sent again.
    public let original: OriginatedEntry
    /// Why it came back, or came back again.
    public let code: ReturnCode
    /// When that return settled.
    public let returnSettlement: Day
    /// How often it has been sent again.
    public let representments: Int
    /// Whether its fee has been debited, whatever became of that.
    public let hasFee: Bool

    /// A return of the originator's own records.
    public init(
        original: OriginatedEntry, code: ReturnCode, returnSettlement: Day,
        representments: Int = 0, hasFee: Bool = false
    ) {
        self.original = original
        self.code = code
        self.returnSettlement = returnSettlement
        self.representments = representments
        self.hasFee = hasFee
    }
}

// Each adds an entry for its purpose, or says which rule it would break and changes nothing.
extension Origination {
    /// Adds the opposite of an erroneous entry.
    ///
    /// Nacha Operating Rules, Reversing Entries: the same class, company identification and amount,
    /// described `REVERSAL`, sent within five banking days of the settlement it undoes.
    public mutating func reverse(
        _ erroneous: OriginatedEntry, trace: TraceNumber, on day: Day,
        rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        let entry = erroneous.entry
        guard entry.kind == .forward, entry.code.use == .live,
            erroneous.header.entryDescription != EntryDescription.reversal,
            entryClass != .iat, let code = entry.code.opposite
        else {
            throw OriginationRefusal(
                .reversalSubject,
                "Entry \(entry.trace) moved no money of its own, reversed another one, or went "
                    + "abroad. Reverse the live entry itself.")
        }
        try keepCompany(of: erroneous.header, name: false)
        let last = rules.timing.calendar.bankingDay(
            rules.reversalBankingDays, after: erroneous.settlement)
        guard day <= last else {
            throw OriginationRefusal(
                .reversalWindow,
                "Entry \(entry.trace) settled on \(erroneous.settlement) and could be reversed until "
                    + "\(last); it is \(day). Ask the receiver, or its bank for a return (R06).")
        }
        var reversal = entry
        reversal.code = code
        reversal.trace = trace
        reversal.addenda = []
        add(reversal, for: .reversal)
    }

    /// Adds a returned debit that is sent again, in a batch `RETRY PYMT`.
    ///
    /// Nacha Operating Rules, Reinitiation: after R01 or R09 only, at most twice, within 180 days
    /// of the original's settlement, with the same company name, company identification and amount.
    /// The account may be another when a notification of change says so.
    public mutating func represent(
        _ entry: Entry, of returned: ReturnedDebit, on day: Day,
        rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        guard case .allowed(let most, let days) = returned.code.facts.representment else {
            throw OriginationRefusal(
                .representmentCode,
                "A debit that came back as \(returned.code) may not be sent again. A new "
                    + "authorization makes a new payment.")
        }
        guard returned.representments < most else {
            throw OriginationRefusal(
                .representmentCount,
                "Entry \(returned.original.entry.trace) was sent again \(returned.representments) "
                    + "times; \(most) is the most.")
        }
        let last = returned.original.settlement.adding(days: days)
        guard day <= last else {
            throw OriginationRefusal(
                .representmentWindow,
                "Entry \(returned.original.entry.trace) settled on \(returned.original.settlement) "
                    + "and could be sent again until \(last); it is \(day).")
        }
        try keepCompany(of: returned.original.header, name: true)
        let original = returned.original.entry
        guard entry.amount == original.amount, entry.code.side == .debit, entry.code.use == .live
        else {
            throw OriginationRefusal(
                .unchangedAmount,
                "Entry \(original.trace) is a debit of \(original.amount.count) cents and may only "
                    + "be sent again as that; this is \(entry.amount.count) cents, code "
                    + "\(entry.code.rawValue).")
        }
        add(entry, for: .representment)
    }

    /// Adds the fee for a returned debit, in a batch `RETURN FEE`.
    ///
    /// Nacha Operating Rules, Return Fee Entries: for R01 and R09 only, once for each returned
    /// entry and never for a fee, within 45 days of the return's settlement, after the receiver was
    /// told at the time of authorization.
    public mutating func chargeReturnFee(
        _ fee: Entry, for returned: ReturnedDebit, on day: Day,
        rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        guard case .allowed = returned.code.facts.representment, !returned.hasFee,
            returned.original.header.entryDescription != EntryDescription.returnFee,
            fee.code.side == .debit, fee.code.use == .live
        else {
            throw OriginationRefusal(
                .returnFee,
                "Entry \(returned.original.entry.trace), returned as \(returned.code), has no "
                    + "\(returned.hasFee ? "second " : "")fee: it is one live debit for an entry "
                    + "returned as R01 or R09 that is no fee itself.")
        }
        let last = returned.returnSettlement.adding(days: rules.returnFeeDays)
        guard day <= last else {
            throw OriginationRefusal(
                .returnFeeWindow,
                "The return settled on \(returned.returnSettlement) and its fee could be debited "
                    + "until \(last); it is \(day).")
        }
        try keepCompany(of: returned.original.header, name: false, entryClass: false)
        add(fee, for: .returnFee)
    }

    /// Adds the entry that asks a bank to check this one's account, without money.
    ///
    /// Nacha Operating Rules, Prenotification: zero dollars under a code of its own.
    public mutating func prenote(
        _ entry: Entry, trace: TraceNumber
    ) throws(OriginationRefusal) {
        guard entry.kind == .forward, entryClass != .iat,
            let code = TransactionCode(entry.code.account, entry.code.side, .prenote)
        else {
            throw OriginationRefusal(
                .prenote,
                "There is no prenote of code \(entry.code.rawValue) in class "
                    + "\(entryClass.rawValue). Validate the account another way.")
        }
        var prenote = entry
        prenote.code = code
        prenote.amount = .zero
        prenote.trace = trace
        prenote.addenda = []
        add(prenote)
    }

    /// Adds a live entry to an account whose prenote settled on that day and brought neither a
    /// return nor a notification of change.
    ///
    /// Nacha Operating Rules, Prenotification: from the third banking day after its settlement.
    public mutating func add(
        _ entry: Entry, afterPrenoteSettled settlement: Day, on day: Day,
        rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        let first = rules.timing.prenoteLiveFrom(settlement: settlement)
        guard day >= first else {
            throw OriginationRefusal(
                .prenoteWindow,
                "The prenote settled on \(settlement); live entries may follow from \(first), and "
                    + "it is \(day).")
        }
        add(entry)
    }

    /// Adds the credits, and the debits that take them back, which validate one account.
    ///
    /// Nacha Operating Rules, Micro-Entries: each credit below one dollar, the debits together no
    /// more than the credits, described `ACCTVERIFY`, all settling together; so they share an
    /// effective entry date, and a splitter must keep them in one file.
    public mutating func verifyAccount(
        with entries: [Entry], rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        let credits = entries.total(.credit)
        guard let first = entries.first,
            entries.allSatisfy({
                $0.receiver == first.receiver && $0.account == first.account
                    && $0.kind == .forward && $0.code.use == .live
            }), entries.contains(where: { $0.code.side == .credit })
        else {
            throw OriginationRefusal(
                .microEntries, "Micro-entries are live, to one account, and one is a credit.")
        }
        guard
            entries.allSatisfy({
                $0.code.side == .debit || $0.amount <= rules.microCreditMax && !$0.amount.isZero
            })
        else {
            throw OriginationRefusal(
                .microEntries,
                "A micro-credit is 1 through \(rules.microCreditMax.count) cents.")
        }
        guard entries.total(.debit) <= credits else {
            throw OriginationRefusal(
                .microEntries,
                "The debits take back more than the \(credits.count) cents of the credits.")
        }
        for entry in entries { add(entry, for: .accountVerification) }
    }

    private func keepCompany(
        of header: BatchHeader, name: Bool, entryClass: Bool = true
    ) throws(OriginationRefusal) {
        guard header.companyIdentification == originator.companyIdentification,
            !name || header.companyName == originator.companyName,
            !entryClass || header.entryClass == self.entryClass
        else {
            throw OriginationRefusal(
                .unchangedCompany,
                "The first entry was sent by company \(header.companyIdentification) "
                    + "(\(header.companyName)) as \(header.entryClass.rawValue); what follows from it "
                    + "must be too, and this is \(originator.companyIdentification) "
                    + "(\(originator.companyName)) as \(self.entryClass.rawValue).")
        }
    }
}

extension TransactionCode {
    /// The code that undoes this one; `nil` where there is none.
    var opposite: TransactionCode? {
        TransactionCode(account, side == .debit ? .credit : .debit, use)
    }
}

extension StandardEntryClass {
    /// Nacha Operating Rules, Same Day Entries: international and enrollment entries may not be.
    public var mayBeSameDay: Bool {
        switch self {
        case .iat, .enr, .adv: false
        case .web, .ppd, .ccd, .ctx, .tel, .cor, .ack, .arc, .atx, .boc, .cie, .dne, .mte, .pop,
            .pos, .rck, .shr, .trc, .trx, .xck:
            true
        }
    }
}
