import Banking

/// Reads one `7` record.
///
/// A part that cannot be read makes the whole addenda ``Addenda/other(_:)``, with its columns
/// kept: under a lenient profile the entry is then not lost, only nobody acts on it unseen.
struct AddendaReader {
    let record: Record
    /// Of the entry the record belongs to; `nil` when it could not be read.
    let entryTrace: TraceNumber?
    /// The record's place among the entry's addenda, from one.
    let number: Int
    private(set) var flaws: [Violation] = []

    private typealias Fields = AddendaFields

    init(record: Record, entryTrace: TraceNumber?, number: Int) {
        self.record = record
        self.entryTrace = entryTrace
        self.number = number
    }

    mutating func read() -> Addenda {
        switch record.columns(Fields.type) {
        case "05": return readPaymentInformation()
        case "98": return readChange() ?? unread()
        case "99": return readReturn() ?? unread()
        case "02": return unread()
        default:
            flaw(.addendaUnreadable, Fields.type, "02, 05, 98 or 99")
            return unread()
        }
    }

    private func unread() -> Addenda {
        .other(
            UnreadAddenda(type: record.columns(Fields.type), columns: record.text(Fields.rest)))
    }

    private mutating func readPaymentInformation() -> Addenda {
        if record.number(Fields.sequence) != number {
            flaw(.addendaSequence, Fields.sequence, Digits.padded(UInt64(number), to: 4))
        }
        if let entryTrace, record.number(Fields.entrySequence) != entryTrace.sequence {
            flaw(
                .addendaSequence, Fields.entrySequence,
                "\(entryTrace.text.suffix(7)), the end of the entry's trace number")
        }
        return .paymentInformation(record.text(Fields.paymentInformation))
    }

    // MARK: - Returns

    private mutating func readReturn() -> Addenda? {
        checkTrace()
        guard let code = ReturnCode(record.columns(Fields.code)) else {
            flaw(.addendaUnreadable, Fields.code, "a return code")
            return nil
        }
        if !code.facts.isKnown || record.columns(Fields.code) != code.text {
            flaw(.returnCodeUnknown, Fields.code, "a return code of the Nacha rules")
        }
        switch code.facts.kind {
        case .return: return readReturn(code)
        case .dishonored: return readDishonored(code)
        case .contested: return readContested(code)
        }
    }

    private mutating func readReturn(_ code: ReturnCode) -> Addenda? {
        let originalTrace = trace(Fields.originalTrace)
        let originalDFI = identification(Fields.originalDFI)
        // Other codes have no date here, whatever stands in the columns.
        let death = code.reportsDeath ? day(Fields.dateOfDeath) : nil
        guard let originalTrace, let originalDFI else { return nil }
        return .return(
            ReturnAddenda(
                code: code, originalTrace: originalTrace, dateOfDeath: death,
                originalReceivingDFI: originalDFI, information: record.text(Fields.information)))
    }

    private mutating func readDishonored(_ code: ReturnCode) -> Addenda? {
        let originalTrace = trace(Fields.originalTrace)
        let originalDFI = identification(Fields.originalDFI)
        let returnTrace = trace(Fields.returnTrace)
        let settlement = julianDay(Fields.returnSettlement)
        let returnCode = shortCode(Fields.returnCode)
        guard let originalTrace, let originalDFI, let returnTrace, let returnCode else {
            return nil
        }
        return .dishonored(
            DishonoredAddenda(
                code: code, originalTrace: originalTrace, originalReceivingDFI: originalDFI,
                returnTrace: returnTrace, returnSettlement: settlement, returnCode: returnCode,
                information: record.text(Fields.dishonorInformation)))
    }

