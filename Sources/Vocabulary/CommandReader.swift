import Banking
import Foundation
import Ledger
import Money
import Nacha
import Rules
import Wire

/// Turns the words of the API into commands: the only way in for what comes from outside.
///
/// Fields are in snake case; amounts of dollars are whole cents in fields that end in `_minor`;
/// quantities of other assets and prices are decimal strings; times are RFC 3339. A field that is
/// unknown, missing, of the wrong type or out of range is told with its JSON pointer, and all of
/// them are told at once. What a reader lets through can still be refused by a rule.
public enum CommandReader {
    /// The command `name` with the fields of `body`, and whom it is for.
    ///
    /// Commands for a customer take their customer from the field `customer`, or from the context
    /// where a route has named it.
    ///
    /// - Throws: every fault of the body; for an unknown name a fault of the field `do`.
    public static func read(
        name: String, body: JSON, context: CommandContext
    ) throws(InvalidBody) -> (addressee: Addressee, command: Command) {
        guard let known = CommandName(rawValue: name) else {
            throw InvalidBody(errors: [
                FieldError(
                    pointer: "/do", code: .notAllowed, detail: "There is no command of this name.")
            ])
        }
        return try read(known, body: body, context: context)
    }

    /// The same for a name that is known already.
    public static func read(
        _ name: CommandName, body: JSON, context: CommandContext
    ) throws(InvalidBody) -> (addressee: Addressee, command: Command) {
        let result = try JSONObjectReader.read(body) { reader in
            let addressee: Addressee =
                name.isForHouse ? .house : .customer(reader.id("customer", context))
            return (addressee: addressee, command: reader.command(name, addressee, context))
        }
        guard let command = result.command else {
            preconditionFailure("a body without faults gives a command")
        }
        return (result.addressee, command)
    }
}

