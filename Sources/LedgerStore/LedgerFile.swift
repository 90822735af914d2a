import Books
import DatabaseCopies
import Foundation
import GRDB
import Synchronization

/// A ledger in one SQLite file: a thread that writes, and callers who share its commits.
///
/// What waits when a commit begins is one commit, flushed to disk before anybody is answered: a
/// lone caller has a commit of its own, a thousand share one. After a fault nothing more is taken
/// and nobody is told that something was kept which may not have been; open the file again.
public final class LedgerFile: Sendable {
    public let path: String
    private let queue: LedgerQueue
    private let pool: DatabasePool

    public struct Options: Sendable {
        public var writer = LedgerWriter.Options()
        /// Commands that may wait; beyond it callers are answered ``LedgerFault/busy``.
        public var waitingMax = 1_000_000
        /// Pages of log after which SQLite writes them home: 16 MB, which stay in the caches.
        public var checkpointPages = 4_000
        public var cacheKibibytes = 16_384
        /// Milliseconds since 1970.
        public var now: @Sendable () -> Int64 = {
            Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down))
        }

        public init() {}
    }

    /// Opens the file, making it where there is none, and reads its end into memory.
    public convenience init(path: String, options: Options = Options()) throws {
        try self.init(path: path, options: options, onStep: nil)
    }

    init(
        path: String, options: Options, onStep: (@Sendable (CommitStep) throws -> Void)?
    ) throws {
        self.path = path
        pool = try Self.pool(path, options)
        try LedgerSchema.migrate(pool)
        let queue = LedgerQueue(waitingMax: options.waitingMax)
        self.queue = queue
        let pool = pool
        let opened = Mutex<Result<Void, any Error>?>(nil)
        let isOpen = DispatchSemaphore(value: 0)
        let thread = Thread {
            Self.write(pool, queue, options, onStep) { result in
                opened.withLock { $0 = result }
                isOpen.signal()
            }
        }
        thread.name = "ledger"
        thread.stackSize = 8 << 20
        thread.start()
        isOpen.wait()
        try opened.withLock { $0 }?.get()
    }

    deinit { queue.letGo() }

    private static func pool(_ path: String, _ options: Options) throws -> DatabasePool {
        let (cache, pages) = (options.cacheKibibytes, options.checkpointPages)
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        // After a fault a transaction may stay open until the connection is closed.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = \(pages)")
            try db.execute(sql: "PRAGMA cache_size = -\(cache)")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB turns the log on after it has prepared the connection, and with it flushing off.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        // What is in it is nobody else's business.
        for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
        return pool
    }

    // MARK: Asking

    /// Opens accounts; one result each. Returns when they are on disk.
    public func open(_ accounts: [BookAccount]) async throws -> [AccountResult] {
        try await withCheckedThrowingContinuation { continuation in
            queue.put(.open(accounts) { continuation.resume(with: $0) })
        }
    }

    /// Carries out commands, in order; one result each. Returns when they are on disk.
    public func post(_ commands: [BookCommand]) async throws -> [BookResult] {
        guard commands.count <= BookLimits.commandsMax else {
            throw LedgerFault.tooManyCommands(commands.count)
        }
        return try await withUnsafeThrowingContinuation { continuation in
            queue.put(.post(commands) { continuation.resume(with: $0) })
        }
    }

    /// One command; the same.
    public func post(_ command: BookCommand) async throws -> BookResult {
        let results = try await post([command])
        return results[0]
    }

    /// Carries out commands and answers on the ledger's own thread, which waits meanwhile.
    public func post(
        _ commands: [BookCommand],
        answer: @escaping @Sendable (Result<[BookResult], any Error>) -> Void
    ) {
        guard commands.count <= BookLimits.commandsMax else {
            return answer(.failure(LedgerFault.tooManyCommands(commands.count)))
        }
        queue.put(.post(commands, answer))
    }

    /// Accounts as they stand, all of the same moment: what has been answered is in them.
    public func accounts(_ ids: [BookID]) async throws -> [BookAccountState?] {
        try await withCheckedThrowingContinuation { continuation in
            queue.put(
                .read { writer in
                    continuation.resume(
                        with: Result { try ids.map { try writer.get().state(of: $0) } })
                })
        }
    }

    /// Ends pending transfers whose deadline has passed; every commit does so as well.
    public func expire() async throws {
        _ = try await withCheckedThrowingContinuation { continuation in
            queue.put(.post([]) { continuation.resume(with: $0) })
        }
    }

    /// Copies the file as it is at this moment to `path`, while it is in use.
    public func backUp(to path: String) throws { try LedgerCopy.copy(from: self.path, to: path) }

    /// Waits for what was asked, and closes the file.
    public func close() throws {
        queue.close()
        try pool.close()
    }

    // MARK: The thread that writes

    /// How SQLite flushes on the connection that writes.
    private static func synchronous(_ connection: OpaquePointer) throws -> Int64 {
        let pragma = try LedgerStatement(connection, "PRAGMA synchronous")
        return try pragma.step() ? pragma.integer(0) : 0
    }

    /// SQLite's number for it.
    private static let full: Int64 = 2

    private static func write(
        _ pool: DatabasePool, _ queue: LedgerQueue, _ options: Options,
        _ onStep: (@Sendable (CommitStep) throws -> Void)?,
        opened: (Result<Void, any Error>) -> Void
    ) {
        var isOpen = false
        do {
            try pool.writeWithoutTransaction { db in
                guard let connection = db.sqliteConnection else {
                    throw LedgerFault.database("\(pool.path) is closed")
                }
                guard try synchronous(connection) >= full else {
                    throw LedgerFault.database("SQLite would not flush each commit to disk")
                }
                let loop = try LedgerLoop(connection, options, onStep)
                isOpen = true
                opened(.success(()))
                loop.run(queue)
            }
        } catch {
            if !isOpen { opened(.failure(error)) }
        }
        queue.end(.stopped("its file was closed."))
    }
}

