import Banking

/// One line of the bank's account statement.
struct SettlementRow: Sendable, Equatable {
    enum Record: String, Sendable {
        case debitSettled = "debit_settled"
        case creditSettled = "credit_settled"
        case returnSettled = "return_settled"
        case dishonorSettled = "dishonor_settled"
        case wireReceived = "wire_received"
    }

    var record: Record
    /// The trace number Makewhole gave the entry that settles (for a return: the entry returned),
    /// or the bank's id of a wire.
    var trace: String
    /// Cents, above zero.
    var amountMinor: Int64
    var day: Day
    /// The file the entry came in; of a return its own trace, of a dishonor the return's; of a
    /// wire the payer's reference, a bar and the payer's name.
    var reference: String
}

/// A settlement file: a header line, one line a row, and a last line with count and sum.
struct SettlementFile: Sendable {
    var rows: [SettlementRow]
    var day: Day

    static let header = "record,trace_number,amount_minor,settlement_date,reference"

    /// The whole file; every line ends with a line feed. No field holds a comma: traces and file
    /// names are our own, references are checked when a person gives them.
    var text: String {
        let lines = rows.map {
            "\($0.record.rawValue),\($0.trace),\($0.amountMinor),\($0.day.iso),\($0.reference)"
        }
        let sum = rows.reduce(0) { $0 + $1.amountMinor }
        let total = "total,\(rows.count),\(sum),\(day.iso),"
        return ([Self.header] + lines + [total]).joined(separator: "\n") + "\n"
    }
}
