import Assertions
import Banking
import Documents
import Edges
import Engine
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Ledger
import Money
import Nacha
import Rules
import Service
import Site
import TestPostgres
import Web
import Wire

/// A whole service over a database file of its own, at a known time, with one customer.
final class World: Sendable {
    let service: Service
    let folder: URL
    let customer = CustomerID(high: 1, low: 1)

    /// Monday, 23 November 2026, 10:00 in New York.
    static let start = Instant(rfc3339: "2026-11-23T15:00:00Z") ?? Instant(milliseconds: 0)

    /// When what leaves at the start settles.
    static let tuesday = Eastern.day(at: start.adding(days: 1))

    private init(
        publicURL: String, processorURL: String, hostSignIn: HostSignIn?, notices: NoticeWays,
        documents: DocumentCare
    ) throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("site-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("books.sqlite").path
        let database = try TestDatabase(path: path)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let policies = try PolicyBook(
            JSONDecoder().decode(
                [Policy].self, from: Data(contentsOf: root.appendingPathComponent("policy.json"))))
        let bell = Bell()
        let clock = ServiceClock(
            offsetMilliseconds: World.start.milliseconds
                - Int64(Date().timeIntervalSince1970 * 1000))
        let engine = try Engine(
            open: { try Core(store: database.store(), policies: policies) }, clock: clock,
            afterCommit: { bell.ring() })
        guard let key = MasterKey(bytes: Array(0..<32)) else { throw Problem("no key") }
        var settings = Service.Settings(
            publicURL: publicURL, brand: "Makewhole", supportPhone: "", isSandbox: true,
            originator: Service.Originator(
                companyName: "MAKEWHOLE", companyIdentification: "1234567890",
                odfiRoutingNumber: "021000021", odfiName: "First Bank",
                odfiAccountNumber: "1002003001"),
            processorURL: processorURL, marketURL: "", processorSecrets: [], apiKeys: [],
            hostSignIn: hostSignIn, notices: notices)
        settings.documents = documents
        service = Service(
            engine: engine, reader: database.reader, edge: database.edge,
            policies: policies, clock: clock, vault: Vault(key: key), market: MarketBoard(),
            settings: settings, bell: bell)
    }

    deinit {
        service.engine.stop()
        // A folder of the temporary directory: what is left of it the system removes.
        _ = try? FileManager.default.removeItem(at: folder)
    }

    /// Runs `body` in a world with an open customer and a market that has something to sell.
    static func run(
        publicURL: String = "http://127.0.0.1:8080", processorURL: String = "",
        hostSignIn: HostSignIn? = nil, notices: NoticeWays = NoticeWays(),
        look: Look = .standard, documents: DocumentCare = DocumentCare(),
        _ body: @Sendable @escaping (World, Browser) async throws -> Void
    ) async throws {
        let world = try World(
            publicURL: publicURL, processorURL: processorURL, hostSignIn: hostSignIn,
            notices: notices, documents: documents)
        try await world.open()
        let router = Router()
        Site(service: world.service, look: look).addRoutes(to: router)
        let app = Application(router: router)
        try await app.test(.router) { client in
            let browser = Browser(client)
            try await browser.signIn(.customer(world.customer), world)
            try await body(world, browser)
        }
    }

    private func open() async throws {
        try await tell(
            .openCustomer(
                Command.OpenCustomer(
                    id: customer, reference: "alice", name: "Alice Sample",
                    email: "alice@example.com", language: .english, timeZone: "America/New_York")))
        guard let btc = AssetCode("BTC") else { throw Problem("no asset") }
        try await tell(.fundCounterparty(asset: btc, amount: 10_000_000_000), to: .house)
        try await tell(.fundCounterparty(asset: .usd, amount: 100_000_000), to: .house)
        try price()
    }

    /// Bitcoin at 50,000 dollars, as of now.
    func price(cents: Int64 = 5_000_000) throws {
        guard let btc = AssetCode("BTC"), let price = Price(cents: cents) else {
            throw Problem("no price")
        }
        let quote = Quote(
            index: price, bid: price, ask: price, bidDepth: Quantity(10_000_000_000),
            asOf: service.clock.now(), halted: false)
        service.market.update([btc: quote])
        service.engine.update(quotes: [btc: quote])
    }

