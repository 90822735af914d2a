import Banking
import Foundation
import Ledger
import Money
import Rules
import Service
import Vocabulary
import Wire

/// What the processor tells us: at least once, in any order, signed.
///
/// A genuine event is kept before anything is done with it, whatever its type. Its id is the cause
/// of its command, so an event that comes twice happens once. A refusal of the rules ends an event:
/// sending it again would change nothing, so it is noted and acknowledged.
enum ProcessorWebhook {
    @Sendable static func receive(_ call: Call) async throws -> Answer {
        let id = call.header(WebhookSignature.idHeader)
        do throws(WebhookRefusal) {
            try WebhookSignature.verify(
                id: id, timestamp: call.header(WebhookSignature.timestampHeader),
                signature: call.header(WebhookSignature.signatureHeader), body: call.rawBody,
                secrets: call.service.settings.processorSecrets,
                nowSeconds: call.now.milliseconds / 1_000)
        } catch {
            call.log("A webhook was not believed: \(error)")
            throw Denial(.webhookNotVerified)
        }
        guard let id else { throw Denial(.webhookNotVerified) }
        let edge = call.service.edge
        _ = try edge.keepEvent(
            id: id, body: Data(call.rawBody), at: call.now, result: "received")
        do {
            let event = try JSON.parse(call.rawBody, bytesMax: Call.bodyBytesMax)
            guard let asked = try command(for: event, call) else {
                try edge.mark(event: id, result: "kept: nothing follows from it")
                return .noContent
            }
            let outcome = try await call.service.perform(
                asked.command, to: asked.addressee, by: .system, scope: "processor", key: id,
                body: event.sorted.text())
            switch outcome {
            case .accepted, .replayed: try edge.mark(event: id, result: "done")
            case .refused(let refusal): try refuse(id, refusal, call)
            case .conflict: throw Denial(.idempotencyKeyReused)
            }
        } catch let refusal as Refusal {
            try refuse(id, refusal, call)
        } catch let error as JSONError {
            try call.service.raise(
                .processorEvent(id: id, what: "malformed"), about: "processor event \(id)")
            try edge.mark(event: id, result: "malformed: \(error)")
            throw error
        } catch let error as InvalidBody {
            try call.service.raise(
                .processorEvent(id: id, what: "malformed"), about: "processor event \(id)")
            let places = error.errors.map { "\($0.pointer) \($0.code.rawValue)" }
            try edge.mark(event: id, result: "malformed: \(places.joined(separator: ", "))")
            throw error
        }
        return .noContent
    }

    private static func refuse(_ id: String, _ refusal: Refusal, _ call: Call) throws {
        let problem = call.describe.problem(refusal)
        call.log("Webhook \(id) was refused: \(problem.code)")
        // A fact that is missing for now may be there when the event comes again.
        guard problem.status != 503 else { throw refusal }
        try call.service.raise(
            .processorEvent(id: id, what: problem.code), about: "processor event \(id)")
        try call.service.edge.mark(event: id, result: "refused: \(problem.code)")
    }

    /// The command an event asks for; `nil` for a type from which nothing follows in the books.
    ///
    /// Members an event has beyond those read here are passed over: the processor may add some.
    private static func command(
        for event: JSON, _ call: Call
    ) throws -> (addressee: Addressee, command: Command)? {
        switch event["type"]?.stringValue {
        case "charge.succeeded":
            try charge(
                event, .chargeSucceeded,
                ["amount_minor": "amount_minor", "fee_minor": "fee_minor"],
                call)
        case "charge.failed": try charge(event, .chargeFailed, ["reason": "reason"], call)
        case "charge.disputed":
            try charge(
                event, .chargeDisputed, ["dispute_fee_minor": "dispute_fee_minor"], call)
        case "refund.succeeded":
            try charge(
                event, .chargeRefunded,
                ["refund_id": "refund", "amount_minor": "amount_minor"], call)
        case "payout.paid":
            try read(
                event, .receivePayout,
                ["gross": "gross_minor", "processing_cost_minor": "cost_minor"],
                in: call.context())
        default: nil
        }
    }

    /// A charge is named by the settlement it pays for.
    private static func charge(
        _ event: JSON, _ name: CommandName, _ fields: KeyValuePairs<String, String>, _ call: Call
    ) throws -> (addressee: Addressee, command: Command) {
        guard let text = event["data"]?["charge_id"]?.stringValue,
            let settlement = SettlementID(text)
        else {
            throw InvalidBody(errors: [
                FieldError(
                    pointer: "/data/charge_id", code: .malformed,
                    detail: "This must be the id of a settlement.")
            ])
        }
        guard let customer = try call.service.reader.customer(ofSettlement: settlement) else {
            throw Refusal.settlementUnknown
        }
        let context = try call.context().giving("customer", customer)
            .giving("settlement", settlement)
        return try read(event, name, fields, in: context)
    }

    private static func read(
        _ event: JSON, _ name: CommandName, _ fields: KeyValuePairs<String, String>,
        in context: CommandContext
    ) throws -> (addressee: Addressee, command: Command) {
        var body = JSON.Object()
        for (field, own) in fields { body[own] = event["data"]?[field] }
        do throws(InvalidBody) {
            return try CommandReader.read(name, body: .object(body), context: context)
        } catch {
            throw InvalidBody(
                errors: error.errors.map { error in
                    let own = error.pointer.dropFirst()
                    let field = fields.first { $0.value == own }?.key ?? String(own)
                    return FieldError(
                        pointer: "/data/\(field)", code: error.code, detail: error.detail)
                })
        }
    }
}
