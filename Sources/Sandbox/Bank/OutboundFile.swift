import Banking
import Wire

/// A problem the bank found in a file, as it goes back to Makewhole.
struct OutboundProblem: Sendable, Equatable {
    /// Counted from 1; none for a problem of the whole file.
    var line: Int?
    var columns: ClosedRange<Int>?
    var field: String?
    var code: String
    var detail: String

    /// A problem of the whole file.
    static func plain(_ detail: String) -> OutboundProblem {
        OutboundProblem(line: nil, columns: nil, field: nil, code: "file_refused", detail: detail)
    }

    /// The document that is written beside a refused file.
    static func document(file: String, problems: [OutboundProblem]) -> String {
        JSON.object([
            ("file", .string(file)),
            ("problems", .array(problems.prefix(problemsMax).map(\.json))),
            ("problem_count", .integer(Int64(problems.count))),
        ]).text(.pretty) + "\n"
    }

    /// A person reads the first few; a broken file can have one a line.
    private static let problemsMax = 200

    private var json: JSON {
        var members: [(String, JSON)] = []
        if let line { members.append(("line", .integer(Int64(line)))) }
        if let columns {
            members.append(("first_column", .integer(Int64(columns.lowerBound))))
            members.append(("last_column", .integer(Int64(columns.upperBound))))
        }
        if let field { members.append(("field", .string(field))) }
        members.append(("code", .string(code)))
        members.append(("detail", .string(detail)))
        return .object(members)
    }
}

/// What the bank takes from a file that reads well. The bank fills in what it adds itself: numbers,
/// file names and days.
struct OutboundFile: Sendable {
    /// What operators tell two files apart by: origin, creation date and time, modifier.
    var key: String
    var entries: [BankEntry]
    var dishonors: [BankDishonor]

    enum Reading: Sendable {
        case read(OutboundFile)
        case refused([OutboundProblem])
    }
}
