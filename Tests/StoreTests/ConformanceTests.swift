import Banking
import Edges
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Nacha
import PostgresStore
import Rules
import SQLiteStore
import TestPostgres
import Testing

/// One suite for every store; it skips nothing.
struct ConformanceTests {
    @Test("What is kept is read back exactly", arguments: Stores.allCases)
    func readBack(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()

        let (deposit, owed) = try story.negativeBalance(core)

        let customer = try #require(try store.customer(story.customer))
        #expect(customer.owed == owed)
        #expect(customer.displayBalance == -owed.count)
        #expect(customer.deposits[deposit]?.returns.first?.code == "R01")
        #expect(customer.profile.timeZone == "America/Chicago")
    }

    @Test("Every commit of the file is flushed to disk before it is answered")
    func flushes() throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "flushes-\(UUID().uuidString).sqlite").path
        let pool = try SQLiteStore.open(path: path)

        let synchronous = try pool.writeWithoutTransaction { db in
            try Int.fetchOne(db, sql: "PRAGMA synchronous")
        }

        // 2 is FULL: the log is flushed at every commit, not only when it is written home.
        #expect(synchronous == 2)
    }

    @Test("Every store holds the same aggregate after the same story")
    func sameAggregate() throws {
        var customers: [Customer?] = []
        for kind in Stores.allCases {
            let store = try kind.open()
            let core = try Core(store: store, policies: try Folder.policies())
            var story = Story()
            _ = try story.negativeBalance(core)
            customers.append(try store.customer(story.customer))
        }

        #expect(customers[0] != nil)
        #expect(customers.allSatisfy { $0 == customers[0] })
    }

    @Test("A cause carried out before gets the first answer", arguments: Stores.allCases)
    func replay(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        _ = try story.negativeBalance(core)
        let pay = story.envelope(
            .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(100_00), source: "s", reference: nil)))

        let first = try core.process([pay, pay], now: story.now)
        let fresh = try Core(store: store, policies: try Folder.policies())
        let later = try fresh.process([pay], now: story.now)

        #expect(first == [.accepted(.done), .replayed(.done)])
        #expect(later == [.replayed(.done)])
        #expect(try store.customer(story.customer)?.owed == Cents(400_00))
    }

    @Test("A cause used for something else is a conflict", arguments: Stores.allCases)
    func conflict(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        let fund = Command.fundCounterparty(asset: .usd, amount: 5)
        let cause = Cause(high: 1, low: 1)

        let outcomes = try core.process(
            [
                Envelope(cause: cause, fingerprint: 1, actor: .system, to: .house, fund),
                Envelope(cause: cause, fingerprint: 2, actor: .system, to: .house, fund),
            ], now: Story.start)

        #expect(outcomes == [.accepted(.done), .conflict])
    }

    @Test("A refusal keeps nothing, not even its cause", arguments: Stores.allCases)
    func refusal(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        let early = story.envelope(
            .checkBalance(.init(method: .init(high: 1, low: 1), amount: .zero)))

        let outcomes = try core.process([early], now: story.now)

        #expect(outcomes == [.refused(.customerUnknown)])
        #expect(try store.known(early.cause) == nil)
        #expect(try store.lastCommitAt() == nil)
    }

    @Test("Timers come due in order, and once", arguments: Stores.allCases)
    func timers(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        _ = try story.negativeBalance(core)
        let notice = try #require(
            try store.customer(story.customer)?.obligations.values.first?.noticeID)
        _ = try story.perform(.noticeDelivered(notice), core)

        let due = try store.dueTimers(at: story.now.adding(days: 400), limit: 100)
        let next = try #require(try store.nextTimer())

        #expect(due.map(\.timer.due) == due.map(\.timer.due).sorted())
        #expect(due.contains { if case .graceEnd = $0.timer.kind { true } else { false } })
        #expect(next == due.first?.timer.due)
        #expect(try store.dueTimers(at: next.adding(milliseconds: -1), limit: 100).isEmpty)
        let fired = try core.fireTimers(now: next, limit: 100)
        #expect(fired > 0)
        #expect(try store.dueTimers(at: next, limit: 100).isEmpty)
    }

    @Test("Debits and returns are counted by their days, in the commit that decided them")
    func debitCounts() throws {
        let memory = MemoryStore()
        let path = try Folder.new()
        let pool = try SQLiteStore.open(path: path)
        let postgres = try PostgresStore(try PostgresServer.newAddress(), writer: "test")
        for store in [memory, try SQLiteStore(pool: pool), postgres] as [any Store] {
            let core = try Core(store: store, policies: try Folder.policies())
            var story = Story()
            _ = try story.negativeBalance(core)
            // A debit of later that settles on another day than was thought.
            guard let method = try store.customer(story.customer)?.methods.keys.first else {
                throw StoryProblem.unexpected
            }
            guard
                case .deposit(let second, _, _, _) = try story.perform(
                    .startDeposit(Command.StartDeposit(method: method, amount: Cents(100_00))),
                    core)
            else { throw StoryProblem.unexpected }
            let odfi = try #require(DFIIdentification("09100001"))
            _ = try story.perform(
                .submitEntry(
                    Command.SubmitEntry(
                        payment: .deposit(second),
                        trace: try #require(TraceNumber(odfi: odfi, sequence: 3)), file: "g.ach")),
                core)
            _ = try story.perform(
                .settleEntry(
                    Command.SettleEntry(
                        payment: .deposit(second), day: try #require(Day(iso: "2027-01-20")))),
                core)
        }

        let sent = try #require(Day(iso: "2027-01-15"))
        let counts = try Reader(pool: pool).debitCounts(since: sent.adding(days: -60))
        #expect(counts == memory.debits)
        #expect(try postgres.debitCounts(since: sent.adding(days: -60)) == memory.debits)
        #expect(counts.sent == [sent: 2])
        // Friday the 15th; Monday is a holiday.
        let expected = try #require(Day(iso: "2027-01-19"))
        #expect(counts.settling == [expected: 1, try #require(Day(iso: "2027-01-20")): 1])
        #expect(
            counts.returned == [.init(code: "R01", settled: expected, received: sent): 1])
        let late = try Reader(pool: pool).debitCounts(since: expected)
        #expect(try postgres.debitCounts(since: expected) == late)
        #expect(late.sent.isEmpty && late.settling == counts.settling)
        #expect(late.returned == counts.returned)
        #expect(try Reader(pool: pool).debitCounts(since: expected.adding(days: 2)).settling == [:])
    }

    @Test("The house survives a new core", arguments: Stores.allCases)
    func house(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        let pause = story.envelope(
            .pauseLiquidation(.init(asset: nil, paused: true, reason: "drill")), to: .house)
        _ = try core.process([pause], now: story.now)

        let fresh = try Core(store: store, policies: try Folder.policies())
        let again = try fresh.process(
            [
                story.envelope(
                    .receiveUnidentifiedFunds(
                        .init(
                            rail: .wire, amount: Cents(1), source: "", reference: nil)), to: .house)
            ],
            now: story.now)

        #expect(try store.house().settings.halt.everything)
        #expect(try store.house().suspense.count == 1)
        #expect(again.count == 1)
    }

    @Test("What people decided about the house is known to a new core", arguments: Stores.allCases)
    func decidedHouse(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        _ = try story.negativeBalance(core)
        guard
            case .parked(let item) = try story.perform(
                .receiveUnidentifiedFunds(
                    .init(rail: .wire, amount: Cents(70_00), source: "s", reference: nil)),
                core, to: .house),
            case .proposal(let proposal) = try story.perform(
                .propose(
                    .init(
                        addressee: .house,
                        action: .assignFunds(.init(item: item, customer: story.customer)),
                        reason: "the name fits")), core, to: .house, by: .operator("alice"))
        else { throw StoryProblem.unexpected }
        _ = try story.perform(.approve(proposal), core, to: .house, by: .operator("bob"))

        let fresh = try Core(store: store, policies: try Folder.policies())
        let again = try fresh.process(
            [story.envelope(.approve(proposal), to: .house, by: .operator("carol"))],
            now: story.now)

        #expect(again == [.refused(.alreadyDecided)])
        #expect(try store.suspense(item)?.state == .matched(story.customer))
    }

    @Test(
        "Everyone who linked a bank account is found by its fingerprint", arguments: Stores.allCases
    )
    func holders(_ kind: Stores) throws {
        let store = try kind.open()
        let core = try Core(store: store, policies: try Folder.policies())
        var story = Story()
        _ = try story.negativeBalance(core)

        #expect(try store.holders(ofFingerprint: "print") == [story.customer])
        #expect(try store.holders(ofFingerprint: "other").isEmpty)
    }
}
