import Web

/// Every page in every state that matters, with made-up values. Tests render them all.
enum Samples {
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour
    /// Sunday, 22 November 2026, 4:05 PM in New York.
    static let now: Int64 = 1_795_381_500_000
    static let deadline = now + 47 * hour

    /// Every language of the screens: those that are offered, and the made-up one.
    static let languages = Languages.builtIn.offered + [.pseudo]

    static let bank = BankLabel("First Harbor Bank", "4821")
    static let otherBank = BankLabel("Prairie Credit Union", "0937")

    static func scene(
        _ language: Language = .english, viewer: Scene.Viewer = .customer(unreadNotices: 2),
        theme: Scene.Theme = .device, isSandbox: Bool = false, languages: Languages = .builtIn
    ) -> Scene {
        Scene(
            language: language, timeZone: "America/New_York", now: now, csrf: "token-7f3k",
            viewer: viewer, theme: theme, isSandbox: isSandbox,
            support: Scene.Support(phone: "1-800-555-0142"), address: "/", languages: languages)
    }

    static let staff = Scene.Viewer.operator(name: "Dana", role: "Support")

    static let rows = [
        DepositRow(
            id: "dep_2041", startedAt: now - 2 * day, from: bank, cents: 20_000,
            status: .outstanding, owedCents: 5_000),
        DepositRow(
            id: "dep_2038", startedAt: now - 4 * day, from: otherBank, cents: 150_000,
            status: .availableEarly, withdrawableAt: now + 3 * day),
        DepositRow(
            id: "dep_1990", startedAt: now - 31 * day, from: bank, cents: 30_000, status: .settled),
    ]

    static var purchase: DepositPage {
        var page = deposit(.outstanding)
        page.deposit.bought = AssetAmount("BTC", 300_000, decimals: 8)
        return page
    }

    static let holdings = [
        Holding(
            name: "Bitcoin", amount: AssetAmount("BTC", 1_284_500, decimals: 8),
            valueCents: 53_820),
        Holding(
            name: "Ether", amount: AssetAmount("ETH", 412_000_000, decimals: 9),
            valueCents: 98_633),
        Holding(
            name: "Cardano", amount: AssetAmount("ADA", 250_000_000, decimals: 6), valueCents: nil),
    ]

    static func owed(_ situation: OwedSummary.Situation, deposits: Int = 1) -> OwedSummary {
        OwedSummary(
            cents: 5_000, depositCount: deposits, depositID: deposits == 1 ? "dep_2041" : nil,
            situation: situation)
    }

    static func home(
        _ owed: OwedSummary?, balance: Int64 = -5_000, block: Withdrawable.Block? = .owed
    ) -> HomePage {
        HomePage(
            balanceCents: balance, owed: owed, tradableCents: max(0, balance),
            withdrawable: Withdrawable(
                cents: 0, unlocks: [.init(cents: 150_000, at: now + 3 * day)], block: block),
            asOf: now, deposits: rows, holdings: holdings)
    }

    static let timeline: [TimelineStep] = [
        TimelineStep(kind: .started, state: .done, at: now - 2 * day, cents: 20_000),
        TimelineStep(kind: .availableEarly, state: .done, at: now - 2 * day, cents: 20_000),
        TimelineStep(kind: .sentToBank, state: .done, at: now - 2 * day + 5 * hour),
        TimelineStep(kind: .returned, state: .done, at: now - 2 * hour),
        TimelineStep(kind: .coveredFromCash, state: .done, at: now - 2 * hour, cents: 15_000),
        TimelineStep(kind: .owed, state: .current, at: now - hour, cents: 5_000),
        TimelineStep(kind: .settled, state: .expected, at: nil),
    ]

    static let receipt = [
        ReceiptLine(
            at: now - 2 * day, title: .depositCredited, cents: 20_000, transferID: "tr_88120"),
        ReceiptLine(
            at: now - 2 * hour, title: .depositTakenBack, cents: -20_000, transferID: "tr_88391"),
        ReceiptLine(
            at: now - 2 * hour, title: .obligationOpened, cents: 5_000, transferID: "tr_88392"),
    ]

    static func deposit(
        _ status: DepositStatus, code: String? = "R01", owed: Int64 = 5_000, paid: Int64 = 0,
        sold: Int64 = 0, situation: OwedSummary.Situation? = .due(by: deadline)
    ) -> DepositPage {
        var row = rows[0]
        row.status = status
        row.owedCents = owed
        return DepositPage(
            deposit: row, reason: code.map { ReturnReason(code: $0) }, timeline: timeline,
            arithmetic: .init(
                usedCents: 20_000, stillThereCents: 15_000, paidCents: paid, soldCents: sold,
                owedCents: owed),
            situation: situation, settledBy: paid > 0 ? .payment : sold > 0 ? .sale : nil,
            pendingGoneAfter: now + 8 * day, feeCents: 0,
            settlementID: status == .paymentInProgress || status == .documentsNeeded
                ? "set_311" : nil, saleID: sold > 0 ? "sale_12" : nil, idempotencyKey: "key-cancel",
            receipt: receipt)
    }

    static var earlyDeposit: DepositPage {
        DepositPage(
            deposit: rows[1],
            timeline: [
                TimelineStep(kind: .started, state: .done, at: now - 4 * day, cents: 150_000),
                TimelineStep(
                    kind: .availableEarly, state: .done, at: now - 4 * day, cents: 100_000),
                TimelineStep(kind: .sentToBank, state: .current, at: now - 4 * day + 5 * hour),
                TimelineStep(kind: .settled, state: .expected, at: now + 2 * day),
                TimelineStep(kind: .withdrawable, state: .expected, at: now + 3 * day),
            ], canCancel: true, idempotencyKey: "key-cancel", receipt: [receipt[0]])
    }

    /// Its bank may still send it back because we asked: nobody knows until when it is held.
    static var heldRow: DepositRow {
        var row = rows[1]
        (row.withdrawableAt, row.isHeldUndated) = (nil, true)
        return row
    }

    static var heldDeposit: DepositPage {
        var page = earlyDeposit
        page.deposit = heldRow
        page.timeline[4].at = nil
        return page
    }

