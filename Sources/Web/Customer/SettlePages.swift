import HTML

/// One returned deposit with something owed for it.
public struct ObligationRow: Sendable, Equatable {
    /// The deposit's id.
    public var depositID: String
    /// When the deposit was started.
    public var startedAt: Int64
    /// Where it came from.
    public var from: BankLabel
    /// Cents owed.
    public var cents: Int64
    /// Whether the deposit paid for a purchase.
    public var isPurchase: Bool = false
    /// The values the reader sees, each described at its property.
    public init(
        depositID: String, startedAt: Int64, from: BankLabel, cents: Int64,
        isPurchase: Bool = false
    ) {
        self.depositID = depositID
        self.startedAt = startedAt
        self.from = from
        self.cents = cents
        self.isPurchase = isPurchase
    }
}

/// A way to settle.
public struct SettleMethod: Sendable, Equatable {
    /// What it is.
    public enum Kind: Sendable, Equatable {
        /// Cash already in the account.
        case cash
        /// A new debit of a linked bank account.
        case bankAccount(BankLabel)
        /// A linked account that is the one the deposit came back from.
        case sameBankAccount(BankLabel)
        /// Another account, to be linked first.
        case linkBankAccount
        /// A card, by its network and last four digits.
        case card(network: String, lastFour: String)
        /// An instant payment sent by the customer's bank (RTP or FedNow).
        case instantPayment
        /// A wire, sent by the customer with our reference.
        case wire
        /// Selling exactly enough of an asset held. The value is cents at the quoted price.
        case sellAsset(AssetAmount, valueCents: Int64)
        /// The sale of this much of an asset held, once it was ordered.
        case saleOf(AssetAmount)
        /// Sending an asset in from outside, at a quoted price.
        case sendAsset(symbol: String)
    }

    /// How long it takes until nothing is owed.
    public enum Speed: String, Sendable, CaseIterable {
        /// At once.
        case instant
        /// Within minutes.
        case minutes
        /// The same business day.
        case sameDay
        /// 2 to 7 business days.
        case days
    }

    /// Why it cannot be chosen.
    public enum Refusal: Sendable, Equatable {
        /// The bank account is closed.
        case accountClosed
        /// The bank could not find the account.
        case accountNotFound
        /// Deposits from it were not authorized.
        case notAuthorized
        /// Cards of this kind are not taken for what is owed.
        case cardKind
        /// The amount is above its limit, in cents.
        case aboveLimit(Int64)
        /// There is not enough of it.
        case notEnough
        /// No fresh price.
        case noPrice
        /// A part was covered or paid, and the bank's rules let a debit be sent again only whole.
        case partCovered
        /// It was sent again as often, or for as long, as the bank's rules allow.
        case triedTooOften
        /// Switched off for now.
        case notOffered
    }

    /// The method's id, sent back by the form.
    public var id: String
    /// What it is.
    public var kind: Kind
    /// How long it takes.
    public var speed: Speed
    /// Our fee in cents.
    public var feeCents: Int64
    /// True when documents may be asked for.
    public var mayNeedDocuments: Bool = false
    /// Why it cannot be chosen, if so.
    public var refusal: Refusal? = nil
    /// The values the reader sees, each described at its property.
    public init(
        id: String, kind: Kind, speed: Speed, feeCents: Int64, mayNeedDocuments: Bool = false,
        refusal: Refusal? = nil
    ) {
        self.id = id
        self.kind = kind
        self.speed = speed
        self.feeCents = feeCents
        self.mayNeedDocuments = mayNeedDocuments
        self.refusal = refusal
    }
}

