import Banking
import Engine
import Ledger
import Money
import Rules

/// Whether the one who decided may decide that: a reason is given, and above the limit two people
/// have looked.
enum Authority {
    static func check(
        _ decided: Commit.Decided, house: House, _ policy: Policy
    ) throws(Finding) {
        let actor = decided.envelope.actor
        func moved(_ reason: Transfer.Reason) -> Int64 {
            decided.changes.transfers.filter { $0.reason == reason }.reduce(0) { $0 + $1.amount }
        }
        func needsSecond(_ approvedBy: String?, _ what: String) throws(Finding) {
            guard approvedBy != nil else { throw Finding("one person alone \(what)") }
        }
        switch decided.envelope.command {
        case .waive(let command):
            guard !command.reason.isEmpty else { throw Finding("waived without a reason") }
            if moved(.waiver) > policy.approval.soleAuthorityMax.count {
                try needsSecond(command.approvedBy, "waived \(moved(.waiver))")
            }
        case .chargeOff(let command):
            guard !command.reason.isEmpty else { throw Finding("written off without a reason") }
            if moved(.chargeOff) > policy.approval.soleAuthorityMax.count {
                try needsSecond(command.approvedBy, "wrote off \(moved(.chargeOff))")
            }
        case .timer(.waiveResidual):
            guard moved(.waiver) <= policy.settlement.residualTolerance.count else {
                throw Finding("\(moved(.waiver)) was waived as a residual")
            }
        case .timer(.chargeOff):
            guard moved(.chargeOff) <= policy.approval.soleAuthorityMax.count else {
                throw Finding("\(moved(.chargeOff)) was written off by nobody")
            }
        case .restoreSale(let command): try needsSecond(command.approvedBy, "restored a sale")
        case .matchReturn(let command): try needsSecond(command.approvedBy, "matched a return")
        case .assignFunds(let command): try needsSecond(command.approvedBy, "assigned money")
        case .closeSuspense(let command): try needsSecond(command.approvedBy, "gave up an item")
        case .pauseLiquidation(let command) where !command.paused:
            try needsSecond(command.approvedBy, "let sales go on")
        case .approve(let id):
            guard let proposal = house.proposals[id], actor.operatorName != proposal.by else {
                throw Finding("\(actor.name) approved what nobody else has proposed")
            }
        default: break
        }
        // Nobody but these forgives: the word of a customer or of the host moves no loss.
        for reason in [Transfer.Reason.waiver, .chargeOff, .restitution] where moved(reason) > 0 {
            guard mayForgive(decided.envelope.command) else {
                throw Finding("\(decided.envelope.command.name) moved a \(reason.rawValue)")
            }
        }
    }

    private static func mayForgive(_ command: Command) -> Bool {
        switch command {
        case .waive, .chargeOff, .restoreSale, .timer(.waiveResidual), .timer(.chargeOff): true
        // What comes back on a loss already written off makes that loss larger.
        case .receiveReturn, .chargeRefunded: true
        default: false
        }
    }
}
