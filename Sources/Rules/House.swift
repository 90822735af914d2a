import Banking
import HashTreeCollections
import Ledger
import Money
import Nacha

/// What belongs to no customer: returns and money nobody has claimed, the switch that stops
/// sales, and what waits for a second person.
public struct House: Hashable, Sendable {
    /// What waits, and of what is over only what a command has just named: the rest is in its rows.
    ///
    /// A map that shares what does not change: every command of a large batch has a house of its
    /// own, and must cost what it changes, not what waits.
    public private(set) var suspense: TreeDictionary<SuspenseID, SuspenseItem> = [:]
    private var parked: TreeDictionary<ParkedEntry, SuspenseID> = [:]
    public var proposals: TreeDictionary<ProposalID, Proposal> = [:]
    public var settings = Settings()
    /// Fingerprints of bank accounts nobody may use, with the return code that said so.
    public var blockedAccounts: TreeDictionary<String, String> = [:]

    public init() {}

    /// Puts an item where it is found by its id and by the return it is.
    public mutating func put(_ item: SuspenseItem) {
        suspense[item.id] = item
        if let entry = ParkedEntry(item) { parked[entry] = item.id }
    }

    /// Lets what nobody waits for any more leave memory. Its row stays, and a command that names it
    /// has it read again (``Command/recalls``).
    public mutating func forget(_ id: SuspenseID) {
        guard let item = suspense[id], item.state.isOver else { return }
        suspense[id] = nil
        if let entry = ParkedEntry(item), parked[entry] == id { parked[entry] = nil }
    }

    /// What a store gives at the start may be the whole of it.
    public mutating func forgetWhatIsOver() {
        for id in suspense.keys { forget(id) }
        for id in proposals.keys { forget(id) }
    }

    /// The same for what has been decided.
    public mutating func forget(_ id: ProposalID) {
        guard let proposal = proposals[id], proposal.state != .waiting else { return }
        proposals[id] = nil
    }

    /// The item of this return of no known payment, when it has come before.
    func parked(_ entry: ParkedEntry) -> SuspenseID? { parked[entry] }

    /// What makes a return the same return when it comes again.
    struct ParkedEntry: Hashable, Sendable {
        let trace: TraceNumber
        let originalTrace: TraceNumber
        let code: String
        let amount: Cents
    }

    public struct Settings: Hashable, Sendable, Codable {
        public var halt = LiquidationHalt()
        public var haltReason = ""
        public var haltBy = ""

        public init() {}
    }
}

/// A return or a payment that waits in suspense for a person, with its clock.
public struct SuspenseItem: Hashable, Sendable, Codable {
    public let id: SuspenseID
    public private(set) var amount: Cents
    /// The return code; empty for money that arrived, and where it cannot be read.
    public private(set) var code: String
    public private(set) var trace: TraceNumber?
    public let originalTrace: TraceNumber?
    /// Set when the return is of a known payment and only its charge is in doubt.
    public let customer: CustomerID?
    public let payment: PaymentReference?
    public let why: Why
    public let receivedAt: Instant
    /// End of the five banking days within which a return may be dishonored (Nacha Rules).
    public let dishonorBy: Instant?
    public var funds: Command.ReceiveFunds?
    public var state: State
    /// Whether the bank has moved the return's money.
    public var settled = false
    /// What the entry was that came back; `nil` stands for a debit.
    public var side: Side?
    /// Where it stands in what the bank sent.
    public var place: FilePlace?
    /// What R69 must say is wrong with the return (Nacha Operating Rules, dishonored returns).
    public var dishonorInformation: String?
    /// Whether it was dishonored and the RDFI contested that. There is no second dishonor (Nacha
    /// Operating Rules, contested dishonored returns).
    public var wasContested = false

    /// Which way the entry moved money. A debit that comes back takes money from us, a credit gives it
    /// back.
    public enum Side: String, Hashable, Sendable, Codable, CaseIterable {
        case debit
        case credit
    }