/// Settling, first step: what is owed and every way to pay it.
public struct SettlePage: Page, Equatable {
    /// What is owed, the oldest return first.
    public var obligations: [ObligationRow]
    /// Where the matter stands.
    public var situation: OwedSummary.Situation
    /// Every way to pay, those that are possible first.
    public var methods: [SettleMethod]
    /// The method chosen so far.
    public var chosen: String?
    /// True when less than everything may be paid.
    public var allowsPartial: Bool
    /// The amount as typed so far, dollars and cents.
    public var amount: String
    /// What was owed when the reader's last page was made, if that has changed since.
    public var changedFromCents: Int64? = nil
    /// True when the customer's last payment failed; the reason is on its page.
    public var hasFailedPayment: Bool = false
    /// The key of this one settlement.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        obligations: [ObligationRow], situation: OwedSummary.Situation, methods: [SettleMethod],
        chosen: String?, allowsPartial: Bool, amount: String, changedFromCents: Int64? = nil,
        hasFailedPayment: Bool = false, idempotencyKey: String, problems: [FieldProblem] = []
    ) {
        self.obligations = obligations
        self.situation = situation
        self.methods = methods
        self.chosen = chosen
        self.allowsPartial = allowsPartial
        self.amount = amount
        self.changedFromCents = changedFromCents
        self.hasFailedPayment = hasFailedPayment
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    private var total: Int64 { obligations.reduce(0) { $0 + $1.cents } }

    /// 409 when the amount changed, 422 when the form had problems.
    public var status: Int {
        changedFromCents != nil ? 409 : problems.isEmpty ? 200 : 422
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.settleBalance, place: .customer(nil), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.home, say.section(.home))
            scene.heading(say.settleBalance)
            if obligations.isEmpty {
                section(.class("card"), .aria(.label, say.settleBalance)) {
                    p { say.nothingOwed }
                    scene.linkButton(Paths.home, say.section(.home), "button second")
                }
            } else {
                content(in: scene)
            }
        }
    }

    @MarkupBuilder
    private func content(in scene: Scene) -> Markup {
        let say = scene.say
        if let changedFromCents {
            div(.class("note"), .data(.tone, "attention"), .role("alert")) {
                p { strong { say.amountChangedTitle } }
                p { say.amountChanged(scene.dollars(changedFromCents), scene.dollars(total)) }
            }
        }
        if hasFailedPayment {
            div(.class("note"), .data(.tone, "attention"), .role("alert")) {
                p { say.paymentCameBack }
            }
        }
        scene.card(say.youOwe(scene.dollars(total)), id: "owed-title") {
            ul(.class("ledger")) {
                for row in obligations {
                    li {
                        div {
                            a(.href(Paths.deposit(row.depositID))) {
                                say.depositOf(scene.time.date(row.startedAt), row.isPurchase)
                            }
                            small(.class("soft")) { say.bank(row.from) }
                        }
                        scene.number(row.cents)
                    }
                }
            }
            situationNote(in: scene)
        }
        section(.class("card"), .aria(.label, say.chooseMethod)) {
            scene.post(Paths.settle, key: idempotencyKey) {
                hiddenField(.amountSeen, String(total))
                scene.choices(
                    .method, say.chooseMethod, methods.map { $0.choice(in: scene) },
                    selected: chosen, problems)
                if allowsPartial {
                    scene.amountField(
                        say.howMuch, value: amount, hint: say.partialHint(scene.dollars(total)),
                        problems)
                } else {
                    hiddenField(.amount, MoneyText.field(total))
                }
                div(.class("actions wide")) {
                    scene.submit(say.continueButton)
                    scene.linkButton(Paths.help(.moreTime), say.getHelp, "button second")
                }
            }
        }
    }

    private func situationNote(in scene: Scene) -> Markup {
        let owed = OwedSummary(
            cents: total, depositCount: obligations.count, depositID: nil, situation: situation)
        let words = OwedWords(owed, in: scene)
        return group {
            scene.note(words.tone) { words.nextLine }
            p { a(.href(Paths.saleNotice)) { scene.say.seeSaleNotice } }
        }
    }
}

extension SettleMethod {
    func choice(in scene: Scene) -> Choice {
        let say = scene.say
        var lines = [say.speed(speed)]
        if let hint = say.methodHint(kind) { lines.append(hint) }
        if mayNeedDocuments { lines.append(say.mayNeedDocuments) }
        return Choice(
            value: id, title: title(in: scene), lines: refusal == nil ? lines : [],
            end: refusal == nil
                ? (feeCents == 0 ? say.noFee : say.fee(scene.dollars(feeCents))) : nil,
            refusal: refusal.map { say.methodRefusal($0, scene) }, icon: icon)
    }

    func title(in scene: Scene) -> String {
        let say = scene.say
        switch kind {
        case .cash: return say.methodCash
        case .bankAccount(let label), .sameBankAccount(let label): return say.bank(label)
        case .linkBankAccount: return say.methodAnotherBank
        case .card(let network, let lastFour): return say.methodCard(network, lastFour)
        case .instantPayment: return say.methodInstant
        case .wire: return say.methodWire
        case .sellAsset(let amount, let value):
            return say.methodSell(amount.symbol, scene.dollars(value))
        case .saleOf(let amount): return say.methodSale(amount.text(in: scene.language))
        case .sendAsset(let symbol): return say.methodSend(symbol)
        }
    }

