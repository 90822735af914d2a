/// Every statement of the writer. Only such as work on an engine that spreads the customers over
/// several servers: rows are locked by an `UPDATE`, and many are written from arrays.
enum Statements {
    typealias Element = Column.Element

    private static func statement(
        _ name: String, arrays: [Element] = [], values: [Element] = [], _ sql: String
    ) -> Statement {
        Statement(
            name: name, sql: sql, types: arrays.map(\.array) + values.map(\.rawValue))
    }

    static let begin = statement("begin", "BEGIN")
    static let commit = statement("commit", "COMMIT")
    /// The server makes the plans anew, for tables as large as they are now.
    static let forgetPlans = statement("forget_plans", "DISCARD PLANS")
    static let rollback = statement("rollback", "ROLLBACK")

    // MARK: What a batch holds and reads

    /// Every batch holds its writer's row until it ends, which shows that the name is still its
    /// own, keeps the house as it is meanwhile, and lets whoever asks for the outcome of a commit
    /// wait for it.
    static let holdWriter = statement(
        "hold_writer", values: [.integer4, .integer8],
        """
        UPDATE writer SET epoch = epoch WHERE number = $1 AND epoch = $2
        RETURNING sequence, at, hash
        """)
    /// A batch that changes the house holds the rows of all writers: it waits for the batches that
    /// are under way, and those that begin wait for it.
    static let holdHouse = statement(
        "hold_house", "UPDATE house SET version = version + 1 RETURNING version")
    static let holdWriters = statement(
        "hold_writers", "UPDATE writer SET epoch = epoch RETURNING number")
    /// Asked when the batch holds what it names, so that nothing that was decided about it is later
    /// than this time.
    static let houseVersion = statement(
        "house_version",
        """
        SELECT (SELECT version FROM house) AS version, max(at) AS at, max(turn) AS turn FROM writer
        """)

    /// By an index scan, so in the order of the ids: two batches never wait for each other.
    static let holdCustomers = statement(
        "hold_customers", arrays: [.uuid],
        "UPDATE customer SET version = version + 1 WHERE id = ANY($1) RETURNING id, version")
    static let causes = statement(
        "causes", arrays: [.uuid], "SELECT id, fingerprint, reply FROM cause WHERE id = ANY($1)")
    /// Those of the causes that one commit carried out: another writer may have carried out the rest.
    static let causesOfCommit = statement(
        "causes_of_commit", arrays: [.uuid], values: [.integer4, .integer8],
        """
        SELECT count(*) FROM cause WHERE id = ANY($1) AND writer = $2 AND book_commit = $3
        """)
    static let entities = statement(
        "entities", arrays: [.uuid],
        "SELECT customer, kind, body FROM entity WHERE customer = ANY($1) ORDER BY customer, kind")
    static let accounts = statement(
        "accounts", arrays: [.uuid],
        """
        SELECT customer, kind, item, asset, amount FROM account
        WHERE customer = ANY($1)
        """)
    static let holders = statement(
        "holders", values: [.text],
        "SELECT DISTINCT customer FROM entity WHERE kind = 1 AND tag = $1 ORDER BY customer")
    static let suspenseSince = statement(
        "suspense_since", values: [.integer8], "SELECT body FROM suspense WHERE version > $1")
    static let proposalsSince = statement(
        "proposals_since", values: [.integer8], "SELECT body FROM proposal WHERE version > $1")
    static let blockedSince = statement(
        "blocked_since", values: [.integer8],
        "SELECT fingerprint, code FROM blocked_account WHERE version > $1")
    static let suspense = statement(
        "suspense", values: [.uuid], "SELECT body FROM suspense WHERE id = $1")
    static let suspenseUnder = statement(
        "suspense_under", values: [.text], "SELECT body FROM suspense WHERE trace = $1")
    static let proposal = statement(
        "proposal", values: [.uuid], "SELECT body FROM proposal WHERE id = $1")
    static let settings = statement("settings", "SELECT value FROM setting WHERE name = 'house'")

