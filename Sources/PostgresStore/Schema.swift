/// The tables, as numbered sentences that only go forward. The journal (`book_commit`, `transfer`,
/// `house_posting`) is only ever appended to.
///
/// A table of customers leads its primary key with the customer, and no key spans customers, so that
/// an engine that distributes rows can keep those of one customer together. The house is the
/// customer of zero.
enum Schema {
    static let migrations: [(name: String, sql: String)] = [
        (
            "The books, the aggregates, the queues",
            """
            CREATE TABLE house(id integer PRIMARY KEY CHECK (id = 0), version bigint NOT NULL);
            INSERT INTO house VALUES (0, 0);

            CREATE TABLE writer(
                number integer PRIMARY KEY,
                name text NOT NULL,
                epoch bigint NOT NULL,
                sequence bigint NOT NULL,
                at bigint NOT NULL,
                hash bytea NOT NULL
            ) WITH (fillfactor = 20);

            CREATE TABLE customer(id uuid PRIMARY KEY, version bigint NOT NULL)
                WITH (fillfactor = 60);

            CREATE TABLE book_commit(
                writer integer NOT NULL,
                sequence bigint NOT NULL,
                at bigint NOT NULL,
                transfers integer NOT NULL,
                hash bytea NOT NULL,
                PRIMARY KEY (writer, sequence)
            );

            CREATE TABLE transfer(
                customer uuid NOT NULL,
                version bigint NOT NULL,
                place integer NOT NULL,
                writer integer NOT NULL,
                book_commit bigint NOT NULL,
                cause uuid NOT NULL,
                debit text NOT NULL,
                debit_customer uuid NOT NULL,
                debit_item uuid NOT NULL,
                credit text NOT NULL,
                credit_customer uuid NOT NULL,
                credit_item uuid NOT NULL,
                asset text NOT NULL,
                amount bigint NOT NULL CHECK (amount > 0),
                reason text NOT NULL,
                PRIMARY KEY (customer, version, place),
                CHECK ((debit, debit_customer, debit_item)
                    <> (credit, credit_customer, credit_item))
            );

            CREATE TABLE account(
                customer uuid NOT NULL,
                kind text NOT NULL,
                item uuid NOT NULL,
                asset text NOT NULL,
                amount bigint NOT NULL,
                PRIMARY KEY (customer, kind, item, asset),
                CHECK (CASE WHEN kind IN ('instant_credit', 'obligation')
                    THEN amount >= 0 ELSE amount <= 0 END)
            ) WITH (fillfactor = 70);

            CREATE TABLE house_posting(
                writer integer NOT NULL,
                kind text NOT NULL,
                asset text NOT NULL,
                sequence bigint NOT NULL,
                amount bigint NOT NULL,
                balance bigint NOT NULL,
                PRIMARY KEY (writer, kind, asset, sequence)
            );

            CREATE TABLE cause(
                id uuid PRIMARY KEY,
                writer integer NOT NULL,
                book_commit bigint NOT NULL,
                fingerprint bigint NOT NULL,
                actor text NOT NULL,
                customer uuid NOT NULL,
                command text NOT NULL,
                policy text NOT NULL,
                reply bytea NOT NULL,
                reason text
            );

            CREATE TABLE entity(
                customer uuid NOT NULL,
                kind smallint NOT NULL,
                id uuid NOT NULL,
                tag text NOT NULL,
                reference text,
                body bytea NOT NULL,
                PRIMARY KEY (customer, kind, id)
            ) WITH (fillfactor = 70);
            CREATE INDEX entity_tag ON entity(kind, tag);
            CREATE INDEX entity_settlement ON entity(id) WHERE kind = 4;
            CREATE INDEX entity_settlement_reference
                ON entity(reference) WHERE reference IS NOT NULL;

            CREATE TABLE timer(
                customer uuid NOT NULL,
                kind bytea NOT NULL,
                due bigint NOT NULL,
                claimed_by integer NOT NULL DEFAULT 0,
                claimed_until bigint NOT NULL DEFAULT 0,
                PRIMARY KEY (customer, kind)
            );
            CREATE INDEX timer_due ON timer(due);
            CREATE INDEX timer_claimed ON timer(claimed_by) WHERE claimed_until > 0;

            CREATE TABLE entry(
                customer uuid NOT NULL,
                payment text NOT NULL,
                amount bigint NOT NULL,
                presentment bytea NOT NULL,
                queued_at bigint NOT NULL,
                trace text,
                file text,
                PRIMARY KEY (customer, payment)
            );
            CREATE INDEX entry_payment ON entry(payment);
            CREATE INDEX entry_queued ON entry(queued_at) WHERE trace IS NULL;
            CREATE INDEX entry_trace ON entry(trace) WHERE trace IS NOT NULL;
            CREATE INDEX entry_file ON entry(file) WHERE file IS NOT NULL;

            CREATE TABLE notice(
                customer uuid NOT NULL,
                id uuid NOT NULL,
                at bigint NOT NULL,
                content bytea NOT NULL,
                read_at bigint,
                PRIMARY KEY (customer, id)
            );

            CREATE TABLE outbox(
                customer uuid NOT NULL,
                version bigint NOT NULL,
                place integer NOT NULL,
                content bytea NOT NULL,
                due bigint NOT NULL,
                attempts integer NOT NULL DEFAULT 0,
                claimed_until bigint NOT NULL DEFAULT 0,
                done_at bigint,
                failure text,
                PRIMARY KEY (customer, version, place)
            );
            CREATE INDEX outbox_due ON outbox(due) WHERE done_at IS NULL;

            CREATE TABLE alert(
                id uuid PRIMARY KEY, at bigint NOT NULL, content text NOT NULL, closed_by text
            );
            CREATE INDEX alert_open ON alert(at) WHERE closed_by IS NULL;

            CREATE TABLE suspense(
                id uuid PRIMARY KEY,
                version bigint NOT NULL,
                tag text NOT NULL,
                body text NOT NULL,
                trace text
            );
            CREATE INDEX suspense_trace ON suspense(trace) WHERE trace IS NOT NULL;

            CREATE TABLE proposal(
                id uuid PRIMARY KEY, version bigint NOT NULL, tag text NOT NULL, body text NOT NULL
            );

            CREATE TABLE setting(name text PRIMARY KEY, value text NOT NULL);

            CREATE TABLE debit_count(
                writer integer NOT NULL,
                day integer NOT NULL,
                kind text NOT NULL CHECK (kind IN ('sent', 'settling')),
                count bigint NOT NULL,
                PRIMARY KEY (writer, day, kind)
            );

            CREATE TABLE return_count(
                writer integer NOT NULL,
                settled integer NOT NULL,
                received integer NOT NULL,
                code text NOT NULL,
                count bigint NOT NULL,
                PRIMARY KEY (writer, settled, received, code)
            );
            """
        ),
        (
            "Blocked bank accounts by themselves",
            """
            CREATE TABLE blocked_account(
                fingerprint text PRIMARY KEY, version bigint NOT NULL, code text NOT NULL
            );
            INSERT INTO blocked_account
                SELECT blocked.key, 0, blocked.value
                FROM setting,
                    jsonb_each_text(coalesce(setting.value::jsonb -> 'blockedAccounts', '{}'))
                    AS blocked
                WHERE setting.name = 'house';
            UPDATE setting SET value = (value::jsonb - 'blockedAccounts')::text
                WHERE name = 'house';
            """
        ),
        (
            "What pages, the API and rails read and keep, and one order of all commits",
            """
            -- Larger than that of every commit it can have seen, so that causes come before what follows
            -- from them when commits are numbered.
            ALTER TABLE writer ADD COLUMN turn bigint NOT NULL DEFAULT 0;
            ALTER TABLE book_commit ADD COLUMN turn bigint NOT NULL DEFAULT 0;

            CREATE TABLE commit_order(
                number bigint PRIMARY KEY,
                writer integer NOT NULL,
                book_commit bigint NOT NULL,
                at bigint NOT NULL,
                UNIQUE (writer, book_commit)
            );
            CREATE INDEX commit_order_at ON commit_order(at);
            CREATE TABLE commit_order_end(
                one integer PRIMARY KEY CHECK (one = 1), number bigint NOT NULL, at bigint NOT NULL
            );
            INSERT INTO commit_order_end VALUES (1, 0, 0);
            CREATE TABLE commit_event(
                writer integer NOT NULL,
                book_commit bigint NOT NULL,
                at bigint NOT NULL,
                items bytea NOT NULL,
                PRIMARY KEY (writer, book_commit)
            );
            CREATE INDEX cause_commit ON cause(writer, book_commit);
            CREATE INDEX transfer_commit ON transfer(writer, book_commit);

            CREATE VIEW house_balance AS
                SELECT kind, '00000000-0000-0000-0000-000000000000'::uuid AS customer,
                    '00000000-0000-0000-0000-000000000000'::uuid AS item, asset,
                    sum(balance)::bigint AS amount
                FROM (SELECT DISTINCT ON (writer, kind, asset) kind, asset, balance
                    FROM house_posting ORDER BY writer, kind, asset, sequence DESC) AS last
                GROUP BY kind, asset;

            ALTER TABLE suspense ADD COLUMN due bigint;
            UPDATE suspense SET due = CAST(
                extract(epoch FROM (body::jsonb ->> 'dishonorBy')::timestamptz) * 1000 AS bigint);
            CREATE INDEX suspense_due ON suspense(tag, due);
            CREATE INDEX proposal_tag ON proposal(tag);
            ALTER TABLE entry ALTER COLUMN payment TYPE text COLLATE "C";
            CREATE INDEX entry_amount ON entry(amount, queued_at) WHERE trace IS NOT NULL;
            CREATE INDEX notice_at ON notice(customer, at, id);

            CREATE TABLE lease(
                role text PRIMARY KEY,
                epoch bigint NOT NULL,
                holder text NOT NULL,
                instance text NOT NULL,
                ends_at timestamptz NOT NULL,
                UNIQUE (role, epoch)
            );

            CREATE TABLE bank_file(
                name text COLLATE "C" PRIMARY KEY,
                direction text NOT NULL,
                digest bytea NOT NULL,
                bytes bytea NOT NULL,
                at bigint NOT NULL,
                state text NOT NULL,
                report text NOT NULL,
                size bigint NOT NULL DEFAULT 0,
                done bigint NOT NULL DEFAULT 0,
                entries bigint
            );
            CREATE INDEX bank_file_digest ON bank_file(digest);
            CREATE INDEX bank_file_at ON bank_file(direction, at);
            CREATE INDEX bank_file_state ON bank_file(direction, state);

            CREATE TABLE bank_file_part(
                file text COLLATE "C" NOT NULL,
                number bigint NOT NULL,
                sealed bytea NOT NULL,
                PRIMARY KEY (file, number)
            );

            CREATE TABLE bank_outbound(
                name text COLLATE "C" PRIMARY KEY,
                day text NOT NULL,
                modifier text NOT NULL,
                cut_off bigint,
                effective text,
                same_day bigint NOT NULL,
                descriptive_date text NOT NULL,
                UNIQUE (day, modifier)
            );

            CREATE TABLE bank_delivery(
                file text COLLATE "C" NOT NULL,
                number bigint NOT NULL,
                request bigint,
                state text NOT NULL,
                part text,
                tries bigint NOT NULL DEFAULT 0,
                due bigint NOT NULL,
                failure text,
                asked_at bigint NOT NULL,
                PRIMARY KEY (file, number)
            );
            CREATE INDEX bank_delivery_due ON bank_delivery(due)
                WHERE state IN ('waiting', 'putting', 'renaming');

            CREATE TABLE bank_receipt(
                file text COLLATE "C" NOT NULL,
                number bigint NOT NULL,
                size bigint NOT NULL,
                digest bytea NOT NULL,
                place text NOT NULL,
                at bigint NOT NULL,
                tries bigint NOT NULL,
                note text NOT NULL,
                PRIMARY KEY (file, number)
            );
            CREATE INDEX bank_receipt_at ON bank_receipt(at);

            CREATE TABLE bank_request(
                id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                at bigint NOT NULL,
                asked_by text NOT NULL,
                reason text NOT NULL,
                from_at bigint NOT NULL,
                to_at bigint NOT NULL,
                again bigint NOT NULL,
                done_at bigint,
                report text
            );
            CREATE INDEX bank_request_open ON bank_request(id) WHERE done_at IS NULL;

            CREATE TABLE bank_offset(trace text COLLATE "C" PRIMARY KEY, at bigint NOT NULL);

            CREATE TABLE bank_fetch(
                name text COLLATE "C" NOT NULL,
                size bigint NOT NULL,
                modified text NOT NULL,
                digest bytea NOT NULL,
                part text NOT NULL,
                state text NOT NULL,
                at bigint NOT NULL,
                PRIMARY KEY (name, size, modified)
            );
            CREATE INDEX bank_fetch_open ON bank_fetch(state) WHERE state <> 'done';

            CREATE TABLE bank_expected(
                expectation text COLLATE "C" NOT NULL,
                day text COLLATE "C" NOT NULL,
                file text,
                excused_by text,
                at bigint NOT NULL,
                PRIMARY KEY (expectation, day)
            );
            CREATE INDEX bank_expected_missing ON bank_expected(day)
                WHERE file IS NULL AND excused_by IS NULL;

            CREATE TABLE bank_statement(
                id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                file text NOT NULL,
                number bigint NOT NULL,
                format text NOT NULL,
                account text NOT NULL,
                currency text NOT NULL,
                as_of bigint,
                opening bigint,
                closing bigint,
                items bigint NOT NULL,
                proof text NOT NULL,
                standing text NOT NULL,
                fingerprint bigint NOT NULL,
                at bigint NOT NULL
            );
            CREATE INDEX bank_statement_file ON bank_statement(file);
            CREATE INDEX bank_statement_fingerprint ON bank_statement(fingerprint);
            CREATE INDEX bank_statement_day ON bank_statement(as_of) WHERE as_of IS NOT NULL;

            CREATE TABLE bank_due(
                id text COLLATE "C" PRIMARY KEY,
                kind text NOT NULL,
                amount bigint NOT NULL CHECK (amount <> 0),
                day bigint NOT NULL,
                file text,
                batch text,
                trace text,
                return_trace text,
                reference text NOT NULL,
                matched bigint
            );
            CREATE INDEX bank_due_day ON bank_due(day);
            CREATE INDEX bank_due_left ON bank_due(day) WHERE matched IS NULL;

            CREATE TABLE bank_due_source(
                name text COLLATE "C" PRIMARY KEY, items bigint NOT NULL
            );

            CREATE TABLE bank_found(
                id text COLLATE "C" PRIMARY KEY,
                statement bigint NOT NULL REFERENCES bank_statement(id),
                kind text NOT NULL,
                amount bigint NOT NULL CHECK (amount <> 0),
                day bigint NOT NULL,
                body text NOT NULL,
                matched bigint
            );
            CREATE INDEX bank_found_day ON bank_found(day);
            CREATE INDEX bank_found_left ON bank_found(day) WHERE matched IS NULL;

            CREATE TABLE bank_match(
                id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                basis text NOT NULL,
                at bigint NOT NULL
            );

            CREATE TABLE bank_break(
                id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                side text NOT NULL CHECK (side IN ('expected', 'found')),
                item text COLLATE "C" NOT NULL,
                day bigint NOT NULL,
                opened_on bigint NOT NULL,
                amount bigint NOT NULL,
                owner text,
                closed_at bigint,
                UNIQUE (side, item)
            );
            CREATE INDEX bank_break_open ON bank_break(day) WHERE closed_at IS NULL;
            CREATE INDEX bank_break_day ON bank_break(day);

            CREATE TABLE bank_break_act(
                id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                break bigint NOT NULL REFERENCES bank_break(id),
                at bigint NOT NULL,
                by text NOT NULL,
                act text NOT NULL,
                owner text,
                reason text NOT NULL
            );
            CREATE INDEX bank_break_act_break ON bank_break_act(break);

            CREATE TABLE webhook_event(
                id text COLLATE "C" PRIMARY KEY,
                at bigint NOT NULL,
                body bytea NOT NULL,
                result text NOT NULL
            );

            CREATE TABLE webhook_endpoint(
                id text COLLATE "C" PRIMARY KEY,
                url text NOT NULL UNIQUE,
                description text NOT NULL,
                types text NOT NULL,
                has_key bigint NOT NULL,
                state text NOT NULL CHECK (state IN ('enabled', 'disabled', 'gone')),
                made_at bigint NOT NULL,
                position text NOT NULL,
                quiet_until bigint,
                failing_since bigint,
                delivered_at bigint
            );

            CREATE TABLE webhook_secret(
                endpoint text COLLATE "C" NOT NULL
                    REFERENCES webhook_endpoint(id) ON DELETE CASCADE,
                number bigint NOT NULL,
                scheme text NOT NULL CHECK (scheme IN ('v1', 'v1a')),
                sealed bytea NOT NULL,
                public_key text,
                made_at bigint NOT NULL,
                ends_at bigint,
                PRIMARY KEY (endpoint, number, scheme)
            );

            CREATE TABLE webhook_delivery(
                number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                endpoint text COLLATE "C" NOT NULL
                    REFERENCES webhook_endpoint(id) ON DELETE CASCADE,
                event text NOT NULL,
                type text NOT NULL,
                body bytea,
                state text NOT NULL
                    CHECK (state IN ('waiting', 'delivered', 'failed', 'stopped')),
                attempts bigint NOT NULL,
                due bigint NOT NULL,
                made_at bigint NOT NULL,
                done_at bigint,
                UNIQUE (endpoint, event)
            );
            CREATE INDEX webhook_delivery_endpoint ON webhook_delivery(endpoint, number);
            CREATE INDEX webhook_delivery_due ON webhook_delivery(endpoint, due)
                WHERE state = 'waiting';
            CREATE INDEX webhook_delivery_done ON webhook_delivery(done_at)
                WHERE done_at IS NOT NULL;

            CREATE TABLE webhook_attempt(
                delivery bigint NOT NULL REFERENCES webhook_delivery(number) ON DELETE CASCADE,
                at bigint NOT NULL,
                number bigint NOT NULL,
                milliseconds bigint NOT NULL,
                status bigint,
                result text NOT NULL,
                PRIMARY KEY (delivery, at, number)
            );

            CREATE TABLE document_file(
                id uuid PRIMARY KEY, customer uuid NOT NULL, sealed bytea NOT NULL
            );

            CREATE TABLE sign_in_link(
                digest bytea PRIMARY KEY,
                subject text NOT NULL,
                expires bigint NOT NULL,
                used_at bigint
            );
            CREATE INDEX sign_in_link_expires ON sign_in_link(expires);

            CREATE TABLE session(
                digest bytea PRIMARY KEY,
                subject text NOT NULL,
                csrf text NOT NULL,
                expires bigint NOT NULL,
                started_at bigint NOT NULL DEFAULT 0,
                seen_at bigint NOT NULL DEFAULT 0,
                device text NOT NULL DEFAULT ''
            );
            CREATE INDEX session_expires ON session(expires);
            CREATE INDEX session_subject ON session(subject);

            CREATE TABLE door_event(
                id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                subject text NOT NULL,
                at bigint NOT NULL,
                event text NOT NULL
                    CHECK (event IN ('signed_in', 'signed_out', 'signed_out_from_afar')),
                device text NOT NULL
            );
            CREATE INDEX door_event_subject ON door_event(subject, at);
            CREATE INDEX door_event_at ON door_event(at);

            CREATE TABLE notice_delivery(
                notice uuid NOT NULL,
                channel text COLLATE "C" NOT NULL CHECK (channel IN ('mail', 'push', 'text')),
                target bytea NOT NULL,
                customer uuid NOT NULL,
                state text NOT NULL
                    CHECK (state IN ('waiting', 'delivered', 'refused', 'gave_up', 'bounced')),
                due bigint NOT NULL,
                tries bigint NOT NULL DEFAULT 0,
                result text NOT NULL DEFAULT '',
                done_at bigint,
                told bigint NOT NULL DEFAULT 0,
                PRIMARY KEY (notice, channel, target)
            );
            CREATE INDEX notice_delivery_due ON notice_delivery(channel, due)
                WHERE state = 'waiting';
            CREATE INDEX notice_delivery_failed ON notice_delivery(notice)
                WHERE told = 0 AND state IN ('refused', 'gave_up', 'bounced');

            CREATE TABLE notice_wish(customer uuid PRIMARY KEY, body text NOT NULL);

            CREATE TABLE push_subscription(
                id bytea PRIMARY KEY,
                customer uuid NOT NULL,
                host text NOT NULL,
                sealed bytea NOT NULL,
                at bigint NOT NULL
            );
            CREATE INDEX push_subscription_customer ON push_subscription(customer, at);
            """
        ),
        (
            "What was done with endpoints, and deliveries that were asked for again",
            """
            ALTER TABLE webhook_delivery ADD COLUMN asked bigint NOT NULL DEFAULT 0;
            CREATE INDEX webhook_delivery_open ON webhook_delivery(endpoint, state, number)
                WHERE state <> 'delivered';

            CREATE TABLE webhook_act(
                number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                at bigint NOT NULL,
                endpoint text COLLATE "C" NOT NULL,
                url text NOT NULL,
                actor text NOT NULL,
                act text NOT NULL,
                detail text NOT NULL
            );
            CREATE INDEX webhook_act_endpoint ON webhook_act(endpoint, number);
            """
        ),
        (
            "Pushes go with their session; documents with keys, pictures and a record",
            """
            ALTER TABLE push_subscription ADD COLUMN session bytea;
            CREATE INDEX push_subscription_session ON push_subscription(session);

            ALTER TABLE document_file ADD COLUMN wrapped bytea;
            ALTER TABLE document_file ADD COLUMN kept_at bigint NOT NULL DEFAULT 0;
            ALTER TABLE document_file ADD COLUMN look_at bigint NOT NULL DEFAULT 0;
            ALTER TABLE document_file ADD COLUMN scan text NOT NULL DEFAULT '';
            ALTER TABLE document_file ADD COLUMN is_cut bigint NOT NULL DEFAULT 0;
            CREATE INDEX document_file_look ON document_file(look_at);

            CREATE TABLE document_page(
                document uuid NOT NULL, number bigint NOT NULL, sealed bytea NOT NULL,
                PRIMARY KEY (document, number)
            );

            CREATE TABLE document_record(
                sequence bigint PRIMARY KEY,
                at bigint NOT NULL,
                document uuid NOT NULL,
                customer uuid NOT NULL,
                event text NOT NULL CHECK (event IN ('kept', 'shown', 'destroyed')),
                why text NOT NULL,
                by_whom text NOT NULL,
                digest bytea NOT NULL,
                chain bytea NOT NULL
            );
            CREATE INDEX document_record_document ON document_record(document);

            CREATE TABLE document_upload(
                id bytea PRIMARY KEY,
                customer uuid NOT NULL,
                wrapped bytea NOT NULL,
                size bigint NOT NULL,
                received bigint NOT NULL,
                digest bytea NOT NULL,
                at bigint NOT NULL
            );
            CREATE INDEX document_upload_customer ON document_upload(customer, at);
            CREATE INDEX document_upload_at ON document_upload(at);
            CREATE TABLE document_upload_part(
                upload bytea NOT NULL, start bigint NOT NULL, sealed bytea NOT NULL,
                PRIMARY KEY (upload, start)
            );
            """
        ),
    ]

