public import Banking
import Money

/// The company whose entries a bank takes, as the bank set it up.
public struct Originator: Hashable, Sendable {
    /// At most 16 characters; the receiver's statement shows it.
    public var companyName: String
    /// At most 10 characters, often `1` and the employer number.
    public var companyIdentification: String
    /// At most 20 characters; returns bring it back.
    public var companyDiscretionaryData: String
    /// At most 10 characters, for entries without a reserved description: `DEPOSIT`.
    public var entryDescription: String
    /// The originating bank.
    public var odfi: DFIIdentification

    /// A company; text too long for its field is refused when the file is written.
    public init(
        companyName: String, companyIdentification: String,
        companyDiscretionaryData: String = "", entryDescription: String, odfi: DFIIdentification
    ) {
        self.companyName = companyName
        self.companyIdentification = companyIdentification
        self.companyDiscretionaryData = companyDiscretionaryData
        self.entryDescription = entryDescription
        self.odfi = odfi
    }
}

/// Entries to be sent together, each with what it is for.
///
/// Nacha Operating Rules, Reinitiation: a debit sent again stands in a batch of its own described
/// `RETRY PYMT`. The same holds for every reserved description, so entries are put into one batch
/// for each purpose and side.
public struct Origination: Sendable {
    /// Whose entries they are.
    public let originator: Originator
    /// The authorisation of every entry: WEB for what customers ask for online.
    public let entryClass: StandardEntryClass
    /// The settlement day asked for.
    public let effectiveEntryDate: Day
    /// Our own account, when files are balanced: what is debited from receivers is credited to it,
    /// and the other way.
    public var offset: OffsetAccount?
    /// The window of entries that are to settle the same day; `nil` for the next.
    public var window: SameDayLimits.Window?
    /// Whether the window is asked for in the company descriptive date, `SD1300`. Some banks want
    /// that, others go by the effective entry date alone.
    public var writesWindow = false

    private var entries: [(purpose: Purpose, entry: Entry)] = []

    /// Why an entry is sent, in the order of the batches.
    public enum Purpose: Int, Hashable, Sendable, CaseIterable {
        /// A payment or its prenote, described as the originator describes its payments.
        case payment
        /// A debit returned as R01 or R09, sent again for the same amount.
        case representment
        /// The opposite of an erroneous entry.
        case reversal
        /// The fee for a returned debit.
        case returnFee
        /// A micro-entry that validates an account.
        case accountVerification
    }

    /// Nothing to send yet.
    public init(
        originator: Originator, entryClass: StandardEntryClass = .web, effectiveEntryDate: Day
    ) {
        self.originator = originator
        self.entryClass = entryClass
        self.effectiveEntryDate = effectiveEntryDate
    }

    /// Adds an entry. Wrong ones are refused when the file is written.
    public mutating func add(_ entry: Entry, for purpose: Purpose = .payment) {
        entries.append((purpose, entry))
    }

    /// Whether there is anything to send.
    public var isEmpty: Bool { entries.isEmpty }

    /// The batches: debits before credits of each purpose, entries by trace number, batch numbers
    /// counted on from `firstNumber`.
    public func batches(firstNumber: Int = 1) -> [Batch] {
        var batches: [Batch] = []
        for purpose in Purpose.allCases {
            for side in [EntrySide.debit, .credit] {
                let group = entries.filter { $0.purpose == purpose && $0.entry.code.side == side }
                guard !group.isEmpty else { continue }
                batches.append(
                    Batch(
                        header: header(purpose, side, number: firstNumber + batches.count),
                        entries: group.map(\.entry).sorted { $0.trace < $1.trace }))
            }
        }
        return batches
    }

    /// As ``batches(firstNumber:)``, with what the whole asks for: same-day limits are held, and
    /// each batch of a balanced file has the other side of its money, with a trace number of its own.
    public func balancedBatches(
        firstNumber: Int = 1, traces: inout TraceAllocator,
        rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) -> [Batch] {
        try checkSameDay(rules)
        var batches = batches(firstNumber: firstNumber)
        guard let offset else { return batches }
        for index in batches.indices { try offset.balance(&batches[index], &traces) }
        return batches
    }

