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

/// Files of several windows, and files that are none or too large: with limits lowered so far that
/// small files meet them.
struct LimitTests {
    // MARK: Windows

    @Test(
        "A file of many windows is applied whole, wherever its windows end",
        arguments: [1, 2, 3, 7, 1_000])
    func windows(arrivals: Int) async throws {
        let world = try await Sent((1...9).map { Int64($0 * 100_00) })
        let returns = (0..<8).map {
            world.entries[$0].returned(.insufficientFunds, trace: its($0 + 1))
        }
        // Two batches, of which one reaches over the ends of windows.
        let bytes = try world.file([Array(returns[..<1]), Array(returns[1...])])

        let file = try await world.take(bytes, as: "windows.ach", limits: .window(of: arrivals))

        #expect(file.state == "taken")
        #expect(file.report == "8 applied, 0 seen before")
        for index in 0..<8 { #expect(try world.state(index).isReturned) }
        #expect(try !world.state(8).isReturned)
    }

    @Test("A return that stands in two windows is one return")
    func twice() async throws {
        let world = try await Sent([500_00, 300_00, 200_00, 100_00])
        var returns = (0..<4).map {
            world.entries[$0].returned(.insufficientFunds, trace: its($0 + 1))
        }
        returns.append(returns[0])
        let bytes = try world.file([Array(returns[..<4]), Array(returns[4...])])

        let file = try await world.take(bytes, as: "twice.ach", limits: .window(of: 1))

        #expect(file.report == "4 applied, 1 seen before")
        let deposit = try #require(try world.world.read().deposits[world.deposits[0]])
        #expect(deposit.returns.count == 1)
    }

    @Test(
        "A record that cannot be read waits in suspense, at whichever edge of a window it stands",
        arguments: 0..<4)
    func badAtTheEdge(bad: Int) async throws {
        let world = try await Sent([400_00, 300_00, 200_00, 100_00])
        let returns = (0..<4).map {
            world.entries[$0].returned(.insufficientFunds, trace: its($0 + 1))
        }
        var bytes = try world.file([returns])
        // A transaction code that is none.
        bytes[95 * (2 + 2 * bad) + 2] = UInt8(ascii: "0")

        let file = try await world.take(bytes, as: "edge.ach", limits: .window(of: 2))

        #expect(file.report.hasPrefix("4 applied, 0 seen before\n"))
        let house = try world.service.reader.house()
        #expect(house.suspense.values.map(\.amount) == [world.entries[bad].amount])
        for index in 0..<4 { #expect(try world.state(index).isReturned == (index != bad)) }
    }

    @Test("Two changes of one account both hold when a window ends between them")
    func changes() async throws {
        let world = try await Sent([500_00, 300_00])
        let bytes = try world.file(
            [
                [world.entries[0].corrected(.account("987654321"), trace: its(1))],
                [world.entries[1].corrected(.account("987650000"), trace: its(2))],
            ], class: .cor)

        try await world.take(bytes, as: "noc.ach", limits: .window(of: 1))

        let methods = try world.world.read().methods.values
        let account = try #require(methods.first?.bankAccount)
        #expect(try world.service.vault.accountNumber(of: account) == "987650000")
    }

    // MARK: What is too large or no file of a bank

    @Test(
        "A file above the limit is moved aside unread, and one of the same name does not cover it")
    func tooLarge() async throws {
        let world = try World()
        let limits = IntakeLimits(fileBytes: 1_000)
        let refused = world.inbound.appendingPathComponent("refused")
        let large = [UInt8](repeating: 0x41, count: 1_001)
        let larger = [UInt8](repeating: 0x42, count: 1_002)

        let first = try await world.take(large, as: "large.ach", limits: limits)
        let second = try await world.take(larger, as: "large.ach", limits: limits)
        let third = try await world.take(large, as: "large.ach", limits: limits)

        #expect([first, second, third].map(\.state) == ["refused", "refused", "refused"])
        #expect([first, second, third].map(\.name) == ["large.ach", "large.ach#2", "large.ach#3"])
        #expect(first.report.hasPrefix("It has 1001 bytes, more than the 1000 that are read"))
        for (file, bytes) in [(first, large), (second, larger), (third, large)] {
            let kept = try Data(contentsOf: refused.appendingPathComponent(file.name))
            #expect(Array(kept) == bytes)
        }
        #expect(try world.alerts.count == 3)
        #expect(try world.service.bankFiles.all(of: "large.ach", atMost: 1 << 20) == [])
    }

    @Test("A file that was about to be moved aside when the program died is told of once")
    func movedAsideLate() async throws {
        let world = try World()
        try world.service.edge.keep(
            EdgeStore.BankFile(
                name: "large.ach", direction: "inbound", digest: Data(), bytes: Data(),
                at: world.service.clock.now(), state: "refused", report: "", size: 1_001))

        let file = try await world.take(
            [UInt8](repeating: 0x41, count: 1_001), as: "large.ach",
            limits: IntakeLimits(fileBytes: 1_000))

        #expect(file.name == "large.ach")
        #expect(try world.service.edge.bankFiles(direction: "inbound", limit: 9).count == 1)
    }

    @Test("One endless line of 300 MB above the limit costs neither memory nor disk")
    func endlessLine() async throws {
        let world = try World()
        let size: UInt64 = 300 << 20
        let url = world.folder.appendingPathComponent("line.ach")
        try Data().write(to: url)
        // Zeros that are nowhere on the disk: what copied them would put them there.
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: size)
        try handle.close()
        let before = try Memory.most()
        var rail = try world.rail()
        rail.limits.fileBytes = 200 << 20

        let file = try await rail.takeIn(url)

        #expect(file.state == "refused")
        #expect(try Memory.most() - before < 32 << 20)
        #expect(try Disk.used(by: world.folder) < 16 << 20)
    }

    @Test(
        "An endless line, an archive and an executable below the limit are refused and kept",
        arguments: [
            [UInt8](repeating: 0x31, count: 94), [0x50, 0x4B, 3, 4], [0x7F, 0x45, 0x4C, 0x46],
        ])
    func noFile(head: [UInt8]) async throws {
        let world = try World()
        let bytes = head + [UInt8](repeating: 0x41, count: 5 << 20)

        let file = try await world.take(bytes, as: "odd.ach")

        #expect(file.state == "refused")
        #expect(file.report.utf8.count < 200_000)
        #expect(try world.service.bankFiles.all(of: "odd.ach", atMost: 6 << 20) == bytes)
        #expect(try world.service.reader.house().suspense.isEmpty)
    }

    @Test("NUL bytes in an amount set that record aside and no other")
    func nul() async throws {
        let world = try await Sent([500_00, 300_00])
        let returns = (0..<2).map {
            world.entries[$0].returned(.insufficientFunds, trace: its($0 + 1))
        }
        var bytes = try world.file([returns])
        for column in 29..<39 { bytes[95 * 2 + column] = 0 }

        let file = try await world.take(bytes, as: "nul.ach")

        #expect(file.state == "taken")
        #expect(try !world.state(0).isReturned)
        #expect(try world.state(1).isReturned)
        #expect(try world.service.reader.house().suspense.count == 1)
        #expect(try world.service.bankFiles.all(of: "nul.ach", atMost: 1 << 20) == bytes)
    }

    @Test("Of thousands of problems the first are told, and that there are more")
    func manyProblems() async throws {
        let world = try await Sent([500_00])
        let good = world.entries[0].returned(.insufficientFunds, trace: its(1))
        let strange = (2...3_001).map { number in
            var entry = good
            entry.trace = its(number)
            return entry
        }
        var bytes = try world.file([[good] + strange])
        for entry in 1...3_000 { bytes[95 * (2 + 2 * entry) + 2] = UInt8(ascii: "0") }

        let file = try await world.take(
            bytes, as: "problems.ach",
            limits: IntakeLimits(heldWhole: 100, bytesBetweenLooks: 10_000))

        #expect(file.state == "taken")
        #expect(try world.state(0).isReturned)
        #expect(try world.service.reader.house().suspense.count == 3_000)
        let lines = file.report.split(separator: "\n")
        #expect(lines.count <= 2 * NachaSource.Proof.linesMax + 2)
        #expect(lines.last?.hasPrefix("and ") == true)
        #expect(lines.last?.hasSuffix(" more") == true)
    }

    @Test("A file with thousands of empty files in it names some of those that were refused")
    func manyFiles() async throws {
        let world = try await Sent([500_00])
        let good = try world.file([
            [world.entries[0].returned(.insufficientFunds, trace: its(1))]
        ])
        var bad = good
        bad[95 * 4 + 31] = UInt8(ascii: "7")
        var bytes: [UInt8] = good
        for _ in 0..<500 { bytes += bad }

        let file = try await world.take(bytes, as: "many.ach")

        #expect(file.report.contains("500 of the 501 files in it were refused whole"))
        #expect(file.report.contains("and others"))
        #expect(try world.state(0).isReturned)
    }

    private func its(_ sequence: Int) -> TraceNumber {
        TraceNumber(number: 2_100_002 * 10_000_000 + UInt64(sequence))
    }
}

extension IntakeLimits {
    /// As near to windows of `count` as records are apart.
    fileprivate static func window(of count: Int) -> IntakeLimits {
        IntakeLimits(arrivals: count, bytesBetweenLooks: 40)
    }
}

/// What this process holds and has held.
private enum Memory {
    /// The most that was ever resident, in bytes.
    static func most() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) << 10
    }
}

extension Disk {
    /// Bytes that the files of a folder take on the disk.
    fileprivate static func used(by folder: URL) throws -> Int {
        var sum = 0
        let files = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.fileAllocatedSizeKey])
        while let file = files?.nextObject() as? URL {
            sum += try file.resourceValues(forKeys: [.fileAllocatedSizeKey]).fileAllocatedSize ?? 0
        }
        return sum
    }
}
