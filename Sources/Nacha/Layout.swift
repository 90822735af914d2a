/// A field of a record: its name in the Nacha rules and its columns, counted from one.
public struct RecordField: Hashable, Sendable {
    /// As the Nacha rules call it, in lower case.
    public let name: String
    /// Counted from one.
    public let columns: ClosedRange<Int>
    /// Whether problems must not repeat what the field holds: account numbers, names, free text.
    public let isPrivate: Bool

    init(_ name: String, _ columns: ClosedRange<Int>, isPrivate: Bool = false) {
        self.name = name
        self.columns = columns
        self.isPrivate = isPrivate
    }

    var width: Int { columns.count }
}

/// Every record: 94 columns, in blocks of ten records (Nacha Operating Rules, Appendix One).
enum Layout {
    static let width = 94
    static let blockingFactor = 10
    static let record = RecordField("record", 1...94, isPrivate: true)
    static let wholeRecord = RecordField("record", 1...94)
    static let recordType = RecordField("record type", 1...1)

    /// As many as the file control can count.
    static let batchesMax = 999_999
    static let blocksMax = 999_999
    /// Entries and addenda a batch control can count.
    static let batchCountMax = 999_999
    /// What twelve digits of cents hold.
    static let totalMax: UInt64 = 999_999_999_999
    /// Twenty digits hold more than this program adds up.
    static let adviceTotalMax = UInt64.max
    static let hashModulus: UInt64 = 10_000_000_000
}

enum FileHeaderFields {
    static let priority = RecordField("priority code", 2...3)
    static let destination = RecordField("immediate destination", 4...13)
    static let origin = RecordField("immediate origin", 14...23)
    static let created = RecordField("file creation date", 24...29)
    static let createdAt = RecordField("file creation time", 30...33)
    static let modifier = RecordField("file ID modifier", 34...34)
    static let recordSize = RecordField("record size", 35...37)
    static let blocking = RecordField("blocking factor", 38...39)
    static let format = RecordField("format code", 40...40)
    static let destinationName = RecordField("immediate destination name", 41...63)
    static let originName = RecordField("immediate origin name", 64...86)
    static let reference = RecordField("reference code", 87...94)
}

enum BatchHeaderFields {
    static let serviceClass = RecordField("service class code", 2...4)
    static let companyName = RecordField("company name", 5...20)
    static let discretionary = RecordField("company discretionary data", 21...40)
    static let company = RecordField("company identification", 41...50)
    static let entryClass = RecordField("standard entry class code", 51...53)
    static let description = RecordField("company entry description", 54...63)
    static let descriptiveDate = RecordField("company descriptive date", 64...69)
    static let effective = RecordField("effective entry date", 70...75)
    static let settlement = RecordField("settlement date", 76...78)
    static let status = RecordField("originator status code", 79...79)
    static let odfi = RecordField("originating DFI identification", 80...87)
    static let number = RecordField("batch number", 88...94)
}

enum EntryFields {
    static let code = RecordField("transaction code", 2...3)
    static let receiver = RecordField("receiving DFI identification", 4...12)
    static let receivingDFI = RecordField("receiving DFI identification", 4...11)
    static let checkDigit = RecordField("check digit", 12...12)
    static let account = RecordField("DFI account number", 13...29, isPrivate: true)
    static let foreignAccount = RecordField("foreign receiver's account", 40...74, isPrivate: true)
    static let adviceAccount = RecordField("DFI account number", 13...27, isPrivate: true)
    static let adviceAmount = RecordField("amount", 28...39)
    static let adviceRouting = RecordField("advice routing number", 40...48)
    static let adviceFile = RecordField("file identification", 49...53)
    static let adviceData = RecordField("operator data", 54...54)
    static let adviceOperator = RecordField("ACH operator routing number", 80...87)
    static let adviceDay = RecordField("Julian day", 88...90)
    static let adviceSequence = RecordField("sequence number", 91...94)
    static let internationalCount = RecordField("number of addenda records", 13...16)
    // Banks run on into reserved columns: what stands there may be the end of an account number.
    static let countedReserved = RecordField("reserved", 75...76, isPrivate: true)
    static let internationalReserved = RecordField("reserved", 17...29, isPrivate: true)
    static let amount = RecordField("amount", 30...39)
    static let discretionary = RecordField("discretionary data", 77...78)
    static let indicator = RecordField("addenda record indicator", 79...79)
    static let trace = RecordField("trace number", 80...94)
    static let addendaCount = RecordField("number of addenda records", 55...58)