    /// Brings the database up to what this program knows, one migration a transaction. Several
    /// programs may ask at once; one does it.
    ///
    /// - Returns: how many migrations were made.
    static func migrate(
        _ connection: Connection, _ migrations: [(name: String, sql: String)] = migrations
    ) throws(PostgresFault) -> Int {
        try makeJournal(connection)
        var made = 0
        while true {
            try connection.execute("BEGIN")
            do throws(PostgresFault) {
                try connection.execute("LOCK TABLE migration IN EXCLUSIVE MODE")
                let next = Int(try version(connection))
                guard next < migrations.count else {
                    try connection.execute("ROLLBACK")
                    guard next == migrations.count else { throw newer(next) }
                    return made
                }
                if next > 0 { try fence(connection) }
                try connection.execute(migrations[next].sql)
                try connection.query(
                    "INSERT INTO migration(number, name) VALUES ($1::integer, $2::text)",
                    [.small(Int32(next + 1)), .text(migrations[next].name)])
                try connection.execute("COMMIT")
                made += 1
            } catch {
                if !connection.isBroken { try connection.execute("ROLLBACK") }
                throw error
            }
        }
    }

    /// Whoever runs with the tables as they were writes no more, because a batch begins with its
    /// writer's epoch. Batches that are under way hold their writers' rows, and are waited for.
    private static func fence(_ connection: Connection) throws(PostgresFault) {
        try connection.execute(
            "UPDATE house SET version = version; UPDATE writer SET epoch = epoch + 1")
    }

