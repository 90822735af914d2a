import Logging
import Service
import Synchronization

/// Destroys documents whose time is over, and sees that nothing of them is left beside the tables.
final class DocumentEnd: Sendable {
    private let service: Service
    private let logger: Logger
    /// What was destroyed before this start may still be in the log ahead of the database.
    private let mustEmptyLog = Mutex(true)

    init(service: Service, logger: Logger) {
        self.service = service
        self.logger = logger
    }

    func look() {
        do {
            let count = try service.endDocuments()
            if count > 0 {
                logger.info("documents destroyed", metadata: ["count": "\(count)"])
                mustEmptyLog.withLock { $0 = true }
            }
            if mustEmptyLog.withLock({ $0 }), try service.edge.emptyLog() {
                mustEmptyLog.withLock { $0 = false }
            }
        } catch {
            logger.error("documents could not be ended", metadata: ["error": "\(error)"])
            service.figures.stumbled(.documents)
        }
    }
}
