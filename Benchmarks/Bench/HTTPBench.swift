import Foundation
import Synchronization

/// The whole program from outside: durable commands over HTTP, pages, memory.
struct HTTPBench {
    static let callers = 64

    private let program: Program
    private let people: [Person]

    private struct Person {
        let path: String
        let method: String
    }

    init(_ program: Program) throws {
        self.program = program
        let socket = try Socket(port: program.port)
        people = try (0..<Self.callers).map { number in
            let customer = try Self.made(
                socket, program, "/v1/customers", "open-\(number)",
                """
                {"reference": "bench-\(number)", "name": "Bench", "language": "en",
                 "email": "bench\(number)@localhost", "time_zone": "America/New_York"}
                """)
            let path = "/v1/customers/\(customer)"
            let method = try Self.made(
                socket, program, path + "/payment-methods", "link-\(number)",
                """
                {"type": "bank_account", "label": "Bank", "routing_number": "091000019",
                 "account_number": "00012345\(1000 + number)", "account_type": "checking",
                 "verified": true, "balance_minor": 100000000}
                """)
            let asset = try socket.ask(
                "POST", path + "/assets-received",
                headers: Self.headers(program, key: "asset-\(number)"),
                body: #"{"asset": "BTC", "quantity": "1000"}"#)
            guard asset.status == 201 else { throw Self.problem(asset) }
            return Person(path: path, method: method)
        }
    }

    private static func headers(_ program: Program, key: String) -> String {
        "Authorization: Bearer \(program.key)\r\nIdempotency-Key: \(key)\r\n"
    }

    private static func made(
        _ socket: Socket, _ program: Program, _ path: String, _ key: String, _ body: String
    ) throws -> String {
        let answer = try socket.ask(
            "POST", path, headers: headers(program, key: key), body: body)
        guard answer.status == 201,
            let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
            let id = json["id"] as? String
        else { throw problem(answer) }
        return id
    }

    private static func problem(_ answer: Socket.Answer) -> BenchProblem {
        BenchProblem("\(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
    }

    /// Every caller has a connection and a customer of its own, and waits for each answer before
    /// it asks again: deposits, sales and buys, each durable when it is answered.
    func commands(seconds: Double) throws -> (rate: Double, p50: Double, p99: Double) {
        let end = Date().addingTimeInterval(seconds)
        let results = Mutex<(times: [Double], failure: String?)>(([], nil))
        let group = DispatchGroup()
        let program = program
        for (number, person) in people.enumerated() {
            group.enter()
            // A thread each: they only wait, and a pool would make some wait for others.
            Thread.detachNewThread { [port = program.port, key = program.key] in
                defer { group.leave() }
                do {
                    let times = try Self.call(person, number, port: port, key: key, until: end)
                    results.withLock { $0.times += times }
                } catch {
                    results.withLock { $0.failure = "\(error)" }
                }
            }
        }
        group.wait()
        let (times, failure) = results.withLock { $0 }
        if let failure { throw BenchProblem(failure) }
        let sorted = times.sorted()
        return (
            Double(sorted.count) / seconds, sorted[sorted.count / 2] * 1000,
            sorted[sorted.count * 99 / 100] * 1000
        )
    }

    private static func call(
        _ person: Person, _ number: Int, port: Int, key: String, until end: Date
    ) throws -> [Double] {
        let socket = try Socket(port: port)
        let deposit = #"{"method": "\#(person.method)", "amount_minor": 5000}"#
        let trades = ["sell", "buy"].map {
            #"{"side": "\#($0)", "asset": "BTC", "quantity": "0.0001", "cash_minor": 597}"#
        }
        var times: [Double] = []
        while Date() < end {
            let (path, body) =
                switch times.count % 3 {
                case 0: ("/deposits", deposit)
                case 1: ("/trades", trades[0])
                default: ("/trades", trades[1])
                }
            let start = ContinuousClock.now
            let answer = try socket.ask(
                "POST", person.path + path,
                headers: "Authorization: Bearer \(key)\r\n"
                    + "Idempotency-Key: \(number)-\(times.count)\r\n",
                body: body)
            guard answer.status == 201 else { throw problem(answer) }
            times.append((ContinuousClock.now - start).seconds)
        }
        return times
    }

    /// Milliseconds for the Home page of a signed-in customer, one after the other.
    func homePage(times count: Int) throws -> (p50: Double, p99: Double, bytes: Int) {
        let socket = try Socket(port: program.port)
        let link = try socket.ask(
            "POST", people[0].path + "/sign-in-links",
            headers: Self.headers(program, key: "link"), body: "{}")
        guard link.status == 201,
            let json = try JSONSerialization.jsonObject(with: Data(link.body)) as? [String: Any],
            let url = (json["url"] as? String).flatMap({ URLComponents(string: $0) })
        else { throw Self.problem(link) }
        let signedIn = try socket.ask("GET", "\(url.path)?\(url.percentEncodedQuery ?? "")")
        guard
            let cookie = signedIn.head.split(separator: "\r\n")
                .first(where: { $0.lowercased().hasPrefix("set-cookie:") })?
                .split(separator: ":", maxSplits: 1)[1].split(separator: ";")[0]
        else { throw Self.problem(signedIn) }
        var times: [Double] = []
        var bytes = 0
        for _ in 0..<count {
            let start = ContinuousClock.now
            let page = try socket.ask("GET", "/", headers: "Cookie:\(cookie)\r\n")
            times.append((ContinuousClock.now - start).seconds)
            guard page.status == 200 else { throw Self.problem(page) }
            bytes = page.body.count
        }
        let sorted = times.sorted()
        return (sorted[count / 2] * 1000, sorted[count * 99 / 100] * 1000, bytes)
    }
}
