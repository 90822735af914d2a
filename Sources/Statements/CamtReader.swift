import Banking
import Money

/// Reads ISO 20022 camt.053 (statements) and camt.054 (notifications), versions 02 through 13 in any
/// namespace prefix, and proves them: opening balance and booked entries make the closing balance,
/// the summary counts and adds what is there, and a batch is the sum of its payments.
///
/// A document is read as a stream, some entries at a time: it may be larger than memory. What stands
/// before the first entry of a statement is held whole, and so is an entry with all its payments.
public struct CamtReader: Sendable {
    /// Bytes of an entry, or of what stands before the entries. The parser takes no ten million at
    /// once, and the tree of what it reads takes some forty times the size of that.
    public static let entryMax = 8 << 20
    /// Elements of it.
    static let elementsMax = 700_000
    /// Bytes of entries that are given to the parser together.
    private static let together = 64 << 10

    private var xml = XMLGuard()
    private var teller = StatementTeller()
    private var hasContent = false
    /// Whether nothing more is read, because of what was found.
    private var hasEnded = false
    private var message: Message?
    private var messages = 0
    private var isInMessage = false
    private var isWhole = true
    /// Start tags of what is open around the parts: prefixes are declared there.
    private var around: [Around] = []
    private var statements = 0
    /// Of the whole document, as far as it was read.
    private var elements = 0
    private var open: OpenStatement?
    private var header: [UInt8]?

    /// A reader for one document.
    public init() {}

    /// Takes the next bytes, cut anywhere, and tells what they complete.
    public mutating func read(_ chunk: [UInt8], _ take: (StatementEvent) -> Void) {
        if !hasContent { hasContent = chunk.contains { $0 > 0x20 } }
        run { (xml, take) throws(XMLGuard.Fault) in try xml.read(chunk, take) }
        teller.drain(take)
    }

    /// Reads what is left and tells what is proven. Call it once.
    public mutating func finish(_ take: (StatementEvent) -> Void) {
        if hasContent {
            run { (xml, take) throws(XMLGuard.Fault) in try xml.finish(take) }
            if !hasEnded { endDocument() }
        } else {
            problem(.emptyFile, "Document", "nothing", "a document")
        }
        let isStranger = teller.tally.isNotAStatement
        teller.drain(take)
        take(.file(teller.tally.report(isStranger ? nil : .camt, lines: elements)))
    }

    private mutating func run(
        _ body: (inout XMLGuard, (XMLGuard.Piece) -> Void) throws(XMLGuard.Fault) -> Void
    ) {
        guard !hasEnded else { return }
        var xml = self.xml
        // The only copy is the one that reads: two would be copied with each byte that comes.
        self.xml = XMLGuard()
        do throws(XMLGuard.Fault) {
            try body(&xml) { take($0) }
        } catch {
            if !hasEnded { tell(error) }
            hasEnded = true
        }
        self.xml = xml
    }

    private mutating func tell(_ fault: XMLGuard.Fault) {
        switch fault {
        case .stranger(let name):
            problem(.notAStatement, "Document", name, "a document of camt.053 or camt.054")
        case .encoding(let name):
            problem(.encodingUnknown, "Document", name, "UTF-8, ISO-8859-1 or ASCII")
        case .documentType:
            problem(
                .documentTypeDeclared, "Document", "a declaration, <!",
                "none: a statement has no document type and no entities")
        case .tooDeep(let line):
            problem(
                .nestedTooDeep, .line(line), "Document", "more levels",
                "at most \(XMLGuard.depthMax) levels of elements")
        case .tooMany:
            problem(
                .limitExceeded, "Document", "more elements, or a longer tag",
                "at most \(XMLGuard.tagMax) bytes in a tag and \(XMLGuard.pieceMax) in a text")
        case .notWellFormed(let line):
            problem(
                .notWellFormed, .line(line), "Document", "an element that is not closed",
                "each element closed")
        }
    }

    // MARK: - Parts of the document

    /// A statement of which more may come.
    private struct OpenStatement {
        let path: String
        /// What stands before the entries, and after them.
        var head: [UInt8] = []
        var tail: [UInt8] = []
        /// Entries that are whole, and one that is not.
        var entries: [UInt8] = []
        var elements = 0
        var told = 0
        var hasEntries = false
        var isInEntry = false
        var isBegun = false
        var summary: XMLNode?
        /// `nil` when nothing in it can be understood.
        var proving: Proving?

        var bytes: Int { head.count + tail.count + entries.count }
    }