    /// Puts in what could not be read.
    mutating func complete(code: String, amount: Cents, trace: TraceNumber, side: Side?) {
        self.code = code
        self.amount = amount
        self.trace = trace
        if let side { self.side = side }
    }

    /// What its return took from us, in cents; what a returned credit gave is below zero.
    var booked: Int64 { side == .credit ? -amount.count : amount.count }

    public enum Why: String, Hashable, Sendable, Codable, CaseIterable {
        case unknownTrace = "unknown_trace"
        case amountDiffers = "amount_differs"
        case duplicate
        case untimely
        case neverSent = "never_sent"
        /// An R06 of a payment that nobody has asked to be returned.
        case notRequested = "not_requested"
        case unidentifiedFunds = "unidentified_funds"
        /// A field of the record cannot be read, so that a person must say what it is.
        case unreadable
        /// A notification of change that cannot be applied: it is answered or refused.
        case change

        /// Whether the rules let the bank be answered with this code.
        func answers(with code: String) -> Bool {
            switch self {
            case .unidentifiedFunds: false
            case .change: ChangeCode(code)?.facts.kind == .refusal
            case .unknownTrace, .amountDiffers, .duplicate, .untimely, .neverSent, .notRequested,
                .unreadable:
                ["R61", "R62", "R67", "R68", "R69", "R70"].contains(code)
            }
        }

        /// The dishonor code that answers it (Nacha Operating Rules, dishonored returns).
        public var dishonorCode: String? {
            switch self {
            case .unknownTrace, .neverSent: "R61"
            case .duplicate: "R67"
            case .untimely: "R68"
            case .notRequested: "R70"
            case .amountDiffers, .unreadable: "R69"
            case .unidentifiedFunds, .change: nil
            }
        }
    }

    public enum State: Hashable, Sendable, Codable {
        case open
        case matched(CustomerID)
        case dishonorQueued(code: String)
        case dishonored(code: String)
        case dishonorSettled(code: String)
        case contested(code: String)
        /// Nobody could place it: a return became our loss, money went back to its sender.
        case closed(reason: String)

        /// Whether nobody waits for anything of it. The bank may still say a thing about it.
        public var isOver: Bool {
            switch self {
            case .open, .dishonorQueued, .dishonored: false
            case .matched, .dishonorSettled, .contested, .closed: true
            }
        }
    }
}

extension Command {
    /// What of the house a command is about that may have left memory.
    public enum Recall: Hashable, Sendable {
        case item(SuspenseID)
        /// Every return in suspense that came under this trace number.
        case returned(TraceNumber)
        case proposal(ProposalID)
    }

    public var recalls: Recall? {
        switch self {
        case .parkReturn(let command): command.trace.map(Recall.returned)
        case .matchReturn(let command): .item(command.item)
        case .dishonorReturn(let command): .item(command.item)
        case .submitDishonor(let item, _): .item(item)
        case .settleParkedReturn(let item): .item(item)
        case .settleDishonor(let item): .item(item)
        case .contestDishonor(let command): .item(command.item)
        case .assignFunds(let command): .item(command.item)
        case .closeSuspense(let command): .item(command.item)
        case .approve(let id), .decline(let id): .proposal(id)
        default: nil
        }
    }
}

/// Something one operator asked for and another must approve.
public struct Proposal: Hashable, Sendable, Codable {
    public let id: ProposalID
    public let addressee: Addressee
    public let action: Action
    public let reason: String
    public let by: String
    public let at: Instant
    public var state: State

    public enum State: Hashable, Sendable, Codable {
        case waiting
        case approved(by: String, at: Instant)
        case declined(by: String, at: Instant)
    }

    /// What can be proposed; nothing else can be approved into happening.
    public enum Action: Hashable, Sendable, Codable {
        case waive(Command.Waive)
        case chargeOff(Command.ChargeOff)
        case restoreSale(Command.RestoreSale)
        case matchReturn(Command.MatchReturn)
        case assignFunds(Command.AssignFunds)
        case resumeLiquidation(Command.PauseLiquidation)
        case closeSuspense(Command.CloseSuspense)