    static var heldHome: HomePage {
        HomePage(
            balanceCents: 268_420, owed: nil, tradableCents: 268_420,
            withdrawable: Withdrawable(
                cents: 118_420, unlocks: [.init(cents: 2_500, at: now + 6 * day)],
                undatedCents: 150_000), asOf: now, deposits: [heldRow], holdings: holdings)
    }

    static func verify(_ stage: VerifyBankPage.Stage) -> VerifyBankPage {
        VerifyBankPage(
            id: "ba_1", label: bank, stage: stage, statementName: "MAKEWHOLE",
            idempotencyKey: "key-verify")
    }

    static let accounts = [
        BankAccountChoice(id: "ba_1", label: bank),
        BankAccountChoice(id: "ba_2", label: otherBank, refusal: .closed),
    ]

    static let methods = [
        SettleMethod(id: "ba_2", kind: .bankAccount(otherBank), speed: .days, feeCents: 0),
        SettleMethod(
            id: "ba_1", kind: .sameBankAccount(bank), speed: .days, feeCents: 0,
            mayNeedDocuments: true),
        SettleMethod(
            id: "card_1", kind: .card(network: "Visa", lastFour: "1881"), speed: .instant,
            feeCents: 145),
        SettleMethod(
            id: "btc",
            kind: .sellAsset(AssetAmount("BTC", 1_284_500, decimals: 8), valueCents: 53_820),
            speed: .minutes, feeCents: 0),
        SettleMethod(id: "rtp", kind: .instantPayment, speed: .minutes, feeCents: 0),
        SettleMethod(id: "wire", kind: .wire, speed: .sameDay, feeCents: 0),
        SettleMethod(id: "link", kind: .linkBankAccount, speed: .days, feeCents: 0),
        SettleMethod(
            id: "cash", kind: .cash, speed: .instant, feeCents: 0, refusal: .notEnough),
        SettleMethod(
            id: "card_2", kind: .card(network: "Visa", lastFour: "4002"), speed: .instant,
            feeCents: 145, refusal: .cardKind),
    ]

    static let obligations = [
        ObligationRow(depositID: "dep_2041", startedAt: now - 2 * day, from: bank, cents: 3_500),
        ObligationRow(depositID: "dep_2044", startedAt: now - day, from: bank, cents: 1_500),
    ]

    static func settle(
        obligations: [ObligationRow] = obligations, changedFrom: Int64? = nil,
        failed: Bool = false, problems: [FieldProblem] = []
    ) -> SettlePage {
        SettlePage(
            obligations: obligations, situation: .due(by: deadline), methods: methods,
            chosen: problems.isEmpty ? "ba_2" : nil, allowsPartial: true, amount: "50.00",
            changedFromCents: changedFrom, hasFailedPayment: failed, idempotencyKey: "key-settle",
            problems: problems)
    }

    static func documents(
        _ first: DocumentsPage.TaskStatus, problems: [FieldProblem] = []
    ) -> DocumentsPage {
        DocumentsPage(
            settlementID: "set_311", methodLabel: "Prairie Credit Union ••0937",
            tasks: [
                .init(kind: .photoID, status: .accepted, acceptedAt: now - 40 * day),
                .init(kind: .bankProof, status: first),
                .init(kind: .selfie, status: .notStarted, isOptional: true),
            ], pausedUntil: now + 2 * day, reviewExpectedAt: first == .inReview ? now + day : nil,
            idempotencyKey: "key-documents", problems: problems,
            problemKind: problems.isEmpty ? nil : .bankProof)
    }

    static let shares = [
        ReviewPage.Share(
            depositID: "dep_2041", startedAt: now - 2 * day, paysCents: 3_500, remainingCents: 0),
        ReviewPage.Share(
            depositID: "dep_2044", startedAt: now - day, paysCents: 1_500, remainingCents: 0),
    ]

    static func review(
        _ authorization: ReviewPage.Authorization, method: Int, fee: Int64 = 0,
        problems: [FieldProblem] = []
    ) -> ReviewPage {
        ReviewPage(
            settlementID: "set_311", cents: 5_000, feeCents: fee, method: methods[method],
            authorization: authorization, arrivesAt: fee == 0 ? now + 3 * day : nil,
            shares: shares, idempotencyKey: "key-review", problems: problems)
    }

    static func processing(_ state: ProcessingPage.State) -> ProcessingPage {
        ProcessingPage(
            settlementID: "set_311", reference: "MW-7F3K-22", cents: 5_000, method: methods[0],
            confirmedAt: now - hour, state: state,
            steps: [
                TimelineStep(kind: .paymentStarted, state: .done, at: now - hour, cents: 5_000),
                TimelineStep(kind: .sentToBank, state: .expected, at: now + 3 * hour),
                TimelineStep(kind: .settled, state: .expected, at: now + 3 * day),
            ])
    }

    static func done(remaining: Int64) -> DonePage {
        var shares = shares
        shares[1].remainingCents = remaining
        return DonePage(
            settlementID: "set_311", reference: "MW-7F3K-22", cents: 5_000 - remaining, feeCents: 0,
            method: methods[0], settledAt: now, shares: shares, areLimitsLifted: remaining == 0,
            owedAfterwardsCents: remaining)
    }

    static func receipt(remaining: Int64) -> ReceiptPage {
        var payment = done(remaining: remaining)
        payment.feeCents = 145
        payment.method = methods[2]
        return ReceiptPage(
            payment: payment, payer: "Ada Sample", payee: "Makewhole Sample Inc.")
    }

    static func overpaid(_ state: DonePage.Overpaid.State) -> DonePage {
        var page = done(remaining: 0)
        (page.cents, page.feeCents, page.method) = (8_000, 232, methods[2])
        page.overpaid = .init(cents: 3_000, feeCents: 87, state: state)
        return page
    }

    static var overpaidReceipt: ReceiptPage {
        ReceiptPage(
            payment: overpaid(.onItsWay), payer: "Ada Sample", payee: "Makewhole Sample Inc.")
    }