    /// Takes a piece of the document: what is in an element of a statement or of the message's
    /// header is kept until that is whole.
    private mutating func take(_ piece: XMLGuard.Piece) {
        // What follows in the same bytes is passed over, as what follows in the next ones is.
        guard !hasEnded else { return }
        if piece.kind == .start || piece.kind == .empty { elements += 1 }
        switch piece.depth {
        case 1: if piece.kind == .start || piece.kind == .empty { begin(piece) }
        case 2: takeMessage(piece)
        case 3: if isInMessage { takePart(piece) }
        default: if isInMessage { keep(piece) }
        }
    }

    private mutating func begin(_ root: XMLGuard.Piece) {
        around = [Around(root)]
        let name = String(decoding: root.name, as: UTF8.self)
        guard let message = Message(root: name, namespace: root.namespace) else {
            problem(
                .notAStatement, "Document",
                root.namespace.isEmpty ? "an element \(name)" : root.namespace,
                "a document of camt.053 or camt.054")
            hasEnded = true
            return
        }
        self.message = message
        if !Message.versions.contains(message.version) {
            problem(
                .versionUnknown, "Document", "version \(message.version)",
                "a version from 2 through 13")
        }
    }

    private mutating func takeMessage(_ piece: XMLGuard.Piece) {
        guard let message, piece.name.elementsEqual(message.element.utf8) else { return }
        switch piece.kind {
        case .text: return
        case .start, .empty:
            messages += 1
            guard messages == 1 else {
                problem(
                    .elementTwice, "Document", message.element, "another one",
                    "one element \(message.element)")
                hasEnded = true
                return
            }
            around = [around[0], Around(piece)]
            isInMessage = piece.kind == .start
        case .end: isInMessage = false
        }
    }

    private mutating func takePart(_ piece: XMLGuard.Piece) {
        guard let message else { return }
        let isStatement = piece.name.elementsEqual(message.statement.utf8)
        let isHeader = piece.name.elementsEqual("GrpHdr".utf8)
        switch piece.kind {
        case .text:
            if header != nil { keep(piece) }
        case .start, .empty:
            if isStatement {
                statements += 1
                around = [around[0], around[1], Around(piece)]
                open = OpenStatement(
                    path: "Document/\(message.element)/\(message.statement)[\(statements)]")
                if piece.kind == .empty { endStatement(message) }
            } else if isHeader {
                around = [around[0], around[1], Around(piece)]
                header = []
            }
        case .end:
            if isStatement {
                endStatement(message)
            } else if isHeader, let bytes = header {
                header = nil
                if let node = parsed(bytes) { isWhole = Self.isWhole(node["MsgPgntn"].first) }
            }
        }
    }

    /// Keeps a piece of an element of a statement.
    private mutating func keep(_ piece: XMLGuard.Piece) {
        if header != nil {
            header? += piece.bytes
            limit(header?.count ?? 0, 0, "Document/GrpHdr")
            return
        }
        guard open != nil else { return }
        if piece.depth == 4, piece.kind == .start || piece.kind == .empty,
            piece.name.elementsEqual("Ntry".utf8)
        {
            // An entry alone is what the limit is for: those before it are read first.
            if let open, open.entries.count > Self.together { flush(isEnd: false) }
            open?.hasEntries = true
            open?.isInEntry = true
        }
        if piece.kind == .start || piece.kind == .empty { open?.elements += 1 }
        if open?.isInEntry == true {
            open?.entries += piece.bytes
        } else if open?.hasEntries == true {
            open?.tail += piece.bytes
        } else {
            open?.head += piece.bytes
        }
        if piece.depth == 4, piece.kind == .end || piece.kind == .empty { open?.isInEntry = false }
        if let open { limit(open.bytes, open.elements, open.path) }
    }

    private mutating func limit(_ bytes: Int, _ elements: Int, _ path: String) {
        guard bytes > Self.entryMax || elements > Self.elementsMax else { return }
        problem(
            .limitExceeded, path, "more than \(Self.entryMax) bytes in one entry",
            "at most \(Self.entryMax) bytes and \(Self.elementsMax) elements in an entry")
        hasEnded = true
    }