    private var icon: Icon {
        switch kind {
        case .cash: .coin
        case .bankAccount, .sameBankAccount, .linkBankAccount, .wire: .bank
        case .card: .card
        case .instantPayment: .bolt
        case .sellAsset, .saleOf: .trade
        case .sendAsset: .upload
        }
    }
}

/// Documents for a payment method: what is asked, what has arrived, what is still missing.
public struct DocumentsPage: Page, Equatable {
    /// What a document shows.
    public enum Kind: String, Sendable, CaseIterable {
        /// A passport, driver's license or other photo ID.
        case photoID
        /// A bank statement or letter that shows the name and the account.
        case bankProof
        /// A screenshot or statement of a posted charge.
        case chargeProof
        /// A photo of the customer.
        case selfie
    }

    /// Where a document stands.
    public enum TaskStatus: Sendable, Equatable {
        /// Nothing has arrived.
        case notStarted
        /// It arrived and will be looked at.
        case uploaded
        /// A person is looking at it.
        case inReview
        /// It is good.
        case accepted
        /// It is not, with the reason to tell.
        case needsAnother(RefusalReason)
    }

    /// Why a document was refused, as the customer is told.
    public enum RefusalReason: String, Sendable, CaseIterable {
        /// It cannot be read.
        case unreadable
        /// It has expired.
        case expired
        /// The name differs from the account's.
        case nameDiffers
        /// The account's last digits are not on it or differ.
        case accountDiffers
        /// A part is missing.
        case incomplete
        /// It is not the kind of document asked for.
        case wrongKind
    }

    /// One document that is asked for.
    public struct Task: Sendable, Equatable {
        /// What it shows.
        public var kind: Kind
        /// Where it stands.
        public var status: TaskStatus
        /// True when it may be left out.
        public var isOptional: Bool = false
        /// When one that serves here too was accepted for an earlier payment.
        public var acceptedAt: Int64?
        /// The values the reader sees, each described at its property.
        public init(
            kind: Kind, status: TaskStatus, isOptional: Bool = false, acceptedAt: Int64? = nil
        ) {
            self.acceptedAt = acceptedAt
            self.kind = kind
            self.status = status
            self.isOptional = isOptional
        }
    }

    /// The settlement's id, as in the address.
    public var settlementID: String
    /// What is to be verified, ready to be shown, such as a bank's name and last digits.
    public var methodLabel: String
    /// What is asked for.
    public var tasks: [Task]
    /// The largest file in megabytes.
    public var megabytesMax: Int = 10
    /// Until when the deadline is paused, if it is.
    public var pausedUntil: Int64?
    /// The deadline, if it is not paused.
    public var dueBy: Int64? = nil
    /// When the review is expected to be done, if everything has arrived.
    public var reviewExpectedAt: Int64? = nil
    /// The key of this one upload.
    public var idempotencyKey: String
    /// What was wrong with the last upload, and of which document.
    public var problems: [FieldProblem] = []
    /// The document the problems are about.
    public var problemKind: Kind? = nil
    /// The values the reader sees, each described at its property.
    public init(
        settlementID: String, methodLabel: String, tasks: [Task], megabytesMax: Int = 10,
        pausedUntil: Int64?, dueBy: Int64? = nil, reviewExpectedAt: Int64? = nil,
        idempotencyKey: String, problems: [FieldProblem] = [], problemKind: Kind? = nil
    ) {
        self.settlementID = settlementID
        self.methodLabel = methodLabel
        self.tasks = tasks
        self.megabytesMax = megabytesMax
        self.pausedUntil = pausedUntil
        self.dueBy = dueBy
        self.reviewExpectedAt = reviewExpectedAt
        self.idempotencyKey = idempotencyKey
        self.problems = problems
        self.problemKind = problemKind
    }

