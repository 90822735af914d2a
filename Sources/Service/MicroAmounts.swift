import Money
import Rules

/// Amounts of micro-entries that nobody can guess.
public enum MicroAmounts {
    /// Two different amounts below a dollar, from the system's own randomness: what is typed later
    /// proves something only while neither the customer nor the host could have known it.
    public static func random() -> (first: Cents, second: Cents) {
        let most = Validation.amountMax.count
        let first = Int64.random(in: 1...most)
        let other = Int64.random(in: 1..<most)
        return (Cents(first), Cents(other < first ? other : other + 1))
    }
}
