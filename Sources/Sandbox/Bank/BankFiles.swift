import Banking
import Money
import Nacha

/// Nacha files as the bank reads and writes them.
enum BankFiles {
    static let bankName = "SAMPLE BANK"

    /// A file with one return.
    static func returnFile(
        _ item: BankReturn, of entry: BankEntry, at now: Instant, count: Int
    ) throws(BankRefusal) -> String {
        let addenda = try read { () throws(Unreadable) in
            Addenda.return(
                ReturnAddenda(
                    code: try ReturnCode(item.code).orUnreadable("return code"),
                    originalTrace: try TraceNumber(item.originalTrace).orUnreadable("trace"),
                    originalReceivingDFI: try rdfi(entry).identification))
        }
        return try answerFile(
            to: entry, addenda: addenda, trace: item.trace, amountMinor: item.amountMinor,
            entryClass: nil, day: Day(iso: item.day), at: now, count: count)
    }

    /// A file with one notification of change.
    static func changeFile(
        of entry: BankEntry, code: String, corrected: String, trace: String, at now: Instant,
        count: Int
    ) throws(BankRefusal) -> String {
        let addenda = try read { () throws(Unreadable) in
            Addenda.change(
                ChangeAddenda(
                    code: try ChangeCode(code).orUnreadable("change code"),
                    originalTrace: try TraceNumber(entry.trace).orUnreadable("trace"),
                    originalReceivingDFI: try rdfi(entry).identification,
                    correctedData: corrected))
        }
        return try answerFile(
            to: entry, addenda: addenda, trace: trace, amountMinor: 0, entryClass: .cor,
            day: Eastern.day(at: now), at: now, count: count)
    }

    /// A file with one contested dishonored return.
    static func contestFile(
        of dishonor: BankDishonor, return item: BankReturn, entry: BankEntry, code: String,
        trace: String, at now: Instant, count: Int
    ) throws(BankRefusal) -> String {
        let addenda = try read { () throws(Unreadable) in
            Addenda.contested(
                ContestedAddenda(
                    code: try ReturnCode(code).orUnreadable("return code"),
                    originalTrace: try TraceNumber(dishonor.originalTrace).orUnreadable("trace"),
                    originalReturned: Day(iso: item.day),
                    originalReceivingDFI: try rdfi(entry).identification,
                    originalSettlement: Day(iso: entry.settlementDay).map { JulianDay($0) },
                    returnTrace: try TraceNumber(item.trace).orUnreadable("trace"),
                    returnSettlement: Day(iso: item.day).map { JulianDay($0) },
                    returnCode: try ReturnCode(item.code).orUnreadable("return code"),
                    dishonoredTrace: try TraceNumber(dishonor.trace).orUnreadable("trace"),
                    dishonoredSettlement: Day(iso: dishonor.receivedDay).map { JulianDay($0) },
                    dishonoredCode: try ReturnCode(dishonor.code).orUnreadable("return code")))
        }
        return try answerFile(
            to: entry, addenda: addenda, trace: trace, amountMinor: dishonor.amountMinor,
            entryClass: nil, day: Eastern.day(at: now), at: now, count: count)
    }

    /// A file of one batch with one entry that goes back to the Originator's bank. The batch
    /// repeats the original's company; its ODFI is the bank that answers.
    private static func answerFile(
        to entry: BankEntry, addenda: Addenda, trace: String, amountMinor: Int64,
        entryClass: StandardEntryClass?, day: Day?, at now: Instant, count: Int
    ) throws(BankRefusal) -> String {
        let file = try read { () throws(Unreadable) in
            let code = try TransactionCode(rawValue: UInt8(clamping: entry.transactionCode))
                .orUnreadable("transaction code")
            let batch = entry.batch
            let header = BatchHeader(
                serviceClass: .mixed, companyName: batch.companyName,
                companyIdentification: batch.companyID,
                entryClass: try
                    (entryClass
                    ?? StandardEntryClass(rawValue: batch.standardEntryClass))
                    .orUnreadable("entry class"),
                entryDescription: batch.entryDescription,
                effectiveEntryDate: batch.effectiveDay.flatMap { Day(iso: $0) },
                settlement: day.map { JulianDay($0) }, odfi: try rdfi(entry).identification,
                number: 1)
            let answer = Entry(
                code: code.returning,
                receiver: RoutingNumber(
                    try DFIIdentification(batch.odfi).orUnreadable("ODFI")),
                account: entry.account,
                amount: try Cents(exactly: amountMinor).orUnreadable("amount"),
                identification: entry.individualID, name: entry.name,
                trace: try TraceNumber(trace).orUnreadable("trace"), addenda: [addenda])
            return NachaFile(
                header: FileHeader(
                    destination: try FileParty(batch.fileOrigin.trimmingBlanks)
                        .orUnreadable("origin"),
                    origin: try FileParty(batch.fileDestination.trimmingBlanks)
                        .orUnreadable("destination"),
                    created: Eastern.day(at: now), createdAt: Eastern.timeOfDay(at: now),
                    modifier: try FileModifier(number: count % FileModifier.count)
                        .orUnreadable("modifier"),
                    destinationName: batch.companyName, originName: bankName),
                batches: [Batch(header: header, entries: [answer])])
        }
        do {
            return String(decoding: try FileWriter().bytes(file), as: UTF8.self)
        } catch {
            throw .fileNotWritable(error.description)
        }
    }

