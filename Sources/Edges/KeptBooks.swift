import Ledger

/// What a store knows of its books by itself, and says to those who only look.
public protocol KeptBooks: Sendable {
    /// Whether the cause was carried out.
    func hasCause(_ cause: Cause) throws -> Bool

    /// Recomputes the books, unless they hold more than `limit` transfers.
    func verify(atMost limit: Int64) throws -> BooksReport?
}

/// What came of recomputing the books.
public struct BooksReport: Sendable {
    public package(set) var commits: Int64 = 0
    public package(set) var transfers: Int64 = 0
    public package(set) var accounts: Int64 = 0
    /// One sentence for each thing that is wrong; empty means the books are right.
    public package(set) var problems: [String] = []
    /// Of the chain of one process; empty where several write.
    public package(set) var lastHash = ""

    package init() {}

    /// Two lower-case digits a byte.
    package static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
