import Banking
import Money

// Values of records, made when somebody asks for them.

extension FileHeader {
    /// `nil` when a part that a header cannot do without could not be read.
    init?(_ record: Columns) {
        typealias Fields = FileHeaderFields
        guard let destination = FileParty(record.columns(Fields.destination)),
            let origin = FileParty(record.columns(Fields.origin)),
            let created = Day(yymmdd: record.columns(Fields.created)),
            FileModifier.isValid(record.byte(34))
        else { return nil }
        self.init(
            destination: destination, origin: origin, created: created,
            createdAt: TimeOfDay(hhmm: record.columns(Fields.createdAt)),
            modifier: FileModifier(trusted: record.byte(34)),
            destinationName: record.text(Fields.destinationName),
            originName: record.text(Fields.originName),
            referenceCode: record.text(Fields.reference))
    }
}

extension RecordView {
    /// The header's values, when this is a file header and all it needs can be read.
    public func fileHeader() -> FileHeader? {
        type == 0x31 ? withColumns { FileHeader($0) } : nil
    }
}

extension BatchHeader {
    init?(_ record: Columns, _ entryClass: StandardEntryClass?, _ serviceClass: ServiceClass?) {
        typealias Fields = BatchHeaderFields
        guard let entryClass,
            let odfi = record.number(Fields.odfi).flatMap({ DFIIdentification(number: Int($0)) }),
            let number = record.number(Fields.number)
        else { return nil }
        self.init(
            // A class that is none says as little as the one that allows both sides.
            serviceClass: serviceClass ?? .mixed, companyName: record.text(Fields.companyName),
            companyDiscretionaryData: record.text(Fields.discretionary),
            companyIdentification: record.text(Fields.company), entryClass: entryClass,
            entryDescription: record.text(Fields.description),
            descriptiveDate: record.text(Fields.descriptiveDate),
            effectiveEntryDate: Day(yymmdd: record.columns(Fields.effective)),
            settlement: record.julianDay(Fields.settlement),
            originatorStatus: OriginatorStatus(rawValue: record.byte(79)) ?? .depository,
            odfi: odfi, number: Int(number))
    }
}

extension Entry {
    /// Without addenda, and without what another layout than `shape` would hold.
    init?(_ record: Columns, _ shape: EntryShape) {
        typealias Fields = EntryFields
        guard let code = record.pair(2).flatMap({ TransactionCode(rawValue: UInt8($0)) }),
            let receiver = record.number(Fields.receiver)
                .flatMap({ RoutingNumber(number: Int($0)) }),
            let cents = record.digits10(30), let trace = record.digits15(80)
        else { return nil }
        let isInternational = shape == .international
        self.init(
            code: code, receiver: receiver, account: record.trimmed(Fields.account(shape)),
            amount: Cents(Int64(cents)),
            identification: isInternational ? "" : record.trimmed(Fields.identification(shape)),
            name: isInternational ? "" : record.trimmed(Fields.name(shape)),
            discretionaryData: record.text(Fields.discretionary),
            trace: TraceNumber(trusted: trace))
    }
}

extension Advice {
    /// `nil` when a field that an advice cannot do without could not be read.
    init?(_ record: Columns) {
        typealias Fields = EntryFields
        guard let code = record.pair(2).flatMap({ AdviceCode(rawValue: UInt8($0)) }),
            let receiver = record.number(Fields.receiver)
                .flatMap({ RoutingNumber(number: Int($0)) }),
            let cents = record.number(Fields.adviceAmount),
            let routing = record.number(Fields.adviceRouting),
            let operatorRouting = record.identification(Fields.adviceOperator),
            let sequence = record.number(Fields.adviceSequence)
        else { return nil }
        self.init(
            code: code, receiver: receiver, account: record.trimmed(Fields.adviceAccount),
            amount: Cents(Int64(cents)), routing: Int(routing),
            fileIdentification: record.text(Fields.adviceFile),
            operatorData: record.text(Fields.adviceData),
            name: record.trimmed(Fields.name(.advice)),
            discretionaryData: record.text(Fields.discretionary),
            operatorRouting: operatorRouting, day: record.julianDay(Fields.adviceDay),
            sequence: Int(sequence))
    }
}

