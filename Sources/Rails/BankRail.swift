import Banking
import Crypto
import Edges
import Engine
import Foundation
import Ledger
import Logging
import Money
import Nacha
import Rules
import Service

/// Our side of the bank: entries leave in Nacha files before the cut-offs, answers come back as
/// files in a folder. Every file is kept before anything is done with it.
public struct BankRail: Sendable {
    let service: Service
    let outbound: URL
    let inbound: URL
    let logger: Logger
    let transport: any BankTransport
    /// What brings the bank's files here; `nil` where they appear in the folder by themselves.
    let source: SFTPTransport?
    let memory = RailMemory()
    var limits = IntakeLimits()

    static let entriesMax = 100_000

    public init(service: Service, folder: URL, logger: Logger) throws {
        let outbound = folder.appendingPathComponent("outbound", isDirectory: true)
        let inbound = folder.appendingPathComponent("inbound", isDirectory: true)
        for directory in [outbound, inbound] {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
        }
        switch service.settings.bank.transport {
        case .folder:
            self.init(
                service: service, outbound: outbound, inbound: inbound, logger: logger,
                transport: FolderTransport(folder: outbound), source: nil)
        case .sftp(let setup):
            let server = try SFTPTransport(setup, folder: folder)
            self.init(
                service: service, outbound: outbound, inbound: inbound, logger: logger,
                transport: server, source: server)
        }
        try lookForMissing()
    }

    init(
        service: Service, outbound: URL, inbound: URL, logger: Logger,
        transport: any BankTransport, source: SFTPTransport?
    ) {
        self.service = service
        self.outbound = outbound
        self.inbound = inbound
        self.logger = logger
        self.transport = transport
        self.source = source
    }

    var bank: BankSetup { service.settings.bank }

    /// One look at the clock and the folder; called about twice a second.
    public func tick() async {
        await going("the bank rail could not go on") {
            try await finishGathering()
            try await closeFileIfDue()
        }
        await going("a bank file could not be taken in") { try await takeIn() }
        await going("the bank's statements could not be held against the books") {
            try StatementIntake(service: service).reconcileDaily()
            try StatementIntake(service: service).watchBreaks()
        }
        await going("expected bank files could not be looked for") { try lookForMissing() }
    }

    /// One look at what is on its way to the bank and from it; called beside ``tick()``, because a
    /// bank that does not answer must not keep a file from being closed in time.
    public func carry() async {
        await going("requests for bank files could not be read") { try carryOutRequests() }
        await going("bank files could not be sent") { try await deliver() }
        await going("bank files could not be fetched") { try await fetch() }
    }