    /// 422 when the last upload had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.documentsTitle, place: .customer(nil), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.heading(say.documentsTitle, say.documentsLead(methodLabel))
            if let pausedUntil {
                scene.note(.info) { p { say.pausedUntil(scene.deadline(pausedUntil)) } }
            } else if let dueBy {
                scene.note(.attention) { p { say.documentsBy(scene.deadline(dueBy)) } }
            }
            if let reviewExpectedAt {
                scene.note(.good) {
                    p { strong { say.allArrived } }
                    p { say.reviewBy(scene.time.deadline(reviewExpectedAt)) }
                }
            }
            for task in tasks { taskCard(task, in: scene) }
            scene.card(say.aboutDocuments, id: "about-title") {
                ul(.class("bullets")) {
                    li { say.whoSees }
                    li { say.kept }
                    li { say.fileKinds(megabytesMax) }
                }
                p { a(.href(Paths.help(.cannotProvide))) { say.cannotProvide } }
            }
        }
    }

    private func taskCard(_ task: Task, in scene: Scene) -> Markup {
        let say = scene.say
        let title =
            task.isOptional
            ? say.optional(say.document(task.kind)) : say.document(task.kind)
        let name = "task-\(task.kind.rawValue)"
        return section(.class("card"), .aria(.labelledby, name)) {
            div(.class("card-head")) {
                h2(.id(name)) { title }
                chip(task.status, in: scene)
            }
            if case .needsAnother(let reason) = task.status {
                scene.note(.attention) { p { say.documentRefusal(reason) } }
            }
            if let acceptedAt = task.acceptedAt {
                p(.class("soft")) { say.alreadyAccepted(scene.time.date(acceptedAt)) }
            }
            if task.status.wantsFile { upload(task, in: scene) }
        }
    }

    private func chip(_ status: TaskStatus, in scene: Scene) -> Markup {
        let text = scene.say.taskStatus(status)
        return switch status {
        case .notStarted: scene.chip(text, .quiet, .upload)
        case .uploaded, .inReview: scene.chip(text, .info, .clock)
        case .accepted: scene.chip(text, .good, .check)
        case .needsAnother: scene.chip(text, .attention, .warning)
        }
    }

    private func upload(_ task: Task, in scene: Scene) -> Markup {
        let say = scene.say
        let mine = problemKind == nil || problemKind == task.kind ? problems : []
        // Only the document with the problem carries the id the summary links to.
        let isLinked = !mine.isEmpty || (problemKind == nil && task == tasks.first)
        let id = isLinked ? "field-file" : "file-\(task.kind.rawValue)"
        let hint = "hint-\(task.kind.rawValue)"
        return scene.post(
            Paths.settleDocuments(settlementID), key: "\(idempotencyKey)-\(task.kind.rawValue)",
            multipart: true
        ) {
            hiddenField(.documentKind, task.kind.rawValue)
            // The script sends a file in parts and puts here what they are called.
            input(
                .type("hidden"), .name(Field.upload.rawValue), .value(""),
                .data(.enhance, "upload"), .data(.value, Paths.settleUploads(settlementID).text))
            div(.class("field")) {
                label(.for(id)) { say.chooseFile(say.document(task.kind)) }
                span(.class("hint"), .id(hint)) { say.documentHint(task.kind) }
                scene.problemLine(.file, mine)
                input(
                    .type("file"), .id(id), .name(Field.file.rawValue),
                    .accept(".pdf,.jpg,.jpeg,.png,.heic,application/pdf,image/jpeg,image/png"),
                    .aria(.describedby, mine.isEmpty ? hint : "\(hint) error-file"),
                    mine.isEmpty ? .absent : .aria(.invalid, "true"),
                    .data(.value, String(megabytesMax * 1_048_576)),
                    .data(.label, say.fileTooLarge(megabytesMax)))
            }
            // Where there is a camera in the hand: a finger is what points.
            div(.class("field camera")) {
                label(.for("photo-\(task.kind.rawValue)")) { say.takePhoto }
                input(
                    .type("file"), .id("photo-\(task.kind.rawValue)"), .name(Field.photo.rawValue),
                    .accept("image/*"), .capture("environment"),
                    .data(.value, String(megabytesMax * 1_048_576)),
                    .data(.label, say.fileTooLarge(megabytesMax)))
            }
            div(.class("sending"), .hidden, .data(.enhance, "sending")) {
                p(
                    .role("status"), .data(.value, say.uploadProgress),
                    .data(.label, say.uploadWaits)
                ) {}
                progress(.max("100"), .value("0"), .aria(.label, say.sendFile)) {}
                button(
                    .class("button second"), .type("button"), .data(.enhance, "stop-sending"),
                    .data(.label, say.uploadCancelled)
                ) { say.stopSending }
            }
            div(.class("actions wide")) {
                scene.submit(say.sendFile, "button second")
            }
        }
    }
}

extension DocumentsPage.TaskStatus {
    var wantsFile: Bool {
        switch self {
        case .notStarted, .needsAnother: true
        case .uploaded, .inReview, .accepted: false
        }
    }
}

