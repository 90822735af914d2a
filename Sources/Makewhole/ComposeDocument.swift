import Banking
import Money
import Nacha
import Wire

/// What `makewhole nacha compose` reads: who sends what to which bank, and the rules it is under.
/// `docs/reference/nacha.md` has every field.
struct ComposeDocument {
    let header: FileHeader
    let created: Instant
    let originator: Originator
    let effectiveEntryDate: Day?
    let service: ACHService
    let leadMinutes: Int
    let writesWindow: Bool
    let offset: OffsetAccount?
    let caps: SplitCaps
    let traces: TraceAllocator?
    let entries: [ComposeEntry]

    /// More than any bank takes in a day; it bounds memory.
    static let entriesMax = 1_000_000

    init(_ json: JSON) throws(InvalidBody) {
        self = try JSONObjectReader.read(json) { ComposeDocument(&$0) }
    }

    private init(_ reader: inout JSONObjectReader) {
        if reader.string("format", max: 40) != "makewhole-compose" {
            reader.reject("format", .notAllowed, "This must be makewhole-compose.")
        }
        _ = reader.integer("version", in: 1...1)
        (created, header) = reader.object("file") { reader in
            let created = reader.parsed(
                "created", max: 40, expected: "an RFC 3339 time", placeholder: Placeholder.instant,
                { Instant(rfc3339: $0) })
            return (created, FileHeader(composing: &reader, created))
        }
        originator = reader.object("originator") { Originator(composing: &$0) }
        effectiveEntryDate = reader.optionalParsed(
            "effective_entry_date", max: 10, expected: "a date, YYYY-MM-DD", { Day(iso: $0) })
        service = reader.optionalEnumeration("service", as: ACHService.self) ?? .nextDay
        leadMinutes = Int(reader.optionalInteger("lead_minutes", in: 0...1_440) ?? 0)
        writesWindow = reader.optionalBoolean("writes_window") ?? false
        offset = reader.optionalObject("offset") { OffsetAccount(composing: &$0) }
        caps = reader.optionalObject("caps") { SplitCaps(composing: &$0) } ?? SplitCaps()
        let odfi = originator.odfi
        traces =
            reader.optionalObject("traces") { TraceAllocator(composing: &$0, odfi) }
            ?? TraceAllocator(odfi: odfi)
        entries = reader.objects("entries", max: Self.entriesMax) { ComposeEntry(&$0) }
    }
}

/// What a reader returns where a field is at fault. Nobody sees one: the error is thrown first.
private enum Placeholder {
    static let instant = Instant(milliseconds: 0)
    static let day = Day(daysSinceEpoch: 0)
    static let bank = RoutingNumber(odfi)
    static let odfi = DFIIdentification("00000000")!
    static let trace = TraceNumber("000000000000000")!
    static let party = FileParty(bank)
    static let returnCode = ReturnCode.insufficientFunds
    static let changeCode = ChangeCode.account
}

extension JSONObjectReader {
    fileprivate mutating func day(_ name: String) -> Day {
        parsed(
            name, max: 10, expected: "a date, YYYY-MM-DD", placeholder: Placeholder.day,
            { Day(iso: $0) })
    }

    fileprivate mutating func bank(_ name: String) -> RoutingNumber {
        parsed(
            name, max: 9, expected: "nine digits, the last of them the check digit",
            placeholder: Placeholder.bank, { RoutingNumber($0) })
    }

    fileprivate mutating func trace(_ name: String) -> TraceNumber {
        parsed(
            name, max: 15, expected: "fifteen digits", placeholder: Placeholder.trace,
            { TraceNumber($0) })
    }

    fileprivate mutating func optionalText(_ name: String) -> String {
        optionalString(name, min: 0, max: 94) ?? ""
    }

    fileprivate mutating func cents(_ name: String) -> Cents {
        Cents(integer(name, in: 0...Cents.max.count))
    }

    fileprivate mutating func optionalCents(_ name: String) -> Cents {
        optionalInteger(name, in: 0...Cents.max.count).map { Cents($0) } ?? SplitCaps.totalMax
    }

    fileprivate mutating func returnCode(_ name: String) -> ReturnCode {
        parsed(
            name, max: 3, expected: "R and two digits", placeholder: Placeholder.returnCode,
            { ReturnCode($0) })
    }