    /// From before what was left was kept.
    static var oldReceipt: ReceiptPage {
        var page = receipt(remaining: 0)
        page.payment.owedAfterwardsCents = nil
        return page
    }

    static var saleNoticeOfPart: SaleNoticePage {
        var page = saleNotice(.due(by: deadline))
        (page.plannedCents, page.planAt) = (53_000, deadline)
        page.lines.removeLast()
        page.places = zip(
            page.places + [.init(symbol: "SOL", name: "Solana", ownSale: nil)],
            [nil, .halted, .noPrice, .notHeld] as [SaleNoticePage.Hindrance?]
        ).map { place, hindrance in
            var place = place
            place.hindrance = hindrance
            return place
        }
        return page
    }

    static func saleNotice(_ situation: OwedSummary.Situation) -> SaleNoticePage {
        SaleNoticePage(
            owedCents: 105_000, situation: situation,
            lines: [
                .init(
                    name: "Bitcoin", amount: AssetAmount("BTC", 1_284_000, decimals: 8),
                    price: DollarPrice(cents: 4_190_000), grossCents: 53_799, feeCents: 323),
                .init(
                    name: "Ether", amount: AssetAmount("ETH", 217_000_000, decimals: 9),
                    price: DollarPrice(cents: 239_401), grossCents: 51_950, feeCents: 312),
            ],
            places: [
                .init(symbol: "BTC", name: "Bitcoin", ownSale: nil),
                .init(symbol: "ETH", name: "Ether", ownSale: "sell_asset:ETH"),
                .init(symbol: "ADA", name: "Cardano", ownSale: nil),
            ], pricesAsOf: now, bufferBasisPoints: 50, idempotencyKey: "key-order")
    }

    static let security = SecurityPage(
        sessions: [
            .init(
                id: "a1", device: Device(.chrome, .android), startedAt: now - hour, seenAt: now,
                endsAt: now + 11 * hour, isThis: true),
            .init(
                id: "b2", device: Device(.safari, .mac), startedAt: now - 9 * hour,
                seenAt: now - 3 * hour, endsAt: now + 3 * hour, isThis: false),
            .init(
                id: "c3", device: Device(.other, .other), startedAt: now - 5 * hour,
                seenAt: now - 4 * hour, endsAt: now + 7 * hour, isThis: false),
        ],
        events: [
            .init(kind: .signedIn, at: now - hour, device: Device(.chrome, .android)),
            .init(kind: .signedOutFromAfar, at: now - 2 * hour, device: Device(.firefox, .windows)),
            .init(kind: .signedOut, at: now - 30 * hour, device: Device(.edge, .windows)),
        ], lockedUntil: nil)

    static var withdrawItems: [WithdrawPage.Item] {
        [
            .init(
                symbol: "USD", name: "US dollars",
                available: AssetAmount("USD", 12_000, decimals: 2),
                destination: "First Harbor Bank ••4821"),
            .init(
                symbol: "BTC", name: "Bitcoin", available: AssetAmount("BTC", 285_000, decimals: 8),
                destination: "bc1q…9x2k"),
        ]
    }

    static func withdraw(
        _ refusal: WithdrawPage.Refusal.Reason?, block: Withdrawable.Block? = nil
    ) -> WithdrawPage {
        WithdrawPage(
            items: withdrawItems, chosen: "USD", amount: refusal == nil ? "" : "500.00",
            withdrawable: Withdrawable(
                cents: block == nil ? 12_000 : 0,
                unlocks: [
                    .init(cents: 150_000, at: now + 3 * day),
                    .init(cents: 2_500, at: now + 6 * day),
                ], block: block),
            refusal: refusal.map { .init(asked: "$500.00", reason: $0) },
            idempotencyKey: "key-withdraw")
    }

    static var markets: [TradePage.Market] {
        [
            .init(
                symbol: "BTC", name: "Bitcoin", price: DollarPrice(cents: 4_190_000),
                held: AssetAmount("BTC", 1_284_500, decimals: 8)),
            .init(
                symbol: "ETH", name: "Ether", price: DollarPrice(cents: 239_401),
                held: AssetAmount("ETH", 412_000_000, decimals: 9)),
            .init(
                symbol: "ADA", name: "Cardano", price: nil,
                held: AssetAmount("ADA", 250_000_000, decimals: 6)),
        ]
    }

    static var quote: TradePage.Quote {
        .init(
            id: "q_88", side: .buy, amount: AssetAmount("BTC", 119_331, decimals: 8),
            price: DollarPrice(cents: 4_190_000), totalCents: 5_025, feeCents: 25,
            expiresAt: now + 60_000, idempotencyKey: "key-trade")
    }

    static var notices: NoticesPage {
        NoticesPage(
            items: [
                .init(
                    id: "n5", kind: .owed(cents: 5_000, deadline: deadline), at: now - hour,
                    isRead: false, target: .deposit("dep_2041")),
                .init(
                    id: "n4", kind: .documentsAsked, at: now - 2 * hour, isRead: false,
                    target: .documents("set_311")),
                .init(
                    id: "n3", kind: .settled(cents: 20_000), at: now - 20 * day, isRead: true,
                    target: .deposit("dep_1990")),
                .init(
                    id: "n2", kind: .sold(cents: 5_028), at: now - 21 * day, isRead: true,
                    target: .sale("sale_12")),
                .init(
                    id: "n1", kind: .withdrawable(cents: 30_000), at: now - 330 * day, isRead: true,
                    target: nil),
            ], nextCursor: "abc")
    }

    static var sale: SaleReceiptPage {
        SaleReceiptPage(
            saleID: "sale_12",
            lines: [
                .init(
                    sold: AssetAmount("BTC", 120_000, decimals: 8),
                    price: DollarPrice(cents: 4_190_000), proceedsCents: 5_028, feeCents: 0,
                    at: now - hour, reference: "fill-9913")
            ], owedCents: 5_000, owedAfterwardsCents: 0, appliedCents: 5_000, returnedCents: 28,
            deadline: now - 2 * hour, reference: "MW-SALE-12")
    }

    static var chosenSale: SaleReceiptPage {
        var page = sale
        (page.isChosen, page.deadline) = (true, nil)
        return page
    }