/// Settling, last step: everything in one place before money moves.
public struct ReviewPage: Page, Equatable {
    /// What one deposit gets of the payment.
    public struct Share: Sendable, Equatable {
        /// The deposit's id.
        public var depositID: String
        /// When it was started.
        public var startedAt: Int64
        /// Cents of the payment that go to it.
        public var paysCents: Int64
        /// Cents still owed for it afterwards.
        public var remainingCents: Int64
        /// Whether the deposit paid for a purchase.
        public var isPurchase: Bool = false
        /// The values the reader sees, each described at its property.
        public init(
            depositID: String, startedAt: Int64, paysCents: Int64, remainingCents: Int64,
            isPurchase: Bool = false
        ) {
            self.isPurchase = isPurchase
            self.depositID = depositID
            self.startedAt = startedAt
            self.paysCents = paysCents
            self.remainingCents = remainingCents
        }
    }

    /// What the customer agrees to.
    public enum Authorization: Sendable, Equatable {
        /// A debit of a bank account on the given day.
        case bankDebit(on: Int64)
        /// A charge of a card, now.
        case cardCharge
        /// The sale of exactly enough of an asset, now; never below the price. The fee in cents
        /// is taken from what the sale brings.
        case sale(AssetAmount, atLeast: DollarPrice, feeCents: Int64 = 0)
        /// The use of cash in the account, now.
        case cash
    }

    /// The settlement's id, as in the address.
    public var settlementID: String
    /// Cents that settle.
    public var cents: Int64
    /// Our fee in cents, on top.
    public var feeCents: Int64
    /// The method.
    public var method: SettleMethod
    /// What the customer agrees to.
    public var authorization: Authorization
    /// When it should have arrived; nil for at once.
    public var arrivesAt: Int64?
    /// What each deposit gets, the oldest return first.
    public var shares: [Share]
    /// The key of this one payment.
    public var idempotencyKey: String
    /// What was wrong with the form.
    public var problems: [FieldProblem] = []
    /// The values the reader sees, each described at its property.
    public init(
        settlementID: String, cents: Int64, feeCents: Int64, method: SettleMethod,
        authorization: Authorization, arrivesAt: Int64?, shares: [Share], idempotencyKey: String,
        problems: [FieldProblem] = []
    ) {
        self.settlementID = settlementID
        self.cents = cents
        self.feeCents = feeCents
        self.method = method
        self.authorization = authorization
        self.arrivesAt = arrivesAt
        self.shares = shares
        self.idempotencyKey = idempotencyKey
        self.problems = problems
    }

    private var total: Int64 { cents + feeCents }
    private var remaining: Int64 { shares.reduce(0) { $0 + $1.remainingCents } }

    /// 422 when the form had problems.
    public var status: Int { problems.isEmpty ? 200 : 422 }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let layout = Layout(
            title: say.reviewTitle, place: .customer(nil), hasProblems: !problems.isEmpty)
        return layout.document(in: scene) {
            scene.problemSummary(problems)
            scene.back(Paths.settle, say.settleBalance)
            scene.heading(say.reviewTitle, say.reviewLead)
            section(.class("card"), .aria(.label, say.reviewTitle)) {
                scene.facts(rows(in: scene))
                scene.post(Paths.settlement(settlementID), key: idempotencyKey) {
                    hiddenField(.amountSeen, String(cents))
                    scene.checkBox(.authorize, authorizationText(in: scene), problems)
                    div(.class("actions wide")) {
                        scene.submit(buttonText(in: scene))
                        scene.linkButton(Paths.settle, say.notNow, "button second")
                    }
                }
            }
        }
    }

    private func rows(in scene: Scene) -> [Fact] {
        let say = scene.say
        let change = (path: Paths.settle, what: say.changeMethod)
        var rows = [
            Fact(say.youPay, scene.number(total)),
            Fact(say.payWith, method.title(in: scene), change: change),
            fee(in: scene),
            Fact(
                say.arrives,
                arrivesAt.map { scene.time.weekdayAndDate($0) } ?? say.speed(.instant)),
        ]
        for share in shares {
            rows.append(
                Fact(
                    say.depositOf(scene.time.date(share.startedAt), share.isPurchase),
                    scene.number(share.paysCents),
                    detail: share.remainingCents == 0
                        ? say.willBeSettled : say.stillOwed(scene.dollars(share.remainingCents))))
        }
        rows.append(
            Fact(say.owedAfterwards, scene.number(remaining)))
        return rows
    }

    private func fee(in scene: Scene) -> Fact {
        let say = scene.say
        if case .sale(_, _, let saleFee) = authorization, saleFee > 0 {
            return Fact(say.ourFee, scene.number(saleFee), detail: say.feeFromSale)
        }
        return Fact(
            say.ourFee, scene.number(feeCents),
            detail: feeCents == 0 ? say.bankFeeMayDiffer : say.feeIncluded)
    }

    private func authorizationText(in scene: Scene) -> String {
        let say = scene.say
        let (amount, title) = (scene.dollars(total), method.title(in: scene))
        return switch authorization {
        case .bankDebit(let day):
            say.authorizeDebit(scene.brand, amount, title, scene.time.date(day))
        case .cardCharge: say.authorizeCard(scene.brand, amount, title)
        case .sale(let quantity, let price, _):
            say.authorizeSale(
                scene.brand, quantity.text(in: scene.language), price.text(in: scene.language),
                quantity.symbol)
        case .cash: say.authorizeCash(scene.brand, amount)
        }
    }

    private func buttonText(in scene: Scene) -> String {
        switch authorization {
        case .bankDebit, .cardCharge, .cash: scene.say.payAmount(scene.dollars(total))
        case .sale(let quantity, _, _):
            scene.say.sellFor(quantity.text(in: scene.language), scene.dollars(total))
        }
    }
}

