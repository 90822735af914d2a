import Books
import Foundation
import Synchronization
import Testing

@testable import LedgerStore

/// What a fault leaves behind. One at a time: they share a disk that fails for all.
@Suite(.serialized)
struct FaultTests {
    struct Crash: Error {}

    @Test(
        "A commit that ends at any step is there wholly or not at all, and is never acknowledged",
        arguments: CommitStep.allCases)
    func steps(_ step: CommitStep) async throws {
        let ledger = try SampleLedger()
        let isArmed = Mutex(false)
        let file = try await ledger.open { reached in
            if reached == step, isArmed.withLock({ $0 }) { throw Crash() }
        }
        try await ledger.openAccounts(file)
        #expect(try await file.post(ledger.deposit(100)) == .created)
        isArmed.withLock { $0 = true }
        let batch = (0..<200).map { _ in ledger.deposit(1) }

        await #expect(throws: LedgerFault.self) { try await file.post(batch) }
        await #expect(throws: LedgerFault.self) { try await file.post(ledger.deposit(1)) }
        await #expect(throws: LedgerFault.self) { try await file.accounts([ledger.ada]) }
        try file.close()

        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
        let again = try await ledger.open()
        let isThere = step == .committed
        #expect(
            try await ledger.balance(again, ledger.ada)?.creditsPosted == (isThere ? 300 : 100))
        let results = try await again.post(batch)
        #expect(results.allSatisfy { $0 == (isThere ? .exists : .created) })
        #expect(try await ledger.balance(again, ledger.ada)?.creditsPosted == 300)
        try again.close()
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
    }

    @Test(
        "When the disk fails, nobody is answered that it was kept, and what was is still there",
        arguments: [
            FaultyDisk.Fault.sync, .readOnly, .full(after: 0), .full(after: 9_000),
            .full(after: 30_000),
        ])
    func disk(_ fault: FaultyDisk.Fault) async throws {
        try FaultyDisk.install()
        let ledger = try SampleLedger(marked: FaultyDisk.marker)
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        #expect(try await file.post(ledger.deposit(100)) == .created)
        let batch = (0..<2_000).map { _ in ledger.deposit(1) }

        FaultyDisk.fault.withLock { $0 = fault }
        await #expect(throws: LedgerFault.self) { try await file.post(batch) }
        FaultyDisk.fault.withLock { $0 = .none }
        await #expect(throws: LedgerFault.self) { try await file.post(ledger.deposit(1)) }
        try file.close()

        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
        let again = try await ledger.open()
        // Whether an unanswered commit is there nobody knows: asked again, it is there once.
        let results = try await again.post(batch)
        #expect(Set(results).count == 1)
        #expect(results[0] == .created || results[0] == .exists)
        if fault != .sync { #expect(results[0] == .created) }
        #expect(try await ledger.balance(again, ledger.ada)?.creditsPosted == 2_100)
        try again.close()
        #expect(try LedgerVerifier.verify(path: ledger.path).problems == [])
    }

    @Test("A log that is cut off anywhere leaves the commits before the cut, whole")
    func torn() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        for round in 0..<20 {
            _ = try await file.post((0...(round * 7)).map { _ in ledger.deposit(1) })
        }
        let log = try Data(contentsOf: URL(fileURLWithPath: ledger.path + "-wal"))
        let main = try Data(contentsOf: URL(fileURLWithPath: ledger.path))
        try file.close()
        var commits: Set<Int64> = []

        for length in stride(from: 0, to: log.count, by: log.count / 40) {
            let torn = ledger.folder.appending(path: "torn-\(length).ledger")
            try main.write(to: torn)
            try log.prefix(length).write(to: URL(fileURLWithPath: torn.path + "-wal"))
            // The tables themselves are in the log: cut before them it is opened as a new ledger.
            try LedgerFile(path: torn.path).close()
            let report = try LedgerVerifier.verify(path: torn.path)
            #expect(report.problems == [])
            commits.insert(report.commits)
        }

        #expect(commits.count > 10)
    }

    @Test("Whoever waits when a commit fails is told why it failed")
    func waiting() async throws {
        let ledger = try SampleLedger()
        let isArmed = Mutex(false)
        let holds = DispatchSemaphore(value: 0)
        let goes = DispatchSemaphore(value: 0)
        let file = try await ledger.open { reached in
            guard reached == .decided, isArmed.withLock({ $0 }) else { return }
            holds.signal()
            goes.wait()
            throw Crash()
        }
        try await ledger.openAccounts(file)
        isArmed.withLock { $0 = true }
        let told = Mutex<[String]>([])
        let (first, second) = (ledger.deposit(1), ledger.deposit(1))
        // A thread of its own: tasks share as many as there are processors.
        let caller = Thread {
            for command in [first, second] {
                file.post([command]) { result in
                    if case .failure(let fault) = result {
                        told.withLock { $0.append("\(fault)") }
                    }
                }
                if command.id == first.id { holds.wait() }
            }
            goes.signal()
        }
        caller.start()
        while !caller.isFinished {
            try await Task.sleep(for: .milliseconds(2))
        }
        try file.close()

        let sentences = told.withLock { $0 }
        #expect(sentences.count == 2)
        #expect(sentences.allSatisfy { $0.contains("Crash()") }, "\(sentences)")
    }

    @Test("A byte that is changed in a record is found, and its commit named")
    func flipped() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        let deposit = ledger.deposit(7)
        _ = try await file.post(ledger.deposit(1))
        _ = try await file.post(deposit)
        _ = try await file.post(ledger.deposit(1))
        try file.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: ledger.path))
        let name = withUnsafeBytes(of: (deposit.id.high.bigEndian, deposit.id.low.bigEndian)) {
            Data($0)
        }
        let place = try #require(bytes.range(of: name))
        // After the id come the two accounts and the amount.
        #expect(bytes[place.upperBound + 2] == 7)
        bytes[place.upperBound + 2] = 8
        try bytes.write(to: URL(fileURLWithPath: ledger.path))

        let problems = try LedgerVerifier.verify(path: ledger.path).problems

        // What is kept beside the journal says otherwise, too.
        #expect(
            problems == [
                "The hash of commit 3 does not fit its records, 5 to 5.",
                "Account 1 is wrong about reason 1.",
            ])
    }

    @Test("A page of the file that is lost is a problem that is told, whichever it is")
    func lostPages() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        for _ in 0..<4 { _ = try await file.post((0..<300).map { _ in ledger.deposit(1) }) }
        try file.close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: ledger.path))
        var silent: [Int] = []
        for page in 1..<(whole.count / 4_096) {
            var bytes = whole
            bytes.resetBytes(in: (page * 4_096)..<((page + 1) * 4_096))
            let path = ledger.folder.appending(path: "lost.ledger")
            try bytes.write(to: path)
            let report = try LedgerVerifier.verify(path: path.path)
            if report.problems.isEmpty { silent.append(page + 1) }
        }
        #expect(silent == [])
    }
}
