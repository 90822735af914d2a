import Exposition
import Foundation
import HTTPTypes
import Service
import Testing

@testable import API

@Suite("What operators watch")
struct MetricsTests {
    /// The value of the sample that is written exactly so.
    private func value(_ sample: String, _ text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
            .map { String($0.dropFirst(sample.count + 1)) }
    }

    @Test("The figures need a key with their own scope, and no other scope will do")
    func scope() async throws {
        let others = Set(Service.Scope.allCases).subtracting([.metricsRead])
        let keys = [World.key("watcher", [.metricsRead]), World.key("others", others)]
        try await World.run(keys: keys) { (world: World) async throws in
            #expect(try await world.get("/metrics", key: nil).status == 401)
            #expect(try await world.get("/metrics", key: "others").code == "scope_missing")
            #expect(try await world.get("/metrics", key: "watcher").status == 200)
            #expect(try await world.get("/v1/customers", key: "watcher").status == 403)
            #expect(try await world.post("/metrics").status == 405)
        }
    }

    @Test("They are told as Prometheus' text format, and never cached")
    func contentType() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.get("/metrics")

            #expect(
                got.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(got.header("Cache-Control") == "no-store")
            #expect(got.text.hasSuffix("\n"))
        }
    }

    @Test("Commands are counted by name and by what became of them, each once")
    func commands() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            let key = "deposit-1"
            let path = "/v1/customers/\(customer)/deposits"
            _ = try await world.deposit(customer, method, idempotencyKey: key)
            _ = try await world.deposit(customer, method, idempotencyKey: key)
            _ = try await world.deposit(customer, method, 1_000, idempotencyKey: key)
            _ = try await world.post(path, ["method": .string(method), "amount_minor": 1])
            _ = try await world.post(path, ["method": "none", "amount_minor": 1])

            let text = try await world.get("/metrics").text

            func count(_ outcome: String, _ code: String = "none") -> String? {
                value(
                    "makewhole_commands_total{command=\"start_deposit\","
                        + "outcome=\"\(outcome)\",code=\"\(code)\"}", text)
            }
            #expect(count("accepted") == "1")
            #expect(count("replayed") == "1")
            #expect(count("conflict") == "1")
            #expect(count("refused", "amount_out_of_range") == "1")
            // What could not be read never reached the engine.
            #expect(text.components(separatedBy: "command=\"start_deposit\"").count == 5)
            #expect(value("makewhole_command_seconds_count{outcome=\"accepted\"}", text) == "3")
            #expect(
                value("makewhole_command_seconds_bucket{outcome=\"accepted\",le=\"+Inf\"}", text)
                    == "3")
            #expect(value("makewhole_book_commits_total", text) == "3")
        }
    }

    @Test("A command that meets a stopped engine is a fault")
    func faults() async throws {
        try await World.run { (world: World) async throws in
            world.service.engine.stop()
            _ = try await world.post(
                "/v1/house/funding", ["asset": "USD", "amount_minor": 100])

            let text = try await world.get("/metrics").text

            #expect(
                value(
                    "makewhole_commands_total{command=\"fund_counterparty\",outcome=\"fault\","
                        + "code=\"stopped\"}", text) == "1")
        }
    }

    @Test("Requests are counted by the pattern of their path, never by the path")
    func requests() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            for id in [customer, customer, "cus_0", "none", "%0A%22"] {
                _ = try await world.get("/v1/customers/\(id)")
            }
            for path in ["/v1/nowhere", "/elsewhere", "/nowhere"] {
                _ = try await world.client.execute(uri: path, method: .get)
            }

            let text = try await world.get("/metrics").text

            let route = "route=\"/v1/customers/{customer}\""
            #expect(
                value("makewhole_http_requests_total{method=\"GET\",\(route),status=\"200\"}", text)
                    == "2")
            #expect(
                value("makewhole_http_requests_total{method=\"GET\",\(route),status=\"404\"}", text)
                    == "3")
            #expect(value("makewhole_http_request_seconds_count{\(route)}", text) == "5")
            #expect(!text.contains("nowhere") && !text.contains("elsewhere"))
        }
    }

    @Test("Invented methods are one word")
    func methods() async throws {
        try await World.run { (world: World) async throws in
            for name in ["BREW", "PROPFIND", "X1", "X2"] {
                let method = try #require(HTTPRequest.Method(rawValue: name))
                _ = try await world.client.execute(uri: "/v1/customers", method: method)
            }

            let text = try await world.get("/metrics").text

            #expect(text.contains("method=\"other\""))
            #expect(!text.contains("BREW") && !text.contains("X1"))
        }
    }

    @Test("No label holds a customer, an identifier or an amount")
    func labels() async throws {
        try await World.run { (world: World) async throws in
            let (customer, deposit) = try await world.owing()
            _ = try await world.get("/v1/customers/\(customer)/deposits/\(deposit)")
            _ = try await world.get("/v1/customers?reference=ex-1")
            _ = try await world.post(
                "/v1/customers/\(customer)/withdrawals",
                ["asset": "USD", "amount_minor": 12_345, "destination": "wallet-77"])
            world.service.figures.request(
                method: "GET", route: "/", status: 200, after: .milliseconds(1))

            let text = try await world.get("/metrics").text
            // The value after the last space is a measured time or a count, and may be any number.
            let labels = text.split(separator: "\n")
                .map { $0.prefix(through: $0.lastIndex(of: " ") ?? $0.startIndex) }.joined()

            for secret in [
                customer, deposit, "cus_", "dep_", "ex-1", "Ana", "example.com", "50000", "12345",
                "wallet", "mk_test",
            ] {
                #expect(!labels.contains(secret), "\(secret)")
            }
            #expect(value("makewhole_figures_dropped_total", text) == "0")
        }
    }

    @Test("What waits is read when somebody looks")
    func waiting() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.owing()

            let text = try await world.get("/metrics").text

            #expect(value("makewhole_store_readable", text) == "1")
            #expect(value("makewhole_queue_length", text) == "0")
            #expect(value("makewhole_bank_entries_queued", text) == "0")
            let waiting = try #require(value("makewhole_outbox_waiting", text).flatMap(Int.init))
            #expect(waiting > 0)
            #expect(value("makewhole_outbox_due", text).flatMap(Int.init) == waiting)
            let late = try #require(
                value("makewhole_outbox_late_seconds", text).flatMap(Double.init))
            #expect(late >= 0 && late < 600)
            #expect(value("makewhole_timers_late_seconds", text) == "0")
            let memory = try #require(
                value("process_resident_memory_bytes", text).flatMap(Int64.init))
            #expect(memory > 1 << 20)
        }
    }

    @Test("Commits are counted once however often somebody looks")
    func commitsOnce() async throws {
        try await World.run { (world: World) async throws in
            _ = try await world.customer()
            _ = try await world.get("/metrics")
            _ = try await world.get("/metrics")
            _ = try await world.customer("ex-2")

            let text = try await world.get("/metrics").text

            #expect(value("makewhole_book_commits_total", text) == "2")
        }
    }

    @Test("docs/operating/metrics.md has a row for each figure and no other")
    func page() throws {
        let url = World.root.appendingPathComponent("docs/operating/metrics.md")
        let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
        let named = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }

        #expect(named == (Figures.all + [FigureBook.dropped]).map(\.name))
        for (row, figure) in zip(rows, Figures.all) {
            for label in figure.labels { #expect(row.contains("`\(label)`"), "\(figure.name)") }
        }
    }
}