    /// From before what was owed was kept.
    static var oldSale: SaleReceiptPage {
        var page = sale
        (page.owedCents, page.owedAfterwardsCents, page.deadline) = (nil, nil, nil)
        return page
    }

    static func help(_ topic: HelpPage.Topic?, problems: [FieldProblem] = []) -> HelpPage {
        HelpPage(
            topic: topic, deposits: rows, depositID: "dep_2041", owedCents: 5_000,
            idempotencyKey: "key-help", problems: problems)
    }

    static let tasks: [TasksPage.Task] = [
        .init(
            id: "t1", subject: .noticeUndelivered,
            detail: "Mail and push both failed for one customer; the deadline does not run.",
            urgency: .now, openedAt: now - 3 * hour, dueAt: nil, target: .customer("cus_77")),
        .init(
            id: "t2", subject: .suspendedReturn,
            detail: "R01 for $312.50 has an unknown trace number.", urgency: .today,
            openedAt: now - day, dueAt: now + 2 * day, target: .suspense("sus_4")),
        .init(
            id: "t3", subject: .help(.paidAlready), detail: "Sent at 1:30 PM.",
            urgency: .later, openedAt: now - 2 * hour, dueAt: now + 20 * hour,
            target: .file("f_9")),
    ]

    static var overview: OverviewPage {
        OverviewPage(
            owedCents: 4_128_350, negativeAccounts: 61, openedLastDay: 14, settledLastDay: 11,
            cureRateBasisPoints: 8_140, chargedOffCents: 312_400, exposureCents: 198_441_225,
            holdsMaturing: 212, documentsWaiting: 7, oldestDocumentAt: now - 5 * hour, suspended: 2,
            tasks: 3, outboxWaiting: 12, outboxOldestAt: now - 120_000, liquidation: .running,
            pricesAt: now - 60_000, arePricesStale: false,
            returnRates: [
                .init(
                    kind: .unauthorized, method: .cohort, returned: 38, originated: 12_480,
                    basisPoints: 31, limitBasisPoints: 50, nextBasisPoints: 40, band: .warned),
                .init(
                    kind: .unauthorized, method: .period, returned: 37, originated: 12_480,
                    basisPoints: 30, limitBasisPoints: 50, nextBasisPoints: 30, band: .below),
                .init(
                    kind: .administrative, method: .cohort, returned: 390, originated: 12_480,
                    basisPoints: 313, limitBasisPoints: 300, nextBasisPoints: nil,
                    band: .exceeded),
                .init(
                    kind: .administrative, method: .period, returned: 310, originated: 12_480,
                    basisPoints: 249, limitBasisPoints: 300, nextBasisPoints: 300, band: .warned),
                .init(
                    kind: .overall, method: .cohort, returned: 702, originated: 12_480,
                    basisPoints: 563, limitBasisPoints: 1_500, nextBasisPoints: 900, band: .below),
                .init(
                    kind: .overall, method: .period, returned: 0, originated: 0,
                    basisPoints: nil, limitBasisPoints: 1_500, nextBasisPoints: 900, band: .below),
            ], urgent: tasks)
    }

    static var negatives: NegativeAccountsPage {
        NegativeAccountsPage(
            age: .all,
            rows: [
                .init(
                    customerID: "cus_77", name: "Sample Customer", owedCents: 5_000,
                    since: now - 2 * hour, situation: .due(by: deadline), isNoticeDelivered: true,
                    coverPercent: 3_048, code: "R01"),
                .init(
                    customerID: "cus_78", name: "Another Customer", owedCents: 125_000,
                    since: now - 3 * day, situation: .deadlinePassed, isNoticeDelivered: true,
                    coverPercent: 64, code: "R02"),
                .init(
                    customerID: "cus_79", name: "Third Customer", owedCents: 31_250,
                    since: now - day, situation: .documentsNeeded(settlement: "set_1"),
                    isNoticeDelivered: false, coverPercent: nil, code: "R10"),
            ], count: 61, totalCents: 4_128_350, nextCursor: "next")
    }

    static func customer(problems: [FieldProblem] = []) -> CustomerPage {
        CustomerPage(
            customerID: "cus_77", name: "Sample Customer", memberSince: now - 400 * day,
            balanceCents: -5_000, tradableCents: 0, withdrawableCents: 0, exposureCents: 155_000,
            flags: [
                .init(title: "Dispute open", stopsSales: true, until: now + 9 * day),
                .init(title: "Sign-in details changed", stopsSales: false, until: nil),
            ],
            obligations: [
                .init(
                    id: "obl_5", depositID: "dep_2041", openedCents: 5_000, openCents: 5_000,
                    code: "R01", situation: .due(by: deadline)),
                .init(
                    id: "obl_2", depositID: "dep_1801", openedCents: 2_000, openCents: 0,
                    code: "R09", situation: nil),
            ], deposits: rows, accounts: accounts,
            events: [
                .init(
                    at: now - hour, kind: .message, title: "Notice delivered by mail",
                    actor: "Mail provider"),
                .init(
                    at: now - 2 * hour, kind: .money, title: "Deposit dep_2041 returned, R01",
                    actor: "Return file"),
                .init(
                    at: now - 2 * day, kind: .decision, title: "Instant credit of $200.00",
                    actor: "Policy 14"),
                .init(
                    at: now - 2 * day, kind: .system, title: "Joined the day's bank file",
                    actor: "Timer"),
            ],
            postings: [
                .init(
                    at: now - 2 * hour, account: "customer:cus_77:cash", reason: "Deposit returned",
                    cents: 15_000, cause: "return:f31:7"),
                .init(
                    at: now - 2 * hour, account: "obligation:obl_5", reason: "Shortfall",
                    cents: 5_000, cause: "return:f31:7"),
                .init(
                    at: now - 2 * hour, account: "bank:clearing", reason: "Deposit returned",
                    cents: -20_000, cause: "return:f31:7"),
            ], actions: OperatorAction.allCases, secondPersonAboveCents: 50_000,
            idempotencyKey: "key-desk", problems: problems,
            problemAction: problems.isEmpty ? nil : .waive)
    }

