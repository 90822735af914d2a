import Banking
import Engine
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Vocabulary
import Wire

/// One request on its way through a handler: what was sent, who sent it, and the service to ask.
struct Call: Sendable {
    /// Ten times the largest body a route takes.
    static let bodyBytesMax = 64 * 1_024

    let service: Service
    let route: Route
    let parameters: [String: String]
    let query: [String: String]
    /// `nil` only where the route needs no key.
    let key: Service.APIKey?
    let idempotencyKey: String?
    let body: JSON
    /// The body exactly as it came, for signatures.
    let rawBody: [UInt8]
    let header: @Sendable (String) -> String?
    let requestID: String
    let log: @Sendable (String) -> Void

    var now: Instant { service.clock.now() }
    var policy: Policy { service.policies.policy(at: now) }
    var describe: Describe { Describe(policy) }
    var actor: Actor { .host(key?.name ?? "none") }

    func facts() throws -> Facts {
        try service.facts(for: actor, about: parameters["customer"].flatMap { CustomerID($0) })
    }

    // MARK: The path

    /// The id a path names; what is not an id is as unknown as one that nobody has.
    func id<Kind>(_ name: String, orElse refusal: Refusal) throws -> Identifier<Kind> {
        guard let text = parameters[name], let id = Identifier<Kind>(text) else { throw refusal }
        return id
    }

    /// The customer the path names.
    func customer() throws -> Customer {
        let id: CustomerID = try id("customer", orElse: .customerUnknown)
        guard let customer = try service.reader.customer(id) else {
            throw Refusal.customerUnknown
        }
        return customer
    }

    // MARK: Commands

    /// What a command's reader knows from the path.
    func context() throws -> CommandContext {
        let vault = service.vault
        var context = CommandContext(policy: policy, now: now) { routing, number in
            let sealed = vault.seal(
                routingNumber: routing.text, accountNumber: number, type: .checking)
            return CommandContext.SealedAccount(
                number: sealed.sealedNumber, fingerprint: sealed.fingerprint)
        }
        context.microAmounts = MicroAmounts.random
        for name in route.parameters {
            switch name {
            case "customer":
                let id: CustomerID = try id(name, orElse: .customerUnknown)
                context = context.giving(name, id)
            case "method":
                let id: PaymentMethodID = try id(name, orElse: .methodUnknown)
                context = context.giving(name, id)
            case "deposit":
                let id: DepositID = try id(name, orElse: .depositUnknown)
                context = context.giving(name, id)
            case "order":
                let id: OrderID = try id(name, orElse: .orderUnknown)
                context = context.giving(name, id)
            case "withdrawal":
                let id: WithdrawalID = try id(name, orElse: .withdrawalUnknown)
                context = context.giving(name, id)
            case "settlement":
                let id: SettlementID = try id(name, orElse: .settlementUnknown)
                context = context.giving(name, id)
            default: preconditionFailure("the path parameter \(name) has a kind of its own")
            }
        }
        return context
    }

    /// Reads the body as a command and carries it out.
    ///
    /// - Throws: every fault of the body, the refusal of the rules, the fault of the engine.
    func perform(
        _ name: CommandName, in context: CommandContext? = nil
    ) async throws -> (reply: Reply, isReplayed: Bool) {
        let context = try context ?? self.context()
        let asked = try CommandReader.read(name, body: body, context: context)
        return try await perform(asked.command, to: asked.addressee)
    }

    /// Carries out a command under the cause the key names.
    func perform(
        _ command: Command, to addressee: Addressee
    ) async throws -> (reply: Reply, isReplayed: Bool) {
        let outcome = try await service.perform(
            command, to: addressee, by: actor, scope: "api:\(key?.name ?? "")",
            key: idempotencyKey ?? "none:" + Token.random(prefix: "").text, body: fingerprint)
        switch outcome {
        case .accepted(let reply): return (reply, false)
        case .replayed(let reply): return (reply, true)
        case .refused(let refusal): throw Decided(refusal: refusal)
        case .conflict: throw Denial(.idempotencyKeyReused)
        }
    }

    /// The request in one text that is the same however the body was spaced and ordered. An account
    /// number is in it only as its keyed fingerprint, because a digest of digits can be guessed.
    private var fingerprint: String {
        var body = body.objectValue ?? JSON.Object()
        if let number = body["account_number"]?.stringValue {
            let routing = body["routing_number"]?.stringValue ?? ""
            body["account_number"] = .string(
                service.vault.seal(routingNumber: routing, accountNumber: number, type: .checking)
                    .fingerprint)
        }
        let names = route.parameters.map { parameters[$0] ?? "" }.joined(separator: "/")
        return "\(route.method.rawValue) \(route.path) \(names) "
            + JSON.object(body).sorted.text()
    }

    // MARK: Answers

    /// The answer to a command: from the reply and the request alone, so that a replay is the same.
    func answer(_ reply: Reply, isReplayed: Bool, created collection: String? = nil) -> Answer {
        var json = describe.reply(reply).objectValue ?? JSON.Object()
        for name in route.parameters {
            guard let value = parameters[name] else { continue }
            json[name] = .string(value)
        }
        var answer = Answer(status: route.answer.status, content: .json(.object(json)))
        if let collection, let id = json["id"]?.stringValue {
            answer.headers.append(("Location", "\(collection)/\(id)"))
        }
        if isReplayed { answer.headers.append(("Idempotency-Replayed", "true")) }
        return answer
    }

    /// Where the things of the path's customer are.
    func path(_ collection: String) -> String {
        "/v1/customers/\(parameters["customer"] ?? "")/\(collection)"
    }
}

extension JSON {
    /// The same value with the members of every object in the order of their names.
    var sorted: JSON {
        switch self {
        case .null, .boolean, .integer, .number, .string: self
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let object):
            .object(
                object.members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) })
        }
    }

    /// The same object with one more member, which it does not have yet.
    func with(_ key: String, _ value: JSON) -> JSON {
        guard case .object(var object) = self else { return self }
        object[key] = value
        return .object(object)
    }
}
