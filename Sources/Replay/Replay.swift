import Banking
import Engine
import Ledger
import Money
import Rules
import Vocabulary
import Wire

/// Runs a story through the real engine and rules, with a clock of its own, and tells what the
/// books say after every step.
///
/// Deterministic: the same scenario under the same policies gives the same bytes.
public enum Replay {
    /// What happened in `scenario`, step by step; `docs/reference/scenario.md` describes the form.
    ///
    /// - Throws: ``ReplayProblem`` with a JSON pointer to what cannot be run. A command that a rule
    ///   refuses is no problem: the refusal is part of what happened.
    public static func run(
        _ scenario: [UInt8], policies: PolicyBook
    ) throws(ReplayProblem) -> JSON {
        try run(Scenario(scenario), policies).output
    }

    /// Where what happened differs from what the scenario expects; empty when all of it is so.
    ///
    /// Every member of a step's `expect` must equal the member of that name in the output, and a
    /// command must be refused exactly if the scenario says so.
    public static func check(
        _ scenario: [UInt8], policies: PolicyBook
    ) throws(ReplayProblem) -> [Mismatch] {
        try run(Scenario(scenario), policies).mismatches
    }

    /// One place where a scenario's expectation was not met.
    public struct Mismatch: Hashable, Sendable, CustomStringConvertible {
        /// JSON pointer to the expectation in the scenario.
        public let pointer: String
        public let expected: JSON
        /// `null` when there is nothing of the kind.
        public let found: JSON

        public var description: String {
            "\(pointer): expected \(expected.text()), found \(found.text())"
        }
    }

    /// Timers that may fire between two steps. A timer that sets itself again for ever must end
    /// somewhere: this is one every five minutes for ten years.
    public static let firingsMax = 1_000_000

    private static func run(
        _ scenario: Scenario, _ policies: PolicyBook
    ) throws(ReplayProblem) -> (output: JSON, mismatches: [Mismatch]) {
        var run = try Run(scenario, policies: try overlay(scenario.policy, on: policies))
        return try run.play(scenario)
    }

    /// Each policy of the book with the scenario's values in place of its own.
    private static func overlay(
        _ values: JSON, on policies: PolicyBook
    ) throws(ReplayProblem) -> PolicyBook {
        guard !values.isNull else { return policies }
        guard values.objectValue != nil, case .array(let book) = PolicyFile.json(policies) else {
            throw ReplayProblem("/policy", "This must be an object of policy values.")
        }
        do throws(PolicyFileProblem) {
            return try PolicyFile.load(.array(book.map { merge(values, into: $0) }))
        } catch {
            throw ReplayProblem("/policy", "\(error)")
        }
    }

    /// Objects are laid over member by member; anything else takes the place of what was there.
    private static func merge(_ values: JSON, into base: JSON) -> JSON {
        guard case .object(let values) = values, case .object(var merged) = base else {
            return values
        }
        for member in values.members {
            merged[member.key] =
                merged[member.key].map { merge(member.value, into: $0) }
                ?? member.value
        }
        return .object(merged)
    }
}