    static func documentReview(
        mayDecide: Bool = true, shown: DocumentReviewPage.Shown = .notForReader,
        problems: [FieldProblem] = []
    ) -> DocumentReviewPage {
        DocumentReviewPage(
            id: "doc_9", kind: .bankProof, customerID: "cus_77", customer: "Sample Customer",
            receivedAt: now - 5 * hour, shown: shown,
            events: [
                .init(kind: .kept, by: "cus_77", at: now - 5 * hour),
                .init(kind: .shown, by: "dana", at: now - hour),
            ],
            checks: [
                .init(title: "Name", expected: "Sample Customer", found: true),
                .init(title: "Last four digits", expected: "0937", found: false),
                .init(title: "Not older than 90 days", expected: "Aug 24, 2026", found: nil),
            ], mayDecide: mayDecide, idempotencyKey: "key-document", problems: problems)
    }

    static func liquidation(_ state: LiquidationPage.State) -> LiquidationPage {
        LiquidationPage(
            state: state, inFlight: 3, pricesAt: now - 60_000,
            sales: [
                .init(
                    customerID: "cus_78", name: "Another Customer", owedCents: 125_000,
                    asset: AssetAmount("ETH", 528_300_000, decimals: 9), expectedCents: 126_475,
                    dueAt: now - hour,
                    guards: [
                        .init(.timeOver, holds: true),
                        .init(.freshPrice, holds: true),
                        .init(.noPayment, holds: false),
                    ]),
                .init(
                    customerID: "cus_77", name: "Sample Customer", owedCents: 5_000,
                    asset: AssetAmount("BTC", 120_500, decimals: 8), expectedCents: nil,
                    dueAt: deadline, guards: [.init(.timeOver, holds: true)]),
            ], mayResume: true, idempotencyKey: "key-liquidation")
    }

    static var files: BankFilesPage {
        BankFilesPage(files: [
            .init(
                id: "f_9", name: "out-20261122-A.ach", direction: .outgoing, at: now - 2 * hour,
                entries: 1_204, debitCents: 48_112_904, creditCents: 1_204_112, status: .sent),
            .init(
                id: "f_8", name: "ret-20261122-01.ach", direction: .incoming, at: now - 3 * hour,
                entries: 14, debitCents: 0, creditCents: 612_290,
                status: .problem("Batch 2: the entry hash differs from the control record.")),
            .init(
                id: "f_7", name: "ret-20261121-02.ach", direction: .incoming, at: now - 20 * hour,
                entries: 9, debitCents: 0, creditCents: 230_100, status: .done),
        ])
    }

    static let file = BankFilePage(
        file: files.files[1],
        deliveries: [
            .init(
                state: .unknown, askedAt: now - 3 * hour, tries: 2,
                failure: "It was to get its name, and neither that nor its part is there."),
            .init(
                state: .sent, askedAt: now - 2 * hour, tries: 1,
                request: "Dana: the bank has not seen it",
                receipt: .init(
                    at: now - hour, place: "sftp://sftp.example.com:22/ach/out-20261122-A.ach",
                    size: 9_400, digest: String(repeating: "9f2c4e77", count: 8),
                    note: "found there")),
            .init(
                state: .waiting, askedAt: now - hour, tries: 3, nextAt: now + hour,
                failure: "sftp.example.com: Connection refused"),
        ],
        report: ["13 applied, 0 seen before", "Batch 2: the entry hash differs."],
        entries: [
            .init(
                trace: "091000010000001", what: .deposit, cents: 20_000, customerID: "cus_77",
                customer: "Sample Customer", account: bank, status: .settled),
            .init(
                trace: "091000010000002", what: .returned(code: "R01"), cents: 5_000,
                customerID: nil, customer: "", account: nil, status: nil),
        ], entriesLeft: 12)

    static let openBreak = BreakRow(
        id: "12", side: .found, item: "9f3c:4", day: "2026-11-24", openedOn: "2026-11-25",
        cents: -12_345, age: 3, owner: nil, isClosed: false, acts: [])

    static let closedBreak = BreakRow(
        id: "11", side: .expected, item: "out:2026-11-23-A.ach:021000020000001", day: "2026-11-24",
        openedOn: "2026-11-25", cents: 50_000, age: 1, owner: "Dana", isClosed: true,
        acts: [
            BreakRow.Act(at: now - 90_000, by: "Dana", act: "assigned", owner: "Dana", reason: ""),
            BreakRow.Act(
                at: now - 60_000, by: "Dana", act: "closed", owner: nil,
                reason: "The bank booked it a day late."),
        ])

    static let reconciliation = ReconciliationPage(
        days: [
            ReconciliationPage.Day(
                day: "2026-11-24", expectedCents: 150_000, foundCents: 137_655, openBreaks: 1),
            ReconciliationPage.Day(
                day: "2026-11-23", expectedCents: 50_000, foundCents: 50_000, openBreaks: 0),
        ], breaks: [openBreak], openBreaks: 60)

    static let reconciliationDay = ReconciliationDayPage(
        day: reconciliation.days[0],
        lines: [
            ReconciliationDayPage.Line(
                side: .found, kind: .other, name: "", cents: -12_345, basis: nil, match: nil),
            ReconciliationDayPage.Line(
                side: .expected, kind: .ach, name: "2026-11-23-A.ach 021000020000001",
                cents: 50_000, basis: .file, match: 7),
        ], lineCount: 300, breaks: [openBreak, closedBreak])

    static func endpoint(_ state: WebhookRow.State) -> WebhookRow {
        WebhookRow(
            id: "whe_1", url: "https://exchange.example.com/webhooks/makewhole",
            description: "Ledger", types: state == .off ? [] : ["deposit.*", "obligation.opened"],
            state: state, waiting: state == .failing ? 12 : 0, failed: state == .failing ? 3 : 0,
            deliveredAt: state == .off ? nil : now - hour,
            failingSince: state == .failing ? now - 2 * hour : nil)
    }

