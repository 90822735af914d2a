import Banking
import Money

/// Reads rows and columns of any length as their bytes come (RFC 4180), makes items of them as a
/// ``CSVProfile`` says, and proves them by the profile's total row.
///
/// Memory holds one row and the references seen so far, up to a limit. No bytes make the reader
/// crash.
public struct CSVReader: Sendable {
    /// Bytes of one row. A quotation mark that is never closed must not gather the whole file.
    public static let rowMax = 262_144
    /// Columns of one row.
    public static let columnsMax = 1_024

    private let profile: CSVProfile
    private var teller = StatementTeller()
    private var row = CSVRow()
    private var cell = CSVCell.start
    private var state = State.before
    private var line = 1
    private var rowLine = 1
    private var offset = 0
    private var rows = 0
    private var columns: [CSVProfile.Field: Int] = [:]
    private var totalCount: Int?
    private var totalSum: Int?
    private var width: Int?

    private var open: Open?
    private var proof = StatementProof.proven
    private var statements = 0

    private enum State { case before, header, rows, ended, over }
    private enum CSVCell { case start, plain, quoted, quote, afterReturn }

    /// The statement that is being read.
    private struct Open {
        var statement: BankStatement
        var accountNumber: String
        var sums: StatementSums
        var seen = SeenItems()
        var absolute: Int128 = 0
        var net: Int128 = 0
        var count = 0
        var days: ClosedRange<Day>?
    }

    /// A reader for one stream of bytes. The profile must have no ``CSVProfile/faults``; with some,
    /// the file is refused.
    public init(profile: CSVProfile) {
        self.profile = profile
        if let fault = profile.faults.first {
            problem(.columnMissing, "profile", fault.field, fault.sentence)
            state = .over
        } else {
            state = profile.linesBefore > 0 ? .before : profile.hasHeader ? .header : .rows
            if !profile.hasHeader { mapNumbers() }
        }
    }

    /// Takes the next bytes, cut anywhere, and tells what they complete.
    public mutating func read(_ chunk: [UInt8], _ take: (StatementEvent) -> Void) {
        for byte in chunk where state != .over {
            if offset < 3, offset == [0xEF, 0xBB, 0xBF].prefix(3).firstIndex(of: byte) {
                offset += 1
                continue
            }
            offset = 3
            self.take(byte)
            if cell == .start, row.isEmpty { teller.drain(take) }
        }
        teller.drain(take)
    }

    /// Tells what the end of the bytes completes, and what is proven. Call it once.
    public mutating func finish(_ take: (StatementEvent) -> Void) {
        if state != .over {
            if cell == .quoted {
                problem(
                    .endedEarly, "row", "the end of the file within quotation marks",
                    "a closing quotation mark")
                proof.weaken(.unproven)
            }
            if !row.isEmpty || cell == .plain || cell == .quoted || cell == .quote { endRow() }
            endFile()
        }
        teller.drain(take)
        take(
            .file(
                teller.tally.report(
                    teller.tally.isNotAStatement ? nil : .csv, lines: max(0, line - 1))))
    }

    private mutating func endFile() {
        switch state {
        case .before, .header:
            problem(.emptyFile, "row", "nothing", "a row that names the columns")
        case .rows:
            if profile.total != nil, open != nil || statements == 0 {
                problem(.totalMissing, "row", "the end of the file", "a total row")
                proof.weaken(.unproven)
            }
            if profile.total == nil { proof.weaken(.unproven) }
            if open == nil, statements == 0, profile.total == nil { begin(nil) }
            endStatement()
        case .ended, .over: break
        }
        teller.tally.weaken(proof)
    }

    // MARK: - Cells and rows

