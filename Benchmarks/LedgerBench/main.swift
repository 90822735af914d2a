import Foundation

// Transfers a second of the general ledger, each durable before it is answered, beside raw SQLite
// rows of the same shape and this disk's own append and fdatasync, all in the same seconds.
//
//     makewhole-ledger-bench [--transfers 5000000] [--only NAME] [--json] [--growth 20000000]

var settings = Bench.Settings()
var words = CommandLine.arguments.dropFirst()
while let word = words.popFirst() {
    switch word {
    case "--transfers": settings.transfers = words.popFirst().flatMap { Int($0) } ?? 5_000_000
    case "--only": settings.only = words.popFirst()
    case "--growth": settings.growth = words.popFirst().flatMap { Int($0) } ?? 20_000_000
    case "--json": settings.isJSON = true
    default:
        print("Say --transfers N, --only NAME, --growth N or --json.")
        exit(64)
    }
}
var bench = try Bench(settings)
try bench.run()