    /// Reads what is there of the open statement.
    private mutating func flush(isEnd: Bool) {
        guard let message, var part = open else { return }
        let isFirst = !part.isBegun
        let bytes = (isFirst ? part.head : []) + part.entries + (isEnd ? part.tail : [])
        part.head = []
        part.entries = []
        part.elements = 0
        part.isBegun = true
        open = part
        guard isFirst || !bytes.isEmpty, let node = parsed(bytes) else { return }
        if isFirst {
            part.proving = begun(node, part.path, message)
            part.summary = node["TxsSummry"].first
        }
        if isEnd, part.summary == nil { part.summary = node["TxsSummry"].first }
        if var proving = part.proving {
            part.proving = nil
            for entry in node["Ntry"] {
                part.told += 1
                read(entry, "\(part.path)/Ntry[\(part.told)]", &proving)
            }
            part.proving = proving
        }
        open = part
    }

    private mutating func endStatement(_ message: Message) {
        flush(isEnd: true)
        guard !hasEnded, let part = open else { return }
        open = nil
        guard var proving = part.proving else { return }
        if let summary = part.summary { proveSummary(summary, part.path, &proving) }
        end(part.path, message, &proving)
    }

    private mutating func endDocument() {
        guard let message else { return }
        if messages == 0 {
            problem(
                .elementMissing, "Document", message.element, "nothing",
                "an element \(message.element)")
        } else if statements == 0 {
            problem(
                .elementMissing, "Document/\(message.element)", message.statement, "nothing",
                "at least one")
        }
    }

    /// An element around the parts, by the bytes of its tags.
    private struct Around {
        let name: String
        let start: [UInt8]
        let end: [UInt8]

        init(_ piece: XMLGuard.Piece) {
            name = String(decoding: piece.name, as: UTF8.self)
            // A tag that nothing follows is written as one that something may follow.
            start =
                Array(piece.kind == .empty ? piece.bytes.dropLast(2) : piece.bytes.dropLast())
                + [0x3E]
            // With its prefix, the name ends where the local part of it does.
            end = [0x3C, 0x2F] + Array(piece.bytes[..<piece.name.endIndex].dropFirst()) + [0x3E]
        }
    }

    /// The innermost element around the bytes, with them in it.
    private mutating func parsed(_ bytes: [UInt8]) -> XMLNode? {
        let document =
            around.flatMap(\.start) + bytes + around.reversed().flatMap(\.end)
        do {
            var node: XMLNode? = try XMLNode.root(document)
            for inner in around.dropFirst() { node = node?[inner.name].first }
            return node
        } catch {
            problem(.notWellFormed, "Document", "text that is not well-formed XML", "XML")
            hasEnded = true
            return nil
        }
    }

    /// Whether a pagination says that this is all of it.
    private static func isWhole(_ pages: XMLNode?) -> Bool {
        guard let pages else { return true }
        let isFirst = ["1", "01", "001"].contains(pages["PgNb"].first?.text ?? "")
        return isFirst && ["true", "1"].contains(pages["LastPgInd"].first?.text ?? "")
    }

    /// Which of the two messages a document is.
    private struct Message {
        let element: String
        let statement: String
        let version: Int
        let hasBalances: Bool

        static let versions = 2...13

        init?(root: String, namespace: String) {
            let stem = "urn:iso:std:iso:20022:tech:xsd:camt."
            guard root == "Document", namespace.hasPrefix(stem) else { return nil }
            let parts = namespace.dropFirst(stem.count).split(separator: ".")
            guard parts.count == 3, parts[1] == "001", let version = Int(parts[2]) else {
                return nil
            }
            self.version = version
            switch parts[0] {
            case "053": (element, statement, hasBalances) = ("BkToCstmrStmt", "Stmt", true)
            case "054":
                (element, statement, hasBalances) = ("BkToCstmrDbtCdtNtfctn", "Ntfctn", false)
            default: return nil
            }
        }
    }

    // MARK: - Statements

    /// Tells a statement by what stands before its entries; `nil` when none of them can be read.
    private mutating func begun(
        _ node: XMLNode, _ path: String, _ message: Message
    ) -> Proving? {
        let number = Self.accountNumber(node)
        if number.isEmpty {
            problem(.accountMissing, path, "Acct/Id", "nothing", "an account number")
        }
        guard let currency = currency(node, path) else { return nil }
        let balances = readBalances(node, path, currency)
        var statement = BankStatement(
            number: teller.tally.statements + 1, format: .camt,
            account: StatementAccount(number: number), currency: currency,
            identification: String((node["Id"].first?.text ?? "").prefix(70)),
            asOf: balances.closing?.day
                ?? Self.day(node["FrToDt"].first?["ToDtTm"].first?.text)
                ?? Self.day(node["CreDtTm"].first?.text),
            period: Self.period(node["FrToDt"].first), opening: balances.opening,
            closing: balances.closing)
        statement.standing = standing(node, path, message)
        let pages = isWhole && Self.isWhole(node["StmtPgntn"].first ?? node["NtfctnPgntn"].first)
        if !pages {
            problem(.paginated, path, "StmtPgntn", "one page of several", "a whole statement")
        }
        teller.tell(.statement(statement))
        var proving = Proving(
            statement: statement, sums: StatementSums(statement, accountNumber: number))
        proving.isPartial = !pages
        if !balances.areReadable { proving.proof.weaken(.unproven) }
        return proving
    }

