import Edges
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Web
import Wire

// MARK: Files to and from the bank

extension Site {
    private static let filesShown = 50
    /// Entries of one file on its page; a larger file is read with other tools.
    private static let entriesShown = 200
    /// A file beyond this is listed without being opened for its count.
    private static let countedBytesMax = 256 << 10
    private static let reportLinesMax = 100
    /// Bytes of a file of which a page shows entries: some fifty thousand of them.
    private static let shownBytesMax = 8 << 20

    func bankFiles(_ visit: DeskVisit) async throws -> Answer {
        let files =
            try service.edge.bankFiles(direction: "outbound", limit: Site.filesShown)
            + service.edge.bankFiles(direction: "inbound", limit: Site.filesShown)
        return .page(
            BankFilesPage(
                files: try files.sorted { ($0.at, $0.name) > ($1.at, $1.name) }
                    .map { try summary(of: $0, contents: try contents(of: $0, isListed: true)) }))
    }

    /// One file: what is in it and what became of each entry; never its bytes.
    func bankFile(_ visit: DeskVisit) async throws -> Answer {
        let name = visit.visit.parameters.get("id")?.removingPercentEncoding ?? ""
        guard let file = try service.edge.bankFile(named: name) else { throw Turn.notFound }
        let contents = try contents(of: file, isListed: false)
        let shown = contents?.entries.prefix(Site.entriesShown) ?? []
        return .page(
            BankFilePage(
                file: try summary(of: file, contents: contents),
                deliveries: try service.edge.deliveries(of: name).map { BankFilePage.Delivery($0) },
                report: file.report.split(separator: "\n").prefix(Site.reportLinesMax)
                    .map { String($0.prefix(300)) },
                entries: try shown.map { try row(of: $0, visit.facts) },
                entriesLeft: (contents?.entries.count ?? 0) - shown.count))
    }

    private func summary(
        of file: EdgeStore.BankFile, contents: BankFileContents?
    ) throws -> BankFilesPage.File {
        BankFilesPage.File(
            id: file.name, name: file.name,
            direction: file.direction == "outbound" ? .outgoing : .incoming,
            at: file.at.milliseconds, entries: contents?.entries.count,
            debitCents: contents?.debits.count ?? 0, creditCents: contents?.credits.count ?? 0,
            status: try status(of: file, contents))
    }

    private func status(
        of file: EdgeStore.BankFile, _ contents: BankFileContents?
    ) throws -> BankFilesPage.Status {
        switch file.state {
        case "ready", "gathering", "arriving", "kept", "applying": return .ready
        case "sent":
            let sent = contents?.entries.count ?? 0
            let open = try service.reader.unanswered(inFile: file.name)
            return open == 0 ? .done : open == sent ? .sent : .partly
        case "missing": return .missing
        case "problem", "refused", "failed", "rejected":
            return .problem(problem(of: file))
        default:
            // The first line counts; what follows is for a person to read.
            return file.report.contains("\n") ? .noted : .done
        }
    }

    /// What is wrong, without the count of what was applied: of what is refused nothing is.
    private func problem(of file: EdgeStore.BankFile) -> String {
        let lines = file.report.prefix(1_000).split(separator: "\n")
        let told = file.direction == "inbound" && lines.count > 1 ? lines.dropFirst() : lines[...]
        return told.isEmpty ? file.state : told.joined(separator: " ")
    }

    private func contents(
        of file: EdgeStore.BankFile, isListed: Bool
    ) throws -> BankFileContents? {
        if file.direction == "outbound" {
            return BankFileContents(sent: try service.reader.entries(inFile: file.name))
        }
        // Statements and refusals have no entries; what is large is not read for a page.
        let isOther = [".bai2", ".bai", ".xml", ".json"].contains {
            file.name.lowercased().contains($0)
        }
        let most = isListed ? Site.countedBytesMax : Site.shownBytesMax
        guard !isOther, file.state != "refused", file.size <= most,
            let bytes = try service.bankFiles.all(of: file.name, atMost: most), !bytes.isEmpty
        else { return nil }
        return BankFileContents(received: bytes, name: file.name)
    }