extension Addenda {
    /// A part that cannot be read makes it ``other(_:)``, with its columns kept.
    init(_ record: Columns, isInternationalChange: Bool) {
        typealias Fields = AddendaFields
        let read: Addenda? =
            switch record.columns(Fields.type) {
            case "05": .paymentInformation(record.text(Fields.paymentInformation))
            case "98": Addenda(change: record, isInternationalChange)
            case "99": Addenda(return: record)
            default: nil
            }
        self =
            read
            ?? .other(
                UnreadAddenda(type: record.columns(Fields.type), columns: record.text(Fields.rest)))
    }

    private init?(return record: Columns) {
        typealias Fields = AddendaFields
        guard let code = ReturnCode(record.columns(Fields.code)),
            let originalTrace = record.trace(Fields.originalTrace),
            let originalDFI = record.identification(Fields.originalDFI)
        else { return nil }
        switch code.facts.kind {
        case .return:
            self = .return(
                ReturnAddenda(
                    code: code, originalTrace: originalTrace,
                    // Other codes have no date here, whatever stands in the columns.
                    dateOfDeath: code.reportsDeath
                        ? Day(yymmdd: record.columns(Fields.dateOfDeath)) : nil,
                    originalReceivingDFI: originalDFI,
                    information: record.text(Fields.information)))
        case .dishonored:
            guard let returnTrace = record.trace(Fields.returnTrace),
                let returnCode = record.shortCode(Fields.returnCode)
            else { return nil }
            self = .dishonored(
                DishonoredAddenda(
                    code: code, originalTrace: originalTrace, originalReceivingDFI: originalDFI,
                    returnTrace: returnTrace,
                    returnSettlement: record.julianDay(Fields.returnSettlement),
                    returnCode: returnCode,
                    information: record.text(Fields.dishonorInformation)))
        case .contested:
            guard let returnTrace = record.trace(Fields.returnTrace),
                let returnCode = record.shortCode(Fields.returnCode),
                let dishonoredTrace = record.trace(Fields.dishonoredTrace),
                let dishonoredCode = record.shortCode(Fields.dishonoredCode)
            else { return nil }
            self = .contested(
                ContestedAddenda(
                    code: code, originalTrace: originalTrace,
                    originalReturned: Day(yymmdd: record.columns(Fields.originalReturned)),
                    originalReceivingDFI: originalDFI,
                    originalSettlement: record.julianDay(Fields.originalSettlement),
                    returnTrace: returnTrace,
                    returnSettlement: record.julianDay(Fields.returnSettlement),
                    returnCode: returnCode, dishonoredTrace: dishonoredTrace,
                    dishonoredSettlement: record.julianDay(Fields.dishonoredSettlement),
                    dishonoredCode: dishonoredCode))
        }
    }

    private init?(change record: Columns, _ isInternational: Bool) {
        typealias Fields = AddendaFields
        guard let code = ChangeCode(record.columns(Fields.code)),
            let originalTrace = record.trace(Fields.originalTrace),
            let originalDFI = record.identification(Fields.originalDFI)
        else { return nil }
        guard code.facts.kind == .refusal else {
            self = .change(
                ChangeAddenda(
                    code: code, originalTrace: originalTrace, originalReceivingDFI: originalDFI,
                    correctedData: record.text(
                        isInternational
                            ? Fields.internationalCorrectedData : Fields.correctedData)))
            return
        }
        guard let changeCode = ChangeCode(record.columns(Fields.changeCode)),
            let sequence = record.number(Fields.changeSequence)
        else { return nil }
        self = .refusedChange(
            RefusedChangeAddenda(
                code: code, originalTrace: originalTrace, originalReceivingDFI: originalDFI,
                correctedData: record.text(Fields.correctedData), changeCode: changeCode,
                changeTraceSequence: Int(sequence)))
    }
}

extension Columns {
    fileprivate func trace(_ field: RecordField) -> TraceNumber? {
        number(field).map(TraceNumber.init(trusted:))
    }

    fileprivate func identification(_ field: RecordField) -> DFIIdentification? {
        number(field).flatMap { DFIIdentification(number: Int($0)) }
    }

    fileprivate func julianDay(_ field: RecordField) -> JulianDay? {
        number(field).flatMap { JulianDay(Int($0)) }
    }

    /// Two characters of a code that is written without its `R`.
    fileprivate func shortCode(_ field: RecordField) -> ReturnCode? {
        ReturnCode("R" + columns(field))
    }
}
