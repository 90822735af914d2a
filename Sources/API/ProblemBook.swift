import Banking
import Ledger
import Money
import Rules
import Vocabulary
import Wire

/// Every kind of problem the API can answer, by its code: for the pages under `/problems`, for the
/// OpenAPI document, and for the test that compares them with `docs/reference/problems.md`.
public struct ProblemBook: Sendable {
    public struct Entry: Hashable, Sendable {
        public let code: String
        public let status: Int
        public let title: String
    }

    /// In the order of their codes.
    public let entries: [Entry]

    /// The policy only lends its assets' names; no title or code depends on it.
    public init(policy: Policy) {
        var entries = EdgeProblem.allCases.map {
            Entry(code: $0.rawValue, status: $0.status, title: $0.title)
        }
        let describe = Describe(policy)
        var refusal: Refusal? = Refusal.first
        while let known = refusal {
            let problem = describe.problem(known)
            entries.append(Entry(code: problem.code, status: problem.status, title: problem.title))
            refusal = known.next
        }
        self.entries = entries.sorted { $0.code < $1.code }
    }

    subscript(code: String) -> Entry? { entries.first { $0.code == code } }
}

extension Refusal {
    /// Refusals form a chain here, each once with values of no meaning, so that a new one cannot be
    /// forgotten: without a place in the chain it does not compile.
    static let first = Refusal.customerExists

    var next: Refusal? {
        let none = BalanceKey(.house(.suspenseReturns), .usd)
        return switch self {
        case .customerExists: .customerUnknown
        case .customerUnknown: .methodUnknown
        case .methodUnknown: .methodUnusable(.disabled)
        case .methodUnusable: .methodBlocked
        case .methodBlocked: .validationLimit(.account)
        case .validationLimit: .bankLinksStopped
        case .bankLinksStopped: .depositUnknown
        case .depositUnknown: .obligationUnknown
        case .obligationUnknown: .settlementUnknown
        case .settlementUnknown: .withdrawalUnknown
        case .withdrawalUnknown: .orderUnknown
        case .orderUnknown: .saleUnknown
        case .saleUnknown: .documentUnknown
        case .documentUnknown: .suspenseUnknown
        case .suspenseUnknown: .claimUnknown
        case .claimUnknown: .proposalUnknown
        case .proposalUnknown: .flagUnknown
        case .flagUnknown: .assetUnknown(.usd)
        case .assetUnknown: .amountOutOfRange(min: .zero, max: .max)
        case .amountOutOfRange: .quantityOutOfRange
        case .quantityOutOfRange: .insufficientBalance(.usd)
        case .insufficientBalance: .held(withdrawable: .zero, until: nil)
        case .held: .owing(.zero)
        case .owing: .securityLock(until: Instant(milliseconds: 0))
        case .securityLock: .stopped(.legalHold)
        case .stopped: .purchaseNotCredited(credit: .zero)
        case .purchaseNotCredited: .wrongState("")
        case .wrongState: .creditInUse
        case .creditInUse: .settlementInProgress(SettlementID(high: 0, low: 0))
        case .settlementInProgress: .settlementMethodOff(.wire)
        case .settlementMethodOff: .settlementExceedsOwed(owed: .zero)
        case .settlementExceedsOwed: .partialNotAllowed(owed: .zero)
        case .partialNotAllowed: .amountChanged(owed: .zero)
        case .amountChanged: .nothingOwed
        case .nothingOwed: .representmentNotAllowed(.tooLate)
        case .representmentNotAllowed: .quoteMissing(.usd)
        case .quoteMissing: .tooLittleToSell(.usd)
        case .tooLittleToSell: .overpaymentSourceDiffers
        case .overpaymentSourceDiffers: .secondPersonRequired
        case .secondPersonRequired: .samePerson
        case .samePerson: .alreadyDecided
        case .alreadyDecided: .reasonRequired
        case .reasonRequired: .warrantyWindowPassed
        case .warrantyWindowPassed: .books(.overdrawn(none))
        case .books: nil
        }
    }
}
