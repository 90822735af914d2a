import Hummingbird
import Testing
import Wire

@testable import API

@Suite("Lists in pages")
struct PagingTests {
    /// Every row of a list, two a page, by following `next_cursor`.
    private func walk(_ world: World, _ path: String) async throws -> [[JSON]] {
        var pages: [[JSON]] = []
        var cursor: String?
        repeat {
            let more = cursor.map { "&cursor=\($0)" } ?? ""
            let joint = path.contains("?") ? "&" : "?"
            let got = try await world.get("\(path)\(joint)limit=2\(more)")
            #expect(got.status == 200)
            pages.append(got.rows)
            cursor = got.json["next_cursor"]?.stringValue
            let link = got.header("Link")
            #expect((link == nil) == (cursor == nil))
            if let cursor {
                #expect(link?.hasPrefix("<https://money.example.com\(path)") == true)
                #expect(link?.hasSuffix("cursor=\(cursor)>; rel=\"next\"") == true)
            }
        } while cursor != nil && pages.count < 50
        return pages
    }

    @Test("Pages hold every row once, in the order of one long page", arguments: [4, 5])
    func customers(_ count: Int) async throws {
        try await World.run { (world: World) async throws in
            for index in 0..<count { _ = try await world.customer("ex-\(index)") }

            let pages = try await walk(world, "/v1/customers")

            #expect(pages.map(\.count) == (count == 4 ? [2, 2] : [2, 2, 1]))
            let all = try await world.get("/v1/customers?limit=200").rows
            #expect(pages.flatMap { $0 } == all)
        }
    }

    @Test("Deposits, notices and postings come newest first, page by page")
    func ofOneCustomer() async throws {
        try await World.run { (world: World) async throws in
            let customer = try await world.customer()
            let method = try await world.bankAccount(customer)
            for _ in 0..<5 {
                #expect(try await world.deposit(customer, method, 1_000).status == 201)
            }
            for list in ["deposits", "notices", "postings"] {
                let path = "/v1/customers/\(customer)/\(list)"
                let pages = try await walk(world, path)
                #expect(pages.map(\.count) == [2, 2, 1], "\(list)")
                #expect(pages.flatMap { $0 } == (try await world.get(path).rows), "\(list)")
                let times = pages.flatMap { $0 }.compactMap {
                    ($0["initiated_at"] ?? $0["at"])?.stringValue
                }
                #expect(times == times.sorted(by: >), "\(list)")
            }
        }
    }

    @Test("A queue over all customers goes on behind the last row")
    func queues() async throws {
        try await World.run { (world: World) async throws in
            for index in 0..<3 {
                let customer = try await world.customer("ex-\(index)")
                let method = try await world.bankAccount(customer, number: "12345678\(index)")
                #expect(try await world.deposit(customer, method).status == 201)
                let orders = 0..<(index == 1 ? 2 : 1)
                for order in orders {
                    let got = try await world.post(
                        "/v1/customers/\(customer)/orders",
                        [
                            "reference": .string("o-\(index)-\(order)"), "side": "buy",
                            "asset": "BTC", "cash_minor": 10_000,
                        ])
                    #expect(got.status == 201)
                }
            }
            let pages = try await walk(world, "/v1/orders?state=open")
            #expect(pages.map(\.count) == [2, 2])
            #expect(Set(pages.flatMap { $0 }.map { $0["id"] }).count == 4)
            #expect(pages.flatMap { $0 }.allSatisfy { $0["customer"] != nil })
            #expect(try await world.get("/v1/orders?state=closed").rows.isEmpty)
        }
    }

    @Test("A cursor of one list, or one that was changed, means nothing in another")
    func cursors() async throws {
        try await World.run { (world: World) async throws in
            for index in 0..<3 { _ = try await world.customer("ex-\(index)") }
            let page = try await world.get("/v1/customers?limit=1")
            let cursor = try #require(page.json["next_cursor"]?.stringValue)

            let elsewhere = try await world.get("/v1/orders?state=open&cursor=\(cursor)")
            let filtered = try await world.get("/v1/customers?reference=ex-1&cursor=\(cursor)")
            let changed = try await world.get("/v1/customers?cursor=B\(cursor.dropFirst())")

            for got in [elsewhere, filtered, changed] {
                #expect(got.status == 400 && got.code == "invalid_cursor")
            }
        }
    }
}
