import Foundation
import Observation

// Screens as state machines: a view shows ``state`` and calls the verbs that the state allows; a verb
// that does not fit the state does nothing. Nothing here knows a platform.

/// Home: what there is, what is owed and until when, and the one thing to do next.
@MainActor @Observable
public final class HomeModel: Refreshable {
    public enum State: Sendable, Equatable {
        case loading
        case shown(Home)
        /// Not of now: the last that was known, as of its time. Nothing with money can be done.
        case stale(Home)
        case failed(ClientFailure)
    }

    public struct Home: Sendable, Equatable, Codable {
        public let customer: CustomerValue
        public let obligations: [ObligationValue]
        public let asOf: Date

        /// The earliest time by which something has to be paid.
        public var payBy: Date? { obligations.compactMap(\.payBy).min() }

        public var next: Next {
            guard customer.owedMinor > 0 else { return .addMoney }
            return obligations.compactMap(\.activeSettlement).first.map { .watch($0) } ?? .settle
        }
    }

    public enum Next: Sendable, Equatable {
        case addMoney
        case settle
        /// A payment is under way: show it instead of another.
        case watch(String)
    }

    public private(set) var state = State.loading
    private let client: Client
    private let snapshot: Snapshot

    public init(client: Client, snapshot: Snapshot) {
        self.client = client
        self.snapshot = snapshot
    }

    /// Reads anew. Without a connection the last snapshot is shown, marked as of its time.
    public func load() async {
        do throws(ClientFailure) {
            let customer = try await client.home()
            let obligations = customer.owedMinor > 0 ? try await client.openObligations() : []
            let home = Home(customer: customer, obligations: obligations, asOf: client.time)
            state = .shown(home)
            snapshot.keep(home)
        } catch {
            switch error {
            case .unreachable:
                state = snapshot.home.map { .stale($0) } ?? .failed(error)
            case .refused, .signedOut, .malformed, .tooManyUnanswered:
                if error == .signedOut { snapshot.wipe() }
                state = .failed(error)
            }
        }
    }

    public func refresh() async { await load() }
}

/// The last Home on disk, to be shown without a connection; gone at sign-out.
public struct Snapshot: Sendable {
    private let file: URL

    public init(folder: URL) { file = folder.appendingPathComponent("home.json") }

    var home: HomeModel.Home? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try JSONDecoder().decode(HomeModel.Home.self, from: Data(contentsOf: file))
        } catch {
            // A snapshot of another version is none.
            return nil
        }
    }

    func keep(_ home: HomeModel.Home) {
        do {
            try JSONEncoder().encode(home).write(to: file, options: .atomic)
        } catch {
            // Without a snapshot the screen says that there is no connection, and nothing else.
        }
    }

    /// Forgets it; call at sign-out.
    public func wipe() {
        do { try FileManager.default.removeItem(at: file) } catch {}
    }
}

/// What became of a request that may move money.
public enum Outcome: Sendable, Equatable {
    case done(Made)
    case refused(Problem)
    /// Nobody knows. The only way on is to ask again, which happens once.
    case unknown
    case failed(ClientFailure)

    init(_ failure: ClientFailure) {
        self =
            switch failure {
            case .refused(let problem): .refused(problem)
            case .unreachable: .unknown
            case .signedOut, .malformed, .tooManyUnanswered: .failed(failure)
            }
    }
}

/// Adding money: type, review, send, done.
@MainActor @Observable
public final class DepositModel: Refreshable {
    public enum State: Sendable, Equatable {
        case loading
        case editing(methods: [PaymentMethodValue], problem: AmountProblem?)
        case reviewing(Review)
        case sending(Review)
        case over(Review, Outcome)
        case failed(ClientFailure)
    }

    public struct Review: Sendable, Equatable {
        public let method: PaymentMethodValue
        /// What the button says, to the cent.
        public let amountMinor: Int64
    }

    public enum AmountProblem: Sendable, Equatable {
        case notAnAmount
        case tooSmall
        case tooLarge
        case noBankAccount
    }

    public private(set) var state = State.loading { didSet { turn += 1 } }
    private let client: Client
    private var methods: [PaymentMethodValue] = []
    /// Grows with each change of ``state``.
    @ObservationIgnored private var turn = 0

    public init(client: Client) { self.client = client }