        func command(approvedBy name: String) -> Command {
            switch self {
            case .waive(var waive):
                waive.approvedBy = name
                return .waive(waive)
            case .chargeOff(var chargeOff):
                chargeOff.approvedBy = name
                return .chargeOff(chargeOff)
            case .restoreSale(var restore):
                restore.approvedBy = name
                return .restoreSale(restore)
            case .matchReturn(var match):
                match.approvedBy = name
                return .matchReturn(match)
            case .assignFunds(var assign):
                assign.approvedBy = name
                return .assignFunds(assign)
            case .resumeLiquidation(var resume):
                resume.approvedBy = name
                return .pauseLiquidation(resume)
            case .closeSuspense(var close):
                close.approvedBy = name
                return .closeSuspense(close)
            }
        }
    }
}

/// A decision about the house in the making.
public struct HouseDraft {
    public internal(set) var house: House
    let facts: Facts
    let cause: Cause
    public internal(set) var changes = Changes()
    public internal(set) var touchedSuspense: [SuspenseID] = []
    public internal(set) var touchedProposals: [ProposalID] = []
    public internal(set) var touchedSettings = false
    private var identifiersMade = 0

    public init(_ house: House, facts: Facts, cause: Cause) {
        self.house = house
        self.facts = facts
        self.cause = cause
    }

    public mutating func decide(_ command: Command) throws(Refusal) -> Reply {
        switch command {
        case .fundCounterparty(let asset, let amount): try fund(asset, amount)
        case .parkReturn(let command): try park(command)
        case .matchReturn(let command): try match(command)
        case .dishonorReturn(let command): try dishonor(command)
        case .submitDishonor(let id, let entry): try submitDishonor(id, entry)
        case .settleParkedReturn(let id): try settleParkedReturn(id)
        case .settleDishonor(let id): try settleDishonor(id)
        case .contestDishonor(let command): try contest(command)
        case .blockAccount(let fingerprint, let code): block(fingerprint, code)
        case .pauseLiquidation(let command): try pause(command)
        case .receiveUnidentifiedFunds(let command): try receive(command)
        case .assignFunds(let command): try assign(command)
        case .closeSuspense(let command): try close(command)
        case .receivePayout(let command): try payout(command)
        case .propose(let command): try propose(command)
        case .approve(let id): try decide(id, approve: true)
        case .decline(let id): try decide(id, approve: false)
        case .openCustomer, .linkMethod, .checkBalance, .startDeposit, .purchase, .cancelDeposit,
            .trade, .openOrder, .closeOrder, .requestWithdrawal, .withdrawalSent,
            .cancelWithdrawal, .receiveAsset, .receiveFunds, .refundOverpayment, .startSettlement,
            .cancelSettlement, .submitDocument, .setLiquidationOrder, .recordSecurityChange,
            .askForHelp, .submitEntry, .settleEntry, .receiveReturn, .settleReturn,
            .correctMethod, .receiveClaim, .chargeOpened, .chargeSucceeded, .chargeFailed,
            .chargeDisputed, .chargeRefunded, .refundRefused, .fill, .finishSale, .noticeDelivered,
            .noticeUndeliverable,
            .reviewDocument, .waive, .provide, .chargeOff, .extendDeadline, .setFlag,
            .removeFlag, .resumeLiquidation, .restoreSale, .decideClaim, .timer, .blockMethods,
            .upholdReturn, .returnDecided, .requestReturn, .answerReturnRequest,
            .startValidation, .submitMicroEntries, .confirmValidation:
            throw .wrongState("this command is for a customer")
        }
    }

    mutating func identifier<Kind>() -> Identifier<Kind> {
        identifiersMade += 1
        return cause.identifier(identifiersMade, atMilliseconds: facts.now.milliseconds)
    }

    private mutating func post(
        _ debit: HouseAccount, _ credit: HouseAccount, _ amount: Cents, _ reason: Transfer.Reason
    ) {
        if let transfer = Transfer(debit: .house(debit), credit: .house(credit), amount, reason) {
            changes.transfers.append(transfer)
        }
    }

