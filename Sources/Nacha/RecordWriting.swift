import Banking

// Each record of a file, field by field.
extension RecordPage {
    mutating func write(_ header: FileHeader) throws(WriteRefusal) {
        typealias Fields = FileHeaderFields
        begin(0x31)
        try put("01", Fields.priority)
        try put(header.destination.columns, Fields.destination)
        try put(header.origin.columns, Fields.origin)
        try put(header.created, Fields.created)
        if let time = header.createdAt { try put(time.hhmm, Fields.createdAt) }
        try put(header.modifier.description, Fields.modifier)
        try put("094", Fields.recordSize)
        try put("10", Fields.blocking)
        try put("1", Fields.format)
        try put(header.destinationName, Fields.destinationName)
        try put(header.originName, Fields.originName)
        try put(header.referenceCode, Fields.reference)
        for (party, field) in [
            (header.destination, Fields.destination), (header.origin, Fields.origin),
        ] where party.description.isEmpty {
            throw refusal(.blank, field, "only blanks", "a routing number or an agreed id")
        }
        if header.destination.looksLikeRouting, header.destination.routing == nil {
            throw refusal(
                .partyCheckDigit, Fields.destination, header.destination.columns,
                "a routing number with its check digit")
        }
        end()
    }

    mutating func write(_ header: BatchHeader) throws(WriteRefusal) {
        typealias Fields = BatchHeaderFields
        let isAdvice = header.entryClass == .adv
        // Advice has a service class of its own, 280, which stands for both sides.
        guard !isAdvice || header.serviceClass == .mixed else {
            throw refusal(
                .serviceClassUnknown, Fields.serviceClass, "\(header.serviceClass.rawValue)",
                "280, both sides, in a batch of advice")
        }
        begin(0x35)
        try put(header.writtenServiceClass, Fields.serviceClass)
        try put(header.companyName, Fields.companyName)
        try put(header.companyDiscretionaryData, Fields.discretionary)
        try put(header.companyIdentification, Fields.company)
        try put(header.entryClass.rawValue, Fields.entryClass)
        try put(header.entryDescription, Fields.description)
        try put(header.descriptiveDate, Fields.descriptiveDate)
        if let effective = header.effectiveEntryDate {
            try put(effective, Fields.effective)
        } else if !isAdvice {
            throw refusal(.notADate, Fields.effective, "none", "a date")
        }
        try put(header.settlement, Fields.settlement)
        // What the operator sends for itself has a status of its own.
        let isOperator = isAdvice && header.originatorStatus == .depository
        set(isOperator ? 0x30 : header.originatorStatus.rawValue, Fields.status.columns.lowerBound)
        try put(UInt64(header.odfi.number), Fields.odfi)
        try put(header.number, Fields.number)
        end()
    }

    /// The entry and its addenda, all or, where one is refused, with a mark to come back to.
    mutating func write(_ entry: Entry, in header: BatchHeader) throws(WriteRefusal) {
        let shape = header.entryClass.shape
        begin(0x36)
        try put(UInt64(entry.code.rawValue), EntryFields.code)
        try put(entry.receiver)
        try put(UInt64(entry.amount.count), EntryFields.amount)
        try putTrimmed(entry.account, EntryFields.account(shape))
        switch shape {
        case .usual, .nameFirst, .addendaCounted, .advice: try putTexts(entry, shape)
        case .international: try putInternational(entry)
        }
        try put(entry.discretionaryData, EntryFields.discretionary)
        set(entry.addenda.isEmpty ? 0x30 : 0x31, EntryFields.indicator.columns.lowerBound)
        try put(entry.trace.number, EntryFields.trace)
        end()
        var order = InternationalOrder()
        for (index, addenda) in entry.addenda.enumerated() {
            if shape == .international, let type = addenda.typeNumber,
                !order.take(type, isLast: index == entry.addenda.count - 1)
            {
                throw orderRefusal
            }
            try write(addenda, number: index + 1, of: entry, in: header)
        }
        if shape == .international, !order.isComplete { throw orderRefusal }
    }

    private var orderRefusal: WriteRefusal {
        refusal(
            .addendaOrder, AddendaFields.type, "another order",
            "10 through 16 once each, then 17 and 18")
    }