    /// Begins anew, but not while something is sent or what was sent has no answer.
    public func load() async {
        switch state {
        case .sending, .over(_, .unknown): return
        case .loading, .editing, .reviewing, .over, .failed: break
        }
        let began = turn
        let loaded: State
        var found: [PaymentMethodValue]?
        do throws(ClientFailure) {
            let usable = try await client.paymentMethods().filter(\.isUsableBankAccount)
            found = usable
            loaded = .editing(methods: usable, problem: nil)
        } catch {
            loaded = .failed(error)
        }
        // Who went on meanwhile stays where he is.
        guard turn == began else { return }
        if let found { methods = found }
        state = loaded
    }

    public func refresh() async {
        switch state {
        case .loading, .failed: await load()
        // What is typed, shown or sent is the customer's.
        case .editing, .reviewing, .sending, .over: break
        }
    }

    public func review(amount text: String, method id: String) {
        guard case .editing = state else { return }
        guard let method = methods.first(where: { $0.id == id }) else {
            state = .editing(methods: methods, problem: .noBankAccount)
            return
        }
        switch Amount.parse(text) {
        case .success(let cents): state = .reviewing(Review(method: method, amountMinor: cents))
        case .failure(let problem): state = .editing(methods: methods, problem: problem)
        }
    }

    public func back() {
        guard case .reviewing = state else { return }
        state = .editing(methods: methods, problem: nil)
    }

    /// Sends what was reviewed. After ``Outcome/unknown`` it asks for the same again; a second call
    /// while one is under way does nothing.
    public func send() async {
        let review: Review
        switch state {
        case .reviewing(let shown), .over(let shown, .unknown): review = shown
        case .loading, .editing, .sending, .over, .failed: return
        }
        state = .sending(review)
        do throws(ClientFailure) {
            let made = try await client.startDeposit(
                method: review.method.id, amountMinor: review.amountMinor)
            state = .over(review, .done(made))
        } catch {
            state = .over(review, Outcome(error))
        }
    }
}

/// Making whole: choose a way, review, send, follow it to its end.
@MainActor @Observable
public final class SettleModel: Refreshable {
    public enum State: Sendable, Equatable {
        case loading
        case nothingOwed
        case choosing(owedMinor: Int64, [SettlementOptionValue])
        case reviewing(Review)
        case sending(Review)
        /// What is owed has changed since it was shown: show it, and ask again.
        case amountChanged(owedMinor: Int64)
        case over(Review, Outcome)
        case following(SettlementValue)
        case failed(ClientFailure)
    }

    public struct Review: Sendable, Equatable {
        public let option: SettlementOptionValue
        public let owedMinor: Int64
        /// What the button says: with the fee.
        public var totalMinor: Int64 { owedMinor + option.feeMinor }
    }

    public private(set) var state = State.loading { didSet { turn += 1 } }
    private let client: Client
    /// Grows with each change of ``state``.
    @ObservationIgnored private var turn = 0

    public init(client: Client) { self.client = client }

    /// Begins anew, but not while something is sent or what was sent has no answer.
    public func load() async {
        switch state {
        case .sending, .over(_, .unknown): return
        case .loading, .nothingOwed, .choosing, .reviewing, .amountChanged, .over, .following,
            .failed:
            break
        }
        let began = turn
        let loaded: State
        do throws(ClientFailure) {
            loaded = try await present()
        } catch {
            loaded = .failed(error)
        }
        // Who went on meanwhile stays where he is.
        if turn == began { state = loaded }
    }

    private func present() async throws(ClientFailure) -> State {
        let owed = try await client.home().owedMinor
        guard owed > 0 else { return .nothingOwed }
        let active = try await client.openObligations().compactMap(\.activeSettlement).first
        if let active { return .following(try await client.settlement(active)) }
        return .choosing(owedMinor: owed, try await client.settlementOptions())
    }

    public func refresh() async {
        switch state {
        case .following: await follow()
        case .loading, .nothingOwed, .choosing, .amountChanged, .failed: await load()
        // What is shown or sent is the customer's; a changed amount is refused when it is sent.
        case .reviewing, .sending, .over: break
        }
    }

    public func choose(_ option: SettlementOptionValue) {
        guard case .choosing(let owed, let options) = state, option.unavailable == nil,
            options.contains(option)
        else { return }
        state = .reviewing(Review(option: option, owedMinor: owed))
    }

    public func back() async {
        guard case .reviewing = state else { return }
        await load()
    }

