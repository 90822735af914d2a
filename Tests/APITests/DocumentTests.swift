import Engine
import Foundation
import Testing
import Wire

@testable import API

@Suite("What the documents say")
struct DocumentTests {
    @Test("The OpenAPI document lists every route, with its scope")
    func routes() async throws {
        try await World.run { (world: World) async throws in
            let document = try await world.get("/openapi.json", key: nil).json
            #expect(document["openapi"] == "3.1.0")
            var documented: Set<String> = []
            for path in document["paths"]?.objectValue?.members ?? [] {
                for operation in path.value.objectValue?.members ?? [] {
                    documented.insert("\(operation.key) \(path.key)")
                }
            }
            let served = world.api.routes.map {
                "\($0.method.rawValue.lowercased()) \($0.path)"
            }
            #expect(documented == Set(served))
            #expect(Set(world.api.routes.map(\.operation)).count == served.count)
            for route in world.api.routes {
                guard case .key(let scope) = route.access else { continue }
                let operation = document["paths"]?[route.path]?[route.method.rawValue.lowercased()]
                #expect(operation?["x-scope"]?.stringValue == scope.rawValue)
            }
        }
    }

    @Test("Every example of a body is one its schema allows")
    func examples() async throws {
        try await World.run { (world: World) async throws in
            let check = SchemaCheck(document: world.document)
            for route in world.api.routes {
                guard let body = route.body else { continue }
                let faults = check.faults(of: body.example, against: body.schema.json)
                #expect(faults.isEmpty, "\(route.operation): \(faults)")
            }
        }
    }

    @Test("Every reference of the document leads somewhere")
    func references() async throws {
        try await World.run { (world: World) async throws in
            let check = SchemaCheck(document: world.document)
            var references: Set<String> = []
            func gather(_ value: JSON) {
                switch value {
                case .object(let object):
                    for member in object.members {
                        if member.key == "$ref", let text = member.value.stringValue {
                            references.insert(text)
                        }
                        gather(member.value)
                    }
                case .array(let elements): elements.forEach(gather)
                default: break
                }
            }
            gather(world.document)
            #expect(references.count > 10)
            for reference in references { #expect(check.resolve(reference) != nil, "\(reference)") }
        }
    }

    @Test("Every problem a route names is in the book")
    func problems() async throws {
        try await World.run { (world: World) async throws in
            let book = ProblemBook(policy: world.service.policies.versions[0])
            for route in world.api.routes {
                for code in route.problems { #expect(book[code] != nil, "\(code)") }
            }
            #expect(Set(book.entries.map(\.code)).count == book.entries.count)
        }
    }

    @Test("docs/reference/problems.md has a row for each problem and no other")
    func problemsPage() async throws {
        try await World.run { (world: World) async throws in
            let url = World.root.appendingPathComponent("docs/reference/problems.md")
            let text = try String(contentsOf: url, encoding: .utf8)
            let rows = text.split(separator: "\n").compactMap { line -> String? in
                let cells = line.split(separator: "|").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                guard cells.count == 4, cells[0].hasPrefix("`") else { return nil }
                return cells.prefix(3).joined(separator: "|")
            }
            let book = ProblemBook(policy: world.service.policies.versions[0])
            let expected = book.entries.map { "`\($0.code)`|\($0.status)|\($0.title)" }
            #expect(Set(rows).symmetricDifference(expected) == [])
            #expect(rows.count == expected.count)
        }
    }

    @Test("docs/reference/api.md names every route")
    func routesPage() async throws {
        try await World.run { (world: World) async throws in
            let url = World.root.appendingPathComponent("docs/reference/api.md")
            let text = try String(contentsOf: url, encoding: .utf8)
            for route in world.api.routes {
                let row = "`\(route.method.rawValue) \(route.path)`"
                #expect(text.contains(row), "\(row)")
            }
        }
    }

    @Test("A full queue and a failing store are told apart, each with a time to come back")
    func faults() {
        #expect(Denial(.busy(retryAfterSeconds: 3)).headers.map(\.value) == ["3"])
        #expect(Denial(Fault.store("disk")).problem == .storeUnavailable)
        #expect(Denial(Fault.stopped).problem == .stopping)
    }
}
