import Banking
import Money
import Rules
import Simulator

enum TestPolicy {
    static var standard: Policy { SimulatedPolicy.policy }
}
