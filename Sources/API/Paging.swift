import Banking
import Edges
import Foundation
import Ledger
import Rules
import Wire

/// Which part of a list is asked for: at most so many rows, behind the row the cursor names.
struct Page: Sendable {
    static let limitMax = 200
    static let limitUsual = 50

    let limit: Int
    let after: Cursor?
    /// Names the list and its filters: a cursor of one list means nothing in another.
    let scope: String

    /// The two numbers of an identifier a cursor of this list ends at.
    var afterID: (high: UInt64, low: UInt64)? {
        get throws {
            guard let after else { return nil }
            guard after.parts.count == 2, case .integer(let high) = after.parts[0],
                case .integer(let low) = after.parts[1]
            else { throw Denial(.invalidCursor) }
            return (UInt64(bitPattern: high), UInt64(bitPattern: low))
        }
    }
}

extension Cursor {
    static func after<Kind>(_ id: Identifier<Kind>) -> Cursor { .after(high: id.high, low: id.low) }

    static func after(high: UInt64, low: UInt64) -> Cursor {
        Cursor([.integer(Int64(bitPattern: high)), .integer(Int64(bitPattern: low))])
    }
}

extension Route.Query {
    static let limit = Route.Query(
        name: "limit", words: "Rows in one page.",
        schema: .integer(1...Int64(Page.limitMax), default: Int64(Page.limitUsual)))
    static let cursor = Route.Query(
        name: "cursor", words: "Where to go on: `next_cursor` of the page before.",
        schema: .pattern("^[A-Za-z0-9_-]{1,\(Cursor.lengthMax)}$", example: "AQAAAZrX"))

    static let page = [limit, cursor]
}

extension Call {
    func page() throws -> Page {
        let limit: Int
        if let text = query["limit"] {
            guard let count = Int(text), (1...Page.limitMax).contains(count),
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else {
                throw Denial(.invalidQuery, "limit must be 1 through \(Page.limitMax).")
            }
            limit = count
        } else {
            limit = Page.limitUsual
        }
        let filters = query.filter { $0.key != "limit" && $0.key != "cursor" }
            .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let scope = ([filledPath] + filters).joined(separator: "&")
        guard let text = query["cursor"] else {
            return Page(limit: limit, after: nil, scope: scope)
        }
        guard let cursor = service.vault.cursors.decode(text, scope: scope) else {
            throw Denial(.invalidCursor)
        }
        return Page(limit: limit, after: cursor, scope: scope)
    }

    /// The path as it was asked for, from its parts.
    var filledPath: String {
        route.path.split(separator: "/").map { segment in
            segment.hasPrefix("{")
                ? parameters[String(segment.dropFirst().dropLast())] ?? "" : String(segment)
        }.reduce("") { $0 + "/" + $1 }
    }

    /// One page, and where the next one starts if there is more (RFC 8288).
    func list(_ rows: [JSON], next: Cursor?, _ page: Page) -> Answer {
        guard let next else {
            return .json(["data": .array(rows), "next_cursor": .null])
        }
        let cursor = service.vault.cursors.encode(next, scope: page.scope)
        let filters = query.filter { $0.key != "limit" && $0.key != "cursor" }
            .sorted { $0.key < $1.key }
            .map { name, value in
                let encoded = value.addingPercentEncoding(withAllowedCharacters: .urlUnreserved)
                return "\(name)=\(encoded ?? "")"
            }
        let items = filters + ["limit=\(page.limit)", "cursor=\(cursor)"]
        let url = service.settings.publicURL + filledPath + "?" + items.joined(separator: "&")
        var answer = Answer.json(["data": .array(rows), "next_cursor": .string(cursor)])
        answer.headers.append(("Link", "<\(url)>; rel=\"next\""))
        return answer
    }

    /// A page of things one customer has, newest first: ids are ordered by time.
    func list<Kind, Item>(
        _ items: PartsByID<Identifier<Kind>, Item>, where isWanted: (Item) -> Bool = { _ in true },
        _ describe: (Item) -> JSON
    ) throws -> Answer {
        let page = try page()
        let after = try page.afterID
        let ids = items.keys.sorted(by: >).filter { id in
            guard let after else { return true }
            return id < Identifier(high: after.high, low: after.low)
        }
        let wanted = ids.compactMap { id in items[id].map { (id, $0) } }.filter { isWanted($0.1) }
        let shown = wanted.prefix(page.limit)
        let next = wanted.count > shown.count ? shown.last.map { Cursor.after($0.0) } : nil
        return list(shown.map { describe($0.1) }, next: next, page)
    }

    /// A page of one kind of thing in one state over all customers, in the order of their ids.
    func queue(
        _ part: Reader.Part, _ states: [String],
        _ describe: (Customer, Reader.PartPlace) -> JSON?
    ) throws -> Answer {
        guard let state = query["state"] else {
            throw Denial(.invalidQuery, "state is required: \(states.joined(separator: ", ")).")
        }
        guard states.contains(state) else {
            throw Denial(.invalidQuery, "state must be one of: \(states.joined(separator: ", ")).")
        }
        let page = try page()
        var after: Reader.PartPlace?
        if let cursor = page.after {
            guard cursor.parts.count == 4 else { throw Denial(.invalidCursor) }
            let numbers = cursor.parts.compactMap { part in
                if case .integer(let number) = part { UInt64(bitPattern: number) } else { nil }
            }
            guard numbers.count == 4 else { throw Denial(.invalidCursor) }
            after = Reader.PartPlace(
                customer: CustomerID(high: numbers[0], low: numbers[1]), high: numbers[2],
                low: numbers[3])
        }
        let places = try service.reader.parts(
            part, tag: state, after: after, limit: page.limit + 1)
        let shown = places.prefix(page.limit)
        var customers: [CustomerID: Customer] = [:]
        var rows: [JSON] = []
        for place in shown {
            if customers[place.customer] == nil {
                customers[place.customer] = try service.reader.customer(place.customer)
            }
            guard let customer = customers[place.customer], let row = describe(customer, place)
            else { continue }
            rows.append(row)
        }
        let next: Cursor? =
            places.count > shown.count
            ? shown.last.map { place in
                let numbers = [place.customer.high, place.customer.low, place.high, place.low]
                return Cursor(numbers.map { .integer(Int64(bitPattern: $0)) })
            } : nil
        return list(rows, next: next, page)
    }
}

extension CharacterSet {
    /// What stands for itself anywhere in a URI (RFC 3986, section 2.3).
    fileprivate static let urlUnreserved = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
}
