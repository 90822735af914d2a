import Banking
import Engine
import Foundation
import Ledger
import Rules
import Simulator
import Testing

/// A seed that fails is of use when it is short, and when it can be lived again.
struct ShortLifeTests {
    @Test("Of all steps only those remain that the broken promise needs")
    func needed() {
        let needed: Set<Int> = [3, 40, 41]
        let found = Violation(seed: 7, step: 90, sentence: "dep_1 is lost", lastSteps: [])

        let life = ShortLife.find(
            found, steps: 90, until: { false },
            live: { steps in
                guard needed.isSubset(of: steps) else { return }
                throw Violation(seed: 7, step: 41, sentence: "dep_2 is lost", lastSteps: ["told"])
            })

        #expect(life.steps == [3, 40, 41])
        #expect(life.violation.lastSteps == ["told"])
    }

    @Test("Another broken promise is not taken for the one that was found")
    func another() {
        let found = Violation(seed: 7, step: 9, sentence: "money is lost", lastSteps: [])

        let life = ShortLife.find(
            found, steps: 9, until: { false },
            live: { steps in
                let sentence = steps.contains(5) ? "money is lost" : "time went back"
                throw Violation(seed: 7, step: 9, sentence: sentence, lastSteps: [])
            })

        #expect(life.steps == [5])
    }

    @Test("When the time is over, the shortest life found so far is told")
    func bounded() {
        var lives = 0
        let found = Violation(seed: 7, step: 64, sentence: "money is lost", lastSteps: [])

        let life = ShortLife.find(
            found, steps: 64, until: { lives >= 2 },
            live: { steps in
                lives += 1
                guard steps.contains(1) else { return }
                throw Violation(seed: 7, step: 64, sentence: "money is lost", lastSteps: [])
            })

        #expect(life.steps == Array(1...32))
    }

    @Test("What fails only once is told with all its steps")
    func onlyOnce() {
        let found = Violation(seed: 7, step: 4, sentence: "money is lost", lastSteps: [])

        let life = ShortLife.find(found, steps: 4, until: { false }, live: { _ in })

        #expect(life.steps == [1, 2, 3, 4])
    }

    @Test(
        "Steps are written short and read again",
        arguments: [[1], [1, 2, 3], [1, 3, 4, 5, 9], [7, 9]])
    func text(_ steps: [Int]) {
        #expect(ShortLife.steps(ShortLife.text(steps)) == steps)
    }

    @Test("What is not a list of steps is not read", arguments: ["", "0", "3-1", "2,1", "1-", "x"])
    func malformed(_ text: String) { #expect(ShortLife.steps(text) == nil) }

    @Test("A seed lives the same life again, whatever the disk does")
    func sameLife() throws {
        let steps = Array(1...60)

        let first = try Life.live(seed: 5, steps: steps, over: .memory)
        let second = try Life.live(seed: 5, steps: steps, over: .sqlite)

        #expect(first.trace == second.trace)
    }
}

/// Disks that lie: the simulation must see it, or it proves nothing.
struct LyingDiskTests {
    enum Lie: CaseIterable {
        case forgetsCauses
        case forgetsTheLastCommit
        case forgetsTimers
        case keepsHalfACommit
    }

    @Test("A disk that lies is found out in a few worlds", arguments: Lie.allCases)
    func lies(_ lie: Lie) {
        let violations = (1...8).compactMap { seed -> Violation? in
            do {
                let world = try World(seed: UInt64(seed), disk: LyingDisk(lie))
                try world.run(steps: 1...CampaignTests.stepsPerSeed)
                return nil
            } catch let violation as Violation {
                return violation
            } catch {
                return Violation(seed: 0, step: 0, sentence: "\(error)", lastSteps: [])
            }
        }

        #expect(!violations.isEmpty)
        #expect(violations.allSatisfy { $0.seed > 0 && !$0.lastSteps.isEmpty })
    }
}

/// A store in memory that survives crashes, but for what its disk loses.
private final class LyingDisk: Disk {
    private let lie: LyingDiskTests.Lie
    private var kept: [Commit] = []

    init(_ lie: LyingDiskTests.Lie) { self.lie = lie }

    func open() throws -> any Store {
        let store = MemoryStore()
        for commit in kept { try store.keep(commit) }
        return LyingStore(store, lie, isAfterCrash: !kept.isEmpty) { [self] in kept.append($0) }
    }

    func mark() throws {}

    func crash(torn: Int?) throws {
        switch lie {
        case .forgetsTheLastCommit: if !kept.isEmpty { kept.removeLast() }
        case .keepsHalfACommit: break
        case .forgetsCauses, .forgetsTimers: if torn != nil { kept.removeLast() }
        }
    }
}

private final class LyingStore: Store {
    private let store: MemoryStore
    private let lie: LyingDiskTests.Lie
    private let isAfterCrash: Bool
    private let kept: (Commit) -> Void

    init(
        _ store: MemoryStore, _ lie: LyingDiskTests.Lie, isAfterCrash: Bool,
        kept: @escaping (Commit) -> Void
    ) {
        self.store = store
        self.lie = lie
        self.isAfterCrash = isAfterCrash
        self.kept = kept
    }

    func customer(_ id: CustomerID) throws -> Customer? { store.customer(id) }
    func house() throws -> House { store.house() }
    func known(_ cause: Cause) throws -> KnownCause? {
        lie == .forgetsCauses && isAfterCrash ? nil : store.known(cause)
    }
    func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        store.holders(ofFingerprint: fingerprint)
    }
    func keep(_ commit: Commit) throws {
        try store.keep(commit)
        kept(commit)
    }
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        lie == .forgetsTimers && isAfterCrash ? [] : store.dueTimers(at: now, limit: limit)
    }
    func nextTimer() throws -> Instant? { store.nextTimer() }
    func lastCommitAt() throws -> Instant? { store.lastCommitAt() }
}
