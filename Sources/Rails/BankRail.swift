import Banking
import Crypto
import Engine
import Foundation
import Ledger
import Logging
import Money
import Nacha
import Rules
import SQLiteStore
import Service

/// Our side of the bank: entries leave in a Nacha file before the daily cut-off, answers come back
/// as files in a folder. Every file is kept before anything is done with it.
public struct BankRail: Sendable {
    let service: Service
    let outbound: URL
    let inbound: URL
    let logger: Logger

    static let entriesMax = 100_000

    public init(service: Service, folder: URL, logger: Logger) throws {
        self.service = service
        self.logger = logger
        outbound = folder.appendingPathComponent("outbound", isDirectory: true)
        inbound = folder.appendingPathComponent("inbound", isDirectory: true)
        for directory in [outbound, inbound, inbound.appendingPathComponent("taken")] {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
        }
    }

    /// One look at the clock and the folder; called about twice a second.
    public func tick() async {
        do {
            try await finishGathering()
            try await closeFileIfDue()
            try await takeIn()
            try StatementIntake(service: service).reconcileDaily()
        } catch {
            logger.error("the bank rail could not go on", metadata: ["error": "\(error)"])
            service.figures.stumbled(.bank)
        }
    }

    // MARK: Leaving

    private var files: BankFileClock {
        BankFileClock(service.policies.policy(at: service.clock.now()))
    }

    private var timing: ACHTiming { files.timing }

    private func lastClosing() throws -> Instant {
        if let text = try service.edge.setting("bank_last_closing"),
            let instant = Instant(rfc3339: text)
        {
            return instant
        }
        let now = service.clock.now()
        try service.edge.set("bank_last_closing", to: now.rfc3339)
        return now
    }

    private func closeFileIfDue() async throws {
        let now = service.clock.now()
        guard files.closing(after: try lastClosing()) <= now else { return }
        if try !service.reader.queuedEntries(limit: 1).isEmpty {
            try await gather(into: try openFile(at: now))
        }
        try service.edge.set("bank_last_closing", to: now.rfc3339)
    }

    /// Names a file and keeps the name, so that a crash goes on with the same file.
    private func openFile(at now: Instant) throws -> String {
        let day = Eastern.day(at: now)
        for number in 0..<FileModifier.count {
            guard let modifier = FileModifier(number: number) else { continue }
            let name = "\(day.iso)-\(modifier).ach"
            let isNew = try service.edge.keep(
                EdgeStore.BankFile(
                    name: name, direction: "outbound", digest: Data(), bytes: Data(), at: now,
                    state: "gathering", report: ""))
            if isNew { return name }
        }
        throw RailProblem("all 36 files of \(day.iso) are used")
    }

    /// Goes on with a file that a crash interrupted.
    private func finishGathering() async throws {
        for file in try service.edge.bankFiles(direction: "outbound", state: "gathering") {
            try await gather(into: file.name)
        }
        for file in try service.edge.bankFiles(direction: "outbound", state: "ready") {
            try send(file.name, bytes: file.bytes)
        }
    }