    func going(_ sentence: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.error("\(sentence)", metadata: ["error": "\(error)"])
            service.figures.stumbled(.bank)
        }
    }

    // MARK: Leaving

    private var files: BankFileClock {
        BankFileClock(service.policies.policy(at: service.clock.now()), service.rules, bank)
    }

    var timing: ACHTiming { files.timing }

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
        try await closeFiles(at: now, for: files.window(at: now))
        try service.edge.set("bank_last_closing", to: now.rfc3339)
    }

    /// Puts all that waits and may go in this window into as many files as the bank's caps need.
    private func closeFiles(at now: Instant, for window: BankFileClock.Window) async throws {
        var tried: Set<PaymentReference> = []
        while true {
            let waiting = try service.reader.queuedEntries(limit: Self.entriesMax)
            let queued = try waiting.filter {
                try !tried.contains($0.payment) && mayGo($0, in: window)
            }
            // The last of a great many may stand there without those it goes with.
            let units = Self.units(queued).filter(\.isWhole)
            let plan = plan(units)
            for one in plan.aside {
                let key = units[one.place][0].payment.key
                try service.raise(
                    .bankDelivery(name: key, .entryTooLarge), about: "bank entry too large \(key)")
            }
            for file in plan.files {
                guard let name = try openFile(at: now, for: window) else { return }
                try await submit(file.places.map { units[$0] }, into: name, for: window)
                try complete(name)
            }
            tried.formUnion(units.joined().map(\.payment))
            // What came meanwhile waits for the next window; what did not fit into memory goes on.
            guard waiting.count == Self.entriesMax, !units.isEmpty else { return }
        }
    }

    /// What goes together or not at all: the micro-entries of one account, and anything else alone.
    private static func units(_ rows: [Reader.EntryRow]) -> [[Reader.EntryRow]] {
        var units: [[Reader.EntryRow]] = []
        var place: [PaymentMethodID: Int] = [:]
        for row in rows {
            guard case .validation(_, let method) = row.presentment else {
                units.append([row])
                continue
            }
            if let known = place[method] {
                units[known].append(row)
            } else {
                place[method] = units.count
                units.append([row])
            }
        }
        return units
    }

    /// Which unit goes into which file; `begun` is in the first already.
    private func plan(
        _ units: [[Reader.EntryRow]], begun: [Reader.EntryRow] = []
    ) -> FilePlan {
        let isBalanced = bank.offset != nil
        return FilePlan(
            units.map { $0.planned(isBalanced) }, caps: bank.caps,
            begun: begun.map { $0.planned(isBalanced) }, oneBatchEach: true)
    }

    /// Whether an entry may settle as the window says (Nacha Operating Rules, Same Day ACH: none
    /// above the limit; returns, dishonored ones too, go with any file).
    private func mayGo(_ row: Reader.EntryRow, in window: BankFileClock.Window) throws -> Bool {
        switch (window.cutOff.service, row.presentment) {
        case (_, .dishonor(let code, _, _)): try canBeAnswered(row, code)
        case (.nextDay, .original), (.nextDay, .again), (.nextDay, .validation): true
        case (.sameDay, .original), (.sameDay, .again), (.sameDay, .validation):
            row.amount <= bank.sameDayMax(under: service.rules, on: window.processingDay)
        }
    }

    /// Whether the answer to a return or a change can be written as an operator accepts it. One that
    /// cannot stays queued with a task: booked as sent it would be neither sent nor given up.
    private func canBeAnswered(_ row: Reader.EntryRow, _ code: String) throws -> Bool {
        let odfi = try odfi()
        let key = "bank answer \(row.payment.key)"
        if let trace = TraceNumber(odfi: odfi.identification, sequence: 1),
            let (entry, header) = try dishonor(row, trace, code: code),
            isWritable(
                Batch(header: header.answered(by: odfi.identification, number: 1), entries: [entry])
            )
        {
            try service.settle(alertAbout: key)
            return true
        }
        try service.raise(.bankDelivery(name: row.payment.key, .cannotBeMade), about: key)
        return false
    }

    private func isWritable(_ batch: Batch) -> Bool {
        do {
            let bytes = try FileWriter().bytes(
                NachaFile(
                    header: FileHeader(
                        destination: FileParty(try odfi()), origin: FileParty(try odfi()),
                        created: Eastern.day(at: service.clock.now())), batches: [batch]))
            _ = try FileReader(profile: .strict).read(bytes)
            return true
        } catch {
            return false
        }
    }

    /// Names a file and keeps the name, so that a crash goes on with the same file; `nil` when the
    /// day has no file ID modifier left.
    private func openFile(at now: Instant, for window: BankFileClock.Window) throws -> String? {
        let day = Eastern.day(at: now)
        for number in 0..<FileModifier.count {
            guard let modifier = FileModifier(number: number) else { continue }
            let name = bank.fileName.name(
                day: day, time: Eastern.timeOfDay(at: now), modifier: modifier, number: number)
            let file = EdgeStore.OutboundFile(
                name: name, day: day, modifier: modifier.description,
                window: EdgeStore.FileWindow(window))
            if try service.edge.open(file, at: now) { return name }
        }
        logger.error("the day's file ID modifiers are used up", metadata: ["day": "\(day.iso)"])
        try service.raise(
            .bankDelivery(name: day.iso, .noModifierLeft), about: "bank modifiers \(day.iso)")
        return nil
    }

    /// Goes on with a file that a crash interrupted: fills it while its window is open, and never
    /// beyond its caps.
    private func finishGathering() async throws {
        for file in try service.edge.bankFiles(direction: "outbound", state: "gathering") {
            // One that cannot be made has its task, and holds up no other.
            await going("\(file.name) could not be gone on with") { try await goOn(with: file) }
        }
    }

    private func goOn(with file: EdgeStore.BankFile) async throws {
        let now = service.clock.now()
        let window = files.window(at: now)
        if try service.edge.outbound(named: file.name)?.window
            == EdgeStore.FileWindow(window)
        {
            let queued = try service.reader.queuedEntries(limit: Self.entriesMax)
                .filter { try mayGo($0, in: window) }
            let units = Self.units(queued).filter(\.isWhole)
            let plan = plan(units, begun: try service.reader.entries(inFile: file.name))
            let places = plan.files.first?.places ?? []
            try await submit(places.map { units[$0] }, into: file.name, for: window)
        } else {
            // Its cut-off has passed: what is in it goes with the next one.
            try service.edge.move(file.name, to: EdgeStore.FileWindow(window))
        }
        try complete(file.name)
    }

    private func submit(
        _ units: [[Reader.EntryRow]], into name: String, for window: BankFileClock.Window
    ) async throws {
        guard !units.isEmpty else { return }
        var free = try traces(units.map(\.count).reduce(0, +))[...]
        let entries = units.map { unit in
            let taken = free.prefix(unit.count)
            free = free.dropFirst(unit.count)
            return (
                unit,
                zip(unit, taken).map { row, trace in
                    let settlesOn: Day? =
                        if case .dishonor = row.presentment { nil } else {
                            window.effectiveEntryDate
                        }
                    return Command.SubmitEntry(
                        payment: row.payment, trace: trace, file: name, settlesOn: settlesOn)
                }
            )
        }
        // Together, so that many share one commit; each has its own trace number already.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, (unit, entries)) in entries.enumerated() {
                if index >= Self.submittedTogether { try await group.next() }
                group.addTask { try await submit(unit[0], entries) }
            }
            try await group.waitForAll()
        }
    }

    /// Far fewer than the engine's queue takes, so that customers' commands find room in it.
    private static let submittedTogether = 1_000

    /// How long the bank may name an entry by its trace number, from the making of its file: 60
    /// days and a banking day for an unauthorised debit, five banking days to dishonor its return
    /// and two more to contest that, with a day to settle and be told of before each, and
    /// holidays among them. That is less than 90 calendar days; the rest is for late files.
    static let traceLifeDays = 120

    /// Trace numbers nobody has while the bank may name an entry by them.
    private func traces(_ count: Int) throws -> [TraceNumber] {
        let odfi = try odfi().identification
        let taken = try service.edge.takeTraces(
            count, of: odfi, aliveFrom: service.clock.now().adding(days: -Self.traceLifeDays))
        guard let traces = taken else {
            try service.raise(
                .bankDelivery(name: odfi.text, .noTraceLeft), about: "bank traces \(odfi.text)")
            throw RailProblem("\(count) trace numbers are wanted and not that many are free")
        }
        return traces
    }

    private func submit(_ row: Reader.EntryRow, _ entries: [Command.SubmitEntry]) async throws {
        guard let entry = entries.first else { return }
        let command: Command
        let addressee: Addressee
        if case .dishonor(let id) = row.payment {
            command = .submitDishonor(id, entry)
            addressee = .house
        } else if let customer = row.customer {
            if case .microEntry = row.payment {
                command = .submitMicroEntries(entries)
            } else {
                command = .submitEntry(entry)
            }
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

    /// Makes the file and hands it over; when it cannot be made, operators are told.
    private func complete(_ name: String) throws {
        let key = "bank file cannot be made \(name)"
        do {
            try make(name)
            try service.settle(alertAbout: key)
        } catch {
            try service.raise(.bankDelivery(name: name, .cannotBeMade), about: key)
            throw error
        }
    }

    /// Builds the bytes from what the engine committed: the same rows always give the same entries.
    private func make(_ name: String) throws {
        let odfi = try odfi()
        let rows = try service.reader.entries(inFile: name)
        guard !rows.isEmpty, let kept = try service.edge.bankFile(named: name),
            let file = try service.edge.outbound(named: name)
        else {
            try service.edge.mark(bankFile: name, state: "empty", report: "nothing to send")
            return
        }
        let window = file.window ?? EdgeStore.FileWindow(files.window(at: kept.at))
        var origination = Origination(
            originator: Nacha.Originator(
                companyName: service.settings.originator.companyName,
                companyIdentification: service.settings.originator.companyIdentification,
                entryDescription: "DEPOSIT", odfi: odfi.identification),
            effectiveEntryDate: window.effectiveEntryDate)
        var validations = Origination(
            originator: origination.originator, entryClass: bank.microEntryClass,
            effectiveEntryDate: window.effectiveEntryDate)
        origination.offset = bank.offset
        var dishonors: [(Entry, BatchHeader)] = []
        for row in rows {
            guard let trace = row.trace.flatMap({ TraceNumber($0) }) else { continue }
            switch row.presentment {
            case .original: origination.add(try entry(row, trace))
            case .again: origination.add(try entry(row, trace), for: .representment)
            case .validation: validations.add(try entry(row, trace), for: .accountVerification)
            case .dishonor(let code, _, _):
                if let dishonored = try dishonor(row, trace, code: code) {
                    dishonors.append(dishonored)
                } else {
                    // One record that cannot be written must not hold back everybody's debits.
                    try service.raise(
                        .bankFile(name: name), about: "unanswerable \(row.payment.key)")
                    logger.error(
                        "a return could not be answered: its record is not readable",
                        metadata: ["payment": "\(row.payment.key)", "code": "\(code)"])
                }
            }
        }
        var traces = try offsetTraces(origination.batches().count, odfi)
        var batches = try origination.balancedBatches(traces: &traces)
        for index in batches.indices {
            batches[index].header.descriptiveDate = window.descriptiveDate
        }
        if let even = Self.even(validations.batches(), number: batches.count + 1, window) {
            batches.append(even)
        }
        for (entry, header) in dishonors {
            batches.append(
                Batch(
                    header: header.answered(by: odfi.identification, number: batches.count + 1),
                    entries: [entry]))
        }
        let bytes = try FileWriter(lineEnding: bank.lineEnding).bytes(
            NachaFile(header: try header(file, kept.at, odfi), batches: batches))
        // What leaves must read back as what an operator would accept.
        _ = try FileReader(profile: .strict).read(bytes)
        let data = Data(bytes)
        try service.edge.hand(
            over: name, bytes: data, digest: Data(SHA256.hash(data: data)),
            at: service.clock.now())
    }

    /// Micro-entries in one batch of both sides: it is even by itself, and needs no offset.
    private static func even(
        _ batches: [Batch], number: Int, _ window: EdgeStore.FileWindow
    ) -> Batch? {
        guard var batch = batches.first else { return nil }
        batch.header.serviceClass = .mixed
        batch.header.number = number
        batch.header.descriptiveDate = window.descriptiveDate
        batch.entries = batches.flatMap(\.entries).sorted { $0.trace < $1.trace }
        return batch
    }

    /// What gives the offsets of a balanced file their trace numbers: one for each batch, kept as
    /// taken before the file has them. All that have an offset are debits.
    private func offsetTraces(_ count: Int, _ odfi: RoutingNumber) throws -> TraceAllocator {
        let traces = bank.offset == nil ? [] : try traces(count)
        try service.edge.keepOffsets(traces.map(\.text), at: service.clock.now())
        guard
            let allocator = TraceAllocator(
                odfi: odfi.identification, giving: traces.map(\.sequence))
        else { throw RailProblem("trace numbers of \(odfi) are out of range") }
        return allocator
    }

    private func header(
        _ file: EdgeStore.OutboundFile, _ at: Instant, _ odfi: RoutingNumber
    ) throws -> FileHeader {
        guard let letter = file.modifier.first, let modifier = FileModifier(letter) else {
            throw RailProblem("\(file.name) is not a file of ours")
        }
        let originator = service.settings.originator
        return FileHeader(
            destination: bank.destination ?? FileParty(odfi),
            origin: bank.origin ?? FileParty("1" + originator.companyIdentification.suffix(9))
                ?? FileParty(odfi),
            created: Eastern.day(at: at), createdAt: Eastern.timeOfDay(at: at), modifier: modifier,
            destinationName: ASCIIText.fitting(
                bank.destinationName ?? originator.odfiName, columns: 23),
            originName: ASCIIText.fitting(bank.originName ?? originator.companyName, columns: 23))
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
        case .microEntry(let id): methodID = customer.method(ofMicroEntry: id)?.id
        }
        guard let account = methodID.flatMap({ customer.methods[$0]?.bankAccount }),
            let receiver = RoutingNumber(account.routingNumber),
            let code = TransactionCode(
                account.type == .savings ? .savings : .checking, row.isCredit ? .credit : .debit)
        else { throw RailProblem("\(row.payment.key) has no bank account to debit") }
        return Entry(
            code: code, receiver: receiver, account: try service.vault.accountNumber(of: account),
            amount: row.amount, identification: row.payment.identification,
            name: ASCIIText.fitting(customer.profile.name, columns: 22), discretionaryData: "S",
            trace: trace)
    }

    /// The return as it came, sent back, or the change, refused; found where it stands in what the
    /// bank sent.
    private func dishonor(
        _ row: Reader.EntryRow, _ trace: TraceNumber, code: String
    ) throws -> (Entry, BatchHeader)? {
        guard case .dishonor(let id) = row.payment,
            let item = try service.reader.suspense(id)
        else { return nil }
        guard let place = item.place, let found = try service.bankFiles.entry(at: place) else {
            return nil
        }
        let answer: Entry?
        if item.why == .change {
            answer = ChangeCode(code).flatMap { found.entry.refusedChange($0, trace: trace) }
        } else {
            answer = ReturnCode(code).flatMap {
                found.entry.dishonored(
                    $0, trace: trace, returnSettlement: found.header.settlement,
                    information: item.dishonorInformation ?? "")
            }
        }
        return answer.map { ($0, found.header) }
    }

    /// How what the bank sends is read.
    var inboundProfile: BankProfile { bank.reading }
}