extension JSONObjectReader {
    /// `nil` only after a fault was noted.
    fileprivate mutating func command(
        _ name: CommandName, _ addressee: Addressee, _ context: CommandContext
    ) -> Command? {
        switch name {
        case .openCustomer: openCustomer(addressee)
        case .linkMethod: linkMethod(context)
        case .checkBalance:
            .checkBalance(
                Command.CheckBalance(
                    method: id("method", context), amount: centsOrZero("amount_minor")))
        case .startDeposit:
            .startDeposit(
                Command.StartDeposit(
                    method: id("method", context), amount: cents("amount_minor"),
                    credit: optionalCents("credit_minor", from: 0)))
        case .purchase: purchase(context)
        case .cancelDeposit: .cancelDeposit(id("deposit", context))
        case .trade: trade(context)
        case .openOrder: openOrder(context)
        case .closeOrder: .closeOrder(id("order", context))
        case .requestWithdrawal: requestWithdrawal(context)
        case .withdrawalSent: .withdrawalSent(id("withdrawal", context))
        case .cancelWithdrawal: .cancelWithdrawal(id("withdrawal", context))
        case .receiveAsset: receiveAsset(context)
        case .receiveFunds: .receiveFunds(funds())
        case .refundOverpayment:
            .refundOverpayment(
                Command.RefundOverpayment(
                    amount: cents("amount_minor"), source: string("source", max: 140)))
        case .startSettlement: startSettlement(context)
        case .cancelSettlement: .cancelSettlement(id("settlement", context))
        case .submitDocument:
            .submitDocument(
                Command.SubmitDocument(
                    document: id("document", context), settlement: id("settlement", context),
                    type: enumeration("type", as: DocumentType.self),
                    mediaType: string("media_type", max: 100),
                    bytes: Int(
                        integer(
                            "bytes", in: 1...Int64(context.policy.verification.documentBytesMax)))))
        case .setLiquidationOrder: .setLiquidationOrder(assets("assets", context))
        case .recordSecurityChange:
            .recordSecurityChange(enumeration("kind", as: SecurityLock.Kind.self))
        case .askForHelp:
            .askForHelp(
                Command.AskForHelp(
                    kind: enumeration("kind", as: Command.AskForHelp.Kind.self),
                    words: string("words", max: 2_000, lines: .many)))
        case .startValidation: startValidation(context)
        case .confirmValidation:
            .confirmValidation(
                Command.ConfirmValidation(
                    method: id("method", context), amounts: microAmounts("amounts_minor")))
        case .submitMicroEntries: submitMicroEntries(context)
        case .submitEntry: entry(of: payment("payment", context)).map(Command.submitEntry)
        case .settleEntry:
            .settleEntry(
                Command.SettleEntry(payment: payment("payment", context), day: day("day")))
        case .receiveReturn: receiveReturn(context)
        case .settleReturn:
            .settleReturn(
                Command.SettleReturn(payment: payment("payment", context), fee: fee("fee_minor")))
        case .correctMethod: correctMethod(context)
        case .receiveClaim:
            .receiveClaim(
                Command.ReceiveClaim(
                    deposit: id("deposit", context), amount: cents("amount_minor")))
        case .chargeOpened:
            .chargeOpened(
                Command.ChargeOpened(
                    settlement: id("settlement", context), actionURL: webAddress("action_url")))
        case .chargeSucceeded:
            .chargeSucceeded(
                Command.ChargeSucceeded(
                    settlement: id("settlement", context), amount: cents("amount_minor"),
                    fee: fee("fee_minor")))
        case .chargeFailed:
            .chargeFailed(
                Command.ChargeFailed(settlement: id("settlement", context), reason: reason()))
        case .chargeDisputed:
            .chargeDisputed(
                Command.ChargeDisputed(
                    settlement: id("settlement", context), disputeFee: fee("dispute_fee_minor")))
        case .chargeRefunded:
            .chargeRefunded(
                Command.ChargeRefunded(
                    settlement: id("settlement", context), refund: string("refund", max: 100),
                    amount: cents("amount_minor")))
        case .refundRefused:
            .refundRefused(
                Command.RefundRefused(settlement: id("settlement", context), reason: reason()))
        case .fill: fill(context)
        case .finishSale: .finishSale(id("sale", context))
        case .noticeDelivered: .noticeDelivered(id("notice", context))
        case .noticeUndeliverable: .noticeUndeliverable(id("notice", context))
        case .reviewDocument: reviewDocument(context)
        case .waive:
            .waive(
                Command.Waive(
                    obligation: id("obligation", context), amount: optionalCents("amount_minor"),
                    reason: reason()))
        case .provide: .provide(id("obligation", context))
        case .chargeOff:
            .chargeOff(Command.ChargeOff(obligation: id("obligation", context), reason: reason()))
        case .extendDeadline:
            .extendDeadline(
                Command.ExtendDeadline(
                    obligation: optionalID("obligation", context), until: instant("until"),
                    reason: reason()))
        case .setFlag:
            .setFlag(
                Command.SetFlag(
                    kind: enumeration("kind", as: StopFlag.Kind.self), reason: reason(),
                    expiresAt: optionalInstant("expires_at")))
        case .removeFlag:
            .removeFlag(Command.RemoveFlag(flag: id("flag", context), reason: reason()))
        case .resumeLiquidation: .resumeLiquidation(reason: reason())
        case .restoreSale:
            .restoreSale(
                Command.RestoreSale(
                    sale: id("sale", context), cost: cents("cost_minor"),
                    owedAgain: optionalCents("owed_again_minor", from: 0), reason: reason()))
        case .decideClaim:
            .decideClaim(
                Command.DecideClaim(
                    claim: id("claim", context),
                    accept: enumeration("decision", as: Verdict.self) == .accept))
        case .requestReturn:
            .requestReturn(
                Command.RequestReturn(payment: sentPayment(context), reason: reason()))
        case .answerReturnRequest:
            .answerReturnRequest(
                Command.AnswerReturnRequest(
                    payment: sentPayment(context),
                    agreed: enumeration("answer", as: RequestAnswer.self) == .agreed))
        case .fundCounterparty:
            amount(context).map { .fundCounterparty(asset: $0.asset, amount: $0.amount) }
        case .parkReturn: parkReturn()
        case .matchReturn: .matchReturn(matchReturn(context))
        case .dishonorReturn:
            .dishonorReturn(
                Command.DishonorReturn(
                    item: id("item", context), code: bankCode("code"),
                    information: optionalString("information", max: 21)))
        case .submitDishonor: submitDishonor(context)
        case .settleParkedReturn: .settleParkedReturn(id("item", context))
        case .settleDishonor: .settleDishonor(id("item", context))
        case .contestDishonor:
            .contestDishonor(
                Command.ContestDishonor(item: id("item", context), code: bankCode("code")))
        case .pauseLiquidation:
            .pauseLiquidation(
                Command.PauseLiquidation(
                    asset: optionalAsset("asset", context)?.code, paused: boolean("paused"),
                    reason: reason()))
        case .receiveUnidentifiedFunds: .receiveUnidentifiedFunds(funds())
        case .assignFunds: .assignFunds(assignFunds(context))
        case .closeSuspense:
            .closeSuspense(Command.CloseSuspense(item: id("item", context), reason: reason()))
        case .receivePayout: receivePayout()
        case .propose: propose(context)
        case .approve: .approve(id("proposal", context))
        case .decline: .decline(id("proposal", context))
        }
    }
}