    static func webhook(_ state: WebhookRow.State, mayAct: Bool = true) -> WebhookPage {
        typealias Delivery = WebhookPage.Delivery
        let tried = Delivery.Result.allCases.enumerated().map { place, result in
            Delivery(
                event: "evt_01kjqz8v5m3t9w2x4y6c7d8e9\(place)", type: "obligation.opened",
                state: Delivery.State.allCases[place % 4], attempts: place + 1,
                at: now - Int64(place) * hour, result: result,
                status: place < 5 ? 200 + place * 60 : nil,
                nextAt: place % 4 == 0 ? now + hour : nil)
        }
        return WebhookPage(
            endpoint: endpoint(state),
            deliveries: state == .off
                ? []
                : [
                    Delivery(
                        event: "evt_01kjqz8v5m3t9w2x4y6c7d8e9z", type: "webhook.test",
                        state: .waiting, attempts: 0, at: now, result: nil, status: nil,
                        nextAt: now)
                ] + tried, hasMore: state == .failing,
            acts: state == .off
                ? []
                : WebhookPage.Act.Kind.allCases.enumerated().map { place, kind in
                    WebhookPage.Act(
                        at: now - Int64(place) * hour,
                        actor: place % 2 == 0 ? "operator:Dana" : "host:exchange", kind: kind,
                        detail: kind == .changed ? "types: deposit.* → every event" : "")
                }, mayAct: mayAct)
    }

    static func audit(_ verification: AuditPage.Verification) -> AuditPage {
        AuditPage(
            verification: verification,
            commits: [
                .init(
                    sequence: 48_213, at: now - hour, actor: "Dana (Support)",
                    command: "extendDeadline", subject: "cus_77", reason: "Card being replaced",
                    hash: "9f2c4e77a1b0d3e8f6"),
                .init(
                    sequence: 48_212, at: now - 2 * hour, actor: "Return file f_8",
                    command: "returnDeposit", subject: "cus_77", reason: nil,
                    hash: "11aa93c07bd2fe4410"),
            ], nextCursor: "48211")
    }

    static var suspense: SuspensePage {
        SuspensePage(
            items: [
                .init(
                    id: "sus_4", cause: .unknownTrace, code: "R01", cents: 31_250,
                    trace: "091000010004417", receivedAt: now - day, dishonorBy: now + 4 * day,
                    candidates: [
                        .init(
                            paymentID: "dep_1977", customer: "Third Customer",
                            startedAt: now - 4 * day, cents: 31_250,
                            evidence: [.lastFour, .amount]),
                        .init(
                            paymentID: "dep_1951", customer: "Another Customer",
                            startedAt: now - 5 * day, cents: 31_250, evidence: [.amount]),
                    ]),
                .init(
                    id: "sus_5", cause: .late, code: "R09", cents: 10_000,
                    trace: "091000010004411", receivedAt: now - day, dishonorBy: now + 3 * day,
                    candidates: []),
                .init(
                    id: "sus_6", cause: .notRequested, code: "R06", cents: 10_000,
                    trace: "091000010004412", receivedAt: now - day, dishonorBy: now + 3 * day,
                    candidates: []),
            ],
            decided: [
                .init(
                    id: "sus_3", code: "R10", cents: 4_200, trace: "091000010004390",
                    receivedAt: now - 9 * day, outcome: .matched(customer: "cus_1")),
                .init(
                    id: "sus_2", code: "R01", cents: 4_200, trace: "091000010004380",
                    receivedAt: now - 12 * day, outcome: .sent(code: "R61")),
            ], idempotencyKey: "key-suspense")
    }

    static let missing = [FieldProblem(.reason, .missing)]

