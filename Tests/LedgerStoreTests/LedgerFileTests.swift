import Books
import Foundation
import Money
import Synchronization
import Testing

@testable import LedgerStore

/// A moment that tests move by hand.
final class TestClock: Sendable {
    private let moment = Mutex<Int64>(1_764_504_000_000)
    var now: Int64 { moment.withLock { $0 } }
    func wait(_ milliseconds: Int64) { moment.withLock { $0 += milliseconds } }
}

/// Two customers, a bank and a fee account; ids in order.
final class SampleLedger: Sendable {
    let folder: URL
    let path: String
    let clock = TestClock()
    private let made = Mutex<UInt64>(0)

    let ada: BookID
    let ben: BookID
    let bank: BookID

    init(marked: String = "ledger") throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "\(marked)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "books.ledger").path
        func account(_ low: UInt64) -> BookID {
            BookID(atMilliseconds: 1_764_503_999_000, tail: 0, low: low)
        }
        (ada, ben, bank) = (account(1), account(2), account(3))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(
        _ onStep: (@Sendable (CommitStep) throws -> Void)? = nil
    ) async throws -> LedgerFile {
        var options = LedgerFile.Options()
        let clock = clock
        options.now = { clock.now }
        let file = try LedgerFile(path: path, options: options, onStep: onStep)
        return file
    }

    /// What is owed to a customer is a credit that may not go below zero.
    func openAccounts(_ file: LedgerFile) async throws {
        let terms = AccountTerms(limit: .debits(beyondCredits: 0))
        let results = try await file.open([
            BookAccount(
                id: ada, asset: .usd, terms: terms, detail: .byReason, happenedAt: clock.now),
            BookAccount(id: ben, asset: .usd, terms: terms, happenedAt: clock.now),
            BookAccount(id: bank, asset: .usd, happenedAt: clock.now),
        ])
        #expect(results == [.created, .created, .created])
    }

    func id() -> BookID {
        let low = made.withLock { made in
            made += 1
            return made
        }
        return BookID(atMilliseconds: clock.now, tail: 1, low: low)
    }

    func move(
        _ debit: BookID, _ credit: BookID, _ amount: UInt64, reason: UInt32 = 1,
        isLinked: Bool = false
    ) -> BookCommand {
        BookCommand(
            id: id(), .move(Movement(debit: debit, credit: credit, asset: .usd, amount: amount)),
            reason: reason, happenedAt: clock.now, isLinked: isLinked)
    }

    func deposit(_ amount: UInt64) -> BookCommand { move(bank, ada, amount) }

    func pend(
        _ debit: BookID, _ credit: BookID, _ amount: UInt64, for milliseconds: Int64
    ) -> BookCommand {
        BookCommand(
            id: id(),
            .pend(
                Movement(debit: debit, credit: credit, asset: .usd, amount: amount),
                deadline: clock.now + milliseconds), reason: 2, happenedAt: clock.now)
    }

    func command(_ action: BookCommand.Action) -> BookCommand {
        BookCommand(id: id(), action, happenedAt: clock.now)
    }

    func balance(_ file: LedgerFile, _ account: BookID) async throws -> BookBalance? {
        try await file.accounts([account])[0]?.balance
    }
}

extension LedgerFile.Options {
    /// Writes a page that differs as soon as it has lacked more than so many records.
    static func flushed(after records: UInt64, _ clock: TestClock) -> LedgerFile.Options {
        var options = LedgerFile.Options()
        options.writer.replayMax = records
        options.now = { clock.now }
        return options
    }
}

struct LedgerFileTests {
    @Test("A command sent again, also after the file was opened again, changes nothing")
    func idempotent() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let deposit = ledger.deposit(100)
        #expect(try await file.post(deposit) == .created)
        #expect(try await file.post(deposit) == .exists)
        try file.close()