/// Entries that share a batch.
enum BatchGroup: Hashable, Sendable {
    case payment
    /// RETRY PYMT has a batch of its own (Nacha Operating Rules, Reinitiation).
    case representment
    /// A dishonored return repeats the company of its own batch, so each has one.
    case answer(PaymentReference)
    /// ACCTVERIFY: credits and the debits that take them back, even by themselves (Nacha Operating
    /// Rules, Micro-Entries).
    case validation
}

extension Reader.EntryRow {
    /// What a plan of files looks at. What is sent back is none of the originator's money, so a
    /// balanced file has no offset for it.
    func planned(_ isBalanced: Bool) -> PlannedEntries<BatchGroup> {
        switch presentment {
        case .original:
            PlannedEntries(group: .payment, debits: amount, hasOffset: isBalanced)
        case .again:
            PlannedEntries(group: .representment, debits: amount, hasOffset: isBalanced)
        case .dishonor:
            PlannedEntries(group: .answer(payment), addenda: 1, debits: amount)
        case .validation(let isCredit, _):
            PlannedEntries(
                group: .validation, debits: isCredit ? .zero : amount,
                credits: isCredit ? amount : .zero)
        }
    }
}

extension [Reader.EntryRow] {
    /// Whether all that goes together is there: two small credits and the debit that takes them back.
    var isWhole: Bool {
        guard case .validation? = first?.presentment else { return true }
        return count == Validation.entriesEach
    }

    /// The same for entries that go together.
    func planned(_ isBalanced: Bool) -> PlannedEntries<BatchGroup> {
        let each = map { $0.planned(isBalanced) }
        guard each.count > 1 else { return each[0] }
        return PlannedEntries(
            group: each[0].group, entries: each.count, debits: each.map(\.debits).sum(),
            credits: each.map(\.credits).sum())
    }
}

extension EdgeStore.FileWindow {
    init(_ window: BankFileClock.Window) {
        self.init(
            cutOff: window.end, effectiveEntryDate: window.effectiveEntryDate,
            isSameDay: window.cutOff.service == .sameDay,
            descriptiveDate: window.cutOff.descriptiveDate)
    }
}

/// Why the rail could not do its work, for the log.
struct RailProblem: Error, CustomStringConvertible {
    let description: String
    init(_ sentence: String) { description = sentence }
}
