public import Banking

/// The `7` record that follows an entry and says more about it.
public enum Addenda: Hashable, Sendable {
    /// Type 05: free text for the receiver, at most 80 characters.
    case paymentInformation(String)
    /// Type 99 from the RDFI or the operator: the entry is a return.
    case `return`(ReturnAddenda)
    /// Type 99 from the ODFI: the entry refuses a return.
    case dishonored(DishonoredAddenda)
    /// Type 99 from the RDFI: the entry insists on a return that was dishonored.
    case contested(ContestedAddenda)
    /// Type 98 from the RDFI: the entry asks for a change.
    case change(ChangeAddenda)
    /// Type 98 from the ODFI: the entry refuses a change.
    case refusedChange(RefusedChangeAddenda)
    /// Another type, or one of the above that could not be read: the columns as they stood. A
    /// person must look.
    case other(UnreadAddenda)

    /// What the entry that carries this addenda is.
    public var kind: EntryKind {
        switch self {
        case .paymentInformation, .other: .forward
        case .return: .return
        case .dishonored: .dishonored
        case .contested: .contested
        case .change: .change
        case .refusedChange: .refusedChange
        }
    }
}

/// What an entry is, told by its addenda. The kinds are never mixed in a batch.
public enum EntryKind: Hashable, Sendable, CustomStringConvertible {
    case forward, `return`, dishonored, contested, change, refusedChange

    /// In the words of the rules.
    public var description: String {
        switch self {
        case .forward: "a forward entry"
        case .return: "a return"
        case .dishonored: "a dishonored return"
        case .contested: "a contested dishonored return"
        case .change: "a notification of change"
        case .refusedChange: "a refused notification of change"
        }
    }
}

/// Why an entry came back, and which one.
public struct ReturnAddenda: Hashable, Sendable {
    /// Why the entry came back.
    public var code: ReturnCode
    /// The trace number we gave the entry that comes back: the key to it.
    public var originalTrace: TraceNumber
    /// Only with R14 and R15.
    public var dateOfDeath: Day?
    /// The bank the original entry went to.
    public var originalReceivingDFI: DFIIdentification
    /// Free text of the returning bank, at most 44 characters.
    public var information: String

    /// The fields as they go into the record; what does not fit is refused when it is written.
    public init(
        code: ReturnCode, originalTrace: TraceNumber, dateOfDeath: Day? = nil,
        originalReceivingDFI: DFIIdentification, information: String = ""
    ) {
        self.code = code
        self.originalTrace = originalTrace
        self.dateOfDeath = dateOfDeath
        self.originalReceivingDFI = originalReceivingDFI
        self.information = information
    }
}

/// Why the ODFI refuses a return, and which one.
public struct DishonoredAddenda: Hashable, Sendable {
    /// R61, R62, R67 through R70.
    public var code: ReturnCode
    /// The key to the entry that was returned or corrected.
    public var originalTrace: TraceNumber
    /// The bank the original entry went to.
    public var originalReceivingDFI: DFIIdentification
    /// The trace number of the return that is refused.
    public var returnTrace: TraceNumber
    /// When the return settled.
    public var returnSettlement: JulianDay?
    /// Why the entry had been returned.
    public var returnCode: ReturnCode
    /// At most 21 characters; R69 names the wrong fields here.
    public var information: String

    /// The fields as they go into the record; what does not fit is refused when it is written.
    public init(
        code: ReturnCode, originalTrace: TraceNumber, originalReceivingDFI: DFIIdentification,
        returnTrace: TraceNumber, returnSettlement: JulianDay?, returnCode: ReturnCode,
        information: String = ""
    ) {
        self.code = code
        self.originalTrace = originalTrace
        self.originalReceivingDFI = originalReceivingDFI
        self.returnTrace = returnTrace
        self.returnSettlement = returnSettlement
        self.returnCode = returnCode
        self.information = information
    }
}

/// Why the RDFI insists on its return, and on which one.
public struct ContestedAddenda: Hashable, Sendable {
    /// R71 through R77.
    public var code: ReturnCode
    /// The key to the entry that was returned or corrected.
    public var originalTrace: TraceNumber
    /// The day the original entry was returned.
    public var originalReturned: Day?
    /// The bank the original entry went to.
    public var originalReceivingDFI: DFIIdentification
    /// When the original entry settled.
    public var originalSettlement: JulianDay?
    /// The trace number of the return that is insisted on.
    public var returnTrace: TraceNumber
    /// When the return settled.
    public var returnSettlement: JulianDay?
    /// Why the entry had been returned.
    public var returnCode: ReturnCode
    /// The trace number of the dishonored return that is answered.
    public var dishonoredTrace: TraceNumber
    /// When the dishonored return settled.
    public var dishonoredSettlement: JulianDay?
    /// Why the return had been dishonored.
    public var dishonoredCode: ReturnCode