    private mutating func take(_ byte: UInt8) {
        if cell == .afterReturn {
            cell = .start
            if byte == 0x0A { return }
        }
        switch (cell, byte) {
        case (.quoted, _) where byte != profile.quote:
            if byte == 0x0A { line += 1 }
            add(byte)
        case (.quoted, _): cell = .quote
        case (.quote, _) where byte == profile.quote:
            add(byte)
            cell = .quoted
        case (_, profile.delimiter):
            row.endCell()
            if row.ends.count > Self.columnsMax {
                tooLarge("more than \(Self.columnsMax) columns", "at most \(Self.columnsMax)")
            }
            cell = .start
        // A delimiter at the end of a line makes one more cell, so the row is not empty.
        case (_, 0x0A), (_, 0x0D):
            endRow()
            line += 1
            rowLine = line
            cell = byte == 0x0D ? .afterReturn : .start
        case (.start, _) where byte == profile.quote: cell = .quoted
        case (.quote, _):
            if byte != 0x20 {
                problem(.strayQuote, "row", "text after a closing quotation mark", "a delimiter")
                proof.weaken(.unproven)
                cell = .plain
            }
        default:
            if byte == profile.quote {
                problem(.strayQuote, "row", "a quotation mark within text", "a quoted field")
                proof.weaken(.unproven)
            }
            cell = .plain
            add(byte)
        }
    }

    private mutating func add(_ byte: UInt8) {
        row.bytes.append(byte)
        if row.bytes.count > Self.rowMax {
            tooLarge("a row of more than \(Self.rowMax) bytes", "at most \(Self.rowMax) bytes")
        }
    }

    /// Nothing after it can be told apart: the rest of the file is not read.
    private mutating func tooLarge(_ found: String, _ expected: String) {
        guard state != .over else { return }
        problem(.limitExceeded, "row", found, expected)
        proof.weaken(.unproven)
        endStatement()
        teller.tally.weaken(.unproven)
        state = .over
        row = CSVRow()
        cell = .start
    }

