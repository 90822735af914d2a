import Foundation

var bench = Bench(folder: FileManager.default.temporaryDirectory)
bench.slices = 5
bench.sustained = 1_000_000
try bench.batches(size: 8_189, accounts: 10_000, name: "batch 8,189")
