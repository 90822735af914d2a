import CLibPQ
import Foundation

/// A statement that every connection prepares when it opens.
package struct Statement {
    let name: String
    let sql: String
    let types: [UInt32]

    package init(name: String, sql: String, types: [UInt32]) {
        self.name = name
        self.sql = sql
        self.types = types
    }
}

/// One parameter of a statement.
package enum Parameter {
    case column(Column)
    case integer(Int64)
    case small(Int32)
    case text(String)
    case bytes([UInt8])
    case key(Key)
    case tiny(Int16)
    case bool(Bool)
    case null
}

/// One statement with its parameters, to be sent with others.
package struct Request {
    let statement: Statement
    let parameters: [Parameter]

    package init(_ statement: Statement, _ parameters: [Parameter] = []) {
        self.statement = statement
        self.parameters = parameters
    }
}

/// A connection to PostgreSQL through libpq, in pipeline mode: what is sent together is answered in
/// one round trip. It belongs to one thread, which it blocks for a bounded time.
package final class Connection {
    private let handle: OpaquePointer
    private let notices = Notices()
    private var scratch: UnsafeMutableRawPointer
    private var scratchSize = 4096
    private(set) var isBroken = false

    /// An answer that does not come within this time counts as a lost connection.
    private let patience: Duration

    /// For a writer: a commit may have to wait for a standby, everything else for the locks of others.
    package static let writersPatience = Duration.seconds(30)
    /// For what reads or rewrites all there is. A host that is gone is noticed by TCP, in ten seconds.
    package static let readersPatience = Duration.seconds(24 * 3_600)

    /// Settings of every session. A process that is frozen in the middle of a batch must not hold
    /// its customers for longer than the server waits for it; nobody waits for a lock for longer.
    ///
    /// Plans are made seldom, perhaps when a table has two rows. Whatever its size then, rows must be found
    /// by their keys: a join that reads the whole index is quicker for two rows and takes a second
    /// for a hundred thousand. So the other ways are off, and rows are dear beside pages.
    package static let settings = """
        SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
        SET default_transaction_isolation = 'read committed';
        SET idle_in_transaction_session_timeout = '5s';
        SET lock_timeout = '8s';
        SET client_min_messages = warning;
        SET plan_cache_mode = force_generic_plan;
        SET jit = off;
        SET enable_bitmapscan = off;
        SET enable_seqscan = off;
        SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        SET enable_material = off;
        SET cpu_tuple_cost = 1;
        SET cpu_index_tuple_cost = 1;
        SET random_page_cost = 0.01;
        SET bytea_output = hex;
        """

    /// Connects as `address` says: a connection string or URI of libpq. Where it names several
    /// servers, the one that may be written to is taken; each is given five seconds to connect.
    ///
    /// - Parameters:
    ///   - settings: what is said first, of how the session works.
    ///   - deadline: when to give up waiting for the session's settings, if that is earlier.
    package init(
        _ address: String, application: String = "makewhole",
        patience: Duration = Connection.writersPatience, settings: String = Connection.settings,
        until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) {
        self.patience = patience
        let keywords = [
            "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
            "tcp_user_timeout", "target_session_attrs", "fallback_application_name", "dbname",
        ]
        // Later ones win: what the address says is taken before these.
        let values = ["5", "5", "2", "3", "10000", "read-write", application, address]
        let opened = Connection.withStrings(keywords) { keywords in
            Connection.withStrings(values) { values in
                PQconnectdbParams(keywords, values, 1)
            }
        }
        guard let opened else { throw .lost("there is no memory for a connection") }
        guard PQstatus(opened) == CONNECTION_OK else {
            let sentence = Connection.sentence(PQerrorMessage(opened))
            PQfinish(opened)
            throw .lost(sentence)
        }
        handle = opened
        scratch = .allocate(byteCount: scratchSize, alignment: 8)
        PQsetNoticeReceiver(
            handle,
            { argument, result in
                guard let argument else { return }
                Unmanaged<Notices>.fromOpaque(argument).takeUnretainedValue().take(result)
            }, Unmanaged.passUnretained(notices).toOpaque())
        guard PQsetnonblocking(handle, 1) == 0 else { throw lost() }
        try execute(settings, until: deadline)
    }

    deinit {
        PQfinish(handle)
        scratch.deallocate()
    }

    /// The server's process of this connection.
    var process: Int32 { PQbackendPID(handle) }

    // MARK: One after the other, for what is rare

    /// Runs statements in their text form, outside a pipeline.
    package func execute(
        _ sql: String, until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) {
        try leavePipeline()
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        _ = try answer(sql, until: earliest(deadline))
    }

    /// Runs one statement that is not prepared, with a binary answer.
    @discardableResult
    package func query(
        _ sql: String, _ parameters: [Parameter] = [],
        until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) -> Answer {
        try leavePipeline()
        let sent = withParameters(parameters) { count, values, lengths, formats in
            PQsendQueryParams(handle, sql, count, nil, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        return try answer(sql, until: earliest(deadline))
    }

    private func earliest(_ deadline: ContinuousClock.Instant?) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + patience
        return deadline.map { min($0, own) } ?? own
    }

    /// The last answer to what was sent outside a pipeline, once all of them are there.
    private func answer(
        _ doing: String, until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) -> Answer {
        try flush(until: deadline)
        var last: Answer?
        var refusal: PostgresFault?
        while let result = try next(until: deadline) {
            let answer = Answer(result)
            do throws(PostgresFault) {
                if refusal == nil { try PostgresFault.check(answer, self, doing: doing) }
            } catch {
                if error.endsConnection { throw error }
                refusal = error
            }
            last = answer
        }
        if let refusal { throw refusal }
        guard let last else { throw lost() }
        return last
    }

    /// Copies rows that are in PostgreSQL's binary form of `COPY`, without its head and its end.
    ///
    /// - Parameter table: the table with its columns, as in `transfer(customer, place)`.
    package func copy(into table: String, _ rows: UnsafeRawBufferPointer) throws(PostgresFault) {
        try leavePipeline()
        let command = "COPY \(table) FROM STDIN (FORMAT binary)"
        let deadline = earliest(nil)
        guard PQsendQuery(handle, command) == 1 else { throw lost() }
        try flush(until: deadline)
        let begun = Answer(try next(until: deadline))
        guard PQresultStatus(begun.result) == PGRES_COPY_IN else {
            try PostgresFault.check(begun, self, doing: command)
            throw lost()
        }
        let head: [UInt8] =
            Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
        for bytes in [head.withUnsafeBytes { Array($0) }, Array(rows), [0xFF, 0xFF]] {
            // Zero: nothing of it was taken, because what was put before has not left yet.
            var sent: Int32 = 0
            while sent == 0 {
                sent = bytes.withUnsafeBytes {
                    PQputCopyData(
                        handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self),
                        Int32($0.count))
                }
                if sent == 0 { try flush(until: deadline) }
            }
            guard sent == 1 else { throw lost() }
        }
        var ended: Int32 = 0
        while ended == 0 {
            ended = PQputCopyEnd(handle, nil)
            if ended == 0 { try flush(until: deadline) }
        }
        guard ended == 1 else { throw lost() }
        _ = try answer(command, until: deadline)
    }

    // MARK: Together

    package func prepare(
        _ statements: [Statement], until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) {
        try enterPipeline()
        for statement in statements {
            let sent = statement.types.withUnsafeBufferPointer {
                PQsendPrepare(
                    handle, statement.name, statement.sql, Int32($0.count), $0.baseAddress)
            }
            guard sent == 1 else { throw lost() }
        }
        _ = try receive(statements.map(\.name), until: earliest(deadline))
    }

    /// Prepares a statement whose parameters have the types that the server finds, and says which.
    func prepare(finding name: String, _ sql: String) throws(PostgresFault) -> [UInt32] {
        try enterPipeline()
        guard PQsendPrepare(handle, name, sql, 0, nil) == 1,
            PQsendDescribePrepared(handle, name) == 1
        else { throw lost() }
        let answers = try receive([sql, sql], until: earliest(nil))
        return answers[1].parameterTypes
    }

    /// Sends the requests in one go and returns their answers, in order.
    ///
    /// When one is refused those after it were not carried out, and its refusal is thrown.
    package func run(
        _ requests: [Request], until deadline: ContinuousClock.Instant? = nil
    ) throws(PostgresFault) -> [Answer] {
        try send(requests)
        return try receive(requests.map(\.statement.name), until: earliest(deadline))
    }

    private func send(_ requests: [Request]) throws(PostgresFault) {
        try enterPipeline()
        notices.removeAll()
        for request in requests {
            let sent = withParameters(request.parameters) { count, values, lengths, formats in
                PQsendQueryPrepared(
                    handle, request.statement.name, count, values, lengths, formats, 1)
            }
            guard sent == 1 else { throw lost() }
        }
    }

    private func receive(
        _ names: [String], until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) -> [Answer] {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        try flush(until: deadline)
        var answers: [Answer] = []
        answers.reserveCapacity(names.count)
        var refusal: PostgresFault?
        for name in names {
            guard let result = try next(until: deadline) else { throw lost() }
            let answer = Answer(result)
            // The end of this statement's answers.
            guard try next(until: deadline) == nil else { throw lost() }
            do throws(PostgresFault) {
                if refusal == nil { try PostgresFault.check(answer, self, doing: name) }
            } catch {
                if error.endsConnection { throw error }
                refusal = error
            }
            answers.append(answer)
        }
        guard let result = try next(until: deadline) else { throw lost() }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else {
            PQclear(result)
            throw lost()
        }
        PQclear(result)
        if let refusal { throw refusal }
        return answers
    }

    /// The warnings that came with the last requests, each as the server worded it.
    var warnings: [String] { notices.warnings }

    private func enterPipeline() throws(PostgresFault) {
        guard PQpipelineStatus(handle) == PQ_PIPELINE_OFF else { return }
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    private func leavePipeline() throws(PostgresFault) {
        guard PQpipelineStatus(handle) != PQ_PIPELINE_OFF else { return }
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
    }

    private func flush(until deadline: ContinuousClock.Instant) throws(PostgresFault) {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            guard left == 1 else { throw lost() }
            // What the server says meanwhile must be read, or both would wait for the other.
            try wait(Int16(POLLIN | POLLOUT), until: deadline)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    private func next(
        until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(Int16(POLLIN), until: deadline)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        return PQgetResult(handle)
    }

    private func wait(
        _ events: Int16, until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) {
        while true {
            let left = (deadline - ContinuousClock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else {
                isBroken = true
                throw .lost("the server did not answer in time")
            }
            var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
            let ready = poll(&descriptor, 1, Int32(clamping: milliseconds))
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw lost() }
        }
    }

    /// What libpq says about a connection that cannot be used any more.
    fileprivate func lost() -> PostgresFault {
        isBroken = true
        return .lost(Connection.sentence(PQerrorMessage(handle)))
    }

    fileprivate var isLost: Bool { PQstatus(handle) != CONNECTION_OK }

    fileprivate static func sentence(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "" }
        return String(cString: text).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: Parameters

    private func withParameters<Value>(
        _ parameters: [Parameter],
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>
        ) -> Value
    ) -> Value {
        var size = 0
        for parameter in parameters { size += parameter.scalarSize }
        if size > scratchSize {
            scratch.deallocate()
            scratch = .allocate(byteCount: size, alignment: 8)
            scratchSize = size
        }
        var values: [UnsafePointer<CChar>?] = []
        var lengths: [Int32] = []
        values.reserveCapacity(parameters.count)
        lengths.reserveCapacity(parameters.count)
        var offset = 0
        for parameter in parameters {
            let bytes: UnsafeRawBufferPointer
            if case .column(let column) = parameter {
                bytes = column.parameter
            } else {
                let length = parameter.scalarSize
                let place = UnsafeMutableRawBufferPointer(start: scratch + offset, count: length)
                parameter.write(into: place)
                offset += length
                bytes = UnsafeRawBufferPointer(place)
            }
            // A value of no bytes has an address of its own: none would stand for NULL.
            let address = bytes.baseAddress ?? UnsafeRawPointer(scratch)
            if case .null = parameter {
                values.append(nil)
            } else {
                values.append(address.assumingMemoryBound(to: CChar.self))
            }
            lengths.append(Int32(bytes.count))
        }
        let formats = [Int32](repeating: 1, count: parameters.count)
        return values.withUnsafeBufferPointer { values in
            lengths.withUnsafeBufferPointer { lengths in
                formats.withUnsafeBufferPointer { formats in
                    guard let first = values.baseAddress, let length = lengths.baseAddress,
                        let format = formats.baseAddress
                    else { return body(0, Connection.noValues, Connection.one, Connection.one) }
                    return body(Int32(parameters.count), first, length, format)
                }
            }
        }
    }

    nonisolated(unsafe) private static let noValues: UnsafePointer<UnsafePointer<CChar>?> = {
        let values = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: 1)
        values.initialize(to: nil)
        return UnsafePointer(values)
    }()

    nonisolated(unsafe) private static let one: UnsafePointer<Int32> = {
        let numbers = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
        numbers.initialize(to: 1)
        return UnsafePointer(numbers)
    }()

    /// Lends the strings as a C array that ends with a null pointer.
    private static func withStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { UnsafePointer<CChar>($0) } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress ?? noValues) }
    }
}

