import Books
import GRDB

typealias StoredID = BookID

/// The tables of the ledger, as numbered sentences that only go forward.
///
/// They bear a name of their own, so that they can stand in a database beside others, and be
/// written in the transactions of their owner.
public enum LedgerSchema {
    /// Makes the tables where they are not there yet.
    public static func migrate(_ writer: some DatabaseWriter) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { db in try db.execute(sql: migration.sql) }
        }
        try migrator.migrate(writer)
    }

    static let migrations: [(name: String, sql: String)] = [
        (
            "ledger 0001 The journal, and what is worked out from it",
            """
            -- One row a commit. `replay_from` is the first record that some page of accounts or of
            -- states lacks: what a start has to read again.
            CREATE TABLE ledger_commit(
                sequence INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                first INTEGER NOT NULL,
                records INTEGER NOT NULL,
                accounts INTEGER NOT NULL,
                replay_from INTEGER NOT NULL,
                hash BLOB NOT NULL
            ) STRICT;

            -- Records, as many as fit on a page, by the number of the first. Only appended to.
            CREATE TABLE ledger_journal(
                first INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;

            CREATE TABLE ledger_account_id(
                id BLOB PRIMARY KEY,
                number INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            -- Accounts as they stood after the record `as_of`, forty-four a page.
            CREATE TABLE ledger_account_page(
                page INTEGER PRIMARY KEY,
                as_of INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;

            -- What became of pending and of reversed transfers, four bits a record.
            CREATE TABLE ledger_state_page(
                page INTEGER PRIMARY KEY,
                body BLOB NOT NULL
            ) STRICT;

            -- Ids in their order, two hundred a page; those that came too late for theirs alone.
            CREATE TABLE ledger_id_page(
                page INTEGER PRIMARY KEY,
                body BLOB NOT NULL
            ) STRICT;
            CREATE TABLE ledger_id_seal(
                number INTEGER PRIMARY KEY,
                pages INTEGER NOT NULL,
                floor BLOB NOT NULL,
                oldest_left INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE ledger_late_id(
                id BLOB PRIMARY KEY,
                sequence INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE ledger_deadline(
                due INTEGER NOT NULL,
                pending INTEGER NOT NULL,
                PRIMARY KEY (due, pending)
            ) STRICT, WITHOUT ROWID;

            -- The sums of an account after every 1,024th of its records.
            CREATE TABLE ledger_waymark(
                account INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                at INTEGER NOT NULL,
                debits_posted INTEGER NOT NULL,
                credits_posted INTEGER NOT NULL,
                debits_pending INTEGER NOT NULL,
                credits_pending INTEGER NOT NULL,
                lag_width INTEGER NOT NULL,
                PRIMARY KEY (account, sequence)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE ledger_reason_balance(
                account INTEGER NOT NULL,
                reason INTEGER NOT NULL,
                debits_posted INTEGER NOT NULL,
                credits_posted INTEGER NOT NULL,
                debits_pending INTEGER NOT NULL,
                credits_pending INTEGER NOT NULL,
                PRIMARY KEY (account, reason)
            ) STRICT, WITHOUT ROWID;
            """
        )
    ]
}