    /// Nacha Operating Rules, Same Day Entries: no class that may not be, and no entry above the
    /// limit of the day it is processed.
    public func checkSameDay(_ rules: OriginationRules) throws(OriginationRefusal) {
        guard window != nil else { return }
        guard entryClass.mayBeSameDay else {
            throw OriginationRefusal(
                .sameDayClass,
                "Entries of class \(entryClass.rawValue) may not settle the same day. Send them "
                    + "with the next day's service.")
        }
        let limit = rules.sameDay.limits.value(on: effectiveEntryDate).amountMaxCents
        for (_, entry) in entries where entry.amount.count > limit {
            throw OriginationRefusal(
                .sameDayLimit,
                "Entry \(entry.trace) is \(entry.amount.count) cents, and at most \(limit) settle "
                    + "the same day. Send it with the next day's service.")
        }
    }

    private func header(_ purpose: Purpose, _ side: EntrySide, number: Int) -> BatchHeader {
        BatchHeader(
            serviceClass: side == .debit ? .debits : .credits,
            companyName: originator.companyName,
            companyDiscretionaryData: originator.companyDiscretionaryData,
            companyIdentification: originator.companyIdentification, entryClass: entryClass,
            entryDescription: description(purpose),
            descriptiveDate: writesWindow ? window?.descriptiveDate ?? "" : "",
            effectiveEntryDate: effectiveEntryDate, odfi: originator.odfi, number: number)
    }

    private func description(_ purpose: Purpose) -> String {
        switch purpose {
        case .payment: originator.entryDescription
        case .representment: EntryDescription.representment
        case .reversal: EntryDescription.reversal
        case .returnFee: EntryDescription.returnFee
        case .accountVerification: EntryDescription.accountVerification
        }
    }
}

/// The originator's own account at its bank, to which a balanced batch has the other side of its
/// money.
public struct OffsetAccount: Hashable, Sendable {
    /// The bank of the account.
    public var receiver: RoutingNumber
    /// At most 17 characters.
    public var account: String
    /// Which codes the offset has: 22 and 27, 32 and 37, 42 and 47. A loan account is none.
    public var kind: AccountKind
    /// At most 22 characters.
    public var name: String
    /// At most 15 characters.
    public var identification: String

    /// An account; text too long for its field is refused when the file is written.
    public init(
        receiver: RoutingNumber, account: String, kind: AccountKind = .checking, name: String,
        identification: String = "OFFSET"
    ) {
        self.receiver = receiver
        self.account = account
        self.kind = kind
        self.name = name
        self.identification = identification
    }

    /// The entry that takes the total of one side.
    func entry(
        against side: EntrySide, _ total: Cents, _ trace: TraceNumber
    ) throws(OriginationRefusal) -> Entry {
        guard kind != .loan, let code = TransactionCode(kind, side == .debit ? .credit : .debit)
        else {
            throw OriginationRefusal(.offset, "A loan account cannot be the offset of a batch.")
        }
        guard total <= Entry.amountMax else {
            throw OriginationRefusal(
                .offset,
                "A batch of \(total.count) cents has no offset: an entry is at most "
                    + "\(Entry.amountMax.count). Split the batch.")
        }
        return Entry(
            code: code, receiver: receiver, account: account, amount: total,
            identification: identification, name: name, trace: trace)
    }

    /// Adds one entry for each side that has money, and makes the batch one of both sides. Batches
    /// that answer others, and those of international entries, stay as they are.
    func balance(
        _ batch: inout Batch, _ traces: inout TraceAllocator
    ) throws(OriginationRefusal) {
        guard Self.balances(batch.header, batch.entries) else { return }
        var offsets: [Entry] = []
        for side in [EntrySide.debit, .credit] {
            let total = batch.entries.total(side)
            guard !total.isZero else { continue }
            var offset = try entry(against: side, total, try traces.take())
            // These columns are the payment type in such a batch, and ours has one payment each.
            if batch.header.entryClass == .web || batch.header.entryClass == .tel {
                offset.discretionaryData = "S"
            }
            offsets.append(offset)
        }
        guard !offsets.isEmpty else { return }
        batch.header.serviceClass = .mixed
        batch.entries = (batch.entries + offsets).sorted { $0.trace < $1.trace }
    }

    static func balances(_ header: BatchHeader, _ entries: [Entry]) -> Bool {
        header.entryClass != .iat && entries.allSatisfy { $0.kind == .forward }
    }
}

extension BatchHeader {
    /// The header of a batch that answers this one, from another bank: a return or a contest from
    /// the RDFI, a dishonor from the ODFI. Company fields go back unchanged, as the rules ask.
    public func answered(
        by bank: DFIIdentification, number: Int, settlement: JulianDay? = nil
    ) -> BatchHeader {
        var header = self
        header.odfi = bank
        header.number = number
        header.settlement = settlement
        return header
    }