    private mutating func put(_ receiver: RoutingNumber) throws(WriteRefusal) {
        try put(UInt64(receiver.identification.number), EntryFields.receivingDFI)
        set(
            0x30 + UInt8(receiver.checkDigit), EntryFields.checkDigit.columns.lowerBound)
    }

    private mutating func putTexts(_ entry: Entry, _ shape: EntryShape) throws(WriteRefusal) {
        try putTrimmed(entry.identification, EntryFields.identification(shape))
        try putTrimmed(entry.name, EntryFields.name(shape))
        if shape == .addendaCounted { try put(entry.addenda.count, EntryFields.addendaCount) }
    }

    /// The record has no columns for a name and an identification: the first stands in addenda 10.
    private mutating func putInternational(_ entry: Entry) throws(WriteRefusal) {
        try put(entry.addenda.count, EntryFields.internationalCount)
        guard entry.identification.isEmpty else {
            throw refusal(
                .reservedNotBlank, EntryFields.internationalReserved, "an identification",
                "none: an international entry has no columns for it")
        }
        guard entry.name == entry.internationalName ?? "" else {
            throw refusal(
                .blank, AddendaFields.receivingName, "another name", "the name of addenda 10")
        }
    }

    private mutating func write(
        _ addenda: Addenda, number: Int, of entry: Entry, in header: BatchHeader
    ) throws(WriteRefusal) {
        begin(0x37)
        switch addenda {
        case .paymentInformation(let text):
            guard header.entryClass.takesPaymentInformation else {
                throw misplaced("05", header.entryClass)
            }
            try put("05", AddendaFields.type)
            try put(text, AddendaFields.paymentInformation)
            try put(number, AddendaFields.sequence)
            try put(entry.trace.sequence, AddendaFields.entrySequence)
        case .return(let addenda): try write(addenda, entry.trace)
        case .dishonored(let addenda): try write(addenda, entry.trace)
        case .contested(let addenda): try write(addenda, entry.trace)
        case .change(let addenda): try write(addenda, entry.trace, header.isInternationalChange)
        case .refusedChange(let addenda): try write(addenda, entry.trace)
        case .other(let addenda): try write(addenda, entry.trace, header.entryClass)
        }
        end()
    }

    /// Columns that are not taken apart here: those of a card terminal and of an international
    /// entry. What ties them to their entry is proved all the same.
    private mutating func write(
        _ addenda: UnreadAddenda, _ trace: TraceNumber, _ entryClass: StandardEntryClass
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        switch addenda.number {
        case 2:
            guard entryClass.takesCardAddenda else { throw misplaced("02", entryClass) }
        case 10, 11, 12, 13, 14, 15, 16, 17, 18:
            guard entryClass == .iat else { throw misplaced(addenda.type, entryClass) }
        default:
            throw refusal(
                .addendaUnreadable, Fields.type, addenda.type,
                "a type that has no meaning of its own here")
        }
        try put(addenda.type, Fields.type)
        try put(addenda.columns, Fields.rest)
        let isCard = addenda.number == 2
        let field = isCard ? Fields.trace : Fields.entrySequence
        let digits = Digits.padded(
            isCard ? trace.number : UInt64(trace.sequence), to: field.width)
        let columns = addenda.columns.utf8.dropFirst(field.columns.lowerBound - 4)
        guard columns.prefix(field.width).elementsEqual(digits.utf8) else {
            throw refusal(
                isCard ? .addendaTrace : .addendaSequence, field, "other digits",
                "\(digits), as the entry's trace number")
        }
    }

    private func misplaced(_ type: String, _ entryClass: StandardEntryClass) -> WriteRefusal {
        refusal(
            .addendaMisplaced, AddendaFields.type, type,
            "a type that \(entryClass.rawValue) entries carry")
    }

    private mutating func write(
        _ addenda: ReturnAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put(
            addenda.code, .return, of: addenda.originalTrace, at: addenda.originalReceivingDFI,
            trace)
        if let date = addenda.dateOfDeath {
            guard addenda.code.reportsDeath else {
                throw refusal(
                    .notADate, Fields.dateOfDeath, date.iso, "no date but with R14 and R15")
            }
            try put(date, Fields.dateOfDeath)
        }
        try put(addenda.information, Fields.information)
    }

    /// What every return has, also one that is sent back: addenda 99.
    private mutating func put(
        _ code: ReturnCode, _ kind: ReturnKind, of original: TraceNumber,
        at bank: DFIIdentification, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("99", Fields.type)
        try put(code, kind)
        try put(original.number, Fields.originalTrace)
        try put(UInt64(bank.number), Fields.originalDFI)
        try put(trace.number, Fields.trace)
    }

