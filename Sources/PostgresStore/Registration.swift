import Ledger
import Money
import Rows

/// One process as a writer of the database: its number, and the epoch that shows whether another has
/// taken its name since.
struct Registration {
    let number: Int32
    let epoch: Int64
    var chain: WriterChain
    /// What this writer's commits have put on the accounts of the house, in sum.
    var houseBalances: [BalanceKey: Int64]

    /// Takes the name: whoever had it before can write no more.
    ///
    /// It waits for the batch of that one, and for a change of the house that is under way, because
    /// such a change holds every writer there is.
    static func take(_ name: String, _ connection: Connection) throws -> Registration {
        try connection.execute("BEGIN")
        do {
            try connection.execute("UPDATE house SET version = version")
            let known = try connection.query(
                "UPDATE writer SET epoch = epoch + 1 WHERE name = $1::text RETURNING number",
                [.text(name)])
            if known.rows == 0 {
                try connection.query(
                    """
                    INSERT INTO writer(number, name, epoch, sequence, at, hash)
                    SELECT coalesce(max(number), 0) + 1, $1::text, 1, 0, 0, $2::bytea FROM writer
                    """, [.text(name), .bytes(WriterChain.startHash)])
            }
            try connection.execute("COMMIT")
        } catch {
            if !connection.isBroken { try connection.execute("ROLLBACK") }
            throw error
        }
        let registration = try read(name, connection)
        // What the one before had claimed and not fired is due at once.
        try connection.query(
            "UPDATE timer SET claimed_until = 0 WHERE claimed_by = $1::integer AND claimed_until > 0",
            [.small(registration.number)])
        return registration
    }

    /// What the database says of the writer now.
    static func read(_ name: String, _ connection: Connection) throws -> Registration {
        let row = try connection.query(
            "SELECT number, epoch, sequence, hash FROM writer WHERE name = $1::text",
            [.text(name)])
        guard row.rows == 1 else {
            throw PostgresFault.unreadable("the writer \"\(name)\" is not in the database any more")
        }
        let number = Int32(row.integer(0, 0))
        let last = try connection.query(
            """
            SELECT DISTINCT ON (kind, asset) kind, asset, balance FROM house_posting
            WHERE writer = $1::integer ORDER BY kind, asset, sequence DESC
            """, [.small(number)])
        var balances: [BalanceKey: Int64] = [:]
        for index in 0..<last.rows {
            guard
                let account = Account(
                    kind: last.text(index, 0), customer: .empty, item: .empty),
                let asset = AssetCode(last.text(index, 1))
            else {
                throw PostgresFault.unreadable(
                    "the account \(last.text(index, 0)) of \(last.text(index, 1)) is not known")
            }
            balances[BalanceKey(account, asset)] = last.integer(index, 2)
        }
        return Registration(
            number: number, epoch: row.integer(0, 1),
            chain: WriterChain(
                writer: number, sequence: row.integer(0, 2), hash: row.bytes(0, 3)),
            houseBalances: balances)
    }
}
