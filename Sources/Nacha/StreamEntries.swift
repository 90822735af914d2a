import Banking

// What an entry and its addenda must be. This runs for every entry of a file, so it reads columns
// as numbers and makes text only of what is wrong.
extension StreamReader {
    mutating func openEntry(from record: Columns) {
        if record.base != UnsafeRawPointer(records) {
            records.copyMemory(from: record.base, byteCount: Columns.stride)
        }
        heldCount = 1
        addendaSeen = 0
        entryOffset = lineOffset
        entryStop = lineStop
        entryWorst = batch.worst
        batch.counts.entries += 1
        batch.totals.count += 1
    }

    mutating func takeAddenda() {
        addendaSeen += 1
        entryStop = lineStop
        batch.counts.addenda += 1
        batch.totals.count += 1
        guard heldCount <= Self.addendaMax else { return }
        heldCount += 1
        if heldCount == capacity { grow() }
    }

    private mutating func grow() {
        let larger = Self.memory(capacity * 2 * Columns.stride)
        larger.copyMemory(from: records, byteCount: capacity * Columns.stride)
        records.deallocate()
        records = larger
        capacity *= 2
    }

    /// Tells the entry whose records have all come.
    @inline(__always)
    mutating func closeEntry<Failure: Error>(
        _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        guard heldCount > 0 else { return }
        checkEntry()
        if !problems.isEmpty { try flush(take) }
        let span = RawSpan(
            _unsafeStart: UnsafeRawPointer(records), byteCount: heldCount * Columns.stride)
        let view = EntryView(
            span, heldCount, batch.entryClass, batch.shape, hasBatch: batch.hasHeader,
            isInternationalChange: batch.isInternationalChange, bytes: entryOffset..<entryStop)
        heldCount = 0
        if let entryWorst, entryWorst > .warning {
            batch.counts.quarantined += 1
            try take(.quarantined(view))
        } else {
            try take(.entry(view))
        }
    }

    private mutating func checkEntry() {
        let record = Columns(base: records)
        if batch.shape == .advice { return checkAdvice(record) }
        let code = record.pair(2).flatMap { TransactionCode(rawValue: UInt8($0)) }
        if code == nil {
            flaw(.transactionCodeUnknown, EntryFields.code, record, "a code of the Nacha rules")
        }
        let hasReceiver = checkReceiver(record)
        let cents = record.digits10(30)
        if cents == nil { flaw(.notDigits, EntryFields.amount, record, "10 digits") }
        if let code, let cents {
            batch.totals.add(code.side, cents: cents)
        } else {
            batch.amountsAreKnown = false
        }
        let trace = record.digits15(80)
        if trace == nil { flaw(.notDigits, EntryFields.trace, record, "15 digits") }
        checkIndicator(record)
        let kinds = checkAddenda(record, trace)
        guard let code, let cents, let trace, hasReceiver else { return }
        let isNameFirst = batch.shape == .nameFirst
        rules.check(
            EntryFacts(
                code: code, cents: cents, trace: trace,
                isAccountBlank: record.isBlankOrZero(
                    batch.shape == .international ? 40...74 : 13...29),
                isNameBlank: record.isBlankOrZero(
                    isNameFirst ? 40...54 : batch.shape == .addendaCounted ? 59...74 : 55...76),
                addendaCount: addendaSeen, kinds: kinds),
            &violations)
        if !violations.isEmpty { addViolations() }
    }

    private mutating func addViolations() {
        for violation in violations {
            var line = Columns(base: records).line
            if let addenda = violation.addenda, addenda + 1 < heldCount {
                line = addendaColumns(addenda).line
            }
            add(
                violation.code, violation.field, line: line, .entry, violation.found,
                violation.expected)
        }
        violations.removeAll(keepingCapacity: true)
    }

    private func addendaColumns(_ index: Int) -> Columns {
        Columns(base: records + (index + 1) * Columns.stride)
    }

    /// Adds to the hash; false when the bank could not be read.
    private mutating func checkReceiver(_ record: Columns) -> Bool {
        let word = record.word(4)
        guard let number = Digits.eight(word) else {
            batch.hashIsKnown = false
            flaw(.notDigits, EntryFields.receivingDFI, record, "8 digits")
            return false
        }
        batch.totals.hash &+= number
        let check = record.byte(12) &- 0x30
        guard check < 10 else {
            flaw(.notDigits, EntryFields.checkDigit, record, "a digit")
            return false
        }
        guard Digits.isCheckDigit(check, of: word) else {
            flaw(
                .checkDigit, EntryFields.receiver, record, "a routing number with its check digit")
            return false
        }
        return true
    }

