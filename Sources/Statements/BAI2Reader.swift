import Banking
import Money

/// Reads a BAI2 file of any size as its bytes come, and proves it: control totals and record counts
/// of each account, each group and the file.
///
/// Memory holds one record with its continuations; it does not grow with the file. No bytes make
/// the reader crash.
public struct BAI2Reader: Sendable {
    /// Bytes of one line. The longest the format has is 999; banks write more.
    public static let lineMax = 16_384
    /// Bytes of a record with all its continuations.
    public static let recordMax = 262_144

    private var cutter = LineCutter(max: lineMax)
    private var line = 0
    private var teller = StatementTeller()
    private var state = State.start
    private var open: BAI2Record?

    private var file = Level()
    private var group = Level()
    private var groupFacts = GroupFacts()
    private var account: Account?

    private enum State { case start, file, group, account, done, stranger }

    /// What a control record is about.
    private struct Level {
        var total: Int128 = 0
        var totalIsKnown = true
        var records = 0
        var members = 0
        var proof = StatementProof.proven
    }

    private struct GroupFacts {
        var asOf: Day?
        var currency: Currency?
        var standing = BankStatement.Standing.current
        var fileID = ""
    }

    private struct Account {
        var level = Level()
        var statement: BankStatement
        var sums: StatementSums
        var seen = SeenItems()
        var declared: [StatementSide: Int128] = [:]
        var hasProblem = false
    }

    /// A reader for one stream of bytes.
    public init() {}

    /// Takes the next bytes, cut anywhere, and tells what they complete.
    public mutating func read(_ chunk: [UInt8], _ take: (StatementEvent) -> Void) {
        guard state != .stranger else { return }
        for byte in chunk where cutter.take(byte) {
            takeLine()
            teller.drain(take)
            if state == .stranger { return }
        }
    }

    /// Tells what the end of the bytes completes, and what is proven. Call it once.
    public mutating func finish(_ take: (StatementEvent) -> Void) {
        if cutter.count > 0, state != .stranger { takeLine() }
        closeRecord()
        switch state {
        case .start:
            problem(.emptyFile, 1, "file", "nothing", "a file header, 01")
        case .file, .group, .account:
            problem(.endedEarly, line, "record", "the end of the file", "a file trailer, 99")
            endAccount(nil)
            teller.tally.weaken(.unproven)
        case .done, .stranger: break
        }
        teller.drain(take)
        take(.file(teller.tally.report(state == .stranger ? nil : .bai2, lines: line)))
    }

    // MARK: - Lines

