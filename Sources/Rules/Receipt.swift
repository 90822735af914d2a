import Banking
import Ledger
import Money

/// What one payment or sale did to what was owed, kept in the commit that did it: whoever reads its
/// receipt in a year reads what was so on the day.
public struct Receipt: Hashable, Sendable, Codable {
    /// When the last of it was booked.
    public var at: Instant
    /// All that it brought, without any fee; ``paid``, ``recovered``, ``toCash`` and ``givenBack`` add
    /// up to it.
    public var received: Cents
    /// What it paid, each obligation once.
    public var paid: [Line]
    /// What went to claims whose loss had been booked.
    public var recovered: Cents
    /// What nothing was owed for, and became the customer's cash.
    public var toCash: Cents
    /// Everything that was still owed on open obligations afterwards.
    public var owedAfterwards: Cents
    /// What nothing was owed for, and goes back to where it came from; with it goes
    /// ``feeGivenBack`` of the fee.
    public var givenBack = Cents.zero
    public var feeGivenBack = Cents.zero

    /// One obligation's part.
    public struct Line: Hashable, Sendable, Codable {
        public let obligation: ObligationID
        public var amount: Cents
        /// What was still owed for it afterwards.
        public var left: Cents
    }

    /// What was owed in all before it.
    public var owedBefore: Cents { owedAfterwards + paid.map(\.amount).sum() }
}

extension Draft {
    /// What a payment is about to change.
    struct Owing {
        fileprivate let obligations: [(id: ObligationID, amount: Cents)]
        fileprivate let claims: Cents
    }

    var owing: Owing {
        Owing(
            obligations: customer.openObligations.map { ($0.id, customer.outstanding($0.id)) },
            claims: customer.lossClaims)
    }

    /// The receipt of `received`, which has just been booked, added to what the same payment brought
    /// `earlier`: a wire may come in parts, a sale may fill after its end.
    func receipt(
        of received: Cents, since before: Owing, adding earlier: Receipt? = nil
    ) -> Receipt {
        var receipt =
            earlier
            ?? Receipt(
                at: facts.now, received: .zero, paid: [], recovered: .zero, toCash: .zero,
                owedAfterwards: .zero)
        var used = Cents.zero
        for (id, owed) in before.obligations {
            let left = customer.outstanding(id)
            let part = owed.remaining(after: left)
            guard part > .zero else { continue }
            used += part
            if let index = receipt.paid.firstIndex(where: { $0.obligation == id }) {
                receipt.paid[index].amount += part
                receipt.paid[index].left = left
            } else {
                receipt.paid.append(Receipt.Line(obligation: id, amount: part, left: left))
            }
        }
        let recovered = before.claims.remaining(after: customer.lossClaims)
        receipt.at = facts.now
        receipt.received += received
        receipt.recovered += recovered
        receipt.toCash += received.remaining(after: used + recovered)
        receipt.owedAfterwards = customer.owed
        return receipt
    }
}
