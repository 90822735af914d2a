import Banking
import Foundation
import Logging
import Money
import Nacha
import Testing

@testable import makewhole_sandbox

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("sandbox-test-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: url) } catch { return }
    }

    func path(_ name: String) -> URL { url.appendingPathComponent(name) }
}

extension Logger {
    /// A logger that says nothing.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Files as Makewhole sends them.
enum Outbound {
    static let odfi = RoutingNumber(DFIIdentification("09100001")!)
    static let rdfi = RoutingNumber(DFIIdentification("12100035")!)

    /// A file with one WEB debit for each account number, of $500.00 and with trace numbers
    /// counted from 1.
    static func file(
        accounts: [String], created: Day = Day(iso: "2026-11-23")!,
        modifier: FileModifier = .first
    ) throws -> [UInt8] {
        let entries = accounts.enumerated().map { offset, account in
            Entry(
                code: .checkingDebit, receiver: rdfi, account: account, amount: Cents(500_00),
                identification: "PAY-\(offset + 1)", name: "ANA SAMPLE", discretionaryData: "S",
                trace: TraceNumber(odfi: odfi.identification, sequence: offset + 1)!)
        }
        return try FileWriter().bytes(
            NachaFile(
                header: header(created: created, modifier: modifier),
                batches: [Batch(header: batchHeader, entries: entries)]))
    }

    /// A file with the dishonor of a return.
    static func dishonor(
        _ item: BankReturn, code: ReturnCode, modifier: FileModifier
    ) throws -> [UInt8] {
        let entry = Entry(
            code: .checkingDebitReturn, receiver: rdfi, account: "100000001",
            amount: Cents(item.amountMinor), identification: "PAY-1", name: "ANA SAMPLE",
            trace: TraceNumber(odfi: odfi.identification, sequence: 900)!,
            addenda: [
                .dishonored(
                    DishonoredAddenda(
                        code: code, originalTrace: TraceNumber(item.originalTrace)!,
                        originalReceivingDFI: rdfi.identification,
                        returnTrace: TraceNumber(item.trace)!,
                        returnSettlement: JulianDay(Day(iso: item.day)!),
                        returnCode: ReturnCode(item.code)!))
            ])
        return try FileWriter().bytes(
            NachaFile(
                header: header(created: Day(iso: "2026-11-30")!, modifier: modifier),
                batches: [Batch(header: batchHeader, entries: [entry])]))
    }

    private static func header(created: Day, modifier: FileModifier) -> FileHeader {
        FileHeader(
            destination: FileParty(odfi), origin: FileParty("1234567890")!, created: created,
            createdAt: TimeOfDay(hhmm: "2000"), modifier: modifier,
            destinationName: "SAMPLE BANK", originName: "MAKEWHOLE")
    }

    private static var batchHeader: BatchHeader {
        BatchHeader(
            serviceClass: .mixed, companyName: "MAKEWHOLE", companyIdentification: "1234567890",
            entryClass: .web, entryDescription: "DEPOSIT",
            effectiveEntryDate: Day(iso: "2026-11-24"), odfi: odfi.identification, number: 1)
    }
}

/// Eastern times of the days the bank's stories play on.
func eastern(_ day: String, _ time: String) -> Instant {
    Eastern.instant(on: Day(iso: day)!, at: TimeOfDay(hhmm: time)!)
}
