import Banking
import Foundation
import Testing

@testable import makewhole_sandbox

struct JournalTests {
    let folder: TemporaryFolder
    var file: URL { folder.path("part.jsonl") }

    init() throws { folder = try TemporaryFolder() }

    @Test("What was kept is there after a restart")
    func replay() throws {
        var first = try Kept<ClockState>(file)
        try first.keep([.ahead(milliseconds: 5), .ahead(milliseconds: 7)])

        let second = try Kept<ClockState>(file)

        #expect(second.state.ahead == 7)
    }

    @Test("A line that a kill tore off is dropped, and the next one is whole")
    func tornLine() throws {
        var first = try Kept<ClockState>(file)
        try first.keep([.ahead(milliseconds: 5)])
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        // Longer than the next line, so that writing over it would not be enough.
        let torn = #"[{"ahead":{"milliseconds":"# + String(repeating: "1", count: 200)
        try handle.write(contentsOf: Data(torn.utf8))
        try handle.close()

        var second = try Kept<ClockState>(file)
        #expect(second.state.ahead == 5)
        try second.keep([.ahead(milliseconds: 9)])

        #expect(try Kept<ClockState>(file).state.ahead == 9)
    }

    @Test("A journal cut at any byte opens, and holds whole decisions only")
    func everyCut() throws {
        var first = try Kept<ClockState>(file)
        for count in 1...3 {
            try first.keep([
                .ahead(milliseconds: Int64(count * 10)),
                .ahead(milliseconds: Int64(count * 10 + 1)),
            ])
        }
        let bytes = try Data(contentsOf: file)

        for length in 0...bytes.count {
            let cut = folder.path("cut-\(length).jsonl")
            try bytes.prefix(length).write(to: cut)
            let ahead = try Kept<ClockState>(cut).state.ahead
            #expect([0, 11, 21, 31].contains(ahead), "cut at \(length)")
        }
    }

    @Test("A damaged line in the middle is named, never skipped")
    func damage() throws {
        try Data("[]\nnonsense\n[]\n".utf8).write(to: file)

        #expect {
            try Kept<ClockState>(file)
        } throws: { error in
            guard case JournalError.unreadable(_, let line, _) = error else { return false }
            return line == 2
        }
    }

    @Test("A folder serves one sandbox at a time")
    func lock() throws {
        let first = try FolderLock(folder: folder.url)

        #expect(throws: JournalError.self) { try FolderLock(folder: folder.url) }

        withExtendedLifetime(first) {}
    }
}
