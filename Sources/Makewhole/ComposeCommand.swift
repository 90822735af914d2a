import ArgumentParser
import Banking
import Foundation
import Money
import Nacha
import Wire

/// Makes bank files of what is to be sent, under the rules for each kind.
struct NachaCompose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compose",
        abstract: "Make bank files of a JSON document of payments, reversals and answers.",
        discussion: """
            Every file is read back strictly before it has its name. Nothing is written when an \
            entry is refused, or set aside without --set-aside.
            """)

    enum LineEnding: String, ExpressibleByArgument, CaseIterable {
        case lf, crlf, none

        var ending: FileWriter.LineEnding {
            switch self {
            case .lf: .lf
            case .crlf: .crlf
            case .none: .none
            }
        }
    }

    @Option(help: "The file to write; without it and --folder, standard output.") var out: String?
    @Option(help: "The folder for DATE-MODIFIER.ach; needed when caps make several files.")
    var folder: String?
    @Option(help: "What ends a record: lf, crlf or none.") var lineEnding = LineEnding.lf
    @Flag(help: "Go on without entries that are above a cap or have no file left, and name them.")
    var setAside = false
    @Flag(help: "Print which payment is in which file as JSON; needs --out or --folder.")
    var json = false
    @Argument(help: "The document, or - for standard input.") var file = "-"

    func run() async throws {
        try await Failure.reported {
            guard out == nil || folder == nil, !json || out != nil || folder != nil else {
                throw Failure(
                    description: "Say --out or --folder, not both; --json needs one of them.",
                    code: ExitCode(64))
            }
            let document = try Self.document(file)
            let composition = try Composition(document)
            if !composition.aside.isEmpty, !setAside {
                throw Failure.badData(
                    composition.aside.map { "\($0.key): \($0.sentence)" }.joined(separator: "\n")
                        + "\nNothing was written. --set-aside goes on without them.")
            }
            let written = try composition.files.map { try Self.bytes($0, lineEnding.ending) }
            try deliver(composition, written)
            for aside in composition.aside { Terminal.talk("\(aside.key): \(aside.sentence)") }
        }
    }

    /// Documents are held in memory whole.
    private static let bytesMax = 1 << 30

    private static func document(_ file: String) throws -> ComposeDocument {
        let input = try NachaInput(file)
        var bytes: [UInt8] = []
        while let chunk = try input.next() {
            bytes += chunk
            guard bytes.count <= bytesMax else {
                throw Failure.badData("\(file) is above \(bytesMax) bytes; split it.")
            }
        }
        do {
            return try ComposeDocument(JSON.parse(bytes, bytesMax: bytesMax))
        } catch let error as InvalidBody {
            throw Failure.badData(
                error.errors.map {
                    "\(file), \($0.pointer.isEmpty ? "/" : $0.pointer): \($0.detail)"
                }
                .joined(separator: "\n"))
        } catch let error as JSONError {
            throw Failure.badData("\(file): \(error)")
        }
    }

    /// The bytes, once a strict reader has found in them what they were made of.
    private static func bytes(
        _ file: NachaFile, _ ending: FileWriter.LineEnding
    ) throws -> [UInt8] {
        do {
            let bytes = try FileWriter(lineEnding: ending).bytes(file)
            let reading = try FileReader(profile: .strict).read(bytes)
            guard reading == Reading(file: file) else {
                throw Failure.failed("The file does not read back as it was composed.")
            }
            return bytes
        } catch let refusal as WriteRefusal {
            throw Failure.badData(refusal.description)
        } catch let refusal as FileRefusal {
            throw Failure.failed("The file does not read back: \(refusal.description)")
        }
    }

    private func deliver(_ composition: Composition, _ written: [[UInt8]]) throws {
        var names: [String] = []
        if let folder {
            for (file, bytes) in zip(composition.files, written) {
                let name = "\(file.header.created)-\(file.header.modifier).ach"
                try Self.write(bytes, to: folder + "/" + name)
                names.append(name)
            }
        } else {
            guard let bytes = written.first, written.count == 1 else {
                throw Failure.badData(
                    written.isEmpty
                        ? "There is nothing to send."
                        : "The caps make \(written.count) files. Say --folder for them.")
            }
            guard let out else { return Terminal.data(bytes) }
            try Self.write(bytes, to: out)
            names.append(out)
        }
        if json { Terminal.data(composition.json(names).text()) }
    }

    /// Written aside and renamed: nobody sees half a file. One that is there is not written over.
    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Failure.badData("\(path) is there already; a bank file is never written over.")
        }
        let target = URL(fileURLWithPath: path)
        let aside = target.deletingLastPathComponent()
            .appendingPathComponent(".\(target.lastPathComponent).part")
        do {
            try Data(bytes).write(to: aside)
            let handle = try FileHandle(forWritingTo: aside)
            try handle.synchronize()
            try handle.close()
            try FileManager.default.moveItem(at: aside, to: target)
        } catch {
            throw Failure(
                description: "\(path) could not be written: \(error.localizedDescription)",
                code: ExitCode(74))
        }
    }
}