    private mutating func keep(_ item: SuspenseItem) {
        house.put(item)
        if !touchedSuspense.contains(item.id) { touchedSuspense.append(item.id) }
    }

    private mutating func raise(_ content: Alert.Content) {
        changes.alerts.append(Alert(id: identifier(), at: facts.now, content: content))
    }

    private func item(_ id: SuspenseID) throws(Refusal) -> SuspenseItem {
        guard let item = house.suspense[id] else { throw .suspenseUnknown }
        return item
    }
}

extension HouseDraft {
    /// Assets the operator's counterparties have placed with us, so that customers can trade.
    private mutating func fund(_ asset: AssetCode, _ amount: Int64) throws(Refusal) -> Reply {
        guard amount > 0, amount <= Quantity.max.count else { throw .quantityOutOfRange }
        let accounts: (HouseAccount, HouseAccount)
        if asset == .usd {
            accounts = (.bankOperating, .counterpartyCash)
        } else {
            guard facts.policy.asset(asset) != nil else { throw .assetUnknown(asset) }
            accounts = (.custody, .counterpartyCrypto)
        }
        if let transfer = Transfer(
            debit: .house(accounts.0), credit: .house(accounts.1), asset, Quantity(amount),
            .counterpartyFunding)
        {
            changes.transfers.append(transfer)
        }
        return .done
    }

    private mutating func park(_ command: Command.ParkReturn) throws(Refusal) -> Reply {
        var item = SuspenseItem(
            id: identifier(), amount: command.amount, code: command.code, trace: command.trace,
            originalTrace: command.originalTrace, customer: nil, payment: nil, why: command.why,
            receivedAt: facts.now, dishonorBy: answerBy(command), state: .open)
        if let entry = House.ParkedEntry(item), house.parked(entry) != nil { return .unchanged }
        item.place = command.place
        item.side = command.side
        // A change moves no money.
        item.settled = command.why == .change
        move(item, .suspenseReturns, .returnsPayable, .returnParked)
        keep(item)
        raise(.returnInSuspense(item.id))
        return .parked(item.id)
    }

    /// What a returned debit moves; a returned credit moves it the other way.
    private mutating func move(
        _ item: SuspenseItem, _ debit: HouseAccount, _ credit: HouseAccount,
        _ reason: Transfer.Reason
    ) {
        switch item.side ?? .debit {
        case .debit: post(debit, credit, item.amount, reason)
        case .credit: post(credit, debit, item.amount, reason)
        }
    }

    /// Until when the bank may be answered: five banking days for a return, fifteen days for a
    /// notification of change (Nacha Operating Rules, dishonored returns and refused changes).
    private func answerBy(_ command: Command.ParkReturn) -> Instant {
        command.why == .change
            ? Eastern.midnight(on: Eastern.day(at: facts.now).adding(days: 16))
            : facts.dishonorDeadline(returnSettledOn: command.settlesOn)
    }

    /// Two people found which payment a return is of; the customer is charged now.
    private mutating func match(_ command: Command.MatchReturn) throws(Refusal) -> Reply {
        var item = try item(command.item)
        guard item.state == .open, item.why != .unidentifiedFunds, item.why != .change else {
            throw .wrongState("the item is not an open return")
        }
        guard command.approvedBy != nil else { throw .secondPersonRequired }
        if item.why == .unreadable {
            try complete(&item, command)
        } else if let side = command.side, side != item.side ?? .debit {
            throw .wrongState("which way the entry moved money was read, and is not in doubt")
        }
        guard let trace = item.trace else {
            throw .wrongState("the item is not an open return")
        }
        item.state = .matched(command.customer)
        keep(item)
        changes.following.append(
            Following(
                addressee: .customer(command.customer),
                command: .upholdReturn(
                    Command.UpholdReturn(
                        payment: command.payment, code: item.code, amount: item.amount,
                        trace: trace, from: .suspenseReturns, isCredit: item.side == .credit))))
        return .done
    }