    private mutating func readContested(_ code: ReturnCode) -> Addenda? {
        let originalTrace = trace(Fields.originalTrace)
        let returned = day(Fields.originalReturned)
        let originalDFI = identification(Fields.originalDFI)
        let originalSettlement = julianDay(Fields.originalSettlement)
        let returnTrace = trace(Fields.returnTrace)
        let returnSettlement = julianDay(Fields.returnSettlement)
        let returnCode = shortCode(Fields.returnCode)
        let dishonoredTrace = trace(Fields.dishonoredTrace)
        let dishonoredSettlement = julianDay(Fields.dishonoredSettlement)
        let dishonoredCode = shortCode(Fields.dishonoredCode)
        guard let originalTrace, let originalDFI, let returnTrace, let returnCode,
            let dishonoredTrace, let dishonoredCode
        else { return nil }
        return .contested(
            ContestedAddenda(
                code: code, originalTrace: originalTrace, originalReturned: returned,
                originalReceivingDFI: originalDFI, originalSettlement: originalSettlement,
                returnTrace: returnTrace, returnSettlement: returnSettlement,
                returnCode: returnCode, dishonoredTrace: dishonoredTrace,
                dishonoredSettlement: dishonoredSettlement, dishonoredCode: dishonoredCode))
    }

    // MARK: - Changes

    private mutating func readChange() -> Addenda? {
        checkTrace()
        guard let code = ChangeCode(record.columns(Fields.code)) else {
            flaw(.addendaUnreadable, Fields.code, "a change code")
            return nil
        }
        if !code.facts.isKnown || record.columns(Fields.code) != code.text {
            flaw(.changeCodeUnknown, Fields.code, "a change code of the Nacha rules")
        }
        let originalTrace = trace(Fields.originalTrace)
        let originalDFI = identification(Fields.originalDFI)
        let correctedData = record.text(Fields.correctedData)
        guard code.facts.kind == .refusal else {
            guard let originalTrace, let originalDFI else { return nil }
            return .change(
                ChangeAddenda(
                    code: code, originalTrace: originalTrace, originalReceivingDFI: originalDFI,
                    correctedData: correctedData))
        }
        let changeCode = ChangeCode(record.columns(Fields.changeCode))
        if changeCode == nil { flaw(.addendaUnreadable, Fields.changeCode, "a change code") }
        let sequence = record.number(Fields.changeSequence)
        if sequence == nil { flaw(.addendaUnreadable, Fields.changeSequence, "seven digits") }
        guard let originalTrace, let originalDFI, let changeCode, let sequence else { return nil }
        return .refusedChange(
            RefusedChangeAddenda(
                code: code, originalTrace: originalTrace, originalReceivingDFI: originalDFI,
                correctedData: correctedData, changeCode: changeCode,
                changeTraceSequence: sequence))
    }

    // MARK: - Fields

    /// Nacha Operating Rules, Appendix Two: the trace of a return addenda equals its entry's, or
    /// the operator returns it as R27.
    private mutating func checkTrace() {
        guard let entryTrace else { return }
        if record.number(Fields.trace) != Int(entryTrace.number) {
            flaw(.addendaTrace, Fields.trace, "\(entryTrace), the entry's")
        }
    }

    private mutating func trace(_ field: Field) -> TraceNumber? {
        if let number = record.number(field) { return TraceNumber(trusted: UInt64(number)) }
        flaw(.addendaUnreadable, field, "fifteen digits")
        return nil
    }

    private mutating func identification(_ field: Field) -> DFIIdentification? {
        if let found = record.number(field).flatMap(DFIIdentification.init(number:)) {
            return found
        }
        flaw(.addendaUnreadable, field, "eight digits")
        return nil
    }

    /// Blanks are no date; anything else must be one.
    private mutating func day(_ field: Field) -> Day? {
        guard !record.isBlank(field) else { return nil }
        if let day = Day(yymmdd: record.columns(field)) { return day }
        flaw(.dateUnreadable, field, "a date, YYMMDD, or blanks")
        return nil
    }

    private mutating func julianDay(_ field: Field) -> JulianDay? {
        guard !record.isBlank(field) else { return nil }
        if let day = record.number(field).flatMap(JulianDay.init) { return day }
        flaw(.dateUnreadable, field, "001 through 366, or blanks")
        return nil
    }

    /// Two characters of a code that is written without its `R`.
    private mutating func shortCode(_ field: Field) -> ReturnCode? {
        if let code = ReturnCode("R" + record.columns(field)) { return code }
        flaw(.addendaUnreadable, field, "a return code without its R")
        return nil
    }

    private mutating func flaw(_ code: Problem.Code, _ field: Field, _ expected: String) {
        flaws.append(
            Violation(
                code: code, field: field, found: "\"\(record.columns(field))\"",
                expected: expected))
    }
}