    /// What is gathered while the entries of a statement are read.
    private struct Proving {
        var statement: BankStatement
        var sums: StatementSums
        var seen = SeenItems()
        var proof = StatementProof.proven
        /// Totals that were there and agreed.
        var agreements = 0
        var credits = 0
        var debits = 0
        /// Whether every entry could be read.
        var isComplete = true
        var isPartial = false
    }

    private static func accountNumber(_ node: XMLNode) -> String {
        let id = node["Acct"].first?["Id"].first
        return id?["IBAN"].first?.text ?? id?["Othr"].first?["Id"].first?.text ?? ""
    }

    private mutating func currency(_ node: XMLNode, _ path: String) -> Currency? {
        let text =
            node["Acct"].first?["Ccy"].first?.text
            ?? (node["Bal"] + node["Ntry"]).first?["Amt"].first?.attributes["Ccy"] ?? ""
        guard let currency = Currency(text) else {
            problem(.currencyUnknown, path, "Acct/Ccy", text, "three letters of ISO 4217")
            teller.tally.weaken(.unproven)
            return nil
        }
        return currency
    }

    private mutating func standing(
        _ node: XMLNode, _ path: String, _ message: Message
    ) -> BankStatement.Standing {
        switch node["CpyDplctInd"].first?.text {
        case nil: return message.hasBalances ? .current : .interim
        case let found?:
            problem(.notCurrent, path, "CpyDplctInd", found, "an original", .quarantine)
            return .duplicate
        }
    }

    private static func period(_ node: XMLNode?) -> ClosedRange<Day>? {
        guard let from = day(node?["FrDtTm"].first?.text ?? node?["FrDt"].first?.text),
            let to = day(node?["ToDtTm"].first?.text ?? node?["ToDt"].first?.text), from <= to
        else { return nil }
        return from...to
    }

    private struct Balances {
        var opening: Balance?
        var closing: Balance?
        var areReadable = true
    }

    /// Booked balances. A page between the first and the last has interim ones instead.
    private mutating func readBalances(
        _ node: XMLNode, _ path: String, _ currency: Currency
    ) -> Balances {
        var balances = Balances()
        var interim: [Balance] = []
        for (index, node) in node["Bal"].enumerated() {
            let place = "\(path)/Bal[\(index + 1)]"
            let type = node["Tp"].first?["CdOrPrtry"].first?["Cd"].first?.text ?? ""
            guard ["OPBD", "PRCD", "CLBD", "ITBD"].contains(type) else { continue }
            guard let amount = amount(node, place, currency), let side = side(node, place) else {
                balances.areReadable = false
                continue
            }
            let date = node["Dt"].first
            let balance = Balance(
                amount: amount, side: side,
                day: Self.day(date?["Dt"].first?.text ?? date?["DtTm"].first?.text))
            switch type {
            case "OPBD", "PRCD":
                if let opening = balances.opening, opening.signed != balance.signed {
                    problem(
                        .balanceDiffers, place, "Amt", "\(balance.signed)",
                        "\(opening.signed), as the other opening balance")
                    balances.areReadable = false
                }
                balances.opening = balances.opening ?? balance
            case "CLBD":
                if balances.closing != nil {
                    problem(.elementTwice, place, "Bal", "another closing balance", "one")
                    balances.areReadable = false
                }
                balances.closing = balance
            default: interim.append(balance)
            }
        }
        if balances.opening == nil, balances.closing == nil || interim.count > 1 {
            balances.opening = interim.first
        }
        if balances.closing == nil { balances.closing = interim.last }
        return balances
    }

    // MARK: - Entries

