import Banking
import Ledger
import Money
import Nacha

/// Everything that can be asked of a customer's aggregate or of the house.
///
/// The names are the API's own; `docs/reference/scenario.md` lists them with their fields.
public enum Command: Hashable, Sendable, Codable {
    // From the host exchange and the customer.
    case openCustomer(OpenCustomer)
    case linkMethod(LinkMethod)
    case checkBalance(CheckBalance)
    case startDeposit(StartDeposit)
    case purchase(Purchase)
    case cancelDeposit(DepositID)
    case trade(Trade)
    case openOrder(OpenOrder)
    case closeOrder(OrderID)
    case requestWithdrawal(RequestWithdrawal)
    case withdrawalSent(WithdrawalID)
    case cancelWithdrawal(WithdrawalID)
    case receiveAsset(ReceiveAsset)
    case receiveFunds(ReceiveFunds)
    case refundOverpayment(RefundOverpayment)
    case startSettlement(StartSettlement)
    case cancelSettlement(SettlementID)
    case submitDocument(SubmitDocument)
    case setLiquidationOrder([AssetCode])
    case recordSecurityChange(SecurityLock.Kind)
    case askForHelp(AskForHelp)
    case startValidation(StartValidation)
    case confirmValidation(ConfirmValidation)
    // From the bank.
    case submitEntry(SubmitEntry)
    case submitMicroEntries([SubmitEntry])
    case settleEntry(SettleEntry)
    case receiveReturn(ReturnedEntry)
    case settleReturn(SettleReturn)
    case correctMethod(CorrectMethod)
    case receiveClaim(ReceiveClaim)
    // From the processor, the venue and the mail.
    case chargeOpened(ChargeOpened)
    case chargeSucceeded(ChargeSucceeded)
    case chargeFailed(ChargeFailed)
    case chargeDisputed(ChargeDisputed)
    case chargeRefunded(ChargeRefunded)
    case refundRefused(RefundRefused)
    case fill(Fill)
    case finishSale(SaleID)
    case noticeDelivered(NoticeID)
    case noticeUndeliverable(NoticeID)
    // From operators.
    case reviewDocument(ReviewDocument)
    case waive(Waive)
    case provide(ObligationID)
    case chargeOff(ChargeOff)
    case extendDeadline(ExtendDeadline)
    case setFlag(SetFlag)
    case removeFlag(RemoveFlag)
    case resumeLiquidation(reason: String)
    case restoreSale(RestoreSale)
    case decideClaim(DecideClaim)
    case requestReturn(RequestReturn)
    case answerReturnRequest(AnswerReturnRequest)
    // From time and from other aggregates.
    case timer(Timer.Kind)
    case blockMethods(fingerprint: String, code: String)
    case upholdReturn(UpholdReturn)
    case returnDecided(ReturnDecided)
    // Of the house.
    case fundCounterparty(asset: AssetCode, amount: Int64)
    case parkReturn(ParkReturn)
    case matchReturn(MatchReturn)
    case dishonorReturn(DishonorReturn)
    case submitDishonor(SuspenseID, SubmitEntry)
    case settleParkedReturn(SuspenseID)
    case settleDishonor(SuspenseID)
    case contestDishonor(ContestDishonor)
    case blockAccount(fingerprint: String, code: String)
    case pauseLiquidation(PauseLiquidation)
    case receiveUnidentifiedFunds(ReceiveFunds)
    case assignFunds(AssignFunds)
    case closeSuspense(CloseSuspense)
    case receivePayout(ReceivePayout)
    case propose(Propose)
    case approve(ProposalID)
    case decline(ProposalID)

    public struct OpenCustomer: Hashable, Sendable, Codable {
        public let id: CustomerID
        public let reference: String
        public let name: String
        public let email: String
        public let language: Customer.Language
        public let timeZone: String