    // MARK: Timers

    static let dueTimers = statement(
        "due_timers", values: [.integer8, .integer8],
        """
        SELECT customer, kind, due FROM timer WHERE due <= $1
        ORDER BY due, customer, kind LIMIT $2
        """)
    static let unclaimedTimers = statement(
        "unclaimed_timers", values: [.integer8, .integer8],
        """
        SELECT customer, kind, due FROM timer WHERE due <= $1 AND claimed_until <= $1
        ORDER BY due, customer, kind LIMIT $2
        """)
    static let claimTimers = statement(
        "claim_timers", arrays: [.uuid, .bytes], values: [.integer8, .integer8, .integer4],
        """
        UPDATE timer SET claimed_until = $4, claimed_by = $5
        FROM (SELECT unnest($1) AS customer, unnest($2) AS kind) AS due
        WHERE timer.customer = due.customer AND timer.kind = due.kind
            AND timer.due <= $3 AND timer.claimed_until <= $3
        RETURNING timer.customer, timer.kind, timer.due
        """)
    /// Those of the claimed that are still there, asked once their customers are held.
    static let standingTimers = statement(
        "standing_timers", arrays: [.uuid, .bytes, .integer8],
        """
        SELECT timer.customer, timer.kind, timer.due FROM timer
        JOIN (SELECT unnest($1) AS customer, unnest($2) AS kind, unnest($3) AS due) AS due
            ON timer.customer = due.customer AND timer.kind = due.kind AND timer.due = due.due
        """)
    static let lastCommit = statement(
        "last_commit", "SELECT nullif(max(at), 0) FROM writer")
    static let debits = statement(
        "debits", values: [.integer4],
        """
        SELECT day, kind, sum(count)::bigint FROM debit_count WHERE day >= $1 GROUP BY day, kind
        """)
    static let returns = statement(
        "returns", values: [.integer4],
        """
        SELECT settled, received, code, sum(count)::bigint FROM return_count
        WHERE settled >= $1 OR received >= $1 GROUP BY settled, received, code
        """)
    static let nextTimer = statement("next_timer", "SELECT min(due) FROM timer")

    // MARK: What a commit writes

