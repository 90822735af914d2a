import Banking
import Foundation
import Money
import Nacha
import Testing

/// A Tuesday's settlement before Thanksgiving: 2026-11-26 is closed, so banking days are not days.
struct OriginationTests {
    private let settled = Samples.day("2026-11-24")
    private var origination: Origination {
        Origination(originator: Samples.originator, effectiveEntryDate: Samples.day("2026-12-02"))
    }

    private var original: OriginatedEntry {
        OriginatedEntry(
            header: Samples.header(.debits, "DEPOSIT", number: 1), entry: Samples.first,
            settlement: settled)
    }

    private func returned(
        _ code: String, times: Int = 0, hasFee: Bool = false
    ) -> ReturnedDebit {
        ReturnedDebit(
            original: original, code: ReturnCode(code)!,
            returnSettlement: Samples.day("2026-11-27"), representments: times, hasFee: hasFee)
    }

    private func rule(
        _ work: (inout Origination) throws -> Void
    ) -> OriginationRefusal.Rule? {
        var origination = origination
        do {
            try work(&origination)
            #expect(!origination.isEmpty)
            return nil
        } catch {
            #expect(origination.isEmpty, "a refusal changes nothing")
            let refusal = error as? OriginationRefusal
            #expect(refusal?.description.hasSuffix(".") == true)
            return refusal?.rule
        }
    }

    // MARK: - Reversals

    @Test("A reversal is the opposite of the entry, for the same company, class and amount")
    func reversal() throws {
        var origination = origination
        try origination.reverse(original, trace: Samples.ours(50), on: Samples.day("2026-12-01"))

        let batch = try #require(origination.batches().first)
        #expect(batch.header.entryDescription == "REVERSAL")
        #expect(batch.header.serviceClass == .credits)
        #expect(batch.header.companyIdentification == "1123456789")
        let entry = try #require(batch.entries.first)
        #expect(entry.code == .checkingCredit)
        #expect(entry.amount == Samples.first.amount)
        #expect(entry.account == Samples.first.account)
        #expect(entry.trace == Samples.ours(50))
    }

