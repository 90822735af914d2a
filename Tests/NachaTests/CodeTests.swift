import Banking
import Money
import Nacha
import Testing

struct NumberTests {
    @Test("Real routing numbers pass their check digit, and any wrong digit fails it")
    func checkDigit() throws {
        for text in ["021000021", "011401533", "091000019", "122105155", "322271627"] {
            #expect(RoutingNumber(text)?.text == text)
            for place in 0..<9 {
                for digit in "0123456789" where digit != Array(text)[place] {
                    var wrong = Array(text)
                    wrong[place] = digit
                    #expect(RoutingNumber(String(wrong)) == nil)
                }
            }
        }
        for text in ["", "02100002", "0210000210", "02100002A", "000000000", "０21000021"] {
            #expect(RoutingNumber(text) == nil)
        }
    }

    @Test("A trace number is its bank and its sequence")
    func trace() throws {
        let trace = try #require(TraceNumber("021000020000042"))

        #expect(trace.odfi == Samples.odfi)
        #expect(trace.sequence == 42)
        #expect(trace.text == "021000020000042")
        #expect(TraceNumber(odfi: Samples.odfi, sequence: 42) == trace)
        #expect(TraceNumber(odfi: Samples.odfi, sequence: 10_000_000) == nil)
        for text in ["", "21000020000042", "02100002000004 ", "+21000020000042"] {
            #expect(TraceNumber(text) == nil)
        }
    }

    @Test("A settlement date without a year is the nearest one")
    func julianDay() throws {
        func near(_ number: Int, _ iso: String) -> String? {
            JulianDay(number)?.day(near: Samples.day(iso))?.iso
        }
        #expect(near(331, "2026-11-27") == "2026-11-27")
        #expect(near(2, "2026-12-31") == "2027-01-02")
        #expect(near(365, "2027-01-04") == "2026-12-31")
        #expect(near(366, "2029-01-02") == "2028-12-31")
        #expect(near(366, "2026-06-01") == nil)
        #expect(JulianDay(0) == nil)
        #expect(JulianDay(367) == nil)
    }

    @Test("The files of a day are A through Z and then 0 through 9")
    func modifiers() {
        let all = (0..<36).compactMap { FileModifier(number: $0)?.description }.joined()
        #expect(all == "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        #expect(FileModifier(number: 36) == nil)
        #expect(FileModifier("a") == nil)
    }

    @Test("Every transaction code means what the table of the rules says")
    func transactionCodes() {
        let rows: [(AccountKind, [Int?])] = [
            (.checking, [22, 27, 23, 28, 24, 29, 21, 26]),
            (.savings, [32, 37, 33, 38, 34, 39, 31, 36]),
            (.generalLedger, [42, 47, 43, 48, 44, 49, 41, 46]),
            (.loan, [52, 55, 53, nil, 54, nil, 51, 56]),
        ]
        let uses: [EntryUse] = [.live, .prenote, .zeroDollar, .returnOrChange]
        var seen = 0
        for (account, codes) in rows {
            for (index, number) in codes.enumerated() {
                let side: EntrySide = index % 2 == 0 ? .credit : .debit
                let code = TransactionCode(account, side, uses[index / 2])
                #expect(code.map { Int($0.rawValue) } == number)
                if let code {
                    seen += 1
                    #expect(code.returning.side == side)
                    #expect(code.returning.account == account)
                    #expect(code.returning.use == .returnOrChange)
                }
            }
        }
        #expect(seen == TransactionCode.allCases.count)
    }
}

struct ReturnCodeTests {
    private func codes(_ matches: (ReturnCodeFacts) -> Bool) -> [String] {
        ReturnCodeBook.current.codes.filter { matches($0.facts) }.map(\.text)
    }

    @Test("The reason groups, rates and windows are those of the rules")
    func groups() {
        #expect(codes { $0.reasonGroup == .insufficientFunds } == ["R01", "R09"])
        #expect(
            codes { $0.reasonGroup == .reversedUnauthorized }
                == ["R05", "R07", "R08", "R10", "R11", "R29", "R31", "R51"])
        #expect(
            codes { $0.reasonGroup == .closedOrInvalid }
                == ["R02", "R03", "R04", "R12", "R13", "R20", "R28"])
        #expect(
            codes { $0.rateBucket == .unauthorized }
                == ["R05", "R07", "R10", "R11", "R29", "R51"])
        #expect(codes { $0.rateBucket == .administrative } == ["R02", "R03", "R04"])
        #expect(codes { $0.representment == .allowed(max: 2, days: 180) } == ["R01", "R09"])
        #expect(codes { $0.representment == .newAuthorization } == ["R07", "R08", "R29"])
        #expect(
            codes { $0.window == .calendarDays(60) }
                == [
                    "R05", "R07", "R10", "R11", "R33", "R37", "R38", "R51", "R52", "R53",
                ])
        #expect(
            codes { $0.needsWrittenStatement }
                == ["R05", "R07", "R10", "R11", "R37", "R51", "R53"])
        #expect(codes { $0.customerHold == .deceased } == ["R14", "R15"])
        #expect(codes { $0.customerHold == .compliance } == ["R16", "R85", "R90"])
        #expect(codes { $0.customerHold == .suspend } == ["R10"])
        #expect(ReturnCodeBook.current.codes.count == 75)
    }

    @Test("The kind of a return follows from its code")
    func kinds() {
        #expect(
            codes { $0.kind == .dishonored }
                == ["R61", "R62", "R63", "R64", "R65", "R66", "R67", "R68", "R69", "R70"])
        #expect(
            codes { $0.kind == .contested }
                == ["R71", "R72", "R73", "R74", "R75", "R76", "R77"])
    }

    @Test("An unknown code has the most careful facts and is never refused")
    func unknown() throws {
        let facts = try #require(ReturnCode("r97")).facts

        #expect(facts.code.text == "R97")
        #expect(!facts.isKnown)
        #expect(facts.reasonGroup == .other)
        #expect(facts.representment == .never)
        #expect(facts.bankAccount == .review)
        #expect(facts.customerHold == .review)
        #expect(facts.deadline(settlement: Samples.day("2026-11-25"), timing: ACHTiming()) == nil)
        for text in ["", "R1", "R001", "R 1", "R0é"] { #expect(ReturnCode(text) == nil) }
    }

    @Test("A code's window gives the deadline of the banking calendar")
    func deadlines() {
        let timing = ACHTiming()
        let settlement = Samples.day("2026-11-25")
        func deadline(_ code: ReturnCode) -> Instant? {
            code.facts.deadline(settlement: settlement, timing: timing)
        }
        #expect(
            deadline(.insufficientFunds) == timing.standardReturnDeadline(settlement: settlement))
        #expect(deadline(.notAuthorized) == timing.extendedReturnDeadline(settlement: settlement))
        #expect(
            deadline(.untimelyReturn) == timing.dishonorDeadline(returnSettlement: settlement))
        #expect(
            deadline(.timelyOriginalReturn)
                == timing.contestDeadline(dishonorSettlement: settlement))
        #expect(deadline(.returnedOnRequest) == nil)
    }
}