extension Parameter {
    fileprivate var scalarSize: Int {
        switch self {
        case .column: 0
        case .integer: 8
        case .small: 4
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .key: 16
        case .tiny: 2
        case .bool: 1
        case .null: 0
        }
    }

    fileprivate func write(into place: UnsafeMutableRawBufferPointer) {
        switch self {
        case .column, .null: break
        case .integer(let value): place.storeBytes(of: value.bigEndian, as: Int64.self)
        case .small(let value): place.storeBytes(of: value.bigEndian, as: Int32.self)
        case .text(let text): place.copyBytes(from: text.utf8)
        case .bytes(let bytes): place.copyBytes(from: bytes)
        case .key(let key):
            place.storeBytes(of: key.high.bigEndian, as: UInt64.self)
            place.storeBytes(of: key.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        case .tiny(let value): place.storeBytes(of: value.bigEndian, as: Int16.self)
        case .bool(let value): place.storeBytes(of: value ? 1 : 0, as: UInt8.self)
        }
    }
}

/// What the server answered to one statement, in binary form.
package final class Answer {
    fileprivate let result: OpaquePointer?
    package let rows: Int

    fileprivate init(_ result: OpaquePointer?) {
        self.result = result
        rows = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// The command's own name for what it did, such as `COMMIT` or `UPDATE 3`.
    var tag: String { String(cString: PQcmdStatus(result)) }

    package func isNull(_ row: Int, _ column: Int) -> Bool {
        PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    /// The names of the columns.
    var names: [String] {
        (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) }
    }

    /// The object ids of the columns' types.
    var types: [UInt32] { (0..<PQnfields(result)).map { PQftype(result, $0) } }

    /// Of a statement that was described.
    fileprivate var parameterTypes: [UInt32] {
        (0..<PQnparams(result)).map { PQparamtype(result, $0) }
    }

    /// How many rows the statement wrote.
    var changes: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    func value(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, Int32(row), Int32(column)),
            count: Int(PQgetlength(result, Int32(row), Int32(column))))
    }

