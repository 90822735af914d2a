import Banking
import Foundation
import Ledger
import Money
import Rules
import SQLiteStore
import Testing

@Suite struct DeskTests {
    private func desk(_ name: String, _ world: World, _ reader: Browser) async throws -> Browser {
        let browser = reader.another()
        try await browser.signIn(.operator(name: name, role: "operator"), world)
        return browser
    }

    @Test("Every page of the desk opens, with a customer who owes")
    func pages() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            let dana = try await desk("dana", world, reader)

            for path in [
                "/operator", "/operator/negative-accounts", "/operator/negative-accounts?age=day",
                "/operator/customers/\(world.customer)", "/operator/documents",
                "/operator/suspense", "/operator/tasks", "/operator/liquidation",
                "/operator/bank-files", "/operator/audit",
            ] {
                #expect(try await dana.get(path).status == 200, "\(path)")
            }
            let queue = try await dana.get("/operator/negative-accounts")
            #expect(queue.html.contains("Alice Sample") && queue.html.contains("$150.00"))
        }
    }

    @Test("A waiver above one person's authority waits for a second, who is somebody else")
    func twoPeople() async throws {
        try await World.run { world, reader in
            let deposit = try await world.owe()
            let dana = try await desk("dana", world, reader)
            let page = try await dana.get("/operator/customers/\(world.customer)")
            let path = "/operator/customers/\(world.customer)/waive"

            let silent = try await dana.post(
                path, [("deposit", "\(deposit)"), ("reason", "")], from: page)
            let asked = try await dana.post(
                path, [("deposit", "\(deposit)"), ("reason", "our own error")], from: page)

            #expect(silent.status == 422)
            #expect(asked.location == "/operator/tasks")
            #expect(try world.read().owed == Cents(15_000))
            let proposal = try #require(try world.service.reader.house().waitingProposals.first)
            let tasks = try await dana.get("/operator/tasks")
            let approve = "/operator/tasks/\(proposal.id)/done"
            let herself = try await dana.post(
                approve, [("decision", "approve"), ("idempotency_key", "form_dana1")], from: tasks)
            #expect(herself.status == 409)
            let eve = try await desk("eve", world, reader)
            let hers = try await eve.get("/operator/tasks")
            let agreed = try await eve.post(approve, [("decision", "approve")], from: hers)
            #expect(agreed.location == "/operator/tasks")
            #expect(try world.read().owed == .zero)
        }
    }

    @Test("One person pauses sales with one click; resuming takes two")
    func pause() async throws {
        try await World.run { world, reader in
            let dana = try await desk("dana", world, reader)
            let running = try await dana.get("/operator/liquidation")

            _ = try await dana.post("/operator/liquidation/pause", [], from: running)
            #expect(try world.service.reader.house().settings.halt.everything)
            let paused = try await dana.get("/operator/liquidation")
            _ = try await dana.post(
                "/operator/liquidation/resume", [("reason", "all is well")], from: paused)
            #expect(try world.service.reader.house().settings.halt.everything)
            let eve = try await desk("eve", world, reader)
            let asked = try await eve.get("/operator/liquidation")
            _ = try await eve.post(
                "/operator/liquidation/resume", [("reason", "agreed")], from: asked)

            #expect(try !world.service.reader.house().settings.halt.everything)
        }
    }

    @Test("A deadline moves later and a flag comes and goes, each with its reason")
    func deadlineAndFlag() async throws {
        try await World.run { world, reader in
            _ = try await world.owe()
            _ = try await reader.get("/")
            let before = try #require(try world.read().openObligations.first?.deadline)
            let dana = try await desk("dana", world, reader)
            let root = "/operator/customers/\(world.customer)"
            let page = try await dana.get(root)

            let extended = try await dana.post(
                "\(root)/extend", [("hours", "24"), ("reason", "asked by telephone")], from: page)
            let after = try #require(try world.read().openObligations.first?.deadline)
            let flagged = try await dana.post(
                "\(root)/pause-sales", [("note", "dispute"), ("reason", "says not his")],
                from: page)
            #expect(extended.location == root && flagged.location == root)
            #expect(after - before == 24 * 3_600_000)
            let flag = try #require(try world.read().profile.flags.first)
            #expect(flag.kind == .dispute && flag.setBy == "operator:dana")
            #expect(try world.read().openObligations.first?.deadline == nil)
            let second = try await dana.get(root)
            _ = try await dana.post(
                "\(root)/remove-flag", [("note", "\(flag.id)"), ("reason", "cleared")],
                from: second)

            #expect(try world.read().profile.flags.isEmpty)
            #expect(try world.read().openObligations.first?.deadline != nil)
        }
    }
}

extension House {
    var waitingProposals: [Proposal] { proposals.values.filter { $0.state == .waiting } }
}