    static let insertCustomers = statement(
        "insert_customers", arrays: [.uuid], "INSERT INTO customer SELECT unnest($1), 1")
    static let insertCommit = statement(
        "insert_commit", values: [.integer4, .integer8, .integer8, .integer4, .bytes, .integer8],
        """
        INSERT INTO book_commit(writer, sequence, at, transfers, hash, turn)
        VALUES ($1, $2, $3, $4, $5, $6)
        """)
    static let insertEvents = statement(
        "insert_events", values: [.integer4, .integer8, .integer8, .bytes],
        "INSERT INTO commit_event(writer, book_commit, at, items) VALUES ($1, $2, $3, $4)")
    static let updateWriter = statement(
        "update_writer", values: [.integer4, .integer8, .integer8, .bytes, .integer8],
        "UPDATE writer SET sequence = $2, at = $3, hash = $4, turn = $5 WHERE number = $1")
    static let insertCauses = statement(
        "insert_causes", arrays: [.uuid, .integer8, .text, .uuid, .text, .text, .bytes, .text],
        values: [.integer4, .integer8],
        """
        INSERT INTO cause(id, writer, book_commit, fingerprint, actor, customer, command, policy,
            reply, reason)
        SELECT unnest($1), $9, $10, unnest($2), unnest($3), unnest($4), unnest($5), unnest($6),
            unnest($7), unnest($8)
        """)
    static let insertTransfers = statement(
        "insert_transfers",
        arrays: [
            .uuid, .integer8, .integer4, .uuid, .text, .uuid, .uuid, .text, .uuid, .uuid, .text,
            .integer8, .text,
        ],
        values: [.integer4, .integer8],
        """
        INSERT INTO transfer(customer, version, place, writer, book_commit, cause, debit,
            debit_customer, debit_item, credit, credit_customer, credit_item, asset, amount, reason)
        SELECT unnest($1), unnest($2), unnest($3), $14, $15, unnest($4), unnest($5), unnest($6),
            unnest($7), unnest($8), unnest($9), unnest($10), unnest($11), unnest($12), unnest($13)
        """)
    static let putAccounts = statement(
        "put_accounts", arrays: [.uuid, .text, .uuid, .text, .integer8],
        """
        INSERT INTO account(customer, kind, item, asset, amount)
        SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
        ON CONFLICT (customer, kind, item, asset) DO UPDATE SET amount = excluded.amount
        """)
    static let insertHousePostings = statement(
        "insert_house_postings", arrays: [.text, .text, .integer8, .integer8],
        values: [.integer4, .integer8],
        """
        INSERT INTO house_posting(writer, kind, asset, sequence, amount, balance)
        SELECT $5, unnest($1), unnest($2), $6, unnest($3), unnest($4)
        """)
    static let putEntities = statement(
        "put_entities", arrays: [.uuid, .integer2, .uuid, .bytes, .text, .text],
        """
        INSERT INTO entity(customer, kind, id, body, tag, reference)
        SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)
        ON CONFLICT (customer, kind, id)
        DO UPDATE SET body = excluded.body, tag = excluded.tag, reference = excluded.reference
        """)
    /// Those whose tag is what it was: no index needs to be touched.
    static let changeEntities = statement(
        "change_entities", arrays: [.uuid, .integer2, .uuid, .bytes],
        """
        UPDATE entity SET body = changed.body
        FROM (SELECT unnest($1) AS customer, unnest($2) AS kind, unnest($3) AS id,
            unnest($4) AS body) AS changed
        WHERE entity.customer = changed.customer AND entity.kind = changed.kind
            AND entity.id = changed.id
        """)
    static let clearTimers = statement(
        "clear_timers", arrays: [.uuid, .bytes],
        """
        DELETE FROM timer USING (SELECT unnest($1) AS customer, unnest($2) AS kind) AS gone
        WHERE timer.customer = gone.customer AND timer.kind = gone.kind
        """)
    static let setTimers = statement(
        "set_timers", arrays: [.uuid, .bytes, .integer8],
        """
        INSERT INTO timer(customer, kind, due) SELECT unnest($1), unnest($2), unnest($3)
        ON CONFLICT (customer, kind) DO UPDATE SET due = excluded.due, claimed_until = 0
        """)
    static let removeUnsentEntries = statement(
        "remove_unsent_entries", arrays: [.uuid, .text],
        """
        DELETE FROM entry USING (SELECT unnest($1) AS customer, unnest($2) AS payment) AS gone
        WHERE entry.customer = gone.customer AND entry.payment = gone.payment
            AND entry.trace IS NULL
        """)
    static let removeEntries = statement(
        "remove_entries", arrays: [.uuid, .text],
        """
        DELETE FROM entry USING (SELECT unnest($1) AS customer, unnest($2) AS payment) AS gone
        WHERE entry.customer = gone.customer AND entry.payment = gone.payment
        """)
    static let sendEntries = statement(
        "send_entries", arrays: [.uuid, .text, .text, .text],
        """
        UPDATE entry SET trace = sent.trace, file = sent.file
        FROM (SELECT unnest($1) AS customer, unnest($2) AS payment, unnest($3) AS trace,
            unnest($4) AS file) AS sent
        WHERE entry.customer = sent.customer AND entry.payment = sent.payment
        """)
    static let putEntries = statement(
        "put_entries", arrays: [.uuid, .text, .integer8, .bytes, .text, .text], values: [.integer8],
        """
        INSERT INTO entry(customer, payment, amount, presentment, queued_at, trace, file)
        SELECT unnest($1), unnest($2), unnest($3), unnest($4), $7, unnest($5), unnest($6)
        ON CONFLICT (customer, payment) DO UPDATE SET amount = excluded.amount,
            presentment = excluded.presentment, queued_at = excluded.queued_at,
            trace = excluded.trace, file = excluded.file
        """)
    static let insertNotices = statement(
        "insert_notices", arrays: [.uuid, .uuid, .integer8, .bytes],
        """
        INSERT INTO notice(customer, id, at, content)
        SELECT unnest($1), unnest($2), unnest($3), unnest($4)
        """)
    static let insertOutgoing = statement(
        "insert_outgoing", arrays: [.uuid, .integer8, .integer4, .bytes], values: [.integer8],
        """
        INSERT INTO outbox(customer, version, place, content, due)
        SELECT unnest($1), unnest($2), unnest($3), unnest($4), $5
        """)
    static let insertAlerts = statement(
        "insert_alerts", arrays: [.uuid, .integer8, .text],
        "INSERT INTO alert(id, at, content) SELECT unnest($1), unnest($2), unnest($3)")
    static let putSuspense = statement(
        "put_suspense", arrays: [.uuid, .text, .text, .text, .integer8], values: [.integer8],
        """
        INSERT INTO suspense(id, version, tag, body, trace, due)
        SELECT unnest($1), $6, unnest($2), unnest($3), unnest($4), unnest($5)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, tag = excluded.tag,
            body = excluded.body, trace = excluded.trace, due = excluded.due
        """)
    static let putProposals = statement(
        "put_proposals", arrays: [.uuid, .text, .text], values: [.integer8],
        """
        INSERT INTO proposal(id, version, tag, body)
        SELECT unnest($1), $4, unnest($2), unnest($3)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, tag = excluded.tag,
            body = excluded.body
        """)
    static let putBlocked = statement(
        "put_blocked", arrays: [.text, .text], values: [.integer8],
        """
        INSERT INTO blocked_account(fingerprint, version, code)
        SELECT unnest($1), $3, unnest($2) ON CONFLICT (fingerprint) DO NOTHING
        """)
    static let putSettings = statement(
        "put_settings", values: [.text],
        """
        INSERT INTO setting(name, value) VALUES ('house', $1)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """)
    static let addDebits = statement(
        "add_debits", arrays: [.integer4, .text, .integer8], values: [.integer4],
        """
        INSERT INTO debit_count(writer, day, kind, count)
        SELECT $4, unnest($1), unnest($2), unnest($3)
        ON CONFLICT (writer, day, kind) DO UPDATE SET count = debit_count.count + excluded.count
        """)
    static let addReturns = statement(
        "add_returns", arrays: [.integer4, .integer4, .text, .integer8], values: [.integer4],
        """
        INSERT INTO return_count(writer, settled, received, code, count)
        SELECT $5, unnest($1), unnest($2), unnest($3), unnest($4)
        ON CONFLICT (writer, settled, received, code)
        DO UPDATE SET count = return_count.count + excluded.count
        """)

    static let all = [
        begin, commit, rollback, forgetPlans, holdWriter, holdHouse, holdWriters, houseVersion,
        holdCustomers,
        causes, causesOfCommit, entities, accounts, holders, suspenseSince, proposalsSince,
        blockedSince, suspense, suspenseUnder, proposal,
        settings, dueTimers, unclaimedTimers, claimTimers, standingTimers, nextTimer,
        lastCommit, debits, returns,
        insertCustomers, insertCommit, insertEvents, updateWriter, insertCauses, insertTransfers,
        putAccounts,
        insertHousePostings, putEntities, changeEntities, clearTimers, setTimers,
        removeUnsentEntries,
        removeEntries, sendEntries, putEntries, insertNotices, insertOutgoing, insertAlerts,
        putSuspense, putProposals, putBlocked, putSettings, addDebits, addReturns,
    ]
}
