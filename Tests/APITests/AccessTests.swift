import Hummingbird
import Service
import Testing

@testable import API

@Suite("Who may call")
struct AccessTests {
    /// A path of the route with ids nobody has.
    private func path(_ route: Route) -> String {
        route.path.split(separator: "/").map { segment in
            segment.hasPrefix("{") ? "none" : String(segment)
        }.reduce("") { "\($0)/\($1)" }
    }

    private func method(_ route: Route) -> HTTPRequest.Method {
        route.method == .get ? .get : .post
    }

    @Test("Every route but the open ones answers 401 without a key, and with a wrong one")
    func keyIsRequired() async throws {
        try await World.run { (world: World) async throws in
            for route in world.api.routes where route.access.needsKey {
                let without = try await world.send(method(route), path(route), key: nil)
                #expect(without.status == 401, "\(route.operation)")
                #expect(without.code == "unauthenticated")
                #expect(without.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
                let wrong = try await world.send(method(route), path(route), key: "mk_test_wrong")
                #expect(wrong.status == 401, "\(route.operation)")
            }
        }
    }

    @Test("Every route answers 403 to a key that has every scope but its own")
    func scopeIsRequired() async throws {
        let keys = Service.Scope.allCases.map { scope in
            World.key("without \(scope.rawValue)", Set(Service.Scope.allCases).subtracting([scope]))
        }
        try await World.run(keys: keys) { (world: World) async throws in
            for route in world.api.routes {
                guard case .key(let scope) = route.access else { continue }
                let got = try await world.send(
                    method(route), path(route), key: "without \(scope.rawValue)")
                #expect(got.status == 403, "\(route.operation)")
                #expect(got.code == "scope_missing")
            }
        }
    }

    @Test("A key without scopes may do nothing")
    func noScopes() async throws {
        try await World.run(keys: [World.key("bare", [])]) { (world: World) async throws in
            #expect(try await world.get("/v1/customers", key: "bare").status == 403)
        }
    }

    @Test("Health, problem pages and the document are open")
    func openRoutes() async throws {
        try await World.run { (world: World) async throws in
            #expect(try await world.get("/livez", key: nil).status == 200)
            #expect(try await world.get("/readyz", key: nil).status == 200)
            #expect(try await world.get("/openapi.json", key: nil).status == 200)
            let page = try await world.get("/problems/owing", key: nil)
            #expect(page.status == 200)
            #expect(page.text.contains("Something is owed"))
            #expect(try await world.get("/problems/nonsense", key: nil).status == 404)
        }
    }

    @Test("Nobody without a key learns which paths there are")
    func unknownPaths() async throws {
        try await World.run { (world: World) async throws in
            #expect(try await world.get("/v1/nowhere", key: nil).status == 401)
            #expect(try await world.get("/v1/nowhere").status == 404)
            #expect(try await world.get("/v1/customers/none/nowhere").code == "not_found")
        }
    }

    @Test("A method that is not offered is answered 405 with those that are")
    func methods() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.send(.delete, "/v1/customers")
            #expect(got.status == 405)
            #expect(got.header("Allow") == "POST, GET, HEAD")
            #expect(try await world.send(.put, "/livez", key: nil).status == 405)
            #expect(try await world.send(.trace, "/livez", key: nil).status == 405)
            #expect(try await world.send(.get, "/webhooks/processor", key: nil).status == 405)
        }
    }

    @Test("HEAD answers as GET does, without the body")
    func head() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.send(.head, "/v1/customers")
            #expect(got.status == 200)
            #expect(got.text.isEmpty)
        }
    }

    @Test("Personal data is never cached")
    func noStore() async throws {
        try await World.run { (world: World) async throws in
            let got = try await world.get("/v1/customers")
            #expect(got.header("Cache-Control") == "no-store")
            #expect(got.header("X-Content-Type-Options") == "nosniff")
        }
    }

    @Test("The clock's routes are not there outside a sandbox, whatever the key")
    func noClockInProduction() async throws {
        try await World.run(isSandbox: false) { (world: World) async throws in
            #expect(try await world.get("/v1/sandbox/clock").status == 404)
            #expect(try await world.post("/v1/sandbox/clock").status == 404)
            #expect(!world.document.text().contains("sandbox/clock"))
        }
    }
}