    private mutating func read(_ node: XMLNode, _ path: String, _ proving: inout Proving) {
        let currency = proving.statement.currency
        guard let amount = amount(node, path, currency), let side = side(node, path),
            let status = status(node, path)
        else {
            proving.isComplete = false
            return
        }
        var item = StatementItem(place: .path(path), side: side, amount: amount)
        var worst: StatementProblem.Severity?
        item.status = status
        item.isReversal = ["true", "1"].contains(node["RvslInd"].first?.text ?? "")
        item.booked =
            day(node, "BookgDt", path, &worst)
            ?? (status == .booked ? proving.statement.asOf : nil)
        item.settles = day(node, "ValDt", path, &worst)
        (item.type, item.kind) = Self.type(node["BkTxCd"].first)
        item.bankReference = node["AcctSvcrRef"].first?.text ?? ""
        item.customerReference = node["NtryRef"].first?.text ?? ""
        item.text = node["AddtlNtryInf"].first?.text ?? ""
        item.ach = ACHReferences(text: item.text)
        readDetails(node, path, &item, currency, &proving)
        if proving.seen.isRepeated(item) {
            problem(.duplicateItem, path, "Ntry", "the same entry as one before", "each once")
            worst = .quarantine
        }
        item.isSetAside =
            (worst ?? .warning) >= .quarantine || proving.statement.standing == .duplicate
        switch side {
        case .credit: proving.credits += 1
        case .debit: proving.debits += 1
        }
        proving.sums.add(item)
        teller.tell(.item(item))
    }

    private mutating func amount(
        _ node: XMLNode, _ path: String, _ currency: Currency
    ) -> Quantity? {
        guard let element = one(node, "Amt", path) else { return nil }
        return quantity(element, "\(path)/Amt", currency)
    }

    private mutating func quantity(
        _ element: XMLNode, _ path: String, _ currency: Currency
    ) -> Quantity? {
        let code = element.attributes["Ccy"] ?? ""
        guard code == currency.description else {
            problem(.currencyDiffers, path, "Ccy", code, "\(currency), as the account")
            return nil
        }
        return decimal(element.text, path, currency).flatMap { amount in
            guard let quantity = AmountText.quantity(amount) else {
                problem(
                    .amountTooLarge, path, "Amt", "\(amount)", "at most \(Quantity.max.count)",
                    .refusal)
                return nil
            }
            return quantity
        }
    }

    private mutating func decimal(_ text: String, _ path: String, _ currency: Currency) -> Int128? {
        do throws(AmountText.Fault) {
            let digits = text.utf8.first == 0x2B ? text.utf8.dropFirst() : text.utf8[...]
            return try AmountText.decimal(digits, decimals: currency.decimals)
        } catch {
            switch error {
            case .malformed: problem(.notAnAmount, path, "Amt", text, "a decimal number")
            case .tooLarge:
                problem(
                    .amountTooLarge, path, "Amt", text, "at most \(Quantity.max.count)", .refusal)
            case .tooManyDecimals:
                problem(
                    .tooManyDecimals, path, "Amt", text,
                    "at most \(currency.decimals) decimals in \(currency)")
            }
            return nil
        }
    }

    private mutating func side(_ node: XMLNode, _ path: String) -> StatementSide? {
        guard let element = one(node, "CdtDbtInd", path) else { return nil }
        switch element.text {
        case "CRDT": return .credit
        case "DBIT": return .debit
        default:
            problem(.sideUnknown, path, "CdtDbtInd", element.text, "CRDT or DBIT")
            return nil
        }
    }

    /// Text until version 07, a code within since.
    private mutating func status(_ node: XMLNode, _ path: String) -> StatementItem.Status? {
        guard let element = one(node, "Sts", path) else { return nil }
        let code = element["Cd"].first?.text ?? element.text
        switch code {
        case "BOOK": return .booked
        case "PDNG", "FUTR": return .pending
        case "INFO": return .information
        default:
            problem(.statusUnknown, path, "Sts", code, "BOOK, PDNG, FUTR or INFO")
            return nil
        }
    }

    private mutating func day(
        _ node: XMLNode, _ name: String, _ path: String,
        _ worst: inout StatementProblem.Severity?
    ) -> Day? {
        guard let element = node[name].first else { return nil }
        let text = element["Dt"].first?.text ?? element["DtTm"].first?.text ?? ""
        let day = Self.day(text)
        if day == nil {
            problem(.notADate, "\(path)/\(name)", name, text, "YYYY-MM-DD")
            worst = .quarantine
        }
        return day
    }

