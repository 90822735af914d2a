import Banking
import Engine
import Foundation
import Ledger
import Rules

/// What a commit holds for the host, as references to rows that the commit writes anyway: which
/// things came into which state, who was told what, who was stopped. One row a commit, so that
/// telling costs the writer a few bytes a command.
///
/// Items stand one behind the other: a kind, the customer, the thing, and a word with its length.
package struct CommitEvents {
    private var states: [UInt8] = []
    private var told: [UInt8] = []

    /// States first: what a customer was told follows from them.
    package var bytes: [UInt8] { states + told }
    package init() {}

    package var isEmpty: Bool { states.isEmpty && told.isEmpty }

    /// The first byte of an item; a number is never used again for something else.
    package enum Kind: UInt8 {
        case deposit = 1
        case obligation, settlement, withdrawal, order, sale, document, claim
        case notice = 64
        case stopped, stopRemoved, helpAsked, stopExpired

        init?(_ kind: EntityKind) {
            switch kind {
            case .profile, .method: return nil
            case .deposit: self = .deposit
            case .obligation: self = .obligation
            case .settlement: self = .settlement
            case .withdrawal: self = .withdrawal
            case .order: self = .order
            case .sale: self = .sale
            case .document: self = .document
            case .claim: self = .claim
            }
        }

        /// The thing, of which its row has the rest.
        package var thing: (thing: HostEvent.Thing, row: EntityKind)? {
            switch self {
            case .deposit: (.deposit, .deposit)
            case .obligation: (.obligation, .obligation)
            case .settlement: (.settlement, .settlement)
            case .withdrawal: (.withdrawal, .withdrawal)
            case .order: (.order, .order)
            case .sale: (.sale, .sale)
            case .document: (.document, .document)
            case .claim: (.claim, .claim)
            case .notice, .stopped, .stopRemoved, .helpAsked, .stopExpired: nil
            }
        }
    }

    package struct Item {
        package let kind: Kind
        package let customer: CustomerID
        package let thing: (high: UInt64, low: UInt64)
        package let word: String
    }

    // MARK: Writing

    /// What one decision tells; the states it led to are in the rows of the commit.
    package mutating func add(_ decided: Commit.Decided) {
        guard case .customer(let customer) = decided.envelope.addressee else { return }
        if case .askForHelp(let help) = decided.envelope.command {
            Self.add(.helpAsked, customer, customer, help.kind.rawValue, to: &told)
        }
        for stop in decided.changes.stops {
            switch stop {
            case .set(let flag, let kind):
                Self.add(.stopped, customer, flag, kind.rawValue, to: &told)
            case .removed(let flag, let kind):
                Self.add(.stopRemoved, customer, flag, kind.rawValue, to: &told)
            case .expired(let flag, let kind):
                Self.add(.stopExpired, customer, flag, kind.rawValue, to: &told)
            }
        }
        for notice in decided.changes.notices {
            Self.add(.notice, customer, notice.id, "", to: &told)
        }
    }

    /// A part whose state changed with the commit, to what the commit left it in.
    package mutating func add(_ row: EntityRows.Row, state: String) {
        guard let kind = Kind(row.kind) else { return }
        Self.add(kind, row.customer, EventID(row.id), state, to: &states)
    }

    private static func add<Thing>(
        _ kind: Kind, _ customer: CustomerID, _ thing: Identifier<Thing>, _ word: String,
        to bytes: inout [UInt8]
    ) {
        bytes.append(kind.rawValue)
        let numbers = (
            customer.high.bigEndian, customer.low.bigEndian, thing.high.bigEndian,
            thing.low.bigEndian
        )
        withUnsafeBytes(of: numbers) { bytes.append(contentsOf: $0) }
        // Words are ours, and the longest has eighteen letters.
        bytes.append(UInt8(truncatingIfNeeded: word.utf8.count))
        bytes.append(contentsOf: word.utf8)
    }

    // MARK: Reading

    /// Throws for bytes that nobody wrote so.
    package static func items(_ bytes: [UInt8]) throws -> [Item] {
        var items: [Item] = []
        var rest = bytes[...]
        func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard rest.count >= count else {
                throw UnreadableEvents(problem: "breaks off")
            }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func number() throws -> UInt64 { try take(8).reduce(0) { $0 << 8 | UInt64($1) } }
        while let first = rest.first {
            rest = rest.dropFirst()
            guard let kind = Kind(rawValue: first) else {
                throw UnreadableEvents(problem: "has a kind \(first)")
            }
            let customer = CustomerID(high: try number(), low: try number())
            let thing = (high: try number(), low: try number())
            let length = Int(try take(1).first ?? 0)
            items.append(
                Item(
                    kind: kind, customer: customer, thing: thing,
                    word: String(decoding: try take(length), as: UTF8.self)))
        }
        return items
    }
}

/// The bytes of what a commit tells the host are not as this program writes them.
package struct UnreadableEvents: Error, CustomStringConvertible {
    let problem: String

    package var description: String { "what a commit tells the host \(problem)" }
}

/// Where an event stands: its commit, and its place in it. The time comes first, as in every id.
extension EventID {
    /// The place behind every event of a commit.
    package static let lastIndex = UInt64(1) << 36 - 1

    package init(commit: Int64, at: Instant, index: UInt64) {
        let number = UInt64(bitPattern: commit) & (1 << 44 - 1)
        self.init(
            high: UInt64(max(0, at.milliseconds)) << 16 | number >> 28,
            low: number << 36 | index & EventID.lastIndex)
    }

    /// How many commits stand between another place and this one, or fewer.
    package func commitsBehind(_ other: EventID) -> Int64 { commit - other.commit }

    package var commit: Int64 { Int64((high & 0xFFFF) << 28 | low >> 36) }
    package var index: UInt64 { low & EventID.lastIndex }
    package var at: Instant { Instant(milliseconds: Int64(high >> 16)) }
}
