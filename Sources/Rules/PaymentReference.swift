import Ledger

/// What a bank entry of ours was for; carried by every trace number we send.
public enum PaymentReference: Hashable, Sendable, Codable {
    case deposit(DepositID)
    case settlement(SettlementID)
    case dishonor(SuspenseID)
    case microEntry(MicroEntryID)
}

extension PaymentReference {
    /// One text for each payment: the key of its bank entry.
    public var key: String {
        switch self {
        case .deposit(let id): "\(id)"
        case .settlement(let id): "\(id)"
        case .dishonor(let id): "\(id)"
        case .microEntry(let id): "\(id)"
        }
    }

    public init?(key: String) {
        if let id = DepositID(key) {
            self = .deposit(id)
        } else if let id = SettlementID(key) {
            self = .settlement(id)
        } else if let id = SuspenseID(key) {
            self = .dishonor(id)
        } else if let id = MicroEntryID(key) {
            self = .microEntry(id)
        } else {
            return nil
        }
    }

    /// What columns 40-54 of its entry hold.
    public var identification: String {
        String(key.drop { $0 != "_" }.dropFirst().prefix(QueuedEntry.identificationLength))
    }
}