        public init(
            id: CustomerID, reference: String, name: String, email: String,
            language: Customer.Language, timeZone: String
        ) {
            self.id = id
            self.reference = reference
            self.name = name
            self.email = email
            self.language = language
            self.timeZone = timeZone
        }
    }

    public struct LinkMethod: Hashable, Sendable, Codable {
        public let kind: PaymentMethod.Kind
        public let label: String
        public let lastFour: String
        public let verified: Bool
        public let balance: PaymentMethod.BalanceCheck?

        public init(
            kind: PaymentMethod.Kind, label: String, lastFour: String, verified: Bool,
            balance: PaymentMethod.BalanceCheck?
        ) {
            self.kind = kind
            self.label = label
            self.lastFour = lastFour
            self.verified = verified
            self.balance = balance
        }
    }
}

// The payloads, grouped by who sends them.

extension Command {
    public struct CheckBalance: Hashable, Sendable, Codable {
        public let method: PaymentMethodID
        public let amount: Cents

        public init(method: PaymentMethodID, amount: Cents) {
            self.method = method
            self.amount = amount
        }
    }

    public struct StartDeposit: Hashable, Sendable, Codable {
        public let method: PaymentMethodID
        public let amount: Cents
        /// Less instant credit than the policy would give, if the host wants so.
        public let credit: Cents?

        public init(method: PaymentMethodID, amount: Cents, credit: Cents? = nil) {
            self.method = method
            self.amount = amount
            self.credit = credit
        }
    }

    public struct Purchase: Hashable, Sendable, Codable {
        public let method: PaymentMethodID
        public let asset: AssetCode
        public let quantity: Quantity
        /// All the customer pays, with the fee.
        public let amount: Cents
        public let fee: Cents

        public init(
            method: PaymentMethodID, asset: AssetCode, quantity: Quantity, amount: Cents, fee: Cents
        ) {
            self.method = method
            self.asset = asset
            self.quantity = quantity
            self.amount = amount
            self.fee = fee
        }
    }

    public struct Trade: Hashable, Sendable, Codable {
        public let side: TradeSide
        public let asset: AssetCode
        public let quantity: Quantity
        /// A buy's total with the fee; a sale's gross before the fee.
        public let cash: Cents
        public let fee: Cents
        public let order: OrderID?

        public init(
            side: TradeSide, asset: AssetCode, quantity: Quantity, cash: Cents, fee: Cents,
            order: OrderID? = nil
        ) {
            self.side = side
            self.asset = asset
            self.quantity = quantity
            self.cash = cash
            self.fee = fee
            self.order = order
        }
    }

    public struct OpenOrder: Hashable, Sendable, Codable {
        public let reference: String
        public let side: TradeSide
        public let asset: AssetCode
        /// Reserved by a buy.
        public let cash: Cents
        /// Reserved by a sale.
        public let quantity: Quantity

        public init(
            reference: String, side: TradeSide, asset: AssetCode, cash: Cents, quantity: Quantity
        ) {
            self.reference = reference
            self.side = side
            self.asset = asset
            self.cash = cash
            self.quantity = quantity
        }
    }

    public struct RequestWithdrawal: Hashable, Sendable, Codable {
        public let asset: AssetCode
        /// Smallest booked units of the asset.
        public let amount: Int64
        public let destination: String

        public init(asset: AssetCode, amount: Int64, destination: String) {
            self.asset = asset
            self.amount = amount
            self.destination = destination
        }
    }

    public struct ReceiveAsset: Hashable, Sendable, Codable {
        public let asset: AssetCode
        public let quantity: Quantity
        /// The settlement the customer sent it for.
        public let settlement: SettlementID?

        public init(asset: AssetCode, quantity: Quantity, settlement: SettlementID? = nil) {
            self.asset = asset
            self.quantity = quantity
            self.settlement = settlement
        }
    }

    public struct ReceiveFunds: Hashable, Sendable, Codable {
        public let rail: FundsRail
        public let amount: Cents
        /// Names the account it came from, masked; an over-payment returns there only.
        public let source: String
        /// What the sender wrote; a settlement's reference brings it to its obligations.
        public let reference: String?