    private mutating func endRow() {
        defer {
            row.clear()
            cell = .start
        }
        guard state != .over else { return }
        row.endCell()
        if row.isStray {
            problem(.strayBytes, "file", "end-of-file bytes", "nothing")
            return
        }
        if row.isBlank {
            problem(.blankLine, "row", "a blank line", "a row")
            return
        }
        if row.bytes.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) {
            problem(.notPrintable, "row", "control characters", "printable characters")
        }
        switch state {
        case .before:
            rows += 1
            if rows == profile.linesBefore { state = profile.hasHeader ? .header : .rows }
        case .header: takeHeader()
        case .rows: takeRow()
        case .ended:
            problem(.afterEnd, "row", "a row after the total", "nothing", .refusal)
            proof.weaken(.unproven)
        case .over: break
        }
    }

    private mutating func mapNumbers() {
        func index(_ column: CSVProfile.Column?) -> Int? {
            if case .number(let number) = column { number - 1 } else { nil }
        }
        for (field, column) in profile.columns { columns[field] = index(column) }
        totalCount = index(profile.total?.count)
        totalSum = index(profile.total?.sum)
    }

    private mutating func takeHeader() {
        var places: [String: Int] = [:]
        for index in 0..<row.ends.count {
            let name = row[index].trimmed.printable.lowercased()
            guard !name.isEmpty else { continue }
            if places[name] != nil, profile.names.contains(name) {
                problem(.columnTwice, "header", "the column \(name) twice", "each column once")
            }
            places[name] = index
        }
        func index(_ column: CSVProfile.Column) -> Int? {
            switch column {
            case .name(let name): places[name.lowercased()]
            case .number(let number): number <= row.ends.count ? number - 1 : nil
            }
        }
        width = row.ends.count
        var missing: [String] = []
        for (field, column) in profile.columns {
            if let place = index(column) {
                columns[field] = place
            } else {
                missing.append("\(column)")
            }
        }
        for column in [profile.total?.count, profile.total?.sum].compactMap({ $0 })
        where index(column) == nil { missing.append("\(column)") }
        totalCount = profile.total?.count.flatMap(index)
        totalSum = profile.total?.sum.flatMap(index)
        state = .rows
        guard !missing.isEmpty else { return }
        let isStranger = columns.isEmpty
        problem(
            isStranger ? .notAStatement : .columnMissing, "header",
            isStranger
                ? Stranger.name(row.bytes) ?? "no column of the profile \(profile.name)"
                : "no column \(missing.sorted().joined(separator: ", "))",
            "the columns of the profile \(profile.name)")
        proof.weaken(.unproven)
        teller.tally.weaken(.unproven)
        state = .over
    }

    // MARK: - Items

    private func text(_ field: CSVProfile.Field) -> ArraySlice<UInt8> {
        guard let index = columns[field], index < row.ends.count else { return [] }
        return row[index].trimmed
    }

    private mutating func takeRow() {
        let expected = width ?? row.ends.count
        width = expected
        guard row.ends.count == expected, columns.values.allSatisfy({ $0 < row.ends.count }) else {
            problem(
                .columnCount, "row", "\(row.ends.count) columns", "\(expected), as in the first row"
            )
            proof.weaken(.unproven)
            return
        }
        let record = text(.record).printable
        if let total = profile.total, record == total.record {
            takeTotal(total)
            return
        }
        var worst: StatementProblem.Severity?
        var meaning = CSVProfile.Record(kind: profile.kind)
        if columns[.record] != nil, !profile.records.isEmpty {
            if let known = profile.records[record] {
                meaning = known
            } else {
                switch profile.otherRecords {
                case .pass: return
                case .refuse:
                    problem(.unknownKind, "record", record, "a record of the profile")
                    proof.weaken(.unproven)
                    return
                case .setAside:
                    problem(.unknownKind, "record", record, "a record of the profile", .quarantine)
                    worst = .quarantine
                }
            }
        }
        guard let currency = currencyOfRow(), begin(currency) else { return }
        guard let signed = amount(meaning) else {
            proof.weaken(.unproven)
            return
        }
        take(signed, record, meaning, worst)
    }

    private mutating func take(
        _ signed: Int128, _ record: String, _ meaning: CSVProfile.Record,
        _ worst: StatementProblem.Severity?
    ) {
        open?.count += 1
        open?.net += signed
        open?.absolute += signed < 0 ? -signed : signed
        guard let quantity = AmountText.quantity(signed < 0 ? -signed : signed) else {
            problem(
                .amountTooLarge, "amount", "\(signed)", "at most \(Quantity.max.count)", .refusal)
            proof.weaken(.unproven)
            return
        }
        var item = StatementItem(
            place: .line(rowLine), side: signed < 0 ? .debit : .credit, amount: quantity)
        var worst = worst
        item.type = record
        item.kind = meaning.kind
        item.booked = day(.booked, &worst)
        item.settles = day(.settles, &worst)
        item.bankReference = text(.bankReference).printable
        item.customerReference = text(.customerReference).printable
        item.text = text(.text).printable
        item.ach = references()
        takeFee(&item, signed, &worst)
        if open?.seen.isRepeated(item) == true {
            problem(.duplicateItem, "row", "the same row as one before", "each row once")
            worst = .quarantine
        }
        item.isSetAside = (worst ?? .warning) >= .quarantine
        if let day = item.settles ?? item.booked {
            let days = open?.days ?? day...day
            open?.days = min(days.lowerBound, day)...max(days.upperBound, day)
        }
        open?.sums.add(item)
        teller.tell(.item(item))
    }

    private func references() -> ACHReferences {
        var ach = ACHReferences(text: text(.text).printable)
        func kept(_ field: CSVProfile.Field) -> String? {
            let text = text(field).printable
            return text.isEmpty ? nil : text
        }
        ach.trace = kept(.trace).flatMap(ACHReferences.trace) ?? ach.trace
        ach.returnTrace = kept(.returnTrace).flatMap(ACHReferences.trace) ?? ach.returnTrace
        ach.batch = kept(.batch).map(ACHReferences.withoutZeros) ?? ach.batch
        ach.file = kept(.file) ?? ach.file
        ach.company = kept(.company) ?? ach.company
        return ach
    }

    private mutating func currencyOfRow() -> Currency? {
        guard columns[.currency] != nil else { return profile.currency }
        let text = text(.currency).printable.uppercased()
        guard let currency = Currency(text) else {
            problem(.currencyUnknown, "currency", text, "three letters of ISO 4217")
            proof.weaken(.unproven)
            return nil
        }
        return currency
    }

    /// Opens the statement of this row; false when the row is of another one than is open.
    @discardableResult
    private mutating func begin(_ currency: Currency?) -> Bool {
        let number = text(.account).printable
        let identification = text(.statement).printable
        if let open {
            if let currency, open.statement.currency != currency {
                problem(
                    .currencyDiffers, "currency", currency.description,
                    "\(open.statement.currency), as before")
                proof.weaken(.unproven)
                return false
            }
            if open.accountNumber != number {
                problem(.accountDiffers, "account", "another account", "one account in a file")
                proof.weaken(.unproven)
                return false
            }
            if profile.total?.repeats == true, open.statement.identification != identification {
                problem(
                    .totalMissing, "row", "a row of another statement",
                    "the total of the one before")
                proof.weaken(.unproven)
                endStatement()
            } else {
                return true
            }
        }
        let statement = BankStatement(
            number: statements + 1, format: .csv,
            account: number.isEmpty ? profile.account : StatementAccount(number: number),
            currency: currency ?? profile.currency, identification: identification)
        open = Open(
            statement: statement, accountNumber: number,
            sums: StatementSums(statement, accountNumber: number + "|" + identification))
        teller.tell(.statement(statement))
        return true
    }

    private mutating func day(
        _ field: CSVProfile.Field, _ worst: inout StatementProblem.Severity?
    ) -> Day? {
        guard columns[field] != nil else { return nil }
        let text = text(field)
        let day = profile.dates.day(text)
        if day == nil {
            problem(
                text.isEmpty ? .dateMissing : .notADate, field.rawValue, text.printable,
                profile.dates.description)
            worst = .quarantine
        }
        return day
    }

    private mutating func takeFee(
        _ item: inout StatementItem, _ net: Int128, _ worst: inout StatementProblem.Severity?
    ) {
        guard columns[.gross] != nil, columns[.fee] != nil else { return }
        guard let gross = number(.gross, text(.gross), mayBeSigned: true),
            let fee = number(.fee, text(.fee), mayBeSigned: true)
        else {
            worst = .quarantine
            return
        }
        if gross - fee != net {
            problem(.netDiffers, "amount", "\(net)", "gross less fee, \(gross - fee)")
            worst = .quarantine
        }
        item.gross = AmountText.quantity(gross < 0 ? -gross : gross)
        item.fee = fee < 0 ? nil : AmountText.quantity(fee)
    }

    // MARK: - Amounts

    /// In minor units, negative for a debit; `nil` when it cannot be told, which was said.
    private mutating func amount(_ meaning: CSVProfile.Record) -> Int128? {
        switch profile.amounts.sign {
        case .signed: return number(.amount, text(.amount), mayBeSigned: true)
        case .columns:
            let (credit, debit) = (text(.credit), text(.debit))
            let credited = credit.isEmpty ? 0 : number(.credit, credit, mayBeSigned: false)
            let debited = debit.isEmpty ? 0 : number(.debit, debit, mayBeSigned: false)
            guard let credited, let debited else { return nil }
            guard !(credit.isEmpty && debit.isEmpty) else {
                problem(.amountMissing, "credit, debit", "nothing", "an amount in one of them")
                return nil
            }
            guard credited == 0 || debited == 0 else {
                problem(
                    .sideUnknown, "credit, debit", "amounts in both", "an amount in one of them")
                return nil
            }
            return credited - debited
        case .indicator(let credit, let debit):
            guard let amount = number(.amount, text(.amount), mayBeSigned: false) else {
                return nil
            }
            let word = text(.indicator).printable
            if credit.contains(word) { return amount }
            if debit.contains(word) { return -amount }
            problem(.sideUnknown, "indicator", word, "a word for credit or debit")
            return nil
        case .record:
            guard let amount = number(.amount, text(.amount), mayBeSigned: false) else {
                return nil
            }
            return meaning.side == .debit ? -amount : amount
        }
    }

    private mutating func number(
        _ field: CSVProfile.Field, _ text: ArraySlice<UInt8>, mayBeSigned: Bool
    ) -> Int128? {
        number(field.rawValue, text, mayBeSigned: mayBeSigned)
    }

    private mutating func number(
        _ name: String, _ text: ArraySlice<UInt8>, mayBeSigned: Bool
    ) -> Int128? {
        guard !text.isEmpty else {
            problem(.amountMissing, name, "nothing", "an amount")
            return nil
        }
        var digits = text
        var isNegative = false
        if mayBeSigned {
            if digits.first == 0x28, digits.last == 0x29, digits.count > 2 {
                isNegative = true
                digits = digits.dropFirst().dropLast()
            } else if digits.first == 0x2D || digits.first == 0x2B {
                isNegative = digits.first == 0x2D
                digits = digits.dropFirst()
            } else if digits.last == 0x2D {
                isNegative = true
                digits = digits.dropLast()
            }
        }
        do throws(AmountText.Fault) {
            let amount: Int128
            switch profile.amounts.notation {
            case .minor:
                guard let minor = AmountText.minor(digits) else { throw .malformed }
                amount = minor
            case .decimal(let point, let thousands):
                amount = try AmountText.decimal(
                    digits,
                    decimals: open?.statement.currency.decimals ?? profile.currency.decimals,
                    point: point, thousands: thousands)
            }
            return isNegative ? -amount : amount
        } catch {
            let code: StatementProblem.Code =
                switch error {
                case .malformed: .notAnAmount
                case .tooLarge: .amountTooLarge
                case .tooManyDecimals: .tooManyDecimals
                }
            problem(code, name, text.printable, "an amount as the profile writes it", .refusal)
            return nil
        }
    }

    // MARK: - The total

    private mutating func takeTotal(_ total: CSVProfile.Total) {
        if open == nil { begin(currencyOfRow()) }
        guard let open else { return }
        if let place = totalCount {
            let text = row[place].trimmed
            if let declared = AmountText.minor(text) {
                if declared != Int128(open.count) {
                    problem(
                        .countDiffers, "total count", "\(declared)",
                        "\(open.count), as many rows as there are")
                    proof.weaken(.contradicted)
                }
            } else {
                problem(.notANumber, "total count", text.printable, "digits")
                proof.weaken(.unproven)
            }
        }
        if let place = totalSum {
            let sum =
                switch total.sumOf {
                case .amounts: open.absolute
                case .net: open.net
                case .minusNet: -open.net
                }
            if let declared = number("total sum", row[place].trimmed, mayBeSigned: true) {
                if declared != sum {
                    problem(.sumDiffers, "total sum", "\(declared)", "\(sum), the sum of the rows")
                    proof.weaken(.contradicted)
                }
            } else {
                proof.weaken(.unproven)
            }
        }
        if let day = profile.dates.day(text(.settles)) ?? profile.dates.day(text(.booked)) {
            self.open?.statement.asOf = day
        }
        endStatement()
        if !total.repeats { state = .ended }
    }

    private mutating func endStatement() {
        guard var open else { return }
        self.open = nil
        open.statement.period = open.days
        statements += 1
        let report = open.sums.report(
            open.statement, proof: proof, balances: .unproven)
        if teller.tally.isRepeated(report.fingerprint) {
            problem(
                .duplicateStatement, "row", "the same statement as one before",
                "each statement once")
        }
        teller.tell(.statementEnd(report))
    }

    private mutating func problem(
        _ code: StatementProblem.Code, _ field: String, _ found: String, _ expected: String,
        _ severity: StatementProblem.Severity? = nil
    ) {
        teller.tell(
            .problem(
                StatementProblem(
                    code, .line(rowLine), field, found: found.isEmpty ? "nothing" : found,
                    expected: expected, severity)))
    }
}

/// The cells of one row, without their quotation marks.
struct CSVRow: Sendable {
    var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    var isEmpty: Bool { bytes.isEmpty && ends.isEmpty }
    var isBlank: Bool { ends.count == 1 && bytes.trimmed.isEmpty }
    /// Whether it is what old editors leave at the end of a file.
    var isStray: Bool {
        ends.count == 1 && !bytes.isEmpty && bytes.allSatisfy { $0 == 0 || $0 == 0x1A }
    }

    subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    mutating func endCell() { ends.append(bytes.count) }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}

extension CSVProfile {
    /// The names of the columns that are read, as headers are compared.
    fileprivate var names: Set<String> {
        Set(
            columns.values.compactMap {
                if case .name(let name) = $0 { name.lowercased() } else { nil }
            })
    }
}

extension CSVProfile.Column: CustomStringConvertible {
    /// The name, or `number 3`.
    public var description: String {
        switch self {
        case .name(let name): name
        case .number(let number): "number \(number)"
        }
    }
}