// MARK: - The host and the customer

extension JSONObjectReader {
    private mutating func openCustomer(_ addressee: Addressee) -> Command? {
        let reference = string("reference", max: 100)
        let name = string("name", max: 200)
        let email = parsed(
            "email", max: 254, expected: "an e-mail address", placeholder: ""
        ) { Self.isEmailAddress($0) ? $0 : nil }
        let language =
            optionalParsed(
                "language", max: Customer.Language.lengthMax,
                expected: "the tag of a language, as in es or fr-CA"
            ) { Customer.Language(rawValue: $0) } ?? .english
        let timeZone =
            optionalParsed(
                "time_zone", max: 64, expected: "the IANA name of a time zone"
            ) { TimeZone(identifier: $0) == nil ? nil : $0 } ?? "America/New_York"
        guard case .customer(let id) = addressee else { return nil }
        return .openCustomer(
            Command.OpenCustomer(
                id: id, reference: reference, name: name, email: email, language: language,
                timeZone: timeZone))
    }

    /// Only what mail could never reach is refused; whether it reaches anyone, mail will say.
    private static func isEmailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && !text.contains { $0.isWhitespace || "<>(),;:\"\\".contains($0) }
    }

    /// On what is linked it depends which fields belong here.
    private enum MethodType: String, CaseIterable {
        case bankAccount = "bank_account"
        case card
    }

    private static let accountFields = ["routing_number", "account_number", "account_type"]

    private mutating func linkMethod(_ context: CommandContext) -> Command? {
        let type = optionalEnumeration("type", as: MethodType.self)
        let label = string("label", max: 100)
        let verified = optionalBoolean("verified") ?? false
        switch type {
        case .bankAccount:
            let account = bankAccount(context)
            let balance = optionalCents("balance_minor", from: 0).map {
                PaymentMethod.BalanceCheck(amount: $0, asOf: context.now)
            }
            guard let account else { return nil }
            return .linkMethod(
                Command.LinkMethod(
                    kind: .bankAccount(account.sealed), label: label, lastFour: account.lastFour,
                    verified: verified, balance: balance))
        case .card:
            let token = string("token", max: 200)
            let lastFour = lastFour("last_four")
            return .linkMethod(
                Command.LinkMethod(
                    kind: .card(token: token), label: label, lastFour: lastFour,
                    verified: verified, balance: nil))
        case nil:
            if optionalValue("type") == nil { reject("type", .missing, "This field is required.") }
            // Which of these belong here is not known, so none is called missing or unknown.
            for field in Self.accountFields + ["balance_minor", "token", "last_four"] {
                _ = optionalValue(field)
            }
            return nil
        }
    }

    private typealias NewAccount = (sealed: PaymentMethod.BankAccount, lastFour: String)

    /// The number is sealed here, so that no command ever carries it.
    private mutating func bankAccount(_ context: CommandContext) -> NewAccount? {
        let routing = routingNumber("routing_number")
        let number = accountNumber("account_number")
        let type = enumeration("account_type", as: PaymentMethod.AccountType.self)
        guard let routing, !number.isEmpty else { return nil }
        let sealed = context.seal(routing, number)
        return (
            PaymentMethod.BankAccount(
                routingNumber: routing.text, sealedNumber: sealed.number,
                fingerprint: sealed.fingerprint, type: type),
            String(number.suffix(4))
        )
    }

    private mutating func purchase(_ context: CommandContext) -> Command? {
        let method: PaymentMethodID = id("method", context)
        let asset = asset("asset", context)
        let quantity = quantity("quantity", of: asset)
        let amount = cents("amount_minor")
        let fee = fee("fee_minor")
        refuse("fee_minor", fee, above: amount, of: "amount_minor")
        guard let asset else { return nil }
        return .purchase(
            Command.Purchase(
                method: method, asset: asset.code, quantity: quantity, amount: amount, fee: fee))
    }

    private mutating func trade(_ context: CommandContext) -> Command? {
        let side = enumeration("side", as: TradeSide.self)
        let asset = asset("asset", context)
        let quantity = quantity("quantity", of: asset)
        let cash = cents("cash_minor")
        let fee = fee("fee_minor")
        refuse("fee_minor", fee, above: cash, of: "cash_minor")
        let order: OrderID? = optionalID("order", context)
        guard let asset else { return nil }
        return .trade(
            Command.Trade(
                side: side, asset: asset.code, quantity: quantity, cash: cash, fee: fee,
                order: order))
    }

    private mutating func refuse(
        _ field: String, _ fee: Cents, above amount: Cents, of amountField: String
    ) {
        // An amount at fault has a placeholder, which no fee can be held against.
        guard optionalValue(amountField)?.integerValue == amount.count else { return }
        if fee > amount { reject(field, .outOfRange, "A fee cannot be above the amount.") }
    }

    /// A buy reserves dollars, a sale reserves the asset; the field of the other is unknown.
    private mutating func openOrder(_ context: CommandContext) -> Command? {
        let reference = string("reference", max: 100)
        let side = enumeration("side", as: TradeSide.self)
        let asset = asset("asset", context)
        let cash: Cents
        let reserved: Quantity
        switch side {
        case .buy:
            cash = cents("cash_minor")
            reserved = .zero
        case .sell:
            cash = .zero
            reserved = quantity("quantity", of: asset)
        }
        guard let asset else { return nil }
        return .openOrder(
            Command.OpenOrder(
                reference: reference, side: side, asset: asset.code, cash: cash,
                quantity: reserved))
    }

    private mutating func requestWithdrawal(_ context: CommandContext) -> Command? {
        let amount = amount(context)
        let destination = string("destination", max: 140)
        guard let amount else { return nil }
        return .requestWithdrawal(
            Command.RequestWithdrawal(
                asset: amount.asset, amount: amount.amount, destination: destination))
    }

    /// `amount_minor` of dollars, or `quantity` of another asset.
    private mutating func amount(
        _ context: CommandContext
    ) -> (asset: AssetCode, amount: Int64)? {
        guard let asset = asset("asset", context, orDollars: true) else {
            // Which of the two belongs here is not known, so neither is called unknown.
            _ = optionalValue("amount_minor")
            _ = optionalValue("quantity")
            return nil
        }
        guard asset.code == .usd else {
            return (asset.code, quantity("quantity", of: asset).count)
        }
        return (.usd, cents("amount_minor").count)
    }

    private mutating func receiveAsset(_ context: CommandContext) -> Command? {
        let asset = asset("asset", context)
        let quantity = quantity("quantity", of: asset)
        let settlement: SettlementID? = optionalID("settlement", context)
        guard let asset else { return nil }
        return .receiveAsset(
            Command.ReceiveAsset(asset: asset.code, quantity: quantity, settlement: settlement))
    }

    private mutating func funds() -> Command.ReceiveFunds {
        Command.ReceiveFunds(
            rail: enumeration("rail", as: FundsRail.self), amount: cents("amount_minor"),
            source: string("source", max: 140), reference: optionalString("reference", max: 140))
    }

    private mutating func startSettlement(_ context: CommandContext) -> Command? {
        let kind = enumeration("kind", as: SettlementKindName.self)
        let method: PaymentMethodID?
        let asset: Asset?
        switch kind {
        case .ach:
            method = id("method", context)
            asset = nil
        case .card:
            method = optionalID("method", context)
            asset = nil
        case .sellAsset, .sendAsset:
            method = nil
            asset = self.asset("asset", context)
        case .wire, .instant, .representment:
            method = nil
            asset = nil
        case .deposit:
            method = nil
            asset = nil
            reject(
                "kind", .notAllowed,
                "A deposit settles by itself when it arrives; it cannot be started as a settlement."
            )
        }
        return .startSettlement(
            Command.StartSettlement(
                kind: kind, method: method, asset: asset?.code,
                amount: optionalCents("amount_minor"),
                obligations: ids("obligations", max: 100, context),
                owedShown: optionalCents("owed_shown_minor")))
    }
}

