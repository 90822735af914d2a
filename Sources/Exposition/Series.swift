import CoreMetrics
import Synchronization

/// Counts up. It never goes down: what would take away from it is not counted.
final class CounterSeries: CounterHandler {
    private let count = Mutex<Int64>(0)

    var value: Int64 { count.withLock { $0 } }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.withLock { count in
            let (sum, overflows) = count.addingReportingOverflow(amount)
            count = overflows ? .max : sum
        }
    }

    func reset() { count.withLock { $0 = 0 } }
}

/// What is so now; nothing until it has been said once.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let current = Mutex<Double?>(nil)

    var value: Double? { current.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func increment(by amount: Double) { current.withLock { $0 = ($0 ?? 0) + amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}

/// How often a value fell between two bounds, and the sum of all.
final class HistogramSeries: RecorderHandler, TimerHandler {
    struct Reading: Equatable {
        /// For each bound, how many values were at most it; then all.
        var cumulative: [UInt64]
        var sum: Double
    }

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var reading: Reading {
        let state = state.withLock { $0 }
        var total: UInt64 = 0
        return Reading(
            cumulative: state.counts.map { count in
                total += count
                return total
            }, sum: state.sum)
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        // What is no number fits no bucket, and would make the sum none.
        guard !value.isNaN else { return }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
