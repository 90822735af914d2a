/// A place in the journal as one number: that of the commit, and the place within it.
///
/// On SQLite one process writes and numbers its commits itself. On PostgreSQL several write, and each
/// commit gets its number when somebody looks for it first (``Pool/numberCommits()``): a number is never
/// given between two that were read, so who goes on behind one misses nothing.
enum CommitPlace {
    static let bits: Int64 = 20

    static func commit(of place: Int64) -> Int64 { place >> bits }

    /// Behind everything of the commit.
    static func last(of commit: Int64) -> Int64 { commit << bits | (1 << bits - 1) }
}
