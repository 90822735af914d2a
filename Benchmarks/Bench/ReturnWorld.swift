import Banking
import Engine
import Foundation
import GRDB
import Ledger
import Money
import Nacha
import Rules
import SQLiteStore

/// Customers who each deposited, bought with it and have their debit settled: what a bank's file of
/// returns finds. Who is in the file after whom has nothing to do with who came first.
struct ReturnWorld {
    let count: Int
    let odfi: DFIIdentification
    /// Every return is in time today.
    let now: Instant

    private static let amount = Cents(500_00)

    init(count: Int) throws {
        self.count = count
        now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        guard let odfi = DFIIdentification(number: 9_100_001) else {
            throw BenchProblem("the bench's own bank has no number")
        }
        self.odfi = odfi
    }

    func customer(_ index: Int) -> CustomerID {
        // As the API makes them: ordered by time, the rest random.
        CustomerID(
            high: UInt64(1_790_000_000_000 + index) << 16 | Self.mix(UInt64(index)) & 0xFFFF,
            low: Self.mix(UInt64(index) ^ 0x5EED))
    }

    /// Which debit of the file that left is this customer's.
    func sequence(_ index: Int) -> Int {
        // 7,919 is prime and odd: every number of a power of two once, and others nearly shuffled.
        (index &* 7_919 % count) + 1
    }

    func trace(_ sequence: Int) throws -> TraceNumber {
        guard let trace = TraceNumber(odfi: odfi, sequence: sequence) else {
            throw BenchProblem("a trace of the bench is out of range")
        }
        return trace
    }

    /// Writes the world into an empty store, in commits of some thousands.
    func build(_ core: Core, progress: (Int) -> Void) throws {
        let before = now.adding(hours: -1)
        let step = 2_000
        for start in stride(from: 0, to: count, by: step) {
            var envelopes: [Envelope] = []
            for index in start..<min(start + step, count) {
                envelopes += try story(of: index, at: before)
            }
            for outcome in try core.process(envelopes, now: before) {
                guard case .accepted = outcome else {
                    throw BenchProblem("the world was not built: \(outcome)")
                }
            }
            progress(min(start + step, count))
        }
    }

    private func story(of index: Int, at now: Instant) throws -> [Envelope] {
        let id = customer(index)
        func cause(_ number: UInt64) -> Cause {
            Cause(
                high: UInt64(1_790_000_000_000 + index) << 16 | number,
                low: Self.mix(UInt64(index) << 3 | number))
        }
        let method: PaymentMethodID = cause(1).identifier(1, atMilliseconds: now.milliseconds)
        let deposit: DepositID = cause(2).identifier(1, atMilliseconds: now.milliseconds)
        let commands: [Command] = [
            .openCustomer(
                Command.OpenCustomer(
                    id: id, reference: "bench-\(index)", name: "Ada Sample",
                    email: "bench@localhost", language: .english, timeZone: "America/New_York")),
            .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(
                        PaymentMethod.BankAccount(
                            routingNumber: "091000019",
                            sealedNumber: String(repeating: "c", count: 64),
                            fingerprint: "\(Self.mix(UInt64(index)))f\(index)", type: .checking)),
                    label: "Bank", lastFour: "0000", verified: true, balance: nil)),
            .startDeposit(Command.StartDeposit(method: method, amount: Self.amount)),
            .trade(
                Command.Trade(
                    side: .buy, asset: AssetCode("BTC") ?? .usd, quantity: Quantity(829_166),
                    cash: Cents(300_00), fee: Cents(2_50))),
            .submitEntry(
                Command.SubmitEntry(
                    payment: .deposit(deposit), trace: try trace(sequence(index)),
                    file: "2026-11-26-A.ach")),
            .settleEntry(
                Command.SettleEntry(payment: .deposit(deposit), day: Eastern.day(at: now))),
        ]
        return commands.enumerated().map { number, command in
            Envelope(
                cause: cause(UInt64(number)), actor: .host("bench"), to: .customer(id), command)
        }
    }

    /// The returns as commands, in the order of the customers.
    func returns(_ range: Range<Int>) throws -> [Envelope] {
        try range.map { index in
            let sequence = sequence(index)
            let cause = Cause(
                high: Self.mix(UInt64(sequence)), low: Self.mix(UInt64(sequence) ^ 77))
            let deposit: DepositID = Cause(
                high: UInt64(1_790_000_000_000 + index) << 16 | 2,
                low: Self.mix(UInt64(index) << 3 | 2)
            ).identifier(1, atMilliseconds: now.adding(hours: -1).milliseconds)
            return Envelope(
                cause: cause, fingerprint: UInt64(sequence), actor: .system,
                to: .customer(customer(index)),
                .receiveReturn(
                    ReturnedEntry(
                        payment: .deposit(deposit), code: "R0\(1 + sequence % 3)",
                        amount: Self.amount, trace: try trace(5_000_000 + sequence / 2))))
        }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Bench {
    /// A bank's returns as the engine takes them in, by the order of the customers, none of whom is in
    /// memory.
    static func returns(
        _ count: Int, batch: Int, _ policies: PolicyBook, _ path: String
    ) async throws -> Figure {
        let world = try ReturnWorld(count: count)
        let pool = try SQLiteStore.open(path: path)
        do {
            let core = try Core(store: try SQLiteStore(pool: pool), policies: policies)
            try world.build(core) { _ in }
        }
        let now = world.now
        let engine = try Engine(
            open: { try Core(store: try SQLiteStore(pool: pool), policies: policies) },
            clock: FixedClock(now), afterCommit: {})
        defer { engine.stop() }
        var first = 0
        return try await measure("\(count) returns, batches of \(batch)", engine) {
            guard first < count else { return nil }
            defer { first += batch }
            return try world.returns(first..<min(first + batch, count))
        }
    }
}