    /// The table of what was migrated. Of two who make it at once the server refuses one, with the
    /// key of a table of its own; that one finds it made.
    private static func makeJournal(_ connection: Connection) throws(PostgresFault) {
        let sql = """
            CREATE TABLE IF NOT EXISTS migration(
                number integer PRIMARY KEY, name text NOT NULL,
                made_at timestamptz NOT NULL DEFAULT now())
            """
        do throws(PostgresFault) {
            try connection.execute(sql)
        } catch {
            // By a key of the catalogue, or because the table is there by now.
            guard case .refused(let state, _, _) = error, ["23505", "42P07"].contains(state) else {
                throw error
            }
            try connection.execute(sql)
        }
    }

    /// Throws unless the tables are exactly those this program knows.
    static func check(
        _ connection: Connection, until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) {
        let known = try connection.query(
            "SELECT to_regclass('migration') IS NOT NULL AS known", until: deadline)
        let version =
            known.bytes(0, 0) == [1] ? Int(try version(connection, until: deadline)) : 0
        guard version <= migrations.count else { throw newer(version) }
        guard version == migrations.count else {
            throw .unreadable(
                "the tables are \(migrations.count - version) migrations behind; run makewhole "
                    + "migrate --postgres first")
        }
    }

    private static func version(
        _ connection: Connection, until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) -> Int64 {
        try connection.query("SELECT count(*) FROM migration", until: deadline).integer(0, 0)
    }

