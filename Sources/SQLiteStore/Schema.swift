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
            "0002 Statements of the bank, what they are held against, and breaks",
            """
            CREATE TABLE bank_statement(
                id INTEGER PRIMARY KEY,
                file TEXT NOT NULL,
                number INTEGER NOT NULL,
                format TEXT NOT NULL,
                account TEXT NOT NULL,
                currency TEXT NOT NULL,
                as_of INTEGER,
                opening INTEGER,
                closing INTEGER,
                items INTEGER NOT NULL,
                proof TEXT NOT NULL,
                standing TEXT NOT NULL,
                fingerprint INTEGER NOT NULL,
                at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX bank_statement_file ON bank_statement(file);
            CREATE INDEX bank_statement_fingerprint ON bank_statement(fingerprint);
            CREATE INDEX bank_statement_day ON bank_statement(as_of) WHERE as_of IS NOT NULL;

            CREATE TABLE bank_expected(
                id TEXT PRIMARY KEY,
                kind TEXT NOT NULL,
                amount INTEGER NOT NULL CHECK (amount <> 0),
                day INTEGER NOT NULL,
                file TEXT,
                batch TEXT,
                trace TEXT,
                return_trace TEXT,
                reference TEXT NOT NULL,
                matched INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_expected_day ON bank_expected(day);
            CREATE INDEX bank_expected_left ON bank_expected(day) WHERE matched IS NULL;

            CREATE TABLE bank_expected_source(
                name TEXT PRIMARY KEY, items INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE bank_found(
                id TEXT PRIMARY KEY,
                statement INTEGER NOT NULL REFERENCES bank_statement(id),
                kind TEXT NOT NULL,
                amount INTEGER NOT NULL CHECK (amount <> 0),
                day INTEGER NOT NULL,
                body TEXT NOT NULL,
                matched INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_found_day ON bank_found(day);
            CREATE INDEX bank_found_left ON bank_found(day) WHERE matched IS NULL;

            CREATE TABLE bank_match(
                id INTEGER PRIMARY KEY, basis TEXT NOT NULL, at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE bank_break(
                id INTEGER PRIMARY KEY,
                side TEXT NOT NULL CHECK (side IN ('expected', 'found')),
                item TEXT NOT NULL,
                day INTEGER NOT NULL,
                opened_on INTEGER NOT NULL,
                amount INTEGER NOT NULL,
                owner TEXT,
                closed_at INTEGER,
                UNIQUE (side, item)
            ) STRICT;
            CREATE INDEX bank_break_open ON bank_break(day) WHERE closed_at IS NULL;
            CREATE INDEX bank_break_day ON bank_break(day);

            CREATE TABLE bank_break_act(
                id INTEGER PRIMARY KEY,
                break INTEGER NOT NULL REFERENCES bank_break(id),
                at INTEGER NOT NULL,
                by TEXT NOT NULL,
                act TEXT NOT NULL,
                owner TEXT,
                reason TEXT NOT NULL
            ) STRICT;
            CREATE INDEX bank_break_act_break ON bank_break_act(break);
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