    private func row(
        of item: BankFileContents.Item, _ facts: Facts
    ) throws -> BankFilePage.Entry {
        var sent = item.sent
        if sent == nil, let trace = item.originalTrace {
            let known = try service.reader.entries(trace: trace)
            sent = known.first { $0.amount == item.amount } ?? known.first
        }
        let customer = try sent?.customer.flatMap { try service.reader.customer($0) }
        var method: PaymentMethodID?
        var status: Web.DepositStatus?
        switch sent?.payment {
        case .deposit(let id):
            let deposit = customer?.deposits[id]
            method = deposit?.method
            status = deposit.flatMap { customer?.pageStatus(of: $0) }
        case .settlement(let id): method = customer?.settlements[id]?.method
        case .microEntry(let id): method = customer?.method(ofMicroEntry: id)?.id
        case .dishonor, nil: break
        }
        return BankFilePage.Entry(
            trace: item.trace, what: item.what,
            cents: item.what == .microEntry ? nil : item.amount.count,
            customerID: customer.map { "\($0.id)" }, customer: customer?.profile.name ?? "",
            account: method.flatMap { customer?.label(of: $0) }, status: status)
    }
}

extension BankFilePage.Delivery {
    fileprivate init(_ delivery: EdgeStore.Delivery) {
        let state: State =
            switch delivery.state {
            case .waiting: .waiting
            case .putting, .renaming: .underWay
            case .sent: .sent
            case .stopped: .stopped
            case .unknown: .unknown
            }
        self.init(
            state: state, askedAt: delivery.askedAt.milliseconds,
            tries: delivery.receipt?.tries ?? delivery.tries,
            nextAt: delivery.isOpen && delivery.tries > 0 ? delivery.due.milliseconds : nil,
            failure: delivery.failure, request: delivery.request.map { "\($0.by): \($0.reason)" },
            receipt: delivery.receipt.map { receipt in
                BankFilePage.Receipt(
                    at: receipt.at.milliseconds, place: receipt.place, size: receipt.size,
                    digest: Hex.encode(Array(receipt.digest)), note: receipt.note)
            })
    }
}

/// What is in a bank file, as far as a person needs it.
private struct BankFileContents {
    struct Item {
        let trace: String
        let what: BankFilePage.What
        let amount: Cents
        /// Our entry, where it is one.
        var sent: Reader.EntryRow?
        /// The trace of our entry that it is about.
        var originalTrace: String?
    }

    private(set) var entries: [Item] = []
    private(set) var debits = Cents.zero
    private(set) var credits = Cents.zero

    init(sent rows: [Reader.EntryRow]) {
        entries = rows.map { row in
            let what: BankFilePage.What =
                switch row.payment {
                case .deposit: .deposit
                case .settlement: .payment
                case .dishonor: .dishonor
                case .microEntry: .microEntry
                }
            return Item(trace: row.trace ?? "", what: what, amount: row.amount, sent: row)
        }
        debits = rows.filter { !$0.isCredit }.map(\.amount).sum()
        credits = rows.filter(\.isCredit).map(\.amount).sum()
    }

    init(received bytes: [UInt8], name: String) {
        if name.contains(".csv") {
            readReport(bytes)
        } else {
            readNacha(bytes)
        }
    }

    /// The bank's settlement report: `record,trace_number,amount_minor,settlement_date,reference`.
    private mutating func readReport(_ bytes: [UInt8]) {
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let fields = line.split(
                separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
            guard fields.count == 5, fields[0] != "total", let count = Int64(fields[2]),
                let amount = Cents(exactly: count)
            else { continue }
            let isOurs = fields[0] == "debit_settled"
            entries.append(
                Item(
                    trace: String(fields[1]),
                    what: BankFilePage.Settled(rawValue: String(fields[0]))
                        .map { .settled($0) } ?? .other,
                    amount: amount,
                    originalTrace: isOurs || fields[0] == "return_settled"
                        ? String(fields[1]) : nil))
            if isOurs { debits += amount } else { credits += amount }
        }
    }

    private mutating func readNacha(_ bytes: [UInt8]) {
        for case .success(let reading) in FileReader(profile: .lenient).readAll(bytes) {
            for entry in reading.file.batches.flatMap(\.entries) {
                let item = Item(entry)
                entries.append(item)
                credits += item.amount
            }
        }
    }
}

extension BankFileContents.Item {
    fileprivate init(_ entry: Entry) {
        let trace = entry.trace.text
        switch entry.addenda.first {
        case .return(let addenda):
            self.init(
                trace: trace, what: .returned(code: addenda.code.text), amount: entry.amount,
                originalTrace: addenda.originalTrace.text)
        case .change(let addenda):
            self.init(
                trace: trace, what: .change(code: "\(addenda.code)"), amount: entry.amount,
                originalTrace: addenda.originalTrace.text)
        case .contested(let addenda):
            self.init(
                trace: trace, what: .contest, amount: entry.amount,
                originalTrace: addenda.dishonoredTrace.text)
        case .paymentInformation, .dishonored, .refusedChange, .other, nil:
            self.init(trace: trace, what: .other, amount: entry.amount)
        }
    }
}
