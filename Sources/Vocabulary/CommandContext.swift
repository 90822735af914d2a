import Banking
import Ledger
import Money
import Nacha
import Rules

/// What a command's reader knows besides the body: the policy's assets, the time, what the route or
/// the session already said, and the vault that seals account numbers.
public struct CommandContext: Sendable {
    /// Says which assets there are, and how many decimals each has.
    public let policy: Policy
    /// When the body was sent: the time of what it says without a time, such as a balance.
    public let now: Instant
    /// Seals a bank account number before it becomes part of a command.
    public let seal: @Sendable (_ routing: RoutingNumber, _ number: String) -> SealedAccount
    /// Texts of fields known already, such as `deposit` from the path `/deposits/{deposit}`. A
    /// body that holds such a field too is refused: two answers to one question are one too many.
    public private(set) var given: [String: String] = [:]
    /// Turns a name into the text of an identifier with this prefix; only a replay has names.
    public var named: @Sendable (_ prefix: String, _ name: String) -> String? = { _, _ in nil }
    /// Makes the amounts of micro-entries; without it the body says them, as a scenario does.
    public var microAmounts: (@Sendable () -> (first: Cents, second: Cents))?
    /// The asset a sale is of, where the caller knows; a fill that says another is refused.
    public var assetOfSale: @Sendable (SaleID) -> AssetCode? = { _ in nil }

    /// A bank account number as rules and store may see it.
    public struct SealedAccount: Hashable, Sendable {
        /// The sealed number in a text form of the vault's.
        public let number: String
        /// Equal for equal accounts, and of no use to find the number.
        public let fingerprint: String

        public init(number: String, fingerprint: String) {
            self.number = number
            self.fingerprint = fingerprint
        }
    }

    public init(
        policy: Policy, now: Instant,
        seal: @escaping @Sendable (_ routing: RoutingNumber, _ number: String) -> SealedAccount
    ) {
        self.policy = policy
        self.now = now
        self.seal = seal
    }

    /// The same context with one more field known: `context.giving("deposit", depositID)`.
    public func giving<Kind>(_ field: String, _ id: Identifier<Kind>) -> CommandContext {
        var context = self
        context.given[field] = id.description
        return context
    }
}