        let again = try await ledger.open()
        #expect(try await again.post(deposit) == .exists)
        #expect(try await ledger.balance(again, ledger.ada)?.creditsPosted == 100)
        try again.close()
    }

    @Test("A limit counts what is pending and held, and is changed while in use")
    func limits() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let pending = ledger.pend(ledger.ada, ledger.bank, 60, for: 60_000)
        let results = try await file.post([
            ledger.deposit(100), pending, ledger.move(ledger.ada, ledger.ben, 41),
            ledger.command(
                .limit(ledger.ada, AccountTerms(limit: .debits(beyondCredits: 10), held: 5))),
            ledger.move(ledger.ada, ledger.ben, 46), ledger.move(ledger.ada, ledger.ben, 45),
        ])

        #expect(
            results == [
                .created, .created, .exceedsLimit(.debit), .created, .exceedsLimit(.debit),
                .created,
            ])
        try file.close()
    }

    @Test("A pending transfer that nobody posts ends by itself, in a record of its own")
    func expiry() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let pending = ledger.pend(ledger.ada, ledger.bank, 60, for: 60_000)
        _ = try await file.post([ledger.deposit(100), pending])
        #expect(try await ledger.balance(file, ledger.ada)?.debitsPending == 60)

        ledger.clock.wait(60_000)
        try await file.expire()

        #expect(try await ledger.balance(file, ledger.ada)?.debitsPending == 0)
        #expect(
            try await file.post(ledger.command(.post(pending.id, amount: nil))) == .pendingExpired)
        let last = try LedgerReader(path: ledger.path).read { view in
            try view.history(of: ledger.ada, limit: 1)[0].record
        }
        #expect(last.kind == .expire)
        #expect(last.released == 60)
        try file.close()
    }

    @Test("Posting in part releases the rest, once")
    func partial() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let pending = ledger.pend(ledger.bank, ledger.ada, 60, for: 60_000)
        let results = try await file.post([
            pending, ledger.command(.post(pending.id, amount: 61)),
            ledger.command(.post(pending.id, amount: 25)),
            ledger.command(.post(pending.id, amount: 25)), ledger.command(.void(pending.id)),
        ])

        #expect(results == [.created, .exceedsPending, .created, .pendingPosted, .pendingPosted])
        let balance = try await ledger.balance(file, ledger.ada)
        #expect(balance?.creditsPosted == 25)
        #expect(balance?.creditsPending == 0)
        try file.close()
    }

    @Test("Linked commands stand or fall together, and nothing of a fallen chain is left")
    func linked() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let chain = [
            ledger.move(ledger.bank, ledger.ada, 50, isLinked: true),
            ledger.move(ledger.ada, ledger.ben, 51, isLinked: false),
        ]

        #expect(try await file.post(chain) == [.linkedFailed, .exceedsLimit(.debit)])
        #expect(try await ledger.balance(file, ledger.ada) == .zero)
        // The same ids are free to be used.
        let better = [chain[0], ledger.move(ledger.ada, ledger.ben, 50)]
        #expect(try await file.post(better) == [.created, .created])
        #expect(try await file.post(better) == [.exists, .exists])
        try file.close()
    }

    @Test(
        "What follows a fallen chain is read again at the next start, although its numbers are reused"
    )
    func afterFallenChain() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let pending = ledger.pend(ledger.bank, ledger.ada, 50, for: 60_000)
        _ = try await file.post(pending)
        try file.close()
        let all = LedgerFile.Options.flushed(after: 0, ledger.clock)
        let flushed = try LedgerFile(path: ledger.path, options: all)
        // Every page is as it is on disk: the next to differ is the first.
        _ = try await flushed.post(ledger.deposit(1))
        try flushed.close()
        let old = LedgerFile.Options.flushed(after: 1, ledger.clock)
        let again = try LedgerFile(path: ledger.path, options: old)
        let chain = (0..<5).map { _ in ledger.move(ledger.bank, ledger.ben, 1, isLinked: true) }
        let fallen =
            chain + [
                BookCommand(
                    id: ledger.id(), .post(pending.id, amount: nil), happenedAt: ledger.clock.now,
                    isLinked: true), ledger.move(ledger.ada, ledger.ben, 5_000),
            ]

        #expect(try await again.post(fallen).last == .exceedsLimit(.debit))
        #expect(
            try await again.post(ledger.command(.post(pending.id, amount: nil))) == .created)
        // Now the accounts are written, and what became of the promise not yet.
        #expect(try await again.post(ledger.deposit(1)) == .created)
        try again.close()

        let last = try await ledger.open()
        #expect(
            try await last.post(ledger.command(.post(pending.id, amount: nil))) == .pendingPosted)
        #expect(try await ledger.balance(last, ledger.ada)?.creditsPosted == 52)
        try last.close()
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
    }

    @Test("A transfer is reversed once, and by its id")
    func reversal() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let deposit = ledger.deposit(70)
        let reversal = ledger.command(.reverse(deposit.id))
        let results = try await file.post([
            deposit, reversal, reversal, ledger.command(.reverse(deposit.id)),
            ledger.command(.reverse(reversal.id)),
        ])

        #expect(results == [.created, .created, .exists, .alreadyReversed, .notReversible])
        let balance = try await ledger.balance(file, ledger.ada)
        #expect(balance?.net == 0)
        try file.close()
    }

    @Test("Many callers at once share commits, and each has its own answer")
    func concurrent() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let count = 2_000

        let created = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<16 {
                group.addTask {
                    var created = 0
                    for number in 0..<(count / 16) where number % 16 != caller % 3 {
                        let result = try await file.post(ledger.deposit(1))
                        if result == .created { created += 1 }
                    }
                    return created
                }
            }
            return try await group.reduce(0, +)
        }

        #expect(try await ledger.balance(file, ledger.ada)?.creditsPosted == UInt64(created))
        let head = try LedgerReader(path: ledger.path).read(\.head)
        #expect(head.commits < Int64(created))
        try file.close()
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
    }

    @Test("A clock that goes back does not take the books with it")
    func clockBack() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let booked = ledger.clock.now
        ledger.clock.wait(-50_000)

        #expect(try await file.post(ledger.deposit(5)) == .created)

        let record = try LedgerReader(path: ledger.path).read { view in
            try view.history(of: ledger.ada, limit: 1)[0]
        }
        #expect(record.bookedAt == booked)
        #expect(record.record.happenedAt == booked - 50_000)
        try file.close()
    }

    @Test("A reader sees what was committed while the ledger is in use, and pages of history")
    func reading() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let reader = try LedgerReader(path: ledger.path)
        for amount in 1...5 { _ = try await file.post(ledger.deposit(UInt64(amount))) }
        #expect(try reader.read { try $0.account(ledger.ada)?.balance.creditsPosted } == 15)
        for amount in 6...9 { _ = try await file.post(ledger.deposit(UInt64(amount))) }

        let (first, second) = try reader.read { view in
            let first = try view.history(of: ledger.ada, limit: 4)
            let second = try view.history(
                of: ledger.ada, before: first.last?.sequence, limit: 100)
            return (first, second)
        }

        #expect(first.map(\.record.amount) == [9, 8, 7, 6])
        #expect(second.map(\.record.amount) == [5, 4, 3, 2, 1, 0])
        try file.close()
    }

    @Test("Before the first record there is no history")
    func noHistory() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        _ = try await file.post(ledger.deposit(1))
        try file.close()

        let records = try LedgerReader(path: ledger.path).read { view in
            try (UInt64(0)...1).map { try view.history(of: ledger.ada, before: $0, limit: 4) }
        }

        #expect(records == [[], []])
    }

    @Test("A reader that looks at every account keeps as many in memory as it was told to")
    func readerMemory() async throws {
        let ledger = try SampleLedger()
        let file = try LedgerFile(path: ledger.path, options: .flushed(after: 10, ledger.clock))
        let ids = (0..<2_200).map {
            BookID(atMilliseconds: 1_764_503_999_000, tail: 1, low: $0 + 1)
        }
        let opened = try await file.open(
            ids.map { BookAccount(id: $0, asset: .usd, happenedAt: ledger.clock.now) })
        #expect(opened.allSatisfy { $0 == .created })
        try await ledger.openAccounts(file)
        for _ in 0..<20 { _ = try await file.post(ledger.deposit(1)) }
        try file.close()

        var options = LedgerWriter.Options()
        options.accountsMax = 440
        let reader = try LedgerReader(path: ledger.path, options: options)
        let byOne = try ids.map { id in
            try reader.read { view in
                let found = try view.account(id)?.id
                #expect(found == id)
                return view.books.figures.pages
            }
        }
        let inOne = try reader.read { view in
            try ids.map { id in
                let found = try view.account(id)?.id
                #expect(found == id)
                return view.books.figures.pages
            }
        }

        #expect(try #require(byOne.max()) <= 13)
        #expect(try #require(inOne.max()) <= 13)
    }

    @Test("A moment long ago costs a walk from the nearest waymark, and is right")
    func past() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        var moments: [(at: Int64, sum: UInt64)] = []
        var sum: UInt64 = 0
        for round in 0..<30 {
            ledger.clock.wait(1_000)
            let batch = (0..<150).map { _ in ledger.deposit(UInt64(round + 1)) }
            _ = try await file.post(batch)
            sum += UInt64(150 * (round + 1))
            moments.append((ledger.clock.now, sum))
        }

        let reader = try LedgerReader(path: ledger.path)
        try reader.read { view in
            for moment in moments {
                let booked = try view.balance(of: ledger.ada, bookedBy: moment.at)
                #expect(booked?.creditsPosted == moment.sum)
                let happened = try view.balance(of: ledger.ada, happenedBy: moment.at)
                #expect(happened?.creditsPosted == moment.sum)
            }
            #expect(try view.balance(of: ledger.ada, bookedBy: 0) == nil)
        }
        try file.close()
    }

    @Test("Releases that happened before their promises leave nothing pending, however large")
    func releasedBefore() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let early = ledger.clock.now - 10_000
        for _ in 0..<3 {
            let pending = ledger.pend(ledger.bank, ledger.ada, UInt64(Int64.max), for: 60_000)
            let void = BookCommand(id: ledger.id(), .void(pending.id), happenedAt: early)
            #expect(try await file.post([pending, void]) == [.created, .created])
        }

        let balance = try LedgerReader(path: ledger.path).read { view in
            try view.balance(of: ledger.ada, happenedBy: early)
        }
        #expect(balance == .zero)
        try file.close()
    }

    @Test("A copy made while the ledger is in use holds, and is a ledger of its own")
    func backup() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        _ = try await file.post(ledger.deposit(100))
        let copy = ledger.folder.appending(path: "copy.ledger").path
        try file.backUp(to: copy)
        _ = try await file.post(ledger.deposit(11))
        try file.close()

        #expect(try LedgerVerifier.verify(path: copy).problems == [])
        let there = try LedgerReader(path: copy).read { view in
            try view.account(ledger.ada)?.balance.creditsPosted
        }
        #expect(there == 100)
        #expect(throws: LedgerFault.self) { try LedgerCopy.copy(from: ledger.path, to: copy) }
    }

    @Test("Two writers of one file are noticed before the second commit")
    func twoWriters() async throws {
        let ledger = try SampleLedger()
        let first = try await ledger.open()
        try await ledger.openAccounts(first)
        let second = try await ledger.open()
        #expect(try await first.post(ledger.deposit(1)) == .created)

        await #expect(throws: LedgerFault.self) { try await second.post(ledger.deposit(1)) }

        #expect(try await first.post(ledger.deposit(1)) == .created)
        try second.close()
        try first.close()
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
    }

    @Test("Closing answers what was asked, and takes nothing more")
    func closing() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        try file.close()

        await #expect(throws: LedgerFault.self) { try await file.post(ledger.deposit(1)) }
    }
}
