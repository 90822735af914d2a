import ArgumentParser
import Banking
import Engine
import Foundation
import Ledger
import Money
import PostgresStore
import Rules
import Vocabulary

/// One of several processes that write one PostgreSQL. It pays small sums to customers whom all of
/// them share, asks again by the same cause until it is answered, and says on standard output what
/// it was answered: `Tests/System/postgres.py` holds that against the database.
@main
struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "makewhole-postgres-drill",
        abstract: "Write one PostgreSQL beside others, to be killed.")

    @Argument(help: "The database's connection string.") var address: String
    @Option(help: "The name this process writes under.") var writer: String
    @Option(help: "A number that no other start of the drill has.") var seed: UInt64
    @Option(help: "Customers that all processes share.") var customers = 40
    @Option(help: "Callers at once.") var callers = 16
    @Option(help: "The policy.") var policy = "policy.json"

    func run() async throws {
        guard let bytes = FileManager.default.contents(atPath: policy) else {
            throw ValidationError("\(policy) is not there.")
        }
        let policies = try PolicyFile.load(Array(bytes))
        let (address, writer) = (address, writer)
        let engine = try Engine(
            open: {
                try Core(store: try PostgresStore(address, writer: writer), policies: policies)
            }, clock: WallClock(), afterCommit: {})
        for index in 0..<customers { await Self.ask(engine, Self.open(index)) }
        Self.say("ready")
        let (seed, customers) = (seed, customers)
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var number: UInt64 = 0
                    while true {
                        number += 1
                        let cause = Cause(high: seed << 16 | UInt64(caller), low: number)
                        let cents = Int64.random(in: 1...999)
                        let pay = Self.pay(cause, Int.random(in: 0..<customers), cents)
                        await Self.ask(engine, pay)
                        Self.say("\(cause) \(cents)")
                    }
                }
            }
        }
    }

    /// Asks until there is an answer.
    private static func ask(_ engine: Engine, _ envelope: Envelope) async {
        while true {
            do {
                switch try await engine.perform(envelope) {
                case .accepted, .replayed: return
                case .refused(.customerExists): return
                case .refused(let refusal): fail("refused: \(refusal)")
                case .conflict: fail("a cause was taken for another")
                }
            } catch {
                say("fault \(error)")
                if "\(error)".contains("another process writes as") {
                    fail("another process has the name")
                }
                usleep(20_000)
            }
        }
    }

    private static func fail(_ sentence: String) -> Never {
        say("stops \(sentence)")
        Foundation.exit(3)
    }

    /// One line in one write, so that whoever reads it has all of it or nothing.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private static func person(_ index: Int) -> CustomerID {
        CustomerID(high: 1 << 40, low: UInt64(index))
    }

    private static func open(_ index: Int) -> Envelope {
        Envelope(
            cause: Cause(high: 0, low: UInt64(index)), actor: .host("drill"),
            to: .customer(person(index)),
            .openCustomer(
                Command.OpenCustomer(
                    id: person(index), reference: "drill-\(index)", name: "Ada Sample",
                    email: "ada@localhost", language: .english, timeZone: "America/New_York")))
    }

    private static func pay(_ cause: Cause, _ index: Int, _ cents: Int64) -> Envelope {
        Envelope(
            cause: cause, actor: .host("drill"), to: .customer(person(index)),
            .receiveFunds(
                Command.ReceiveFunds(
                    rail: .wire, amount: Cents(cents), source: "drill", reference: nil)))
    }
}

private struct WallClock: Clock {
    func now() -> Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