    /// A whole number of two, four or eight bytes.
    package func integer(_ row: Int, _ column: Int) -> Int64 {
        let bytes = value(row, column)
        switch bytes.count {
        case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: return 0
        }
    }

    package func key(_ row: Int, _ column: Int) -> Key {
        let bytes = value(row, column)
        guard bytes.count == 16 else { return .none }
        return Key(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    package func bytes(_ row: Int, _ column: Int) -> [UInt8] { Array(value(row, column)) }

    package func text(_ row: Int, _ column: Int) -> String {
        String(decoding: value(row, column), as: UTF8.self)
    }

    fileprivate func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
}

extension PostgresFault {
    /// Throws what the server refused, or that there is no server any more.
    fileprivate static func check(
        _ answer: Answer, _ connection: Connection, doing: String
    ) throws(PostgresFault) {
        switch PQresultStatus(answer.result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: break
        }
        guard let state = answer.field("C"), let sentence = answer.field("M") else {
            throw connection.lost()
        }
        // A session that the server ends says so with FATAL before it closes the connection.
        if answer.field("V") == "FATAL" || connection.isLost {
            throw .lost("\(sentence) (\(state))")
        }
        throw .refused(state: state, sentence: sentence, doing: doing)
    }
}

/// Warnings of the server. At a commit any of them means that its outcome is not known: the one for
/// a standby that was not waited for comes beside an answer that says all is well.
private final class Notices {
    private(set) var warnings: [String] = []

    func removeAll() { warnings.removeAll() }

    func take(_ result: OpaquePointer?) {
        guard let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))),
            String(cString: severity) == "WARNING"
        else { return }
        let sentence = PQresultErrorField(result, Int32(UInt8(ascii: "M")))
        warnings.append(sentence.map { String(cString: $0) } ?? "a warning without words")
    }
}
