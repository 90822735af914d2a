import HTML
import Hummingbird
import Money
import Wire

/// The processor's API for Makewhole, and the page its customers pay at.
struct ProcessorRoutes: Sendable {
    let processor: Processor
    /// This program's own address as a browser sees it, without a slash at the end.
    let publicBase: String
    /// How long a call that plays a timeout is left without an answer.
    let timeoutPause: Duration

    func add(to router: some RouterMethods<BasicRequestContext>) {
        router.post("/processor/charges") { request, _ in
            try await misbehaving { try await create(request) }
        }
        router.get("/processor/charges/{id}") { _, context in
            try await misbehaving {
                let id = try context.parameters.require("id")
                return Reply.json(json(try await processor.state.charge(id)))
            }
        }
        router.post("/processor/refunds") { request, _ in
            try await misbehaving { try await refund(request) }
        }
        router.get("/processor/refunds/{id}") { _, context in
            try await misbehaving {
                let id = try context.parameters.require("id")
                return Reply.json(Self.json(try await processor.state.refund(id), "succeeded"))
            }
        }
        router.get("/processor/pay/{page}") { request, context in
            try await page(context.parameters.require("page"), flash: Flash(request))
        }
        router.post("/processor/pay/{page}") { request, context in
            try await pay(context.parameters.require("page"), request)
        }
    }

    // MARK: The API

    private func create(_ request: Request) async throws -> Response {
        let key = try Self.idempotencyKey(request)
        let charge = try await request.read { reader in
            let currency = reader.string("currency", max: 3)
            if currency != "USD" { reader.reject("currency", .notAllowed, "This must be USD.") }
            let returnURL = reader.string("return_url", max: 2_000)
            if !Self.isWebAddress(returnURL) {
                reader.reject(
                    "return_url", .malformed, "This must be a complete http or https address.")
            }
            return ChargeRequest(
                chargeID: reader.string("charge_id", max: 64),
                method: reader.enumeration("method", as: ChargeMethod.self),
                amountMinor: reader.integer("amount_minor", in: 1...Cents.max.count),
                feeMinor: reader.optionalInteger("fee_minor", in: 0...Cents.max.count) ?? 0,
                returnURL: returnURL,
                description: reader.optionalString("description", max: 200) ?? "")
        }
        return Reply.json(
            Self.accepted(try await processor.charge(charge, key: key), base: publicBase),
            status: .created)
    }

    private func refund(_ request: Request) async throws -> Response {
        let key = try Self.idempotencyKey(request)
        let wanted = try await request.read { reader in
            RefundRequest(
                refundID: reader.string("refund_id", max: 64),
                chargeID: reader.string("charge_id", max: 64),
                amountMinor: reader.integer("amount_minor", in: 1...Cents.max.count))
        }
        return Reply.json(
            Self.json(try await processor.refund(wanted, key: key), "pending"), status: .created)
    }

    private static func json(_ refund: RefundRequest, _ status: String) -> JSON {
        [
            "refund_id": .string(refund.refundID), "charge_id": .string(refund.chargeID),
            "status": .string(status), "amount_minor": .integer(refund.amountMinor),
        ]
    }

    /// The answer to a new charge. It never changes, whatever becomes of the charge later, so a
    /// repeated call gets the same bytes.
    static func accepted(_ charge: Charge, base: String) -> JSON {
        [
            "charge_id": .string(charge.request.chargeID),
            "status": "requires_action",
            "action_url": .string("\(base)/processor/pay/\(charge.pageID)"),
        ]
    }

    private func json(_ charge: Charge) -> JSON {
        var members: [(String, JSON)] = [
            ("charge_id", .string(charge.request.chargeID)),
            ("status", .string(charge.status.name)),
            ("method", .string(charge.request.method.rawValue)),
            ("amount_minor", .integer(charge.request.amountMinor)),
            ("fee_minor", .integer(charge.request.feeMinor)),
            ("refunded_minor", .integer(charge.refundedMinor)),
        ]
        switch charge.status {
        case .requiresAction, .requiresConfirmation:
            members.append(
                ("action_url", .string("\(publicBase)/processor/pay/\(charge.pageID)")))
        case .failed(let reason): members.append(("reason", .string(reason.rawValue)))
        case .disputed(let fee): members.append(("dispute_fee_minor", .integer(fee)))
        case .succeeded: break
        }
        if let payoutID = charge.payoutID { members.append(("payout_id", .string(payoutID))) }
        return .object(members)
    }

