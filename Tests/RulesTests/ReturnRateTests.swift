import Banking
import Engine
import Money
import Nacha
import Testing

@testable import Rules

struct ReturnRateTests {
    private func day(_ iso: String) throws -> Day { try #require(Day(iso: iso)) }

    /// `debits` sent and settling on one day, with returns of it.
    private func counts(
        _ debits: Int, on iso: String, returned: [(code: String, received: String, count: Int)] = []
    ) throws -> DebitCounts {
        var counts = DebitCounts()
        let day = try day(iso)
        counts.sent[day] = debits
        counts.settling[day] = debits
        for (code, received, count) in returned {
            counts.returned[
                .init(code: code, settled: day, received: try self.day(received))] = count
        }
        return counts
    }

    private func figure(
        _ rate: ReturnRate, _ method: ReturnRates.Method, _ span: ReturnRates.Span = .days,
        of counts: DebitCounts, today: String, rules: RuleBook = .builtIn
    ) throws -> ReturnRates.Figure {
        let rates = ReturnRates(counts, rules: rules, today: try day(today))
        return try #require(
            rates.figures.first { $0.rate == rate && $0.method == method && $0.span == span })
    }

    @Test("Sixty days end today: the day before them is in neither method's rate")
    func sixtyDays() throws {
        // 60 days up to 30 November begin on 2 October.
        for (iso, originated) in [("2026-10-02", 100), ("2026-10-01", 0)] {
            let counts = try counts(100, on: iso)
            for method in ReturnRates.Method.allCases {
                let figure = try figure(.overall, method, of: counts, today: "2026-11-30")
                #expect(figure.originated == originated)
                #expect(figure.from.iso == "2026-10-02")
                #expect(figure.through.iso == "2026-11-30")
            }
        }
    }

    @Test("Two calendar months are the whole ones before this one, also over a new year")
    func twoMonths() throws {
        let november = try figure(
            .overall, .period, .months, of: counts(7, on: "2026-09-01"), today: "2026-11-30")
        let january = try figure(
            .overall, .period, .months, of: counts(7, on: "2026-12-31"), today: "2027-01-01")
        let march = try figure(
            .overall, .period, .months, of: counts(7, on: "2027-03-01"), today: "2027-03-31")

        #expect((november.from.iso, november.through.iso) == ("2026-09-01", "2026-10-31"))
        #expect(november.originated == 7)
        #expect((january.from.iso, january.through.iso) == ("2026-11-01", "2026-12-31"))
        #expect(january.originated == 7)
        #expect((march.from.iso, march.through.iso) == ("2027-01-01", "2027-02-28"))
        #expect(march.originated == 0)
    }

    @Test("The cohort holds a late return against its own debit, the period against its own day")
    func methods() throws {
        let counts = try counts(
            100, on: "2026-09-15", returned: [("R10", "2026-11-13", 4)])

        let cohort = try figure(.unauthorized, .cohort, of: counts, today: "2026-11-30")
        let period = try figure(.unauthorized, .period, of: counts, today: "2026-11-30")
        let earlier = try figure(.unauthorized, .cohort, of: counts, today: "2026-11-13")

        #expect((cohort.returned, cohort.originated) == (0, 0))
        #expect((period.returned, period.originated) == (4, 0))
        #expect(period.basisPoints == nil && period.isExceeded)
        #expect((earlier.returned, earlier.originated) == (4, 100))
        #expect(earlier.basisPoints == 400)
    }