/// How to pay by wire or instant payment, which the customer's own bank sends.
public struct PaymentInstructionsPage: Page, Equatable {
    /// How the money is sent.
    public enum Rail: String, Sendable, CaseIterable {
        /// A wire.
        case wire
        /// An instant payment.
        case instant
    }

    /// The settlement's id.
    public var settlementID: String
    /// How the money is sent.
    public var rail: Rail
    /// Cents to send.
    public var cents: Int64
    /// To whom.
    public var beneficiary: String
    /// The beneficiary's bank.
    public var bank: String
    /// Nine digits.
    public var routingNumber: String
    /// The account to pay into; ours, so shown whole.
    public var accountNumber: String
    /// What the customer writes in the payment, by which it is recognised.
    public var reference: String
    /// Where the matter stands.
    public var situation: OwedSummary.Situation
    /// The values the reader sees, each described at its property.
    public init(
        settlementID: String, rail: Rail, cents: Int64, beneficiary: String, bank: String,
        routingNumber: String, accountNumber: String, reference: String,
        situation: OwedSummary.Situation
    ) {
        self.settlementID = settlementID
        self.rail = rail
        self.cents = cents
        self.beneficiary = beneficiary
        self.bank = bank
        self.routingNumber = routingNumber
        self.accountNumber = accountNumber
        self.reference = reference
        self.situation = situation
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let title = say.instructionsTitle(rail)
        return Layout(title: title, place: .customer(nil)).document(in: scene) {
            scene.back(Paths.settle, say.settleBalance)
            scene.heading(title, say.instructionsLead)
            section(.class("card"), .aria(.label, title)) {
                scene.facts([
                    Fact(say.amount, scene.number(cents)),
                    Fact(say.payTo, beneficiary),
                    Fact(say.bankTerm, bank),
                    Fact(say.routingNumber, code { routingNumber }),
                    Fact(say.accountNumber, code { accountNumber }),
                    Fact(
                        say.referenceTerm, span(.class("reference")) { reference },
                        detail: say.referenceNeeded),
                ])
                if case .due(let deadline) = situation {
                    scene.note(.attention) { p { say.settleBy(scene.deadline(deadline)) } }
                }
                p { say.instructionsNext }
                div(.class("actions wide")) {
                    scene.linkButton(Paths.settlement(settlementID), say.haveSent)
                    button(
                        .class("button second"), .type("button"), .hidden, .data(.enhance, "print")
                    ) { say.printPage }
                }
            }
        }
    }
}

/// A payment under way.
public struct ProcessingPage: Page, Equatable {
    /// How it goes.
    public enum State: Sendable, Equatable {
        /// As expected; done by the instant.
        case onItsWay(expectedAt: Int64)
        /// Later than expected at the instant; nothing is sold meanwhile.
        case late(expectedAt: Int64)
        /// The bank has not told us whether it took the payment.
        case unknown
        /// It waits for the customer's own bank to send it.
        case waitingForYou
        /// It came back.
        case failed(ReturnReason)
    }

