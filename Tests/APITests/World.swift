import Banking
import Edges
import Engine
import Foundation
import Hummingbird
import HummingbirdTesting
import Ledger
import Money
import Nacha
import Rules
import Service
import TestPostgres
import Testing
import Vocabulary
import Wire

@testable import API

/// The whole service over a real database file, reached through the router.
///
/// Every answer is compared with what the OpenAPI document says of its route.
struct World: Sendable {
    static let fullKey = "mk_test_full"
    static let secret = WebhookSecret(bytes: Array(1...32))

    let service: Service
    let api: API
    let client: any TestClientProtocol
    let document: JSON

    struct Got: Sendable {
        let status: Int
        let headers: HTTPFields
        let json: JSON
        let text: String

        func header(_ name: String) -> String? { Header.Name(name).flatMap { headers[$0] } }
        var code: String? { json["code"]?.stringValue }
        var id: String { json["id"]?.stringValue ?? "none" }
        var pointers: [String] {
            (json["errors"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue }
        }
        var rows: [JSON] { json["data"]?.arrayValue ?? [] }
    }

    /// Runs `body` against a fresh service, and throws the service away.
    static func run(
        isSandbox: Bool = true, keys: [Service.APIKey] = [],
        policy change: @Sendable (inout Policy) -> Void = { _ in },
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("makewhole-api-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try TestDatabase(
            path: folder.appendingPathComponent("books.sqlite").path)
        var versions = try PolicyFile.load(
            [UInt8](Data(contentsOf: root.appendingPathComponent("policy.json")))
        ).versions
        change(&versions[0])
        let policies = try PolicyBook(versions)
        let clock = ServiceClock()
        let bell = Bell()
        let engine = try Engine(
            open: { try Core(store: database.store(), policies: policies) },
            clock: clock, afterCommit: { bell.ring() })
        let secret = try #require(secret)
        let service = Service(
            engine: engine, reader: database.reader, edge: database.edge,
            policies: policies, clock: clock,
            vault: Vault(key: try #require(MasterKey(bytes: Array(0..<32)))),
            market: MarketBoard(),
            settings: Service.Settings(
                publicURL: "https://money.example.com", brand: "Sample", supportPhone: "",
                isSandbox: isSandbox,
                originator: Service.Originator(
                    companyName: "SAMPLE", companyIdentification: "1234567890",
                    odfiRoutingNumber: "021000021", odfiName: "SAMPLE BANK",
                    odfiAccountNumber: "1002003001"),
                processorURL: "", marketURL: "", processorSecrets: [secret],
                apiKeys: [key(fullKey, Set(Service.Scope.allCases))] + keys), bell: bell,
            figures: Figures(store: database.figures))
        let api = API(service: service)
        let router = Router()
        router.add(middleware: RequestFigures(figures: service.figures))
        api.addRoutes(to: router)
        let application = Application(router: router)
        try await application.test(.router) { client in
            try await body(
                World(service: service, api: api, client: client, document: api.openAPI))
        }
        engine.stop()
        try FileManager.default.removeItem(at: folder)
    }

    static func key(_ text: String, _ scopes: Set<Service.Scope>) -> Service.APIKey {
        Service.APIKey(name: text, hash: Service.APIKey.hash(of: text), scopes: scopes)
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    // MARK: Requests

    func send(
        _ method: HTTPRequest.Method, _ uri: String, key: String? = fullKey,
        headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Got {
        var fields = HTTPFields()
        if let key { fields[.authorization] = "Bearer \(key)" }
        for (name, value) in headers {
            fields.append(Header(name: try #require(Header.Name(name)), value: value))
        }
        let response = try await client.execute(
            uri: uri, method: method, headers: fields, body: body.map { ByteBuffer(bytes: $0) })
        let bytes = Array(response.body.readableBytesView)
        let isJSON = response.headers[.contentType]?.contains("json") == true && !bytes.isEmpty
        let got = Got(
            status: response.status.code, headers: response.headers,
            json: isJSON ? try JSON.parse(bytes, bytesMax: 1 << 20) : .null,
            text: String(decoding: bytes, as: UTF8.self))
        #expect(got.header("X-Request-Id") != nil, "every answer names its request")
        check(got, of: method, uri)
        return got
    }

    func get(_ uri: String, key: String? = fullKey) async throws -> Got {
        try await send(.get, uri, key: key)
    }

    /// POSTs JSON with an Idempotency-Key, a new one unless it is given.
    func post(
        _ uri: String, _ body: JSON = .object([]), key: String? = fullKey,
        idempotencyKey: String? = UUID().uuidString
    ) async throws -> Got {
        var headers = [("Content-Type", "application/json")]
        if let idempotencyKey { headers.append(("Idempotency-Key", idempotencyKey)) }
        return try await send(.post, uri, key: key, headers: headers, body: body.bytes())
    }

    /// Whether the document knows this answer of this route.
    private func check(_ got: Got, of method: HTTPRequest.Method, _ uri: String) {
        let path = uri.split(separator: "?").first.map(String.init) ?? uri
        let segments = path.split(separator: "/")
        guard
            let route = api.routes.first(where: {
                $0.method.rawValue == method.rawValue && $0.match(segments) != nil
            }),
            let operation = document["paths"]?[route.path]?[route.method.rawValue.lowercased()]
        else { return }
        guard let answer = operation["responses"]?["\(got.status)"] else {
            Issue.record("\(method) \(uri) answered \(got.status), which is not in the document")
            return
        }
        guard let content = answer["content"]?.objectValue?.members.first else { return }
        #expect(got.header("Content-Type")?.hasPrefix(content.key) == true)
        guard content.key.contains("json"), let schema = content.value["schema"] else { return }
        let faults = SchemaCheck(document: document).faults(of: got.json, against: schema)
        #expect(faults.isEmpty, "\(method) \(uri) \(got.status): \(faults)")
    }

    // MARK: A story to start from

    func customer(_ reference: String = "ex-1") async throws -> String {
        let got = try await post(
            "/v1/customers",
            [
                "reference": .string(reference), "name": "Ana Sample",
                "email": "ana@example.com", "language": "en", "time_zone": "America/New_York",
            ])
        try #require(got.status == 201, "\(got.json.text())")
        return got.id
    }

    func bankAccount(_ customer: String, number: String = "9876543210") async throws -> String {
        let got = try await post(
            "/v1/customers/\(customer)/payment-methods",
            [
                "type": "bank_account", "label": "Everyday checking",
                "routing_number": "021000021", "account_number": .string(number),
                "account_type": "checking", "verified": true, "balance_minor": 1_000_000,
            ])
        try #require(got.status == 201, "\(got.json.text())")
        return got.id
    }

    func deposit(
        _ customer: String, _ method: String, _ amount: Int64 = 50_000,
        idempotencyKey: String = UUID().uuidString
    ) async throws -> Got {
        try await post(
            "/v1/customers/\(customer)/deposits",
            ["method": .string(method), "amount_minor": .integer(amount)],
            idempotencyKey: idempotencyKey)
    }

    func trade(_ customer: String, _ cash: Int64 = 50_000) async throws -> Got {
        try await post(
            "/v1/customers/\(customer)/trades",
            [
                "side": "buy", "asset": "BTC", "quantity": "0.00829166",
                "cash_minor": .integer(cash), "fee_minor": 250,
            ])
    }

    /// What the bank, a timer or the processor does.
    func happen(_ command: Command, to customer: String) async throws {
        let id = try #require(CustomerID(customer))
        let outcome = try await service.perform(
            command, to: .customer(id), by: .system, scope: "test", key: UUID().uuidString)
        guard case .accepted = outcome else {
            Issue.record("\(command): \(outcome)")
            return
        }
    }

    /// A customer who owes all of a deposit: it was credited, spent and came back.
    func owing(
        _ reference: String = "ex-1", code: String = "R01"
    ) async throws -> (customer: String, deposit: String) {
        let customer = try await customer(reference)
        let method = try await bankAccount(customer, number: "98765\(reference.utf8.count)4321")
        let deposit = try await deposit(customer, method).id
        #expect(try await trade(customer).status == 201)
        let payment = PaymentReference.deposit(try #require(DepositID(deposit)))
        let trace = try #require(TraceNumber("021000020000001"))
        try await happen(
            .submitEntry(Command.SubmitEntry(payment: payment, trace: trace, file: "a.ach")),
            to: customer)
        try await happen(
            .receiveReturn(
                ReturnedEntry(
                    payment: payment, code: code, amount: Cents(50_000),
                    trace: try #require(TraceNumber("091000010000007")))), to: customer)
        return (customer, deposit)
    }
}
