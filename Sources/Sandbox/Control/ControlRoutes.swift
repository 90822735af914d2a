import HTML
import Hummingbird
import Wire

/// The control page, the same commands for programs, and the state of everything as JSON.
struct ControlRoutes: Sendable {
    let world: World
    /// Makewhole's address for links.
    let makewholeBase: String

    func add(to router: some RouterMethods<BasicRequestContext>) {
        router.get("/") { request, _ in try await page(request) }
        router.get("/market") { request, _ in try await marketPage(request) }
        router.get("/health") { _, _ in Reply.json(["status": "ok"]) }
        router.get("/sandbox.css") { _, _ in
            Reply.text(SandboxStyle.sheet, type: "text/css; charset=utf-8")
        }
        router.get("/control/clock") { _, _ in Reply.json(await clockJSON()) }
        router.get("/control/bank") { _, _ in Reply.json(await bankJSON()) }
        router.get("/control/processor") { _, _ in Reply.json(await processorJSON()) }
        router.post("/control/**") { request, context in
            try await command(context.parameters.getCatchAll().joined(separator: "/"), request)
        }
    }

    // MARK: Commands

    private func command(_ path: String, _ request: Request) async throws -> Response {
        let form = try await request.form()
        let isProgram = request.headers[.accept]?.contains("application/json") == true
        do {
            guard let command = try ControlCommand(path: path, form: form) else {
                throw ProblemDetails(
                    type: "/problems/unknown-command", title: "Unknown command", status: 404,
                    detail: "The sandbox has no command \(path).")
            }
            let message = try await world.perform(command)
            return isProgram
                ? Reply.json(["message": .string(message)])
                : Reply.redirect(
                    Self.page(after: form, path), flash: Flash(tone: .done, text: message))
        } catch {
            guard let problem = Self.problem(error) else { throw error }
            return isProgram
                ? Reply.problem(problem)
                : Reply.redirect(
                    Self.page(after: form, path),
                    flash: Flash(tone: .problem, text: problem.detail ?? problem.title))
        }
    }

    /// The page a form came from; never an address from outside.
    private static func page(after form: FormBody, _ path: String) -> String {
        switch form["page"] {
        case "market": "/market"
        case "mail": "/mail"
        default: path.hasPrefix("bank/") ? "/#bank" : "/"
        }
    }

    /// The problem a refusal of any part reads as; `nil` for what is not a refusal.
    private static func problem(_ error: any Error) -> ProblemDetails? {
        let (code, status, detail): (String, Int, String)
        switch error {
        case let problem as ProblemDetails: return problem
        case let mistake as ControlMistake:
            (code, status, detail) = ("invalid-field", 422, mistake.detail)
        case let refusal as BankRefusal:
            (code, status, detail) = ("bank-refused", 409, refusal.detail)
        case let refusal as AdvanceRefusal:
            (code, status, detail) = ("clock-refused", 409, refusal.detail)
        case let refusal as ProcessorRefusal: return refusal.problem
        case let refusal as MarketRefusal: return refusal.problem
        default: return nil
        }
        return ProblemDetails(
            type: "/problems/\(code)", title: "Not done", status: status, detail: detail)
    }

    // MARK: Pages

    private func page(_ request: Request) async throws -> Response {
        let snapshot = ControlSnapshot(
            now: await world.clock.now(),
            nextEvent: await world.advancer.nextEvent(),
            progress: await world.advancer.progress,
            bank: await world.bank.state,
            untaken: try await world.bank.untakenInbound(),
            processor: await world.processor.state,
            mailCount: await world.mail.state.items.count,
            makewholeBase: makewholeBase)
        let flash = Flash(request)
        var response = Reply.page(ControlPage.render(snapshot, flash: flash))
        if flash != nil { response.headers[.setCookie] = Flash.clearing }
        // Without a script, a moving clock is shown by loading the page again.
        if snapshot.progress?.isMoving == true { response.headers[.refresh] = "2" }
        return response
    }

    private func marketPage(_ request: Request) async throws -> Response {
        let flash = Flash(request)
        var response = Reply.page(
            MarketPage.render(
                await world.market.state, now: await world.clock.now(), flash: flash))
        if flash != nil { response.headers[.setCookie] = Flash.clearing }
        return response
    }

    // MARK: State for programs

    private func clockJSON() async -> JSON {
        let progress = await world.advancer.progress
        let next = await world.advancer.nextEvent()
        return [
            "now": .string(await world.clock.now().rfc3339),
            "next_event": next.map { .string($0.rfc3339) } ?? .null,
            "moving": .boolean(progress?.isMoving == true),
            "trouble": progress?.trouble.map { .string($0) } ?? .null,
        ]
    }

    private func bankJSON() async -> JSON {
        let state = await world.bank.state
        return [
            "entries": .array(
                state.entries.map { entry in
                    [
                        "entry": .integer(Int64(entry.id)),
                        "trace_number": .string(entry.trace),
                        "payment_id": .string(entry.individualID),
                        "direction": .string(entry.direction.rawValue),
                        "amount_minor": .integer(entry.amountMinor),
                        "account_last_four": .string(entry.lastFour),
                        "description": .string(entry.batch.entryDescription),
                        "file": .string(entry.fileName),
                        "settlement_date": .string(entry.settlementDay),
                        "stage": .string(state.stage(entry).label),
                    ]
                }),
            "returns": .array(
                state.returns.map { item in
                    [
                        "trace_number": .string(item.trace),
                        "original_trace_number": .string(item.originalTrace),
                        "code": .string(item.code),
                        "amount_minor": .integer(item.amountMinor),
                        "date": .string(item.day),
                    ]
                }),
            "files": .array(state.inboundOrder.map { .string($0) }),
        ]
    }

    private func processorJSON() async -> JSON {
        let state = await world.processor.state
        return [
            "charges": .array(
                state.order.compactMap { state.charges[$0] }.map { charge in
                    [
                        "charge_id": .string(charge.request.chargeID),
                        "status": .string(charge.status.name),
                        "amount_minor": .integer(charge.request.amountMinor),
                        "fee_minor": .integer(charge.request.feeMinor),
                        "page": .string("/processor/pay/\(charge.pageID)"),
                    ]
                }),
            "webhooks_waiting": .array(state.undelivered.map { .string($0) }),
            "webhooks_delivered": .integer(Int64(state.deliveredCount)),
        ]
    }
}