    /// The settlement's id.
    public var settlementID: String
    /// The reference to quote.
    public var reference: String
    /// Cents.
    public var cents: Int64
    /// The method.
    public var method: SettleMethod
    /// When the customer confirmed.
    public var confirmedAt: Int64
    /// How it goes.
    public var state: State
    /// What has happened and what is expected.
    public var steps: [TimelineStep]
    /// True when the customer goes on at the processor's page.
    public var leadsOn: Bool = false
    /// The values the reader sees, each described at its property.
    public init(
        settlementID: String, reference: String, cents: Int64, method: SettleMethod,
        confirmedAt: Int64, state: State, steps: [TimelineStep]
    ) {
        self.settlementID = settlementID
        self.reference = reference
        self.cents = cents
        self.method = method
        self.confirmedAt = confirmedAt
        self.state = state
        self.steps = steps
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let words = words(in: scene)
        return Layout(title: words.title, place: .customer(nil)).document(in: scene) {
            section(
                .class("card"), .aria(.labelledby, "state-title"), .data(.enhance, "watch"),
                .data(.value, words.key)
            ) {
                div(.class("done")) {
                    span(.class("seal"), .data(.tone, words.tone.rawValue)) { words.icon.markup }
                    h1(.id("state-title")) { words.title }
                    p(.role("status")) { words.text }
                    if case .failed(let reason) = state { p { say.reason(reason.sentence) } }
                }
                scene.facts([
                    Fact(say.amount, scene.number(cents)),
                    Fact(say.payWith, method.title(in: scene)),
                    Fact(say.confirmed, scene.stamp(confirmedAt)),
                    Fact(say.referenceTerm, span(.class("reference")) { reference }),
                ])
                div(.class("actions wide")) {
                    if case .failed = state {
                        scene.linkButton(Paths.settle, say.chooseAnotherWay)
                        scene.linkButton(Paths.help(.moreTime), say.getHelp, "button second")
                    } else {
                        if state == .waitingForYou, leadsOn {
                            scene.linkButton(
                                Paths.continuePayment(settlementID), say.continueButton)
                        }
                        scene.linkButton(Paths.home, say.backToHome, "button second")
                    }
                }
            }
            scene.card(say.whatHappensNext, id: "steps-title") {
                ol(.class("timeline")) {
                    for step in steps {
                        li(.data(.tone, step.tone)) {
                            span(.class("dot")) { step.icon.markup }
                            div {
                                strong { say.step(step.kind, cents: step.cents.map(scene.dollars)) }
                                small {
                                    if let at = step.at {
                                        if step.state == .expected { say.expected + " " }
                                        scene.stamp(at)
                                    } else {
                                        say.notYet
                                    }
                                }
                            }
                        }
                    }
                }
                p(.class("soft")) { say.youCanClose }
            }
        }
    }

    private struct Words {
        let key: String, title: String, text: String
        let tone: Tone
        let icon: Icon
    }

    private func words(in scene: Scene) -> Words {
        let say = scene.say
        switch state {
        case .onItsWay(let expected):
            return Words(
                key: "onItsWay", title: say.onItsWayTitle,
                text: say.onItsWay(scene.time.deadline(expected)), tone: .info, icon: .clock)
        case .late(let expected):
            return Words(
                key: "late", title: say.lateTitle, text: say.late(scene.time.deadline(expected)),
                tone: .attention, icon: .clock)
        case .unknown:
            return Words(
                key: "unknown", title: say.unknownTitle, text: say.unknown, tone: .attention,
                icon: .help)
        case .waitingForYou:
            return Words(
                key: "waiting", title: say.waitingTitle, text: say.waiting, tone: .info,
                icon: .clock)
        case .failed:
            return Words(
                key: "failed", title: say.failedTitle, text: say.failed, tone: .attention,
                icon: .returned)
        }
    }
}

/// A payment booked: Settled, or a part of it.
public struct DonePage: Page, Equatable {
    /// The settlement's id.
    public var settlementID: String
    /// The reference to quote.
    public var reference: String
    /// Cents paid.
    public var cents: Int64
    /// Our fee in cents.
    public var feeCents: Int64
    /// The fee taken from what the sale of an asset brought, in cents.
    public var saleFeeCents: Int64
    /// The method.
    public var method: SettleMethod
    /// When the ledger booked it.
    public var settledAt: Int64
    /// The deposits it went to and what was owed for each afterwards.
    public var shares: [ReviewPage.Share]
    /// True when withdrawals and instant credit worked again.
    public var areLimitsLifted: Bool
    /// Cents owed in all afterwards; nil for a payment from before that was kept, of which the shares
    /// do not say what was left either.
    public var owedAfterwardsCents: Int64?
    /// Whether something is owed now, whatever was so then.
    public var isRestOwed: Bool
    /// Cents that went to what had been written off.
    public var recoveredCents: Int64 = 0
    /// Cents that nothing was owed for, and became cash.
    public var toCashCents: Int64 = 0
    /// What it paid: what nothing was owed for stayed the customer's own.
    private var paidCents: Int64 { cents - toCashCents }
    /// What came beyond what was owed and goes back.
    public var overpaid: Overpaid?