    /// The fields as they go into the record; what does not fit is refused when it is written.
    public init(
        code: ReturnCode, originalTrace: TraceNumber, originalReturned: Day?,
        originalReceivingDFI: DFIIdentification, originalSettlement: JulianDay?,
        returnTrace: TraceNumber, returnSettlement: JulianDay?, returnCode: ReturnCode,
        dishonoredTrace: TraceNumber, dishonoredSettlement: JulianDay?, dishonoredCode: ReturnCode
    ) {
        self.code = code
        self.originalTrace = originalTrace
        self.originalReturned = originalReturned
        self.originalReceivingDFI = originalReceivingDFI
        self.originalSettlement = originalSettlement
        self.returnTrace = returnTrace
        self.returnSettlement = returnSettlement
        self.returnCode = returnCode
        self.dishonoredTrace = dishonoredTrace
        self.dishonoredSettlement = dishonoredSettlement
        self.dishonoredCode = dishonoredCode
    }
}

/// What the RDFI wants changed before the next entry, and for which one.
public struct ChangeAddenda: Hashable, Sendable {
    /// What is to be changed.
    public var code: ChangeCode
    /// The key to the entry that was returned or corrected.
    public var originalTrace: TraceNumber
    /// The bank the original entry went to.
    public var originalReceivingDFI: DFIIdentification
    /// At most 29 characters, as the bank wrote them.
    public var correctedData: String

    /// The fields as they go into the record; what does not fit is refused when it is written.
    public init(
        code: ChangeCode, originalTrace: TraceNumber, originalReceivingDFI: DFIIdentification,
        correctedData: String
    ) {
        self.code = code
        self.originalTrace = originalTrace
        self.originalReceivingDFI = originalReceivingDFI
        self.correctedData = correctedData
    }

    /// What the corrected data says, and how sure that is.
    public var reading: CorrectionReading { code.read(correctedData) }
}

/// Why the ODFI refuses a notification of change, and which one.
public struct RefusedChangeAddenda: Hashable, Sendable {
    /// C61 through C69.
    public var code: ChangeCode
    /// The key to the entry that was returned or corrected.
    public var originalTrace: TraceNumber
    /// The bank the original entry went to.
    public var originalReceivingDFI: DFIIdentification
    /// At most 29 characters, as the notification had them.
    public var correctedData: String
    /// The code of the notification that is refused.
    public var changeCode: ChangeCode
    /// The last seven digits of the notification's trace number.
    public var changeTraceSequence: Int

    /// The fields as they go into the record; what does not fit is refused when it is written.
    public init(
        code: ChangeCode, originalTrace: TraceNumber, originalReceivingDFI: DFIIdentification,
        correctedData: String, changeCode: ChangeCode, changeTraceSequence: Int
    ) {
        self.code = code
        self.originalTrace = originalTrace
        self.originalReceivingDFI = originalReceivingDFI
        self.correctedData = correctedData
        self.changeCode = changeCode
        self.changeTraceSequence = changeTraceSequence
    }
}

/// An addenda this program does not read, kept whole.
public struct UnreadAddenda: Hashable, Sendable {
    /// Columns 2-3.
    public var type: String
    /// Columns 4-94, blanks at the end dropped.
    public var columns: String

    /// The columns as they stood.
    public init(type: String, columns: String) {
        self.type = type
        self.columns = columns
    }
}

/// A day of the year, 1 through 366, as settlement dates are written in bank files.
public struct JulianDay: Hashable, Sendable, CustomStringConvertible {
    /// 1 through 366.
    public let number: Int

    /// `nil` unless 1 through 366.
    public init?(_ number: Int) {
        guard (1...366).contains(number) else { return nil }
        self.number = number
    }

    /// The day's place in its year.
    public init(_ day: Day) { number = day.dayOfYear }

    /// The date it means in a file of about this day: the nearest, of two equally near ones the
    /// earlier. The year is missing from the record, and settlement is always close to the file.
    /// `nil` for day 366 with no leap year near.
    public func day(near day: Day) -> Day? {
        let year = day.year
        var nearest: Day?
        for year in (year - 1)...(year + 1) {
            guard let newYear = Day(year: year, month: 1, day: 1) else { continue }
            let candidate = newYear.adding(days: number - 1)
            guard candidate.year == year else { continue }
            if let known = nearest, abs(known - day) <= abs(candidate - day) { continue }
            nearest = candidate
        }
        return nearest
    }

    /// Three digits.
    public var text: String { Digits.padded(UInt64(number), to: 3) }

    /// The same as ``text``.
    public var description: String { text }
}