    fileprivate mutating func changeCode(_ name: String) -> ChangeCode {
        parsed(
            name, max: 3, expected: "C and two digits", placeholder: Placeholder.changeCode,
            { ChangeCode($0) })
    }
}

extension FileHeader {
    fileprivate init(composing reader: inout JSONObjectReader, _ created: Instant) {
        func party(_ name: String, _ reader: inout JSONObjectReader) -> FileParty {
            reader.parsed(
                name, max: 10, expected: "a routing number, or up to ten characters",
                placeholder: Placeholder.party,
                { text in RoutingNumber(text).map { FileParty($0) } ?? FileParty(text) })
        }
        self.init(
            destination: party("destination", &reader), origin: party("origin", &reader),
            created: Eastern.day(at: created), createdAt: Eastern.timeOfDay(at: created),
            modifier: reader.optionalParsed(
                "modifier", max: 1, expected: "A-Z or 0-9",
                { $0.first.flatMap { FileModifier($0) } }) ?? .first,
            destinationName: reader.optionalText("destination_name"),
            originName: reader.optionalText("origin_name"),
            referenceCode: reader.optionalText("reference_code"))
    }
}

extension Originator {
    fileprivate init(composing reader: inout JSONObjectReader) {
        self.init(
            companyName: reader.string("company_name", max: 16),
            companyIdentification: reader.string("company_identification", max: 10),
            companyDiscretionaryData: reader.optionalText("discretionary_data"),
            entryDescription: reader.string("entry_description", max: 10),
            odfi: reader.parsed(
                "odfi", max: 9, expected: "a routing number, or its first eight digits",
                placeholder: Placeholder.odfi,
                { RoutingNumber($0)?.identification ?? DFIIdentification($0) }))
    }
}

extension OffsetAccount {
    fileprivate init(composing reader: inout JSONObjectReader) {
        self.init(
            receiver: reader.bank("routing_number"),
            account: reader.string("account_number", max: 17),
            kind: reader.optionalEnumeration("account_type", as: ComposeAccount.self)?.kind
                ?? .checking,
            name: reader.string("name", max: 22),
            identification: reader.optionalString("identification", max: 15) ?? "OFFSET")
    }
}

extension SplitCaps {
    fileprivate init(composing reader: inout JSONObjectReader) {
        func count(_ name: String, _ most: Int64, _ reader: inout JSONObjectReader) -> Int {
            Int(reader.optionalInteger(name, in: 1...most) ?? most)
        }
        self.init(
            records: count("records", 9_999_990, &reader),
            batches: count("batches", 999_999, &reader),
            fileEntries: count("file_entries", 9_999_990, &reader),
            batchEntries: count("batch_entries", 999_999, &reader),
            fileDebits: reader.optionalCents("file_debits_minor"),
            fileCredits: reader.optionalCents("file_credits_minor"),
            batchDebits: reader.optionalCents("batch_debits_minor"),
            batchCredits: reader.optionalCents("batch_credits_minor"))
    }
}

extension TraceAllocator {
    /// `nil` is said in the document's place.
    fileprivate init?(composing reader: inout JSONObjectReader, _ odfi: DFIIdentification) {
        let sequences = 1...Int64(TraceNumber.sequenceMax)
        let next = Int(reader.optionalInteger("next", in: sequences) ?? 1)
        let alive = reader.optionalArray("alive", max: 100_000) ?? []
        var ranges: [ClosedRange<Int>] = []
        for pair in alive {
            guard case .array(let ends) = pair, ends.count == 2, case .integer(let first) = ends[0],
                case .integer(let last) = ends[1], sequences.contains(first),
                sequences.contains(last), first <= last
            else {
                reader.reject("alive", .malformed, "Each must be [first, last], ascending.")
                break
            }
            ranges.append(Int(first)...Int(last))
        }
        self.init(odfi: odfi, next: next, alive: ranges)
    }
}

/// The kinds of account, as they are written in JSON.
enum ComposeAccount: String, CaseIterable {
    case checking, savings, loan
    case generalLedger = "general_ledger"

