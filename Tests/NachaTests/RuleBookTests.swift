import Banking
import Money
import Nacha
import Testing

struct RuleBookTests {
    static let book = RuleBook.builtIn

    private func day(_ iso: String) -> Day { Samples.day(iso) }

    @Test("The newest built-in codes are the table of this program")
    func newest() {
        #expect(Self.book.versions.newest.codes == ReturnCodeBook.current)
    }

    @Test("R11 is an unauthorised return of entries settled from 1 April 2020 on")
    func notAsAuthorized() {
        let before = Self.book.facts(.notAsAuthorized, settlement: day("2020-03-31"))
        let after = Self.book.facts(.notAsAuthorized, settlement: day("2020-04-01"))

        #expect(before.rateBucket == .overallOnly)
        #expect(after.rateBucket == .unauthorized)
        #expect(Self.book.facts(.notAuthorized, settlement: day("2020-03-31")).isKnown)
    }

    @Test("Same Day ACH grows in amount and by a window, each on its own day")
    func sameDay() {
        func limits(_ iso: String) -> [Int64] {
            let limits = Self.book.rules(on: day(iso)).sameDay
            return [limits.amountMaxCents / 100, Int64(limits.windows.count)]
        }
        #expect(limits("2020-03-19") == [25_000, 2])
        #expect(limits("2020-03-20") == [100_000, 2])
        #expect(limits("2021-03-18") == [100_000, 2])
        #expect(limits("2021-03-19") == [100_000, 3])
        #expect(limits("2022-03-17") == [100_000, 3])
        #expect(limits("2022-03-18") == [1_000_000, 3])
        #expect(limits("2040-12-31") == [1_000_000, 3])
        #expect(
            Self.book.rules(on: day("2026-11-25")).sameDay.windows.map {
                "\($0.deadline) \($0.settles)"
            } == ["10:30 13:00", "14:45 17:00", "16:45 18:00"])
    }

    @Test("The return rates have the limits of the rules and warnings before them")
    func rates() {
        let rates = Self.book.rules(on: day("2026-11-25")).rates

        #expect(rates.unauthorized.most == BasisPoints(50))
        #expect(rates.unauthorized.warnings == [BasisPoints(30), BasisPoints(40)])
        #expect(rates.unauthorized.consequence == .violation)
        #expect(rates.administrative.most == BasisPoints(300))
        #expect(rates.overall.most == BasisPoints(1_500))
        #expect(rates.overall.consequence == .inquiry)
        #expect((rates.days, rates.months) == (60, 2))
    }

    @Test("An amendment changes what it names, from its day on and not before")
    func amendment() throws {
        var faster = Amendment.CodeChange(.accountClosed)
        faster.window = .bankingDays(1)
        let amended = try Self.book.amended(
            by: [Amendment(name: "2028", effectiveFrom: day("2028-03-17"), codes: [faster])],
            closures: [day("2028-03-20")])

        let before = amended.facts(.accountClosed, settlement: day("2028-03-16"))
        let after = amended.facts(.accountClosed, settlement: day("2028-03-17"))
        #expect(before == ReturnCode.accountClosed.facts)
        #expect(after.window == .bankingDays(1))
        #expect(after.reasonGroup == .closedOrInvalid)
        #expect(
            amended.facts(.noAccount, settlement: day("2028-03-17")) == ReturnCode.noAccount.facts)
        // Friday the 17th; Monday is closed by date.
        #expect(
            after.deadline(settlement: day("2028-03-17"), timing: amended.timing())
                == amended.timing().settlementInstant(day("2028-03-21")))
    }

    @Test("A changed window carries to the codes that had it, but not to one named otherwise")
    func carried() throws {
        var windows = Amendment.WindowChange()
        windows.standardReturnBankingDays = 3
        windows.extendedReturnCalendarDays = 90
        windows.dishonorBankingDays = 4
        windows.contestBankingDays = 5
        var kept = Amendment.CodeChange(.noAccount)
        kept.window = .bankingDays(2)
        let amended = try Self.book.amended(by: [
            Amendment(
                name: "longer", effectiveFrom: day("2028-03-17"), windows: windows, codes: [kept])
        ])
        func window(_ code: ReturnCode) -> ReturnWindow {
            amended.facts(code, settlement: day("2028-03-17")).window
        }

        #expect(window(.insufficientFunds) == .bankingDays(3))
        #expect(window(.noAccount) == .bankingDays(2))
        #expect(window(.notAuthorized) == .calendarDays(90))
        #expect(window(.untimelyReturn) == .bankingDays(4))
        #expect(window(.timelyOriginalReturn) == .bankingDays(5))
        #expect(window(.returnedOnRequest) == .asAgreed)
        let timing = amended.timing()
        #expect(
            amended.facts(.insufficientFunds, settlement: day("2028-03-17"))
                .deadline(settlement: day("2028-03-17"), timing: timing)
                == timing.standardReturnDeadline(settlement: day("2028-03-17")))
    }

    @Test("A code nobody knew before is known from its day on, with care where nothing is said")
    func newCode() throws {
        let code = try #require(ReturnCode("R91"))
        var change = Amendment.CodeChange(code)
        change.window = .bankingDays(2)
        let amended = try Self.book.amended(by: [
            Amendment(name: "R91", effectiveFrom: day("2028-03-17"), codes: [change])
        ])

        let before = amended.facts(code, settlement: day("2028-03-16"))
        let after = amended.facts(code, settlement: day("2028-03-17"))
        #expect(!before.isKnown)
        #expect(before.window == .unverified)
        #expect(after.isKnown)
        #expect(after.customerHold == .review)
        #expect(after.representment == .never)
    }

    @Test("What cannot be meant is refused with the amendment's name")
    func refusals() throws {
        func refused(_ amendments: [Amendment]) -> String? {
            do throws(RuleProblem) {
                _ = try Self.book.amended(by: amendments)
                return nil
            } catch {
                return "\(error)"
            }
        }
        func empty(_ name: String, _ iso: String) -> Amendment {
            Amendment(name: name, effectiveFrom: day(iso))
        }
        var windows = Amendment.WindowChange()
        windows.standardReturnBankingDays = 1
        var longer = Amendment.CodeChange(.insufficientFunds)
        longer.window = .bankingDays(2)
        let twice = [Amendment.CodeChange(.noAccount), Amendment.CodeChange(.noAccount)]

        #expect(refused([empty("a", "2028-01-01"), empty("b", "2028-01-02")]) == nil)
        #expect(
            refused([empty("a", "2022-03-18")])
                == "Amendment a: effectiveFrom must be later than 2022-03-18 of Same Day ACH, "
                + "$1,000,000 an entry.")
        #expect(refused([empty("a", "2028-01-01"), empty("b", "2028-01-01")]) != nil)
        #expect(refused([empty("a", "2028-01-01"), empty("a", "2028-01-02")]) != nil)
        #expect(refused([empty("", "2028-01-01")]) != nil)
        #expect(
            refused([Amendment(name: "a", effectiveFrom: day("2028-01-01"), codes: twice)]) != nil)
        #expect(
            refused([
                Amendment(
                    name: "a", effectiveFrom: day("2028-01-01"), windows: windows, codes: [longer])
            ])
                == "Amendment a: the window of R01 is longer than standardReturnBankingDays, by "
                + "which holds end.")
    }

    @Test("Each rate counts its own codes, and the overall rate every one that counts")
    func counted() {
        func counted(_ rate: ReturnRate) -> [RateBucket] {
            [.unauthorized, .administrative, .overallOnly, .notCounted].filter(rate.counts)
        }
        #expect(counted(.unauthorized) == [.unauthorized])
        #expect(counted(.administrative) == [.administrative])
        #expect(counted(.overall) == [.unauthorized, .administrative, .overallOnly])
    }
}
