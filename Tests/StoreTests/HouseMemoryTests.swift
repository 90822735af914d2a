import Banking
import Edges
import Engine
import GRDB
import Ledger
import Money
import Nacha
import Rules
import Testing

@testable import SQLiteStore

/// What is over leaves the engine's memory and is known all the same.
struct HouseMemoryTests {
    private func trace(_ sequence: Int) throws -> TraceNumber {
        let odfi = try #require(DFIIdentification("02100002"))
        return try #require(TraceNumber(odfi: odfi, sequence: sequence))
    }

    private func parked(_ sequence: Int) throws -> Command {
        .parkReturn(
            Command.ParkReturn(
                code: "R01", amount: Cents(50_00), trace: try trace(sequence),
                originalTrace: try trace(900 + sequence), why: .unknownTrace))
    }

    /// Parks a return and has two people give it up.
    private func givenUp(
        _ sequence: Int, _ story: inout Story, _ core: Core
    ) throws -> (SuspenseID, ProposalID) {
        guard
            case .parked(let item) = try story.perform(try parked(sequence), core, to: .house),
            case .proposal(let proposal) = try story.perform(
                .propose(
                    .init(
                        addressee: .house,
                        action: .closeSuspense(.init(item: item, reason: "nobody knows it")),
                        reason: "nobody knows it")), core, to: .house, by: .operator("alice"))
        else { throw StoryProblem.unexpected }
        _ = try story.perform(.approve(proposal), core, to: .house, by: .operator("bob"))
        return (item, proposal)
    }

    @Test("A return that was given up is known when it comes again", arguments: Stores.allCases)
    func cameAgain(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        let (item, _) = try givenUp(1, &story, core)

        let again = try story.perform(try parked(1), core, to: .house)
        let afterStart = try story.perform(
            try parked(1), Core(store: store, policies: try Folder.policies()), to: .house)

        #expect(again == .unchanged && afterStart == .unchanged)
        #expect(try store.suspense(item)?.state == .closed(reason: "nobody knows it"))
    }

    @Test(
        "The bank may still take the money of what two people gave up", arguments: Stores.allCases)
    func settledLater(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        let (item, _) = try givenUp(1, &story, core)

        #expect(try story.perform(.settleParkedReturn(item), core, to: .house) == .done)
        #expect(try story.perform(.settleParkedReturn(item), core, to: .house) == .unchanged)

        #expect(try store.suspense(item)?.settled == true)
    }

