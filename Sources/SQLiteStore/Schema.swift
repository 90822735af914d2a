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
            "0002 The way of files to and from the bank",
            """
            CREATE INDEX bank_file_at ON bank_file(direction, at);
            CREATE INDEX bank_file_state ON bank_file(direction, state);

            CREATE TABLE bank_outbound(
                name TEXT PRIMARY KEY,
                day TEXT NOT NULL,
                modifier TEXT NOT NULL,
                cut_off INTEGER,
                effective TEXT,
                same_day INTEGER NOT NULL,
                descriptive_date TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX bank_outbound_modifier ON bank_outbound(day, modifier);
            INSERT INTO bank_outbound
                SELECT name, substr(name, 1, 10), substr(name, 12, 1), NULL, NULL, 0, ''
                FROM bank_file WHERE direction = 'outbound';

            CREATE TABLE bank_delivery(
                file TEXT NOT NULL,
                number INTEGER NOT NULL,
                request INTEGER,
                state TEXT NOT NULL,
                part TEXT,
                tries INTEGER NOT NULL DEFAULT 0,
                due INTEGER NOT NULL,
                failure TEXT,
                asked_at INTEGER NOT NULL,
                PRIMARY KEY (file, number)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_delivery_due ON bank_delivery(due)
                WHERE state IN ('waiting', 'putting', 'renaming');
            INSERT INTO bank_delivery(file, number, state, due, asked_at)
                SELECT name, 1, iif(state = 'sent', 'sent', 'waiting'), at, at
                FROM bank_file WHERE direction = 'outbound' AND state IN ('ready', 'sent');

            CREATE TABLE bank_receipt(
                file TEXT NOT NULL,
                number INTEGER NOT NULL,
                size INTEGER NOT NULL,
                digest BLOB NOT NULL,
                place TEXT NOT NULL,
                at INTEGER NOT NULL,
                tries INTEGER NOT NULL,
                note TEXT NOT NULL,
                PRIMARY KEY (file, number)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_receipt_at ON bank_receipt(at);
            INSERT INTO bank_receipt
                SELECT name, 1, length(bytes), digest, 'outbound/' || name, at, 1, ''
                FROM bank_file WHERE direction = 'outbound' AND state = 'sent';

            CREATE TABLE bank_request(
                id INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                asked_by TEXT NOT NULL,
                reason TEXT NOT NULL,
                from_at INTEGER NOT NULL,
                to_at INTEGER NOT NULL,
                again INTEGER NOT NULL,
                done_at INTEGER,
                report TEXT
            ) STRICT;
            CREATE INDEX bank_request_open ON bank_request(id) WHERE done_at IS NULL;

            CREATE TABLE bank_offset(
                trace TEXT PRIMARY KEY, at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE bank_fetch(
                name TEXT NOT NULL,
                size INTEGER NOT NULL,
                modified TEXT NOT NULL,
                digest BLOB NOT NULL,
                part TEXT NOT NULL,
                state TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (name, size, modified)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_fetch_open ON bank_fetch(state) WHERE state <> 'done';

            CREATE TABLE bank_expected(
                expectation TEXT NOT NULL,
                day TEXT NOT NULL,
                file TEXT,
                excused_by TEXT,
                at INTEGER NOT NULL,
                PRIMARY KEY (expectation, day)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX bank_expected_missing ON bank_expected(day)
                WHERE file IS NULL AND excused_by IS NULL;
            """
        ),
        (
            "0003 Bank files in sealed parts, and what finds the entry a return is of",
            """
            ALTER TABLE bank_file ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
            UPDATE bank_file SET size = length(bytes);
            ALTER TABLE bank_file ADD COLUMN done INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE bank_file ADD COLUMN entries INTEGER;

            CREATE TABLE bank_file_part(
                file TEXT NOT NULL,
                number INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                PRIMARY KEY (file, number)
            ) STRICT;

            ALTER TABLE suspense ADD COLUMN trace TEXT;
            UPDATE suspense SET trace = json_extract(body, '$.trace');
            CREATE INDEX suspense_trace ON suspense(trace) WHERE trace IS NOT NULL;

            DROP INDEX entry_trace;
            CREATE INDEX entry_trace ON entry(trace, payment, customer, amount, queued_at)
                WHERE trace IS NOT NULL;
            CREATE INDEX entry_amount ON entry(amount, queued_at) WHERE trace IS NOT NULL;
            """
        ),
        (
            "0004 Debits and returns by day",
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
        (
            "0005 Statements of the bank, what they are held against, and breaks",
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

            CREATE TABLE bank_due(
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
            CREATE INDEX bank_due_day ON bank_due(day);
            CREATE INDEX bank_due_left ON bank_due(day) WHERE matched IS NULL;

            CREATE TABLE bank_due_source(
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
        (
            "0006 Causes in the order of the commits, and an index that is written in slices",
            """
            CREATE TABLE cause_ordered(
                sequence INTEGER PRIMARY KEY,
                id BLOB NOT NULL,
                fingerprint INTEGER NOT NULL,
                actor TEXT NOT NULL,
                customer BLOB NOT NULL,
                command TEXT NOT NULL,
                policy TEXT NOT NULL,
                reply BLOB NOT NULL,
                reason TEXT
            ) STRICT;
            INSERT INTO cause_ordered
                SELECT (book_commit << 20) | (place - 1), id, fingerprint, actor, customer, command,
                    policy, reply, reason
                FROM (SELECT *, row_number() OVER (PARTITION BY book_commit ORDER BY id) AS place
                    FROM cause)
                ORDER BY book_commit, place;

            CREATE TABLE cause_index(
                id BLOB PRIMARY KEY, sequence INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            INSERT INTO cause_index SELECT id, sequence FROM cause_ordered ORDER BY id;
            CREATE TABLE cause_indexed(
                one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL
            ) STRICT;
            INSERT INTO cause_indexed SELECT 1, coalesce(max(sequence), 0) FROM cause_ordered;

            CREATE TABLE transfer_ordered(
                sequence INTEGER PRIMARY KEY,
                book_commit INTEGER NOT NULL,
                cause INTEGER NOT NULL,
                debit INTEGER NOT NULL,
                credit INTEGER NOT NULL,
                amount INTEGER NOT NULL CHECK (amount > 0),
                reason TEXT NOT NULL,
                debit_previous INTEGER,
                credit_previous INTEGER,
                CHECK (debit <> credit)
            ) STRICT;
            INSERT INTO transfer_ordered
                SELECT t.sequence, t.book_commit, k.sequence, t.debit, t.credit, t.amount, t.reason,
                    t.debit_previous, t.credit_previous
                FROM transfer t LEFT JOIN cause_index k ON k.id = t.cause
                ORDER BY t.sequence;
            DROP TABLE transfer;
            ALTER TABLE transfer_ordered RENAME TO transfer;
            DROP TABLE cause;
            ALTER TABLE cause_ordered RENAME TO cause;

            CREATE TABLE notice_ordered(
                customer BLOB NOT NULL,
                at INTEGER NOT NULL,
                id BLOB NOT NULL,
                content BLOB NOT NULL,
                read_at INTEGER,
                PRIMARY KEY (customer, at, id)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO notice_ordered
                SELECT customer, at, id, content, read_at FROM notice ORDER BY customer, at, id;
            DROP TABLE notice;
            ALTER TABLE notice_ordered RENAME TO notice;
            """
        ),
        (
            "0007 Blocked bank accounts by themselves, and what waits in suspense by its clock",
            """
            CREATE TABLE blocked_account(
                fingerprint TEXT PRIMARY KEY, code TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            INSERT INTO blocked_account
                SELECT blocked.key, blocked.value
                FROM setting, json_each(setting.value, '$.blockedAccounts') AS blocked
                WHERE setting.name = 'house';
            UPDATE setting SET value = json_remove(value, '$.blockedAccounts')
                WHERE name = 'house';

            ALTER TABLE suspense ADD COLUMN due INTEGER;
            UPDATE suspense SET due = unixepoch(json_extract(body, '$.dishonorBy')) * 1000;
            CREATE INDEX suspense_due ON suspense(tag, due);
            CREATE INDEX proposal_tag ON proposal(tag);
            """
        ),
        (
            "0009 What a host is told of a commit, to whom, and what became of it",
            """
            CREATE TABLE commit_event(
                book_commit INTEGER PRIMARY KEY, at INTEGER NOT NULL, items BLOB NOT NULL
            ) STRICT;

            CREATE TABLE webhook_endpoint(
                id TEXT PRIMARY KEY,
                url TEXT NOT NULL UNIQUE,
                description TEXT NOT NULL,
                types TEXT NOT NULL,
                has_key INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled', 'gone')),
                made_at INTEGER NOT NULL,
                position TEXT NOT NULL,
                quiet_until INTEGER,
                failing_since INTEGER,
                delivered_at INTEGER
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE webhook_secret(
                endpoint TEXT NOT NULL REFERENCES webhook_endpoint(id) ON DELETE CASCADE,
                number INTEGER NOT NULL,
                scheme TEXT NOT NULL CHECK (scheme IN ('v1', 'v1a')),
                sealed BLOB NOT NULL,
                public_key TEXT,
                made_at INTEGER NOT NULL,
                ends_at INTEGER,
                PRIMARY KEY (endpoint, number, scheme)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE webhook_delivery(
                number INTEGER PRIMARY KEY,
                endpoint TEXT NOT NULL REFERENCES webhook_endpoint(id) ON DELETE CASCADE,
                event TEXT NOT NULL,
                type TEXT NOT NULL,
                body BLOB,
                state TEXT NOT NULL
                    CHECK (state IN ('waiting', 'delivered', 'failed', 'stopped')),
                attempts INTEGER NOT NULL,
                due INTEGER NOT NULL,
                made_at INTEGER NOT NULL,
                done_at INTEGER,
                UNIQUE (endpoint, event)
            ) STRICT;
            CREATE INDEX webhook_delivery_endpoint ON webhook_delivery(endpoint, number);
            CREATE INDEX webhook_delivery_due ON webhook_delivery(endpoint, due)
                WHERE state = 'waiting';
            CREATE INDEX webhook_delivery_done ON webhook_delivery(done_at)
                WHERE done_at IS NOT NULL;

            CREATE TABLE webhook_attempt(
                delivery INTEGER NOT NULL
                    REFERENCES webhook_delivery(number) ON DELETE CASCADE,
                at INTEGER NOT NULL,
                number INTEGER NOT NULL,
                milliseconds INTEGER NOT NULL,
                status INTEGER,
                result TEXT NOT NULL,
                PRIMARY KEY (delivery, at, number)
            ) STRICT, WITHOUT ROWID;
            """
        ),
        (
            "0010 Where a session is, and what happened at the doors of an account",
            """
            ALTER TABLE session ADD COLUMN started_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE session ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
            UPDATE session SET started_at = expires - 43200000, seen_at = expires - 43200000;
            CREATE INDEX session_subject ON session(subject);

            CREATE TABLE door_event(
                id INTEGER PRIMARY KEY,
                subject TEXT NOT NULL,
                at INTEGER NOT NULL,
                event TEXT NOT NULL
                    CHECK (event IN ('signed_in', 'signed_out', 'signed_out_from_afar')),
                device TEXT NOT NULL
            ) STRICT;
            CREATE INDEX door_event_subject ON door_event(subject, at);
            CREATE INDEX door_event_at ON door_event(at);
            """
        ),
        (
            "0011 Notices on their way to the customer, and how he wants them",
            """
            CREATE TABLE notice_delivery(
                notice BLOB NOT NULL,
                channel TEXT NOT NULL CHECK (channel IN ('mail', 'push', 'text')),
                target BLOB NOT NULL,
                customer BLOB NOT NULL,
                state TEXT NOT NULL
                    CHECK (state IN ('waiting', 'delivered', 'refused', 'gave_up', 'bounced')),
                due INTEGER NOT NULL,
                tries INTEGER NOT NULL DEFAULT 0,
                result TEXT NOT NULL DEFAULT '',
                done_at INTEGER,
                told INTEGER NOT NULL DEFAULT 0,
                PRIMARY KEY (notice, channel, target)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX notice_delivery_due ON notice_delivery(channel, due)
                WHERE state = 'waiting';
            CREATE INDEX notice_delivery_failed ON notice_delivery(notice)
                WHERE told = 0 AND state IN ('refused', 'gave_up', 'bounced');

            CREATE TABLE notice_wish(
                customer BLOB PRIMARY KEY, body TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE push_subscription(
                id BLOB PRIMARY KEY,
                customer BLOB NOT NULL,
                host TEXT NOT NULL,
                sealed BLOB NOT NULL,
                at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX push_subscription_customer ON push_subscription(customer, at);
            """
        ),
        (
            "0014 What was done with endpoints, and deliveries that were asked for again",
            """
            ALTER TABLE webhook_delivery ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX webhook_delivery_open ON webhook_delivery(endpoint, state, number)
                WHERE state <> 'delivered';

            CREATE TABLE webhook_act(
                number INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                endpoint TEXT NOT NULL,
                url TEXT NOT NULL,
                actor TEXT NOT NULL,
                act TEXT NOT NULL,
                detail TEXT NOT NULL
            ) STRICT;
            CREATE INDEX webhook_act_endpoint ON webhook_act(endpoint, number);
            """
        ),
        (
            "0015 Subscriptions for pushes go with the session they were made in",
            """
            ALTER TABLE push_subscription ADD COLUMN session BLOB;
            CREATE INDEX push_subscription_session ON push_subscription(session);
            """
        ),
        (
            "0018 Documents with keys of their own, pictures of them, and what became of them",
            """
            ALTER TABLE document_file ADD COLUMN wrapped BLOB;
            ALTER TABLE document_file ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE document_file ADD COLUMN look_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE document_file ADD COLUMN scan TEXT NOT NULL DEFAULT '';
            ALTER TABLE document_file ADD COLUMN is_cut INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX document_file_look ON document_file(look_at);

            CREATE TABLE document_page(
                document BLOB NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL,
                PRIMARY KEY (document, number)
            ) STRICT;

            CREATE TABLE document_record(
                sequence INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                document BLOB NOT NULL,
                customer BLOB NOT NULL,
                event TEXT NOT NULL CHECK (event IN ('kept', 'shown', 'destroyed')),
                why TEXT NOT NULL,
                by_whom TEXT NOT NULL,
                digest BLOB NOT NULL,
                chain BLOB NOT NULL
            ) STRICT;
            CREATE INDEX document_record_document ON document_record(document);

            CREATE TABLE document_upload(
                id BLOB PRIMARY KEY,
                customer BLOB NOT NULL,
                wrapped BLOB NOT NULL,
                size INTEGER NOT NULL,
                received INTEGER NOT NULL,
                digest BLOB NOT NULL,
                at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX document_upload_customer ON document_upload(customer, at);
            CREATE INDEX document_upload_at ON document_upload(at);
            CREATE TABLE document_upload_part(
                upload BLOB NOT NULL, start INTEGER NOT NULL, sealed BLOB NOT NULL,
                PRIMARY KEY (upload, start)
            ) STRICT;
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
