import Banking
import Ledger
import Money
import Nacha
import Rules
import Service

/// The bank's settlement report as it was kept:
/// `record,trace_number,amount_minor,settlement_date,reference`, closed by a `total` row that must
/// agree in count and sum before anything is applied.
struct ReportSource {
    let name: String
    let bytes: BankFileBytes
    var limits = IntakeLimits()

    static let header = "record,trace_number,amount_minor,settlement_date,reference"

    /// No line of a report comes near it.
    private static let lineBytesMax = 4_096

    /// Reads every line and holds it against the total; says how many records there are.
    func prove() throws -> Int {
        var count = 0
        var sum: Int64 = 0
        var isClosed = false
        try forEachLine { number, fields throws(RailProblem) in
            guard !isClosed else {
                throw RailProblem("line \(number): nothing may follow the total")
            }
            if fields[0] == "total" {
                guard fields[1] == "\(count)", fields[2] == "\(sum)" else {
                    throw RailProblem(
                        "line \(number): the total says \(fields[1]) rows and \(fields[2]); "
                            + "there are \(count) and \(sum)")
                }
                isClosed = true
                return
            }
            let row = try Row(number, fields)
            let (total, overflows) = sum.addingReportingOverflow(row.amount.count)
            guard !overflows else {
                throw RailProblem("line \(number), amount_minor: the sum is larger than any book")
            }
            sum = total
            count += 1
        }
        guard isClosed else { throw RailProblem("the total row at the end is missing") }
        return count
    }

    /// Reads again, a window at a time.
    func forEachWindow(_ body: (inout ArrivalWindow) async throws -> Void) async throws {
        var window = ArrivalWindow(limits)
        var lines = Lines()
        var part = 0
        while let chunk = try bytes.part(part, of: name) {
            part += 1
            try lines.read(chunk) { number, fields throws(RailProblem) in
                try Self.append(number, fields, to: &window)
            }
            if window.isFull {
                try await body(&window)
                window.removeAll()
            }
        }
        try lines.finish { number, fields throws(RailProblem) in
            try Self.append(number, fields, to: &window)
        }
        try await body(&window)
    }

    private static func append(
        _ number: Int, _ fields: [Substring], to window: inout ArrivalWindow
    ) throws(RailProblem) {
        guard fields[0] != "total" else { return }
        let row = try Row(number, fields)
        let trace = TraceNumber(row.trace)?.number ?? 0
        let what: Arrival.What
        switch row.record {
        case .debitSettled: what = .debitSettled(row.day)
        case .creditSettled: what = .creditSettled(row.day)
        case .dishonorSettled: what = .dishonorSettled(row.day)
        case .returnSettled:
            what = .returnSettled(row.day, reference: TraceNumber(row.reference)?.number ?? 0)
        case .wireReceived:
            let parts = row.reference.split(separator: "|", maxSplits: 1).map(String.init)
            what = .wireReceived(window.wires.count)
            window.wires.append(
                ArrivalWindow.Wire(
                    reference: (parts.first ?? "").trimmingCharacters(in: .whitespaces),
                    source: parts.count > 1 ? parts[1] : "", day: row.day, trace: row.trace,
                    whole: row.reference))
        }
        window.arrivals.append(
            Arrival(what, line: number, trace: trace, about: trace, amount: row.amount))
    }

    /// One record of the report.
    struct Row {
        enum Record: String {
            case debitSettled = "debit_settled"
            case creditSettled = "credit_settled"
            case returnSettled = "return_settled"
            case dishonorSettled = "dishonor_settled"
            case wireReceived = "wire_received"
        }

        let record: Record
        let trace: String
        let amount: Cents
        let day: Day
        let reference: String

        init(_ number: Int, _ fields: [Substring]) throws(RailProblem) {
            guard let record = Record(rawValue: String(fields[0])) else {
                throw RailProblem("line \(number), record: \(fields[0].prefix(40)) is not known")
            }
            guard let count = Int64(fields[2]), count > 0, let amount = Cents(exactly: count) else {
                throw RailProblem("line \(number), amount_minor: must be a positive integer")
            }
            guard let day = Day(iso: String(fields[3])) else {
                throw RailProblem("line \(number), settlement_date: must be YYYY-MM-DD")
            }
            self.record = record
            trace = String(fields[1])
            self.amount = amount
            self.day = day
            reference = String(fields[4])
        }
    }

    private func forEachLine(
        _ body: (Int, [Substring]) throws(RailProblem) -> Void
    ) throws {
        var lines = Lines()
        var part = 0
        while let chunk = try bytes.part(part, of: name) {
            part += 1
            try lines.read(chunk, body)
        }
        try lines.finish(body)
    }

    /// Cuts bytes into lines of five fields, wherever the parts of the file end.
    private struct Lines {
        private var rest: [UInt8] = []
        private var number = 0

        mutating func read(
            _ chunk: [UInt8], _ body: (Int, [Substring]) throws(RailProblem) -> Void
        ) throws(RailProblem) {
            var start = 0
            while let end = chunk[start...].firstIndex(of: 0x0A) {
                if rest.isEmpty {
                    try line(chunk[start..<end], body)
                } else {
                    rest += chunk[start..<end]
                    try line(rest[...], body)
                    rest = []
                }
                start = end + 1
            }
            rest += chunk[start...]
            guard rest.count <= ReportSource.lineBytesMax else {
                throw RailProblem("line \(number + 1) is longer than any line of a report")
            }
        }

        mutating func finish(
            _ body: (Int, [Substring]) throws(RailProblem) -> Void
        ) throws(RailProblem) {
            if !rest.isEmpty { try line(rest[...], body) }
            rest = []
            guard number > 0 else {
                throw RailProblem("line 1: the first line must be \(ReportSource.header)")
            }
        }

        private mutating func line(
            _ bytes: ArraySlice<UInt8>, _ body: (Int, [Substring]) throws(RailProblem) -> Void
        ) throws(RailProblem) {
            number += 1
            var bytes = bytes
            if bytes.last == 0x0D { bytes.removeLast() }
            guard !bytes.isEmpty else { return }
            let text = String(decoding: bytes, as: UTF8.self)
            guard number > 1 else {
                guard text == ReportSource.header else {
                    throw RailProblem("line 1: the first line must be \(ReportSource.header)")
                }
                return
            }
            let fields = text.split(
                separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
            guard fields.count == 5 else {
                throw RailProblem("line \(number): there must be five columns")
            }
            try body(number, fields)
        }
    }
}