    @Test("A reversal is sent within five banking days, which a holiday does not count in")
    func reversalWindow() {
        // 25, 27 and 30 November, 1 and 2 December; the 26th is Thanksgiving.
        let last = Samples.day("2026-12-02")
        #expect(rule { try $0.reverse(original, trace: Samples.ours(50), on: last) } == nil)
        #expect(
            rule { try $0.reverse(original, trace: Samples.ours(50), on: last.adding(days: 1)) }
                == .reversalWindow)
    }

    @Test("What moved no money, or reversed another entry, is not reversed")
    func reversalSubject() {
        func reverse(_ change: (inout Entry, inout BatchHeader) -> Void) -> OriginationRefusal.Rule?
        {
            var (entry, header) = (original.entry, original.header)
            change(&entry, &header)
            let erroneous = OriginatedEntry(header: header, entry: entry, settlement: settled)
            return rule { try $0.reverse(erroneous, trace: Samples.ours(50), on: settled) }
        }
        #expect(reverse { entry, _ in entry.code = .checkingDebitPrenote } == .reversalSubject)
        #expect(reverse { entry, _ in entry = Samples.returned } == .reversalSubject)
        #expect(reverse { $1.entryDescription = "REVERSAL" } == .reversalSubject)
        #expect(reverse { $1.companyIdentification = "9999999999" } == .unchangedCompany)
        #expect(reverse { $1.entryClass = .ppd } == .unchangedCompany)
        #expect(reverse { entry, _ in entry.code = .loanCredit } == nil)
        #expect(reverse { entry, _ in entry.code = .loanDebit } == nil)
    }

    // MARK: - Sending again, and its fee

    @Test("A debit is sent again as it was, in a batch of its own, twice within 180 days")
    func representment() throws {
        let last = settled.adding(days: 180)
        #expect(
            rule { try $0.represent(again, of: returned("R01", times: 1), on: last) } == nil)
        #expect(
            rule { try $0.represent(again, of: returned("R09", times: 2), on: last) }
                == .representmentCount)
        #expect(
            rule { try $0.represent(again, of: returned("R01"), on: last.adding(days: 1)) }
                == .representmentWindow)
        for code in ["R02", "R07", "R08", "R10", "R11", "R29", "R99"] {
            #expect(
                rule { try $0.represent(again, of: returned(code), on: settled) }
                    == .representmentCode, "\(code)")
        }
        var origination = origination
        origination.add(Samples.second)
        try origination.represent(again, of: returned("R01"), on: settled)
        #expect(origination.batches().map(\.header.entryDescription) == ["DEPOSIT", "RETRY PYMT"])
    }

    private var again: Entry {
        var entry = Samples.first
        entry.trace = Samples.ours(60)
        return entry
    }

    @Test("A debit is not sent again for another amount or by another company")
    func representmentUnchanged() {
        var less = again
        less.amount = Samples.first.amount - Cents(1)
        #expect(
            rule { try $0.represent(less, of: returned("R01"), on: settled) } == .unchangedAmount)
        var corrected = again
        corrected.account = "0099887766"
        #expect(rule { try $0.represent(corrected, of: returned("R01"), on: settled) } == nil)
        var header = original.header
        header.companyName = "EXAMPLE LTD"
        let other = ReturnedDebit(
            original: OriginatedEntry(header: header, entry: Samples.first, settlement: settled),
            code: .insufficientFunds, returnSettlement: settled)
        #expect(rule { try $0.represent(again, of: other, on: settled) } == .unchangedCompany)
    }

    @Test("A returned debit has one fee, within 45 days of its return")
    func returnFee() throws {
        var fee = again
        fee.amount = Cents(25_00)
        let last = Samples.day("2026-11-27").adding(days: 45)
        #expect(rule { try $0.chargeReturnFee(fee, for: returned("R01"), on: last) } == nil)
        #expect(
            rule { try $0.chargeReturnFee(fee, for: returned("R01"), on: last.adding(days: 1)) }
                == .returnFeeWindow)
        #expect(
            rule { try $0.chargeReturnFee(fee, for: returned("R01", hasFee: true), on: last) }
                == .returnFee)
        #expect(
            rule { try $0.chargeReturnFee(fee, for: returned("R10"), on: last) } == .returnFee)
        var header = original.header
        header.entryDescription = "RETURN FEE"
        let ofFee = ReturnedDebit(
            original: OriginatedEntry(header: header, entry: fee, settlement: settled),
            code: .insufficientFunds, returnSettlement: settled)
        #expect(rule { try $0.chargeReturnFee(fee, for: ofFee, on: settled) } == .returnFee)
    }

    // MARK: - Validating accounts

    @Test("A prenote has no money and the code for it; loans have none for debits")
    func prenote() throws {
        var origination = origination
        try origination.prenote(Samples.second, trace: Samples.ours(70))
        let entry = try #require(origination.batches().first?.entries.first)
        #expect(entry.code == .savingsDebitPrenote)
        #expect(entry.amount.isZero)
        var loan = Samples.second
        loan.code = .loanDebit
        #expect(rule { try $0.prenote(loan, trace: Samples.ours(70)) } == .prenote)
    }

    @Test("Live entries follow a prenote from the third banking day after its settlement")
    func prenoteWindow() {
        // 25, 27 and 30 November.
        let first = Samples.day("2026-11-30")
        func add(_ day: Day) -> OriginationRefusal.Rule? {
            rule { try $0.add(Samples.first, afterPrenoteSettled: settled, on: day) }
        }
        #expect(add(first) == nil)
        #expect(add(Samples.day("2026-11-29")) == .prenoteWindow)
    }

    private func micro(_ code: TransactionCode, _ cents: Int64, _ sequence: Int) -> Entry {
        Entry(
            code: code, receiver: Samples.bankOne, account: "0012345678", amount: Cents(cents),
            identification: "ver_01", name: "Ada Sample", trace: Samples.ours(sequence))
    }

    @Test("Micro-credits are below a dollar, and no more is debited than they gave")
    func microEntries() throws {
        func verify(_ entries: [Entry]) -> OriginationRefusal.Rule? {
            rule { try $0.verifyAccount(with: entries) }
        }
        let credits = [micro(.checkingCredit, 12, 1), micro(.checkingCredit, 99, 2)]
        #expect(verify(credits + [micro(.checkingDebit, 111, 3)]) == nil)
        #expect(verify(credits + [micro(.checkingDebit, 112, 3)]) == .microEntries)
        #expect(verify([micro(.checkingCredit, 100, 1)]) == .microEntries)
        #expect(verify([micro(.checkingDebit, 1, 1)]) == .microEntries)
        #expect(verify([]) == .microEntries)
        var other = micro(.checkingDebit, 1, 3)
        other.account = "1"
        #expect(verify(credits + [other]) == .microEntries)

        var origination = origination
        try origination.verifyAccount(with: credits + [micro(.checkingDebit, 111, 3)])
        let headers = origination.batches().map(\.header)
        #expect(headers.map(\.entryDescription) == ["ACCTVERIFY", "ACCTVERIFY"])
        #expect(Set(headers.map(\.effectiveEntryDate)).count == 1)
    }

    // MARK: - Balanced files and the same day

    @Test("A balanced batch has the other side of its money, and no prenote has any")
    func balanced() throws {
        var origination = origination
        origination.offset = OffsetAccount(
            receiver: Samples.bankOne, account: "777", kind: .savings, name: "EXAMPLE EXCHANGE")
        origination.add(Samples.first)
        origination.add(Samples.withdrawal)
        origination.add(again, for: .representment)
        try origination.prenote(Samples.second, trace: Samples.ours(70))
        var traces = try #require(TraceAllocator(odfi: Samples.odfi, next: 100))

        let batches = try origination.balancedBatches(traces: &traces)

        for batch in batches {
            #expect(batch.header.serviceClass == .mixed)
            #expect(batch.entries.total(.debit) == batch.entries.total(.credit))
        }
        #expect(batches.map(\.entries.count) == [3, 2, 2])
        let offsets = batches.compactMap(\.entries.last)
        #expect(offsets.map(\.code) == [.savingsCredit, .savingsDebit, .savingsCredit])
        #expect(offsets.map(\.trace.sequence) == [100, 101, 102])
        let file = NachaFile(header: Samples.forward.header, batches: batches)
        #expect(try read(try written(file)) == Reading(file: file))
    }

    @Test("A balanced batch stays within one entry's amount")
    func balancedLimit() throws {
        var origination = origination
        origination.offset = OffsetAccount(receiver: Samples.bankOne, account: "777", name: "US")
        origination.add(Samples.second)
        origination.add(Samples.first)
        var traces = try #require(TraceAllocator(odfi: Samples.odfi, next: 100))
        #expect(throws: OriginationRefusal.self) {
            try origination.balancedBatches(traces: &traces)
        }
        origination.offset?.kind = .loan
        #expect(throws: OriginationRefusal.self) {
            try origination.balancedBatches(traces: &traces)
        }
    }

    @Test("The same day is for entries up to the limit, in classes that may, and says its time")
    func sameDay() throws {
        var traces = try #require(TraceAllocator(odfi: Samples.odfi, next: 100))
        var origination = origination
        origination.window = SameDayACH.operatorWindows[1]
        origination.add(Samples.first)
        #expect(
            try origination.balancedBatches(traces: &traces)[0].header.descriptiveDate.isEmpty)
        origination.writesWindow = true
        #expect(
            try origination.balancedBatches(traces: &traces)[0].header.descriptiveDate == "SD1700")
        var large = Samples.second
        large.amount = Cents(100_000_000)
        origination.add(large)
        #expect(try origination.balancedBatches(traces: &traces).count == 1)
        large.amount = Cents(100_000_001)
        large.trace = Samples.ours(3)
        origination.add(large)
        let refused = #expect(throws: OriginationRefusal.self) {
            try origination.balancedBatches(traces: &traces)
        }
        #expect(refused?.rule == .sameDayLimit)
        #expect(
            StandardEntryClass.allCases.filter { !$0.mayBeSameDay }.sorted {
                $0.rawValue < $1.rawValue
            } == [.adv, .enr, .iat])
    }

    @Test("A balanced same-day file of every kind we originate is written as the layout says")
    func everyKind() throws {
        var origination = origination
        origination.offset = OffsetAccount(
            receiver: RoutingNumber(Samples.odfi), account: "777000777", name: "EXAMPLE EXCHANGE")
        origination.window = SameDayACH.operatorWindows[0]
        origination.writesWindow = true
        let day = Samples.day("2026-12-01")
        origination.add(Samples.first)
        try origination.prenote(Samples.second, trace: Samples.ours(5))
        let first = OriginatedEntry(
            header: original.header, entry: Samples.again, settlement: settled)
        try origination.represent(
            Samples.again,
            of: ReturnedDebit(
                original: first, code: .insufficientFunds,
                returnSettlement: Samples.day("2026-11-27")), on: day)
        try origination.reverse(original, trace: Samples.ours(6), on: day)
        var fee = Samples.again
        fee.amount = Cents(25_00)
        fee.identification = "fee_01"
        fee.trace = Samples.ours(7)
        try origination.chargeReturnFee(fee, for: returned("R01"), on: day)
        try origination.verifyAccount(with: [
            micro(.checkingCredit, 12, 8), micro(.checkingCredit, 34, 9),
            micro(.checkingDebit, 46, 10),
        ])
        var traces = try #require(TraceAllocator(odfi: Samples.odfi, next: 100))

        let file = NachaFile(
            header: Samples.forward.header,
            batches: try origination.balancedBatches(traces: &traces))

        #expect(try written(file) == Golden.kinds)
        #expect(try read(Golden.kinds) == Reading(file: file))
    }

    // MARK: - Answers

    private func answer(
        _ work: (inout Answers) throws -> Void
    ) -> OriginationRefusal.Rule? {
        var answers = Answers(
            odfi: Samples.odfi, effectiveEntryDate: Samples.day("2026-12-04"))
        do {
            try work(&answers)
            return nil
        } catch {
            #expect(answers.isEmpty)
            return (error as? OriginationRefusal)?.rule
        }
    }

    private let returnHeader = Samples.returns.batches[0].header

    @Test("A return is dishonored within five banking days, under a code for it")
    func dishonor() {
        let settlement = Samples.day("2026-11-27")
        func dishonor(
            _ code: String, _ information: String = "", on day: String = "2026-12-04",
            _ entry: Entry = Samples.returned
        ) -> OriginationRefusal.Rule? {
            answer {
                try $0.dishonor(
                    entry, in: returnHeader, code: ReturnCode(code)!, information: information,
                    returnSettlement: settlement, trace: Samples.ours(9), on: Samples.day(day))
            }
        }
        for code in ["R61", "R62", "R67", "R68", "R70"] { #expect(dishonor(code) == nil) }
        for code in ["R01", "R63", "R66", "R71", "R99"] {
            #expect(dishonor(code) == .dishonorCode, "\(code)")
        }
        #expect(dishonor("R68", on: "2026-12-05") == .dishonorWindow)
        #expect(dishonor("R69", "03") == nil)
        #expect(dishonor("R69", "01*03*07") == nil)
        for wrong in ["", "3", "08", "00", "01,02", "01*", "amount"] {
            #expect(dishonor("R69", wrong) == .dishonorInformation, "\(wrong)")
        }
        #expect(dishonor("R68", "", on: "2026-12-04", Samples.first) == .dishonorSubject)
    }

    @Test("A notification of change is refused within fifteen days, in a batch of class COR")
    func refusedChange() throws {
        let received = Samples.day("2026-11-27")
        func refuse(
            _ code: ChangeCode, on day: Day, _ entry: Entry = Samples.correction
        ) -> OriginationRefusal.Rule? {
            answer {
                try $0.refuse(
                    entry, in: returnHeader, code: code, received: received,
                    trace: Samples.ours(10), on: day)
            }
        }
        #expect(refuse(.incorrectTrace, on: received.adding(days: 15)) == nil)
        #expect(refuse(.incorrectTrace, on: received.adding(days: 16)) == .refusedChangeWindow)
        #expect(refuse(.account, on: received) == .refusedChangeCode)
        #expect(refuse(.incorrectTrace, on: received, Samples.first) == .refusedChangeSubject)
    }

    @Test("Answers stand in batches of their own, with the company fields that came")
    func answerBatches() throws {
        var answers = Answers(odfi: Samples.odfi, effectiveEntryDate: Samples.day("2026-12-04"))
        var other = returnHeader
        other.companyDiscretionaryData = "CAMPAIGN 7"
        other.effectiveEntryDate = nil
        for (sequence, header) in [(12, returnHeader), (11, other), (10, returnHeader)] {
            try answers.dishonor(
                Samples.returned, in: header, code: .untimelyReturn,
                returnSettlement: Samples.day("2026-11-27"), trace: Samples.ours(sequence),
                on: Samples.day("2026-12-03"))
        }
        try answers.refuse(
            Samples.correction, in: returnHeader, code: .incorrectTrace,
            received: Samples.day("2026-11-27"), trace: Samples.ours(13),
            on: Samples.day("2026-12-03"))

        let batches = answers.batches(firstNumber: 4)

        #expect(batches.map(\.header.number) == [4, 5, 6])
        #expect(batches.map(\.header.entryClass) == [.web, .web, .cor])
        #expect(batches.map { $0.entries.map(\.trace.sequence) } == [[10, 12], [11], [13]])
        #expect(batches[1].header.companyDiscretionaryData == "CAMPAIGN 7")
        #expect(batches.allSatisfy { $0.header.settlement == nil })
        let file = NachaFile(header: Samples.forward.header, batches: batches)
        #expect(try read(try written(file)) == Reading(file: file))
    }

    @Test("The reference names every rule of origination")
    func reference() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("docs/reference/nacha.md"), encoding: .utf8)

        for rule in OriginationRefusal.Rule.allCases {
            #expect(text.contains("`\(rule.rawValue)`"), "\(rule)")
        }
        for cap in SplitCaps.Cap.allCases { #expect(text.contains("`\(cap.rawValue)"), "\(cap)") }
    }
}