/// What waits for the thread that writes.
final class LedgerQueue: Sendable {
    enum Job: Sendable {
        case open([BookAccount], @Sendable (Result<[AccountResult], any Error>) -> Void)
        case post([BookCommand], @Sendable (Result<[BookResult], any Error>) -> Void)
        case read(@Sendable (Result<LedgerWriter, LedgerFault>) -> Void)
    }

    private struct State {
        var jobs: [Job] = []
        var commands = 0
        var isClosing = false
        var fault: LedgerFault?
        var isWaiting = false
    }

    private let state = Mutex(State())
    /// Whether something waits, to be looked at without the lock.
    private let arrived = Atomic(false)
    private let bell = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let waitingMax: Int

    init(waitingMax: Int) { self.waitingMax = waitingMax }

    func put(_ job: Job) {
        let (refusal, rings): (LedgerFault?, Bool) = state.withLock { state in
            if let fault = state.fault { return (fault, false) }
            if state.isClosing { return (.stopped("it is being closed."), false) }
            let count = job.count
            guard state.commands + count <= waitingMax || state.commands == 0 else {
                return (.busy, false)
            }
            state.commands += count
            state.jobs.append(job)
            arrived.store(true, ordering: .relaxed)
            defer { state.isWaiting = false }
            return (nil, state.isWaiting)
        }
        if rings { bell.signal() }
        if let refusal { job.fail(refusal) }
    }

    /// Everything that waits; `false` when the ledger is to end. Waits for something.
    func take(into jobs: inout [Job]) -> Bool {
        jobs.removeAll(keepingCapacity: true)
        var isPatient = true
        while true {
            // Whoever was answered often asks again at once, and waking a thread costs as much as
            // a third of a flush: so it stays awake for a moment, without giving way, because a
            // thread that gave way to a busy neighbour would be back a scheduler's tick later.
            if isPatient { look(for: Self.awakeNanoseconds) }
            let isDone: Bool? = state.withLock { state in
                if !state.jobs.isEmpty {
                    swap(&jobs, &state.jobs)
                    state.commands = 0
                    arrived.store(false, ordering: .relaxed)
                    return true
                }
                if state.isClosing || state.fault != nil { return false }
                state.isWaiting = true
                return nil
            }
            if let isDone { return isDone }
            bell.wait()
            isPatient = false
        }
    }

    private static let awakeNanoseconds: UInt64 = 50_000

    private func look(for nanoseconds: UInt64) {
        let end = DispatchTime.now().uptimeNanoseconds + nanoseconds
        while !arrived.load(ordering: .relaxed), DispatchTime.now().uptimeNanoseconds < end {}
    }

    /// Nothing more is taken; what waits is answered with the fault that came first.
    func end(_ fault: LedgerFault) {
        let (jobs, fault) = state.withLock { state in
            let first = state.fault ?? fault
            state.fault = first
            defer { state.jobs = [] }
            return (state.jobs, first)
        }
        for job in jobs { job.fail(fault) }
        ended.signal()
    }

    func stop(_ fault: LedgerFault) { state.withLock { $0.fault = fault } }

    /// Has the thread end without waiting for it.
    func letGo() {
        let rings = state.withLock { state in
            state.isClosing = true
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if rings { bell.signal() }
    }

    func close() {
        letGo()
        ended.wait()
        ended.signal()
    }
}

extension LedgerQueue.Job {
    var count: Int {
        switch self {
        case .open(let accounts, _): accounts.count
        case .post(let commands, _): commands.count
        case .read: 1
        }
    }

