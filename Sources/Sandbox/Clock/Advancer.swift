import Banking
import Logging
import ServiceLifecycle

/// How far a person wants to move the clock.
enum AdvanceTarget: Sendable, Equatable {
    /// By so much from now on.
    case by(milliseconds: Int64)
    /// To the next thing Makewhole or the bank will do by itself.
    case nextEvent
    case to(Instant)

    /// Longer moves are made in several: a year of daily work takes minutes.
    static let daysMax: Int64 = 400

    /// Reads `90m`, `1h`, `2d`, `next` or an RFC 3339 instant; `nil` for anything else.
    init?(_ text: String) {
        if text == "next" {
            self = .nextEvent
            return
        }
        if let instant = Instant(rfc3339: text) {
            self = .to(instant)
            return
        }
        let unit: Int64
        switch text.last {
        case "m": unit = 60_000
        case "h": unit = 3_600_000
        case "d": unit = 24 * 3_600_000
        default: return nil
        }
        let digits = text.dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits),
            count > 0, count <= Self.daysMax * 24 * 60,
            count * unit <= Self.daysMax * 24 * 3_600_000
        else { return nil }
        self = .by(milliseconds: count * unit)
    }
}

/// Why the clock was not moved.
enum AdvanceRefusal: Error, Equatable {
    case alreadyMoving
    case inThePast
    case tooFar
    case nothingDue

    var detail: String {
        switch self {
        case .alreadyMoving: "The clock is moving already. Wait until it has arrived."
        case .inThePast: "The clock only moves forward. Name a later time."
        case .tooFar: "Move the clock by at most \(AdvanceTarget.daysMax) days at a time."
        case .nothingDue: "Nobody has anything to do by itself. Move the clock by a time instead."
        }
    }
}

