import Banking

/// A batch whose control record has not come yet.
struct OpenBatch {
    var line = 0
    var hasHeader = false
    var serviceClass: ServiceClass?
    var entryClass: StandardEntryClass?
    var shape = EntryShape.usual
    var isInternationalChange = false
    var odfi: UInt64?
    var number: UInt64?
    var counts = EntryCounts()
    var totals = ControlTotals()
    /// Records that could not be told to be entries, addenda or neither.
    var unknown = 0
    var hashIsKnown = true
    var amountsAreKnown = true
    /// What is wrong with the header is wrong with each entry under it.
    var worst: Problem.Severity?
}

// Which record may follow which, and what each control proves.
extension StreamReader {
    var expectedTypes: String {
        switch state {
        case .start, .notNacha: "1, the file header"
        case .file: "5, a batch header, or 9, the file control"
        case .batch where heldCount == 0: "6, an entry, or 8, the batch control"
        case .batch: "6, an entry, 7, an addenda, or 8, the batch control"
        case .done: "the end of the file"
        }
    }

    mutating func begin<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if looksLikeHeader(record) { return try beginFile(record, take) }
        guard isFragment(record) else { return try takeOther(record, take) }
        try beginFragment(record, take)
        recordCount -= 1
        try self.take(record, take)
    }

    mutating func beginFile<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        state = .file
        files += 1
        hasFileHeader = true
        fileHeader.copyMemory(from: record.base, byteCount: Columns.stride)
        checkFileHeader(Columns(base: fileHeader))
        try flush(take)
        let span = RawSpan(_unsafeStart: UnsafeRawPointer(fileHeader), byteCount: Columns.stride)
        try take(.file(RecordView(span)))
    }

    /// A part of a file: the records before these never came.
    mutating func beginFragment<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if state == .done {
            recordCount -= 1
            line -= 1
            try endFile(take)
            line += 1
            recordCount = 1
        }
        state = .file
        files += 1
        hasFileHeader = false
        fileProof = .unproven
        add(
            .fileHeaderMissing, Layout.recordType, line: line, .file,
            "a record of type \(Character(Unicode.Scalar(record.byte(1))))", "1, the file header")
    }

    mutating func takeSecondHeader<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        try closeEntry(take)
        if state == .batch { try closeWithoutControl("another file header", take) }
        if state != .done {
            fileProof.weaken(.unproven)
            add(
                .fileControlMissing, Layout.recordType, line: line, .file, "another file header",
                "9, the file control")
        }
        recordCount -= 1
        line -= 1
        try endFile(take)
        line += 1
        recordCount = 1
        add(
            .secondFile, Layout.recordType, line: line, .file, "another file header",
            "the end of the file")
        try beginFile(record, take)
    }

    mutating func openWithoutHeader<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if state == .done { try beginFragment(record, take) }
        add(
            .batchHeaderMissing, Layout.recordType, line: line, .file, "an entry",
            "5, a batch header")
        state = .batch
        batch = OpenBatch()
        batch.line = line
        batchCount += 1
        rules = BatchRules(serviceClass: nil, entryClass: nil, odfi: nil)
    }

    mutating func closeWithoutControl<Failure: Error>(
        _ found: String, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        add(
            .batchControlMissing, Layout.recordType, line: line, .file, found,
            "8, the batch control")
        try closeBatch(nil, take)
        state = .file
    }

    /// A record that cannot be placed may have been part of the entry before it, or an entry.
    mutating func takeUnknown<Failure: Error>(
        _ record: Columns, _ code: Problem.Code, _ field: RecordField, _ found: String,
        _ expected: String, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        (records + heldCount * Columns.stride).storeBytes(
            of: line, toByteOffset: Columns.lineOffset, as: Int.self)
        if state == .done {
            add(code, field, line: line, .after, found, expected)
        } else {
            add(code, field, line: line, .entry, found, expected)
        }
        if state == .batch {
            batch.unknown += 1
            batch.hashIsKnown = false
            batch.amountsAreKnown = false
        }
        try tellLoose(record, take)
    }

    mutating func addendaWithoutEntry() {
        add(
            .addendaWithoutEntry, Layout.recordType, line: line, .entry, "an addenda",
            expectedTypes)
        if state == .batch {
            batch.counts.addenda += 1
            batch.totals.count += 1
        }
    }

    mutating func tellLoose<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        try flush(take)
        if state == .batch {
            batch.counts.quarantined += 1
        } else {
            fileSums.quarantined += 1
        }
        let span = RawSpan(_unsafeStart: record.base, byteCount: Columns.stride)
        try take(
            .quarantined(
                EntryView(
                    span, 1, state == .batch ? batch.entryClass : nil, batch.shape,
                    hasBatch: state == .batch && batch.hasHeader, isInternationalChange: false,
                    bytes: lineOffset..<lineStop)))
    }

    mutating func takeOther<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let looks =
            switch record.byte(1) {
            case 0x3C: "something like a web page"
            case 0x7B, 0x5B: "something like JSON"
            case 0x50 where record.equals(1...2, "PK"): "a compressed archive"
            case 0x25 where record.equals(1...4, "%PDF"): "a PDF document"
            case 0x2D where record.equals(1...5, "-----"): "an encrypted message"
            default: "something else"
            }
        add(
            .notANachaFile, Layout.wholeRecord, line: line, .file, looks,
            "a file header record, beginning with 101")
        state = .notNacha
    }

    // MARK: - What a record looks like

    func isReadable(_ record: Columns) -> Bool { looksLikeHeader(record) || isFragment(record) }

    /// A `1` and the constants that no other kind of text has in these columns. One of them may be
    /// wrong and the file still be meant as one.
    func looksLikeHeader(_ record: Columns) -> Bool {
        guard record.byte(1) == 0x31 else { return false }
        let signs = [
            record.equals(2...3, "01"), record.equals(35...37, "094"), record.equals(38...39, "10"),
            record.number(24...29) != nil,
        ]
        return signs.filter { $0 }.count >= 3
    }

    func isFragment(_ record: Columns) -> Bool {
        switch record.byte(1) {
        case 0x35: looksLikeBatchHeader(record)
        case 0x36: record.number(30...39) != nil && record.number(80...94) != nil
        default: false
        }
    }

    func looksLikeBatchHeader(_ record: Columns) -> Bool {
        let serviceClass = record.number(2...4)
        return serviceClass == 280
            || serviceClass.flatMap { ServiceClass(rawValue: Int($0)) } != nil
            || entryClass(record) != nil
    }

    /// The sides of a batch repeat each other: three of five signs tell a control from an entry
    /// whose first column is wrong.
    func looksLikeBatchControl(_ record: Columns) -> Bool {
        guard batch.hasHeader else { return isMostlyDigits(record, 5...44) }
        let header = Columns(base: batchHeader)
        let signs = [
            record.bytes(2...4).elementsEqual(header.bytes(2...4)),
            batch.shape == .advice
                ? record.number(21...60) == nil
                : record.bytes(45...54).elementsEqual(header.bytes(41...50)),
            record.bytes(80...87).elementsEqual(header.bytes(80...87)),
            record.bytes(88...94).elementsEqual(header.bytes(88...94)),
            record.isBlank(61...79),
        ]
        return signs.filter { $0 }.count >= 3
    }

    func looksLikeFileControl(_ record: Columns) -> Bool { isMostlyDigits(record, 2...55) }

    /// Three quarters of the columns and more.
    private func isMostlyDigits(_ record: Columns, _ columns: ClosedRange<Int>) -> Bool {
        let digits = record.bytes(columns).count { (0x30...0x39).contains($0) }
        return digits * 4 >= columns.count * 3
    }

    /// The class, whatever the case of its letters.
    private func entryClass(_ record: Columns) -> StandardEntryClass? {
        StandardEntryClass(rawValue: record.columns(BatchHeaderFields.entryClass).uppercased())
    }

    // MARK: - The file

    private mutating func checkFileHeader(_ record: Columns) {
        typealias Fields = FileHeaderFields
        proveConstant(record, Fields.priority, "01")
        for field in [Fields.destination, Fields.origin] where record.isBlank(field) {
            add(
                .blank, field, line: line, .file, "only blanks", "a routing number or an agreed id")
        }
        if record.byte(4) == 0x20, let number = record.number(5...13),
            RoutingNumber(number: Int(number)) == nil
        {
            add(
                .partyCheckDigit, Fields.destination, line: line, .file,
                record.columns(Fields.destination), "a routing number with its check digit")
        }
        if Day(yymmdd: record.columns(Fields.created)) == nil {
            add(
                .notADate, Fields.created, line: line, .file, record.quoted(Fields.created),
                "a date, YYMMDD")
        }
        if !record.isBlank(Fields.createdAt),
            TimeOfDay(hhmm: record.columns(Fields.createdAt)) == nil
        {
            add(
                .notATime, Fields.createdAt, line: line, .file, record.quoted(Fields.createdAt),
                "a time, HHMM, or blanks")
        }
        if !FileModifier.isValid(record.byte(34)) {
            add(
                .notAModifier, Fields.modifier, line: line, .file, record.quoted(Fields.modifier),
                "A-Z or 0-9")
        }
        proveConstant(record, Fields.recordSize, "094")
        proveConstant(record, Fields.blocking, "10")
        proveConstant(record, Fields.format, "1")
    }

    mutating func readFileControl(_ record: Columns) {
        typealias Fields = FileControlFields
        var proof = fileProof
        if let declared = number(record, Fields.batches, .file), declared != UInt64(batchCount) {
            proof.weaken(.contradicted)
            add(
                .batchCountDiffers, Fields.batches, line: line, .file, "\(declared)",
                "\(batchCount)")
        }
        if let declared = number(record, Fields.blocks, .file) { declaredBlocks = (declared, line) }
        let (debits, credits) =
            isAdviceFile
            ? (Fields.adviceDebits, Fields.adviceCredits) : (Fields.debits, Fields.credits)
        let isKnown = fileTotalsAreKnown
        proveTotal(record, Fields.count, UInt64(fileTotals.count), .countDiffers, isKnown, &proof)
        proveTotal(record, Fields.hash, fileTotals.hash, .hashDiffers, isKnown, &proof)
        proveTotal(record, debits, fileTotals.debits, .totalDiffers, isKnown, &proof)
        proveTotal(record, credits, fileTotals.credits, .totalDiffers, isKnown, &proof)
        fileProof = proof
        checkReserved(record, isAdviceFile ? Fields.adviceReserved : Fields.reserved, .file)
    }

    mutating func endFile<Failure: Error>(
        _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if state == .done { proveBlocks() }
        try flush(take)
        let verdict: FileReport.Verdict =
            switch (state, worst) {
            case (.notNacha, _): .notNacha
            case (_, .refusal): .refused
            case (_, .quarantine): .quarantined
            case (_, .warning), (_, nil): .valid
            }
        if state == .start || state == .notNacha { fileProof = .unproven }
        try take(
            .fileEnd(
                FileReport(
                    number: max(1, files), verdict: verdict, proof: fileProof,
                    batches: batchCount, counts: fileSums, totals: fileComputed, line: line)))
        fileTotals = ControlTotals()
        fileComputed = ControlTotals()
        fileSums = EntryCounts()
        fileProof = .proven
        fileTotalsAreKnown = true
        recordCount = 0
        batchCount = 0
        previousBatchNumber = nil
        declaredBlocks = nil
        isAdviceFile = false
        worst = nil
    }

    private mutating func proveBlocks() {
        let full = (recordCount + Layout.blockingFactor - 1) / Layout.blockingFactor
        if let declaredBlocks, declaredBlocks.count != UInt64(full), hasFileHeader {
            add(
                .blockCountDiffers, FileControlFields.blocks, line: declaredBlocks.line, .file,
                "\(declaredBlocks.count)", "\(full)")
        }
        if recordCount % Layout.blockingFactor != 0, hasFileHeader {
            add(
                .paddingMissing, Layout.recordType, line: line, .file, "\(recordCount) records",
                "records of nines up to \(full * Layout.blockingFactor)")
        }
    }

    // MARK: - Batches

    mutating func openBatch<Failure: Error>(
        _ record: Columns, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        batchHeader.copyMemory(from: record.base, byteCount: Columns.stride)
        batchHeader.storeBytes(of: line, toByteOffset: Columns.lineOffset, as: Int.self)
        batch = OpenBatch()
        batch.line = line
        batch.hasHeader = true
        batchCount += 1
        let outer = entryWorst
        entryWorst = nil
        checkBatchHeader(Columns(base: batchHeader))
        batch.worst = entryWorst
        entryWorst = outer
        rules = BatchRules(
            serviceClass: batch.serviceClass, entryClass: batch.entryClass,
            odfi: batch.odfi.flatMap { DFIIdentification(number: Int($0)) })
        try flush(take)
        let span = RawSpan(_unsafeStart: UnsafeRawPointer(batchHeader), byteCount: Columns.stride)
        try take(
            .batch(
                BatchView(
                    RecordView(span), batch.entryClass, batch.serviceClass,
                    bytes: lineOffset..<lineStop)))
    }

    private mutating func checkBatchHeader(_ record: Columns) {
        typealias Fields = BatchHeaderFields
        batch.entryClass = entryClass(record)
        if let entryClass = batch.entryClass {
            batch.shape = entryClass.shape
            if entryClass.rawValue != record.columns(Fields.entryClass) {
                add(
                    .lowerCase, Fields.entryClass, line: line, .entry,
                    record.quoted(Fields.entryClass), entryClass.rawValue)
            }
        } else {
            add(
                .entryClassUnknown, Fields.entryClass, line: line, .entry,
                record.quoted(Fields.entryClass), "a class of the Nacha rules")
        }
        let isAdvice = batch.shape == .advice
        if batchCount == 1 { isAdviceFile = isAdvice }
        batch.isInternationalChange = batch.entryClass == .cor && record.equals(5...10, "IATCOR")
        let serviceClass = record.number(Fields.serviceClass)
        // The class of advice says nothing of sides, and no other class belongs to it.
        if !isAdvice {
            batch.serviceClass = serviceClass.flatMap { ServiceClass(rawValue: Int($0)) }
        }
        if isAdvice ? serviceClass != 280 : batch.serviceClass == nil {
            add(
                .serviceClassUnknown, Fields.serviceClass, line: line, .entry,
                record.quoted(Fields.serviceClass), isAdvice ? "280" : "200, 220 or 225")
        }
        // The name of an international batch is its indicator, usually blank.
        let isInternational = batch.shape == .international || batch.isInternationalChange
        for field in [Fields.companyName, Fields.company, Fields.description]
        where record.isBlankOrZero(field.columns)
            && !(isInternational && field == Fields.companyName) && !isAdvice
        {
            add(.blank, field, line: line, .entry, "only blanks or zeros", "text")
        }
        if Day(yymmdd: record.columns(Fields.effective)) == nil, !isAdvice {
            add(
                .dateUnreadable, Fields.effective, line: line, .entry,
                record.quoted(Fields.effective), "a date, YYMMDD")
        }
        checkJulianDay(record, Fields.settlement)
        let status = record.byte(79)
        if status != 0x31, status != 0x32, !(isAdvice && status == 0x30) {
            add(
                .statusUnknown, Fields.status, line: line, .entry, record.quoted(Fields.status),
                isAdvice ? "0" : "1 or 2")
        }
        batch.odfi = number(record, Fields.odfi, .entry)
        batch.number = number(record, Fields.number, .entry)
        if let number = batch.number {
            if let previous = previousBatchNumber, number <= previous {
                add(
                    .batchNumberNotAscending, Fields.number, line: line, .entry, "\(number)",
                    "more than \(previous)")
            }
            previousBatchNumber = number
        }
    }

    mutating func closeBatch<Failure: Error>(
        _ control: Columns?, _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        batch.totals.hash %= Layout.hashModulus
        var proof = Proof.proven
        if let control {
            if batch.hasHeader { compare(control) }
            proveControl(control, &proof)
        } else {
            proof = .unproven
            fileTotalsAreKnown = false
        }
        if !batch.hasHeader { proof.weaken(.unproven) }
        if batch.counts.entries == 0, batch.unknown == 0 {
            add(.batchEmpty, Layout.recordType, line: line, .batch, "no entry", "at least one")
        }
        fileProof.weaken(proof)
        fileSums.add(batch.counts)
        fileComputed.add(batch.totals)
        try flush(take)
        try take(
            .batchEnd(
                BatchReport(
                    line: batch.line, number: batch.number.map(Int.init),
                    entryClass: batch.entryClass, counts: batch.counts, totals: batch.totals,
                    proof: proof)))
    }

    private mutating func compare(_ control: Columns) {
        typealias Fields = BatchControlFields
        let header = Columns(base: batchHeader)
        let there = "as the batch header on line \(batch.line)"
        if !control.bytes(2...4).elementsEqual(header.bytes(2...4)) {
            add(
                .serviceClassDiffers, Fields.serviceClass, line: line, .batch,
                control.quoted(Fields.serviceClass),
                "\(header.columns(BatchHeaderFields.serviceClass)), \(there)")
        }
        if batch.shape != .advice,
            control.trimmed(Fields.company) != header.trimmed(BatchHeaderFields.company)
        {
            add(
                .companyDiffers, Fields.company, line: line, .batch,
                control.quoted(Fields.company),
                "\"\(header.columns(BatchHeaderFields.company))\", \(there)")
        }
        if let here = number(control, Fields.odfi, .batch), let odfi = batch.odfi, here != odfi {
            add(
                .odfiDiffers, Fields.odfi, line: line, .batch, "\(here)", "\(odfi), \(there)")
        }
        if let here = number(control, Fields.number, .batch), let number = batch.number,
            here != number
        {
            add(
                .batchNumberDiffers, Fields.number, line: line, .batch, "\(here)",
                "\(number), \(there)")
        }
    }

    /// Proves the batch's own totals, and adds what is declared to the file's: the rules sum the
    /// fields of the control records, so that a wrong batch does not make the file wrong as well.
    private mutating func proveControl(_ record: Columns, _ proof: inout Proof) {
        typealias Fields = BatchControlFields
        let isAdvice = batch.shape == .advice
        let (debitField, creditField) =
            isAdvice ? (Fields.adviceDebits, Fields.adviceCredits) : (Fields.debits, Fields.credits)
        let count = proveCount(record, &proof)
        let hash = proveTotal(
            record, Fields.hash, batch.totals.hash, .hashDiffers, batch.hashIsKnown, &proof)
        let debits = proveTotal(
            record, debitField, batch.totals.debits, .totalDiffers, batch.amountsAreKnown, &proof)
        let credits = proveTotal(
            record, creditField, batch.totals.credits, .totalDiffers, batch.amountsAreKnown, &proof)
        if !isAdvice {
            checkReserved(record, Fields.authentication, .batch)
            checkReserved(record, Fields.reserved, .batch)
        }
        guard let count, let hash, let debits, let credits else {
            fileTotalsAreKnown = false
            return
        }
        var declared = ControlTotals()
        declared.count = Int(count)
        declared.hash = hash
        declared.debits = debits
        declared.credits = credits
        fileTotals.add(declared)
    }

    /// Records that could not be placed may each have counted or not.
    private mutating func proveCount(_ record: Columns, _ proof: inout Proof) -> UInt64? {
        let field = BatchControlFields.count
        guard let declared = number(record, field, .batch) else {
            proof.weaken(.unproven)
            return nil
        }
        let counted = UInt64(batch.totals.count)
        if batch.unknown > 0 { proof.weaken(.unproven) }
        if declared < counted || declared > counted + UInt64(batch.unknown) {
            proof.weaken(.contradicted)
            add(.countDiffers, field, line: line, .batch, "\(declared)", "\(counted)")
        }
        return declared
    }

    // MARK: - Fields

    @discardableResult
    private mutating func proveTotal(
        _ record: Columns, _ field: RecordField, _ expected: UInt64, _ code: Problem.Code,
        _ isKnown: Bool, _ proof: inout Proof
    ) -> UInt64? {
        guard let declared = number(record, field, .batch) else {
            proof.weaken(.unproven)
            return nil
        }
        if !isKnown {
            proof.weaken(.unproven)
        } else if declared != expected {
            proof.weaken(.contradicted)
            add(code, field, line: line, .batch, "\(declared)", "\(expected)")
        }
        return declared
    }

    private mutating func proveConstant(
        _ record: Columns, _ field: RecordField, _ constant: StaticString
    ) {
        guard !record.equals(field.columns, constant) else { return }
        add(
            .wrongConstant, field, line: line, .file, record.quoted(field), constant.description)
    }

    private mutating func number(
        _ record: Columns, _ field: RecordField, _ scope: ProblemScope
    ) -> UInt64? {
        if let number = record.number(field) { return number }
        add(.notDigits, field, line: line, scope, record.quoted(field), "\(field.width) digits")
        return nil
    }

    private mutating func checkJulianDay(_ record: Columns, _ field: RecordField) {
        guard !record.isBlank(field) else { return }
        if let number = record.number(field), (1...366).contains(number) { return }
        add(
            .dateUnreadable, field, line: line, .entry, record.quoted(field),
            "001 through 366, or blanks")
    }

    private mutating func checkReserved(
        _ record: Columns, _ field: RecordField, _ scope: ProblemScope
    ) {
        guard !record.isBlank(field) else { return }
        add(.reservedNotBlank, field, line: line, scope, record.quoted(field), "blanks")
    }

    // MARK: - Problems

    mutating func addStray(_ found: String) {
        add(
            .strayBytes, Layout.recordType, line: line, .after, found, "nothing around the records")
    }

    mutating func add(
        _ code: Problem.Code, _ field: RecordField, line: Int, _ scope: ProblemScope,
        _ found: String, _ expected: String
    ) {
        guard let severity = profile.severity(code, scope) else { return }
        worst = max(worst ?? severity, severity)
        if scope == .entry { entryWorst = max(entryWorst ?? severity, severity) }
        problems.append(
            Problem(
                line: line, field: field, code: code, found: found, expected: expected,
                severity: severity))
    }

    mutating func flush<Failure: Error>(
        _ take: (borrowing StreamEvent) throws(Failure) -> Void
    ) throws(Failure) {
        guard !problems.isEmpty else { return }
        for problem in problems { try take(.problem(problem)) }
        problems.removeAll(keepingCapacity: true)
    }
}
