import Edges
import Engine
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Wire

extension BankRail {
    /// The bank refused a file of ours, or some of its entries.
    ///
    /// `{"file": NAME, "reason": TEXT, "entries": [{"trace_number", "code", "reason"}]}`: each entry
    /// that is named never went to its bank and comes back under the operator's code, or R26 where
    /// none is given. Without `entries` the whole file was refused, and a person decides: nothing
    /// of it may be told to customers before it is known whether it is sent again.
    func applyRejection(
        _ name: String, _ bytes: [UInt8], _ report: inout IntakeReport
    ) async throws {
        let told = String(decoding: bytes.prefix(4_096), as: UTF8.self)
        guard let json = try? JSON.parse(bytes, bytesMax: bytes.count),
            let refused = json["entries"]?.arrayValue, !refused.isEmpty
        else {
            return report.refuse(["The bank refused a file: " + told])
        }
        let file = json["file"]?.stringValue
        var asked: [Service.Asked] = []
        var traces: [String] = []
        for entry in refused {
            let text = entry["trace_number"]?.stringValue ?? ""
            let code = entry["code"]?.stringValue ?? ReturnCode.mandatoryField.text
            guard let trace = TraceNumber(text), ReturnCode(code) != nil,
                let sent = try service.reader.entries(trace: trace.text)
                    .first(where: { file == nil || $0.file == file }),
                let customer = sent.customer
            else {
                report.leaveOut("\(name): no entry of ours has the trace number \(text.prefix(40))")
                continue
            }
            let key = "\(sent.payment.key):\(sent.file ?? ""):\(trace):\(code)"
            asked.append(
                Self.asked(
                    .receiveReturn(
                        ReturnedEntry(
                            payment: sent.payment, code: code, amount: sent.amount, trace: trace)),
                    to: .customer(customer), "bank:rejection", key))
            traces.append(trace.text)
        }
        for start in stride(from: 0, to: asked.count, by: Engine.batchMax) {
            let end = min(start + Engine.batchMax, asked.count)
            let outcomes = try await service.perform(batch: Array(asked[start..<end]))
            for (trace, outcome) in zip(traces[start..<end], outcomes) {
                report.note(outcome, "refused entry \(trace)")
            }
        }
    }
}
