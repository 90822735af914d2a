import ArgumentParser
import Edges
import Foundation
import Ledger
import Wire

struct DocumentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "documents",
        abstract: "Print what became of customers' documents, tab-separated: line, time, document, "
            + "event, by, why, hash of the sealed file.",
        discussion: """
            `makewhole verify` proves that no line was changed or taken out, and that nothing is \
            left of what is called destroyed.
            """)

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "One document, as in doc_…; all without it.") var document: String?

    func run() async throws {
        try await Failure.reported {
            let edge = try database.edge()
            guard let document else {
                try edge.eachDocumentRecord { Terminal.data(line($0)) }
                return
            }
            guard let id = DocumentID(document) else {
                throw Failure.badData("\(document) is no document's id, which begins with doc_.")
            }
            let records = try edge.documentRecords(of: id)
            guard !records.isEmpty else {
                throw Failure.badData("\(document) is not in the record.")
            }
            for record in records { Terminal.data(line(record)) }
        }
    }

    private func line(_ record: EdgeStore.DocumentRecord) -> String {
        [
            "\(record.sequence)", record.at.rfc3339, "\(record.document)", record.event.rawValue,
            record.by, record.why, Hex.encode(Array(record.digest)),
        ].joined(separator: "\t")
    }
}