    /// The header of a batch of changes, or their refusals, to entries of this one.
    public func changed(
        by bank: DFIIdentification, number: Int, settlement: JulianDay? = nil
    ) -> BatchHeader {
        var header = answered(by: bank, number: number, settlement: settlement)
        if entryClass == .iat { header.companyName = "IATCOR" }
        header.entryClass = .cor
        return header
    }
}

extension Entry {
    /// This entry sent back by its RDFI under a trace number of that bank.
    ///
    /// Nacha Operating Rules, Return Entries: amount, account and identification are the
    /// original's; the receiving bank is the one that originated it. The return of an international
    /// entry repeats its addenda 10 through 16, under the return's sequence, and begins its
    /// information with the original amount.
    public func returned(
        _ code: ReturnCode, trace: TraceNumber, dateOfDeath: Day? = nil, information: String = ""
    ) -> Entry {
        let parties: [Addenda] = addenda.compactMap { addenda in
            guard case .other(let other) = addenda, let type = other.number,
                (10...16).contains(type)
            else { return nil }
            // Columns 88-94, of 4 and on, are the sequence.
            let columns = String(other.columns.prefix(84))
            return .other(
                UnreadAddenda(
                    type: other.type,
                    columns: columns + Digits.padded(UInt64(trace.sequence), to: 7)))
        }
        let amount = parties.isEmpty ? "" : Digits.padded(UInt64(amount.count), to: 10)
        var entry = answer(
            trace: trace,
            .return(
                ReturnAddenda(
                    code: code, originalTrace: self.trace, dateOfDeath: dateOfDeath,
                    originalReceivingDFI: receiver.identification,
                    information: amount + information)))
        entry.addenda = parties + entry.addenda
        return entry
    }

    /// A notification of change for this entry, which itself stays paid.
    public func corrected(_ correction: Correction, trace: TraceNumber) -> Entry {
        var entry = answer(
            trace: trace,
            .change(
                ChangeAddenda(
                    code: correction.code, originalTrace: self.trace,
                    originalReceivingDFI: receiver.identification,
                    correctedData: correction.correctedData)))
        entry.amount = .zero
        return entry
    }

    /// This return sent back by the ODFI; `nil` when this entry is no return.
    public func dishonored(
        _ code: ReturnCode, trace: TraceNumber, returnSettlement: JulianDay?,
        information: String = ""
    ) -> Entry? {
        guard case .return(let addenda)? = addenda.last else { return nil }
        return answer(
            trace: trace,
            .dishonored(
                DishonoredAddenda(
                    code: code, originalTrace: addenda.originalTrace,
                    originalReceivingDFI: addenda.originalReceivingDFI, returnTrace: self.trace,
                    returnSettlement: returnSettlement, returnCode: addenda.code,
                    information: information)))
    }

    /// This dishonored return sent back by the RDFI, which insists; `nil` when this entry is no
    /// dishonored return.
    public func contested(
        _ code: ReturnCode, trace: TraceNumber, originalReturned: Day?,
        originalSettlement: JulianDay?, dishonoredSettlement: JulianDay?
    ) -> Entry? {
        guard case .dishonored(let addenda)? = addenda.first else { return nil }
        return answer(
            trace: trace,
            .contested(
                ContestedAddenda(
                    code: code, originalTrace: addenda.originalTrace,
                    originalReturned: originalReturned,
                    originalReceivingDFI: addenda.originalReceivingDFI,
                    originalSettlement: originalSettlement, returnTrace: addenda.returnTrace,
                    returnSettlement: addenda.returnSettlement, returnCode: addenda.returnCode,
                    dishonoredTrace: self.trace, dishonoredSettlement: dishonoredSettlement,
                    dishonoredCode: addenda.code)))
    }

    /// This notification of change refused by the ODFI; `nil` when this entry is none.
    public func refusedChange(_ code: ChangeCode, trace: TraceNumber) -> Entry? {
        guard case .change(let addenda)? = addenda.first else { return nil }
        return answer(
            trace: trace,
            .refusedChange(
                RefusedChangeAddenda(
                    code: code, originalTrace: addenda.originalTrace,
                    originalReceivingDFI: addenda.originalReceivingDFI,
                    correctedData: addenda.correctedData, changeCode: addenda.code,
                    changeTraceSequence: self.trace.sequence)))
    }

    /// A copy addressed to the bank that sent this one.
    private func answer(trace: TraceNumber, _ addenda: Addenda) -> Entry {
        var entry = self
        entry.code = code.returning
        entry.receiver = RoutingNumber(self.trace.odfi)
        entry.trace = trace
        entry.addenda = [addenda]
        return entry
    }
}