    private mutating func checkIndicator(_ record: Columns) {
        let has = addendaSeen > 0
        let indicator = record.byte(79)
        if indicator != (has ? 0x31 : 0x30) {
            let expected =
                switch indicator {
                case 0x30, 0x31: has ? "1, as addenda follow" : "0, as no addenda follows"
                default: "0 or 1"
                }
            flaw(.addendaIndicator, EntryFields.indicator, record, expected)
        }
        switch batch.shape {
        case .usual, .nameFirst, .advice: break
        case .addendaCounted:
            checkCount(record, EntryFields.addendaCount)
            checkBlank(record, EntryFields.countedReserved)
        case .international:
            checkCount(record, EntryFields.internationalCount)
            checkBlank(record, EntryFields.internationalReserved)
            checkBlank(record, EntryFields.countedReserved)
        }
    }

    private mutating func checkCount(_ record: Columns, _ field: RecordField) {
        guard let count = record.number(field) else {
            return flaw(.addendaCount, field, record, "4 digits")
        }
        if count != UInt64(addendaSeen) { flaw(.addendaCount, field, record, "\(addendaSeen)") }
    }

    private mutating func checkBlank(_ record: Columns, _ field: RecordField) {
        if !record.isBlank(field) { flaw(.reservedNotBlank, field, record, "blanks") }
    }

    /// Accounting advice: no trace number, no addenda, an account and an amount of their own size.
    private mutating func checkAdvice(_ record: Columns) {
        typealias Fields = EntryFields
        let side = record.pair(2).flatMap { TransactionCode.adviceSide(of: Int($0)) }
        if side == nil {
            flaw(.transactionCodeUnknown, Fields.code, record, "81 through 88")
        }
        _ = checkReceiver(record)
        let cents = record.number(Fields.adviceAmount)
        if cents == nil { flaw(.notDigits, Fields.adviceAmount, record, "12 digits") }
        if let side, let cents {
            batch.totals.add(side, cents: cents)
        } else {
            batch.amountsAreKnown = false
        }
        if record.isBlankOrZero(Fields.adviceAccount.columns) {
            flaw(.blank, Fields.adviceAccount, record, "an account number")
        }
        for field in [Fields.adviceRouting, Fields.adviceOperator, Fields.adviceSequence]
        where record.number(field) == nil {
            flaw(.notDigits, field, record, "\(field.width) digits")
        }
        if !(1...366).contains(record.number(Fields.adviceDay) ?? 0) {
            flaw(.dateUnreadable, Fields.adviceDay, record, "001 through 366")
        }
        checkIndicator(record)
        if addendaSeen > 0 {
            flaw(.addendaTooMany, AddendaFields.type, addendaColumns(0), "no addenda")
        }
    }

    // MARK: - Addenda

    private mutating func checkAddenda(_ entry: Columns, _ trace: UInt64?) -> AddendaKinds {
        var kinds: AddendaKinds = []
        for index in 0..<(heldCount - 1) {
            let record = addendaColumns(index)
            switch record.half(2) {
            case 0x3939: kinds.insert(checkReturn(record, entry, trace))
            case 0x3839: kinds.insert(checkChange(record, entry, trace))
            case 0x3530:
                kinds.insert(.forward)
                checkPaymentInformation(record, entry, trace, index)
            case 0x3230:
                kinds.insert(.forward)
                checkTrace(record, entry, trace)
                checkAllowed(record, batch.entryClass?.takesCardAddenda)
            case 0x3031, 0x3131, 0x3231, 0x3331, 0x3431, 0x3531, 0x3631, 0x3731, 0x3831:
                kinds.insert(.forward)
                checkEntrySequence(record, entry, trace)
                checkAllowed(record, batch.entryClass.map { $0 == .iat })
            default:
                kinds.insert(.unread)
                flaw(
                    .addendaUnreadable, AddendaFields.type, record,
                    "02, 05, 10 through 18, 98 or 99")
            }
        }
        if batch.shape == .international { checkInternationalOrder(kinds) }
        return kinds
    }

    private mutating func checkAllowed(_ record: Columns, _ isAllowed: Bool?) {
        guard isAllowed == false else { return }
        flaw(
            .addendaMisplaced, AddendaFields.type, record,
            "a type that \(batch.entryClass?.rawValue ?? "the class") entries carry")
    }

    private mutating func checkInternationalOrder(_ kinds: AddendaKinds) {
        var order = InternationalOrder()
        for index in 0..<(heldCount - 1) {
            let record = addendaColumns(index)
            guard let type = record.pair(2).map(Int.init) else { return }
            guard order.take(type, isLast: index == heldCount - 2) else {
                return flaw(
                    .addendaOrder, AddendaFields.type, record,
                    "10 through 16 once each, then 17 and 18")
            }
        }
        if !order.isComplete {
            flaw(
                .addendaOrder, AddendaFields.type, Columns(base: records),
                "addenda 10 through 16, once each")
        }
    }