    /// Sends what was reviewed; see ``DepositModel/send()``.
    public func send() async {
        let review: Review
        switch state {
        case .reviewing(let shown), .over(let shown, .unknown): review = shown
        case .loading, .nothingOwed, .choosing, .sending, .amountChanged, .over, .following,
            .failed:
            return
        }
        state = .sending(review)
        do throws(ClientFailure) {
            let made = try await client.startSettlement(
                review.option, owedShownMinor: review.owedMinor)
            // It is done, whether or not it can be looked at now.
            state = .over(review, .done(made))
            if let id = made.id { await follow(id) }
        } catch {
            if case .refused(let problem) = error, problem.code == "amount_changed",
                let owed = problem.owedMinor
            {
                state = .amountChanged(owedMinor: owed)
            } else {
                state = .over(review, Outcome(error))
            }
        }
    }

    private func follow(_ id: String) async {
        let began = turn
        do throws(ClientFailure) {
            let found = try await client.settlement(id)
            if turn == began { state = .following(found) }
        } catch {}
    }

    /// Looks where the payment is. What is shown stays when there is no answer.
    public func follow() async {
        guard case .following(let settlement) = state else { return }
        let began = turn
        do throws(ClientFailure) {
            let found = try await client.settlement(settlement.id)
            if turn == began { state = .following(found) }
        } catch {
            if turn == began, error != .unreachable { state = .failed(error) }
        }
    }

    /// Cancels the payment that is followed, as long as it has not begun to move money.
    public func cancel() async {
        guard case .following(let settlement) = state else { return }
        do throws(ClientFailure) {
            _ = try await client.cancelSettlement(settlement.id)
            await load()
        } catch {
            if error == .unreachable { await follow() } else { state = .failed(error) }
        }
    }
}

/// Documents that a payment waits for. They are sent on the service's own page, where they are sealed;
/// the app opens it and follows what becomes of them.
@MainActor @Observable
public final class DocumentsModel: Refreshable {
    public enum State: Sendable, Equatable {
        case loading
        case nothingWanted
        /// These are wanted; `page` is where to send them.
        case wanted([String], settlement: String, page: URL)
        /// They were sent, and somebody looks at them.
        case inReview(settlement: String)
        case failed(ClientFailure)
    }

    public private(set) var state = State.loading
    private let client: Client
    private let pages: URL

    /// - Parameter pages: where the service's pages are.
    public init(client: Client, pages: URL) {
        self.client = client
        self.pages = pages
    }

    public func load() async {
        do throws(ClientFailure) {
            let waiting = try await client.settlements()
                .first { $0.state.name == "documents_required" }
            guard let waiting else {
                state = .nothingWanted
                return
            }
            if waiting.documentsMissing.isEmpty {
                state = .inReview(settlement: waiting.id)
            } else {
                state = .wanted(
                    waiting.documentsMissing, settlement: waiting.id,
                    page: pages.appendingPathComponent("settlements/\(waiting.id)/documents"))
            }
        } catch {
            // What is shown stays shown.
            if isShown, error == .unreachable { return }
            state = .failed(error)
        }
    }

    private var isShown: Bool {
        switch state {
        case .nothingWanted, .wanted, .inReview: true
        case .loading, .failed: false
        }
    }

    public func refresh() async { await load() }
}

/// What the customer was told, the newest first, with what is new since the app last looked.
@MainActor @Observable
public final class NotificationsModel: Refreshable {
    public enum State: Sendable, Equatable {
        case loading
        case shown([NoticeValue], hasMore: Bool)
        case failed(ClientFailure)
    }

    public private(set) var state = State.loading
    /// For a badge: those nobody has opened.
    public var unread: Int {
        guard case .shown(let notices, _) = state else { return 0 }
        return notices.count { $0.readAt == nil }
    }
    private let client: Client
    private var cursor: String?

    public init(client: Client) { self.client = client }

    public func load() async {
        do throws(ClientFailure) {
            let page = try await client.notices()
            cursor = page.nextCursor
            state = .shown(page.data, hasMore: cursor != nil)
        } catch {
            // What is shown stays shown.
            if case .shown = state, error == .unreachable { return }
            state = .failed(error)
        }
    }

    public func refresh() async { await load() }

    public func loadMore() async {
        guard case .shown(let shown, true) = state, let before = cursor else { return }
        do throws(ClientFailure) {
            let page = try await client.notices(cursor: before)
            cursor = page.nextCursor
            state = .shown(shown + page.data, hasMore: cursor != nil)
        } catch {
            if error != .unreachable { state = .failed(error) }
        }
    }
}