        public init(rail: FundsRail, amount: Cents, source: String, reference: String?) {
            self.rail = rail
            self.amount = amount
            self.source = source
            self.reference = reference
        }
    }

    public struct RefundOverpayment: Hashable, Sendable, Codable {
        public let amount: Cents
        public let source: String

        public init(amount: Cents, source: String) {
            self.amount = amount
            self.source = source
        }
    }

    public struct StartSettlement: Hashable, Sendable, Codable {
        public let kind: SettlementKindName
        public let method: PaymentMethodID?
        public let asset: AssetCode?
        /// All that is owed on the obligations, unless a part is named.
        public let amount: Cents?
        /// Empty means all open obligations.
        public let obligations: [ObligationID]
        /// What the page said was owed; refused when it is no longer true.
        public let owedShown: Cents?

        public init(
            kind: SettlementKindName, method: PaymentMethodID? = nil, asset: AssetCode? = nil,
            amount: Cents? = nil, obligations: [ObligationID] = [], owedShown: Cents? = nil
        ) {
            self.kind = kind
            self.method = method
            self.asset = asset
            self.amount = amount
            self.obligations = obligations
            self.owedShown = owedShown
        }
    }

    public struct SubmitDocument: Hashable, Sendable, Codable {
        public let document: DocumentID
        public let settlement: SettlementID
        public let type: DocumentType
        public let mediaType: String
        public let bytes: Int

        public init(
            document: DocumentID, settlement: SettlementID, type: DocumentType, mediaType: String,
            bytes: Int
        ) {
            self.document = document
            self.settlement = settlement
            self.type = type
            self.mediaType = mediaType
            self.bytes = bytes
        }
    }

    /// The customer says: I did not make this, I paid already, I need more time, I have a question.
    public struct AskForHelp: Hashable, Sendable, Codable {
        public let kind: Kind
        public let words: String

        public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            case notMine = "not_mine"
            case alreadyPaid = "already_paid"
            case moreTime = "more_time"
            /// A question: it stops nothing.
            case other
        }

        public init(kind: Kind, words: String) {
            self.kind = kind
            self.words = words
        }
    }
}

extension Command {
    public struct SubmitEntry: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        public let trace: TraceNumber
        /// The name of the bank file the entry is in.
        public let file: String
        /// The day the file asks settlement for, where its window says; else the policy's cut-off
        /// decides.
        public let settlesOn: Day?