    private mutating func checkPaymentInformation(
        _ record: Columns, _ entry: Columns, _ trace: UInt64?, _ index: Int
    ) {
        if record.number(AddendaFields.sequence) != UInt64(index + 1) {
            flaw(
                .addendaSequence, AddendaFields.sequence, record,
                Digits.padded(UInt64(index + 1), to: 4))
        }
        checkEntrySequence(record, entry, trace)
        checkAllowed(record, batch.entryClass.map { $0.takesPaymentInformation })
    }

    private mutating func checkEntrySequence(_ record: Columns, _ entry: Columns, _ trace: UInt64?)
    {
        guard trace != nil, !record.bytes(88...94).elementsEqual(entry.bytes(88...94)) else {
            return
        }
        flaw(
            .addendaSequence, AddendaFields.entrySequence, record,
            "\(String(decoding: entry.bytes(88...94), as: UTF8.self)), the end of the entry's "
                + "trace number")
    }

    /// Nacha Operating Rules, Appendix Two: the trace of a return addenda equals its entry's, or
    /// the operator returns it as R27.
    @inline(__always)
    private mutating func checkTrace(_ record: Columns, _ entry: Columns, _ trace: UInt64?) {
        guard trace != nil,
            record.word(80) != entry.word(80) || record.word(87) != entry.word(87)
        else { return }
        flaw(
            .addendaTrace, AddendaFields.trace, record,
            "\(entry.columns(EntryFields.trace)), the entry's")
    }

    private mutating func checkReturn(
        _ record: Columns, _ entry: Columns, _ trace: UInt64?
    ) -> AddendaKinds {
        checkTrace(record, entry, trace)
        var kind = ReturnCodeKinds.kind(record)
        if kind == .unknown {
            guard let code = ReturnCode(record.columns(AddendaFields.code)) else {
                flaw(.addendaUnreadable, AddendaFields.code, record, "a return code")
                return .unread
            }
            if record.columns(AddendaFields.code) != code.text {
                flaw(.lowerCase, AddendaFields.code, record, code.text)
            }
            if !code.facts.isKnown {
                flaw(
                    .returnCodeUnknown, AddendaFields.code, record,
                    "a return code of the Nacha rules")
            }
            kind = ReturnCodeKinds.Kind(code.facts.kind)
            if code.reportsDeath { kind = .death }
        }
        var isRead = checkDigits(record, AddendaFields.originalTrace, record.digits15(7) != nil)
        if !checkDigits(record, AddendaFields.originalDFI, record.digits8(28) != nil) {
            isRead = false
        }
        switch kind {
        case .unknown, .return:
            if batch.shape != .international { checkNoDate(record) }
            return isRead ? .return : .unread
        case .death:
            checkDay(record, AddendaFields.dateOfDeath)
            return isRead ? .return : .unread
        case .dishonored:
            checkNoDate(record)
            checkBlank(record, AddendaFields.dishonoredReserved)
            if !checkRefusedReturn(record) { isRead = false }
            return isRead ? .dishonored : .unread
        case .contested:
            checkDay(record, AddendaFields.originalReturned)
            checkJulian(record, AddendaFields.originalSettlement)
            if !checkRefusedReturn(record) { isRead = false }
            if !checkDigits(
                record, AddendaFields.dishonoredTrace, record.digits15(59) != nil)
            {
                isRead = false
            }
            checkJulian(record, AddendaFields.dishonoredSettlement)
            if !checkShortCode(record, AddendaFields.dishonoredCode) { isRead = false }
            checkBlank(record, AddendaFields.contestedReserved)
            return isRead ? .contested : .unread
        }
    }

    @inline(__always)
    private mutating func checkNoDate(_ record: Columns) {
        // Six columns of a word of eight.
        guard record.word(22) & 0xFFFF_FFFF_FFFF != 0x2020_2020_2020 else { return }
        flaw(.reservedNotBlank, AddendaFields.reservedDate, record, "blanks")
    }

    private mutating func checkRefusedReturn(_ record: Columns) -> Bool {
        let isRead = checkDigits(record, AddendaFields.returnTrace, record.digits15(39) != nil)
        checkJulian(record, AddendaFields.returnSettlement)
        return checkShortCode(record, AddendaFields.returnCode) && isRead
    }

    @inline(__always)
    private mutating func checkDigits(
        _ record: Columns, _ field: @autoclosure () -> RecordField, _ isRead: Bool
    ) -> Bool {
        if isRead { return true }
        let field = field()
        flaw(.addendaUnreadable, field, record, "\(field.width) digits")
        return false
    }