    /// Plays the faults that are set, and turns refusals into problems.
    private func misbehaving(_ body: () async throws -> Response) async throws -> Response {
        let fault = try await processor.takeFault()
        if fault == .serverError {
            return Reply.problem(
                .internalServerError, "server-error", "The processor has a problem. Try again.")
        }
        let response: Response
        do {
            response = try await body()
        } catch let refusal as ProcessorRefusal {
            response = Reply.problem(refusal.problem)
        }
        if fault == .timeout { try await Task.sleep(for: timeoutPause) }
        return response
    }

    private static func idempotencyKey(_ request: Request) throws -> String {
        let text = request.headers[.idempotencyKey] ?? ""
        // The draft standard quotes the key; a bare token is accepted too.
        let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let key = isQuoted ? String(text.dropFirst().dropLast()) : text
        guard (1...255).contains(key.utf8.count) else {
            throw ProblemDetails(
                type: "/problems/idempotency-key-missing", title: "Idempotency-Key missing",
                status: 400,
                detail: "Send an Idempotency-Key header of 1 to 255 characters with this call.")
        }
        return key
    }

    private static func isWebAddress(_ text: String) -> Bool {
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return false }
        return text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    // MARK: The hosted page

    private func page(_ pageID: String, flash: Flash?) async throws -> Response {
        let state = await processor.state
        guard let id = state.pages[pageID] else { return Self.noSuchPage }
        return Reply.page(try ProcessorPages.pay(state.charge(id), flash: flash))
    }

    private func pay(_ pageID: String, _ request: Request) async throws -> Response {
        guard let id = await processor.state.pages[pageID] else { return Self.noSuchPage }
        let form = try await request.form()
        guard let choice = form["choice"].flatMap({ PayChoice(rawValue: $0) }) else {
            return Reply.redirect(
                "/processor/pay/\(pageID)",
                flash: Flash(tone: .problem, text: "Choose one of the ways to pay."))
        }
        let charge: Charge
        do {
            charge = try await processor.choose(choice, chargeID: id)
        } catch let refusal as ProcessorRefusal {
            return Reply.redirect(
                "/processor/pay/\(pageID)", flash: Flash(tone: .problem, text: refusal.detail))
        }
        switch charge.status {
        case .requiresAction, .requiresConfirmation:
            return Reply.redirect("/processor/pay/\(pageID)")
        case .succeeded, .failed, .disputed:
            // Back to Makewhole with nothing: the webhook says how it ended.
            return Reply.redirect(charge.request.returnURL)
        }
    }

    private static var noSuchPage: Response {
        Reply.page(
            SandboxPage.message(
                title: "This payment does not exist",
                text: "Go back to your Makewhole page and start the payment again."),
            status: .notFound)
    }
}

extension ProcessorRefusal {
    var problem: ProblemDetails {
        switch self {
        case .idempotencyKeyReused:
            ProblemDetails(
                type: "/problems/idempotency-key-reused", title: "Idempotency key reused",
                status: 422, detail: detail)
        case .chargeIDReused:
            ProblemDetails(
                type: "/problems/charge-id-reused", title: "Charge id reused", status: 422,
                detail: detail)
        case .unknownCharge:
            ProblemDetails(
                type: "/problems/unknown-charge", title: "Unknown charge", status: 404,
                detail: detail)
        case .unknownRefund:
            ProblemDetails(
                type: "/problems/unknown-refund", title: "Unknown refund", status: 404,
                detail: detail)
        case .amountOutOfRange, .refundExceedsCharge:
            ProblemDetails(
                type: "/problems/amount-out-of-range", title: "Amount out of range",
                status: 422, detail: detail)
        case .notPayable, .notDisputable, .nothingToPayOut:
            ProblemDetails(
                type: "/problems/not-possible-now", title: "Not possible in this state",
                status: 409, detail: detail)
        }
    }
}