    /// Customer pages by name.
    static let customerPages: [(name: String, page: any Page)] = [
        ("home-owed", home(owed(.due(by: deadline)))),
        ("home-several", home(owed(.deadlinePassed, deposits: 2))),
        ("home-sale", home(owed(.saleInProgress))),
        ("home-paying", home(owed(.paymentInProgress))),
        ("home-documents", home(owed(.documentsNeeded(settlement: "set_311")))),
        ("home-paused", home(owed(.paused))),
        ("home-under-review", home(owed(.underReview))),
        ("home-nothing-to-sell", home(owed(.nothingToSell))),
        ("home-clear", home(nil, balance: 268_420, block: nil)),
        (
            "home-new",
            HomePage(
                balanceCents: 0, owed: nil, tradableCents: 0, withdrawable: Withdrawable(cents: 0),
                asOf: now, deposits: [], holdings: [])
        ),
        ("deposits", DepositsPage(filter: .all, rows: rows, nextCursor: "next")),
        ("deposits-empty", DepositsPage(filter: .all, rows: [])),
        ("deposits-none-here", DepositsPage(filter: .owed, rows: [])),
        ("deposit-owed", deposit(.outstanding)),
        ("deposit-partly", deposit(.partlySettled, owed: 2_000, paid: 3_000)),
        ("deposit-paying", deposit(.paymentInProgress, situation: .paymentInProgress)),
        (
            "deposit-documents",
            deposit(.documentsNeeded, situation: .documentsNeeded(settlement: "set_311"))
        ),
        ("deposit-settled", deposit(.settled, owed: 0, paid: 5_000, situation: nil)),
        ("deposit-sold", deposit(.soldToCover, owed: 0, sold: 5_000, situation: nil)),
        ("deposit-unauthorized", deposit(.outstanding, code: "R10", situation: .paused)),
        ("deposit-written-off", deposit(.writtenOff, situation: .paused)),
        ("home-held", heldHome),
        ("deposit-early", earlyDeposit),
        ("deposit-held", heldDeposit),
        (
            "verify-too-often",
            verify(.limited(.tooOften(times: 6, days: 30), until: now + 11 * day))
        ),
        ("verify-others", verify(.limited(.others(3), until: nil))),
        ("purchase-owed", purchase),
        (
            "add-money",
            AddMoneyPage(
                accounts: accounts, chosenAccount: "ba_1", instantLimitCents: 100_000,
                maximumCents: 500_000, withdrawableAt: now + 7 * day)
        ),
        (
            "add-money-problems",
            AddMoneyPage(
                accounts: accounts, chosenAccount: nil, amount: "fifty", instantLimitCents: 0,
                maximumCents: 500_000, withdrawableAt: now + 7 * day, owedCents: 5_000,
                problems: [
                    FieldProblem(.amount, .notAnAmount), FieldProblem(.bankAccount, .missing),
                ])
        ),
        (
            "add-money-none",
            AddMoneyPage(
                accounts: [], chosenAccount: nil, instantLimitCents: 0, maximumCents: 500_000,
                withdrawableAt: now + 7 * day)
        ),
        (
            "add-money-review",
            AddMoneyReviewPage(
                cents: 150_000, accountID: "ba_1", from: bank, availableNowCents: 100_000,
                toObligationsCents: 5_000, restAvailableAt: now + 5 * day,
                withdrawableAt: now + 7 * day, debitAt: now + day, statementName: "MAKEWHOLE",
                idempotencyKey: "key-add", problems: [FieldProblem(.authorize, .notAuthorized)])
        ),
        ("withdraw", withdraw(nil)),
        ("withdraw-held", withdraw(.held(until: now + 3 * day))),
        ("withdraw-owed", withdraw(.owed(cents: 5_000), block: .owed)),
        (
            "withdraw-no-date",
            WithdrawPage(
                items: withdrawItems, chosen: "USD", amount: "",
                withdrawable: heldHome.withdrawable,
                refusal: nil, idempotencyKey: "key-withdraw")
        ),
        (
            "trade",
            TradePage(markets: markets, chosen: "BTC", tradableCents: 268_420)
        ),
        (
            "trade-expired",
            TradePage(
                markets: markets, chosen: "BTC", tradableCents: 268_420, hasExpiredQuote: true)
        ),
        (
            "trade-quote",
            TradePage(markets: markets, chosen: "BTC", tradableCents: 268_420, quote: quote)
        ),
        ("settle", settle()),
        ("settle-changed", settle(obligations: [obligations[0]], changedFrom: 5_000)),
        ("settle-failed", settle(failed: true)),
        ("settle-problems", settle(problems: [FieldProblem(.method, .missing)])),
        ("settle-nothing", settle(obligations: [])),
        (
            "settle-wire",
            PaymentInstructionsPage(
                settlementID: "set_311", rail: .wire, cents: 5_000,
                beneficiary: "Makewhole Sample Inc.", bank: "Custodian Bank",
                routingNumber: "091000019", accountNumber: "0040017713", reference: "MW-7F3K-22",
                situation: .due(by: deadline))
        ),
        ("documents", documents(.notStarted)),
        ("documents-another", documents(.needsAnother(.unreadable))),
        ("documents-review", documents(.inReview)),
        (
            "documents-problem",
            documents(.notStarted, problems: [FieldProblem(.file, .fileTooLarge(megabytes: 10))])
        ),
        ("review", review(.bankDebit(on: now + day), method: 0)),
        ("review-card", review(.cardCharge, method: 2, fee: 145)),
        (
            "review-sale",
            review(
                .sale(
                    AssetAmount("BTC", 120_000, decimals: 8), atLeast: DollarPrice(cents: 4_190_000)
                ),
                method: 3, problems: [FieldProblem(.authorize, .notAuthorized)])
        ),
        ("processing", processing(.onItsWay(expectedAt: now + 3 * day))),
        ("processing-late", processing(.late(expectedAt: now - 2 * hour))),
        ("processing-unknown", processing(.unknown)),
        ("processing-waiting", processing(.waitingForYou)),
        ("processing-failed", processing(.failed(ReturnReason(code: "R09")))),
        ("done", done(remaining: 0)),
        ("done-part", done(remaining: 1_500)),
        ("receipt", receipt(remaining: 0)),
        ("receipt-part", receipt(remaining: 1_500)),
        ("done-overpaid", overpaid(.onItsWay)), ("done-overpaid-held", overpaid(.held)),
        ("done-overpaid-back", overpaid(.returned(at: now))),
        ("done-overpaid-kept", overpaid(.kept)),
        ("receipt-overpaid", overpaidReceipt), ("receipt-old", oldReceipt),
        ("sale-notice-part", saleNoticeOfPart),
        ("sale-notice", saleNotice(.due(by: deadline))),
        ("sale-notice-passed", saleNotice(.deadlinePassed)),
        ("sale-notice-paying", saleNotice(.paymentInProgress)),
        (
            "sale-notice-no-price",
            SaleNoticePage(
                owedCents: 5_000, situation: .deadlinePassed, lines: [],
                places: [.init(symbol: "ADA", name: "Cardano", ownSale: nil)], pricesAsOf: now,
                bufferBasisPoints: 50, idempotencyKey: "key-order")
        ),
        (
            "sale-notice-nothing",
            SaleNoticePage(
                owedCents: 5_000, situation: .nothingToSell, lines: [], places: [],
                pricesAsOf: now, bufferBasisPoints: 50, idempotencyKey: "key-order")
        ),
        (
            "sale-notice-clear",
            SaleNoticePage(
                owedCents: 0, situation: .paused, lines: [], places: [], pricesAsOf: now,
                bufferBasisPoints: 50, idempotencyKey: "key-order")
        ),
        ("security", security),
        (
            "security-alone",
            SecurityPage(sessions: [security.sessions[0]], events: [], lockedUntil: now + 2 * day)
        ),
        ("notices", notices),
        ("notices-empty", NoticesPage(items: [])),
        ("notice-settings", noticeSettings(devices: 2, quiet: (22, 8))),
        ("notice-settings-kept", noticeSettings(devices: 0, quiet: nil, said: .kept)),
        ("notice-settings-refused", noticeSettings(devices: 1, quiet: nil, said: .refused)),
        (
            "notice-settings-hours",
            noticeSettings(
                devices: 1, quiet: (22, 22), problems: [FieldProblem(.quietTo, .noSpan)])
        ),
        ("sale", sale), ("sale-chosen", chosenSale), ("sale-old", oldSale),
        ("help", help(nil)), ("help-more-time", help(.moreTime)),
        ("help-problems", help(.pendingCharge, problems: [FieldProblem(.message, .missing)])),
        ("help-sent", HelpSentPage(caseNumber: "C-10442", answerBy: now + day, pausesSales: true)),
        ("fault", MessagePage(kind: .fault(reference: "7F3K-22"))),
        ("not-found", MessagePage(kind: .notFound)),
        ("amount-changed", MessagePage(kind: .amountChanged(fromCents: 5_000, toCents: 3_500))),
        ("stale-form", MessagePage(kind: .staleForm(returnTo: "/settle"))),
    ]

