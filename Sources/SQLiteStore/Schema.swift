import GRDB

/// The tables, as numbered sentences that only go forward. The journal (`book_commit`, `transfer`) is only ever appended to.
enum Schema {
    static let migrations: [(name: String, sql: String)] = [
        (
            "0001 The books, the aggregates, the queues",
            """
            CREATE TABLE book_commit(
                sequence INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                first_transfer INTEGER NOT NULL,
                transfers INTEGER NOT NULL,
                first_account INTEGER NOT NULL,
                accounts INTEGER NOT NULL,
                hash BLOB NOT NULL
            ) STRICT;

            CREATE TABLE account(
                id INTEGER PRIMARY KEY,
                kind TEXT NOT NULL,
                customer BLOB NOT NULL,
                item BLOB NOT NULL,
                asset TEXT NOT NULL,
                amount INTEGER NOT NULL,
                last_transfer INTEGER
            ) STRICT;
            CREATE UNIQUE INDEX account_key ON account(customer, kind, item, asset);

            CREATE TABLE transfer(
                sequence INTEGER PRIMARY KEY,
                book_commit INTEGER NOT NULL,
                cause BLOB NOT NULL,
                debit INTEGER NOT NULL,
                credit INTEGER NOT NULL,
                amount INTEGER NOT NULL CHECK (amount > 0),
                reason TEXT NOT NULL,
                debit_previous INTEGER,
                credit_previous INTEGER,
                CHECK (debit <> credit)
            ) STRICT;

            CREATE TABLE cause(
                id BLOB PRIMARY KEY,
                book_commit INTEGER NOT NULL,
                fingerprint INTEGER NOT NULL,
                actor TEXT NOT NULL,
                customer BLOB NOT NULL,
                command TEXT NOT NULL,
                policy TEXT NOT NULL,
                reply BLOB NOT NULL,
                reason TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX cause_commit ON cause(book_commit);

            CREATE TABLE entity(
                customer BLOB NOT NULL,
                kind INTEGER NOT NULL,
                id BLOB NOT NULL,
                tag TEXT NOT NULL,
                reference TEXT,
                body BLOB NOT NULL,
                PRIMARY KEY (customer, kind, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX entity_tag ON entity(kind, tag);
            CREATE INDEX entity_settlement ON entity(id) WHERE kind = 4;
            CREATE INDEX entity_settlement_reference
                ON entity(reference) WHERE reference IS NOT NULL;

            CREATE TABLE suspense(
                id BLOB PRIMARY KEY, tag TEXT NOT NULL, body TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE proposal(
                id BLOB PRIMARY KEY, tag TEXT NOT NULL, body TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

            CREATE TABLE timer(
                customer BLOB NOT NULL,
                kind BLOB NOT NULL,
                due INTEGER NOT NULL,
                PRIMARY KEY (customer, kind)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX timer_due ON timer(due);

            CREATE TABLE entry(
                payment TEXT PRIMARY KEY,
                customer BLOB NOT NULL,
                amount INTEGER NOT NULL,
                presentment BLOB NOT NULL,
                queued_at INTEGER NOT NULL,
                trace TEXT,
                file TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX entry_queued ON entry(queued_at) WHERE trace IS NULL;
            CREATE INDEX entry_trace ON entry(trace) WHERE trace IS NOT NULL;
            CREATE INDEX entry_file ON entry(file) WHERE file IS NOT NULL;

            CREATE TABLE notice(
                id BLOB PRIMARY KEY,
                customer BLOB NOT NULL,
                at INTEGER NOT NULL,
                content BLOB NOT NULL,
                read_at INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX notice_customer ON notice(customer, at);

            CREATE TABLE alert(
                id BLOB PRIMARY KEY, at INTEGER NOT NULL, content TEXT NOT NULL, closed_by TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX alert_open ON alert(at) WHERE closed_by IS NULL;

            CREATE TABLE outbox(
                id INTEGER PRIMARY KEY,
                customer BLOB NOT NULL,
                content BLOB NOT NULL,
                due INTEGER NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                done_at INTEGER,
                failure TEXT
            ) STRICT;
            CREATE INDEX outbox_due ON outbox(due) WHERE done_at IS NULL;

            CREATE TABLE bank_file(
                name TEXT PRIMARY KEY,
                direction TEXT NOT NULL,
                digest BLOB NOT NULL,
                bytes BLOB NOT NULL,
                at INTEGER NOT NULL,
                state TEXT NOT NULL,
                report TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_file_digest ON bank_file(digest);

            CREATE TABLE webhook_event(
                id TEXT PRIMARY KEY,
                at INTEGER NOT NULL,
                body BLOB NOT NULL,
                result TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE document_file(
                id BLOB PRIMARY KEY, customer BLOB NOT NULL, sealed BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE sign_in_link(
                digest BLOB PRIMARY KEY,
                subject TEXT NOT NULL,
                expires INTEGER NOT NULL,
                used_at INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX sign_in_link_expires ON sign_in_link(expires);

            CREATE TABLE session(
                digest BLOB PRIMARY KEY,
                subject TEXT NOT NULL,
                csrf TEXT NOT NULL,
                expires INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX session_expires ON session(expires);
            """
        ),
        (
            "0002 Debits and returns by day",
            """
            CREATE TABLE debit_count(
                day INTEGER NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('sent', 'settling')),
                count INTEGER NOT NULL,
                PRIMARY KEY (day, kind)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE return_count(
                settled INTEGER NOT NULL,
                received INTEGER NOT NULL,
                code TEXT NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (settled, received, code)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX return_count_received ON return_count(received);
            """
        ),
    ]

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { db in
                try db.execute(sql: migration.sql)
            }
        }
        return migrator
    }
}
