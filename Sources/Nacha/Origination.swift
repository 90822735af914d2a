public import Banking

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

    private func header(_ purpose: Purpose, _ side: EntrySide, number: Int) -> BatchHeader {
        BatchHeader(
            serviceClass: side == .debit ? .debits : .credits,
            companyName: originator.companyName,
            companyDiscretionaryData: originator.companyDiscretionaryData,
            companyIdentification: originator.companyIdentification, entryClass: entryClass,
            entryDescription: description(purpose), effectiveEntryDate: effectiveEntryDate,
            odfi: originator.odfi, number: number)
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
        header.entryClass = .cor
        return header
    }
}

extension Entry {
    /// This entry sent back by its RDFI under a trace number of that bank.
    ///
    /// Nacha Operating Rules, Return Entries: amount, account and identification are the
    /// original's; the receiving bank is the one that originated it.
    public func returned(
        _ code: ReturnCode, trace: TraceNumber, dateOfDeath: Day? = nil, information: String = ""
    ) -> Entry {
        answer(
            trace: trace,
            .return(
                ReturnAddenda(
                    code: code, originalTrace: self.trace, dateOfDeath: dateOfDeath,
                    originalReceivingDFI: receiver.identification, information: information)))
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
        guard case .return(let addenda)? = addenda.first else { return nil }
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