    /// What came beyond what was owed, and how far it has gone back.
    public struct Overpaid: Sendable, Equatable {
        /// Cents of it, without our fee.
        public var cents: Int64
        /// Cents of our fee that go back with it.
        public var feeCents: Int64
        /// Where it is.
        public var state: State
        /// The values the reader sees, each described at its property.
        public init(cents: Int64, feeCents: Int64, state: State) {
            self.cents = cents
            self.feeCents = feeCents
            self.state = state
        }

        /// Where it is.
        public enum State: Sendable, Equatable {
            /// A review of the account has to end first.
            case held
            /// On its way to where it came from.
            case onItsWay
            /// It went back then.
            case returned(at: Int64)
            /// It could not go back, and is cash.
            case kept
        }
    }

    /// The values the reader sees, each described at its property.
    public init(
        settlementID: String, reference: String, cents: Int64, feeCents: Int64,
        saleFeeCents: Int64 = 0, method: SettleMethod, settledAt: Int64, shares: [ReviewPage.Share],
        areLimitsLifted: Bool, owedAfterwardsCents: Int64?, isRestOwed: Bool? = nil,
        recoveredCents: Int64 = 0, toCashCents: Int64 = 0, overpaid: Overpaid? = nil
    ) {
        self.isRestOwed = isRestOwed ?? ((owedAfterwardsCents ?? 0) > 0)
        self.owedAfterwardsCents = owedAfterwardsCents
        self.recoveredCents = recoveredCents
        self.toCashCents = toCashCents
        self.overpaid = overpaid
        self.settlementID = settlementID
        self.reference = reference
        self.cents = cents
        self.feeCents = feeCents
        self.saleFeeCents = saleFeeCents
        self.method = method
        self.settledAt = settledAt
        self.shares = shares
        self.areLimitsLifted = areLimitsLifted
    }

    /// What it did, in a sentence; never more than is known of its day.
    func lead(in scene: Scene) -> String {
        guard let remaining = owedAfterwardsCents else {
            return scene.say.paidText(scene.dollars(paidCents))
        }
        return remaining == 0
            ? scene.say.balanceSettledText(scene.dollars(paidCents))
            : scene.say.partPaidText(scene.dollars(paidCents), scene.dollars(remaining))
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let title = owedAfterwardsCents == 0 ? say.balanceSettled : say.partPaidTitle
        return Layout(title: title, place: .customer(nil)).document(in: scene) {
            section(.class("card"), .aria(.labelledby, "done-title")) {
                div(.class("done")) {
                    span(.class("seal")) { Icon.check.markup }
                    h1(.id("done-title")) { title }
                    p { lead(in: scene) }
                }
                if let overpaid { scene.note(.quiet) { p { say.overpaid(overpaid, scene) } } }
                scene.facts([
                    Fact(say.referenceTerm, span(.class("reference")) { reference }),
                    Fact(say.youPaid, scene.number(paidCents + feeCents)),
                    Fact(
                        say.ourFee, scene.number(feeCents + saleFeeCents),
                        detail: saleFeeCents > 0 ? say.feeFromSale : nil),
                    Fact(say.payWith, method.title(in: scene)),
                    Fact(say.settledAt, scene.stamp(settledAt)),
                ])
                ul(.class("ledger")) {
                    for share in shares {
                        li {
                            a(.href(Paths.deposit(share.depositID))) {
                                say.depositOf(scene.time.date(share.startedAt), share.isPurchase)
                            }
                            if owedAfterwardsCents != nil {
                                scene.chip(share.remainingCents == 0 ? .settled : .partlySettled)
                            }
                        }
                    }
                }
                div(.class("actions wide")) {
                    if isRestOwed {
                        scene.linkButton(Paths.settle, say.payTheRest)
                    }
                    scene.linkButton(Paths.home, say.backToHome, "button second")
                    scene.linkButton(Paths.receipt(settlementID), say.seeReceipt, "button second")
                }
            }
            scene.card(say.whatChanged, id: "changed-title") {
                ul(.class("bullets")) {
                    if areLimitsLifted { li { say.limitsLifted } }
                    if owedAfterwardsCents == 0 { li { say.nothingWillBeSold } }
                    li { say.noticeSent }
                    li { say.nextTime }
                }
            }
        }
    }
}