/// Files, and which payment is in which.
struct Composition {
    private(set) var files: [NachaFile] = []
    private(set) var keys: [[String]] = []
    private(set) var aside: [(key: String, sentence: String)] = []
    private var traces: TraceAllocator
    private let document: ComposeDocument
    private let schedule: ACHSchedule
    private let rules: OriginationRules
    private let effectiveEntryDate: Day
    private let today: Day

    init(_ document: ComposeDocument) throws {
        guard let traces = document.traces else {
            throw Failure.badData("The trace sequences are not 1 through 9,999,999.")
        }
        self.document = document
        self.traces = traces
        rules = OriginationRules(sameDay: SameDayACH(leadMinutes: document.leadMinutes))
        schedule = rules.sameDay.schedule(
            document.service, submittedAt: document.created, timing: rules.timing)
        effectiveEntryDate = document.effectiveEntryDate ?? schedule.effectiveEntryDate
        today = Eastern.day(at: document.created)
        if document.service == .sameDay, schedule.window == nil {
            throw Failure.badData(
                "No same-day window is left before the next day's service settles "
                    + "(\(schedule.settlement)). Say next_day.")
        }
        try composeEntries()
    }

    private mutating func composeEntries() throws {
        // A number the document gives is not given again.
        for entry in document.entries { entry.kind.givenTrace.map { traces.keep($0) } }
        var queue: [WaitingEntry<String>] = []
        var advice: [Advice] = []
        var adviceKeys: [String] = []
        for entry in document.entries {
            if case .advice(let line) = entry.kind {
                advice.append(line)
                adviceKeys.append(entry.key)
                continue
            }
            do {
                let batch = try makeBatch(entry)
                queue.append(
                    WaitingEntry(key: entry.key, header: batch.header, entries: batch.entries))
            } catch let refusal as OriginationRefusal {
                throw Failure.badData("\(entry.key) (\(refusal.rule.rawValue)): \(refusal)")
            }
        }
        guard advice.isEmpty || queue.isEmpty else {
            throw Failure.badData(
                "Accounting advice stands in a file of its own; this document has both.")
        }
        guard advice.isEmpty else {
            var header = baseHeader(.adv)
            header.serviceClass = .mixed
            files = [
                NachaFile(header: document.header, batches: [Batch(header: header, advice: advice)])
            ]
            keys = [adviceKeys]
            return
        }
        let split = FileSplit(
            queue, caps: document.caps, offset: document.offset,
            firstModifier: document.header.modifier, traces: &traces)
        for file in split.files {
            var header = document.header
            header.modifier = file.modifier
            files.append(NachaFile(header: header, batches: file.batches))
            keys.append(file.keys)
        }
        aside = split.aside.map { ($0.key, Self.sentence($0.reason)) }
    }

