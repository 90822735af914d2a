import Foundation

/// Threads for tasks that wait for a database: Swift's own pool has a thread for each core, and a few waits
/// there stop everything else.
///
/// A task that prefers them takes its child tasks along.
public final class WaitingThreads: TaskExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    /// Jobs before this place have been taken.
    private var next = 0

    /// Threads stay for the life of the process: make one set.
    public init(_ count: Int) {
        for number in 1...count {
            let thread = Thread { [self] in work() }
            thread.name = "waiting \(number)"
            thread.start()
        }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    private func work() {
        while true {
            condition.lock()
            while next == jobs.count { condition.wait() }
            let job = jobs[next]
            next += 1
            if next == jobs.count || next >= 1_024 {
                jobs.removeFirst(next)
                next = 0
            }
            condition.unlock()
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
