import Banking
import Edges
import Engine
import Foundation
import Ledger
import Logging
import Money
import Nacha
import Rules
import Service
import TestPostgres
import Testing
import Wire

@testable import Rails

/// A service over a database file of its own with a rail to a bank, at a known time.
final class World: Sendable {
    let service: Service
    let folder: URL
    let customer = CustomerID(high: 1, low: 1)

    /// Monday, 23 November 2026, 10:00 in New York.
    static let start = instant("2026-11-23T15:00:00Z")

    var edge: EdgeStore { service.edge }
    var outbound: URL { folder.appendingPathComponent("outbound") }
    var inbound: URL { folder.appendingPathComponent("inbound") }

    init(_ bank: BankSetup = BankSetup(), notices: NoticeWays = NoticeWays()) throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("rail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try TestDatabase(path: folder.appendingPathComponent("books.sqlite").path)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let policies = try PolicyBook(
            JSONDecoder().decode(
                [Policy].self, from: Data(contentsOf: root.appendingPathComponent("policy.json"))))
        let clock = ServiceClock(
            offsetMilliseconds: World.start.milliseconds
                - Int64(Date().timeIntervalSince1970 * 1000))
        let engine = try Engine(
            open: { try Core(store: database.store(), policies: policies) }, clock: clock,
            afterCommit: {})
        service = Service(
            engine: engine, reader: database.reader, edge: database.edge,
            policies: policies, clock: clock,
            vault: Vault(key: try #require(MasterKey(bytes: Array(0..<32)))),
            market: MarketBoard(),
            settings: Service.Settings(
                publicURL: "http://127.0.0.1", brand: "Sample", supportPhone: "",
                isSandbox: true,
                originator: Service.Originator(
                    companyName: "SAMPLE EXCHANGE", companyIdentification: "1234567890",
                    odfiRoutingNumber: "091000019", odfiName: "SANDBOX BANK",
                    odfiAccountNumber: "1002003001"),
                processorURL: "", marketURL: "", processorSecrets: [], apiKeys: [], bank: bank,
                notices: notices),
            bell: Bell(), figures: Figures(store: database.figures))
        // As after the first look of a rail.
        try service.edge.set("bank_last_closing", to: World.start.rfc3339)
    }

    deinit {
        service.engine.stop()
        // A folder of the temporary directory: what is left of it the system removes.
        _ = try? FileManager.default.removeItem(at: folder)
    }

    /// A rail as the program has after a start.
    func rail() throws -> BankRail {
        try BankRail(service: service, folder: folder, logger: quiet)
    }

    /// A rail that goes another way than the folder.
    func rail(over transport: any BankTransport) -> BankRail {
        BankRail(
            service: service, outbound: outbound, inbound: inbound, logger: quiet,
            transport: transport, source: nil)
    }

    private var quiet: Logger { Logger(label: "rail") { _ in SwiftLogNoOpLogHandler() } }

    func advance(to text: String) { service.clock.advance(to: instant(text)) }

    @discardableResult
    func tell(
        _ command: Command, to addressee: Addressee? = nil, by actor: Actor = .system
    ) async throws -> Reply {
        let outcome = try await service.engine.perform(
            Envelope(
                cause: Cause(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)),
                actor: actor, to: addressee ?? .customer(customer), command))
        guard case .accepted(let reply) = outcome else { throw WorldProblem("\(outcome)") }
        return reply
    }

    /// Deposits 200 dollars, spends 150 of them, and the bank sends the deposit back.
    func owe() async throws {
        let deposit = try #require(try await self.deposit([20_000]).first)
        let btc = try #require(AssetCode("BTC"))
        try await tell(.fundCounterparty(asset: btc, amount: 10_000_000_000), to: .house)
        try await tell(
            .trade(
                Command.Trade(
                    side: .buy, asset: btc, quantity: Quantity(300_000), cash: Cents(15_000),
                    fee: .zero)))
        try await tell(
            .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(deposit),
                    trace: try #require(TraceNumber("021000020000001")), file: "one")))
        try await tell(
            .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(deposit), code: "R01", amount: Cents(20_000),
                    trace: try #require(TraceNumber("061000010000009")))))
    }

    /// A customer with a bank account who deposits these amounts.
    @discardableResult
    func deposit(
        _ cents: [Int64], account: String = "123456789"
    ) async throws -> [DepositID] {
        if try service.reader.customer(customer) == nil {
            try await tell(
                .openCustomer(
                    Command.OpenCustomer(
                        id: customer, reference: "ada", name: "Ada Sample",
                        email: "ada@example.com", language: .english,
                        timeZone: "America/New_York")))
        }
        guard
            case .method(let method) = try await tell(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(
                            service.vault.seal(
                                routingNumber: "021000021", accountNumber: account,
                                type: .checking)), label: "First Harbor", lastFour: "6789",
                        verified: true, balance: nil)))
        else { throw WorldProblem("no method") }
        var deposits: [DepositID] = []
        for amount in cents {
            guard
                case .deposit(let id, _, _, _) = try await tell(
                    .startDeposit(Command.StartDeposit(method: method, amount: Cents(amount))))
            else { throw WorldProblem("no deposit") }
            deposits.append(id)
        }
        return deposits
    }

    func read() throws -> Customer { try #require(try service.reader.customer(customer)) }

    /// The files in the bank's folder, read as an operator reads them.
    func left() throws -> [(name: String, file: NachaFile)] {
        try FileManager.default.contentsOfDirectory(atPath: outbound.path).sorted()
            .filter { !$0.hasPrefix(".") }
            .map { name in
                let bytes = try Data(contentsOf: outbound.appendingPathComponent(name))
                return (name, try FileReader(profile: .strict).read(Array(bytes)).file)
            }
    }

    var alerts: [Alert.Content] {
        get throws { try service.reader.openAlerts(limit: 50).map(\.content) }
    }
}

struct WorldProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func instant(_ text: String) -> Instant { Instant(rfc3339: text) ?? Instant(milliseconds: 0) }

func day(_ text: String) -> Day { Day(iso: text) ?? Day(daysSinceEpoch: 0) }
