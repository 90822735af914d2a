/// A work that one process at a time does: plan the bank's files, send what waits, fetch.
///
/// The row of it says who has it, until when by the database's clock, and how often it has changed
/// hands. Whoever was frozen and did not come back in time has lost it, and finds out at its next write:
/// every write made while a lease is held proves the epoch in its own transaction.
public struct Lease: Hashable, Sendable {
    public let role: String
    public let epoch: Int64

    public init(role: String, epoch: Int64) {
        self.role = role
        self.epoch = epoch
    }

    /// The lease under which this task works, if any.
    @TaskLocal public static var current: Lease?
}

/// Gives out leases.
public protocol Leases: Sendable {
    /// Takes the work `role` or keeps it; `nil` while another process has it.
    func take(_ role: String) throws -> Lease?

    /// Gives back what this process has, so that others need not wait.
    func releaseAll() throws
}