// MARK: - The bank, the processor and the venue

extension JSONObjectReader {
    private mutating func receiveReturn(_ context: CommandContext) -> Command? {
        let payment = payment("payment", context)
        let code = bankCode("code")
        let amount = cents("amount_minor")
        let day = optionalDay("day")
        guard let trace = trace("trace") else { return nil }
        return .receiveReturn(
            ReturnedEntry(
                payment: payment, code: code, amount: amount, trace: trace, settlesOn: day))
    }

    private mutating func submitDishonor(_ context: CommandContext) -> Command? {
        let item: SuspenseID = id("item", context)
        return entry(of: .dishonor(item)).map { .submitDishonor(item, $0) }
    }

    /// The amounts are the context's, where it makes them: then no body may name any.
    private mutating func startValidation(_ context: CommandContext) -> Command? {
        let method: PaymentMethodID = id("method", context)
        guard let make = context.microAmounts else {
            let amounts = microAmounts("amounts_minor")
            guard amounts.count == 2 else { return nil }
            return .startValidation(
                Command.StartValidation(method: method, first: amounts[0], second: amounts[1]))
        }
        let (first, second) = make()
        return .startValidation(
            Command.StartValidation(method: method, first: first, second: second))
    }

    /// Two amounts in whole cents.
    private mutating func microAmounts(_ field: String) -> [Cents] {
        let elements = optionalArray(field, max: 2) ?? []
        let amounts = elements.compactMap(\.integerValue).filter {
            (1...Validation.amountMax.count).contains($0)
        }
        if amounts.count != 2 || elements.count != 2 {
            reject(
                field, optionalValue(field) == nil ? .missing : .outOfRange,
                "Two amounts are needed, each 1 through \(Validation.amountMax.count) cents.")
        }
        return amounts.map { Cents($0) }
    }