    private static func newer(_ version: Int) -> PostgresFault {
        .unreadable(
            "the tables are of migration \(version) and this program knows \(migrations.count); "
                + "use the newer program")
    }
}

/// Spreads the tables over the workers of a Citus cluster, by customer. To be run once, on the
/// coordinator, before there are many rows: each statement moves what is there.
enum Distribution {
    /// A cause is looked for by its own id, before anybody knows whose it is.
    static let statements: [String] =
        [
            "SELECT create_distributed_table('customer', 'id')",
            "SELECT create_distributed_table('cause', 'id')",
        ]
        + ["transfer", "account", "entity", "timer", "entry", "notice", "outbox"].map {
            "SELECT create_distributed_table('\($0)', 'customer', colocate_with => 'customer')"
        }
        // What belongs to the house and to writers stays on the coordinator, which every node asks.
        + [
            "house", "writer", "book_commit", "house_posting", "alert", "suspense", "proposal",
            "blocked_account", "setting", "debit_count", "return_count", "migration",
            "commit_order", "commit_order_end", "commit_event", "lease", "bank_file",
            "bank_file_part", "bank_outbound", "bank_delivery", "bank_receipt", "bank_request",
            "bank_offset", "bank_fetch", "bank_expected", "bank_statement", "bank_due",
            "bank_due_source", "bank_found", "bank_match", "bank_break", "bank_break_act",
            "webhook_event", "webhook_endpoint", "webhook_secret", "webhook_delivery",
            "webhook_attempt", "webhook_act", "document_file", "document_page", "document_record",
            "document_upload", "document_upload_part", "sign_in_link", "session",
            "door_event",
            "notice_delivery", "notice_wish", "push_subscription",
        ].map { "SELECT citus_add_local_table_to_metadata('\($0)')" }

    static func distribute(_ connection: Connection) throws(PostgresFault) {
        let extensions = try connection.query(
            "SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
        guard extensions.integer(0, 0) == 1 else {
            throw .unreadable(
                "this database has no Citus: say CREATE EXTENSION citus on the coordinator and on "
                    + "every worker first, or leave out --distribute")
        }
        let done = try connection.query(
            """
            SELECT count(*) FROM pg_dist_partition
            WHERE logicalrelid = to_regclass('customer') AND partmethod = 'h'
            """)
        guard done.integer(0, 0) == 0 else { return }
        for statement in statements { try connection.execute(statement) }
    }
}