    private mutating func write(
        _ addenda: DishonoredAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put(
            addenda.code, .dishonored, of: addenda.originalTrace,
            at: addenda.originalReceivingDFI, trace)
        try put(addenda.returnTrace.number, Fields.returnTrace)
        try put(addenda.returnSettlement, Fields.returnSettlement)
        try putShort(addenda.returnCode, Fields.returnCode)
        try put(addenda.information, Fields.dishonorInformation)
    }

    private mutating func write(
        _ addenda: ContestedAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put(
            addenda.code, .contested, of: addenda.originalTrace,
            at: addenda.originalReceivingDFI, trace)
        if let day = addenda.originalReturned { try put(day, Fields.originalReturned) }
        try put(addenda.originalSettlement, Fields.originalSettlement)
        try put(addenda.returnTrace.number, Fields.returnTrace)
        try put(addenda.returnSettlement, Fields.returnSettlement)
        try putShort(addenda.returnCode, Fields.returnCode)
        try put(addenda.dishonoredTrace.number, Fields.dishonoredTrace)
        try put(addenda.dishonoredSettlement, Fields.dishonoredSettlement)
        try putShort(addenda.dishonoredCode, Fields.dishonoredCode)
    }

    private mutating func write(
        _ addenda: ChangeAddenda, _ trace: TraceNumber, _ isInternational: Bool
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        guard addenda.code.facts.kind != .refusal else {
            throw refusal(.changeCodeUnknown, Fields.code, addenda.code.text, "C01 through C14")
        }
        try put(addenda.code, of: addenda.originalTrace, at: addenda.originalReceivingDFI, trace)
        try put(
            addenda.correctedData,
            isInternational ? Fields.internationalCorrectedData : Fields.correctedData)
    }

    /// What every change has, also one that is refused: addenda 98.
    private mutating func put(
        _ code: ChangeCode, of original: TraceNumber, at bank: DFIIdentification,
        _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        try put("98", Fields.type)
        try put(code.text, Fields.code)
        try put(original.number, Fields.originalTrace)
        try put(UInt64(bank.number), Fields.originalDFI)
        try put(trace.number, Fields.trace)
    }

    private mutating func write(
        _ addenda: RefusedChangeAddenda, _ trace: TraceNumber
    ) throws(WriteRefusal) {
        typealias Fields = AddendaFields
        guard addenda.code.facts.kind == .refusal else {
            throw refusal(.changeCodeUnknown, Fields.code, addenda.code.text, "C61 through C69")
        }
        try put(addenda.code, of: addenda.originalTrace, at: addenda.originalReceivingDFI, trace)
        try put(addenda.correctedData, Fields.correctedData)
        try put(addenda.changeCode.text, Fields.changeCode)
        try put(addenda.changeTraceSequence, Fields.changeSequence)
    }

    /// Accounting advice: an account and an amount of their own size, no trace number.
    mutating func write(_ advice: Advice) throws(WriteRefusal) {
        typealias Fields = EntryFields
        guard !ASCIIText.isBlankOrZero(advice.account) else {
            throw refusal(BatchRules.blank(Fields.adviceAccount, "an account number"))
        }
        begin(0x36)
        try put(UInt64(advice.code.rawValue), Fields.code)
        try put(advice.receiver)
        try putTrimmed(advice.account, Fields.adviceAccount)
        try put(UInt64(advice.amount.count), Fields.adviceAmount)
        try put(advice.routing, Fields.adviceRouting)
        try put(advice.fileIdentification, Fields.adviceFile)
        try put(advice.operatorData, Fields.adviceData)
        try putTrimmed(advice.name, Fields.name(.advice))
        try put(advice.discretionaryData, Fields.discretionary)
        set(0x30, Fields.indicator.columns.lowerBound)
        try put(UInt64(advice.operatorRouting.number), Fields.adviceOperator)
        guard let day = advice.day else {
            throw refusal(.dateUnreadable, Fields.adviceDay, "none", "a day of the year")
        }
        try put(day.number, Fields.adviceDay)
        try put(advice.sequence, Fields.adviceSequence)
        end()
    }

