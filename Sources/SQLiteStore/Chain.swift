import Banking
import Crypto
import Foundation
import GRDB
import Ledger
import Rows

/// The chain of commits: each hash covers the one before it, every account the commit opened and
/// every transfer it made. A row changed, removed or added afterwards breaks it.
struct Chain {
    private(set) var sequence: Int64
    private(set) var at: Instant
    private var hash: [UInt8]
    private var nextTransfer: Int64
    private var nextAccount: Int64
    private var firstTransfer: Int64
    private var firstAccount: Int64
    private var bytes: [UInt8] = []

    struct Sealed {
        let sequence: Int64
        let at: Instant
        let firstTransfer: Int64
        let transfers: Int64
        let firstAccount: Int64
        let accounts: Int64
        let hash: [UInt8]
    }

    static let start = Chain(
        sequence: 0, hash: [UInt8](repeating: 0, count: 32), transfer: 1, account: 1)

    private init(sequence: Int64, hash: [UInt8], transfer: Int64, account: Int64) {
        self.sequence = sequence
        self.hash = hash
        at = Instant(milliseconds: 0)
        nextTransfer = transfer
        nextAccount = account
        firstTransfer = transfer
        firstAccount = account
    }

    /// Where the journal of this database ends.
    static func last(_ db: Database) throws -> Chain {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM book_commit ORDER BY sequence DESC LIMIT 1")
        else { return .start }
        let transfer: Int64 = row["first_transfer"]
        let transfers: Int64 = row["transfers"]
        let account: Int64 = row["first_account"]
        let accounts: Int64 = row["accounts"]
        let hash: Data = row["hash"]
        return Chain(
            sequence: row["sequence"], hash: Array(hash), transfer: transfer + transfers,
            account: account + accounts)
    }

    mutating func begin(at: Instant) {
        sequence += 1
        self.at = at
        firstTransfer = nextTransfer
        firstAccount = nextAccount
        bytes.removeAll(keepingCapacity: true)
        bytes += hash
        append(sequence)
        append(at.milliseconds)
    }

    /// Numbers a new account and takes it into the hash.
    mutating func open(kind: String, customer: Blob, item: Blob, asset: String) -> Int64 {
        defer { nextAccount += 1 }
        bytes.append(0x41)
        append(nextAccount)
        append(kind)
        append(customer)
        append(item)
        append(asset)
        return nextAccount
    }

    /// Numbers a transfer and takes it into the hash.
    mutating func append(
        cause: Cause, debit: Int64, credit: Int64, amount: Int64, reason: String
    ) -> Int64 {
        defer { nextTransfer += 1 }
        bytes.append(0x54)
        append(nextTransfer)
        append(Blob(cause))
        append(debit)
        append(credit)
        append(amount)
        append(reason)
        return nextTransfer
    }

    mutating func seal() -> Sealed {
        hash = Array(SHA256.hash(data: bytes))
        return Sealed(
            sequence: sequence, at: at, firstTransfer: firstTransfer,
            transfers: nextTransfer - firstTransfer, firstAccount: firstAccount,
            accounts: nextAccount - firstAccount, hash: hash)
    }

    private mutating func append(_ value: Int64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ blob: Blob) {
        append(Int64(blob.size))
        append(Int64(bitPattern: blob.high))
        append(Int64(bitPattern: blob.low))
    }

    private mutating func append(_ text: String) {
        append(Int64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}
