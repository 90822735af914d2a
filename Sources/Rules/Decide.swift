import Banking
import Ledger
import Money

extension Draft {
    /// The one way into a customer's rules. A refusal leaves the draft to be thrown away.
    public mutating func decide(_ command: Command) throws(Refusal) -> Reply {
        let reply = try carryOut(command)
        if closedObligation { try cancelIdleSettlements() }
        return reply
    }

    private mutating func carryOut(_ command: Command) throws(Refusal) -> Reply {
        switch command {
        case .openCustomer(let command): try openCustomer(command)
        case .linkMethod(let command): try link(command)
        case .checkBalance(let command): try checkBalance(command)
        case .startDeposit(let command): try start(command)
        case .purchase(let command): try purchase(command)
        case .cancelDeposit(let id): try cancelDeposit(id)
        case .trade(let command): try trade(command)
        case .openOrder(let command): try open(command)
        case .closeOrder(let id): try close(id)
        case .requestWithdrawal(let command): try withdraw(command)
        case .withdrawalSent(let id): try confirmSent(id)
        case .cancelWithdrawal(let id): try cancelWithdrawal(id)
        case .receiveAsset(let command): try receive(command)
        case .receiveFunds(let command): try receive(command)
        case .refundOverpayment(let command): try refund(command)
        case .startSettlement(let command): try startSettlement(command)
        case .cancelSettlement(let id): try cancelSettlement(id)
        case .submitDocument(let command): try submitDocument(command)
        case .setLiquidationOrder(let assets): try setLiquidationOrder(assets)
        case .recordSecurityChange(let kind): recordSecurityChange(kind)
        case .askForHelp(let command): askForHelp(command)
        case .submitEntry(let command): try submit(command)
        case .settleEntry(let command): try settleEntry(command)
        case .receiveReturn(let entry): try receiveReturn(entry)
        case .settleReturn(let command): try settleReturn(command)
        case .correctMethod(let command): try correct(command)
        case .receiveClaim(let command): try receiveClaim(command)
        case .chargeOpened(let command): try chargeOpened(command)
        case .chargeSucceeded(let command): try chargeSucceeded(command)
        case .chargeFailed(let command): try chargeFailed(command)
        case .chargeDisputed(let command): try chargeDisputed(command)
        case .chargeRefunded(let command): try chargeRefunded(command)
        case .refundRefused(let command): try refundRefused(command)
        case .fill(let command): try fill(command)
        case .finishSale(let id): try finishSale(id)
        case .noticeDelivered(let id): try noticeDelivered(id)
        case .noticeUndeliverable(let id): noticeUndeliverable(id)
        case .reviewDocument(let command): try reviewDocument(command)
        case .waive(let command): try waive(command)
        case .provide(let id): try provide(id)
        case .chargeOff(let command): try chargeOff(command)
        case .extendDeadline(let command): try extend(command)
        case .setFlag(let command): try setFlag(command)
        case .removeFlag(let command): try removeFlag(command)
        case .resumeLiquidation(let reason): try resumeLiquidation(reason: reason)
        case .restoreSale(let command): try restore(command)
        case .decideClaim(let command): try decideClaim(command)
        case .startValidation(let command): try startValidation(command)
        case .submitMicroEntries(let entries): try submitMicroEntries(entries)
        case .confirmValidation(let command): try confirmValidation(command)
        case .requestReturn(let command): try requestReturn(command)
        case .answerReturnRequest(let command): try answerReturnRequest(command)
        case .timer(let kind): try fire(kind)
        case .blockMethods(let fingerprint, let code):
            blockMethods(fingerprint: fingerprint, code: code)
        case .upholdReturn(let command): try upholdReturn(command)
        case .returnDecided(let command): try returnDecided(command)
        case .fundCounterparty, .parkReturn, .matchReturn, .dishonorReturn, .submitDishonor,
            .settleParkedReturn, .settleDishonor, .contestDishonor, .blockAccount,
            .pauseLiquidation, .receiveUnidentifiedFunds, .assignFunds, .closeSuspense,
            .receivePayout, .propose, .approve, .decline:
            throw .wrongState("this command is for the house")
        }
    }