    private static func sentence(_ reason: FileSplit<String>.Reason) -> String {
        switch reason {
        case .aboveCap(let cap): "It is above the cap \(cap.rawValue) by itself."
        case .twice: "The key, or a trace number of it, is there twice."
        case .empty: "It has no entries."
        case .noModifierLeft: "All file ID modifiers of the day are used; send it tomorrow."
        case .noOffset(let refusal): refusal.description
        }
    }

    // MARK: - Each kind

    private func startOrigination(_ entryClass: StandardEntryClass) -> Origination {
        var origination = Origination(
            originator: document.originator, entryClass: entryClass,
            effectiveEntryDate: effectiveEntryDate)
        origination.window = schedule.window
        origination.writesWindow = document.writesWindow
        return origination
    }

    private func baseHeader(_ entryClass: StandardEntryClass) -> BatchHeader {
        BatchHeader(
            serviceClass: .debits, companyName: document.originator.companyName,
            companyDiscretionaryData: document.originator.companyDiscretionaryData,
            companyIdentification: document.originator.companyIdentification,
            entryClass: entryClass, entryDescription: document.originator.entryDescription,
            effectiveEntryDate: effectiveEntryDate, odfi: document.originator.odfi, number: 1)
    }

    /// One batch, in which the entry stands alone.
    private mutating func makeBatch(_ composed: ComposeEntry) throws -> Batch {
        switch composed.kind {
        case .payment(let payment, let prenoteSettled):
            var origination = startOrigination(payment.entryClass)
            let entry = try makeEntry(payment)
            if let prenoteSettled {
                try origination.add(
                    entry, afterPrenoteSettled: prenoteSettled, on: today, rules: rules)
            } else {
                origination.add(entry)
            }
            return try only(origination)
        case .prenote(let payment):
            var origination = startOrigination(payment.entryClass)
            let entry = try makeEntry(payment)
            try origination.prenote(entry, trace: entry.trace)
            return try only(origination)
        case .reversal(let original):
            var origination = startOrigination(original.payment.entryClass)
            try origination.reverse(
                try originated(original), trace: try takeTrace(original.trace), on: today,
                rules: rules)
            return try only(origination)
        case .representment(let payment, let returned):
            var origination = startOrigination(payment.entryClass)
            try origination.represent(
                try makeEntry(payment), of: try returnedDebit(returned), on: today, rules: rules)
            return try only(origination)
        case .returnFee(let payment, let returned):
            var origination = startOrigination(payment.entryClass)
            try origination.chargeReturnFee(
                try makeEntry(payment), for: try returnedDebit(returned), on: today, rules: rules)
            return try only(origination)
        case .microEntries(let payment, let credits, let debits):
            var origination = startOrigination(payment.entryClass)
            try origination.verifyAccount(
                with: try credits.map { try makeEntry(payment, .credit, $0) }
                    + debits.map { try makeEntry(payment, .debit, $0) }, rules: rules)
            return try only(origination)
        case .dishonoredReturn(
            let original, let returnCode, let returnTrace, let returnSettlement, let code,
            let information):
            var answers = answers
            let sent = try originated(original)
            try answers.dishonor(
                sent.entry.returned(returnCode, trace: returnTrace), in: sent.header, code: code,
                information: information, returnSettlement: returnSettlement,
                trace: try takeTrace(original.trace), on: today, rules: rules)
            return answers.batches()[0]
        case .refusedChange(let original, let change, let code, let received):
            var answers = answers
            let sent = try originated(original)
            var notification = sent.entry.corrected(.addendaFormat, trace: change.trace)
            notification.addenda = [
                .change(
                    ChangeAddenda(
                        code: change.code, originalTrace: sent.entry.trace,
                        originalReceivingDFI: sent.entry.receiver.identification,
                        correctedData: change.correctedData))
            ]
            try answers.refuse(
                notification, in: sent.header, code: code, received: received,
                trace: try takeTrace(original.trace), on: today, rules: rules)
            return answers.batches()[0]
        case .international(let payment, let terms, let international):
            try startOrigination(.iat).checkSameDay(rules)
            let code = try findCode(payment, payment.side)
            let entry = try Entry.international(
                code: code, gateway: payment.receiver, foreignAccount: payment.accountNumber,
                amount: payment.amount, payment: international,
                screening: payment.discretionaryData, trace: try takeTrace(payment.trace))
            var header = try terms.header(baseHeader(.iat))
            header.serviceClass = code.side == .debit ? .debits : .credits
            return Batch(header: header, entries: [entry])
        case .advice: throw Failure.failed("Advice is no entry.")
        }
    }

