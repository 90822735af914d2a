import Assertions
import Banking
import Edges
import Engine
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Synchronization
import Vocabulary
import Wire

/// What every edge has in hand: the engine to ask, the reader to look, the vault for secrets.
///
/// An edge decodes, calls one verb and encodes; it has no opinion about money.
public struct Service: Sendable {
    public let engine: Engine
    public let reader: Reader
    public let edge: EdgeStore
    public let policies: PolicyBook
    /// The network's rules by settlement day; the same the engine decides with.
    public let rules: RuleBook
    public let clock: ServiceClock
    public let vault: Vault
    public let market: MarketBoard
    public let settings: Settings
    /// Rings when outgoing work may be waiting.
    public let bell: Bell
    /// Rings when an event may have to be told to the host.
    public let eventBell: Bell
    /// What operators watch.
    public let figures: Figures
    /// The open pages of customers, told when something changed.
    public let live: LiveUpdates

    public init(
        engine: Engine, reader: Reader, edge: EdgeStore, policies: PolicyBook, clock: ServiceClock,
        vault: Vault, market: MarketBoard, settings: Settings, bell: Bell,
        figures: Figures = Figures(), rules: RuleBook = .builtIn, eventBell: Bell = Bell(),
        live: LiveUpdates = LiveUpdates()
    ) {
        self.engine = engine
        self.reader = reader
        self.edge = edge
        self.policies = policies
        self.rules = rules
        self.clock = clock
        self.vault = vault
        self.market = market
        self.settings = settings
        self.bell = bell
        self.figures = figures
        self.live = live
        self.eventBell = eventBell
    }

    /// The bytes of bank files.
    public var bankFiles: BankFileBytes { BankFileBytes(edge: edge, vault: vault) }

    /// What a deployment says of itself.
    public struct Settings: Sendable {
        /// Where customers reach the pages, without a slash at the end.
        public var publicURL: String
        public var brand: String
        public var supportPhone: String
        public var isSandbox: Bool
        public var originator: Originator
        /// Where the processor answers; empty when there is none.
        public var processorURL: String
        /// Where the venue answers; empty when there is none.
        public var marketURL: String
        public var processorSecrets: [WebhookSecret]
        public var apiKeys: [APIKey]
        /// How the host signs its customers in itself; `nil` when it does not.
        public var hostSignIn: HostSignIn?
        /// How the ODFI takes and brings files.
        public var bank: BankSetup
        /// How notices leave besides the app.
        public var notices: NoticeWays
        /// How documents of customers are treated.
        public var documents = DocumentCare()
        /// Whether events may be sent without TLS and to addresses that are not public: for tests on
        /// one machine only.
        public var webhooksMayStayInside = false

        public init(
            publicURL: String, brand: String, supportPhone: String, isSandbox: Bool,
            originator: Originator, processorURL: String, marketURL: String,
            processorSecrets: [WebhookSecret], apiKeys: [APIKey], hostSignIn: HostSignIn? = nil,
            bank: BankSetup = BankSetup(), notices: NoticeWays = NoticeWays()
        ) {
            self.publicURL = publicURL
            self.brand = brand
            self.supportPhone = supportPhone
            self.isSandbox = isSandbox
            self.originator = originator
            self.processorURL = processorURL
            self.marketURL = marketURL
            self.processorSecrets = processorSecrets
            self.apiKeys = apiKeys
            self.hostSignIn = hostSignIn
            self.bank = bank
            self.notices = notices
        }
    }

    /// The company that debits, as bank files name it.
    public struct Originator: Sendable, Hashable {
        public var companyName: String
        public var companyIdentification: String
        /// The ODFI's nine-digit routing number.
        public var odfiRoutingNumber: String
        public var odfiName: String
        /// The company's own account there, which customers send wires to.
        public var odfiAccountNumber: String

        public init(
            companyName: String, companyIdentification: String, odfiRoutingNumber: String,
            odfiName: String, odfiAccountNumber: String
        ) {
            self.companyName = companyName
            self.companyIdentification = companyIdentification
            self.odfiRoutingNumber = odfiRoutingNumber
            self.odfiName = odfiName
            self.odfiAccountNumber = odfiAccountNumber
        }
    }

    /// A caller of the API: known by the hash of its key, allowed what its scopes say.
    public struct APIKey: Sendable, Hashable {
        public let name: String
        public let hash: [UInt8]
        public let scopes: Set<Scope>

        public init(name: String, hash: [UInt8], scopes: Set<Scope>) {
            self.name = name
            self.hash = hash
            self.scopes = scopes
        }
    }