    private mutating func takeLine() {
        line += 1
        defer { cutter.clear() }
        var bytes = cutter.line[...]
        if open?.kind == .fileTrailer, !bytes.starts(with: "88".utf8) { closeRecord() }
        if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            bytes = bytes.dropFirst(3)
            problem(.strayBytes, line, "file", "a byte order mark", "a file header, 01")
        }
        if state == .done || state == .start {
            let rest = bytes.drop { $0 == 0 || $0 == 0x1A }
            if rest.isEmpty, !bytes.isEmpty {
                problem(.strayBytes, line, "file", "end-of-file bytes", "nothing")
                return
            }
        }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
        guard !bytes.isEmpty else {
            problem(.blankLine, line, "record", "a line of blanks", "a record")
            return
        }
        let code = Array(bytes.prefix(3))
        guard state != .start || code == Array("01,".utf8) else {
            state = .stranger
            let name = Stranger.name(bytes) ?? "something else"
            problem(.notAStatement, line, "record", name, "a BAI2 file header, 01")
            return
        }
        guard !cutter.isTooLong else {
            closeRecord()
            problem(
                .lineTooLong, line, "record", "\(cutter.count) bytes",
                "at most \(Self.lineMax) bytes")
            weakenAll(.unproven)
            return
        }
        if bytes.hasControls {
            problem(.notPrintable, line, "record", "control characters", "printable characters")
        }
        take(bytes, code)
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ code: [UInt8]) {
        let isComplete = code.count == 3 && (code[2] == 0x2C || code[2] == 0x2F)
        guard isComplete, let kind = BAI2Record.Kind(rawValue: code[0], code[1]) else {
            closeRecord()
            let isAfter = state == .done
            problem(
                isAfter ? .afterEnd : .unknownRecord, line, "record code",
                Array(bytes.prefix(2)).printable, "01, 02, 03, 16, 88, 49, 98 or 99")
            if !isAfter { weakenAll(.unproven) }
            return
        }
        if kind == .continuation {
            count()
            guard open != nil else {
                misplaced("88", "a record to continue")
                return
            }
            open?.append(bytes)
            if let size = open?.bytes.count, size > Self.recordMax {
                problem(
                    .limitExceeded, line, "record", "\(size) bytes in one record",
                    "at most \(Self.recordMax) bytes")
                weakenAll(.unproven)
                open = nil
            }
            return
        }
        closeRecord()
        open = BAI2Record(kind: kind, line: line, bytes)
        begin(kind)
    }

    /// What the first line of a record changes at once: which counts its lines belong to.
    private mutating func begin(_ kind: BAI2Record.Kind) {
        switch kind {
        case .fileHeader:
            if state == .done {
                problem(.secondFile, line, "record", "another file header", "the end of the file")
            } else if state != .start {
                problem(.controlMissing, line, "record", "a file header, 01", "a file trailer, 99")
                endAccount(nil)
                weakenAll(.unproven)
            }
            file = Level()
            group = Level()
            groupFacts = GroupFacts()
            state = .file
        case .groupHeader:
            if state == .group || state == .account {
                problem(.controlMissing, line, "record", "a group header, 02", "a trailer, 49, 98")
                endAccount(nil)
                file.totalIsKnown = false
                weakenAll(.unproven)
            }
            if state != .start, state != .done {
                group = Level()
                file.members += 1
                state = .group
            }
        case .accountHeader:
            if state == .account {
                problem(.controlMissing, line, "record", "an account, 03", "a trailer, 49")
                endAccount(nil)
                group.totalIsKnown = false
                group.proof.weaken(.unproven)
                state = .group
            }
            if state == .group { group.members += 1 }
        case .transaction, .accountTrailer, .groupTrailer, .fileTrailer, .continuation: break
        }
        count()
    }

    private mutating func count() {
        file.records += 1
        group.records += 1
        account?.level.records += 1
    }

    private mutating func weakenAll(_ proof: StatementProof) {
        file.proof.weaken(proof)
        group.proof.weaken(proof)
        account?.level.proof.weaken(proof)
        teller.tally.weaken(proof)
    }

    // MARK: - Records

    private mutating func closeRecord() {
        guard let record = open else { return }
        open = nil
        var fields = record.fields
        if state == .done, record.kind != .fileHeader {
            problem(
                .afterEnd, record.line, "record", "a record \(record.kind.rawValue) after the end",
                "nothing", .refusal)
            return
        }
        if !record.isTerminated, record.kind != .transaction {
            problem(
                .terminatorMissing, record.line, "record", "no slash at the end", "a slash")
        }
        switch record.kind {
        case .fileHeader: take(fileHeader: &fields, record)
        case .groupHeader: take(groupHeader: &fields, record)
        case .accountHeader: take(accountHeader: &fields, record)
        case .transaction: take(transaction: &fields, record)
        case .accountTrailer: take(accountTrailer: &fields, record)
        case .groupTrailer: take(groupTrailer: &fields, record)
        case .fileTrailer: take(fileTrailer: &fields, record)
        case .continuation: break
        }
    }

    private mutating func take(fileHeader fields: inout BAI2Fields, _ record: BAI2Record) {
        let sender = fields.next() ?? []
        let receiver = fields.next() ?? []
        if sender.isEmpty || receiver.isEmpty {
            problem(
                .fieldMissing, record.line, "sender, receiver", "nothing", "who sends to whom",
                .warning)
        }
        let created = fields.next() ?? []
        if Day(yymmdd: created.printable) == nil {
            problem(.notADate, record.line, "file creation date", created, "YYMMDD", .warning)
        }
        _ = fields.next()
        groupFacts.fileID = (fields.next() ?? []).printable
        _ = fields.next()
        _ = fields.next()
        let version = (fields.next() ?? []).printable
        if version != "2" {
            problem(.versionUnknown, record.line, "version number", version, "2")
        }
    }

    private mutating func take(groupHeader fields: inout BAI2Fields, _ record: BAI2Record) {
        guard state == .group else {
            misplaced("02", "a file header, 01, before it", at: record.line)
            return
        }
        _ = fields.next()
        _ = fields.next()
        let status = (fields.next() ?? []).printable
        let asOf = fields.next() ?? []
        _ = fields.next()
        let currency = (fields.next() ?? []).printable
        let modifier = (fields.next() ?? []).printable
        let fileID = groupFacts.fileID
        groupFacts = GroupFacts()
        groupFacts.fileID = fileID
        groupFacts.asOf = Day(yymmdd: asOf.printable)
        if groupFacts.asOf == nil {
            problem(
                .notADate, record.line, "as-of date", asOf, "YYMMDD: the day of the statement",
                .refusal)
        }
        groupFacts.currency = currency.isEmpty ? nil : currencyRead(currency, record.line)
        switch status {
        case "1", "": break
        case "2": groupFacts.standing = .deletion
        // A correction is believed: it says again what is true.
        case "3": break
        case "4": groupFacts.standing = .test
        default:
            problem(.statusUnknown, record.line, "group status", status, "1, 2, 3 or 4")
        }
        if groupFacts.standing == .current, modifier == "1" || modifier == "3" {
            groupFacts.standing = .interim
        }
        if groupFacts.standing != .current {
            problem(
                .notCurrent, record.line, "group status",
                "a statement that is \(groupFacts.standing.rawValue)", "a final one",
                groupFacts.standing == .interim ? .warning : .quarantine)
        }
    }

    private mutating func currencyRead(_ text: String, _ line: Int) -> Currency? {
        guard let currency = Currency(text) else {
            problem(
                .currencyUnknown, line, "currency code", text, "three capital letters of ISO 4217")
            weakenAll(.unproven)
            return nil
        }
        return currency
    }

    private mutating func take(accountHeader fields: inout BAI2Fields, _ record: BAI2Record) {
        guard state == .group else {
            misplaced("03", "a group header, 02, before it", at: record.line)
            return
        }
        state = .account
        let number = (fields.next() ?? []).printable
        if number.isEmpty {
            problem(.accountMissing, record.line, "customer account number", "nothing", "a number")
        }
        let code = (fields.next() ?? []).printable
        let currency =
            (code.isEmpty ? nil : currencyRead(code, record.line)) ?? groupFacts.currency ?? .usd
        let statement = BankStatement(
            number: teller.tally.statements + 1, format: .bai2,
            account: StatementAccount(number: number), currency: currency,
            identification: groupFacts.fileID, asOf: groupFacts.asOf,
            standing: groupFacts.standing)
        var account = Account(
            statement: statement, sums: StatementSums(statement, accountNumber: number))
        account.level.records = record.lines
        account.level.proof = group.proof == .proven ? .proven : group.proof
        self.account = account
        takeSummaries(&fields, record)
        if let statement = self.account?.statement { teller.tell(.statement(statement)) }
    }

    /// Type, amount, item count and funds, again and again. An empty type is one that was left
    /// out, and its other fields with it.
    private mutating func takeSummaries(_ fields: inout BAI2Fields, _ record: BAI2Record) {
        while let type = fields.next() {
            guard !type.isEmpty else { continue }
            guard let code = AmountText.minor(type), type.count == 3 else {
                problem(.typeUnknown, record.line, "type code", type, "three digits", .refusal)
                unknownAmount()
                return
            }
            let text = fields.next() ?? []
            let itemCount = fields.next() ?? []
            if !itemCount.isEmpty, AmountText.minor(itemCount) == nil {
                problem(.notANumber, record.line, "item count", itemCount, "digits", .warning)
            }
            var availability = BAI2Funds()
            if takeFunds(&fields, record, &availability, .refusal) != nil {
                // Where the next field begins is not known any more.
                unknownAmount()
                return
            }
            guard !text.isEmpty else { continue }
            guard let amount = BAI2Record.signed(text) else {
                problem(.notAnAmount, record.line, "amount", text, "digits, with a sign or none")
                unknownAmount()
                continue
            }
            account?.level.total += amount
            keep(amount, of: Int(code), record)
        }
    }

    private mutating func keep(_ amount: Int128, of code: Int, _ record: BAI2Record) {
        switch code {
        case BAI2Code.totalCredits: account?.declared[.credit] = amount
        case BAI2Code.totalDebits: account?.declared[.debit] = amount
        case BAI2Code.openingLedger, BAI2Code.closingLedger:
            guard let quantity = AmountText.quantity(amount < 0 ? -amount : amount) else {
                problem(
                    .amountTooLarge, record.line, "amount", "\(amount)",
                    "at most \(Quantity.max.count)", .refusal)
                return
            }
            let balance = Balance(
                amount: quantity, side: amount < 0 ? .debit : .credit, day: groupFacts.asOf)
            if code == BAI2Code.openingLedger {
                account?.statement.opening = balance
            } else {
                account?.statement.closing = balance
            }
        default: break
        }
    }

    private mutating func unknownAmount() {
        account?.level.totalIsKnown = false
        account?.level.proof.weaken(.unproven)
    }

    private mutating func take(transaction fields: inout BAI2Fields, _ record: BAI2Record) {
        guard state == .account else {
            misplaced("16", "an account, 03, before it", at: record.line)
            return
        }
        let type = fields.next() ?? []
        let text = fields.next() ?? []
        var worst: StatementProblem.Severity?
        let code = type.count == 3 ? AmountText.minor(type).map { Int($0) } : nil
        var side = code.flatMap(BAI2Code.side)
        if side == nil {
            // 890 and its like tell without money; with an amount nobody knows which way it went.
            let isInformation = text.isEmpty || text.allSatisfy { $0 == 0x30 }
            problem(
                .typeUnknown, record.line, "type code", type, "a credit or debit code",
                isInformation && code != nil ? .warning : .refusal)
            side = .credit
        }
        guard let side else { return }
        guard let signed = text.isEmpty ? 0 : BAI2Record.signed(text) else {
            problem(.notAnAmount, record.line, "amount", text, "digits")
            unknownAmount()
            return
        }
        account?.level.total += signed
        if signed < 0 {
            problem(
                .negativeAmount, record.line, "amount", text,
                "an amount without a sign; read as one of the other side")
        }
        guard let amount = AmountText.quantity(signed < 0 ? -signed : signed) else {
            problem(
                .amountTooLarge, record.line, "amount", text, "at most \(Quantity.max.count)",
                .refusal)
            account?.level.proof.weaken(.unproven)
            return
        }
        var funds = BAI2Funds()
        worst = takeFunds(&fields, record, &funds)
        if !funds.agrees(with: signed) {
            problem(
                .fundsDiffer, record.line, "funds type", "parts that are not the amount",
                "parts that add up to \(signed)")
        }
        var item = StatementItem(
            place: .line(record.line), side: signed < 0 ? side.opposite : side, amount: amount)
        item.isReversal = signed < 0
        item.type = type.printable
        item.kind = code.map(BAI2Code.kind) ?? .other
        item.booked = groupFacts.asOf
        item.settles = funds.valueDay
        item.status = code.flatMap(BAI2Code.side) == nil ? .information : .booked
        item.bankReference = (fields.next() ?? []).trimmed.printable
        item.customerReference = (fields.next() ?? []).trimmed.printable
        item.text = fields.rest()
        item.ach = ACHReferences(text: item.text)
        tell(&item, worst)
    }

    private mutating func tell(_ item: inout StatementItem, _ worst: StatementProblem.Severity?) {
        if account?.seen.isRepeated(item) == true {
            teller.tell(
                .problem(
                    StatementProblem(
                        .duplicateItem, item.place, "record",
                        found: "the same item as one before", expected: "each item once")))
            item.isSetAside = true
        }
        if let worst, worst >= .quarantine { item.isSetAside = true }
        switch account?.statement.standing {
        case .current, .interim, nil: break
        case .duplicate, .deletion, .test: item.isSetAside = true
        }
        account?.sums.add(item)
        teller.tell(.item(item))
    }

    /// Reads the funds type and what it brings; what is wrong with it sets its item aside, and
    /// refuses the file where it is the account's.
    private mutating func takeFunds(
        _ fields: inout BAI2Fields, _ record: BAI2Record, _ funds: inout BAI2Funds,
        _ severity: StatementProblem.Severity = .quarantine
    ) -> StatementProblem.Severity? {
        do {
            try funds.take(&fields)
            return nil
        } catch {
            let (code, field, found, expected) = error.words
            problem(code, record.line, field, found, expected, severity)
            return severity
        }
    }

    // MARK: - Trailers

    private mutating func take(accountTrailer fields: inout BAI2Fields, _ record: BAI2Record) {
        guard state == .account, var account else {
            misplaced("49", "an account, 03, before it", at: record.line)
            return
        }
        let declared = trailer(&fields, record, "account control total", members: nil)
        prove(
            &account.level, declared, record, total: "account control total", members: nil,
            records: account.level.records)
        self.account = account
        group.total += account.level.total
        if !account.level.totalIsKnown { group.totalIsKnown = false }
        group.proof.weaken(account.level.proof)
        endAccount(record.line)
        state = .group
    }

    private mutating func take(groupTrailer fields: inout BAI2Fields, _ record: BAI2Record) {
        if state == .account {
            problem(
                .controlMissing, record.line, "record", "a group trailer, 98",
                "an account trailer, 49")
            endAccount(nil)
            group.totalIsKnown = false
            group.proof.weaken(.unproven)
            state = .group
        }
        guard state == .group else {
            misplaced("98", "a group header, 02, before it", at: record.line)
            return
        }
        let declared = trailer(&fields, record, "group control total", members: "accounts")
        var level = group
        prove(
            &level, declared, record, total: "group control total",
            members: (.accountCountDiffers, "number of accounts"), records: level.records)
        group = level
        file.total += group.total
        if !group.totalIsKnown { file.totalIsKnown = false }
        file.proof.weaken(group.proof)
        teller.tally.weaken(group.proof)
        state = .file
    }

    private mutating func take(fileTrailer fields: inout BAI2Fields, _ record: BAI2Record) {
        if state == .account || state == .group {
            problem(
                .controlMissing, record.line, "record", "a file trailer, 99",
                "a group trailer, 98")
            endAccount(nil)
            file.totalIsKnown = false
            file.proof.weaken(.unproven)
            teller.tally.weaken(.unproven)
        }
        guard state != .start else { return }
        let declared = trailer(&fields, record, "file control total", members: "groups")
        var level = file
        prove(
            &level, declared, record, total: "file control total",
            members: (.groupCountDiffers, "number of groups"), records: level.records)
        file = level
        teller.tally.weaken(file.proof)
        state = .done
    }

    private struct Trailer {
        var total: Int128?
        var members: Int128?
        var records: Int128?
    }

    private mutating func trailer(
        _ fields: inout BAI2Fields, _ record: BAI2Record, _ name: String, members: String?
    ) -> Trailer {
        var trailer = Trailer()
        let total = fields.next() ?? []
        trailer.total = BAI2Record.signed(total)
        if trailer.total == nil {
            problem(.notAnAmount, record.line, name, total, "digits, with a sign or none")
        }
        if let members {
            let text = fields.next() ?? []
            trailer.members = AmountText.minor(text)
            if trailer.members == nil {
                problem(.notANumber, record.line, "number of \(members)", text, "digits")
            }
        }
        let text = fields.next() ?? []
        trailer.records = AmountText.minor(text)
        if trailer.records == nil {
            problem(.notANumber, record.line, "number of records", text, "digits")
        }
        return trailer
    }

    private mutating func prove(
        _ level: inout Level, _ declared: Trailer, _ record: BAI2Record, total name: String,
        members: (StatementProblem.Code, String)?, records: Int
    ) {
        if let total = declared.total, level.totalIsKnown {
            if total != level.total {
                problem(
                    .controlTotalDiffers, record.line, name, "\(total)",
                    "\(level.total), the sum of what is there")
                level.proof.weaken(.contradicted)
            }
        } else {
            level.proof.weaken(.unproven)
        }
        if let members {
            if let count = declared.members {
                if count != Int128(level.members) {
                    problem(
                        members.0, record.line, members.1, "\(count)",
                        "\(level.members), as many as are there")
                    level.proof.weaken(.contradicted)
                }
            } else {
                level.proof.weaken(.unproven)
            }
        }
        if let count = declared.records {
            if count != Int128(records) {
                problem(
                    .recordCountDiffers, record.line, "number of records", "\(count)",
                    "\(records), as many as are there")
                level.proof.weaken(.contradicted)
            }
        } else {
            level.proof.weaken(.unproven)
        }
    }

    /// Tells the end of the open account; without a trailer it is not proven.
    private mutating func endAccount(_ trailerLine: Int?) {
        guard var account else { return }
        self.account = nil
        if trailerLine == nil { account.level.proof.weaken(.unproven) }
        let place = trailerLine ?? line
        var details = StatementProof.proven
        // What the account declares and no item tells, as it would move the balance.
        var untold: Int128 = 0
        for (side, name) in [(StatementSide.credit, "total credits"), (.debit, "total debits")] {
            guard let declared = account.declared[side] else { continue }
            let found = side == .credit ? account.sums.credits : account.sums.debits
            if found < declared {
                details.weaken(.unproven)
                untold += side == .credit ? declared - found : found - declared
                problem(
                    .detailsMissing, place, name, "items of \(found) in all",
                    "items of \(declared), the total the account declares")
            } else if found > declared {
                details.weaken(.contradicted)
                problem(
                    .summaryDiffers, place, name, "items of \(found) in all",
                    "items of \(declared), the total the account declares")
            }
        }
        account.level.proof.weaken(details == .contradicted ? .contradicted : .proven)
        var balances = account.sums.balances(account.statement, untold: untold)
        if balances == .contradicted {
            let opening = account.statement.opening?.signed ?? 0
            problem(
                .balanceDiffers, place, "closing ledger balance",
                "\(account.statement.closing?.signed ?? 0)",
                "the opening balance and the items, \(opening + account.sums.booked + untold)")
            account.level.proof.weaken(.contradicted)
        } else if details != .proven {
            balances = .unproven
        }
        let report = account.sums.report(
            account.statement, proof: account.level.proof, balances: balances)
        if teller.tally.isRepeated(report.fingerprint) {
            problem(
                .duplicateStatement, place, "account", "the same statement as one before",
                "each statement once")
        }
        teller.tell(.statementEnd(report))
        group.proof.weaken(account.level.proof)
        teller.tally.weaken(account.level.proof)
    }

    // MARK: - Problems

    private mutating func misplaced(_ code: String, _ expected: String, at place: Int? = nil) {
        problem(.recordOutOfOrder, place ?? line, "record code", code, expected)
        weakenAll(.unproven)
    }

    private mutating func problem(
        _ code: StatementProblem.Code, _ line: Int, _ field: String, _ found: String,
        _ expected: String, _ severity: StatementProblem.Severity? = nil
    ) {
        teller.tell(
            .problem(
                StatementProblem(
                    code, .line(line), field, found: found.isEmpty ? "nothing" : found,
                    expected: expected, severity)))
    }

    private mutating func problem(
        _ code: StatementProblem.Code, _ line: Int, _ field: String, _ found: ArraySlice<UInt8>,
        _ expected: String, _ severity: StatementProblem.Severity? = nil
    ) {
        problem(code, line, field, found.printable, expected, severity)
    }
}
