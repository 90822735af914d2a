import Foundation
import Simulator
import Testing

/// Many small worlds, each from its seed; the promises hold after every step of every one.
///
/// `MAKEWHOLE_SEEDS` says how many, `MAKEWHOLE_SEED` lives one again.
struct CampaignTests {
    static let stepsPerSeed = 300
    static let seedsUsual = 200

    @Test("Promises hold after every step of every world, and everything is reached")
    func campaign() async throws {
        let environment = ProcessInfo.processInfo.environment
        if let text = environment["MAKEWHOLE_SEED"], let seed = UInt64(text) {
            let world = try World(seed: seed)
            try world.run(steps: CampaignTests.stepsPerSeed)
            return
        }
        let count = environment["MAKEWHOLE_SEEDS"].flatMap(Int.init) ?? CampaignTests.seedsUsual

        let lives = await CampaignTests.live(seeds: 1...UInt64(count))

        for violation in lives.violations.prefix(5) { Issue.record("\(violation)") }
        if count >= CampaignTests.seedsUsual {
            for name in lives.coverage.missing { Issue.record("never reached: \(name)") }
        }
        if environment["MAKEWHOLE_COVERAGE"] != nil {
            for (name, times) in lives.coverage.counts.sorted(by: { $0.key < $1.key }) {
                print(times, name)
            }
            print("violated by seeds", lives.violations.map(\.seed).sorted())
        }
    }

    private struct Lives: Sendable {
        var coverage = Coverage()
        var violations: [Violation] = []
    }

    private static func live(seeds: ClosedRange<UInt64>) async -> Lives {
        await withTaskGroup(of: Lives.self) { group in
            let parts = UInt64(ProcessInfo.processInfo.activeProcessorCount)
            for part in 0..<parts {
                group.addTask {
                    var lives = Lives()
                    for seed in seeds where seed % parts == part {
                        do {
                            let world = try World(seed: seed)
                            defer { lives.coverage.merge(world.coverage) }
                            try world.run(steps: stepsPerSeed)
                        } catch let violation as Violation {
                            lives.violations.append(violation)
                        } catch {
                            lives.violations.append(
                                Violation(seed: seed, step: 0, sentence: "\(error)", lastSteps: []))
                        }
                    }
                    return lives
                }
            }
            var all = Lives()
            for await lives in group {
                all.coverage.merge(lives.coverage)
                all.violations += lives.violations
            }
            all.violations.sort { ($0.seed, $0.step) < ($1.seed, $1.step) }
            return all
        }
    }
}