    var kind: AccountKind {
        switch self {
        case .checking: .checking
        case .savings: .savings
        case .loan: .loan
        case .generalLedger: .generalLedger
        }
    }
}

/// Which way the money goes, seen from the receiver's account.
enum ComposeSide: String, CaseIterable {
    case debit, credit

    var side: EntrySide { self == .debit ? .debit : .credit }
}

/// An entry class, as it is written in JSON.
enum ComposeClass: String, CaseIterable {
    case web = "WEB"
    case ppd = "PPD"
    case ccd = "CCD"
    case ctx = "CTX"
    case tel = "TEL"
    case arc = "ARC"
    case boc = "BOC"
    case cie = "CIE"
    case pop = "POP"
    case rck = "RCK"

    var entryClass: StandardEntryClass { StandardEntryClass(rawValue: rawValue) ?? .web }
}

/// One thing to send, under a key of the caller's.
struct ComposeEntry {
    let key: String
    let kind: Kind

    enum Kind {
        case payment(ComposePayment, prenoteSettled: Day?)
        case prenote(ComposePayment)
        case reversal(ComposeOriginal)
        case representment(ComposePayment, ComposeReturned)
        case returnFee(ComposePayment, ComposeReturned)
        case microEntries(ComposePayment, credits: [Cents], debits: [Cents])
        case dishonoredReturn(
            ComposeOriginal, returnCode: ReturnCode, returnTrace: TraceNumber,
            returnSettlement: Day, code: ReturnCode, information: String)
        case refusedChange(
            ComposeOriginal, ComposeChange, code: ChangeCode, received: Day)
        case international(ComposePayment, InternationalTerms, InternationalPayment)
        case advice(Advice)

        /// The trace number the document gives it.
        var givenTrace: TraceNumber? {
            switch self {
            case .payment(let payment, _), .prenote(let payment), .representment(let payment, _),
                .returnFee(let payment, _), .microEntries(let payment, _, _),
                .international(let payment, _, _):
                payment.trace
            case .reversal(let original), .dishonoredReturn(let original, _, _, _, _, _),
                .refusedChange(let original, _, _, _):
                original.trace
            case .advice: nil
            }
        }
    }

    private enum Name: String, CaseIterable {
        case payment, prenote, reversal, representment, international, advice
        case returnFee = "return_fee"
        case microEntries = "micro_entries"
        case dishonoredReturn = "dishonored_return"
        case refusedChange = "refused_change"
    }

    fileprivate init(_ reader: inout JSONObjectReader) {
        key = reader.string("key", max: 100)
        switch reader.enumeration("kind", as: Name.self) {
        case .payment:
            kind = .payment(
                ComposePayment(&reader),
                prenoteSettled: reader.optionalParsed(
                    "prenote_settled", max: 10, expected: "a date, YYYY-MM-DD", { Day(iso: $0) }))
        case .prenote: kind = .prenote(ComposePayment(&reader, hasAmount: false))
        case .reversal: kind = .reversal(ComposeOriginal(&reader))
        case .representment:
            kind = .representment(ComposePayment(&reader), ComposeReturned(&reader))
        case .returnFee:
            kind = .returnFee(ComposePayment(&reader), ComposeReturned(&reader))
        case .microEntries:
            kind = .microEntries(
                ComposePayment(&reader, hasAmount: false, hasSide: false, hasTrace: false),
                credits: reader.amounts("credits_minor"), debits: reader.amounts("debits_minor"))
        case .dishonoredReturn:
            kind = .dishonoredReturn(
                ComposeOriginal(&reader), returnCode: reader.returnCode("return_code"),
                returnTrace: reader.trace("return_trace"),
                returnSettlement: reader.day("return_settlement"), code: reader.returnCode("code"),
                information: reader.optionalText("information"))
        case .refusedChange:
            kind = .refusedChange(
                ComposeOriginal(&reader), ComposeChange(&reader), code: reader.changeCode("code"),
                received: reader.day("received"))
        case .international:
            kind = .international(
                ComposePayment(&reader, isInternational: true),
                reader.object("terms") { InternationalTerms(composing: &$0) },
                reader.object("international") { InternationalPayment(composing: &$0) })
        case .advice: kind = .advice(Advice(composing: &reader))
        }
    }
}