    /// What a person read where the reader could not; what was booked so far becomes what he says.
    /// Where the bank has moved the money already, it moved that of the entry as it is, so what was
    /// booked at the bank becomes that too.
    private mutating func complete(
        _ item: inout SuspenseItem, _ command: Command.MatchReturn
    ) throws(Refusal) {
        let code = item.code.isEmpty ? command.code ?? "" : item.code
        let amount = command.amount ?? item.amount
        guard ReturnCode(code) != nil, amount > .zero else {
            throw .wrongState(
                "code and amount of the return must be said, for its record is unreadable")
        }
        let before = item.booked
        item.complete(
            code: code, amount: amount, trace: item.trace ?? TraceNumber(number: 0),
            side: command.side)
        correct(by: item.booked - before, .suspenseReturns, .returnsPayable, .returnParked)
        guard item.settled else { return }
        correct(by: item.booked - before, .returnsPayable, .bankOperating, .returnSettled)
    }

    private mutating func correct(
        by amount: Int64, _ debit: HouseAccount, _ credit: HouseAccount,
        _ reason: Transfer.Reason
    ) {
        if amount > 0 {
            post(debit, credit, Cents(amount), reason)
        } else {
            post(credit, debit, Cents(-amount), reason)
        }
    }

    /// Nobody can say what an item is of: a return is our loss, money goes back where it came from.
    private mutating func close(_ command: Command.CloseSuspense) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        var item = try item(command.item)
        guard command.approvedBy != nil else { throw .secondPersonRequired }
        switch item.state {
        case .open where item.why == .unidentifiedFunds:
            post(.unidentifiedFunds, .bankOperating, item.amount, .fundsSentBack)
        case .open: move(item, .suspenseLoss, .suspenseReturns, .suspenseWrittenOff)
        case .dishonorQueued:
            // Its answer cannot be written, or is no longer wanted: it does not leave.
            changes.entries.append(.dequeue(.dishonor(item.id)))
            post(.suspenseLoss, .suspenseReturns, item.amount, .suspenseWrittenOff)
        case .dishonored:
            // The RDFI neither paid nor contested.
            post(.suspenseLoss, .claimDishonored, item.amount, .suspenseWrittenOff)
        case .matched, .dishonorSettled, .contested, .closed:
            throw .wrongState("the item does not wait for anybody")
        }
        item.state = .closed(reason: command.reason)
        keep(item)
        tell(item, .closed)
        return .done
    }

    /// Tells the payment a parked return is of what became of the return.
    private mutating func tell(_ item: SuspenseItem, _ outcome: Command.ReturnDecided.Outcome) {
        guard let customer = item.customer, let payment = item.payment, let trace = item.trace
        else { return }
        changes.following.append(
            Following(
                addressee: .customer(customer),
                command: .returnDecided(
                    Command.ReturnDecided(payment: payment, trace: trace, outcome: outcome))))
    }

    private mutating func dishonor(_ command: Command.DishonorReturn) throws(Refusal) -> Reply {
        var item = try item(command.item)
        guard item.state == .open, let trace = item.trace else {
            throw .wrongState("the item is not an open return or change")
        }
        guard !item.wasContested else {
            throw .wrongState("the return was dishonored and the dishonor was contested")
        }
        // Its money was given to us: there is nothing to ask for.
        guard item.side != .credit || item.why == .change else {
            throw .wrongState("a credit of ours came back with its money; close the item")
        }
        guard item.why.answers(with: command.code) else {
            throw .wrongState(
                item.why == .change
                    ? "\(command.code) does not refuse a change; C61 through C69 do"
                    : "\(command.code) is not a dishonor code")
        }
        // A field error says which field (Nacha Operating Rules, dishonored returns, R69).
        let information = command.information ?? ""
        guard command.code != "R69" || !information.isEmpty else { throw .reasonRequired }
        guard command.code != "R69" || Self.namesFields(information) else {
            throw .wrongState("R69 names the wrong fields, 01 through 07 with * between: 01*03")
        }
        guard information.utf8.count <= 21,
            information.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .wrongState("at most 21 plain characters fit beside a dishonor") }
        if let deadline = item.dishonorBy, facts.now > deadline {
            throw .wrongState(
                item.why == .change
                    ? "the fifteen days for refusing a change have passed"
                    : "the five banking days for a dishonor have passed")
        }
        item.state = .dishonorQueued(code: command.code)
        item.dishonorInformation = information.isEmpty ? nil : information
        keep(item)
        changes.entries.append(
            .queue(
                QueuedEntry(
                    payment: .dishonor(item.id), amount: item.amount,
                    presentment: .dishonor(
                        code: command.code, returnCode: item.code, returnTrace: trace.text))))
        return .done
    }

    private static func namesFields(_ information: String) -> Bool {
        information.split(separator: "*", omittingEmptySubsequences: false).allSatisfy {
            $0.count == 2 && $0.first == "0" && ("1"..."7").contains($0.last ?? "0")
        }
    }

    private mutating func submitDishonor(
        _ id: SuspenseID, _ entry: Command.SubmitEntry
    ) throws(Refusal) -> Reply {
        var item = try item(id)
        guard case .dishonorQueued(let code) = item.state else {
            throw .wrongState("the item is not waiting to be sent")
        }
        post(.claimDishonored, .suspenseReturns, item.amount, .dishonorSent)
        item.state = .dishonored(code: code)
        keep(item)
        tell(item, .dishonored)
        changes.entries.append(.send(entry))
        return .done
    }

    private mutating func settleParkedReturn(_ id: SuspenseID) throws(Refusal) -> Reply {
        var item = try item(id)
        guard item.why != .unidentifiedFunds else { throw .wrongState("the item is not a return") }
        guard !item.settled else { return .unchanged }
        move(item, .returnsPayable, .bankOperating, .returnSettled)
        item.settled = true
        keep(item)
        return .done
    }

    private mutating func settleDishonor(_ id: SuspenseID) throws(Refusal) -> Reply {
        var item = try item(id)
        switch item.state {
        case .dishonored(let code):
            post(.bankOperating, .claimDishonored, item.amount, .dishonorSettled)
            item.state = .dishonorSettled(code: code)
            keep(item)
            tell(item, .paidBack)
            return .done
        case .dishonorSettled: return .unchanged
        case .open, .matched, .dishonorQueued, .contested, .closed:
            throw .wrongState("no dishonor of this return is with the bank")
        }
    }

    /// The RDFI insists: the return stands, and only now is the customer charged.
    private mutating func contest(_ command: Command.ContestDishonor) throws(Refusal) -> Reply {
        var item = try item(command.item)
        let from: HouseAccount
        switch item.state {
        case .dishonored: from = .claimDishonored
        case .dishonorSettled: from = .bankOperating
        case .contested: return .unchanged
        case .open, .matched, .dishonorQueued, .closed:
            throw .wrongState("no dishonor of this return was sent")
        }
        item.state = .contested(code: command.code)
        item.wasContested = true
        keep(item)
        guard let customer = item.customer, let payment = item.payment, let trace = item.trace
        else {
            // Ours after all, of a payment we cannot name: it waits in suspense for a match.
            post(.suspenseReturns, from, item.amount, .dishonorContested)
            item.state = .open
            keep(item)
            raise(.returnInSuspense(item.id))
            return .done
        }
        changes.following.append(
            Following(
                addressee: .customer(customer),
                command: .upholdReturn(
                    Command.UpholdReturn(
                        payment: payment, code: item.code, amount: item.amount, trace: trace,
                        from: from))))
        return .done
    }

    /// A bank account that no customer may use again; whoever has linked it is told.
    private mutating func block(_ fingerprint: String, _ code: String) -> Reply {
        guard house.blockedAccounts[fingerprint] == nil else { return .unchanged }
        house.blockedAccounts[fingerprint] = code
        changes.blocked.append(BlockedAccount(fingerprint: fingerprint, code: code))
        return .done
    }

    /// Pausing is one person's act and takes effect at once; resuming needs a second one.
    private mutating func pause(_ command: Command.PauseLiquidation) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        guard command.paused || command.approvedBy != nil else { throw .secondPersonRequired }
        if let asset = command.asset {
            guard facts.policy.asset(asset) != nil else { throw .assetUnknown(asset) }
            if command.paused {
                house.settings.halt.assets.insert(asset)
            } else {
                house.settings.halt.assets.remove(asset)
            }
        } else {
            house.settings.halt.everything = command.paused
        }
        house.settings.haltReason = command.reason
        house.settings.haltBy = facts.actor.name
        touchedSettings = true
        return .done
    }

    /// Money for we do not know whom: kept whole, apart, until a person says.
    private mutating func receive(_ funds: Command.ReceiveFunds) throws(Refusal) -> Reply {
        guard funds.amount > .zero else { throw .amountOutOfRange(min: Cents(1), max: .max) }
        post(.bankOperating, .unidentifiedFunds, funds.amount, .fundsReceived)
        var item = SuspenseItem(
            id: identifier(), amount: funds.amount, code: "", trace: nil, originalTrace: nil,
            customer: nil, payment: nil, why: .unidentifiedFunds, receivedAt: facts.now,
            dishonorBy: nil, state: .open)
        item.funds = funds
        keep(item)
        raise(.unidentifiedFunds(item.id))
        return .parked(item.id)
    }

    private mutating func assign(_ command: Command.AssignFunds) throws(Refusal) -> Reply {
        var item = try item(command.item)
        guard item.state == .open, let funds = item.funds else {
            throw .wrongState("the item is not unassigned money")
        }
        guard command.approvedBy != nil else { throw .secondPersonRequired }
        item.state = .matched(command.customer)
        keep(item)
        // Taken out here and received again there: the bank account is touched by neither.
        post(.unidentifiedFunds, .bankOperating, item.amount, .fundsReceived)
        changes.following.append(
            Following(addressee: .customer(command.customer), command: .receiveFunds(funds)))
        return .done
    }

    private mutating func payout(_ command: Command.ReceivePayout) throws(Refusal) -> Reply {
        guard command.cost <= command.gross else {
            throw .amountOutOfRange(min: .zero, max: command.gross)
        }
        post(.bankOperating, .cardClearing, command.gross - command.cost, .payout)
        post(.processingCost, .cardClearing, command.cost, .processingCost)
        return .done
    }

    private mutating func propose(_ command: Command.Propose) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        guard let name = facts.actor.operatorName else { throw .secondPersonRequired }
        let proposal = Proposal(
            id: identifier(), addressee: command.addressee, action: command.action,
            reason: command.reason, by: name, at: facts.now, state: .waiting)
        house.proposals[proposal.id] = proposal
        touchedProposals.append(proposal.id)
        return .proposal(proposal.id)
    }

    private mutating func decide(_ id: ProposalID, approve: Bool) throws(Refusal) -> Reply {
        guard var proposal = house.proposals[id] else { throw .proposalUnknown }
        guard proposal.state == .waiting else { throw .alreadyDecided }
        guard let name = facts.actor.operatorName else { throw .secondPersonRequired }
        guard !approve || name != proposal.by else { throw .samePerson }
        proposal.state =
            approve ? .approved(by: name, at: facts.now) : .declined(by: name, at: facts.now)
        house.proposals[id] = proposal
        touchedProposals.append(id)
        if approve {
            changes.following.append(
                Following(
                    addressee: proposal.addressee,
                    command: proposal.action.command(approvedBy: name)))
        }
        return .done
    }
}

extension House.ParkedEntry {
    /// `nil` for money, and for a record of which a trace number cannot be read.
    init?(_ item: SuspenseItem) {
        guard let trace = item.trace, let originalTrace = item.originalTrace else { return nil }
        self.init(
            trace: trace, originalTrace: originalTrace, code: item.code, amount: item.amount)
    }
}