    /// The three entries by name, each with its trace number.
    private mutating func submitMicroEntries(_ context: CommandContext) -> Command? {
        let file = string("file", max: 100)
        let entries = objects("entries", max: 3) { reader -> Command.SubmitEntry? in
            let payment = reader.payment("payment", context)
            return reader.trace("trace").map {
                Command.SubmitEntry(payment: payment, trace: $0, file: file)
            }
        }.compactMap(\.self)
        return .submitMicroEntries(entries)
    }

    private mutating func entry(of payment: PaymentReference) -> Command.SubmitEntry? {
        let trace = trace("trace")
        let file = string("file", max: 100)
        return trace.map { Command.SubmitEntry(payment: payment, trace: $0, file: file) }
    }

    /// A notification of change. Without any field of an account a person must look.
    private mutating func correctMethod(_ context: CommandContext) -> Command? {
        let method: PaymentMethodID = id("method", context)
        let code = bankCode("code", letters: "CR")
        var account: NewAccount?
        for field in Self.accountFields where optionalValue(field) != nil {
            account = bankAccount(context)
            break
        }
        return .correctMethod(
            Command.CorrectMethod(
                method: method, code: code, bankAccount: account?.sealed,
                lastFour: account?.lastFour))
    }

    private mutating func parkReturn() -> Command? {
        let code = bankCode("code")
        let amount = cents("amount_minor")
        let trace = trace("trace")
        let original = self.trace("original_trace")
        let why = enumeration("why", as: SuspenseItem.Why.self)
        let day = optionalDay("day")
        let side =
            optionalValue("side") == nil ? nil : enumeration("side", as: SuspenseItem.Side.self)
        if why == .unidentifiedFunds {
            reject("why", .notAllowed, "That is for money that arrived, not for a return.")
        }
        guard let trace, let original else { return nil }
        return .parkReturn(
            Command.ParkReturn(
                code: code, amount: amount, trace: trace, originalTrace: original, why: why,
                settlesOn: day, side: side))
    }

    private mutating func receivePayout() -> Command? {
        let gross = cents("gross_minor")
        let cost = fee("cost_minor")
        refuse("cost_minor", cost, above: gross, of: "gross_minor")
        return .receivePayout(Command.ReceivePayout(gross: gross, cost: cost))
    }

    /// Where a browser is sent; plain HTTP only to this machine, as the sandbox does.
    private mutating func webAddress(_ field: String) -> String {
        parsed(
            field, max: 2_000, expected: "an address that starts with https://", placeholder: ""
        ) { text in
            ["https://", "http://127.0.0.1:", "http://localhost:"].contains { text.hasPrefix($0) }
                ? text : nil
        }
    }