    private static func rdfi(_ entry: BankEntry) throws(Unreadable) -> RoutingNumber {
        try RoutingNumber(entry.routing).orUnreadable("routing number")
    }

    private static func read<Value>(
        _ body: () throws(Unreadable) -> Value
    ) throws(BankRefusal) -> Value {
        do {
            return try body()
        } catch {
            throw .fileNotWritable("the \(error.field) is not one")
        }
    }
}

/// A remembered text that is not what it should be. It was read from a file that proved well, so
/// only an edited journal, or a code a person mistyped, leads here.
private struct Unreadable: Error {
    var field: String
}

extension Optional {
    fileprivate func orUnreadable(_ field: String) throws(Unreadable) -> Wrapped {
        guard let self else { throw Unreadable(field: field) }
        return self
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension OutboundFile {
    /// Reads a file the way an operator would: strictly, and whole or not at all.
    static func read(_ bytes: [UInt8]) -> Reading {
        do {
            let reading = try FileReader(profile: .strict).read(bytes)
            return .read(OutboundFile(reading.file))
        } catch {
            return .refused(
                error.problems.map { problem in
                    OutboundProblem(
                        line: problem.line, columns: problem.columns, field: problem.field,
                        code: problem.code.rawValue, detail: problem.description)
                })
        }
    }

    private init(_ file: NachaFile) {
        let header = file.header
        key = [
            header.origin.columns, header.created.iso, header.createdAt?.hhmm ?? "",
            header.modifier.description,
        ].joined(separator: "/")
        entries = []
        dishonors = []
        for batch in file.batches {
            let facts = BankBatch(batch.header, in: header)
            for entry in batch.entries {
                take(entry, of: facts)
            }
        }
    }

    private mutating func take(_ entry: Entry, of batch: BankBatch) {
        switch entry.kind {
        case .forward:
            entries.append(
                BankEntry(
                    id: 0, trace: entry.trace.text,
                    direction: entry.code.side == .debit ? .debit : .credit,
                    transactionCode: Int(entry.code.rawValue), amountMinor: entry.amount.count,
                    routing: entry.receiver.text, account: entry.account, name: entry.name,
                    individualID: entry.identification, batch: batch, fileName: "",
                    receivedAt: 0, settlementDay: ""))
        case .dishonored:
            for case .dishonored(let addenda) in entry.addenda {
                dishonors.append(
                    BankDishonor(
                        trace: entry.trace.text, returnTrace: addenda.returnTrace.text,
                        originalTrace: addenda.originalTrace.text, code: addenda.code.text,
                        amountMinor: entry.amount.count, receivedDay: "",
                        outcome: .waiting(day: "")))
            }
        case .return, .contested, .change, .refusedChange:
            // Refused changes end here; the others only banks send, so there is nothing to do.
            break
        }
    }
}

extension BankBatch {
    fileprivate init(_ header: BatchHeader, in file: FileHeader) {
        self.init(
            companyName: header.companyName, companyID: header.companyIdentification,
            standardEntryClass: header.entryClass.rawValue,
            entryDescription: header.entryDescription, odfi: header.odfi.text,
            effectiveDay: header.effectiveEntryDate?.iso, fileOrigin: file.origin.columns,
            fileDestination: file.destination.columns)
    }
}