    mutating func writeControl(
        of header: BatchHeader, _ totals: ControlTotals
    ) throws(WriteRefusal) {
        typealias Fields = BatchControlFields
        begin(0x38)
        try put(header.writtenServiceClass, Fields.serviceClass)
        try put(totals.count, Fields.count)
        try put(totals.hash, Fields.hash)
        if header.entryClass == .adv {
            try put(totals.debits, Fields.adviceDebits)
            try put(totals.credits, Fields.adviceCredits)
        } else {
            try put(totals.debits, Fields.debits)
            try put(totals.credits, Fields.credits)
            try put(header.companyIdentification, Fields.company)
        }
        try put(UInt64(header.odfi.number), Fields.odfi)
        try put(header.number, Fields.number)
        end()
    }

    /// The file control and the nines that fill the last block.
    mutating func writeControl(
        _ totals: ControlTotals, batches: Int, isAdvice: Bool
    ) throws(WriteRefusal) {
        typealias Fields = FileControlFields
        begin(0x39)
        let blocks = (records + Layout.blockingFactor) / Layout.blockingFactor
        try put(batches, Fields.batches)
        try put(blocks, Fields.blocks)
        try put(totals.count, Fields.count)
        try put(totals.hash, Fields.hash)
        try put(totals.debits, isAdvice ? Fields.adviceDebits : Fields.debits)
        try put(totals.credits, isAdvice ? Fields.adviceCredits : Fields.credits)
        end()
        while records < blocks * Layout.blockingFactor { pad() }
    }

    // MARK: - Codes

    /// The code decides which layout readers see, so it must belong to the layout written.
    private mutating func put(_ code: ReturnCode, _ kind: ReturnKind) throws(WriteRefusal) {
        guard code.facts.kind == kind else {
            throw refusal(
                .returnCodeUnknown, AddendaFields.code, code.text, "a code of a \(kind) entry")
        }
        try put(code.text, AddendaFields.code)
    }

    /// The code without its `R`.
    private mutating func putShort(_ code: ReturnCode, _ field: RecordField) throws(WriteRefusal) {
        guard code.text.first == "R" else {
            throw refusal(.returnCodeUnknown, field, code.text, "R and two characters")
        }
        try put(String(code.text.dropFirst()), field)
    }

    func refusal(_ violation: Violation) -> WriteRefusal {
        refusal(violation.code, violation.field, violation.found, violation.expected)
    }
}

extension BatchHeader {
    /// Accounting advice has a service class of its own.
    fileprivate var writtenServiceClass: Int { entryClass == .adv ? 280 : serviceClass.rawValue }

    /// A notification of change of an international entry, or its refusal.
    var isInternationalChange: Bool { entryClass == .cor && companyName == "IATCOR" }
}

extension Addenda {
    /// The type as it stands in columns 2-3; `nil` for one that is no number.
    var typeNumber: Int? {
        switch self {
        case .paymentInformation: 5
        case .return, .dishonored, .contested: 99
        case .change, .refusedChange: 98
        case .other(let addenda): addenda.number
        }
    }
}

extension UnreadAddenda {
    /// `nil` unless the type is two digits.
    var number: Int? { type.utf8.count == 2 ? Digits.number(type.utf8) : nil }
}

extension Entry {
    /// The name that addenda 10 gives an international entry, as readers take it.
    var internationalName: String? {
        for case .other(let addenda) in addenda where addenda.number == 10 {
            // Columns 47-81, of which the first here is column 4.
            return ASCIIText.trimmed(Array(addenda.columns.utf8.dropFirst(43).prefix(35))[...])
        }
        return nil
    }
}

/// Nacha Operating Rules, IAT: 10 through 16 once each and in order, then at most two of 17 and five
/// of 18. A return repeats 10 through 16 alone, before its own.
struct InternationalOrder {
    private var expected = 10
    private var remittance = 0
    private var foreign = 0

    /// Whether an addenda of this type may come next.
    mutating func take(_ type: Int, isLast: Bool) -> Bool {
        switch type {
        case 10...16:
            defer { expected = type + 1 }
            return type == expected
        case 17:
            remittance += 1
            return expected == 17 && foreign == 0 && remittance <= 2
        case 18:
            foreign += 1
            return expected == 17 && foreign <= 5
        case 98, 99: return expected == 17 && isLast
        default: return true
        }
    }

    /// Whether 10 through 16 have all come.
    var isComplete: Bool { expected == 17 }
}