    private func gather(into name: String) async throws {
        let queued = try service.reader.queuedEntries(limit: Self.entriesMax)
        let odfi = try odfi()
        let first = try service.edge.reserve(
            Int64(queued.count), from: "trace_sequence", startingAt: 1)
        let entries = try queued.enumerated().map { index, row in
            let sequence = Int((first + Int64(index) - 1) % Int64(TraceNumber.sequenceMax)) + 1
            guard let trace = TraceNumber(odfi: odfi.identification, sequence: sequence) else {
                throw RailProblem("no trace number for \(row.payment.key)")
            }
            return (row, Command.SubmitEntry(payment: row.payment, trace: trace, file: name))
        }
        // Together, so that many share one commit; each has its own trace number already.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, (row, entry)) in entries.enumerated() {
                if index >= Self.submittedTogether { try await group.next() }
                group.addTask { try await submit(row, entry) }
            }
            try await group.waitForAll()
        }
        try complete(name, odfi: odfi)
    }

    /// Far fewer than the engine's queue takes, so that customers' commands find room in it.
    private static let submittedTogether = 1_000

    private func submit(_ row: Reader.EntryRow, _ entry: Command.SubmitEntry) async throws {
        let command: Command
        let addressee: Addressee
        if case .dishonor(let id) = row.payment {
            command = .submitDishonor(id, entry)
            addressee = .house
        } else if let customer = row.customer {
            command = .submitEntry(entry)
            addressee = .customer(customer)
        } else {
            return
        }
        let outcome = try await service.perform(
            command, to: addressee, by: .system, scope: "bank:submit",
            key: "\(row.payment.key):\(entry.file)", body: "submit")
        if case .refused(let refusal) = outcome {
            logger.error(
                "an entry was not sent",
                metadata: ["payment": "\(row.payment.key)", "reason": "\(refusal)"])
        }
    }

    private func odfi() throws -> RoutingNumber {
        guard let routing = RoutingNumber(service.settings.originator.odfiRoutingNumber) else {
            throw RailProblem("the ODFI's routing number in the configuration is not one")
        }
        return routing
    }

    /// Builds the bytes from what the engine committed: the same rows always give the same file.
    private func complete(_ name: String, odfi: RoutingNumber) throws {
        let rows = try service.reader.entries(inFile: name)
        guard !rows.isEmpty, let kept = try service.edge.bankFile(named: name) else {
            try service.edge.mark(bankFile: name, state: "empty", report: "nothing to send")
            return
        }
        let processing = timing.processingDay(submittedAt: kept.at)
        var origination = Origination(
            originator: Nacha.Originator(
                companyName: service.settings.originator.companyName,
                companyIdentification: service.settings.originator.companyIdentification,
                entryDescription: "DEPOSIT", odfi: odfi.identification),
            effectiveEntryDate: timing.forwardSettlement(processingDay: processing))
        var dishonors: [(Entry, BatchHeader)] = []
        for row in rows {
            guard let trace = row.trace.flatMap({ TraceNumber($0) }) else { continue }
            switch row.presentment {
            case .original: origination.add(try entry(row, trace))
            case .again: origination.add(try entry(row, trace), for: .representment)
            case .dishonor(let code, let returnCode, let returnTrace):
                if let dishonored = try dishonor(
                    row, trace, code: code, returnCode: returnCode, returnTrace: returnTrace)
                {
                    dishonors.append(dishonored)
                }
            }
        }
        var batches = origination.batches()
        for (entry, header) in dishonors {
            batches.append(
                Batch(
                    header: header.answered(by: odfi.identification, number: batches.count + 1),
                    entries: [entry]))
        }
        let bytes = try FileWriter().bytes(
            NachaFile(header: try header(name, kept.at, odfi), batches: batches))
        // What leaves must read back as what an operator would accept.
        _ = try FileReader(profile: .strict).read(bytes)
        let data = Data(bytes)
        try service.edge.complete(
            bankFile: name, bytes: data, digest: Data(SHA256.hash(data: data)), state: "ready")
        try send(name, bytes: data)
    }

    private func header(_ name: String, _ at: Instant, _ odfi: RoutingNumber) throws -> FileHeader {
        guard let letter = name.dropLast(4).last, let modifier = FileModifier(letter) else {
            throw RailProblem("\(name) is not a file of ours")
        }
        return FileHeader(
            destination: FileParty(odfi),
            origin: FileParty("1" + service.settings.originator.companyIdentification.suffix(9))
                ?? FileParty(odfi),
            created: Eastern.day(at: at), createdAt: Eastern.timeOfDay(at: at), modifier: modifier,
            destinationName: ASCIIText.fitting(service.settings.originator.odfiName, columns: 23),
            originName: ASCIIText.fitting(service.settings.originator.companyName, columns: 23))
    }

    private func entry(_ row: Reader.EntryRow, _ trace: TraceNumber) throws -> Entry {
        guard let id = row.customer, let customer = try service.reader.customer(id) else {
            throw RailProblem("\(row.payment.key) has no customer")
        }
        let methodID: PaymentMethodID?
        switch row.payment {
        case .deposit(let id): methodID = customer.deposits[id]?.method
        case .settlement(let id): methodID = customer.settlements[id]?.method
        case .dishonor: methodID = nil
        }
        guard let account = methodID.flatMap({ customer.methods[$0]?.bankAccount }),
            let receiver = RoutingNumber(account.routingNumber),
            let code = TransactionCode(account.type == .savings ? .savings : .checking, .debit)
        else { throw RailProblem("\(row.payment.key) has no bank account to debit") }
        return Entry(
            code: code, receiver: receiver, account: try service.vault.accountNumber(of: account),
            amount: row.amount, identification: String(row.payment.key.suffix(15)),
            name: ASCIIText.fitting(customer.profile.name, columns: 22), discretionaryData: "S",
            trace: trace)
    }

    /// The return as it came, sent back; found in the file that brought it.
    private func dishonor(
        _ row: Reader.EntryRow, _ trace: TraceNumber, code: String, returnCode: String,
        returnTrace: String
    ) throws -> (Entry, BatchHeader)? {
        guard let code = ReturnCode(code) else { return nil }
        for file in try service.edge.bankFiles(direction: "inbound", limit: 10_000)
        where file.name.hasSuffix(".ach") {
            guard case .success(let reading)? = read(Array(file.bytes)) else { continue }
            for batch in reading.file.batches {
                for entry in batch.entries where entry.trace.text == returnTrace {
                    if let dishonored = entry.dishonored(
                        code, trace: trace, returnSettlement: batch.header.settlement)
                    {
                        return (dishonored, batch.header)
                    }
                }
            }
        }
        throw RailProblem("the return \(returnTrace) to dishonor is in no file kept here")
    }

    /// Written aside, flushed, renamed: the bank never sees half a file, and never two of a name.
    private func send(_ name: String, bytes: Data) throws {
        let target = outbound.appendingPathComponent(name)
        if !FileManager.default.fileExists(atPath: target.path) {
            let aside = outbound.appendingPathComponent(".\(name).part")
            try bytes.write(to: aside)
            let handle = try FileHandle(forWritingTo: aside)
            try handle.synchronize()
            try handle.close()
            try FileManager.default.moveItem(at: aside, to: target)
        }
        try service.edge.mark(bankFile: name, state: "sent", report: "")
        logger.info("a file left for the bank", metadata: ["file": "\(name)"])
        service.figures.bankFile(.sent)
    }

    func read(_ bytes: [UInt8]) -> Result<Reading, FileRefusal>? {
        FileReader(profile: .lenient).readAll(bytes).first
    }
}

/// Why the rail could not do its work, for the log.
struct RailProblem: Error, CustomStringConvertible {
    let description: String
    init(_ sentence: String) { description = sentence }
}
