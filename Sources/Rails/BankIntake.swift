import Banking
import Crypto
import Engine
import Foundation
import Ledger
import Money
import Nacha
import Rules
import SQLiteStore
import Service

// What the bank answers. Every entry becomes a command whose cause is the entry itself, so a file
// that comes twice, or is read twice after a crash, changes nothing the second time.
extension BankRail {
    func takeIn() async throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: inbound.path)
            .filter { !$0.hasPrefix(".") && $0 != "taken" && !$0.hasSuffix(".part") }.sorted()
        for name in names {
            let path = inbound.appendingPathComponent(name)
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path.path, isDirectory: &isDirectory),
                !isDirectory.boolValue
            else { continue }
            try await takeIn(name, at: path)
        }
    }

    private func takeIn(_ name: String, at path: URL) async throws {
        let bytes = try Data(contentsOf: path)
        let digest = Data(SHA256.hash(data: bytes))
        let twins = try service.edge.bankFiles(digest: digest).filter {
            $0.direction == "inbound" && $0.state == "taken"
        }
        var keptName = name
        if let known = try service.edge.bankFile(named: name), known.digest != digest {
            // Another file under a name we have seen: both are kept.
            keptName = "\(name)#\(digest.prefix(4).map { String($0, radix: 16) }.joined())"
        }
        if let twin = twins.first {
            if twin.name != keptName {
                try service.edge.keep(
                    EdgeStore.BankFile(
                        name: keptName, direction: "inbound", digest: digest, bytes: Data(),
                        at: service.clock.now(), state: "duplicate",
                        report: "The same bytes as \(twin.name); nothing was applied."))
            }
            service.figures.bankFile(.duplicate)
        } else {
            try service.edge.keep(
                EdgeStore.BankFile(
                    name: keptName, direction: "inbound", digest: digest, bytes: bytes,
                    at: service.clock.now(), state: "kept", report: ""))
            let report = try await apply(name, Array(bytes))
            if report.needsPerson {
                try service.raise(
                    .bankFile(name: keptName), about: "bank file \(keptName) \(digest)")
            }
            try service.edge.mark(
                bankFile: keptName, state: report.refused ? "refused" : "taken",
                report: report.text)
            service.figures.bankFile(report.refused ? .refused : .taken)
            service.figures.bankProblems(report.problems.count)
        }
        let taken = inbound.appendingPathComponent("taken").appendingPathComponent(
            keptName.replacingOccurrences(of: "/", with: "_"))
        if FileManager.default.fileExists(atPath: taken.path) {
            try FileManager.default.removeItem(at: path)
        } else {
            try FileManager.default.moveItem(at: path, to: taken)
        }
        logger.info("a bank file was taken in", metadata: ["file": "\(keptName)"])
    }

    /// What became of a file, line by line where something was wrong.
    struct Report {
        var applied = 0
        var unchanged = 0
        var problems: [String] = []
        var refused = false
        /// Parts of the file from which nothing followed.
        var leftOut = 0

        var needsPerson: Bool { refused || leftOut > 0 }

        mutating func leaveOut(_ problem: String) {
            leftOut += 1
            problems.append(problem)
        }

        var text: String {
            (["\(applied) applied, \(unchanged) seen before"] + problems).joined(separator: "\n")
        }

        mutating func note(_ outcome: Outcome, _ what: String) {
            switch outcome {
            case .accepted(.unchanged), .replayed: unchanged += 1
            case .accepted: applied += 1
            case .refused(let refusal): leaveOut("\(what): \(refusal)")
            case .conflict: leaveOut("\(what): told before with other contents")
            }
        }
    }

    private func apply(_ name: String, _ bytes: [UInt8]) async throws -> Report {
        if StatementIntake.takes(name, bytes) {
            let taken = try StatementIntake(service: service).take(name, bytes)
            return Report(
                applied: taken.applied, unchanged: taken.unchanged, problems: taken.problems,
                refused: taken.refused, leftOut: taken.leftOut)
        }
        if name.hasSuffix(".csv") { return try await applySettlements(bytes) }
        if name.hasSuffix(".json") {
            var report = Report()
            report.refused = true
            report.problems = ["The bank refused a file: " + String(decoding: bytes, as: UTF8.self)]
            return report
        }
        var report = Report()
        let readings = FileReader(profile: .lenient).readAll(bytes)
        if readings.isEmpty {
            report.refused = true
            report.problems = ["This is not a Nacha file."]
        }
        for reading in readings {
            switch reading {
            case .failure(let refusal):
                report.refused = true
                report.problems += refusal.problems.map(\.description)
            case .success(let reading):
                report.problems += reading.warnings.map(\.description)
                // Set aside by the reader; the bytes are kept, and nothing follows unseen.
                for quarantined in reading.quarantined {
                    let trace = quarantined.entry.map { " \($0.trace)" } ?? ""
                    report.leaveOut(
                        "The entry\(trace) on line \(quarantined.line) needs a person.")
                    report.problems += quarantined.problems.map(\.description)
                }
                for batch in reading.file.batches {
                    let day = batch.header.settlement?.day(
                        near: Eastern.day(at: service.clock.now()))
                    for entry in batch.entries {
                        try await apply(entry, settlesOn: day, &report)
                    }
                }
            }
        }
        return report
    }

    private func apply(
        _ entry: Entry, settlesOn day: Day?, _ report: inout Report
    ) async throws {
        for addenda in entry.addenda {
            switch addenda {
            case .return(let addenda):
                try await applyReturn(entry, addenda, settlesOn: day, &report)
            case .change(let addenda): try await applyChange(entry, addenda, &report)
            case .contested(let addenda): try await applyContest(entry, addenda, &report)
            case .paymentInformation, .dishonored, .refusedChange, .other:
                report.leaveOut("Entry \(entry.trace) is of a kind we do not receive.")
            }
        }
    }

    private func applyReturn(
        _ entry: Entry, _ addenda: ReturnAddenda, settlesOn day: Day?, _ report: inout Report
    ) async throws {
        let key =
            "\(entry.trace):\(addenda.originalTrace):\(addenda.code):\(entry.amount.count)"
        let sent = try service.reader.entries(trace: addenda.originalTrace.text)
        // Never by trace alone: the amount tells a reused number from the entry that came back.
        let match = sent.first { $0.amount == entry.amount } ?? sent.first
        let command: Command
        let addressee: Addressee
        if let match, let customer = match.customer {
            addressee = .customer(customer)
            command = .receiveReturn(
                ReturnedEntry(
                    payment: match.payment, code: addenda.code.text, amount: entry.amount,
                    trace: entry.trace, settlesOn: day))
        } else {
            addressee = .house
            command = .parkReturn(
                Command.ParkReturn(
                    code: addenda.code.text, amount: entry.amount, trace: entry.trace,
                    originalTrace: addenda.originalTrace, why: .unknownTrace))
        }
        report.note(
            try await service.perform(
                command, to: addressee, by: .system, scope: "bank:return", key: key, body: key),
            "return \(entry.trace)")
    }

    /// A notification of change: what can be read is applied before the next entry.
    private func applyChange(
        _ entry: Entry, _ addenda: ChangeAddenda, _ report: inout Report
    ) async throws {
        guard let sent = try service.reader.entries(trace: addenda.originalTrace.text).first,
            let id = sent.customer, let customer = try service.reader.customer(id),
            let methodID = method(of: sent.payment, customer),
            let account = customer.methods[methodID]?.bankAccount
        else {
            report.leaveOut("Change \(entry.trace) is of no entry of ours.")
            return
        }
        var corrected: PaymentMethod.BankAccount?
        var lastFour: String?
        if case .exact(let correction) = addenda.reading {
            var routing = account.routingNumber
            var number = try service.vault.accountNumber(of: account)
            var type = account.type
            var applies = true
            switch correction {
            case .account(let new): number = new
            case .routing(let new): routing = new.text
            case .routingAndAccount(let newRouting, let newNumber):
                (routing, number) = (newRouting.text, newNumber)
            case .transactionCode(let code):
                type = code.account == .savings ? .savings : .checking
            case .accountAndTransactionCode(let new, let code):
                number = new
                type = code.account == .savings ? .savings : .checking
            case .routingAccountAndTransactionCode(let newRouting, let newNumber, let code):
                (routing, number) = (newRouting.text, newNumber)
                type = code.account == .savings ? .savings : .checking
            case .name, .foreignDFI, .identification, .addendaFormat, .entryClass: applies = false
            }
            if applies {
                corrected = service.vault.seal(
                    routingNumber: routing, accountNumber: number, type: type)
                lastFour = String(number.suffix(4))
            }
        }
        let key = "\(entry.trace):\(addenda.originalTrace):\(addenda.code)"
        report.note(
            try await service.perform(
                .correctMethod(
                    Command.CorrectMethod(
                        method: methodID, code: addenda.code.text, bankAccount: corrected,
                        lastFour: lastFour)),
                to: .customer(id), by: .system, scope: "bank:change", key: key, body: key),
            "change \(entry.trace)")
    }

    private func method(of payment: PaymentReference, _ customer: Customer) -> PaymentMethodID? {
        switch payment {
        case .deposit(let id): customer.deposits[id]?.method
        case .settlement(let id): customer.settlements[id]?.method
        case .dishonor: nil
        }
    }

    private func applyContest(
        _ entry: Entry, _ addenda: ContestedAddenda, _ report: inout Report
    ) async throws {
        let sent = try service.reader.entries(trace: addenda.dishonoredTrace.text)
        let match = sent.compactMap { row -> SuspenseID? in
            if case .dishonor(let id) = row.payment { id } else { nil }
        }.first
        guard let item = match else {
            report.leaveOut("Contest \(entry.trace) is of no dishonored return of ours.")
            return
        }
        let key = "\(entry.trace):\(addenda.dishonoredTrace):\(addenda.code)"
        report.note(
            try await service.perform(
                .contestDishonor(
                    Command.ContestDishonor(item: item, code: addenda.code.text)),
                to: .house, by: .system, scope: "bank:contest", key: key, body: key),
            "contest \(entry.trace)")
    }

    // MARK: Settlement reports

    /// `record,trace_number,amount_minor,settlement_date,reference`, closed by a `total` row that
    /// must agree in count and sum before anything is applied.
    private func applySettlements(_ bytes: [UInt8]) async throws -> Report {
        var report = Report()
        let rows: [SettlementRow]
        do {
            rows = try SettlementRow.parse(bytes)
        } catch {
            report.refused = true
            report.problems = [error.description]
            return report
        }
        for row in rows { try await apply(row, &report) }
        return report
    }

    private func apply(_ row: SettlementRow, _ report: inout Report) async throws {
        let what = "line \(row.line), \(row.record.rawValue) \(row.trace)"
        let key =
            "\(row.record.rawValue):\(row.trace):\(row.day.iso):\(row.amount.count):\(row.reference)"
        let command: Command
        let addressee: Addressee
        switch row.record {
        case .debitSettled:
            guard let sent = try sent(row), let customer = sent.customer else {
                report.leaveOut("\(what): no entry of ours has this trace and amount")
                return
            }
            addressee = .customer(customer)
            command = .settleEntry(
                Command.SettleEntry(payment: sent.payment, day: row.day))
        case .returnSettled:
            let house = try service.reader.house()
            if let item = house.suspense.values.first(where: {
                $0.trace?.text == row.reference && !$0.settled
            }) {
                addressee = .house
                command = .settleParkedReturn(item.id)
            } else if let sent = try sent(row), let customer = sent.customer {
                addressee = .customer(customer)
                command = .settleReturn(
                    Command.SettleReturn(payment: sent.payment, fee: .zero))
            } else {
                report.leaveOut("\(what): no return of ours has this trace")
                return
            }
        case .dishonorSettled:
            guard case .dishonor(let item)? = try sent(row)?.payment else {
                report.leaveOut("\(what): no dishonored return of ours has this trace")
                return
            }
            addressee = .house
            command = .settleDishonor(item)
        case .wireReceived:
            let parts = row.reference.split(separator: "|", maxSplits: 1).map(String.init)
            let reference = (parts.first ?? "").trimmingCharacters(in: .whitespaces)
            let funds = Command.ReceiveFunds(
                rail: .wire, amount: row.amount, source: parts.count > 1 ? parts[1] : "",
                reference: reference)
            let customer =
                try service.reader.customer(
                    ofSettlementReference: reference.uppercased())
                ?? service.reader.customerID(reference: reference)
            if let customer {
                addressee = .customer(customer)
                command = .receiveFunds(funds)
            } else {
                addressee = .house
                command = .receiveUnidentifiedFunds(funds)
            }
        case .creditSettled:
            return
        }
        report.note(
            try await service.perform(
                command, to: addressee, by: .system, scope: "bank:settlement", key: key, body: key),
            what)
    }

    private func sent(_ row: SettlementRow) throws -> Reader.EntryRow? {
        try service.reader.entries(trace: row.trace).first { $0.amount == row.amount }
    }
}