    @discardableResult
    func tell(
        _ command: Command, to addressee: Addressee? = nil, by actor: Actor = .system
    ) async throws -> Reply {
        let outcome = try await service.engine.perform(
            Envelope(
                cause: Cause(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)),
                actor: actor, to: addressee ?? .customer(customer), command))
        guard case .accepted(let reply) = outcome else { throw Problem("\(outcome)") }
        return reply
    }

    func read() throws -> Customer {
        guard let customer = try service.reader.customer(customer) else { throw Problem("gone") }
        return customer
    }

    /// Links the bank account of every story here.
    func linkBank() async throws -> Reply {
        try await tell(
            .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(
                        service.vault.seal(
                            routingNumber: "021000021", accountNumber: "123456789",
                            type: .checking)), label: "First Harbor", lastFour: "6789",
                    verified: true, balance: nil)))
    }

    /// A linked account, a deposit of 200 dollars, 150 of it spent on bitcoin, and the deposit
    /// sent back by the bank: 150 dollars are owed.
    func owe() async throws -> DepositID {
        guard
            case .method(let method) = try await linkBank(),
            case .deposit(let deposit, _, _, _) = try await tell(
                .startDeposit(Command.StartDeposit(method: method, amount: Cents(20_000)))),
            let btc = AssetCode("BTC")
        else { throw Problem("no deposit") }
        try await tell(
            .trade(
                Command.Trade(
                    side: .buy, asset: btc, quantity: Quantity(300_000), cash: Cents(15_000),
                    fee: .zero)))
        try await sendBack(deposit)
        return deposit
    }

    private func linked(
        _ label: String = "First Harbor", to customer: CustomerID? = nil,
        number: String = "123456789", verified: Bool = true
    ) async throws -> PaymentMethodID {
        let account = service.vault.seal(
            routingNumber: "021000021", accountNumber: number, type: .checking)
        guard
            case .method(let method) = try await tell(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(account), label: label,
                        lastFour: String(number.suffix(4)), verified: verified, balance: nil)),
                to: customer.map { .customer($0) })
        else { throw Problem("no method") }
        return method
    }

    /// A deposit of 200 dollars that left in `file`.
    func sentDeposit(file: String) async throws -> DepositID {
        guard
            case .deposit(let deposit, _, _, _) = try await tell(
                .startDeposit(
                    Command.StartDeposit(method: try await linked(), amount: Cents(20_000)))),
            let trace = TraceNumber("021000020000001")
        else { throw Problem("no deposit") }
        try await tell(
            .submitEntry(Command.SubmitEntry(payment: .deposit(deposit), trace: trace, file: file)))
        return deposit
    }

    /// A deposit of 200 dollars that the bank paid.
    func settledDeposit() async throws -> DepositID {
        let deposit = try await sentDeposit(file: "one")
        try await tell(
            .settleEntry(
                Command.SettleEntry(
                    payment: .deposit(deposit), day: World.tuesday)))
        return deposit
    }

    /// Another customer with a deposit; one who owes has spent all of it before it came back.
    func openOther(_ number: Int, owing: Bool) async throws {
        let id = CustomerID(high: UInt64(number), low: UInt64(number))
        let addressee = Addressee.customer(id)
        try await tell(
            .openCustomer(
                Command.OpenCustomer(
                    id: id, reference: "other-\(number)", name: "Other \(number)",
                    email: "other\(number)@example.com", language: .english, timeZone: "UTC")),
            to: addressee)
        let method = try await linked("Prairie", to: id, number: "\(555_500_000 + number)")
        guard
            case .deposit(let deposit, _, _, _) = try await tell(
                .startDeposit(
                    Command.StartDeposit(method: method, amount: Cents(10_000 + Int64(number)))),
                to: addressee), let btc = AssetCode("BTC"),
            let trace = TraceNumber("0210000200\(10_000 + number)"),
            let back = TraceNumber("0610000100\(10_000 + number)")
        else { throw Problem("no deposit") }
        guard owing else { return }
        try await tell(
            .trade(
                Command.Trade(
                    side: .buy, asset: btc, quantity: Quantity(100_000), cash: Cents(9_000),
                    fee: .zero)), to: addressee)
        try await tell(
            .submitEntry(
                Command.SubmitEntry(payment: .deposit(deposit), trace: trace, file: "one")),
            to: addressee)
        try await tell(
            .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(deposit), code: "R01", amount: Cents(10_000 + Int64(number)),
                    trace: back)), to: addressee)
    }

    /// A document that waits for a decision.
    func uploadedDocument() async throws -> DocumentID {
        _ = try await owe()
        let other = try await linked("Prairie", number: "555500001", verified: false)
        guard
            case .settlement(let settlement) = try await tell(
                .startSettlement(
                    Command.StartSettlement(kind: .ach, method: other, amount: nil)))
        else { throw Problem("no settlement") }
        let document = DocumentID(high: 7, low: 7)
        try await tell(
            .submitDocument(
                Command.SubmitDocument(
                    document: document, settlement: settlement, type: .photoID,
                    mediaType: "image/png", bytes: 100)))
        return document
    }

    /// An instant buy of 150 dollars, which a linked account is to pay.
    func buyAtOnce() async throws -> DepositID {
        guard
            case .method(let method) = try await linkBank(), let btc = AssetCode("BTC"),
            case .deposit(let deposit, _, _, _) = try await tell(
                .purchase(
                    Command.Purchase(
                        method: method, asset: btc, quantity: Quantity(300_000),
                        amount: Cents(15_000), fee: .zero)))
        else { throw Problem("no purchase") }
        return deposit
    }

    func sendBack(_ deposit: DepositID, code: String = "R01") async throws {
        guard let trace = TraceNumber("021000020000001"), let back = TraceNumber("061000010000009")
        else { throw Problem("no trace") }
        try await tell(
            .submitEntry(
                Command.SubmitEntry(payment: .deposit(deposit), trace: trace, file: "one")))
        let amount = try read().deposits[deposit]?.amount ?? .zero
        try await tell(
            .receiveReturn(
                ReturnedEntry(
                    payment: .deposit(deposit), code: code, amount: amount, trace: back)))
    }
}

struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A reader with cookies, who fills in the forms that pages have.
final class Browser: @unchecked Sendable {
    // Used by one test, one request after the other.
    private let client: any TestClientProtocol
    private(set) var cookies: [String: String] = [:]
    var headers: HTTPFields = [:]

    init(_ client: any TestClientProtocol) { self.client = client }

    /// Another reader of the same site, with no cookies.
    func another() -> Browser { Browser(client) }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let html: String
        var location: String { headers[.location] ?? "" }

        /// The value of the first hidden field or button of this name.
        func field(_ name: String, after mark: String = "") -> String? {
            guard let start = mark.isEmpty ? html.startIndex : html.range(of: mark)?.upperBound
            else { return nil }
            let text = html[start...]
            guard let name = text.range(of: "name=\"\(name)\""),
                let value = text[name.upperBound...].range(of: "value=\""),
                let end = text[value.upperBound...].firstIndex(of: "\"")
            else { return nil }
            return String(text[value.upperBound..<end])
        }
    }

    func signIn(_ subject: EdgeStore.Subject, _ world: World) async throws {
        let link = try world.service.signInLink(for: subject, minutes: 10)
        let path = String(link.url.dropFirst(world.service.settings.publicURL.count))
        _ = try await get(path)
    }

    func get(_ path: String) async throws -> Answer {
        try await send(path, .get, nil, type: nil)
    }

    /// Sends `fields` and the page's token and key along with them.
    func post(
        _ path: String, _ fields: [(String, String)], from page: Answer
    ) async throws -> Answer {
        var all = fields.map { FormBody.Field(name: $0.0, value: $0.1) }
        for name in ["csrf", "idempotency_key"] where !fields.contains(where: { $0.0 == name }) {
            let mark = name == "csrf" ? "" : "action=\"\(path.replacing("&", with: "&amp;"))\""
            if let value = page.field(name, after: mark) {
                all.append(FormBody.Field(name: name, value: value))
            }
        }
        return try await send(path, .post, FormBody(all).bytes, type: FormBody.contentType)
    }

    /// Sends `fields` as another site's page does.
    func post(
        _ path: String, _ fields: [(String, String)], origin: String?
    ) async throws -> Answer {
        headers[.origin] = origin
        defer { headers[.origin] = nil }
        let body = FormBody(fields.map { FormBody.Field(name: $0.0, value: $0.1) }).bytes
        return try await send(path, .post, body, type: FormBody.contentType)
    }

    func upload(
        _ path: String, _ fields: [(String, String)], file: [UInt8], named name: String,
        field: String = "file"
    ) async throws -> Answer {
        var body: [UInt8] = []
        for (field, value) in fields {
            body += Array(
                "--XX\r\nContent-Disposition: form-data; name=\"\(field)\"\r\n\r\n\(value)\r\n".utf8
            )
        }
        body += Array(
            """
            --XX\r\nContent-Disposition: form-data; name="\(field)"; filename="\(name)"\r\n\
            Content-Type: application/octet-stream\r\n\r\n
            """.utf8)
        body += file + Array("\r\n--XX--\r\n".utf8)
        return try await send(path, .post, body, type: "multipart/form-data; boundary=XX")
    }

    func sendBytes(_ path: String, _ bytes: [UInt8]) async throws -> Answer {
        try await send(path, .post, bytes, type: "application/octet-stream")
    }

    private func send(
        _ path: String, _ method: HTTPRequest.Method, _ body: [UInt8]?, type: String?
    ) async throws -> Answer {
        var headers = headers
        if headers[.accept] == nil { headers[.accept] = "text/html" }
        if let type { headers[.contentType] = type }
        if !cookies.isEmpty {
            headers[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        for set in response.headers[values: .setCookie] {
            let pair = set.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
        }
        return Answer(
            status: response.status.code, headers: response.headers,
            html: String(decoding: response.body.readableBytesView, as: UTF8.self))
    }
}
