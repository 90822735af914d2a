import Foundation
import Testing

@testable import Web

@Suite struct MoneyTextTests {
    @Test func aFieldHoldsPlainDigits() {
        #expect(MoneyText.field(123_456) == "1234.56")
    }

    @Test func quantitiesAreExactWithoutTrailingZeros() {
        #expect(AssetAmount("BTC", 120_000, decimals: 8).text(in: .english) == "0.0012 BTC")
        #expect(AssetAmount("BTC", 1, decimals: 8).text(in: .english) == "0.00000001 BTC")
        #expect(
            AssetAmount("ETH", 12_000_000_000_000, decimals: 9).text(in: .english) == "12,000 ETH")
        #expect(AssetAmount("X", 7, decimals: 0).text(in: .english) == "7 X")
    }

    @Test func pricesKeepTheDecimalsTheyNeed() {
        #expect(DollarPrice(cents: 4_190_000).text(in: .english) == "$41,900.00")
        #expect(DollarPrice(count: 1_234).text(in: .english) == "$0.00001234")
        #expect(DollarPrice(count: 50_000_000).text(in: .english) == "$0.50")
    }
}

@Suite struct LocalTimeTests {
    let english = LocalTime(zone: "America/New_York", language: .english)
    let spanish = LocalTime(zone: "America/New_York", language: .spanish)
    let deadline = Samples.deadline

    @Test func aDeadlineLeadsWithWeekdayDateTimeAndZone() {
        #expect(english.deadline(deadline) == "Tuesday, Nov 24, 3:05\u{00A0}PM\u{00A0}EST")
        #expect(
            spanish.deadline(deadline)
                == "martes 24 de nov., 3:05\u{00A0}p.\u{00A0}m.\u{00A0}(hora del este)")
    }

    @Test func summerTimeHasItsOwnName() {
        // 1 July 2026, noon UTC.
        #expect(english.time(1_782_907_200_000) == "8:00\u{00A0}AM\u{00A0}EDT")
    }

    @Test func midnightAndNoonAreTwelve() {
        let utc = LocalTime(zone: "UTC", language: .english)

        #expect(utc.time(0) == "12:00\u{00A0}AM\u{00A0}UTC")
        #expect(utc.time(12 * 3_600_000) == "12:00\u{00A0}PM\u{00A0}UTC")
    }

    @Test func aZoneWithoutAnAmericanNameShowsItsOffset() {
        let kolkata = LocalTime(zone: "Asia/Kolkata", language: .english)
        let paulo = LocalTime(zone: "America/Sao_Paulo", language: .english)

        #expect(kolkata.time(0) == "5:30\u{00A0}AM\u{00A0}GMT+5:30")
        #expect(paulo.time(0).hasSuffix("GMT\u{2212}3"))
    }

    @Test func arizonaHasNoSummerTime() {
        let phoenix = LocalTime(zone: "America/Phoenix", language: .english)

        #expect(phoenix.time(1_782_907_200_000) == "5:00\u{00A0}AM\u{00A0}MST")
    }

    @Test func anUnknownZoneFallsBackToUTCAndSaysSo() {
        #expect(
            LocalTime(zone: "Mars/Olympus", language: .english).time(0)
                == "12:00\u{00A0}AM\u{00A0}UTC")
    }

    @Test func hoursAcrossTheClockChangeAreElapsedHours() {
        // 1 November 2026, 05:30 UTC is 1:30 EDT; one hour later it is 1:30 EST.
        let before: Int64 = 1_793_511_000_000

        #expect(english.time(before) == "1:30\u{00A0}AM\u{00A0}EDT")
        #expect(english.time(before + 3_600_000) == "1:30\u{00A0}AM\u{00A0}EST")
        #expect(english.relative(before + 3_600_000, now: before) == "in 1 hour")
    }

    @Test func relativeTimesHaveTwoPartsAndNoSeconds() {
        #expect(english.relative(47 * 3_600_000, now: 0) == "in 1 day 23 hours")
        #expect(english.relative(61_000, now: 0) == "in 1 minute")
        #expect(english.relative(59_000, now: 0) == "in less than a minute")
        #expect(english.relative(0, now: 2 * 3_600_000 + 60_000) == "2 hours 1 minute ago")
        #expect(spanish.relative(0, now: 86_400_000) == "hace 1 día")
    }

    @Test func extremeInstantsDoNotTrap() {
        #expect(!english.deadline(.max).isEmpty)
        #expect(!english.relative(.max, now: .min).isEmpty)
        #expect(!english.machine(.min).isEmpty)
    }

    @Test func theMachineReadableInstantIsInUTC() {
        #expect(english.machine(deadline) == "2026-11-24T20:05:00Z")
    }

    @Test func theCalendarAgreesWithFoundationsOverFourCenturies() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -6_000_000_000...7_000_000_000, using: &generator)
            let mine = Civil(milliseconds: seconds * 1000, offsetSeconds: 0)
            let date = Date(timeIntervalSince1970: Double(seconds))
            let theirs = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday], from: date)

            #expect(theirs.year == mine.year, "\(seconds)")
            #expect(theirs.month == mine.month && theirs.day == mine.day, "\(seconds)")
            #expect(theirs.hour == mine.hour && theirs.minute == mine.minute, "\(seconds)")
            #expect(theirs.weekday == mine.weekday + 1, "\(seconds)")
        }
    }
}