    /// What a key may do; a key without a scope may do nothing.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        case customersRead = "customers:read"
        case customersWrite = "customers:write"
        case depositsWrite = "deposits:write"
        case tradesWrite = "trades:write"
        case withdrawalsWrite = "withdrawals:write"
        case settlementsWrite = "settlements:write"
        case signInLinks = "sign-in-links:write"
        case operatorLinks = "operator-links:write"
        case houseWrite = "house:write"
        case metricsRead = "metrics:read"
        case reconciliationRead = "reconciliation:read"
        case reconciliationWrite = "reconciliation:write"
        case eventsRead = "events:read"
        case webhooksManage = "webhooks:manage"
        case sandboxClock = "sandbox:clock"
    }

    /// The facts a page may compute with about one customer; the same the engine would decide with
    /// now. Without a customer no bank account is known to be blocked.
    public func facts(for actor: Actor, about customer: CustomerID? = nil) throws -> Facts {
        let now = clock.now()
        let blocked = try customer.map(reader.blockedAccounts) ?? []
        return Facts(
            now: now, policy: policies.policy(at: now), rules: rules, actor: actor,
            quotes: market.quotes, halt: try reader.houseSettings().halt,
            blockedAccounts: .init(uniqueKeysWithValues: blocked))
    }

    /// Asks the engine under a cause named by `key` within `scope`: the same key asks once.
    public func perform(
        _ command: Command, to addressee: Addressee, by actor: Actor, scope: String, key: String,
        body: String = "", reason: String? = nil
    ) async throws(Fault) -> Outcome {
        let start = ContinuousClock.now
        do throws(Fault) {
            let outcome = try await engine.perform(
                Envelope(
                    cause: Causes.named(scope: scope, key: key),
                    fingerprint: Causes.fingerprint(
                        body.isEmpty ? "\(addressee) \(command)" : body),
                    actor: actor, to: addressee, command, reason: reason))
            note(command, outcome, after: start.duration(to: .now))
            return outcome
        } catch {
            figures.answered(
                command.name, "fault", code: error.word, after: start.duration(to: .now))
            throw error
        }
    }

    /// One command of ``perform(batch:)``.
    public struct Asked: Sendable {
        let command: Command
        let addressee: Addressee
        let cause: Cause
        let fingerprint: UInt64

        public init(
            _ command: Command, to addressee: Addressee, cause: Cause, fingerprint: UInt64
        ) {
            self.command = command
            self.addressee = addressee
            self.cause = cause
            self.fingerprint = fingerprint
        }
    }

    /// The same for many commands of the system's own, in one commit and answered in their order.
    public func perform(batch asked: [Asked]) async throws(Fault) -> [Outcome] {
        let start = ContinuousClock.now
        let outcomes = try await engine.perform(
            batch: asked.map {
                Envelope(
                    cause: $0.cause, fingerprint: $0.fingerprint, actor: .system,
                    to: $0.addressee, $0.command)
            })
        let took = start.duration(to: .now)
        for (asked, outcome) in zip(asked, outcomes) { note(asked.command, outcome, after: took) }
        return outcomes
    }

    private func note(_ command: Command, _ outcome: Outcome, after took: Duration) {
        let name = command.name
        switch outcome {
        case .accepted: figures.answered(name, "accepted", after: took)
        case .replayed: figures.answered(name, "replayed", after: took)
        case .conflict: figures.answered(name, "conflict", after: took)
        case .refused(let refusal):
            let code = Describe(policies.policy(at: clock.now())).problem(refusal).code
            figures.answered(name, "refused", code: code, after: took)
        }
    }
}

extension Fault {
    /// One word for each kind, for a figure.
    fileprivate var word: String {
        switch self {
        case .busy: "busy"
        case .store: "store"
        case .stopped: "stopped"
        }
    }
}

extension Service {
    /// Tells operators of what an edge found. `key` names it: found again, it is told once.
    public func raise(_ content: Alert.Content, about key: String) throws {
        try edge.keep(Alert(id: alertID(about: key), at: clock.now(), content: content))
    }

    /// The alert that ``raise(_:about:)`` tells under this key.
    public func alertID(about key: String) -> AlertID {
        AlertID(sharing: Causes.named(scope: "alert", key: key))
    }

    /// What an edge found has ended by itself.
    public func settle(alertAbout key: String) throws {
        try edge.closeAlert(alertID(about: key), by: "system")
    }
}

/// The time of the service; in a sandbox a person can move it forward.
public final class ServiceClock: Clock {
    private let offset: Mutex<Int64>

    public init(offsetMilliseconds: Int64 = 0) { offset = Mutex(offsetMilliseconds) }

    public func now() -> Instant {
        Instant(
            milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + offset.withLock { $0 })
    }

    public var offsetMilliseconds: Int64 { offset.withLock { $0 } }

    /// Moves to `instant`, never back.
    public func advance(to instant: Instant) {
        let ahead = instant - now()
        if ahead > 0 { offset.withLock { $0 += ahead } }
    }
}

/// The latest quotes, for pages; the engine gets the same.
public final class MarketBoard: Sendable {
    private let board = Mutex<[AssetCode: Quote]>([:])

    public init() {}

    public var quotes: [AssetCode: Quote] { board.withLock { $0 } }

    public func update(_ quotes: [AssetCode: Quote]) { board.withLock { $0 = quotes } }
}

/// Wakes whoever waits; a ring with nobody waiting is remembered, once.
public final class Bell: Sendable {
    private struct State {
        var rang = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    public init() {}

    public func ring() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            defer { state.waiting = [] }
            if state.waiting.isEmpty { state.rang = true }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns at the next ring, or after `milliseconds`.
    public func wait(atMost milliseconds: Int) async {
        let alarm = Task { [self] in
            try? await Task.sleep(for: .milliseconds(milliseconds))
            if !Task.isCancelled { ring() }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let rang = state.withLock { state -> Bool in
                    if state.rang || Task.isCancelled {
                        state.rang = false
                        return true
                    }
                    state.waiting.append(continuation)
                    return false
                }
                if rang { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        alarm.cancel()
    }
}