struct CorrectionTests {
    static let routing = RoutingNumber("076401251")!

    static let all: [Correction] = [
        .account("12345-678 9"), .routing(routing), .routingAndAccount(routing, "12345"),
        .routingAndAccount(routing, "12345678901234567"), .name("Ada Sample"),
        .transactionCode(.savingsDebit), .accountAndTransactionCode("12345", .checkingDebit),
        .accountAndTransactionCode("12345678901234567", .checkingDebit),
        .routingAccountAndTransactionCode(routing, "1 2-3", .savingsCredit),
        .routingAccountAndTransactionCode(routing, "12345678901234567", .savingsCredit),
        .foreignDFI("GB33BUKB20201555555555"), .identification("ID-1"), .addendaFormat, .entryClass,
    ]

    @Test("Each correction is read back from its columns", arguments: all)
    func roundTrip(_ correction: Correction) {
        #expect(correction.correctedData.utf8.count <= 29)
        #expect(correction.code.read(correction.correctedData) == .exact(correction))
    }

    @Test("Parts out of their columns are recognised, but only as likely")
    func misplaced() {
        let account = "076401251 12345"
        #expect(
            ChangeCode.routingAndAccount.read(account)
                == .likely(.routingAndAccount(Self.routing, "12345")))
        #expect(
            ChangeCode.accountAndTransactionCode.read("12345                      27")
                == .likely(.accountAndTransactionCode("12345", .checkingDebit)))
        #expect(
            ChangeCode.routingAccountAndTransactionCode.read("07640125112345             37")
                == .likely(
                    .routingAccountAndTransactionCode(Self.routing, "12345", .savingsDebit)))
        #expect(
            ChangeCode.routing.read("  076401251") == .likely(.routing(Self.routing)))
    }

    @Test("An account moved to the right of its own columns is still in them")
    func rightJustified() {
        #expect(
            ChangeCode.routingAndAccount.read("076401251               12345")
                == .exact(.routingAndAccount(Self.routing, "12345")))
    }

    @Test("What fails its check is for a person to read")
    func unreadable() throws {
        #expect(ChangeCode.routing.read("076401252") == .unreadable)
        #expect(ChangeCode.routing.read("") == .unreadable)
        #expect(ChangeCode.account.read("") == .unreadable)
        #expect(ChangeCode.account.read("12345             67") == .unreadable)
        #expect(ChangeCode.routingAndAccount.read("076401252   12345") == .unreadable)
        #expect(ChangeCode.transactionCode.read("26") == .unreadable)
        #expect(ChangeCode.accountAndTransactionCode.read("12345") == .unreadable)
        #expect(ChangeCode.routingAccountAndTransactionCode.read("0764012511") == .unreadable)
        #expect(try #require(ChangeCode("C77")).read("anything") == .unreadable)
    }

    @Test("Unknown change codes ask for a review")
    func unknown() throws {
        let facts = try #require(ChangeCode("C99")).facts
        #expect(!facts.isKnown)
        #expect(facts.bankAccount == .review)
        #expect(ChangeCodeFacts.codes.count == 23)
    }

    @Test("A change is late after two banking days, and a refusal leaves within fifteen days")
    func changeWindows() {
        let timing = ACHTiming()
        let wednesday = Samples.day("2026-11-25")
        let saturday = wednesday.adding(days: 10)

        #expect(
            ChangeCode.account.facts.deadline(from: wednesday, timing: timing)
                == timing.settlementInstant(Samples.day("2026-12-01")))
        #expect(
            ChangeCode.incorrectTrace.facts.deadline(from: wednesday, timing: timing)
                == timing.cutOffInstant(Samples.day("2026-12-10")))
        // Fifteen days after a Saturday is a Sunday: the Friday before it is the last.
        #expect(
            ChangeCode.incorrectTrace.facts.deadline(from: saturday, timing: timing)
                == timing.cutOffInstant(Samples.day("2026-12-18")))
    }
}
