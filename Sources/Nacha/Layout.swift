/// A field of a record: its name in the Nacha rules and its columns, counted from one.
public struct Field: Hashable, Sendable {
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
    static let record = Field("record", 1...94, isPrivate: true)
    static let wholeRecord = Field("record", 1...94)
    static let recordType = Field("record type", 1...1)

    /// Largest numbers the control records can hold.
    static let batchEntriesMax = 999_999
    static let fileEntriesMax = 99_999_999
    static let batchesMax = 999_999
    static let blocksMax = 999_999
    static let totalMax: Int64 = 999_999_999_999
    static let hashModulus: UInt64 = 10_000_000_000
}

enum FileHeaderFields {
    static let priority = Field("priority code", 2...3)
    static let destination = Field("immediate destination", 4...13)
    static let origin = Field("immediate origin", 14...23)
    static let created = Field("file creation date", 24...29)
    static let createdAt = Field("file creation time", 30...33)
    static let modifier = Field("file ID modifier", 34...34)
    static let recordSize = Field("record size", 35...37)
    static let blocking = Field("blocking factor", 38...39)
    static let format = Field("format code", 40...40)
    static let destinationName = Field("immediate destination name", 41...63)
    static let originName = Field("immediate origin name", 64...86)
    static let reference = Field("reference code", 87...94)
}

enum BatchHeaderFields {
    static let serviceClass = Field("service class code", 2...4)
    static let companyName = Field("company name", 5...20)
    static let discretionary = Field("company discretionary data", 21...40)
    static let company = Field("company identification", 41...50)
    static let entryClass = Field("standard entry class code", 51...53)
    static let description = Field("company entry description", 54...63)
    static let descriptiveDate = Field("company descriptive date", 64...69)
    static let effective = Field("effective entry date", 70...75)
    static let settlement = Field("settlement date", 76...78)
    static let status = Field("originator status code", 79...79)
    static let odfi = Field("originating DFI identification", 80...87)
    static let number = Field("batch number", 88...94)
}

enum EntryFields {
    static let code = Field("transaction code", 2...3)
    static let receiver = Field("receiving DFI identification", 4...12)
    static let receivingDFI = Field("receiving DFI identification", 4...11)
    static let checkDigit = Field("check digit", 12...12)
    static let account = Field("DFI account number", 13...29, isPrivate: true)
    static let foreignAccount = Field("foreign receiver's account", 40...74, isPrivate: true)
    static let adviceAccount = Field("DFI account number", 13...27, isPrivate: true)
    static let adviceAmount = Field("amount", 28...39)
    static let adviceRouting = Field("advice routing number", 40...48)
    static let adviceOperator = Field("ACH operator routing number", 80...87)
    static let adviceDay = Field("Julian day", 88...90)
    static let adviceSequence = Field("sequence number", 91...94)
    static let internationalCount = Field("number of addenda records", 13...16)
    static let countedReserved = Field("reserved", 75...76)
    static let internationalReserved = Field("reserved", 17...29)
    static let amount = Field("amount", 30...39)
    static let discretionary = Field("discretionary data", 77...78)
    static let indicator = Field("addenda record indicator", 79...79)
    static let trace = Field("trace number", 80...94)
    static let addendaCount = Field("number of addenda records", 55...58)

    static func identification(_ shape: EntryShape) -> Field {
        shape == .nameFirst
            ? Field("identification number", 55...76) : Field("identification number", 40...54)
    }

    static func account(_ shape: EntryShape) -> Field {
        switch shape {
        case .usual, .nameFirst, .addendaCounted: account
        case .international: foreignAccount
        case .advice: adviceAccount
        }
    }

    static func name(_ shape: EntryShape) -> Field {
        switch shape {
        case .usual, .advice, .international: Field("name", 55...76, isPrivate: true)
        case .nameFirst: Field("name", 40...54, isPrivate: true)
        case .addendaCounted: Field("name", 59...74, isPrivate: true)
        }
    }
}

enum AddendaFields {
    static let type = Field("addenda type code", 2...3)
    static let rest = Field("addenda columns", 4...94, isPrivate: true)
    static let trace = Field("trace number", 80...94)

    static let paymentInformation = Field(
        "payment related information", 4...83, isPrivate: true)
    static let sequence = Field("addenda sequence number", 84...87)
    static let entrySequence = Field("entry detail sequence number", 88...94)

    static let code = Field("reason code", 4...6)
    static let reservedDate = Field("reserved", 22...27)
    static let dishonoredReserved = Field("reserved", 36...38)
    static let contestedReserved = Field("reserved", 79...79)
    static let changeReserved = Field("reserved", 65...79)
    static let internationalChangeReserved = Field("reserved", 71...79)
    static let refusedChangeReserved = Field("reserved", 75...79)
    static let internationalCorrectedData = Field("corrected data", 36...70, isPrivate: true)
    static let receivingName = Field(
        "receiving company or individual name", 47...81, isPrivate: true)
    static let originalTrace = Field("original entry trace number", 7...21)
    static let dateOfDeath = Field("date of death", 22...27)
    static let originalDFI = Field("original receiving DFI identification", 28...35)
    static let information = Field("addenda information", 36...79, isPrivate: true)

    static let returnTrace = Field("return trace number", 39...53)
    static let returnSettlement = Field("return settlement date", 54...56)
    static let returnCode = Field("return reason code", 57...58)
    static let dishonorInformation = Field("addenda information", 59...79, isPrivate: true)

    static let originalReturned = Field("date original entry returned", 22...27)
    static let originalSettlement = Field("original settlement date", 36...38)
    static let dishonoredTrace = Field("dishonored return trace number", 59...73)
    static let dishonoredSettlement = Field("dishonored return settlement date", 74...76)
    static let dishonoredCode = Field("dishonored return reason code", 77...78)

    static let correctedData = Field("corrected data", 36...64, isPrivate: true)
    static let changeCode = Field("change code", 65...67)
    static let changeSequence = Field("trace sequence number", 68...74)
}

enum BatchControlFields {
    static let serviceClass = Field("service class code", 2...4)
    static let count = Field("entry/addenda count", 5...10)
    static let hash = Field("entry hash", 11...20)
    static let debits = Field("total debit entry dollar amount", 21...32)
    static let credits = Field("total credit entry dollar amount", 33...44)
    static let company = Field("company identification", 45...54)
    static let authentication = Field("message authentication code", 55...73)
    static let reserved = Field("reserved", 74...79)
    static let odfi = Field("originating DFI identification", 80...87)
    static let number = Field("batch number", 88...94)

    static let adviceDebits = Field("total debit entry dollar amount", 21...40)
    static let adviceCredits = Field("total credit entry dollar amount", 41...60)
}

enum FileControlFields {
    static let reserved = Field("reserved", 56...94)
    static let adviceDebits = Field("total debit entry dollar amount", 32...51)
    static let adviceCredits = Field("total credit entry dollar amount", 52...71)
    static let adviceReserved = Field("reserved", 72...94)
    static let batches = Field("batch count", 2...7)
    static let blocks = Field("block count", 8...13)
    static let count = Field("entry/addenda count", 14...21)
    static let hash = Field("entry hash", 22...31)
    static let debits = Field("total debit entry dollar amount", 32...43)
    static let credits = Field("total credit entry dollar amount", 44...55)
}