    private var answers: Answers {
        Answers(odfi: document.originator.odfi, effectiveEntryDate: effectiveEntryDate)
    }

    /// What was added, in one batch: micro-entries of both sides stay together.
    private func only(_ origination: Origination) throws -> Batch {
        try origination.checkSameDay(rules)
        let batches = origination.batches()
        var batch = batches[0]
        for other in batches.dropFirst() {
            batch.header.serviceClass = .mixed
            batch.entries += other.entries
        }
        return batch
    }

    private mutating func takeTrace(_ given: TraceNumber?) throws -> TraceNumber {
        if let given { return given }
        return try traces.take()
    }

    private mutating func makeEntry(_ payment: ComposePayment) throws -> Entry {
        try makeEntry(payment, payment.side, payment.amount)
    }

    private mutating func makeEntry(
        _ payment: ComposePayment, _ side: EntrySide, _ amount: Cents
    ) throws -> Entry {
        payment.entry(try findCode(payment, side), amount, try takeTrace(payment.trace))
    }

    private func findCode(_ payment: ComposePayment, _ side: EntrySide) throws -> TransactionCode {
        // A debit to a loan account only reverses a credit to one.
        guard let code = TransactionCode(payment.account, side), code != .loanDebit else {
            throw Failure.badData("A loan account is only credited.")
        }
        return code
    }

    private func originated(_ original: ComposeOriginal) throws -> OriginatedEntry {
        var header = baseHeader(original.payment.entryClass)
        let code = try findCode(original.payment, original.payment.side)
        header.serviceClass = code.side == .debit ? .debits : .credits
        header.companyName = original.companyName ?? header.companyName
        header.companyIdentification =
            original.companyIdentification ?? header.companyIdentification
        header.entryDescription = original.description ?? header.entryDescription
        return OriginatedEntry(
            header: header,
            entry: original.payment.entry(code, original.payment.amount, original.entryTrace),
            settlement: original.settlement)
    }

    private func returnedDebit(_ returned: ComposeReturned) throws -> ReturnedDebit {
        ReturnedDebit(
            original: try originated(returned.original), code: returned.code,
            returnSettlement: returned.settlement, representments: returned.representments,
            hasFee: returned.hasFee)
    }

    // MARK: - What is told

    /// Which payment is in which file, and where the counter stands.
    func json(_ names: [String]) -> JSON {
        let told: [JSON] = zip(zip(files, keys), names)
            .map { pair, name -> JSON in
                let (file, keys) = pair
                let entries = file.entries
                return [
                    "name": .string(name), "modifier": .string(file.header.modifier.description),
                    "batches": .integer(Int64(file.batches.count)),
                    "entries": .integer(
                        Int64(file.batches.reduce(0) { $0 + $1.entries.count + $1.advice.count })),
                    "debit_cents": .integer(entries.total(.debit).count),
                    "credit_cents": .integer(entries.total(.credit).count),
                    "keys": .array(keys.map { .string($0) }),
                ]
            }
        let asideJSON: [JSON] = aside.map {
            ["key": .string($0.key), "reason": .string($0.sentence)]
        }
        return [
            "files": .array(told), "set_aside": .array(asideJSON),
            "effective_entry_date": .string(effectiveEntryDate.iso),
            "next_trace": .integer(Int64(traces.next)),
        ]
    }
}
