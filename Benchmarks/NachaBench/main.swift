import Foundation

// Reads returns as a stream with their totals proven, and writes debits as a stream, beside `wc -l`
// on the same file in the same run: this machine's own pace drifts, the ratio does not. Reading and
// writing are processes of their own, so that each has a peak of its own.
//
//     makewhole-nacha-bench [ENTRIES] [ROUNDS]

let words = Array(CommandLine.arguments.dropFirst())
let numbers = words.compactMap { Int($0) }
let entryCount = numbers.first ?? 1_000_000
let rounds = numbers.dropFirst().first ?? 5
let folder = FileManager.default.temporaryDirectory

switch words.first {
case "read": try ReadBench(entries: entryCount, rounds: rounds).run()
case "write": try WriteBench(entries: entryCount, rounds: rounds).run()
default:
    for mode in ["read", "write"] {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        child.arguments = [mode, "\(entryCount)", "\(rounds)"]
        try child.run()
        child.waitUntilExit()
        guard child.terminationStatus == 0 else { exit(child.terminationStatus) }
    }
}