        public init(
            payment: PaymentReference, trace: TraceNumber, file: String, settlesOn: Day? = nil
        ) {
            self.payment = payment
            self.trace = trace
            self.file = file
            self.settlesOn = settlesOn
        }
    }

    public struct SettleEntry: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        public let day: Day

        public init(payment: PaymentReference, day: Day) {
            self.payment = payment
            self.day = day
        }
    }

    public struct SettleReturn: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        /// What the bank charged us for the return.
        public let fee: Cents

        public init(payment: PaymentReference, fee: Cents = .zero) {
            self.payment = payment
            self.fee = fee
        }
    }

    public struct CorrectMethod: Hashable, Sendable, Codable {
        public let method: PaymentMethodID
        public let code: String
        /// `nil` when the change cannot be applied by itself and a person must look.
        public let bankAccount: PaymentMethod.BankAccount?
        public let lastFour: String?

        public init(
            method: PaymentMethodID, code: String, bankAccount: PaymentMethod.BankAccount?,
            lastFour: String?
        ) {
            self.method = method
            self.code = code
            self.bankAccount = bankAccount
            self.lastFour = lastFour
        }
    }

    public struct ReceiveClaim: Hashable, Sendable, Codable {
        public let deposit: DepositID
        public let amount: Cents

        public init(deposit: DepositID, amount: Cents) {
            self.deposit = deposit
            self.amount = amount
        }
    }

    public struct ChargeOpened: Hashable, Sendable, Codable {
        public let settlement: SettlementID
        public let actionURL: String

        public init(settlement: SettlementID, actionURL: String) {
            self.settlement = settlement
            self.actionURL = actionURL
        }
    }

    public struct ChargeSucceeded: Hashable, Sendable, Codable {
        public let settlement: SettlementID
        /// Without the fee.
        public let amount: Cents
        public let fee: Cents

        public init(settlement: SettlementID, amount: Cents, fee: Cents) {
            self.settlement = settlement
            self.amount = amount
            self.fee = fee
        }
    }

    public struct ChargeFailed: Hashable, Sendable, Codable {
        public let settlement: SettlementID
        public let reason: String

        public init(settlement: SettlementID, reason: String) {
            self.settlement = settlement
            self.reason = reason
        }
    }

    public struct ChargeDisputed: Hashable, Sendable, Codable {
        public let settlement: SettlementID
        public let disputeFee: Cents

        public init(settlement: SettlementID, disputeFee: Cents) {
            self.settlement = settlement
            self.disputeFee = disputeFee
        }
    }

    /// The processor cannot give back what a payment brought beyond what was owed.
    public struct RefundRefused: Hashable, Sendable, Codable {
        public let settlement: SettlementID
        public let reason: String

        public init(settlement: SettlementID, reason: String) {
            self.settlement = settlement
            self.reason = reason
        }
    }

    /// The processor gave back money it had captured.
    public struct ChargeRefunded: Hashable, Sendable, Codable {
        public let settlement: SettlementID
        /// The processor's own name for it: a refund told twice is booked once.
        public let refund: String
        /// The amount goes back first, then its fee.
        public let amount: Cents

        public init(settlement: SettlementID, refund: String, amount: Cents) {
            self.settlement = settlement
            self.refund = refund
            self.amount = amount
        }
    }

    public struct Fill: Hashable, Sendable, Codable {
        public let sale: SaleID
        public let trade: String
        public let quantity: Quantity
        public let price: Price

        public init(sale: SaleID, trade: String, quantity: Quantity, price: Price) {
            self.sale = sale
            self.trade = trade
            self.quantity = quantity
            self.price = price
        }
    }
}

extension Command {
    public struct ReviewDocument: Hashable, Sendable, Codable {
        public let document: DocumentID
        /// `nil` accepts.
        public let refusal: String?

        public init(document: DocumentID, refusal: String?) {
            self.document = document
            self.refusal = refusal
        }
    }

    public struct Waive: Hashable, Sendable, Codable {
        public let obligation: ObligationID
        public let amount: Cents?
        public let reason: String
        public var approvedBy: String?

        public init(obligation: ObligationID, amount: Cents?, reason: String) {
            self.obligation = obligation
            self.amount = amount
            self.reason = reason
        }
    }

    public struct ChargeOff: Hashable, Sendable, Codable {
        public let obligation: ObligationID
        public let reason: String
        public var approvedBy: String?

        public init(obligation: ObligationID, reason: String) {
            self.obligation = obligation
            self.reason = reason
        }
    }

    public struct ExtendDeadline: Hashable, Sendable, Codable {
        /// `nil` means all that is owed.
        public let obligation: ObligationID?
        public let until: Instant
        public let reason: String

        public init(obligation: ObligationID?, until: Instant, reason: String) {
            self.obligation = obligation
            self.until = until
            self.reason = reason
        }
    }

    public struct SetFlag: Hashable, Sendable, Codable {
        public let kind: StopFlag.Kind
        public let reason: String
        public let expiresAt: Instant?

        public init(kind: StopFlag.Kind, reason: String, expiresAt: Instant?) {
            self.kind = kind
            self.reason = reason
            self.expiresAt = expiresAt
        }
    }

    public struct RemoveFlag: Hashable, Sendable, Codable {
        public let flag: FlagID
        public let reason: String

