import Banking
import Foundation

/// A message the mail box received.
struct MailItem: Codable, Hashable, Sendable {
    /// Counted from 1.
    var id: Int
    var at: Int64
    /// The envelope, which is where the message really came from and went to.
    var sender: String
    var recipients: [String]
    /// The message as it came over the wire.
    var raw: Data
}

/// What the mail box holds, and the addresses it refuses.
struct MailState: JournaledState {
    enum Event: Codable, Sendable, Equatable {
        case received(MailItem)
        case bouncing(address: String, isBouncing: Bool)
    }

    private(set) var items: [MailItem] = []
    /// Addresses in lower case.
    private(set) var bouncing: Set<String> = []

    init() {}

    /// Whether a message to this address is refused. The case of an address does not matter here.
    func bounces(_ address: String) -> Bool { bouncing.contains(address.lowercased()) }

    mutating func apply(_ event: Event) {
        switch event {
        case .received(let item):
            items.append(item)
        case .bouncing(let address, true):
            bouncing.insert(address.lowercased())
        case .bouncing(let address, false):
            bouncing.remove(address.lowercased())
        }
    }
}

/// The mail box of everybody in the sandbox, kept durable.
actor MailBox {
    private var kept: Kept<MailState>
    private let clock: SandboxClock

    init(folder: URL, clock: SandboxClock) throws {
        kept = try Kept(folder.appendingPathComponent("mail.jsonl"))
        self.clock = clock
    }

    var state: MailState { kept.state }

    /// Keeps a message; it is on disk when this returns, so the sender may forget it then.
    func receive(sender: String, recipients: [String], raw: [UInt8]) async throws {
        let now = await clock.now()
        let item = MailItem(
            id: kept.state.items.count + 1, at: now.milliseconds, sender: sender,
            recipients: recipients, raw: Data(raw))
        try kept.keep([.received(item)])
    }

    func setBouncing(_ address: String, _ isBouncing: Bool) throws {
        try kept.keep([.bouncing(address: address, isBouncing: isBouncing)])
    }
}