    /// A fill names its asset, because only the asset says how many decimals a quantity has.
    private mutating func fill(_ context: CommandContext) -> Command? {
        let sale: SaleID = id("sale", context)
        let asset = asset("asset", context)
        if let asset, let sold = context.assetOfSale(sale), sold != asset.code {
            reject("asset", .conflict, "The sale is of another asset.")
        }
        let trade = string("trade", max: 100)
        let quantity = quantity("quantity", of: asset)
        guard let price = price("price") else { return nil }
        return .fill(Command.Fill(sale: sale, trade: trade, quantity: quantity, price: price))
    }
}

// MARK: - Operators

extension JSONObjectReader {
    fileprivate enum Verdict: String, CaseIterable {
        case accept
        case refuse
    }

    /// What a bank says to a request before it acts.
    fileprivate enum RequestAnswer: String, CaseIterable {
        case agreed
        case declined
    }

    /// The deposit or settlement of the path, or what `payment` names.
    fileprivate mutating func sentPayment(_ context: CommandContext) -> PaymentReference {
        if context.given["deposit"] != nil { return .deposit(id("deposit", context)) }
        if context.given["settlement"] != nil { return .settlement(id("settlement", context)) }
        return payment("payment", context)
    }

    private mutating func reviewDocument(_ context: CommandContext) -> Command? {
        let document: DocumentID = id("document", context)
        switch enumeration("decision", as: Verdict.self) {
        case .accept:
            return .reviewDocument(Command.ReviewDocument(document: document, refusal: nil))
        case .refuse:
            return .reviewDocument(Command.ReviewDocument(document: document, refusal: reason()))
        }
    }

    private mutating func matchReturn(_ context: CommandContext) -> Command.MatchReturn {
        Command.MatchReturn(
            item: id("item", context), customer: id("customer", context),
            payment: payment("payment", context), code: optionalString("code", max: 3),
            amount: optionalCents("amount_minor"),
            side: optionalEnumeration("side", as: SuspenseItem.Side.self))
    }

    private mutating func assignFunds(_ context: CommandContext) -> Command.AssignFunds {
        Command.AssignFunds(item: id("item", context), customer: id("customer", context))
    }

    /// What may be proposed, by the names of the commands that follow when a second person agrees.
    private enum Proposable: String, CaseIterable {
        case waive
        case chargeOff = "charge_off"
        case restoreSale = "restore_sale"
        case matchReturn = "match_return"
        case assignFunds = "assign_funds"
        case resumeLiquidation = "resume_liquidation"
        case closeSuspense = "close_suspense"
    }

    /// `reason` is why it is proposed; the action's own reason is the same words.
    private mutating func propose(_ context: CommandContext) -> Command? {
        let why = reason()
        let proposed = object("action") { reader in reader.action(context, reason: why) }
        return .propose(
            Command.Propose(addressee: proposed.addressee, action: proposed.action, reason: why))
    }

    private mutating func action(
        _ context: CommandContext, reason: String
    ) -> (addressee: Addressee, action: Proposal.Action) {
        switch enumeration("do", as: Proposable.self) {
        case .waive:
            return (
                .customer(id("customer", context)),
                .waive(
                    Command.Waive(
                        obligation: id("obligation", context),
                        amount: optionalCents("amount_minor"), reason: reason))
            )
        case .chargeOff:
            return (
                .customer(id("customer", context)),
                .chargeOff(
                    Command.ChargeOff(obligation: id("obligation", context), reason: reason))
            )
        case .restoreSale:
            return (
                .customer(id("customer", context)),
                .restoreSale(
                    Command.RestoreSale(
                        sale: id("sale", context), cost: cents("cost_minor"),
                        owedAgain: optionalCents("owed_again_minor", from: 0), reason: reason))
            )
        case .matchReturn: return (.house, .matchReturn(matchReturn(context)))
        case .assignFunds: return (.house, .assignFunds(assignFunds(context)))
        case .closeSuspense:
            return (
                .house,
                .closeSuspense(
                    Command.CloseSuspense(item: id("item", context), reason: reason))
            )
        case .resumeLiquidation:
            return (
                .house,
                .resumeLiquidation(
                    Command.PauseLiquidation(
                        asset: optionalAsset("asset", context)?.code, paused: false,
                        reason: reason))
            )
        }
    }
}
