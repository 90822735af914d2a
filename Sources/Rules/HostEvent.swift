import Banking
import Ledger
import Money

/// What the host exchange is told of a commit: a thing is in a new state, a customer was told
/// something, or was stopped.
///
/// The word of ``type`` and the ids never change afterwards; of ``subject`` only what was fixed when
/// the thing came into being may be told, because it is read as it is now.
public struct HostEvent: Sendable {
    public let id: EventID
    /// When the commit was decided.
    public let at: Instant
    public let customer: CustomerID
    /// The host's own name for the customer.
    public let reference: String
    public let type: String
    /// The thing whose state changed, where there is one.
    public let subject: Subject?
    /// The new state's word, where a state changed.
    public let state: String?
    /// What the customer was told in the same commit about the same thing.
    public let notice: Notice?
    /// The stop that was set or is over, or the kind of a call for help.
    public let detail: Detail?

    public init(
        id: EventID, at: Instant, customer: CustomerID, reference: String, type: String,
        subject: Subject? = nil, state: String? = nil, notice: Notice? = nil,
        detail: Detail? = nil
    ) {
        self.id = id
        self.at = at
        self.customer = customer
        self.reference = reference
        self.type = type
        self.subject = subject
        self.state = state
        self.notice = notice
        self.detail = detail
    }

    public enum Subject: Sendable {
        case deposit(Deposit)
        case obligation(Obligation)
        case settlement(Settlement)
        case withdrawal(Withdrawal)
        case order(Order)
        case sale(Sale)
        case document(Document)
        case claim(WarrantyClaim)
    }

    public enum Detail: Hashable, Sendable {
        case kind(String)
        /// Commits of a program before this one named only the one or the other.
        case stop(FlagID?, kind: String?)
    }

    /// A thing whose states are told.
    public enum Thing: String, Sendable, CaseIterable {
        case deposit, obligation, settlement, withdrawal, order, sale, document, claim

        /// Its states in the words of ``type``; a state of the books may have another word.
        var words: [(state: String, word: String)] {
            switch self {
            case .deposit:
                Thing.same(
                    "initiated", "submitted", "funds_received", "settled", "returned", "cancelled")
            case .obligation:
                [("open", "opened")] + Thing.same("settled", "charged_off")
            case .settlement:
                Thing.same(
                    "documents_required", "awaiting_payment", "queued", "submitted", "unconfirmed",
                    "selling", "completed", "failed", "returned", "cancelled")
            case .withdrawal: Thing.same("requested", "sent", "cancelled")
            case .order: [("open", "opened")] + Thing.same("cancel_requested", "closed")
            case .sale:
                [("ordered", "ordered"), ("finished", "completed"), ("restored", "restored")]
            case .document: Thing.same("uploaded", "accepted", "refused")
            case .claim: Thing.same("received", "accepted", "refused")
            }
        }

        private static func same(_ words: String...) -> [(state: String, word: String)] {
            words.map { ($0, $0) }
        }

        /// The event's type when the thing came into `state`, as in `obligation.opened`.
        public func type(of state: String) -> String {
            let word = words.first { $0.state == state }?.word ?? state
            return "\(rawValue).\(word)"
        }
    }

    public static let stopped = "customer.stopped"
    public static let stopRemoved = "customer.stop_removed"
    public static let stopExpired = "customer.stop_expired"
    public static let helpAsked = "customer.help_asked"

    /// What is sent when somebody asks to try an endpoint; it is in no commit.
    public static let test = "webhook.test"

    /// Every type there is, in the order of their names.
    public static let types: [String] = {
        let states = Thing.allCases.flatMap { thing in
            thing.words.map { "\(thing.rawValue).\($0.word)" }
        }
        return Set(
            states + Notice.Content.eventTypes + [stopped, stopRemoved, stopExpired, helpAsked]
        ).sorted()
    }()
}

extension Notice.Content {
    /// Types of events that tell of a notice and of no state.
    static let eventTypes = [
        "deposit.credited", "deposit.released", "deposit.covered", "obligation.reminded",
        "obligation.final_warning", "obligation.deadline_extended", "obligation.residual_owed",
        "settlement.documents_accepted", "settlement.document_refused", "funds.received",
        "method.corrected", "method.micro_entries_sent", "method.verified",
        "method.validation_failed", "settlement.overpaid", "settlement.overpayment_refunded",
        "settlement.overpayment_kept",
    ]

    /// The event's type, and the thing whose change of state the same commit tells of where it does:
    /// the two are told as one.
    public var event: (type: String, twin: (thing: HostEvent.Thing, high: UInt64, low: UInt64)?) {
        func twin<Kind>(
            _ thing: HostEvent.Thing, _ state: String, _ id: Identifier<Kind>
        ) -> (type: String, twin: (thing: HostEvent.Thing, high: UInt64, low: UInt64)?) {
            (thing.type(of: state), (thing, id.high, id.low))
        }
        return switch self {
        case .depositCredited: ("deposit.credited", nil)
        case .depositReleased: ("deposit.released", nil)
        case .depositReturnedCovered: ("deposit.covered", nil)
        case .obligationOpened(let id, _, _, _, _): twin(.obligation, "open", id)
        case .reminder: ("obligation.reminded", nil)
        case .finalWarning: ("obligation.final_warning", nil)
        case .deadlineExtended: ("obligation.deadline_extended", nil)
        case .documentsRequested(let id, _): twin(.settlement, "documents_required", id)
        case .documentsAccepted: ("settlement.documents_accepted", nil)
        case .documentRefused: ("settlement.document_refused", nil)
        case .fundsReceived: ("funds.received", nil)
        case .settlementFailed(let id, _): twin(.settlement, "failed", id)
        case .settlementReturned(let id, _, _): twin(.settlement, "returned", id)
        case .obligationSettled(let id, _, _): twin(.obligation, "settled", id)
        case .saleOrdered(let id, _, _, _): twin(.sale, "ordered", id)
        case .saleCompleted(let id, _): twin(.sale, "finished", id)
        case .saleRestored(let id): twin(.sale, "restored", id)
        case .residualOwed: ("obligation.residual_owed", nil)
        case .chargedOff(let id, _): twin(.obligation, "charged_off", id)
        case .withdrawalCancelled(let id, _, _): twin(.withdrawal, "cancelled", id)
        case .methodCorrected: ("method.corrected", nil)
        case .microEntriesSent: ("method.micro_entries_sent", nil)
        case .methodVerified: ("method.verified", nil)
        case .validationFailed: ("method.validation_failed", nil)
        case .overpaid: ("settlement.overpaid", nil)
        case .overpaymentRefunded: ("settlement.overpayment_refunded", nil)
        case .overpaymentKept: ("settlement.overpayment_kept", nil)
        }
    }
}