    /// A date, or the date of a date and time; a zone after a date is passed over.
    private static func day(_ text: String?) -> Day? {
        guard let text, let day = Day(iso: text.prefix(10)) else { return nil }
        let rest = text.dropFirst(10)
        guard let next = rest.first else { return day }
        return "TZ+-".contains(next) ? day : nil
    }

    private static func type(_ node: XMLNode?) -> (String, StatementItem.Kind) {
        guard let node else { return ("", .other) }
        if let own = node["Prtry"].first, let code = own["Cd"].first?.text {
            let issuer = own["Issr"].first?.text.uppercased() ?? ""
            if issuer.contains("BAI"), let number = Int(code) {
                return (code, BAI2Code.kind(number))
            }
            if node["Domn"].isEmpty { return (code, .other) }
        }
        let domain = node["Domn"].first
        let family = domain?["Fmly"].first
        let codes = [
            domain?["Cd"].first?.text, family?["Cd"].first?.text,
            family?["SubFmlyCd"].first?.text,
        ].map { $0 ?? "" }
        return (codes.joined(separator: "/"), kind(codes[1], codes[2]))
    }

    /// ISO 20022 bank transaction codes, external code list; what is not here is ``other``.
    private static func kind(_ family: String, _ sub: String) -> StatementItem.Kind {
        switch (family, sub) {
        case (_, "CHRG"), (_, "FEES"), (_, "COMM"): .fee
        case (_, "UPDD"), (_, "PRDD"), (_, "RRTN"), (_, "RPCR"): .achReturn
        case ("RDDT", _), ("IDDT", _): .ach
        case ("RCDT", "ACDT"), ("ICDT", "ACDT"), ("RCDT", "ESCT"), ("ICDT", "ESCT"): .ach
        case ("RCDT", _), ("ICDT", _), ("RRCT", _), ("IRCT", _): .wire
        case ("CCRD", _), ("MCRD", _): .card
        default: .other
        }
    }

    // MARK: - Details

    private mutating func readDetails(
        _ node: XMLNode, _ path: String, _ item: inout StatementItem, _ currency: Currency,
        _ proving: inout Proving
    ) {
        var hasCharges = !node["Chrgs"].isEmpty
        for (index, group) in node["NtryDtls"].enumerated() {
            let place = "\(path)/NtryDtls[\(index + 1)]"
            var sum: Int128 = 0
            var isKnown = true
            let transactions = group["TxDtls"]
            for (index, transaction) in transactions.enumerated() {
                if !transaction["Chrgs"].isEmpty { hasCharges = true }
                let detail = detail(
                    transaction, "\(place)/TxDtls[\(index + 1)]", item,
                    isAlone: transactions.count == 1 && node["NtryDtls"].count == 1, currency)
                if let amount = detail.amount {
                    sum += Int128(amount.count) * (detail.side == item.side ? 1 : -1)
                } else {
                    isKnown = false
                }
                item.details.append(detail)
            }
            if let batch = group["Btch"].first {
                readBatch(
                    batch, "\(place)/Btch", &item, listed: transactions.count,
                    sum: isKnown ? sum : nil, currency, &proving)
            }
        }
        if item.details.count == 1, let only = item.details.first {
            if item.customerReference.isEmpty { item.customerReference = only.customerReference }
            item.ach = only.ach.completed(by: item.ach)
        }
        proveDetails(path, item, hasCharges: hasCharges, &proving)
    }

    /// The payments of an entry, where all their amounts are told, are the entry.
    private mutating func proveDetails(
        _ path: String, _ item: StatementItem, hasCharges: Bool, _ proving: inout Proving
    ) {
        guard !item.details.isEmpty, !hasCharges else { return }
        var sum: Int128 = 0
        for detail in item.details {
            guard let amount = detail.amount else { return }
            sum += Int128(amount.count) * (detail.side == item.side ? 1 : -1)
        }
        // Fewer than the batch has may be listed.
        if let count = item.detailCount, count > item.details.count { return }
        if sum != Int128(item.amount.count) {
            problem(
                .batchDiffers, path, "Amt", "\(item.amount.count)",
                "\(sum), the sum of its payments")
            proving.proof.weaken(.contradicted)
        }
    }

