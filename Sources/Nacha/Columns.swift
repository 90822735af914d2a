/// The 94 columns of one record, in memory the reader owns.
///
/// Records stand 104 bytes apart: 94 columns, two blanks, the line. Only the reader makes these;
/// what it hands out is ``RecordView``, which the compiler keeps from outliving them.
struct Columns {
    static let stride = 104
    /// Where a record's line number stands, after its columns.
    static let lineOffset = 96

    let base: UnsafeRawPointer

    /// Counted from one.
    var line: Int { base.load(fromByteOffset: Self.lineOffset, as: Int.self) }

    /// One column, counted from one.
    @inline(__always)
    func byte(_ column: Int) -> UInt8 {
        base.load(fromByteOffset: column &- 1, as: UInt8.self)
    }

    /// Eight columns from `column` on, the first in the lowest byte.
    @inline(__always)
    func word(_ column: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: column &- 1, as: UInt64.self))
    }

    @inline(__always)
    func half(_ column: Int) -> UInt16 {
        UInt16(littleEndian: base.loadUnaligned(fromByteOffset: column &- 1, as: UInt16.self))
    }

    @inline(__always)
    func bytes(_ columns: ClosedRange<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + (columns.lowerBound - 1), count: columns.count)
    }

    // MARK: - Numbers

    /// Eight digits.
    @inline(__always)
    func digits8(_ column: Int) -> UInt64? { Digits.eight(word(column)) }

    /// Ten digits, from a column after the first six.
    @inline(__always)
    func digits10(_ column: Int) -> UInt64? {
        guard let low = digits8(column &+ 2), let high = pair(column) else { return nil }
        return high &* 100_000_000 &+ low
    }

    /// Fifteen digits, from a column after the first.
    @inline(__always)
    func digits15(_ column: Int) -> UInt64? {
        let first = (word(column &- 1) & ~0xFF) | 0x30
        guard let high = Digits.eight(first), let low = digits8(column &+ 7) else { return nil }
        return high &* 100_000_000 &+ low
    }

    @inline(__always)
    func pair(_ column: Int) -> UInt64? {
        let high = byte(column) &- 0x30
        let low = byte(column &+ 1) &- 0x30
        guard high < 10, low < 10 else { return nil }
        return UInt64(high) &* 10 &+ UInt64(low)
    }

    /// Any number of digits; `nil` for anything else or above 64 bits.
    func number(_ columns: ClosedRange<Int>) -> UInt64? {
        var number: UInt64 = 0
        for byte in bytes(columns) {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            let (tens, over) = number.multipliedReportingOverflow(by: 10)
            let (sum, overAgain) = tens.addingReportingOverflow(UInt64(digit))
            guard !over, !overAgain else { return nil }
            number = sum
        }
        return number
    }

    func number(_ field: RecordField) -> UInt64? { number(field.columns) }

    // MARK: - Text

    func isBlank(_ columns: ClosedRange<Int>) -> Bool { bytes(columns).allSatisfy { $0 == 0x20 } }

    func isBlank(_ field: RecordField) -> Bool { isBlank(field.columns) }

    /// Nothing but blanks and zeros, which the rules do not count as filled. Few fields begin so.
    @inline(__always)
    func isBlankOrZero(_ columns: ClosedRange<Int>) -> Bool {
        let first = byte(columns.lowerBound)
        guard first == 0x20 || first == 0x30 else { return false }
        return bytes(columns).allSatisfy { $0 == 0x20 || $0 == 0x30 }
    }

    func equals(_ columns: ClosedRange<Int>, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { $0.elementsEqual(bytes(columns)) }
    }

    /// The field as it stands.
    func columns(_ field: RecordField) -> String {
        String(decoding: bytes(field.columns), as: UTF8.self)
    }

    /// The field without blanks at its end.
    func text(_ field: RecordField) -> String { Self.text(bytes(field.columns)) }

    /// The field without blanks at either end.
    func trimmed(_ field: RecordField) -> String {
        let bytes = bytes(field.columns)
        let start = bytes.firstIndex { $0 != 0x20 } ?? bytes.endIndex
        return Self.text(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let last = bytes.lastIndex { $0 != 0x20 }
        guard let last else { return "" }
        return String(decoding: bytes[...last], as: UTF8.self)
    }

    func quoted(_ field: RecordField) -> String { "\"\(columns(field))\"" }

    /// Nothing but nines: a record that fills the last block.
    var isPadding: Bool { bytes(1...Layout.width).allSatisfy { $0 == 0x39 } }
}

extension Digits {
    /// Eight digits at once, the first in the lowest byte; `nil` when one of them is none.
    @inline(__always)
    static func eight(_ word: UInt64) -> UInt64? {
        let digits = word ^ 0x3030_3030_3030_3030
        // A byte above nine gains its high bit from the addition, or has it already.
        guard ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0 else {
            return nil
        }
        let pairs = (digits &* 2_561) &>> 8 & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 6_553_601) &>> 16 & 0x0000_FFFF_0000_FFFF
        return (fours &* 42_949_672_960_001) &>> 32
    }

    /// Whether `check` is the check digit of eight digits that have been proved to be some.
    ///
    /// Nacha Operating Rules, Check Digit: weights 3 7 1 3 7 1 3 7, the sum with the check digit a
    /// multiple of ten. All zeros pass the sum but name no bank.
    @inline(__always)
    static func isCheckDigit(_ check: UInt8, of word: UInt64) -> Bool {
        let digits = word ^ 0x3030_3030_3030_3030
        let threes = ((digits & 0x00FF_0000_FF00_00FF) &* 0x0101_0101_0101_0101) &>> 56
        let sevens = ((digits & 0xFF00_00FF_0000_FF00) &* 0x0101_0101_0101_0101) &>> 56
        let ones = ((digits & 0x0000_FF00_00FF_0000) &* 0x0101_0101_0101_0101) &>> 56
        let sum = threes &* 3 &+ sevens &* 7 &+ ones &+ UInt64(check)
        return sum % 10 == 0 && (digits != 0 || check != 0)
    }
}
