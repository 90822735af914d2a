import Ledger
import Money

/// The auditor's own books: plain dictionaries filled from the journal alone.
///
/// Accounts and assets are names here and nothing more; the sums, the signs and the limits are
/// worked out again.
struct Books {
    struct Place: Hashable {
        let account: Account
        let asset: AssetCode
    }

    private(set) var balances: [Place: Int64] = [:]
    private(set) var totals: [AssetCode: Int64] = [:]
    /// What moved on each obligation's account, by the reason of the transfer.
    private var obligations: [ObligationID: [Transfer.Reason: Int64]] = [:]

    func balance(_ account: Account, _ asset: AssetCode = .usd) -> Int64 {
        balances[Place(account: account, asset: asset)] ?? 0
    }

    func balance(_ account: HouseAccount, _ asset: AssetCode = .usd) -> Int64 {
        balance(.house(account), asset)
    }

    /// Books one side of a transfer; says what is wrong with the balance it left, if anything.
    mutating func post(
        _ account: Account, _ asset: AssetCode, _ change: Int64, _ reason: Transfer.Reason
    ) -> String? {
        let place = Place(account: account, asset: asset)
        let balance = (balances[place] ?? 0) + change
        balances[place] = balance
        totals[asset, default: 0] += change
        switch account {
        case .house: return nil
        case .customer(_, let kind):
            if (kind == .cash) != (asset == .usd) { return "\(account.name) holds \(asset)" }
            return balance > 0 ? "\(account.name) is overdrawn by \(balance) \(asset)" : nil
        case .uncredited, .unconfirmed:
            return balance > 0 ? "\(account.name) is overdrawn by \(balance)" : nil
        case .instantCredit:
            return balance < 0 ? "\(account.name) is below zero: \(balance)" : nil
        case .obligation(_, let id):
            obligations[id, default: [:]][reason, default: 0] += change
            return balance < 0 ? "\(account.name) is below zero: \(balance)" : nil
        }
    }

    func moved(_ obligation: ObligationID, _ reasons: [Transfer.Reason]) -> Int64 {
        reasons.reduce(0) { $0 + (obligations[obligation]?[$1] ?? 0) }
    }
}