extension JSONObjectReader {
    fileprivate mutating func amounts(_ name: String) -> [Cents] {
        (optionalArray(name, max: 10) ?? []).compactMap { value in
            guard case .integer(let cents) = value, (0...Cents.max.count).contains(cents) else {
                reject(name, .wrongType, "Each must be a whole number of cents.")
                return nil
            }
            return Cents(cents)
        }
    }
}

/// An entry as the caller wants it; its trace number is given or taken from the counter.
struct ComposePayment {
    let entryClass: StandardEntryClass
    let side: EntrySide
    let account: AccountKind
    let receiver: RoutingNumber
    let accountNumber: String
    let amount: Cents
    let identification: String
    let name: String
    let discretionaryData: String
    let addenda: [String]
    let trace: TraceNumber?

    fileprivate init(
        _ reader: inout JSONObjectReader, hasAmount: Bool = true, hasSide: Bool = true,
        hasTrace: Bool = true, isInternational: Bool = false
    ) {
        entryClass =
            isInternational
            ? .iat
            : reader.optionalEnumeration("class", as: ComposeClass.self)?.entryClass ?? .web
        side = hasSide ? reader.enumeration("side", as: ComposeSide.self).side : .credit
        account =
            reader.optionalEnumeration("account_type", as: ComposeAccount.self)?.kind ?? .checking
        receiver = reader.bank("routing_number")
        accountNumber = reader.string("account_number", max: 35)
        amount = hasAmount ? reader.cents("amount_minor") : .zero
        identification = isInternational ? "" : reader.optionalText("identification")
        name = isInternational ? "" : reader.optionalText("name")
        discretionaryData = reader.optionalText("discretionary_data")
        addenda =
            isInternational
            ? []
            : (reader.optionalArray("addenda", max: 9_999) ?? []).compactMap { value in
                guard case .string(let text) = value else {
                    reader.reject("addenda", .wrongType, "Each must be a text.")
                    return nil
                }
                return text
            }
        trace =
            hasTrace
            ? reader.optionalParsed("trace", max: 15, expected: "fifteen digits") {
                TraceNumber($0)
            } : nil
    }

    func entry(_ code: TransactionCode, _ amount: Cents, _ trace: TraceNumber) -> Entry {
        Entry(
            code: code, receiver: receiver, account: accountNumber, amount: amount,
            identification: identification, name: name, discretionaryData: discretionaryData,
            trace: trace, addenda: addenda.map { .paymentInformation($0) })
    }
}

/// An entry that was sent, as the caller's records have it, and the number of what follows from it.
struct ComposeOriginal {
    let payment: ComposePayment
    let entryTrace: TraceNumber
    let settlement: Day
    let description: String?
    let companyName: String?
    let companyIdentification: String?
    /// Of what follows, when it is given.
    let trace: TraceNumber?

    fileprivate init(_ reader: inout JSONObjectReader) {
        trace = reader.optionalParsed("trace", max: 15, expected: "fifteen digits") {
            TraceNumber($0)
        }
        let original = reader.object("original") { ComposeOriginalFields(&$0) }
        payment = original.payment
        entryTrace = original.trace
        settlement = original.settlement
        description = original.description
        companyName = original.companyName
        companyIdentification = original.companyIdentification
    }

    fileprivate init(_ original: ComposeOriginalFields) {
        trace = nil
        payment = original.payment
        entryTrace = original.trace
        settlement = original.settlement
        description = original.description
        companyName = original.companyName
        companyIdentification = original.companyIdentification
    }
}

private struct ComposeOriginalFields {
    let payment: ComposePayment
    let trace: TraceNumber
    let settlement: Day
    let description: String?
    let companyName: String?
    let companyIdentification: String?

    init(_ reader: inout JSONObjectReader) {
        payment = ComposePayment(&reader, hasTrace: false)
        trace = reader.trace("trace")
        settlement = reader.day("settlement")
        description = reader.optionalString("entry_description", max: 10)
        companyName = reader.optionalString("company_name", max: 16)
        companyIdentification = reader.optionalString("company_identification", max: 10)
    }
}

/// The return of a debit, and what has followed from it.
struct ComposeReturned {
    let original: ComposeOriginal
    let code: ReturnCode
    let settlement: Day
    let representments: Int
    let hasFee: Bool

