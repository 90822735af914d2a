import Books
import Foundation
import LedgerStore
import Money

/// Transfers between accounts taken at random, with ids in the order of time.
struct Workload {
    private var state: UInt64
    private var made: UInt64 = 0
    let accounts: Int
    /// Every transfer credits account 0.
    let isHot: Bool
    /// The low halves of account ids say which they are.
    static let asset = AssetCode.usd

    init(seed: UInt64, accounts: Int, isHot: Bool = false) {
        state = seed
        self.accounts = accounts
        self.isHot = isHot
    }

    static func account(_ index: Int) -> BookID {
        BookID(high: 1 << 16, low: UInt64(index) + 1)
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func raw(_ count: Int) -> [RawTransfer] {
        let now = Self.now
        return (0..<count).map { _ in
            let (debit, credit) = pair()
            made += 1
            return RawTransfer(
                high: UInt64(now) << 16 | made >> 48, low: made << 16 | random() & 0xFFFF,
                debit: debit, credit: credit, amount: Int64(random() % 10_000) + 1)
        }
    }

    mutating func commands(_ count: Int) -> [BookCommand] {
        let now = Self.now
        return (0..<count).map { _ in command(now) { .move($0) } }
    }

    mutating func command(
        _ now: Int64, _ action: (Movement) -> BookCommand.Action
    ) -> BookCommand {
        let (debit, credit) = pair()
        return BookCommand(
            id: id(now),
            action(
                Movement(
                    debit: Self.account(debit), credit: Self.account(credit), asset: Self.asset,
                    amount: random() % 10_000 + 1)),
            reason: UInt32(random() % 40), happenedAt: now)
    }

    mutating func id(_ now: Int64) -> BookID {
        made += 1
        return BookID(high: UInt64(now) << 16 | made >> 48, low: made << 16 | random() & 0xFFFF)
    }

    private mutating func pair() -> (Int, Int) {
        let debit = Int(random() % UInt64(accounts - 1)) + 1
        if isHot { return (debit, 0) }
        var credit = Int(random() % UInt64(accounts))
        if credit == debit { credit = (credit + 1) % accounts }
        return (debit, credit)
    }
}

/// A ledger with its accounts, on a file of its own.
final class BenchLedger: Sendable {
    let file: LedgerFile
    let path: String

    /// Every second account may not be debited beyond a large allowance, so that limits are looked
    /// at.
    init(folder: URL, name: String, accounts: Int) throws {
        path = folder.appending(path: name).path
        file = try LedgerFile(path: path)
        let now = Workload.now
        var first = 0
        while first < accounts {
            let count = min(8_189, accounts - first)
            let batch = (first..<(first + count)).map { index in
                BookAccount(
                    id: Workload.account(index), asset: Workload.asset,
                    terms: AccountTerms(
                        limit: index % 2 == 0 ? .none : .debits(beyondCredits: 1 << 60)),
                    happenedAt: now)
            }
            let results = try wait { try await self.file.open(batch) }
            guard results.allSatisfy({ $0 == .created }) else {
                throw BenchProblem("an account was not opened")
            }
            first += count
        }
    }

    /// One caller: a batch after the other, each when the one before is answered.
    func post(_ batches: [[BookCommand]]) throws {
        try wait {
            for batch in batches {
                let results = try await self.file.post(batch)
                if let refused = results.first(where: { $0 != .created }) {
                    throw BenchProblem("a command was refused: \(refused)")
                }
            }
        }
    }

    /// Many callers: each sends one command after the other.
    func post(byCallers batches: [[BookCommand]]) throws {
        try wait {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for batch in batches {
                    group.addTask {
                        for command in batch {
                            let result = try await self.file.post(command)
                            guard result == .created else {
                                throw BenchProblem("a command was refused: \(result)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// Runs asynchronous work to its end.
func wait<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
    nonisolated(unsafe) var result: Result<Value, any Error>?
    let done = DispatchSemaphore(value: 0)
    Task {
        do { result = .success(try await work()) } catch { result = .failure(error) }
        done.signal()
    }
    done.wait()
    return try result!.get()
}
