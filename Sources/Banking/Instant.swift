/// A moment, counted in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// An instant knows no time zone; ``Eastern`` says what clock and calendar showed at it. Adding
/// traps when the result leaves `Int64`, which is 292 million years away and therefore a bug.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970 UTC; negative before it.
    public let milliseconds: Int64

    /// The moment that many milliseconds after 1970 UTC.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads an RFC 3339 timestamp such as `2026-11-30T13:30:00Z` or
    /// `2026-11-30T08:30:00.25-05:00`.
    ///
    /// Digits finer than a millisecond are cut off. `nil` for anything else: a missing offset, a
    /// day or hour that does not exist, a leap second, a space instead of `T`.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= Instant.lengthMax,
            bytes[10] | 0x20 == 0x74, bytes[13] == ASCII.colon, bytes[16] == ASCII.colon,
            let day = Day(iso: String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = ASCII.number(bytes[11..<13]), hour < 24,
            let minute = ASCII.number(bytes[14..<16]), minute < 60,
            let second = ASCII.number(bytes[17..<19]), second < 60
        else { return nil }
        var rest = bytes[19...]
        guard let fraction = Instant.takeFraction(&rest),
            let offset = Instant.offsetMinutes(rest)
        else { return nil }
        let minutes = (day.daysSinceEpoch * 24 + hour) * 60 + minute - offset
        milliseconds = Int64(minutes * 60 + second) * 1_000 + fraction
    }

    /// Long enough for nanoseconds and an offset with room to spare; bounds work on hostile input.
    private static let lengthMax = 64

    /// UTC with `Z`, with milliseconds only when they are not zero.
    public var rfc3339: String {
        let seconds = Day.floorQuotient(Int(milliseconds), 1_000)
        let fraction = Int(milliseconds) - seconds * 1_000
        let day = Day.floorQuotient(seconds, 86_400)
        let second = seconds - day * 86_400
        // Every stored time is written so: straight into its bytes, because it is done often.
        let time = String(unsafeUninitializedCapacity: 14) { text in
            text[0] = 0x54
            ASCII.write(second / 3_600, digits: 2, into: text, at: 1)
            text[3] = ASCII.colon
            ASCII.write(second / 60 % 60, digits: 2, into: text, at: 4)
            text[6] = ASCII.colon
            ASCII.write(second % 60, digits: 2, into: text, at: 7)
            guard fraction != 0 else {
                text[9] = 0x5A
                return 10
            }
            text[9] = 0x2E
            ASCII.write(fraction, digits: 3, into: text, at: 10)
            text[13] = 0x5A
            return 14
        }
        return Day(daysSinceEpoch: day).iso + time
    }

    /// The same as ``rfc3339``.
    public var description: String { rfc3339 }

    /// The moment that many milliseconds later; earlier when negative.
    public func adding(milliseconds more: Int64) -> Instant {
        Instant(milliseconds: milliseconds + more)
    }

    /// The moment that many seconds later; earlier when negative.
    public func adding(seconds: Int) -> Instant {
        adding(milliseconds: Int64(seconds) * 1_000)
    }

    /// The moment that many hours later; earlier when negative.
    public func adding(hours: Int) -> Instant {
        adding(milliseconds: Int64(hours) * 3_600_000)
    }

    /// The moment that many times 24 hours later, whatever the wall clock does in between.
    public func adding(days: Int) -> Instant {
        adding(milliseconds: Int64(days) * 86_400_000)
    }

    /// Milliseconds from `rhs` to `lhs`; negative when `lhs` is earlier.
    public static func - (lhs: Instant, rhs: Instant) -> Int64 {
        lhs.milliseconds - rhs.milliseconds
    }

    /// Earlier first.
    public static func < (lhs: Instant, rhs: Instant) -> Bool {
        lhs.milliseconds < rhs.milliseconds
    }

    /// Milliseconds of a leading `.digits`, which is removed; zero without one; `nil` for a point
    /// that no digit follows.
    private static func takeFraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == 0x2E else { return 0 }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        var fraction: Int64 = 0
        for place in 0..<3 {
            let index = digits.startIndex + place
            fraction = fraction * 10 + (index < digits.endIndex ? Int64(digits[index] - 0x30) : 0)
        }
        return fraction
    }

    /// Minutes east of UTC of `Z` or `±hh:mm`.
    private static func offsetMinutes(_ rest: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(rest)
        if bytes.count == 1, bytes[0] | 0x20 == 0x7A { return 0 }
        guard bytes.count == 6, bytes[0] == 0x2B || bytes[0] == ASCII.hyphen,
            bytes[3] == ASCII.colon,
            let hours = ASCII.number(bytes[1..<3]), hours < 24,
            let minutes = ASCII.number(bytes[4..<6]), minutes < 60
        else { return nil }
        let offset = hours * 60 + minutes
        return bytes[0] == ASCII.hyphen ? -offset : offset
    }
}