    @Test("What was decided cannot be decided again", arguments: Stores.allCases)
    func decidedAgain(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        let (item, proposal) = try givenUp(1, &story, core)

        let outcomes = try core.process(
            [
                story.envelope(.approve(proposal), to: .house, by: .operator("carol")),
                story.envelope(
                    .dishonorReturn(.init(item: item, code: "R61")), to: .house,
                    by: .operator("carol")),
            ], now: story.now)

        #expect(
            outcomes == [
                .refused(.alreadyDecided),
                .refused(.wrongState("the item is not an open return or change")),
            ])
    }

    @Test(
        "What was decided is known while it is on its way to disk",
        arguments: [Stores.memory, .sqlite])
    func onItsWay(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        guard
            case .parked(let item) = try story.perform(try parked(1), core, to: .house),
            case .proposal(let proposal) = try story.perform(
                .propose(
                    .init(
                        addressee: .house,
                        action: .closeSuspense(.init(item: item, reason: "nobody knows it")),
                        reason: "nobody knows it")), core, to: .house, by: .operator("alice"))
        else { throw StoryProblem.unexpected }
        func approve(_ name: String) -> Envelope {
            story.envelope(.approve(proposal), to: .house, by: .operator(name))
        }

        let first = try core.decide([approve("bob")], now: story.now)
        let meanwhile = try core.decide([approve("carol")], now: story.now)
        try store.keep(try #require(first.commit))
        core.kept()
        let after = try core.decide([approve("dave")], now: story.now)

        #expect(meanwhile.outcomes == [.refused(.alreadyDecided)])
        #expect(after.outcomes == [.refused(.alreadyDecided)])
        #expect(try store.suspense(item)?.state == .closed(reason: "nobody knows it"))
    }

    @Test("After a commit that failed nothing is decided on a house that could not be read again")
    func unknownHouse() throws {
        let store = BreakingStore()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        let park = story.envelope(try parked(1), to: .house)

        store.isBroken = true
        #expect(throws: BreakingStore.Broken.self) { try core.process([park], now: story.now) }
        #expect(throws: BreakingStore.Broken.self) { try core.process([park], now: story.now) }
        store.isBroken = false
        let outcome = try core.process([park], now: story.now)[0]

        guard case .accepted(.parked(let item)) = outcome else { throw StoryProblem.unexpected }
        #expect(store.memory.house().suspense[item]?.state == .open)
        #expect(store.memory.journal.count == 1)
    }

    @Test("SQLite gives an engine that starts what waits, and nothing that is over")
    func start() throws {
        let pool = try SQLiteStore.open(path: try Folder.new())
        let store = try SQLiteStore(pool: pool)
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        for sequence in 1...20 { _ = try givenUp(sequence, &story, core) }
        guard case .parked(let open) = try story.perform(try parked(21), core, to: .house) else {
            throw StoryProblem.unexpected
        }

        let house = try store.house()

        #expect(house.suspense.keys.map { $0 } == [open])
        #expect(house.proposals.isEmpty)
        let reader = Reader(pool: pool)
        #expect(try reader.openSuspense(limit: 50).map(\.id) == [open])
        #expect(try reader.openSuspenseCount() == 1)
        #expect(try reader.decidedSuspense(limit: 50).count == 20)
    }

    @Test("A blocked bank account has a row, and a new core knows it", arguments: Stores.allCases)
    func blocked(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        _ = try story.perform(
            .blockAccount(fingerprint: "print-1", code: "R10"), core, to: .house)

        let fresh = try Core(store: store, policies: try Folder.policies())

        #expect(try store.house().blockedAccounts["print-1"] == "R10")
        #expect(
            try story.perform(
                .blockAccount(fingerprint: "print-1", code: "R07"), fresh, to: .house)
                == .unchanged)
    }

    @Test("A database of the version before keeps its blocks and gets a clock for what waits")
    func migrated() throws {
        let path = try Folder.new()
        let pool = try DatabasePool(path: path)
        try Schema.migrator.migrate(pool, upTo: Self.before)
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO setting VALUES ('house', '{"halt":{"everything":true,"assets":[]},
                        "haltReason":"drill","haltBy":"alice","blockedAccounts":{"fp":"R10"}}');
                    INSERT INTO suspense(id, tag, body) VALUES
                        (x'01', 'open', '{"dishonorBy":"2026-03-09T20:00:00-04:00"}');
                    """)
        }

        try Schema.migrator.migrate(pool)

        let reader = Reader(pool: pool)
        #expect(try reader.houseSettings().haltReason == "drill")
        let due = try pool.read { db in try Int64.fetchOne(db, sql: "SELECT due FROM suspense") }
        #expect(due == Instant(rfc3339: "2026-03-09T20:00:00-04:00")?.milliseconds)
        let code = try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT code FROM blocked_account WHERE fingerprint = 'fp'")
        }
        #expect(code == "R10")
    }

    /// The migration that this one follows in a database that has none between.
    private static let before =
        "0005 Statements of the bank, what they are held against, and breaks"
}

/// A memory store that keeps nothing and whose house cannot be read while it is broken.
private final class BreakingStore: Store {
    struct Broken: Error {}

    let memory = MemoryStore()
    var isBroken = false

    func customer(_ id: CustomerID) throws -> Customer? { memory.customer(id) }
    func house() throws -> House {
        if isBroken { throw Broken() }
        return memory.house()
    }
    func suspense(trace: TraceNumber) throws -> [SuspenseItem] {
        memory.house().suspense.values.filter { $0.trace == trace }
    }
    func known(_ cause: Cause) throws -> KnownCause? { memory.known(cause) }
    func holders(ofFingerprint fingerprint: String) throws -> [CustomerID] {
        memory.holders(ofFingerprint: fingerprint)
    }
    func keep(_ commit: Commit) throws {
        if isBroken { throw Broken() }
        try memory.keep(commit)
    }
    func dueTimers(at now: Instant, limit: Int) throws -> [DueTimer] {
        memory.dueTimers(at: now, limit: limit)
    }
    func nextTimer() throws -> Instant? { memory.nextTimer() }
    func lastCommitAt() throws -> Instant? { memory.lastCommitAt() }
}
