import Banking
import Edges
import Ledger
import Money
import Nacha
import Rules

/// A payment that a return in suspense may be of, and why one may think so.
public struct Suggestion: Sendable {
    public let payment: PaymentReference
    public let customer: Customer
    public let amount: Cents
    public let sentAt: Instant
    /// The most telling first; never empty.
    public let reasons: [Reason]

    public enum Reason: Int, Sendable, CaseIterable, Comparable {
        /// The return was known to be of it; only its charge was in doubt.
        case named
        /// The identification of the entry is the payment's.
        case identification
        /// One digit of the original trace number is another, or two have changed places.
        case similarTrace
        /// The account's last four digits are those of its bank account.
        case lastFour
        case amount

        /// How much it says. Two of the lesser ones say less than one of the next.
        var weight: Int {
            switch self {
            case .named: 1_000
            case .identification: 300
            case .similarTrace: 100
            case .lastFour: 30
            case .amount: 10
            }
        }

        public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    }
}

extension Service {
    /// Payments that a return in suspense may be of, the likeliest first.
    ///
    /// Each is found by an index: by the identification the bank gave back, by trace numbers a slip
    /// of a digit away, and by amount among those sent within the longest return window.
    public func suggestions(for item: SuspenseItem, limit: Int = 10) throws -> [Suggestion] {
        let record = try item.place.flatMap { try bankFiles.entry(at: $0)?.entry }
        var reasons: [PaymentReference: (Reader.SentEntry, Set<Suggestion.Reason>)] = [:]
        func add(_ entries: [Reader.SentEntry], _ reason: Suggestion.Reason) {
            for entry in entries where entry.customer != nil {
                reasons[entry.payment, default: (entry, [])].1.insert(reason)
            }
        }
        if let payment = item.payment, let customer = item.customer {
            add(
                [
                    Reader.SentEntry(
                        payment: payment, customer: customer, amount: item.amount,
                        queuedAt: item.receivedAt)
                ], .named)
        }
        if let record {
            add(
                try reader.sentEntries(identification: record.identification), .identification)
        }
        if let trace = item.originalTrace {
            try reader.sentEntries(traces: trace.slips) { _, sent in add(sent, .similarTrace) }
        }
        if item.amount > .zero {
            add(
                try reader.sentEntries(
                    amount: item.amount, since: item.receivedAt.adding(days: -Self.windowDays),
                    until: item.receivedAt, limit: Self.sameAmountMax), .amount)
        }
        var found: [Suggestion] = []
        for (payment, (entry, why)) in reasons {
            guard let id = entry.customer, let customer = try reader.customer(id) else { continue }
            var why = why
            if entry.amount == item.amount, item.amount > .zero { why.insert(.amount) }
            if let record, let method = customer.method(of: payment),
                let lastFour = customer.methods[method]?.lastFour, lastFour.count == 4,
                record.account.hasSuffix(lastFour)
            {
                why.insert(.lastFour)
            }
            found.append(
                Suggestion(
                    payment: payment, customer: customer, amount: entry.amount,
                    sentAt: entry.queuedAt, reasons: why.sorted()))
        }
        return Array(
            found.sorted {
                ($0.weight, $0.sentAt, $0.payment.key) > ($1.weight, $1.sentAt, $1.payment.key)
            }
            .prefix(limit))
    }

    /// Sixty days and the days until day sixty-one's opening, with room for a late file.
    private static let windowDays = 75
    /// More are not told apart by their amount.
    private static let sameAmountMax = 50
}

extension Suggestion {
    fileprivate var weight: Int { reasons.map(\.weight).reduce(0, +) }
}

extension Customer {
    /// The bank account that a payment debits.
    public func method(of payment: PaymentReference) -> PaymentMethodID? {
        switch payment {
        case .deposit(let id): deposits[id]?.method
        case .settlement(let id): settlements[id]?.method
        case .dishonor: nil
        case .microEntry(let id): method(ofMicroEntry: id)?.id
        }
    }
}

extension TraceNumber {
    /// The numbers that differ from this one by one digit, or by two neighbours that have changed
    /// places; ascending.
    var slips: [UInt64] {
        var found: Set<UInt64> = []
        var power: UInt64 = 1
        for _ in 0..<15 {
            let digit = number / power % 10
            for other in UInt64(0)..<10 where other != digit {
                found.insert(number - digit * power + other * power)
            }
            let next = number / (power * 10) % 10
            if next != digit {
                found.insert(
                    number - digit * power - next * power * 10 + next * power + digit * power * 10)
            }
            power *= 10
        }
        return found.filter { $0 < power && $0 != number }.sorted()
    }
}