    private mutating func checkShortCode(_ record: Columns, _ field: RecordField) -> Bool {
        if ReturnCode("R" + record.columns(field)) != nil { return true }
        flaw(.addendaUnreadable, field, record, "a return code without its R")
        return false
    }

    /// Blanks are no date; anything else must be one.
    private mutating func checkDay(_ record: Columns, _ field: RecordField) {
        guard !record.isBlank(field), Day(yymmdd: record.columns(field)) == nil else { return }
        flaw(.dateUnreadable, field, record, "a date, YYMMDD, or blanks")
    }

    private mutating func checkJulian(_ record: Columns, _ field: RecordField) {
        guard !record.isBlank(field), !(1...366).contains(record.number(field) ?? 0) else { return }
        flaw(.dateUnreadable, field, record, "001 through 366, or blanks")
    }

    private mutating func checkChange(
        _ record: Columns, _ entry: Columns, _ trace: UInt64?
    ) -> AddendaKinds {
        checkTrace(record, entry, trace)
        guard let code = ChangeCode(record.columns(AddendaFields.code)) else {
            flaw(.addendaUnreadable, AddendaFields.code, record, "a change code")
            return .unread
        }
        if record.columns(AddendaFields.code) != code.text {
            flaw(.lowerCase, AddendaFields.code, record, code.text)
        }
        if !code.facts.isKnown {
            flaw(.changeCodeUnknown, AddendaFields.code, record, "a change code of the Nacha rules")
        }
        var isRead = checkDigits(record, AddendaFields.originalTrace, record.digits15(7) != nil)
        checkNoDate(record)
        if !checkDigits(record, AddendaFields.originalDFI, record.digits8(28) != nil) {
            isRead = false
        }
        guard code.facts.kind == .refusal else {
            checkBlank(
                record,
                batch.isInternationalChange
                    ? AddendaFields.internationalChangeReserved : AddendaFields.changeReserved)
            return isRead ? .change : .unread
        }
        if ChangeCode(record.columns(AddendaFields.changeCode)) == nil {
            flaw(.addendaUnreadable, AddendaFields.changeCode, record, "a change code")
            isRead = false
        }
        if record.number(AddendaFields.changeSequence) == nil {
            flaw(.addendaUnreadable, AddendaFields.changeSequence, record, "7 digits")
            isRead = false
        }
        checkBlank(record, AddendaFields.refusedChangeReserved)
        return isRead ? .refusedChange : .unread
    }

    private mutating func flaw(
        _ code: Problem.Code, _ field: RecordField, _ record: Columns, _ expected: String
    ) {
        add(code, field, line: record.line, .entry, record.quoted(field), expected)
    }
}

/// Which layout a return code brings, without a look into the book for each of a million returns.
enum ReturnCodeKinds {
    enum Kind: UInt8 {
        case unknown, `return`, death, dishonored, contested

        init(_ kind: ReturnKind) {
            switch kind {
            case .return: self = .return
            case .dishonored: self = .dishonored
            case .contested: self = .contested
            }
        }
    }

    /// By the two digits after the `R`.
    private static let table: [Kind] = (0..<100).map { number in
        guard let code = ReturnCode("R" + Digits.padded(UInt64(number), to: 2)),
            code.facts.isKnown
        else { return .unknown }
        return code.reportsDeath ? .death : Kind(code.facts.kind)
    }

    @inline(__always)
    static func kind(_ record: Columns) -> Kind {
        guard record.byte(4) == 0x52, let number = record.pair(5) else { return .unknown }
        return table[Int(number)]
    }
}

extension TransactionCode {
    /// Also of accounting advice: 81 through 88, credits odd.
    static func side(of code: Int) -> EntrySide? {
        UInt8(exactly: code).flatMap { TransactionCode(rawValue: $0)?.side } ?? adviceSide(of: code)
    }

    static func adviceSide(of code: Int) -> EntrySide? {
        guard (81...88).contains(code) else { return nil }
        return code % 2 == 1 ? .credit : .debit
    }
}

extension StandardEntryClass {
    /// Type 02: what a card terminal adds.
    var takesCardAddenda: Bool { self == .pos || self == .mte || self == .shr }

    /// Type 05.
    var takesPaymentInformation: Bool {
        switch self {
        case .web, .ppd, .ccd, .ctx, .cie, .ack, .atx, .dne, .enr, .trx: true
        case .tel, .cor, .adv, .arc, .boc, .iat, .mte, .pop, .pos, .rck, .shr, .trc, .xck: false
        }
    }
}