    private mutating func readBatch(
        _ node: XMLNode, _ path: String, _ item: inout StatementItem, listed: Int, sum: Int128?,
        _ currency: Currency, _ proving: inout Proving
    ) {
        if let text = node["PmtInfId"].first?.text, !text.isEmpty {
            item.ach.batch = ACHReferences.withoutZeros(text)
        }
        if let text = node["MsgId"].first?.text, !text.isEmpty { item.ach.file = text }
        if let text = node["NbOfTxs"].first?.text {
            guard let count = AmountText.minor(Array(text.utf8)), count < 1_000_000_000 else {
                problem(.notANumber, path, "NbOfTxs", text, "digits")
                return
            }
            item.detailCount = (item.detailCount ?? 0) + Int(count)
            if listed > 0, Int128(listed) != count {
                problem(
                    .countDiffers, path, "NbOfTxs", text, "\(listed), as many as are listed",
                    Int128(listed) > count ? .refusal : .warning)
                if Int128(listed) > count { proving.proof.weaken(.contradicted) }
                return
            }
        }
        guard let total = node["TtlAmt"].first, let sum, listed > 0,
            total.attributes["Ccy"] == currency.description,
            let declared = decimal(total.text, path + "/TtlAmt", currency)
        else { return }
        if declared != sum {
            problem(
                .batchDiffers, path, "TtlAmt", "\(declared)", "\(sum), the sum of its payments")
            proving.proof.weaken(.contradicted)
        }
    }

    private mutating func detail(
        _ node: XMLNode, _ path: String, _ item: StatementItem, isAlone: Bool,
        _ currency: Currency
    ) -> StatementItem.Detail {
        let references = node["Refs"].first
        func reference(_ name: String) -> String {
            let text = references?[name].first?.text ?? ""
            return text == "NOTPROVIDED" ? "" : text
        }
        var ach = ACHReferences(text: node["AddtlTxInf"].first?.text ?? "")
        ach = ACHReferences(
            text: node["RmtInf"].first?["Ustrd"].map(\.text).joined(separator: " ") ?? ""
        )
        .completed(by: ach)
        for name in ["ClrSysRef", "TxId", "EndToEndId", "InstrId"] where ach.trace == nil {
            let text = reference(name)
            if text.count == 15 { ach.trace = ACHReferences.trace(text) }
        }
        for own in references?["Prtry"] ?? []
        where own["Tp"].first?.text.uppercased().contains("TRACE") == true {
            ach.trace = ACHReferences.trace(own["Ref"].first?.text ?? "") ?? ach.trace
        }
        let batch = reference("PmtInfId")
        if !batch.isEmpty { ach.batch = ACHReferences.withoutZeros(batch) }
        let file = reference("MsgId")
        if !file.isEmpty { ach.file = file }
        let reason = node["RtrInf"].first?["Rsn"].first
        let code = reason?["Cd"].first?.text ?? reason?["Prtry"].first?.text ?? ""
        if code.count == 3, code.hasPrefix("R") { ach.returnCode = code }
        let end = reference("EndToEndId")
        return StatementItem.Detail(
            side: node["CdtDbtInd"].isEmpty ? item.side : side(node, path) ?? item.side,
            amount: detailAmount(node, path, currency) ?? (isAlone ? item.amount : nil),
            bankReference: reference("AcctSvcrRef"),
            customerReference: end.isEmpty ? reference("InstrId") : end, ach: ach)
    }

    /// An amount in another currency than the account's is not added up, and no problem.
    private mutating func detailAmount(
        _ node: XMLNode, _ path: String, _ currency: Currency
    ) -> Quantity? {
        let details = node["AmtDtls"].first
        let element =
            node["Amt"].first ?? details?["TxAmt"].first?["Amt"].first
            ?? details?["InstdAmt"].first?["Amt"].first
        guard let element, element.attributes["Ccy"] == currency.description else { return nil }
        return quantity(element, "\(path)/Amt", currency)
    }

    // MARK: - Proof

