import Edges
import Foundation
import Ledger
import Synchronization

/// The open pages of customers, each told when something of the customer's changed.
///
/// A page is told a number and asks for the rest itself, so nothing of what a customer has is held
/// here: an open page costs one entry and one place for its next number.
public final class LiveUpdates: Sendable {
    /// Pages of one customer; the oldest is ended for the next. A browser holds one for each window
    /// that is seen.
    public static let perCustomerMax = 6
    /// Pages of all; more are told to come back, and look by themselves meanwhile.
    public static let totalMax = 20_000
    /// Silence after which a page hears that we are there, so that what stands between does not
    /// hang up, and one that has gone is found.
    static let beatSeconds: Int64 = 15
    /// A page asks again after this long, and so proves again who it is of.
    static let lifeSeconds: Int64 = 600
    /// Commands looked at in one go; more wait for the next look.
    static let changesMax = 4_096
    /// A page that has missed more than this is told so without counting.
    static let missedMax: Int64 = 1_000 << 20

    private struct Page {
        let number: UInt64
        let session: Data
        let tell: AsyncStream<Int64>.Continuation
        let endsAt: ContinuousClock.Instant
        var last: Int64
    }

    private struct State {
        var pages: [CustomerID: [Page]] = [:]
        var count = 0
        var next: UInt64 = 0
        var last: Int64 = 0
        var isOpen = true
        var lastBeat = ContinuousClock.now
    }

    private let state = Mutex(State())
    /// Rings after every commit.
    public let bell = Bell()

    public init() {}

    /// The number of the last change that pages were told of.
    public var last: Int64 { state.withLock { $0.last } }

    /// Pages that are open.
    public var count: Int { state.withLock { $0.count } }

    /// Opens a page. Its numbers are of the last change it should know, above `start`; the same one
    /// again says that nothing happened. `nil` when there are too many, or the service stops.
    ///
    /// The stream ends by itself when it has lasted long enough, when its session ended, or when
    /// the customer opened too many more.
    public func open(
        _ customer: CustomerID, session: Data
    ) -> (numbers: AsyncStream<Int64>, number: UInt64, start: Int64)? {
        // One place: a page that is slow needs the last number only.
        let (numbers, tell) = AsyncStream.makeStream(
            of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let (opened, evicted) = state.withLock { state -> (Page?, Page?) in
            guard state.isOpen, state.count < LiveUpdates.totalMax else { return (nil, nil) }
            var evicted: Page?
            if state.pages[customer]?.count ?? 0 >= LiveUpdates.perCustomerMax {
                evicted = state.pages[customer]?.removeFirst()
                state.count -= 1
            }
            state.next += 1
            let page = Page(
                number: state.next, session: session, tell: tell,
                endsAt: .now + .seconds(LiveUpdates.lifeSeconds), last: state.last)
            state.pages[customer, default: []].append(page)
            state.count += 1
            return (page, evicted)
        }
        evicted?.tell.finish()
        guard let opened else { return nil }
        return (numbers, opened.number, opened.last)
    }

    /// A page has gone.
    public func close(_ number: UInt64, of customer: CustomerID) {
        state.withLock { state in
            guard let index = state.pages[customer]?.firstIndex(where: { $0.number == number })
            else { return }
            state.pages[customer]?.remove(at: index)
            if state.pages[customer]?.isEmpty == true { state.pages[customer] = nil }
            state.count -= 1
        }
    }

    /// A session ended: nothing more is told to its pages.
    public func end(session: Data, of customer: CustomerID) {
        end(of: customer) { $0 == session }
    }

    /// All sessions of a customer but one ended.
    public func end(sessionsOf customer: CustomerID, except session: Data) {
        end(of: customer) { $0 != session }
    }

    private func end(of customer: CustomerID, _ isOver: (Data) -> Bool) {
        let ended = state.withLock { state in
            state.pages[customer]?.filter { isOver($0.session) } ?? []
        }
        for page in ended {
            close(page.number, of: customer)
            page.tell.finish()
        }
    }

    /// Ends every page; none is opened after it.
    public func stop() {
        let ended = state.withLock { state in
            let pages = state.pages.values.flatMap { $0 }
            state = State()
            state.isOpen = false
            return pages
        }
        for page in ended { page.tell.finish() }
    }

    /// Reads what was kept since the last look and tells the pages it is about.
    public func look(_ reader: Reader) throws {
        try look(
            lastChange: { try reader.lastChange() },
            changes: { try reader.changes(after: $0, limit: LiveUpdates.changesMax) })
    }

    func look(
        lastChange: () throws -> Int64,
        changes: (Int64) throws -> (customers: [CustomerID: Int64], last: Int64)
    ) throws {
        let (last, hasPages) = state.withLock { ($0.last, $0.count > 0) }
        guard hasPages, last > 0 else {
            let now = try lastChange()
            let told = state.withLock { state -> [AsyncStream<Int64>.Continuation] in
                // Nobody listens, so nobody misses what is stepped over. A page that was opened while
                // we read began before it, and is told to look.
                state.last = max(state.last, now)
                var told: [AsyncStream<Int64>.Continuation] = []
                for (customer, pages) in state.pages {
                    for index in pages.indices where pages[index].last < state.last {
                        state.pages[customer]?[index].last = state.last
                        told.append(pages[index].tell)
                    }
                }
                return told
            }
            for tell in told { tell.yield(now) }
            return
        }
        let found = try changes(last)
        let told = state.withLock { state -> [(AsyncStream<Int64>.Continuation, Int64)] in
            state.last = max(state.last, found.last)
            var told: [(AsyncStream<Int64>.Continuation, Int64)] = []
            for (customer, number) in found.customers {
                guard var pages = state.pages[customer] else { continue }
                for index in pages.indices {
                    pages[index].last = number
                    told.append((pages[index].tell, number))
                }
                state.pages[customer] = pages
            }
            return told
        }
        for (tell, number) in told { tell.yield(number) }
    }

    /// Tells every page that we are there, once in ``beatSeconds``, and ends those that lasted long
    /// enough.
    public func beat(at now: ContinuousClock.Instant = .now) {
        let (told, ended) = state.withLock {
            state -> ([(AsyncStream<Int64>.Continuation, Int64)], [(UInt64, CustomerID, Page)]) in
            guard now >= state.lastBeat + .seconds(LiveUpdates.beatSeconds) else { return ([], []) }
            state.lastBeat = now
            var told: [(AsyncStream<Int64>.Continuation, Int64)] = []
            var ended: [(UInt64, CustomerID, Page)] = []
            told.reserveCapacity(state.count)
            for (customer, pages) in state.pages {
                for page in pages {
                    if page.endsAt <= now {
                        ended.append((page.number, customer, page))
                    } else {
                        told.append((page.tell, page.last))
                    }
                }
            }
            return (told, ended)
        }
        for (tell, number) in told { tell.yield(number) }
        for (number, customer, page) in ended {
            close(number, of: customer)
            page.tell.finish()
        }
    }

    /// Whether something of the customer's changed after `number`.
    public func isBehind(_ customer: CustomerID, after number: Int64, _ reader: Reader) throws
        -> Bool
    {
        let last = try reader.lastChange()
        guard number < last else { return false }
        guard last - number <= LiveUpdates.missedMax else { return true }
        return try reader.hasChanged(customer, after: number)
    }
}