    static func identification(_ shape: EntryShape) -> RecordField {
        shape == .nameFirst
            ? RecordField("identification number", 55...76)
            : RecordField("identification number", 40...54)
    }

    static func account(_ shape: EntryShape) -> RecordField {
        switch shape {
        case .usual, .nameFirst, .addendaCounted: account
        case .international: foreignAccount
        case .advice: adviceAccount
        }
    }

    static func name(_ shape: EntryShape) -> RecordField {
        switch shape {
        case .usual, .advice, .international: RecordField("name", 55...76, isPrivate: true)
        case .nameFirst: RecordField("name", 40...54, isPrivate: true)
        case .addendaCounted: RecordField("name", 59...74, isPrivate: true)
        }
    }
}

enum AddendaFields {
    static let type = RecordField("addenda type code", 2...3)
    static let rest = RecordField("addenda columns", 4...94, isPrivate: true)
    static let trace = RecordField("trace number", 80...94)

    static let paymentInformation = RecordField(
        "payment related information", 4...83, isPrivate: true)
    static let sequence = RecordField("addenda sequence number", 84...87)
    static let entrySequence = RecordField("entry detail sequence number", 88...94)

    static let code = RecordField("reason code", 4...6)
    static let reservedDate = RecordField("reserved", 22...27)
    static let dishonoredReserved = RecordField("reserved", 36...38, isPrivate: true)
    static let contestedReserved = RecordField("reserved", 79...79)
    static let changeReserved = RecordField("reserved", 65...79, isPrivate: true)
    static let internationalChangeReserved = RecordField("reserved", 71...79, isPrivate: true)
    static let refusedChangeReserved = RecordField("reserved", 75...79, isPrivate: true)
    static let internationalCorrectedData = RecordField("corrected data", 36...70, isPrivate: true)
    static let receivingName = RecordField(
        "receiving company or individual name", 47...81, isPrivate: true)
    static let originalTrace = RecordField("original entry trace number", 7...21)
    static let dateOfDeath = RecordField("date of death", 22...27)
    static let originalDFI = RecordField("original receiving DFI identification", 28...35)
    static let information = RecordField("addenda information", 36...79, isPrivate: true)

    static let returnTrace = RecordField("return trace number", 39...53)
    static let returnSettlement = RecordField("return settlement date", 54...56)
    static let returnCode = RecordField("return reason code", 57...58)
    static let dishonorInformation = RecordField("addenda information", 59...79, isPrivate: true)

    static let originalReturned = RecordField("date original entry returned", 22...27)
    static let originalSettlement = RecordField("original settlement date", 36...38)
    static let dishonoredTrace = RecordField("dishonored return trace number", 59...73)
    static let dishonoredSettlement = RecordField("dishonored return settlement date", 74...76)
    static let dishonoredCode = RecordField("dishonored return reason code", 77...78)

    static let correctedData = RecordField("corrected data", 36...64, isPrivate: true)
    static let changeCode = RecordField("change code", 65...67)
    static let changeSequence = RecordField("trace sequence number", 68...74)
}

enum BatchControlFields {
    static let serviceClass = RecordField("service class code", 2...4)
    static let count = RecordField("entry/addenda count", 5...10)
    static let hash = RecordField("entry hash", 11...20)
    static let debits = RecordField("total debit entry dollar amount", 21...32)
    static let credits = RecordField("total credit entry dollar amount", 33...44)
    static let company = RecordField("company identification", 45...54)
    static let authentication = RecordField("message authentication code", 55...73)
    static let reserved = RecordField("reserved", 74...79)
    static let odfi = RecordField("originating DFI identification", 80...87)
    static let number = RecordField("batch number", 88...94)

    static let adviceDebits = RecordField("total debit entry dollar amount", 21...40)
    static let adviceCredits = RecordField("total credit entry dollar amount", 41...60)
}

enum FileControlFields {
    static let reserved = RecordField("reserved", 56...94)
    static let adviceDebits = RecordField("total debit entry dollar amount", 32...51)
    static let adviceCredits = RecordField("total credit entry dollar amount", 52...71)
    static let adviceReserved = RecordField("reserved", 72...94)
    static let batches = RecordField("batch count", 2...7)
    static let blocks = RecordField("block count", 8...13)
    static let count = RecordField("entry/addenda count", 14...21)
    static let hash = RecordField("entry hash", 22...31)
    static let debits = RecordField("total debit entry dollar amount", 32...43)
    static let credits = RecordField("total credit entry dollar amount", 44...55)
}
