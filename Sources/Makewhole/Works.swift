import Logging
import Tables

/// The works of the service that one process at a time does.
struct Works: Sendable {
    /// `nil` where there is one process.
    let leases: (any Leases)?
    let logger: Logger

    /// A lease is looked at so often while a work goes on.
    private static let watching = Duration.seconds(3)

    /// Does `body` when this process has the work, and ends it when the process has lost it. All that
    /// is written meanwhile proves the lease. Where another process has it, `otherwise` is done.
    func alone(
        _ role: String, otherwise: @Sendable () async -> Void = {},
        _ body: @escaping @Sendable () async -> Void
    ) async {
        guard let leases else { return await body() }
        let lease: Lease
        do {
            guard let taken = try leases.take(role) else { return await otherwise() }
            lease = taken
        } catch {
            logger.error(
                "nobody can say who does a work",
                metadata: ["work": "\(role)", "error": "\(error)"])
            return
        }
        await Lease.$current.withValue(lease) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await body() }
                group.addTask {
                    while (try? await Task.sleep(for: Works.watching)) != nil {
                        let still = try? Lease.$current.withValue(nil) { try leases.take(role) }
                        guard still == lease else { return }
                    }
                }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Gives back what this process has, so that the others go on at once.
    func giveBack() {
        do {
            try leases?.releaseAll()
        } catch {
            logger.warning(
                "works were not given back; others take them when their time is over",
                metadata: ["error": "\(error)"])
        }
    }
}
