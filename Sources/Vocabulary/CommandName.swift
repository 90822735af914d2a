/// The API's name of every command that may come from outside; `docs/reference/scenario.md` lists
/// them with their fields.
///
/// What only the engine may ask (timers, blocks and upheld returns that follow from other
/// decisions) has no name here, so it cannot be asked for.
public enum CommandName: String, Hashable, Sendable, CaseIterable {
    case openCustomer = "open_customer"
    case linkMethod = "link_method"
    case checkBalance = "check_balance"
    case startDeposit = "start_deposit"
    case purchase
    case cancelDeposit = "cancel_deposit"
    case trade
    case openOrder = "open_order"
    case closeOrder = "close_order"
    case requestWithdrawal = "request_withdrawal"
    case withdrawalSent = "withdrawal_sent"
    case cancelWithdrawal = "cancel_withdrawal"
    case receiveAsset = "receive_asset"
    case receiveFunds = "receive_funds"
    case refundOverpayment = "refund_overpayment"
    case startSettlement = "start_settlement"
    case cancelSettlement = "cancel_settlement"
    case submitDocument = "submit_document"
    case setLiquidationOrder = "set_liquidation_order"
    case recordSecurityChange = "record_security_change"
    case askForHelp = "ask_for_help"
    case startValidation = "start_validation"
    case confirmValidation = "confirm_validation"
    case submitEntry = "submit_entry"
    case submitMicroEntries = "submit_micro_entries"
    case settleEntry = "settle_entry"
    case receiveReturn = "receive_return"
    case settleReturn = "settle_return"
    case correctMethod = "correct_method"
    case receiveClaim = "receive_claim"
    case chargeOpened = "charge_opened"
    case chargeSucceeded = "charge_succeeded"
    case chargeFailed = "charge_failed"
    case chargeDisputed = "charge_disputed"
    case chargeRefunded = "charge_refunded"
    case refundRefused = "refund_refused"
    case fill
    case finishSale = "finish_sale"
    case noticeDelivered = "notice_delivered"
    case noticeUndeliverable = "notice_undeliverable"
    case reviewDocument = "review_document"
    case waive
    case provide
    case chargeOff = "charge_off"
    case extendDeadline = "extend_deadline"
    case setFlag = "set_flag"
    case removeFlag = "remove_flag"
    case resumeLiquidation = "resume_liquidation"
    case restoreSale = "restore_sale"
    case decideClaim = "decide_claim"
    case requestReturn = "request_return"
    case answerReturnRequest = "answer_return_request"
    case fundCounterparty = "fund_counterparty"
    case parkReturn = "park_return"
    case matchReturn = "match_return"
    case dishonorReturn = "dishonor_return"
    case submitDishonor = "submit_dishonor"
    case settleParkedReturn = "settle_parked_return"
    case settleDishonor = "settle_dishonor"
    case contestDishonor = "contest_dishonor"
    case pauseLiquidation = "pause_liquidation"
    case receiveUnidentifiedFunds = "receive_unidentified_funds"
    case assignFunds = "assign_funds"
    case closeSuspense = "close_suspense"
    case receivePayout = "receive_payout"
    case propose
    case approve
    case decline

    /// Who asks for it in the ordinary course; an edge lets nobody else ask.
    public enum Sender: String, Hashable, Sendable, CaseIterable {
        /// The host exchange, for its customers.
        case host
        case customer
        /// The bank's files.
        case bank
        /// The processor of cards and instant payments.
        case processor
        /// Where assets are sold.
        case venue
        /// Whatever carries notices to customers.
        case mail
        case `operator`
    }

    public var sender: Sender {
        switch self {
        case .openCustomer, .linkMethod, .checkBalance, .startDeposit, .purchase, .cancelDeposit,
            .trade, .openOrder, .closeOrder, .requestWithdrawal, .withdrawalSent,
            .cancelWithdrawal, .receiveAsset, .refundOverpayment, .setLiquidationOrder,
            .recordSecurityChange, .fundCounterparty:
            .host
        case .startSettlement, .cancelSettlement, .submitDocument, .askForHelp, .startValidation,
            .confirmValidation:
            .customer
        case .receiveFunds, .submitEntry, .submitMicroEntries, .settleEntry, .receiveReturn,
            .settleReturn,
            .correctMethod, .receiveClaim, .parkReturn, .submitDishonor, .settleParkedReturn,
            .settleDishonor, .contestDishonor, .receiveUnidentifiedFunds:
            .bank
        case .chargeOpened, .chargeSucceeded, .chargeFailed, .chargeDisputed, .chargeRefunded,
            .refundRefused, .receivePayout:
            .processor
        case .fill, .finishSale: .venue
        case .noticeDelivered, .noticeUndeliverable: .mail
        case .reviewDocument, .waive, .provide, .chargeOff, .extendDeadline, .setFlag,
            .removeFlag, .resumeLiquidation, .restoreSale, .decideClaim, .requestReturn,
            .answerReturnRequest, .matchReturn, .dishonorReturn, .pauseLiquidation, .assignFunds,
            .closeSuspense, .propose, .approve,
            .decline:
            .operator
        }
    }

    /// Whether the command is decided by the house and not by one customer's aggregate.
    public var isForHouse: Bool {
        switch self {
        case .fundCounterparty, .parkReturn, .matchReturn, .dishonorReturn, .submitDishonor,
            .settleParkedReturn, .settleDishonor, .contestDishonor, .pauseLiquidation,
            .receiveUnidentifiedFunds, .assignFunds, .closeSuspense, .receivePayout, .propose,
            .approve, .decline:
            true
        case .openCustomer, .linkMethod, .checkBalance, .startDeposit, .purchase, .cancelDeposit,
            .trade, .openOrder, .closeOrder, .requestWithdrawal, .withdrawalSent,
            .cancelWithdrawal, .receiveAsset, .receiveFunds, .refundOverpayment,
            .startSettlement, .cancelSettlement, .submitDocument, .setLiquidationOrder,
            .recordSecurityChange, .askForHelp, .submitEntry, .settleEntry, .receiveReturn,
            .settleReturn, .correctMethod, .receiveClaim, .chargeOpened, .chargeSucceeded,
            .chargeFailed, .chargeDisputed, .chargeRefunded, .refundRefused, .fill, .finishSale,
            .noticeDelivered,
            .noticeUndeliverable, .reviewDocument, .waive, .provide, .chargeOff, .extendDeadline,
            .setFlag, .removeFlag, .resumeLiquidation, .restoreSale, .decideClaim, .requestReturn,
            .answerReturnRequest, .startValidation, .submitMicroEntries, .confirmValidation:
            false
        }
    }
}