        public init(flag: FlagID, reason: String) {
            self.flag = flag
            self.reason = reason
        }
    }

    public struct RestoreSale: Hashable, Sendable, Codable {
        public let sale: SaleID
        /// What it cost to buy the asset back.
        public let cost: Cents
        /// How much of what the sale's proceeds had paid is owed again; `nil` means all of it, zero
        /// that it was never owed.
        public let owedAgain: Cents?
        public let reason: String
        public var approvedBy: String?

        public init(sale: SaleID, cost: Cents, owedAgain: Cents?, reason: String) {
            self.sale = sale
            self.cost = cost
            self.owedAgain = owedAgain
            self.reason = reason
        }
    }

    public struct DecideClaim: Hashable, Sendable, Codable {
        public let claim: ClaimID
        public let accept: Bool

        public init(claim: ClaimID, accept: Bool) {
            self.claim = claim
            self.accept = accept
        }
    }

    /// We asked the receiver's bank to send an entry back.
    public struct RequestReturn: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        public let reason: String

        public init(payment: PaymentReference, reason: String) {
            self.payment = payment
            self.reason = reason
        }
    }

    /// What the receiver's bank said to that, before any return came.
    public struct AnswerReturnRequest: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        public let agreed: Bool

        public init(payment: PaymentReference, agreed: Bool) {
            self.payment = payment
            self.agreed = agreed
        }
    }

    /// Sends two small amounts to a bank account. They are made where nobody can guess them, and
    /// told to nobody.
    public struct StartValidation: Hashable, Sendable, Codable {
        public let method: PaymentMethodID
        public let first: Cents
        public let second: Cents

        public init(method: PaymentMethodID, first: Cents, second: Cents) {
            self.method = method
            self.first = first
            self.second = second
        }
    }

    /// The amounts that the customer found, in any order.
    public struct ConfirmValidation: Hashable, Sendable, Codable {
        public let method: PaymentMethodID
        public let amounts: [Cents]

        public init(method: PaymentMethodID, amounts: [Cents]) {
            self.method = method
            self.amounts = amounts
        }
    }

    public struct UpholdReturn: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        public let code: String
        public let amount: Cents
        public let trace: TraceNumber
        /// Where the money waits: suspense, the claim, or the bank account it went back to.
        public let from: HouseAccount
        /// Whether a credit of ours came back, which gave us its money.
        public let isCredit: Bool

        public init(
            payment: PaymentReference, code: String, amount: Cents, trace: TraceNumber,
            from: HouseAccount, isCredit: Bool = false
        ) {
            self.payment = payment
            self.code = code
            self.amount = amount
            self.trace = trace
            self.from = from
            self.isCredit = isCredit
        }
    }

    /// What became of a return that was not charged to the customer.
    public struct ReturnDecided: Hashable, Sendable, Codable {
        public let payment: PaymentReference
        public let trace: TraceNumber
        public let outcome: Outcome

        public enum Outcome: String, Hashable, Sendable, Codable {
            /// It was sent back to the RDFI, which may still insist.
            case dishonored
            /// The RDFI gave the money back.
            case paidBack = "paid_back"
            /// Two people gave it up.
            case closed
        }

        public init(payment: PaymentReference, trace: TraceNumber, outcome: Outcome) {
            self.payment = payment
            self.trace = trace
            self.outcome = outcome
        }
    }
}

extension Command {
    /// A return that names no payment of ours.
    public struct ParkReturn: Hashable, Sendable, Codable {
        /// Empty when it cannot be read.
        public let code: String
        /// Zero when it cannot be read, and for a change.
        public let amount: Cents
        public let trace: TraceNumber?
        public let originalTrace: TraceNumber?
        public let why: SuspenseItem.Why
        public let place: FilePlace?
        /// The return's own settlement date, from which it may be dishonored.
        public let settlesOn: Day?
        /// What the entry was that came back; `nil` stands for a debit.
        public let side: SuspenseItem.Side?

