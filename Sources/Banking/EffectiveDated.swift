/// A value that changes on given days: each version holds from its day until the next one's.
///
/// Rules of the network change by amendment, and an entry is judged by what was in force on its
/// own day for as long as it can come back.
public struct EffectiveDated<Value: Sendable>: Sendable {
    /// In the order of their days; the first, without one, holds before all others.
    public let versions: [Version]

    /// One version and the first day it holds.
    public struct Version: Sendable {
        /// `nil` for what held since ever.
        public let from: Day?
        public let value: Value
    }

    /// A value that has not changed yet.
    public init(_ value: Value) { versions = [Version(from: nil, value: value)] }

    private init(versions: [Version]) { self.versions = versions }

    /// The first day of the newest version; `nil` when nothing has changed yet.
    public var newestFrom: Day? { versions[versions.count - 1].from }

    /// The newest version, whether or not its day has come.
    public var newest: Value { versions[versions.count - 1].value }

    /// The same with another version from `day` on, which must be later than all others: an
    /// earlier one is a bug of the caller, who was to refuse it, and traps.
    public func changing(from day: Day, to value: Value) -> EffectiveDated {
        precondition(newestFrom.map { $0 < day } ?? true, "versions must ascend by day")
        return EffectiveDated(versions: versions + [Version(from: day, value: value)])
    }

    /// The version in force on `day`.
    public func value(on day: Day) -> Value {
        for version in versions.reversed() {
            if let from = version.from, day < from { continue }
            return version.value
        }
        return versions[0].value
    }

    /// The same days with another value made of each.
    public func map<Other: Sendable>(_ transform: (Value) -> Other) -> EffectiveDated<Other> {
        EffectiveDated<Other>(
            versions: versions.map { .init(from: $0.from, value: transform($0.value)) })
    }
}

extension EffectiveDated: Equatable where Value: Equatable {}
extension EffectiveDated: Hashable where Value: Hashable {}
extension EffectiveDated.Version: Equatable where Value: Equatable {}
extension EffectiveDated.Version: Hashable where Value: Hashable {}
