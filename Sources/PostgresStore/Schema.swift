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
    ]

    /// Brings the database up to what this program knows, one migration a transaction. Several
    /// programs may ask at once; one does it.
    ///
    /// - Returns: how many migrations were made.
    static func migrate(_ connection: Connection) throws(PostgresFault) -> Int {
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