        public init(
            code: String, amount: Cents, trace: TraceNumber?, originalTrace: TraceNumber?,
            why: SuspenseItem.Why, place: FilePlace? = nil, settlesOn: Day? = nil,
            side: SuspenseItem.Side? = nil
        ) {
            self.code = code
            self.amount = amount
            self.trace = trace
            self.originalTrace = originalTrace
            self.why = why
            self.place = place
            self.settlesOn = settlesOn
            self.side = side
        }
    }

    public struct MatchReturn: Hashable, Sendable, Codable {
        public let item: SuspenseID
        public let customer: CustomerID
        public let payment: PaymentReference
        /// What a person read in a record that could not be read: the return's code, and the
        /// payment's own amount. `nil` where the record says it.
        public let code: String?
        public let amount: Cents?
        /// Which way the entry that came back had moved money, where the record was read wrongly or
        /// not at all; `nil` leaves what was read.
        public let side: SuspenseItem.Side?
        public var approvedBy: String?

        public init(
            item: SuspenseID, customer: CustomerID, payment: PaymentReference,
            code: String? = nil, amount: Cents? = nil, side: SuspenseItem.Side? = nil
        ) {
            self.item = item
            self.customer = customer
            self.payment = payment
            self.code = code
            self.amount = amount
            self.side = side
        }
    }

    /// Gives up an item in suspense that nobody can place.
    public struct CloseSuspense: Hashable, Sendable, Codable {
        public let item: SuspenseID
        public let reason: String
        public var approvedBy: String?

        public init(item: SuspenseID, reason: String) {
            self.item = item
            self.reason = reason
        }
    }

    public struct DishonorReturn: Hashable, Sendable, Codable {
        public let item: SuspenseID
        /// R61, R62, R67, R68, R69 or R70; C61 through C69 for a change.
        public let code: String
        /// At most 21 characters; R69 names the fields that are wrong.
        public let information: String?

        public init(item: SuspenseID, code: String, information: String? = nil) {
            self.item = item
            self.code = code
            self.information = information
        }
    }

    public struct ContestDishonor: Hashable, Sendable, Codable {
        public let item: SuspenseID
        /// R71 through R77.
        public let code: String

        public init(item: SuspenseID, code: String) {
            self.item = item
            self.code = code
        }
    }

    public struct PauseLiquidation: Hashable, Sendable, Codable {
        /// `nil` pauses everything.
        public let asset: AssetCode?
        public let paused: Bool
        public let reason: String
        public var approvedBy: String?

        public init(asset: AssetCode?, paused: Bool, reason: String) {
            self.asset = asset
            self.paused = paused
            self.reason = reason
        }
    }

    public struct AssignFunds: Hashable, Sendable, Codable {
        public let item: SuspenseID
        public let customer: CustomerID
        public var approvedBy: String?

        public init(item: SuspenseID, customer: CustomerID) {
            self.item = item
            self.customer = customer
        }
    }

    /// The processor paid out card payments, less its own cost.
    public struct ReceivePayout: Hashable, Sendable, Codable {
        public let gross: Cents
        public let cost: Cents

        public init(gross: Cents, cost: Cents) {
            self.gross = gross
            self.cost = cost
        }
    }

    /// Asks a second person for something one may not do alone.
    public struct Propose: Hashable, Sendable, Codable {
        public let addressee: Addressee
        public let action: Proposal.Action
        public let reason: String

        public init(addressee: Addressee, action: Proposal.Action, reason: String) {
            self.addressee = addressee
            self.action = action
            self.reason = reason
        }
    }
}

/// How good money reaches us.
public enum FundsRail: String, Hashable, Sendable, Codable, CaseIterable {
    case wire
    case instant

    var settles: SettlementKindName {
        switch self {
        case .wire: .wire
        case .instant: .instant
        }
    }
}
