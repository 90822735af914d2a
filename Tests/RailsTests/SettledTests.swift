import Banking
import Edges
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Testing

@testable import Rails

/// What tells that a thing of the bank's is the same thing again, and which of ours it is.
struct SettledTests {
    private func its(_ sequence: Int) -> TraceNumber {
        TraceNumber(number: 2_100_002 * 10_000_000 + UInt64(sequence))
    }

    /// A return under its own trace number, of an entry that nobody sent.
    private func stray(_ world: Sent, _ trace: TraceNumber, of original: TraceNumber) -> Entry {
        var entry = world.entries[0].returned(.insufficientFunds, trace: trace)
        entry.identification = ""
        entry.addenda = [
            .return(
                ReturnAddenda(
                    code: .insufficientFunds, originalTrace: original,
                    originalReceivingDFI: world.entries[0].receiver.identification))
        ]
        return entry
    }

    private func report(_ lines: [(of: TraceNumber, TraceNumber, Int)]) -> [UInt8] {
        let rows = lines.map { "return_settled,\($0.of),\($0.2),2026-11-25,\($0.1)" }
        let sum = lines.map(\.2).reduce(0, +)
        return Array(
            ("record,trace_number,amount_minor,settlement_date,reference\n"
                + rows.joined(separator: "\n") + "\ntotal,\(lines.count),\(sum),2026-11-25,\n").utf8
        )
    }

    private func settled(_ world: Sent) throws -> [Bool] {
        try world.items.map(\.settled)
    }

    // MARK: The money of a return in suspense

    @Test("Two returns that came under one trace number are each paid once, by two lines")
    func sameTrace() async throws {
        let world = try await Sent([500_00])
        for (number, original) in [its(901), its(902)].enumerated() {
            try await world.take(
                try world.file([stray(world, its(1), of: original)], modifier: number),
                as: "\(number).ach")
        }
        #expect(try settled(world) == [false, false])

        let file = try await world.take(
            report([(its(901), its(1), 500_00), (its(902), its(1), 500_00)]), as: "settled.csv")

        #expect(file.report == "2 applied, 0 seen before")
        #expect(try settled(world) == [true, true])
    }

    @Test("A line of another entry or amount pays for no return under the same trace number")
    func otherEntry() async throws {
        let world = try await Sent([500_00])
        try await world.take(
            try world.file([stray(world, its(1), of: its(901))]), as: "stray.ach")

        let file = try await world.take(
            report([(its(902), its(1), 500_00), (its(901), its(1), 499_99)]), as: "settled.csv")

        #expect(file.report.contains("no return of ours has this trace"))
        #expect(try settled(world) == [false])
    }

    @Test("A return whose original cannot be read is paid by its own trace number alone")
    func traceAlone() async throws {
        let world = try await Sent([500_00])
        var bytes = try world.file([world.entries[0].returned(.insufficientFunds, trace: its(1))])
        // The addenda's original trace, columns 7 through 21, and a transaction code that is none.
        for column in 6..<21 { bytes[95 * 3 + column] = UInt8(ascii: "X") }
        bytes[95 * 2 + 2] = UInt8(ascii: "0")
        try await world.take(bytes, as: "odd.ach")
        let item = try #require(try world.items.first)
        #expect(item.originalTrace == nil && item.trace == its(1))

        try await world.take(
            report([(world.entries[0].trace, its(1), 500_00)]), as: "settled.csv")

        #expect(try settled(world) == [true])
    }

    // MARK: Entries the bank refused

    private func rejection(_ trace: TraceNumber, file: String, code: String, _ words: String)
        -> [UInt8]
    {
        Array(
            """
            {"file": "\(file)", "reason": "\(words)", "entries": [
              {"trace_number": "\(trace)", "code": "\(code)", "reason": "\(words)"}]}
            """.utf8)
    }

    @Test("An entry whose refusal comes again in other words is refused once")
    func refusedAgain() async throws {
        let world = try await Sent([500_00])
        let trace = world.entries[0].trace
        let name = "2026-11-23-A.ach"

        let first = try await world.take(
            rejection(trace, file: name, code: "R13", "routing"), as: "a.reject.json")
        let again = try await world.take(
            rejection(trace, file: name, code: "R13", "see above"), as: "b.reject.json")

        #expect(first.report == "1 applied, 0 seen before")
        #expect(again.report.hasPrefix("0 applied, 1 seen before"))
        #expect(try world.items.isEmpty)
    }

    @Test("A refusal names its file: an entry under that trace number in another is not meant")
    func refusedElsewhere() async throws {
        let world = try await Sent([500_00])

        let file = try await world.take(
            rejection(world.entries[0].trace, file: "2020-01-02-A.ach", code: "R13", "routing"),
            as: "old.reject.json")

        #expect(file.report.contains("no entry of ours has the trace number"))
        #expect(try world.read().returns.isEmpty)
    }

    @Test("Another code for the same entry is another refusal, and waits as a second return")
    func refusedOtherwise() async throws {
        let world = try await Sent([500_00])
        let trace = world.entries[0].trace
        let name = "2026-11-23-A.ach"
        try await world.take(
            rejection(trace, file: name, code: "R13", "routing"), as: "a.reject.json")

        let file = try await world.take(
            rejection(trace, file: name, code: "R28", "digit"), as: "b.reject.json")

        #expect(file.report.hasPrefix("1 applied, 0 seen before"))
        #expect(try world.items.map(\.why) == [.duplicate])
    }

    // MARK: Records set aside

    /// A file of returns whose transaction codes are none and whose original traces cannot be read:
    /// each is set aside, and only its columns can tell it from another.
    private func odd(_ world: Sent, _ count: Int, modifier: Int = 0) throws -> [UInt8] {
        let entries = (0..<count).map {
            world.entries[0].returned(.insufficientFunds, trace: its(1 + $0))
        }
        var bytes = try world.file(entries, modifier: modifier)
        bytes[95 * 2 + 2] = UInt8(ascii: "0")
        for column in 6..<21 { bytes[95 * 3 + column] = UInt8(ascii: "X") }
        let first = bytes[95 * 2..<95 * 4]
        for number in 1..<max(1, count) {
            let start = 95 * (2 + 2 * number)
            bytes.replaceSubrange(start..<start + first.count, with: first)
        }
        return bytes
    }

    @Test("The same record in another file is the same record")
    func setAsideAgain() async throws {
        let world = try await Sent([500_00])
        try await world.take(try odd(world, 1), as: "one.ach")

        try await world.take(try odd(world, 1, modifier: 3), as: "two.ach")

        #expect(try world.items.map(\.why) == [.unreadable])
    }

    @Test("Two records alike in one file are two, however often the file comes")
    func setAsideTwice() async throws {
        let world = try await Sent([500_00])

        try await world.take(try odd(world, 2), as: "one.ach")
        try await world.take(try odd(world, 2, modifier: 3), as: "two.ach")

        #expect(try world.items.map(\.why) == [.unreadable, .unreadable])
    }
}

extension Sent {
    /// Everything in suspense, in the order it came.
    var items: [SuspenseItem] {
        get throws {
            try service.reader.openSuspense(limit: 50).sorted { $0.id < $1.id }
        }
    }

    func read() throws -> Deposit {
        try #require(try world.read().deposits[deposits[0]])
    }
}
