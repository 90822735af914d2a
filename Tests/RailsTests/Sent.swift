import Banking
import Edges
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Service
import Testing

@testable import Rails

/// A world whose deposits left with Monday's file; it is Tuesday, and they have settled.
struct Sent {
    let world: World
    let rail: BankRail
    let deposits: [DepositID]
    let entries: [Entry]
    let header: BatchHeader

    var service: Service { world.service }

    init(_ cents: [Int64]) async throws {
        world = try World()
        rail = try world.rail()
        deposits = try await world.deposit(cents)
        world.advance(to: "2026-11-24T00:46:00Z")
        await rail.tick()
        await rail.carry()
        let batch = try #require(try world.left().first?.file.batches.first)
        header = batch.header
        let byName = Dictionary(
            uniqueKeysWithValues: batch.entries.map { ($0.identification, $0) })
        entries = try deposits.map {
            try #require(byName[PaymentReference.deposit($0).identification])
        }
        world.advance(to: "2026-11-24T15:00:00Z")
        for id in deposits {
            try await world.tell(
                .settleEntry(
                    Command.SettleEntry(payment: .deposit(id), day: day("2026-11-24"))))
        }
    }

    func close(at text: String) async {
        world.advance(to: text)
        await rail.tick()
        await rail.carry()
    }

    /// A file of the bank with these answers in one batch.
    func file(
        _ answers: [Entry], class entryClass: StandardEntryClass = .web, modifier: Int = 0,
        serviceClass: ServiceClass? = nil, lineEnding: FileWriter.LineEnding = .lf
    ) throws -> [UInt8] {
        try file(
            [answers], class: entryClass, modifier: modifier, serviceClass: serviceClass,
            lineEnding: lineEnding)
    }

    /// A file of the bank with these answers, a batch of each list.
    func file(
        _ answers: [[Entry]], class entryClass: StandardEntryClass = .web, modifier: Int = 0,
        serviceClass: ServiceClass? = nil, lineEnding: FileWriter.LineEnding = .lf
    ) throws -> [UInt8] {
        let batches = answers.enumerated().map { index, entries in
            var batch = header.answered(
                by: entries[0].trace.odfi, number: index + 1,
                settlement: JulianDay(day("2026-11-24")))
            batch.entryClass = entryClass
            batch.serviceClass = serviceClass ?? batch.serviceClass
            return Batch(header: batch, entries: entries)
        }
        return try FileWriter(lineEnding: lineEnding).bytes(
            NachaFile(
                header: FileHeader(
                    destination: try #require(FileParty("091000019")),
                    origin: try #require(FileParty("021000021")), created: day("2026-11-24"),
                    modifier: try #require(FileModifier(number: modifier))),
                batches: batches))
    }

    @discardableResult
    func take(
        _ bytes: [UInt8], as name: String, limits: IntakeLimits = IntakeLimits()
    ) async throws -> EdgeStore.BankFile {
        try await world.take(bytes, as: name, limits: limits)
    }

    func state(_ index: Int) throws -> Deposit.State {
        try #require(try world.read().deposits[deposits[index]]).state
    }

    var item: SuspenseItem? {
        get throws { try service.reader.house().suspense.values.first }
    }

    /// Two people want it.
    func approve(_ action: Proposal.Action) async throws {
        let proposal = try await world.tell(
            .propose(Command.Propose(addressee: .house, action: action, reason: "looked at")),
            to: .house, by: .operator("one"))
        guard case .proposal(let id) = proposal else { throw WorldProblem("no proposal") }
        try await world.tell(.approve(id), to: .house, by: .operator("two"))
    }
}

extension World {
    @discardableResult
    func take(
        _ bytes: [UInt8], as name: String, limits: IntakeLimits = IntakeLimits()
    ) async throws -> EdgeStore.BankFile {
        let url = folder.appendingPathComponent(name)
        try Data(bytes).write(to: url)
        var rail = try rail()
        rail.limits = limits
        return try await rail.takeIn(url)
    }
}

extension Deposit.State {
    var isReturned: Bool { if case .returned = self { true } else { false } }
}