    private mutating func proveSummary(
        _ summary: XMLNode, _ path: String, _ proving: inout Proving
    ) {
        let sums = proving.sums
        let all = summary["TtlNtries"].first
        for (name, group, count, sum) in [
            ("TtlNtries", all, sums.items, sums.credits + sums.debits),
            ("TtlCdtNtries", summary["TtlCdtNtries"].first, proving.credits, sums.credits),
            ("TtlDbtNtries", summary["TtlDbtNtries"].first, proving.debits, sums.debits),
        ] {
            guard let group else { continue }
            let place = "\(path)/TxsSummry/\(name)"
            if let text = group["NbOfNtries"].first?.text {
                guard let declared = AmountText.minor(Array(text.utf8)) else {
                    problem(.notANumber, place, "NbOfNtries", text, "digits")
                    proving.proof.weaken(.unproven)
                    continue
                }
                agree(.countDiffers, place, "NbOfNtries", declared, Int128(count), &proving)
            }
            if let text = group["Sum"].first?.text {
                guard let declared = decimal(text, place, proving.statement.currency) else {
                    proving.proof.weaken(.unproven)
                    continue
                }
                agree(.sumDiffers, place, "Sum", declared, sum, &proving)
            }
        }
        guard let all else { return }
        // Until version 03 the net amount and its side stood side by side.
        let net = all["TtlNetNtry"].first
        guard
            let text = net?["Amt"].first?.text ?? all["TtlNetNtryAmt"].first?.text,
            let side = net?["CdtDbtInd"].first?.text ?? all["CdtDbtInd"].first?.text,
            let amount = decimal(text, "\(path)/TxsSummry/TtlNtries", proving.statement.currency)
        else { return }
        agree(
            .sumDiffers, "\(path)/TxsSummry/TtlNtries", "TtlNetNtry",
            side == "DBIT" ? -amount : amount, sums.credits - sums.debits, &proving)
    }

    private mutating func agree(
        _ code: StatementProblem.Code, _ path: String, _ field: String, _ declared: Int128,
        _ found: Int128, _ proving: inout Proving
    ) {
        guard declared != found else {
            proving.agreements += 1
            return
        }
        problem(code, path, field, "\(declared)", "\(found), as the entries say")
        proving.proof.weaken(.contradicted)
    }

    private mutating func end(_ path: String, _ message: Message, _ proving: inout Proving) {
        var balances = StatementProof.unproven
        if message.hasBalances {
            balances = proving.sums.balances(proving.statement)
            if proving.isPartial, balances == .contradicted { balances = .unproven }
            switch balances {
            case .proven: proving.agreements += 1
            case .unproven:
                if !proving.isPartial {
                    problem(
                        .balanceMissing, path, "Bal", "no opening or no closing balance",
                        "OPBD or PRCD, and CLBD")
                }
            case .contradicted:
                let opening = proving.statement.opening?.signed ?? 0
                problem(
                    .balanceDiffers, path, "Bal", "\(proving.statement.closing?.signed ?? 0)",
                    "the opening balance and the entries, \(opening + proving.sums.booked)")
                proving.proof.weaken(.contradicted)
            }
        }
        if !proving.isComplete || proving.agreements == 0 { proving.proof.weaken(.unproven) }
        let report = proving.sums.report(
            proving.statement, proof: proving.proof, balances: balances)
        if teller.tally.isRepeated(report.fingerprint) {
            problem(
                .duplicateStatement, path, "Stmt", "the same statement as one before",
                "each statement once")
        }
        teller.tell(.statementEnd(report))
    }

    // MARK: - Elements and problems

    /// The only element of that name; none, or two, is a problem.
    private mutating func one(_ node: XMLNode, _ name: String, _ path: String) -> XMLNode? {
        let found = node[name]
        guard let first = found.first else {
            problem(.elementMissing, path, name, "nothing", "an element \(name)")
            return nil
        }
        guard found.count == 1 else {
            problem(.elementTwice, path, name, "\(found.count) of them", "one element \(name)")
            return nil
        }
        return first
    }

    private mutating func problem(
        _ code: StatementProblem.Code, _ path: String, _ field: String, _ found: String,
        _ expected: String, _ severity: StatementProblem.Severity? = nil
    ) {
        problem(code, .path(path), field, found, expected, severity)
    }

    private mutating func problem(
        _ code: StatementProblem.Code, _ path: String, _ found: String, _ expected: String
    ) {
        problem(code, .path(path), path, found, expected)
    }

    private mutating func problem(
        _ code: StatementProblem.Code, _ place: StatementPlace, _ field: String, _ found: String,
        _ expected: String, _ severity: StatementProblem.Severity? = nil
    ) {
        teller.tell(
            .problem(
                StatementProblem(
                    code, place, field, found: found.isEmpty ? "nothing" : found,
                    expected: expected, severity)))
    }
}

extension ACHReferences {
    /// These, and those of `other` where these say nothing.
    func completed(by other: ACHReferences) -> ACHReferences {
        var all = self
        all.trace = trace ?? other.trace
        all.returnTrace = returnTrace ?? other.returnTrace
        all.batch = batch ?? other.batch
        all.file = file ?? other.file
        all.company = company ?? other.company
        all.returnCode = returnCode ?? other.returnCode
        return all
    }
}