/// One line of the bank's settlement report.
struct SettlementRow {
    enum Record: String {
        case debitSettled = "debit_settled"
        case creditSettled = "credit_settled"
        case returnSettled = "return_settled"
        case dishonorSettled = "dishonor_settled"
        case wireReceived = "wire_received"
    }

    let line: Int
    let record: Record
    let trace: String
    let amount: Cents
    let day: Day
    let reference: String

    static let header = "record,trace_number,amount_minor,settlement_date,reference"

    static func parse(_ bytes: [UInt8]) throws(RailProblem) -> [SettlementRow] {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            .map { $0.hasSuffix("\r") ? $0.dropLast() : $0 }
        guard lines.first.map(String.init) == header else {
            throw RailProblem("line 1: the first line must be \(header)")
        }
        var rows: [SettlementRow] = []
        var sum: Int64 = 0
        for (index, line) in lines.enumerated().dropFirst() {
            let fields = line.split(
                separator: ",", maxSplits: 4, omittingEmptySubsequences: false
            ).map(String.init)
            guard fields.count == 5 else {
                throw RailProblem("line \(index + 1): there must be five columns")
            }
            if fields[0] == "total" {
                guard fields[1] == "\(rows.count)", fields[2] == "\(sum)" else {
                    throw RailProblem(
                        "line \(index + 1): the total says \(fields[1]) rows and \(fields[2]); "
                            + "there are \(rows.count) and \(sum)")
                }
                guard index == lines.count - 1 else {
                    throw RailProblem("line \(index + 2): nothing may follow the total")
                }
                return rows
            }
            guard let record = Record(rawValue: fields[0]) else {
                throw RailProblem("line \(index + 1), record: \(fields[0]) is not known")
            }
            guard let count = Int64(fields[2]), let amount = Cents(exactly: count), count > 0 else {
                throw RailProblem("line \(index + 1), amount_minor: must be a positive integer")
            }
            guard let day = Day(iso: fields[3]) else {
                throw RailProblem("line \(index + 1), settlement_date: must be YYYY-MM-DD")
            }
            sum += count
            rows.append(
                SettlementRow(
                    line: index + 1, record: record, trace: fields[1], amount: amount, day: day,
                    reference: fields[4]))
        }
        throw RailProblem("the total row at the end is missing")
    }
}
