import Foundation
import Simulator
import Testing

/// Many small worlds, each from its seed; the promises hold after every step of every one.
///
/// `MAKEWHOLE_SEEDS` says how many, `MAKEWHOLE_SEED` lives one again, `MAKEWHOLE_STEPS` only these
/// of its steps, and `MAKEWHOLE_DISK=sqlite` or `postgres` over a real store.
struct CampaignTests {
    static let stepsPerSeed = 300
    static let seedsUsual = 200
    /// Of so many worlds one is also lived over the real store.
    static let seedsPerDisk = 5
    /// And of so many one over PostgreSQL, where each commit is two messages and their answers.
    static let seedsPerServer = 20
    /// How long each of the first seeds that fail may be looked at to make it short.
    static let shorteningSeconds = 20.0

    @Test("Promises hold after every step of every world, and everything is reached")
    func campaign() async throws {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["MAKEWHOLE_SEED"].flatMap({ UInt64($0) }) {
            let steps = try #require(
                ShortLife.steps(environment["MAKEWHOLE_STEPS"] ?? "1-\(CampaignTests.stepsPerSeed)")
            )
            _ = try Life.live(
                seed: seed, steps: steps,
                over: environment["MAKEWHOLE_DISK"].flatMap(Life.Place.init) ?? .memory)
            return
        }
        let count = environment["MAKEWHOLE_SEEDS"].flatMap(Int.init) ?? CampaignTests.seedsUsual

        let lives = await CampaignTests.live(seeds: 1...UInt64(max(1, count)))

        for broken in lives.broken.prefix(3) {
            let end = Date().addingTimeInterval(CampaignTests.shorteningSeconds)
            Issue.record("\(broken.shortened { Date() >= end })")
        }
        let rest = lives.broken.dropFirst(3).map { "\($0.violation.seed)" }
        if !rest.isEmpty { Issue.record("also broken: seeds \(rest.joined(separator: ", "))") }
        if count >= CampaignTests.seedsUsual {
            for name in lives.coverage.missing { Issue.record("never reached: \(name)") }
        }
        if environment["MAKEWHOLE_COVERAGE"] != nil {
            for (name, times) in lives.coverage.counts.sorted(by: { $0.key < $1.key }) {
                print(times, name)
            }
            print("all lives together:", lives.trace)
        }
    }

    /// A promise that did not hold, and over which store.
    struct Broken: Sendable {
        let violation: Violation
        let place: Life.Place

        /// The fewest steps found that break it too, and how to live them again.
        func shortened(until isOver: () -> Bool) -> String {
            let life = ShortLife.find(
                violation, steps: violation.step, until: isOver
            ) { steps in _ = try Life.live(seed: violation.seed, steps: steps, over: place) }
            let disk = place == .memory ? "" : " MAKEWHOLE_DISK=\(place.rawValue)"
            return """
                \(violation)
                of \(violation.step) steps these \(life.steps.count) are enough:
                \(life.violation)
                to live them again:
                    MAKEWHOLE_SEED=\(violation.seed) MAKEWHOLE_STEPS=\(ShortLife.text(life.steps))\(disk) \
                swift test --disable-xctest --filter SimulatorTests.CampaignTests
                """
        }
    }

    private struct Lives: Sendable {
        var coverage = Coverage()
        var broken: [Broken] = []
        var trace: UInt64 = 0

        mutating func live(_ seed: UInt64) {
            let place = Life.Place(of: seed)
            do {
                let life = try Life.live(
                    seed: seed, steps: Array(1...CampaignTests.stepsPerSeed), over: place)
                coverage.merge(life.coverage)
                trace ^= life.trace
            } catch let violation as Violation {
                broken.append(Broken(violation: violation, place: place))
            } catch {
                broken.append(
                    Broken(
                        violation: Violation(
                            seed: seed, step: 0, sentence: "\(error)", lastSteps: []),
                        place: place))
            }
        }
    }

    private static func live(seeds: ClosedRange<UInt64>) async -> Lives {
        await withTaskGroup(of: Lives.self) { group in
            let parts = UInt64(ProcessInfo.processInfo.activeProcessorCount)
            for part in 0..<parts {
                group.addTask {
                    var lives = Lives()
                    for seed in seeds where seed / UInt64(seedsPerDisk) % parts == part {
                        lives.live(seed)
                    }
                    return lives
                }
            }
            var all = Lives()
            for await lives in group {
                all.coverage.merge(lives.coverage)
                all.broken += lives.broken
                all.trace ^= lives.trace
            }
            all.broken.sort {
                ($0.violation.seed, $0.violation.step) < ($1.violation.seed, $1.violation.step)
            }
            return all
        }
    }
}

/// One life of one world, from its first step to its last.
struct Life {
    /// What the store of the world writes to.
    enum Place: String, Sendable {
        case memory
        /// A real store, step by step beside the same life in memory: both must hear the same
        /// commands and give the same answers.
        case sqlite, postgres

        init(of seed: UInt64) {
            if seed % UInt64(CampaignTests.seedsPerDisk) == 0 {
                self = .sqlite
            } else {
                self = seed % UInt64(CampaignTests.seedsPerServer) == 1 ? .postgres : .memory
            }
        }
    }

    let coverage: Coverage
    let trace: UInt64

    static func live(seed: UInt64, steps: [Int], over place: Place) throws -> Life {
        let world = try World(seed: seed)
        switch place {
        case .memory: try world.run(steps: steps)
        case .sqlite:
            let disk = try SQLiteDisk()
            do {
                try live(steps, in: world, and: try World(seed: seed, disk: disk), on: disk)
            } catch {
                try disk.remove()
                throw error
            }
            try disk.remove()
        case .postgres:
            let disk = try PostgresDisk()
            try live(steps, in: world, and: try World(seed: seed, disk: disk), on: disk)
        }
        return Life(coverage: world.coverage, trace: world.trace.last ?? 0)
    }

    private static func live(
        _ steps: [Int], in world: World, and twin: World, on disk: some VerifiedDisk
    ) throws {
        func violation(_ sentence: String, _ lines: [String]) -> Violation {
            Violation(
                seed: world.seed, step: world.steps, sentence: sentence, lastSteps: lines)
        }
        for step in steps {
            try world.live(step: step)
            try twin.live(step: step)
            guard world.trace.last == twin.trace.last else {
                let pairs = zip(world.log, twin.log).filter { $0 != $1 }
                throw violation(
                    "the same life goes otherwise over the real store",
                    pairs.flatMap { ["in memory: \($0)", "over disk: \($1)"] })
            }
        }
        try world.lookAtEverything()
        try twin.lookAtEverything()
        let problems = try disk.problems()
        guard problems.isEmpty else {
            throw violation("the verifier finds: \(problems[0])", problems)
        }
    }
}