    /// A timer asks again whether its time has come: it may be late, early or told twice.
    private mutating func fire(_ kind: Timer.Kind) throws(Refusal) -> Reply {
        switch kind {
        case .release(let id): try release(id)
        case .confirm(let id): try confirmSettlement(id)
        case .quoteExpiry(let id): try quoteExpired(id)
        case .graceEnd(let id): try graceEnded(id)
        case .reminder(let id): try remind(id, final: false)
        case .finalWarning(let id): try remind(id, final: true)
        case .pauseEnd(let id): try pauseEnded(id)
        case .waiveResidual(let id): try waiveResidual(id)
        case .provision(let id): try provide(id)
        case .chargeOff(let id):
            try chargeOff(Command.ChargeOff(obligation: id, reason: "age"))
        case .liquidationSlice: try liquidate()
        case .flagEnd(let id): try flagEnded(id)
        case .returnAnswer(let payment): try returnAnswerOverdue(payment)
        case .validationEnd(let id): try validationEnded(id)
        case .refundAnswer(let id): try refundUnanswered(id)
        }
    }

    private mutating func settleEntry(_ command: Command.SettleEntry) throws(Refusal) -> Reply {
        switch command.payment {
        case .deposit(let id): try settleDeposit(id, on: command.day)
        case .settlement(let id): try settleSettlement(id, on: command.day)
        case .dishonor: throw .wrongState("a dishonored return belongs to the house")
        case .microEntry(let id): try settleMicroEntry(id, on: command.day)
        }
    }

    private mutating func setLiquidationOrder(_ assets: [AssetCode]) throws(Refusal) -> Reply {
        for asset in assets where facts.policy.asset(asset) == nil { throw .assetUnknown(asset) }
        customer.profile.liquidationOrder = assets
        keepProfile()
        return .done
    }

    /// A change of credentials locks withdrawals for a while, whatever the holds say.
    private mutating func recordSecurityChange(_ kind: SecurityLock.Kind) -> Reply {
        let hours: Int
        switch kind {
        case .passwordChanged: hours = facts.policy.security.passwordChangeHours
        case .emailChanged: hours = facts.policy.security.emailChangeHours
        }
        customer.profile.securityLocks.removeAll { $0.until <= facts.now }
        customer.profile.securityLocks.append(
            SecurityLock(kind: kind, until: facts.now.adding(hours: hours)))
        keepProfile()
        return .done
    }

    /// What the customer says stops what it should stop, until a person has looked.
    private mutating func askForHelp(_ command: Command.AskForHelp) -> Reply {
        let stop: StopFlag.Kind?
        switch command.kind {
        case .notMine, .alreadyPaid: stop = .dispute
        case .moreTime: stop = .hardship
        case .other: stop = nil
        }
        if let stop { setFlag(stop, reason: command.words, expiresAt: nil) }
        raise(.helpAsked(customer.id, command.kind, command.words))
        return .done
    }

    private mutating func setFlag(_ command: Command.SetFlag) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        setFlag(command.kind, reason: command.reason, expiresAt: command.expiresAt)
        return .done
    }

    /// Nobody was told, so no clock starts: an operator must find another way. One that started,
    /// because what was taken came back later, starts again when the customer is told.
    private mutating func noticeUndeliverable(_ id: NoticeID) -> Reply {
        raise(.noticeUndeliverable(customer.id, id))
        for obligation in customer.openObligations where obligation.noticeID == id {
            stopClockUntilTold(of: obligation)
        }
        return .done
    }
}

extension Customer {
    /// A customer comes into being by a command of his own.
    public static func open(
        _ command: Command.OpenCustomer, facts: Facts
    ) -> Customer {
        Customer(
            profile: Profile(
                id: command.id, openedAt: facts.now, reference: command.reference,
                name: command.name, email: command.email, language: command.language,
                timeZone: command.timeZone))
    }
}
