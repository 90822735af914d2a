/// The first eight digits of a routing number: how entries, batches and hashes name a bank.
public struct DFIIdentification: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 0 through 99,999,999; leading zeros are part of the text, not of the number.
    public let number: UInt32

    /// `nil` above eight digits.
    public init?(number: Int) {
        guard (0...99_999_999).contains(number) else { return nil }
        self.number = UInt32(number)
    }

    /// Reads exactly eight digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 8, let number = Digits.number(text.utf8) else { return nil }
        self.init(number: number)
    }

    init(trusted number: UInt32) { self.number = number }

    /// Eight digits.
    public var text: String { Digits.padded(UInt64(number), to: 8) }

    /// The same as ``text``.
    public var description: String { text }

    /// By number.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// A nine-digit routing number whose check digit has been proved.
public struct RoutingNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The eight digits before the check digit.
    public let identification: DFIIdentification

    /// Reads exactly nine digits; `nil` when the last is not the check digit of the others, or
    /// when all are zero, which passes the sum but names no bank.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 9, let number = Digits.number(text.utf8) else { return nil }
        self.init(number: number)
    }

    /// The bank's full number: the check digit is computed.
    public init(_ identification: DFIIdentification) { self.identification = identification }

    init?(number: Int) {
        guard number > 0, let identification = DFIIdentification(number: number / 10) else {
            return nil
        }
        self.identification = identification
        guard checkDigit == number % 10 else { return nil }
    }

    /// The ninth digit, 0 through 9.
    ///
    /// Nacha Operating Rules, Check Digit: the digits weighted 3 7 1 3 7 1 3 7 and the check
    /// digit itself sum to a multiple of ten.
    public var checkDigit: Int {
        var rest = Int(identification.number)
        var sum = 0
        for weight in [7, 3, 1, 7, 3, 1, 7, 3] {
            sum += rest % 10 * weight
            rest /= 10
        }
        return (10 - sum % 10) % 10
    }

    /// Nine digits.
    public var text: String { identification.text + String(checkDigit) }

    /// The same as ``text``.
    public var description: String { text }

    /// By number.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.identification < rhs.identification }
}

/// The number that names an entry within its batch and follows it through its return.
///
/// Nacha Operating Rules, Trace Number: the ODFI's eight digits and a sequence of seven that
/// ascends within the batch. Seven digits are reused after ten million entries, so a trace number
/// alone identifies an entry only within a return window.
public struct TraceNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// All fifteen digits as one number.
    public let number: UInt64

    /// The largest sequence seven digits hold.
    public static let sequenceMax = 9_999_999

    /// `nil` unless the sequence is 0 through 9,999,999.
    public init?(odfi: DFIIdentification, sequence: Int) {
        guard (0...Self.sequenceMax).contains(sequence) else { return nil }
        number = UInt64(odfi.number) * 10_000_000 + UInt64(sequence)
    }

    /// Reads exactly fifteen digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 15, let number = Digits.number(text.utf8) else { return nil }
        self.init(trusted: UInt64(number))
    }

    init(trusted number: UInt64) { self.number = number }

    /// A number that ``number`` of another trace number was; digits above the fifteenth are cut.
    public init(number: UInt64) { self.number = number % 1_000_000_000_000_000 }

    /// The bank that gave the number: the ODFI, or in a return the bank that returned.
    public var odfi: DFIIdentification {
        DFIIdentification(trusted: UInt32(number / 10_000_000))
    }

    /// The last seven digits.
    public var sequence: Int { Int(number % 10_000_000) }

    /// Fifteen digits.
    public var text: String { Digits.padded(number, to: 15) }

    /// The same as ``text``.
    public var description: String { text }

    /// By number.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// Decimal digits of fixed width, as bank files hold every number.
enum Digits {
    /// `nil` when any byte is not a digit, when there is none, or above 18 digits.
    static func number(_ bytes: some Collection<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
        var number = 0
        for byte in bytes {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    static func padded(_ number: UInt64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Ten to the power of the index.
    static let powers: [UInt64] = (0...19).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

    /// Eight digits of a number below a hundred million, the first in the lowest byte.
    @inline(__always)
    static func ascii(_ number: UInt64) -> UInt64 {
        // Four digits in each half, then two in each quarter, then one in each byte; a division is
        // a multiplication by the reciprocal, exact for so few digits.
        let high = number / 10_000
        let fours = high | (number &- high &* 10_000) << 32
        let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let pairs = (fours &- hundreds &* 100) << 16 &+ hundreds
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return (tens &+ (pairs &- tens &* 10) << 8) | 0x3030_3030_3030_3030
    }
}