    @Test("Each rate counts its codes, an unknown code is in the overall rate, credits in none")
    func codes() throws {
        let counts = try counts(
            1_000, on: "2026-11-02",
            returned: [
                ("R01", "2026-11-04", 1), ("R03", "2026-11-04", 2), ("R11", "2026-11-05", 4),
                ("R97", "2026-11-05", 8), ("R23", "2026-11-05", 16), ("??", "2026-11-05", 32),
            ])

        #expect(try figure(.unauthorized, .cohort, of: counts, today: "2026-11-30").returned == 4)
        #expect(try figure(.administrative, .cohort, of: counts, today: "2026-11-30").returned == 2)
        #expect(
            try figure(.overall, .cohort, of: counts, today: "2026-11-30").returned
                == 1 + 2 + 4 + 8 + 32)
    }

    @Test("A return belongs to the rate its code had on its debit's settlement day")
    func amendedCode() throws {
        var counts = try counts(100, on: "2020-03-31", returned: [("R11", "2020-04-02", 1)])
        counts.settling[try day("2020-04-01")] = 100
        counts.returned[
            .init(
                code: "R11", settled: try day("2020-04-01"), received: try day("2020-04-02"))] = 2

        for method in ReturnRates.Method.allCases {
            let figure = try figure(.unauthorized, method, of: counts, today: "2020-04-10")
            #expect(figure.returned == 2)
        }
    }

    @Test(
        "Levels are reached exactly: a warning at its level, the limit only above it",
        arguments: [
            (29, 10_000, nil, 30, false), (30, 10_000, 30, 40, false),
            (39, 10_000, 30, 40, false), (40, 10_000, 40, 50, false),
            (50, 10_000, 40, 50, false), (51, 10_000, 50, nil, true),
            (1, 200, 40, 50, false), (1, 199, 50, nil, true), (0, 0, nil, 30, false),
            (1, 0, 50, nil, true),
            (2_147_483_648, 429_496_729_600, 40, 50, false),
            (2_147_483_649, 429_496_729_600, 50, nil, true),
        ] as [(Int, Int, Int64?, Int64?, Bool)])
    func levels(
        _ returned: Int, _ originated: Int, _ reached: Int64?, _ next: Int64?, _ exceeded: Bool
    ) throws {
        let limit = RuleBook.builtIn.versions.newest.rates.unauthorized
        let today = try day("2026-11-30")
        let figure = ReturnRates.Figure(
            rate: .unauthorized, method: .cohort, span: .days, from: today, through: today,
            returned: returned, originated: originated, limit: limit)

        #expect(figure.reached?.count == reached)
        #expect(figure.next?.count == next)
        #expect(figure.isExceeded == exceeded)
    }

    @Test("A rate above a limit is never shown as the limit")
    func shown() throws {
        let counts = try counts(
            100_000, on: "2026-11-02", returned: [("R10", "2026-11-05", 501)])

        let figure = try figure(.unauthorized, .cohort, of: counts, today: "2026-11-30")

        #expect(figure.basisPoints == 51)
    }

    @Test("Bank links stop at the policy's level, of either method, over enough debits")
    func linkStop() throws {
        let policy = Policy.Returns(linkStop: BasisPoints(45), debitsMin: 1_000)
        func stops(_ returned: Int, of debits: Int, code: String = "R10") throws -> Bool {
            ReturnRates(
                try counts(debits, on: "2026-11-02", returned: [(code, "2026-11-05", returned)]),
                rules: .builtIn, today: try day("2026-11-30")
            ).stopsBankLinks(policy)
        }

        #expect(try !stops(44, of: 10_000))
        #expect(try stops(45, of: 10_000))
        #expect(try !stops(999, of: 999))
        #expect(try stops(5, of: 1_000))
        #expect(try !stops(900, of: 1_000, code: "R01"))
    }

    // MARK: What the rules count

    @Test("A debit is counted when it is sent, and on the day the bank settles it")
    func sent() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(10_000)
        #expect(scene.store.debits == DebitCounts())

        try scene.submit(.deposit(deposit.id))
        #expect(scene.store.debits.sent == [try day("2026-03-02"): 1])
        #expect(scene.store.debits.settling == [try day("2026-03-03"): 1])

        try scene.settle(.deposit(deposit.id), day: "2026-03-04")
        #expect(scene.store.debits.sent == [try day("2026-03-02"): 1])
        #expect(
            scene.store.debits.settling
                == [try day("2026-03-03"): 0, try day("2026-03-04"): 1])
    }

    @Test("A return is counted once, with its debit's settlement day and the day it came")
    func returned() throws {
        let scene = try Scene()
        let deposit = try scene.returnedDeposit()
        guard case .returned(let record) = deposit.state else { throw Missing() }

        try scene.giveBack(.deposit(deposit.id), 30_000, trace: record.trace)
        try scene.giveBack(.deposit(deposit.id), 30_000)

        #expect(
            scene.store.debits.returned
                == [
                    .init(
                        code: "R01", settled: try day("2026-03-03"), received: try day("2026-03-05")
                    ): 1
                ])
    }

    @Test("An untimely return is counted when it comes, and not again when its dishonor fails")
    func contested() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.at("2026-03-09T08:30:00-04:00")
        try scene.giveBack(.deposit(deposit.id), 30_000, code: "R02")
        let item = try #require(scene.suspense.first)
        #expect(item.why == .untimely)
        #expect(scene.store.debits.returned.values.reduce(0, +) == 1)

        try scene.house(.dishonorReturn(Command.DishonorReturn(item: item.id, code: "R68")))
        try scene.house(
            .submitDishonor(
                item.id,
                Command.SubmitEntry(
                    payment: .dishonor(item.id), trace: scene.trace(), file: "f")))
        try scene.house(.contestDishonor(Command.ContestDishonor(item: item.id, code: "R73")))

        guard case .returned = try #require(scene.person.deposits[deposit.id]).state else {
            throw Missing()
        }
        #expect(scene.store.debits.returned.values.reduce(0, +) == 1)
    }

    @Test("A return of unknown trace is counted when a person finds its debit")
    func matched() throws {
        let scene = try Scene()
        let deposit = try scene.deposit(30_000)
        try scene.submit(.deposit(deposit.id))
        try scene.settle(.deposit(deposit.id))
        try scene.house(
            .parkReturn(
                Command.ParkReturn(
                    code: "R01", amount: deposit.amount, trace: scene.trace(),
                    originalTrace: scene.trace(), why: .unknownTrace)))
        let item = try #require(scene.suspense.first)
        #expect(scene.store.debits.returned.isEmpty)
        let match = Command.MatchReturn(
            item: item.id, customer: scene.customer, payment: .deposit(deposit.id))

        let proposal = try scene.propose(.matchReturn(match), to: .house)
        try scene.house(.approve(proposal), by: "bob")

        #expect(
            scene.store.debits.returned
                == [
                    .init(
                        code: "R01", settled: try day("2026-03-03"), received: try day("2026-03-02")
                    ): 1
                ])
    }

    @Test("A payment by debit is a debit of its own, and so is its return")
    func settlementDebit() throws {
        let scene = try Scene()
        try scene.returnedDeposit()
        let payment = try scene.start(.representment)
        try scene.submit(.settlement(payment.id))

        try scene.giveBack(.settlement(payment.id), 30_000, code: "R09")

        #expect(scene.store.debits.sent.values.reduce(0, +) == 2)
        #expect(
            scene.store.debits.returned[
                .init(
                    code: "R09", settled: try day("2026-03-06"), received: try day("2026-03-05"))]
                == 1)
    }

    @Test("With bank links stopped no new account is linked, and one that is linked stays")
    func stopped() throws {
        let scene = try Scene()
        scene.core.bankLinksStopped = true

        #expect(throws: Refusal.bankLinksStopped) { _ = try scene.link("another") }
        #expect(try scene.link("main") == scene.method)
        _ = try scene.linkCard()

        scene.core.bankLinksStopped = false
        _ = try scene.link("another")
    }
}