    func fail(_ fault: LedgerFault) {
        switch self {
        case .open(_, let answer): answer(.failure(fault))
        case .post(_, let answer): answer(.failure(fault))
        case .read(let body): body(.failure(fault))
        }
    }
}

/// One commit after the other, until the queue ends or something fails.
private final class LedgerLoop {
    private let writer: LedgerWriter
    private let begin, commit, rollback: LedgerStatement
    private let options: LedgerFile.Options

    init(
        _ connection: OpaquePointer, _ options: LedgerFile.Options,
        _ onStep: (@Sendable (CommitStep) throws -> Void)?
    ) throws {
        self.options = options
        writer = try LedgerWriter(connection, options: options.writer)
        writer.onStep = onStep
        begin = try LedgerStatement(connection, "BEGIN IMMEDIATE")
        commit = try LedgerStatement(connection, "COMMIT")
        rollback = try LedgerStatement(connection, "ROLLBACK")
    }

    func run(_ queue: LedgerQueue) {
        var jobs: [LedgerQueue.Job] = []
        while queue.take(into: &jobs) {
            var rest = jobs[...]
            while !rest.isEmpty {
                // As many as make one commit of a bounded size.
                var commands = 0
                let share = rest.prefix { job in
                    defer { commands += job.count }
                    return commands < Self.commandsMax
                }
                rest = rest.dropFirst(share.count)
                do {
                    try carryOut(share)
                } catch {
                    let fault = LedgerFault.stopped("\(error)")
                    queue.stop(fault)
                    rollBack()
                    for job in share + rest { job.fail(fault) }
                    return
                }
            }
        }
    }

    /// Ends what a fault left open. When that fails too, closing the file ends it.
    private func rollBack() {
        do { try rollback.run() } catch { return }
    }

    /// Commands in one commit: a flush is a small part of its cost by then.
    private static let commandsMax = 16_384

    private enum Answer {
        case open([AccountResult])
        case post([BookResult])
    }

    private func carryOut(_ jobs: ArraySlice<LedgerQueue.Job>) throws {
        var answers: [Answer?] = []
        answers.reserveCapacity(jobs.count)
        if jobs.contains(where: \.isWriting) {
            try begin.run()
            try writer.begin(at: options.now())
            for job in jobs {
                switch job {
                case .open(let accounts, _): answers.append(.open(try writer.open(accounts)))
                case .post(let commands, _):
                    var results: [BookResult] = []
                    try writer.post(commands, results: &results)
                    answers.append(.post(results))
                case .read: answers.append(nil)
                }
            }
            if try writer.finish() { try commit.run() } else { try rollback.run() }
            try writer.onStep?(.committed)
        } else {
            answers = jobs.map { _ in nil }
        }
        for (job, answer) in zip(jobs, answers) {
            switch (job, answer) {
            case (.open(_, let reply), .open(let results)): reply(.success(results))
            case (.post(_, let reply), .post(let results)): reply(.success(results))
            case (.read(let body), _): body(.success(writer))
            case (.open, _), (.post, _): break
            }
        }
    }
}

extension LedgerQueue.Job {
    fileprivate var isWriting: Bool {
        switch self {
        case .open, .post: true
        case .read: false
        }
    }
}

/// Copies of a ledger's file.
public enum LedgerCopy {
    /// Copies a file as it is at this moment to one that is not there yet, while it is in use.
    ///
    /// The copy gets its name when it is verified and on disk.
    @discardableResult
    public static func copy(
        from source: String, to target: String
    ) throws -> LedgerVerifier.Report {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let original = try DatabaseQueue(path: source, configuration: configuration)
            return try DatabaseCopy.write(to: target) { part in
                let copy = try DatabaseQueue(path: part)
                try original.backup(to: copy)
                // One file, without a log beside it that could be forgotten.
                try copy.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA journal_mode = DELETE")
                }
                try copy.close()
            } prove: { part in
                let report = try LedgerVerifier.verify(path: part)
                guard report.problems.isEmpty else {
                    throw LedgerFault.corrupt(report.problems.prefix(10).joined(separator: " "))
                }
                return report
            }
        } catch let failure as DatabaseCopy.Failure {
            switch failure {
            case .exists(let path): throw LedgerFault.database("\(path) is there already")
            case .system(let sentence): throw LedgerFault.database(sentence)
            }
        } catch let fault as LedgerFault {
            throw fault
        } catch {
            throw LedgerFault.database("\(source) could not be copied to \(target): \(error)")
        }
    }
}