    fileprivate init(_ reader: inout JSONObjectReader) {
        original = ComposeOriginal(reader.object("original") { ComposeOriginalFields(&$0) })
        code = reader.returnCode("return_code")
        settlement = reader.day("return_settlement")
        representments = Int(reader.optionalInteger("representments", in: 0...100) ?? 0)
        hasFee = reader.optionalBoolean("has_fee") ?? false
    }
}

/// A notification of change that came.
struct ComposeChange {
    let code: ChangeCode
    let trace: TraceNumber
    let correctedData: String

    fileprivate init(_ reader: inout JSONObjectReader) {
        code = reader.changeCode("change_code")
        trace = reader.trace("change_trace")
        correctedData = reader.optionalText("corrected_data")
    }
}

extension InternationalTerms {
    fileprivate init(composing reader: inout JSONObjectReader) {
        self.init(
            exchange: reader.string("exchange", max: 2),
            referenceKind: reader.optionalString("reference_kind", max: 1) ?? "3",
            reference: reader.optionalText("reference"),
            destinationCountry: reader.string("destination_country", max: 2),
            originatingCurrency: reader.optionalString("originating_currency", max: 3) ?? "USD",
            destinationCurrency: reader.string("destination_currency", max: 3))
    }
}

extension InternationalPayment {
    fileprivate init(composing reader: inout JSONObjectReader) {
        self.init(
            transactionType: reader.string("transaction_type", max: 3),
            foreignAmount: UInt64(reader.integer("foreign_amount", in: 0...Int64.max)),
            foreignTrace: reader.optionalText("foreign_trace"),
            originator: reader.object("originator") { Party(composing: &$0) },
            receiver: reader.object("receiver") { Party(composing: &$0) },
            receiverIdentification: reader.optionalText("receiver_identification"),
            originatingBank: reader.object("originating_bank") { Bank(composing: &$0) },
            receivingBank: reader.object("receiving_bank") { Bank(composing: &$0) },
            remittance: (reader.optionalArray("remittance", max: 2) ?? []).compactMap {
                guard case .string(let text) = $0 else {
                    reader.reject("remittance", .wrongType, "Each must be a text.")
                    return nil
                }
                return text
            },
            correspondentBanks: reader.optionalArray("correspondent_banks", max: 5) == nil
                ? []
                : reader.objects("correspondent_banks", max: 5) { Bank(composing: &$0) })
    }
}

extension InternationalPayment.Party {
    fileprivate init(composing reader: inout JSONObjectReader) {
        self.init(
            name: reader.string("name", max: 35), street: reader.string("street", max: 35),
            cityAndState: reader.string("city_and_state", max: 35),
            countryAndPostalCode: reader.string("country_and_postal_code", max: 35))
    }
}

extension InternationalPayment.Bank {
    fileprivate init(composing reader: inout JSONObjectReader) {
        self.init(
            name: reader.string("name", max: 35),
            qualifier: reader.optionalString("qualifier", max: 2) ?? "01",
            identification: reader.string("identification", max: 34),
            country: reader.string("country", max: 3))
    }
}

extension Advice {
    fileprivate init(composing reader: inout JSONObjectReader) {
        let code = reader.integer("code", in: 81...88)
        self.init(
            code: AdviceCode(rawValue: UInt8(code)) ?? .creditSummary,
            receiver: reader.bank("routing_number"),
            account: reader.string("account_number", max: 15),
            amount: reader.cents("amount_minor"),
            routing: Int(reader.integer("advice_routing", in: 0...999_999_999)),
            fileIdentification: reader.optionalText("file_identification"),
            operatorData: reader.optionalText("operator_data"), name: reader.optionalText("name"),
            discretionaryData: reader.optionalText("discretionary_data"),
            operatorRouting: reader.parsed(
                "operator_routing", max: 8, expected: "eight digits", placeholder: Placeholder.odfi,
                { DFIIdentification($0) }),
            day: JulianDay(Int(reader.integer("day", in: 1...366))) ?? JulianDay(Placeholder.day),
            sequence: Int(reader.integer("sequence", in: 0...9_999)))
    }
}