/// Moves the clock so that everybody does in order what is due on the way.
///
/// One step goes to the earliest of Makewhole's next work, the bank's next event and the target.
/// After each step the bank does its part, and Makewhole is given the time to take it in; only
/// then comes the next step. Two parties with clocks of their own thus see one order of events.
actor Advancer: Service {
    /// What the control page shows of a move.
    struct Progress: Sendable, Equatable {
        var target: Instant
        var isMoving: Bool
        /// Steps made so far.
        var steps = 0
        /// What went wrong on the way, as a sentence; the last one only.
        var trouble: String?
    }

    private let clock: SandboxClock
    private let bank: Bank
    private let market: Market
    private let processor: Processor
    private let exchange: Exchange?
    private let makewhole: MakewholeClient?
    private let logger: Logger
    private let requests: AsyncStream<Instant>
    private let request: AsyncStream<Instant>.Continuation
    private(set) var progress: Progress?
    /// Files and webhooks Makewhole did not take while a move waited for them.
    private var ignored: Set<String> = []

    /// How long Makewhole may work on one step before the move goes on without it.
    static let patience: Duration = .seconds(30)
    /// After Makewhole was too slow once, the rest of the move waits this long at each step.
    static let patienceAfterTrouble: Duration = .seconds(3)
    /// How often Makewhole is asked whether it is done.
    static let pollPause: Duration = .milliseconds(50)
    /// Makewhole looks at its clock and its folder about twice a second; this covers two looks.
    static let heartbeat: Duration = .milliseconds(1_100)
    /// Ten minutes: after Makewhole closes its file, before the bank's customary cut-off.
    static let collectionLeadSeconds = 600
    /// Prices older than this when something is due are read again first; Makewhole's default
    /// policy acts on prices of at most 60 seconds.
    static let priceAgeMilliseconds: Int64 = 40_000
    static let approachMilliseconds: Int64 = 20_000
    /// Makewhole reads prices every few seconds.
    static let approachPatience: Duration = .seconds(5)
    /// Guards against a party whose next event never passes.
    static let stepsMax = 20_000

    init(
        clock: SandboxClock, bank: Bank, market: Market, processor: Processor,
        exchange: Exchange?, makewhole: MakewholeClient?, logger: Logger
    ) {
        self.clock = clock
        self.bank = bank
        self.market = market
        self.processor = processor
        self.exchange = exchange
        self.makewhole = makewhole
        self.logger = logger
        (requests, request) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await target in self.requests {
                await self.move(to: target)
            }
        }
    }

    /// Starts a move and returns where it goes; ``wait(atMost:)`` tells when it is over.
    func start(_ target: AdvanceTarget) async throws -> Instant {
        if progress?.isMoving == true { throw AdvanceRefusal.alreadyMoving }
        let reading = await reading()
        let now = await clock.now()
        let instant: Instant
        switch target {
        case .by(let milliseconds): instant = now.adding(milliseconds: milliseconds)
        case .to(let wanted): instant = wanted
        case .nextEvent:
            guard let next = await nextEvent(reading, after: now) else {
                throw AdvanceRefusal.nothingDue
            }
            instant = next
        }
        guard instant > now else { throw AdvanceRefusal.inThePast }
        guard instant - now <= AdvanceTarget.daysMax * 24 * 3_600_000 else {
            throw AdvanceRefusal.tooFar
        }
        if progress?.isMoving == true { throw AdvanceRefusal.alreadyMoving }
        progress = Progress(target: instant, isMoving: true)
        request.yield(instant)
        return instant
    }

    /// Returns when no move is on its way, or when the time is over: `true` when it has arrived.
    func wait(atMost limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while progress?.isMoving == true {
            if ContinuousClock.now >= deadline { return false }
            try await Task.sleep(for: Self.pollPause)
        }
        return true
    }

    /// When anybody will next do something by itself.
    func nextEvent() async -> Instant? {
        await nextEvent(reading(), after: clock.now())
    }

    // MARK: Moving

    private func move(to target: Instant) async {
        defer { progress?.isMoving = false }
        do {
            while await clock.now() < target {
                try Task.checkCancellation()
                guard let steps = progress?.steps, steps < Self.stepsMax else {
                    note("The move was stopped after \(Self.stepsMax) steps.")
                    return
                }
                try await step(towards: target)
                progress?.steps += 1
            }
        } catch is CancellationError {
            return
        } catch {
            note("\(error)")
        }
    }

    private func step(towards target: Instant) async throws {
        let now = await clock.now()
        let reading = await reading()
        let next = min(
            target, await nextEvent(reading, after: now) ?? target,
            Self.collection(before: reading?.nextDue, after: now) ?? target)
        if reading != nil, next == reading?.nextDue { try await approach(next, from: now) }
        // What Makewhole does by itself begins up to one of its heartbeats after its time.
        let bankNext = await bank.state.nextEventAt
        let isBankOnly = next != target && next == bankNext
        try await go(to: next, withMakewhole: reading != nil)
        try await settleDown(at: next, dwelling: isBankOnly ? .zero : Self.heartbeat)
    }

    /// Sets the clock, Makewhole's where it answers.
    private func go(to instant: Instant, withMakewhole: Bool) async throws {
        if withMakewhole, let makewhole {
            try await makewhole.advanceClock(to: instant)
            try await clock.follow(instant)
        } else {
            try await clock.advance(to: instant)
        }
    }

    /// Stops shortly before something is due until Makewhole has read the prices of that time.
    /// Otherwise every jump would make its prices too old to act on at the very moment it has to.
    private func approach(_ due: Instant, from now: Instant) async throws {
        guard let read = await market.latestReading, read.isRecent,
            due - read.at > Self.priceAgeMilliseconds
        else { return }
        let stop = max(now, due.adding(milliseconds: -Self.approachMilliseconds))
        if stop > now { try await go(to: stop, withMakewhole: true) }
        let deadline = ContinuousClock.now + Self.approachPatience
        while let latest = await market.latestReading, latest.at < stop,
            ContinuousClock.now < deadline
        {
            try await Task.sleep(for: Self.pollPause)
        }
    }

    /// A stop a little before the customary cut-off, when Makewhole has something to do at it: a
    /// file has to be with the bank by then, or it is the next banking day's.
    static func collection(before due: Instant?, after now: Instant) -> Instant? {
        guard let due, Eastern.timeOfDay(at: due) == ACHTiming().cutOff else { return nil }
        let collection = due.adding(seconds: -collectionLeadSeconds)
        return collection > now ? collection : nil
    }

    /// Lets every party finish what an instant brings, until none has anything left to take.
    private func settleDown(at instant: Instant, dwelling: Duration) async throws {
        let start = ContinuousClock.now
        let deadline =
            ContinuousClock.now
            + (progress?.trouble == nil ? Self.patience : Self.patienceAfterTrouble)
        var quietRounds = 0
        while quietRounds < 2 {
            let now = max(instant, await clock.now())
            try await bank.pulse(at: now)
            try await market.tick(at: now)
            guard await reading() != nil else { return }
            await exchange?.attend()
            guard let reading = await reading() else { return }
            let untaken = try await bank.untakenInbound().filter { !ignored.contains($0) }
            let unheard = await processor.state.undelivered.filter { !ignored.contains($0) }
            let isQuiet = !reading.isBusy && untaken.isEmpty && unheard.isEmpty
            quietRounds = isQuiet && ContinuousClock.now - start >= dwelling ? quietRounds + 1 : 0
            if quietRounds > 0 { continue }
            if ContinuousClock.now >= deadline {
                // Waited for once; the rest of the move does not wait for the same things again.
                ignored.formUnion(untaken + unheard)
                note(
                    "Makewhole did not finish in time: busy \(reading.isBusy), files not taken "
                        + "\(untaken.count), webhooks not delivered \(unheard.count).")
                return
            }
            try await Task.sleep(for: Self.pollPause)
        }
    }

    private func nextEvent(_ reading: ClockReading?, after now: Instant) async -> Instant? {
        // What is due already is being worked off; it must not hold the clock.
        [reading?.nextDue, await bank.state.nextEventAt].compactMap { $0 }.filter { $0 > now }.min()
    }

    /// Makewhole's clock, taken over; `nil` while Makewhole is away.
    private func reading() async -> ClockReading? {
        guard let makewhole else { return nil }
        do {
            let reading = try await makewhole.clock()
            try await clock.follow(reading.now)
            return reading
        } catch {
            logger.debug("The clock runs on by itself: \(error)")
            return nil
        }
    }

    private func note(_ trouble: String) {
        progress?.trouble = trouble
        logger.warning("Moving the clock: \(trouble)")
    }
}

/// The heartbeat: follows Makewhole's clock and lets the bank and the market do what is due.
struct Pulse: Service {
    let clock: SandboxClock
    let bank: Bank
    let market: Market
    let makewhole: MakewholeClient?
    let logger: Logger

    /// How soon a new bank file is seen.
    static let pause: Duration = .milliseconds(500)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await beat()
                do { try await Task.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    private func beat() async {
        if let makewhole {
            do {
                try await clock.follow(makewhole.clock().now)
            } catch {
                logger.trace("Makewhole's clock was not read: \(error)")
            }
        }
        do {
            let now = await clock.now()
            try await bank.pulse(at: now)
            try await market.tick(at: now)
        } catch {
            logger.error("The heartbeat failed and will be tried again: \(error)")
        }
    }
}