    static func noticeSettings(
        devices: Int, quiet: (Int, Int)?, said: NoticeSettingsPage.Said? = nil,
        problems: [FieldProblem] = []
    ) -> NoticeSettingsPage {
        NoticeSettingsPage(
            mail: "sample@example.com",
            wishes: NoticeSettingsPage.Topic.allCases.flatMap { topic in
                NoticeSettingsPage.Channel.allCases.map { channel in
                    NoticeSettingsPage.Wish(
                        topic: topic, channel: channel, isOn: channel != .text,
                        isFixed: channel == .mail && (topic == .owed || topic == .sales))
                }
            }, quietFrom: quiet?.0, quietTo: quiet?.1, pushKey: "BKey",
            devices: (0..<devices).map {
                NoticeSettingsPage.Device(
                    id: "0a0\($0)", host: "push.example", since: now - day)
            }, said: said, problems: problems)
    }

    static let customerNotices = CustomerNoticesPage(
        customerID: "cus_1", name: "Sample Customer",
        items: [
            .init(
                id: "ntc_1", kind: .owed(cents: 5_000, deadline: now + 2 * day), at: now - hour,
                ways: [
                    .init(channel: nil, state: .unread, tries: 0, said: "", at: now - hour),
                    .init(
                        channel: .mail, state: .refused, tries: 1, said: "550 no such mailbox",
                        at: now - hour),
                    .init(channel: .push, state: .gaveUp, tries: 9, said: "503", at: now),
                    .init(channel: .text, state: .waiting, tries: 2, said: "500", at: now),
                ], startsClock: true),
            .init(
                id: "ntc_2", kind: .settled(cents: 5_000), at: now - day,
                ways: [
                    .init(channel: nil, state: .read, tries: 0, said: "", at: now),
                    .init(channel: .mail, state: .bounced, tries: 1, said: "full", at: now),
                    .init(channel: .push, state: .delivered, tries: 1, said: "201", at: now),
                ], startsClock: false),
        ], mayAct: true, idempotencyKey: "key-12345")

    /// Pages for nobody in particular.
    static let outsidePages: [(name: String, page: any Page)] = [
        ("sign-in-needed", MessagePage(kind: .signInNeeded(returnTo: "/settle"))),
        ("session-ended", MessagePage(kind: .sessionEnded(returnTo: "/settle"))),
        ("link-expired", MessagePage(kind: .linkExpired)),
        ("sign-in-refused", SignInRefusedPage()),
        ("offline", OfflinePage()),
        ("unavailable", MessagePage(kind: .unavailable(until: now + hour))),
        ("too-many", MessagePage(kind: .tooMany(retryAfterSeconds: 30))),
    ]

    /// The operators' pages.
    static let deskPages: [(name: String, page: any Page)] = [
        ("desk-overview", overview), ("desk-negatives", negatives),
        ("desk-customer", customer()), ("desk-customer-problems", customer(problems: missing)),
        (
            "desk-documents",
            DocumentQueuePage(rows: [
                .init(
                    id: "doc_9", kind: .bankProof, customer: "Sample Customer",
                    receivedAt: now - 5 * hour, pauseEndsAt: now + day),
                .init(
                    id: "doc_10", kind: .photoID, customer: "Third Customer",
                    receivedAt: now - 2 * hour, pauseEndsAt: nil),
            ])
        ),
        ("desk-document", documentReview(shown: .pages(2, isCut: true))),
        ("desk-document-virus", documentReview(shown: .virus("Sample.Test.Virus"))),
        ("desk-document-programs", documentReview(shown: .noPrograms("bwrap is not installed."))),
        ("desk-document-waits", documentReview(shown: .notScanned)),
        ("desk-document-unreadable", documentReview(shown: .unreadable)),
        ("desk-document-destroyed", documentReview(shown: .destroyed)),
        ("desk-document-viewer", documentReview(mayDecide: false)),
        ("desk-suspense", suspense), ("desk-tasks", TasksPage(tasks: tasks)),
        ("desk-tasks-empty", TasksPage(tasks: [])),
        ("desk-liquidation", liquidation(.running)),
        (
            "desk-liquidation-paused",
            liquidation(.paused(by: "Dana", reason: "Venue prices look wrong", since: now - hour))
        ),
        ("desk-notices", customerNotices),
        ("desk-files", files), ("desk-file", file),
        ("desk-reconciliation", reconciliation),
        (
            "desk-reconciliation-empty",
            ReconciliationPage(days: [], breaks: [], openBreaks: 0)
        ),
        ("desk-reconciliation-day", reconciliationDay),
        ("desk-break", BreakPage(item: openBreak, mayAct: true, reader: "Dana")),
        (
            "desk-break-problem",
            BreakPage(
                item: openBreak, mayAct: true, reader: "Dana",
                problems: [FieldProblem(.reason, .missing)])
        ),
        ("desk-break-closed", BreakPage(item: closedBreak, mayAct: true, reader: "Dana")),
        (
            "desk-webhooks", WebhooksPage(endpoints: WebhookRow.State.allCases.map(endpoint))
        ),
        ("desk-webhooks-empty", WebhooksPage(endpoints: [])),
        ("desk-webhook", webhook(.working)), ("desk-webhook-failing", webhook(.failing)),
        ("desk-webhook-off", webhook(.off)),
        ("desk-webhook-viewer", webhook(.gone, mayAct: false)),
        ("desk-audit", audit(.verified(toSequence: 48_213, at: now - 60_000))),
        ("desk-audit-broken", audit(.broken(atSequence: 48_000))),
        ("desk-not-allowed", MessagePage(kind: .notAllowed(role: "Reviewer"))),
    ]
}
