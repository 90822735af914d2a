extension Catalogue {
    // Frame

    func deskSection(_ section: DeskSection) -> String {
        switch section {
        case .overview: staff("Overview")
        case .negatives: staff("Negative accounts")
        case .documents: staff("Documents")
        case .returns: staff("Suspense")
        case .tasks: staff("Tasks")
        case .liquidation: staff("Liquidation")
        case .files: staff("Bank files")
        case .reconciliation: staff("Reconciliation")
        case .webhooks: staff("Webhooks")
        case .audit: staff("Audit")
        }
    }
    func signOutOperator(_ name: String, _ role: String) -> String {
        staff("Sign out \(name) (\(role))")
    }
    var showMore: String { staff("Show more") }
    var unknownFigure: String { staff("Unknown") }
    func percent(_ basisPoints: Int) -> String {
        "\(language.numbers.decimal(Int64(basisPoints), places: 2, minimum: 1))%"
    }
    func wholePercent(_ percent: Int) -> String { "\(percent)%" }

    // Overview

    var urgentTitle: String { staff("Needs somebody now") }
    var allTasks: String { staff("All tasks") }
    var nothingUrgent: String { staff("Nothing is urgent.") }
    var totalOwed: String { staff("Owed by customers") }
    func accountsNegative(_ count: Int) -> String {
        staff(plural(count, "1 account", "\(count) accounts"))
    }
    var exposure: String { staff("Exposure") }
    var exposureNote: String { staff("Instant credit not yet safe, plus owed") }
    var cureRate: String { staff("Made whole by customers") }
    var tooFew: String { staff("Too few") }
    func openedSettled(_ opened: Int, _ settled: Int) -> String {
        staff("24 h: \(opened) opened, \(settled) settled")
    }
    var chargedOff: String { staff("Charged off") }
    var last30Days: String { staff("Last 30 days") }
    var liquidationTile: String { staff("Liquidation") }
    func liquidationState(_ isRunning: Bool) -> String {
        isRunning ? staff("Running") : staff("Paused")
    }
    var pricesStale: String { staff("Prices are stale: no sales") }
    func pricesAge(_ age: String) -> String { staff("Newest price \(age)") }
    var noPrices: String { staff("No price yet") }
    var documentsWaiting: String { staff("Documents waiting") }
    func oldest(_ age: String) -> String { staff("Oldest \(age)") }
    var noneWaiting: String { staff("None waiting") }
    var inSuspense: String { staff("Returns in suspense") }
    var suspenseNote: String { staff("The dishonor clock runs") }
    var openTasks: String { staff("Open tasks") }
    var tasksNote: String { staff("Tasks and alerts") }
    var holdsMaturing: String { staff("Holds maturing") }
    var next24Hours: String { staff("Next 24 hours") }
    var outbox: String { staff("Outbox") }
    var returnRates: String { staff("Return rates") }
    var returnRatesNote: String {
        staff(
            """
            Of the preceding 60 days. By cohort: debits that settled, and how many of those came \
            back. By period: debits sent, and returns received.
            """)
    }
    func rateName(
        _ kind: OverviewPage.ReturnRate.Class, _ method: OverviewPage.ReturnRate.Method
    ) -> String {
        switch (kind, method) {
        case (.unauthorized, .cohort): staff("Unauthorized, by cohort")
        case (.unauthorized, .period): staff("Unauthorized, by period")
        case (.administrative, .cohort): staff("Administrative, by cohort")
        case (.administrative, .period): staff("Administrative, by period")
        case (.overall, .cohort): staff("Overall, by cohort")
        case (.overall, .period): staff("Overall, by period")
        }
    }
    func rateBand(_ share: Int, _ band: OverviewPage.ReturnRate.Band) -> String {
        switch band {
        case .exceeded: staff("Over the limit")
        case .below, .warned: staff("\(share)% of the limit")
        }
    }
    func rateOf(_ rate: Int, _ limit: Int) -> String {
        staff("\(percent(rate)) of \(percent(limit))")
    }
    func rateLine(
        _ rate: Int, _ limit: Int, next: Int?, _ returned: Int, _ originated: Int
    ) -> String {
        let counts =
            """
            \(MoneyText.grouped(UInt64(max(0, returned)))) of \
            \(MoneyText.grouped(UInt64(max(0, originated))))
            """
        let line = "\(percent(rate)) (\(counts)), limit \(percent(limit))"
        guard let next, next != limit else { return staff(line) }
        return staff("\(line), next warning \(percent(next))")
    }

    // Negative accounts

    func negativeLead(_ count: Int, _ total: String) -> String {
        staff(plural(count, "1 customer owes \(total).", "\(count) customers owe \(total)."))
    }
    var ageLabel: String { staff("Age") }
    func age(_ age: NegativeAccountsPage.Age) -> String {
        switch age {
        case .all: staff("All")
        case .day: staff("Up to 24 h")
        case .twoDays: staff("24–48 h")
        case .week: staff("2–7 days")
        case .month: staff("8–30 days")
        case .older: staff("Over 30 days")
        }
    }
    var customer: String { staff("Customer") }
    var owedColumn: String { staff("Owed") }
    var since: String { staff("Since") }
    var stage: String { staff("Stage") }
    var noticeColumn: String { staff("Last notice") }
    var cover: String { staff("Assets cover") }
    var codeColumn: String { staff("Code") }
    var nobodyOwes: String { staff("No one owes money.") }
    var delivered: String { staff("Delivered") }
    var notDelivered: String { staff("Not delivered") }
    func stage(_ situation: OwedSummary.Situation, _ time: LocalTime, _ now: Int64) -> String {
        switch situation {
        case .due(let deadline): staff("Due \(time.relative(deadline, now: now))")
        case .deadlinePassed: staff("Deadline passed")
        case .nothingToSell: staff("Nothing to sell")
        case .saleInProgress: staff("Selling")
        case .paymentInProgress: staff("Payment in progress")
        case .documentsNeeded: staff("Documents")
        case .underReview: staff("Asked for help")
        case .paused: staff("Paused")
        }
    }

    // Tasks

    func tasksLead(_ count: Int) -> String {
        staff(plural(count, "1 open task.", "\(count) open tasks."))
    }
    var noTasks: String { staff("No open tasks.") }
    func task(_ subject: TasksPage.Subject) -> String {
        switch subject {
        case .suspendedReturn: staff("A return is in suspense")
        case .unknownMoney: staff("Money arrived for nobody we know")
        case .customerStopped: staff("A customer was stopped")
        case .document: staff("A document waits")
        case .saleStopped: staff("A sale was stopped")
        case .chargeOff: staff("A charge-off needs a person")
        case .warrantyClaim: staff("A warranty claim waits for a decision")
        case .help(nil): staff("A customer asks for help")
        case .help(let topic?): staff("A customer writes: \(helpTopicShort(topic))")
        case .noticeUndelivered: staff("A notice could not be delivered")
        case .returnRequestUnanswered:
            staff(
                """
                A bank has not said in ten banking days whether it sends a debit back. Ask it again
                """)
        case .returnNotCome:
            staff("A bank agreed to send a debit back, and it has not come. Ask it again")
        case .refundRefused:
            staff("The processor could not give back what was paid too much; it is in the balance")
        case .refundUnanswered:
            staff("For days the processor has not said whether it gave back what was paid too much")
        case .fillParked: staff("A fill could not be booked")
        case .bankFile: staff("A bank file needs somebody")
        case .processorEvent: staff("An event of the processor needs somebody")
        case .bankDelivery(let trouble): bankTrouble(trouble)
        case .bankFileMissing:
            staff(
                """
                The bank's file has not come, so releases wait. Ask the bank; when it says that \
                none will come, mark this as done
                """)
        case .breaksLeft:
            staff("Money of this settlement date is not explained. Give each break to somebody")
        case .returnRate(let points, false): staff("A return rate reached \(percent(points))")
        case .returnRate(let points, true):
            staff("A return rate is above its limit of \(percent(points))")
        case .commandFailed: staff("A command failed")
        case .agreeWaiver(nil): staff("Agree to waive all of it")
        case .agreeWaiver(let cents?): staff("Agree to waive \(MoneyText.dollars(cents))")
        case .agreeChargeOff: staff("Agree to a charge-off")
        case .agreeRestoredSale: staff("Agree to undo a sale")
        case .agreeMatch: staff("Agree to whose a return is")
        case .agreeGivingUp: staff("Agree to give up what nobody can place")
        case .agreeAssignment: staff("Agree to whose money it is")
        case .agreeResumption: staff("Agree to resume liquidation")
        }
    }
    private func bankTrouble(_ trouble: TasksPage.BankTrouble) -> String {
        switch trouble {
        case .cannotBeMade:
            staff("A file for the bank cannot be made, so its entries wait. The log says why")
        case .late: staff("A file could not be sent to the bank so far; it is tried on")
        case .gaveUp:
            staff("A file could not be sent to the bank. Find out why, then send it again")
        case .otherBytes:
            staff("Another file has this name at the bank. Ask the bank, then send it again")
        case .unknown:
            staff("A file may have reached the bank or not. Ask the bank before sending it again")
        case .noModifierLeft:
            staff("The day's 36 files are used up. What is left waits for the next day")
        case .entryTooLarge:
            staff("An entry is more than a file may hold, and waits. Ask the bank to raise its cap")
        case .noTraceLeft: staff("Every trace number is still in use. Nothing can be sent")
        case .nameUnusable:
            staff("A file at the bank has a name that cannot be fetched. Fetch it by hand")
        }
    }
    func urgency(_ urgency: TasksPage.Urgency) -> String {
        switch urgency {
        case .now: staff("Now")
        case .today: staff("Today")
        case .later: staff("Later")
        }
    }
    func opened(_ moment: String) -> String { staff("Opened \(moment)") }
    func dueBy(_ deadline: String) -> String { staff("due \(deadline)") }
    var markDone: String { staff("Mark as done") }

    // Liquidation

    func runningText(_ inFlight: Int) -> String {
        staff(
            plural(
                inFlight, "Sales are made when every guard holds. 1 sale is with the market.",
                "Sales are made when every guard holds. \(inFlight) sales are with the market."))
    }
    func pausedText(_ name: String, _ since: String, _ reason: String) -> String {
        staff("\(name) paused all sales on \(since): “\(reason)”. No new sale is started.")
    }
    func resumeAskedText(_ name: String, _ since: String, _ reason: String) -> String {
        staff("\(name) asked on \(since) to resume: “\(reason)”. A second person has to agree.")
    }
    func pauseNote(_ inFlight: Int) -> String {
        staff(
            plural(
                inFlight,
                "Pausing takes effect at once. The sale already with the market will finish.",
                """
                Pausing takes effect at once. Sales already with the market will finish: \
                \(inFlight).
                """
            ))
    }
    var pauseNow: String { staff("Pause all sales now") }
    var resumeReason: String { staff("Why is it safe to resume?") }
    var twoPeople: String { staff("Resuming takes two people.") }
    var askResume: String { staff("Ask to resume") }
    var agreeResume: String { staff("Agree and resume") }
    var resumeNotYou: String { staff("Somebody else has to agree to resume.") }
    var salesDue: String { staff("Sales due and coming") }
    var wouldSell: String { staff("From") }
    var wouldBring: String { staff("At most") }
    var due: String { staff("Due") }
    var guards: String { staff("Guards") }
    func guardWord(_ kind: LiquidationPage.Guard.Kind, holds: Bool) -> String {
        switch kind {
        case .timeOver: holds ? staff("Time to settle is over") : staff("Time to settle runs")
        case .notPaused: holds ? staff("Not paused") : staff("Paused")
        case .noStopFlag: holds ? staff("No stop flag") : staff("Stop flag")
        case .noPayment: holds ? staff("No payment on its way") : staff("Payment on its way")
        case .freshPrice: holds ? staff("Fresh price") : staff("No fresh price")
        case .notGivenUp: holds ? staff("Not given up") : staff("Given up, a person decides")
        }
    }
    var noSalesDue: String { staff("No sale is due.") }

    // Bank files

    var file: String { staff("File") }
    var direction: String { staff("Direction") }
    func direction(_ direction: BankFilesPage.Direction) -> String {
        switch direction {
        case .outgoing: staff("To the bank")
        case .incoming: staff("From the bank")
        }
    }
    var entries: String { staff("Entries") }
    var debits: String { staff("Debits") }
    var credits: String { staff("Credits") }
    var statusColumn: String { staff("Status") }
    func fileStatus(_ status: BankFilesPage.Status) -> String {
        switch status {
        case .ready: staff("Ready")
        case .sent: staff("Sent, no answer yet")
        case .partly: staff("Partly answered")
        case .done: staff("Done")
        case .noted: staff("Done, with notes")
        case .missing: staff("Missing")
        case .problem: staff("Problem")
        }
    }
    var deliveries: String { staff("The way to the bank") }
    var tries: String { staff("Tries") }
    var receiptColumn: String { staff("Receipt") }
    func receipt(_ size: Int, _ place: String) -> String {
        staff(plural(size, "1 byte at \(place)", "\(size) bytes at \(place)"))
    }
    func nextTry(_ moment: String) -> String { staff("Next try \(moment)") }
    func deliveryState(_ state: BankFilePage.Delivery.State) -> String {
        switch state {
        case .waiting: staff("Waiting")
        case .underWay: staff("Under way")
        case .sent: staff("Sent")
        case .stopped: staff("Stopped")
        case .unknown: staff("Not known")
        }
    }
    var noFiles: String { staff("No files yet.") }
    var fileReport: String { staff("What became of it") }
    var noReport: String { staff("Nothing was noted.") }
    var traceColumn: String { staff("Trace") }
    var entryFor: String { staff("For") }
    func entryFor(_ what: BankFilePage.What) -> String {
        switch what {
        case .deposit: staff("Deposit")
        case .payment: staff("Payment of what is owed")
        case .dishonor: staff("Dishonored return")
        case .microEntry: staff("Account validation")
        case .returned(let code): staff("Return \(code)")
        case .change(let code): staff("Change \(code)")
        case .contest: staff("Contested dishonor")
        case .settled(.debit): staff("Debit settled")
        case .settled(.credit): staff("Credit settled")
        case .settled(.return): staff("Return settled")
        case .settled(.dishonor): staff("Dishonor settled")
        case .settled(.wire): staff("Wire received")
        case .other: staff("Something else")
        }
    }
    var noEntries: String { staff("No entries.") }
    func entriesLeft(_ count: Int) -> String {
        staff(plural(count, "1 more entry is not shown.", "\(count) more entries are not shown."))
    }

    // Audit

    var auditLead: String {
        staff("Every commit, chained by its hash to the one before.")
    }
    func verified(_ sequence: String, _ at: String) -> String {
        staff("The chain was recomputed and holds up to commit \(sequence), at \(at).")
    }
    func brokenChain(_ sequence: String) -> String {
        staff("The chain breaks at commit \(sequence). Stop and find out why.")
    }
    var notVerified: String { staff("The chain has not been recomputed yet.") }
    var commit: String { staff("Commit") }
    var actor: String { staff("Who") }
    var command: String { staff("What") }
    var subject: String { staff("Whom") }
    var hashColumn: String { staff("Hash") }
    var noCommits: String { staff("No commits yet.") }

    // One customer

    func memberSince(_ date: String) -> String { staff("Customer since \(date)") }
    func flagUntil(_ title: String, _ day: String) -> String { staff("\(title) until \(day)") }
    var obligations: String { staff("Obligations") }
    var depositColumn: String { staff("Deposit") }
    var openedWith: String { staff("Opened with") }
    var stillOpen: String { staff("Open") }
    var noObligations: String { staff("No obligations.") }
    var postings: String { staff("Postings") }
    var account: String { staff("Account") }
    var debitCredit: String { staff("Debit (credit −)") }
    var cause: String { staff("Cause") }
    var noPostings: String { staff("No postings.") }
    var bankAccounts: String { staff("Bank accounts") }
    var noLinkedAccounts: String { staff("No linked bank account.") }
    var usable: String { staff("Usable") }
    var notUsable: String { staff("Not usable") }
    func eventKind(_ kind: CustomerPage.Event.Kind) -> String {
        switch kind {
        case .money: staff("money")
        case .message: staff("message")
        case .decision: staff("decision")
        case .system: staff("system")
        }
    }
    var actions: String { staff("Actions") }
    func actionsLead(_ limit: String) -> String {
        staff(
            "Each is kept with your name and reason. Above \(limit) a second person has to agree.")
    }
    func action(_ action: OperatorAction) -> String {
        switch action {
        case .extend: staff("Extend the deadline")
        case .pauseSales: staff("Pause sales")
        case .waive: staff("Waive")
        case .chargeOff: staff("Charge off")
        case .releaseHold: staff("Release a hold")
        case .sendNotice: staff("Send the notice again")
        case .addNote: staff("Add a note")
        case .removeFlag: staff("Remove a flag")
        case .resumeSales: staff("Let a stopped sale go on")
        case .sendWithdrawal: staff("Confirm a withdrawal")
        case .restoreSale: staff("Undo a sale")
        case .recordClaim: staff("Record a warranty claim")
        case .acceptClaim: staff("Accept a warranty claim")
        case .refuseClaim: staff("Refuse a warranty claim")
        case .requestReturn: staff("Record that a debit was asked back")
        case .returnAgreed: staff("The bank agreed to send it back")
        case .returnDeclined: staff("The bank will not send it back")
        }
    }
    func actionExplained(_ action: OperatorAction) -> String {
        switch action {
        case .extend: staff("The customer is told the new deadline.")
        case .pauseSales: staff("No asset of this customer is sold until the pause is lifted.")
        case .waive: staff("We let it go: the obligation reads Settled, and the house bears it.")
        case .chargeOff: staff("We book the loss. The customer still owes it.")
        case .releaseHold: staff("The value may leave at once. The bank may still send it back.")
        case .sendNotice: staff("By every channel the customer has. The clock does not restart.")
        case .addNote: staff("Seen by operators only.")
        case .removeFlag: staff("What it stopped goes on, from where it stands.")
        case .resumeSales: staff("The next slice is tried with the narrowest band.")
        case .sendWithdrawal: staff("Only when it has really left.")
        case .restoreSale: staff("The asset is bought back at our cost. A second person agrees.")
        case .recordClaim: staff("A bank wrote that a settled debit was not authorized.")
        case .acceptClaim: staff("We pay the bank. Cash covers first; the rest becomes owed.")
        case .refuseClaim: staff("Nothing moves. The bank is told outside this program.")
        case .requestReturn:
            staff(
                """
                Ask the bank outside this program. It has ten banking days to answer; its R06 is \
                then taken for what we asked for.
                """)
        case .returnAgreed: staff("Nothing moves until the return comes.")
        case .returnDeclined: staff("The debit stands. It may be asked for again.")
        }
    }
    var claims: String { staff("Warranty claims") }
    var claimInTime: String { staff("In time") }
    var claimLate: String { staff("Too late") }
    func claimState(_ state: CustomerPage.Claim.State) -> String {
        switch state {
        case .received: staff("Waits for a decision")
        case .accepted: staff("Accepted")
        case .refused: staff("Refused")
        }
    }
    func claimOption(_ amount: String, _ date: String) -> String { staff("\(amount), \(date)") }
    var claimAmount: String { staff("Claimed, in dollars") }
    var hours: String { staff("Hours to add") }
    var reasonLabel: String { staff("Reason") }

    // Documents

    func documentsCount(_ count: Int) -> String {
        staff(plural(count, "1 document waits.", "\(count) documents wait."))
    }
    var documentColumn: String { staff("Document") }
    var received: String { staff("Received") }
    var pauseEnds: String { staff("Pause ends") }
    var notPaused: String { staff("Not paused") }
    var noDocuments: String { staff("No document waits.") }
    func receivedAt(_ moment: String) -> String { staff("Received \(moment)") }
    func documentImage(_ title: String, _ page: Int, of count: Int) -> String {
        staff("The uploaded document: \(title), page \(page) of \(count)")
    }
    func documentIsCut(_ count: Int) -> String {
        staff("The file has more pages. The first \(count) are shown.")
    }
    func documentNotShown(_ shown: DocumentReviewPage.Shown) -> String {
        switch shown {
        case .pages: ""
        case .notForReader: staff("Only operators see documents.")
        case .virus(let name):
            staff("The virus scanner found \(name) in this file. It is not shown; ask for another.")
        case .notScanned:
            staff("The virus scanner does not answer, so this file is not shown. Try again soon.")
        case .noPrograms(let why): staff("This document cannot be shown here. \(why)")
        case .busy: staff("Too many documents are being opened. Try again in a minute.")
        case .unreadable:
            staff("No program can read this file, so it cannot be shown. Ask for another.")
        case .destroyed: staff("This document was kept as long as it may be, and is destroyed.")
        }
    }
    var documentEvents: String { staff("What became of it") }
    func documentEvent(_ kind: DocumentReviewPage.Event.Kind, _ name: String) -> String {
        switch kind {
        case .kept: staff("Kept, sealed under a key of its own")
        case .shown: staff("Shown to \(name)")
        case .destroyed: staff("Destroyed by \(name)")
        }
    }
    var compare: String { staff("Compare") }
    func check(_ found: Bool?) -> String {
        switch found {
        case true?: staff("Found")
        case false?: staff("Not found")
        case nil: staff("Look yourself")
        }
    }
    var yourDecision: String { staff("Your decision") }
    var onlyOperatorsDecide: String {
        staff("You may look. An operator sees the document and decides.")
    }
    var accept: String { staff("Accept") }
    var needAnother: String { staff("Or ask for another, because") }
    var customerReads: String { staff("The customer reads exactly this sentence.") }
    var refuse: String { staff("Ask for another") }

    // Suspense

    var suspenseLead: String {
        staff("Returns that fit no deposit. Nothing was booked to a customer.")
    }
    var noSuspense: String { staff("No return is in suspense.") }
    var decidedSuspense: String { staff("Decided") }
    func outcome(_ outcome: SuspensePage.Outcome) -> String {
        switch outcome {
        case .waits: staff("Waits for a person")
        case .matched(let customer): staff("Matched to \(customer)")
        case .toBeSent(let code): staff("\(code) goes with the next file")
        case .sent(let code): staff("\(code) is with the bank")
        case .paidBack(let code): staff("Paid back after \(code)")
        case .contested(let code): staff("The bank insisted: \(code)")
        case .givenUp(let reason): staff("Given up: \(reason)")
        }
    }
    func suspended(_ code: String, _ amount: String) -> String { staff("\(code) for \(amount)") }
    func dishonorBy(_ relative: String) -> String { staff("Dishonor \(relative)") }
    func suspenseCause(_ cause: SuspensePage.Cause) -> String {
        switch cause {
        case .unknownTrace: staff("No entry of ours has this trace number.")
        case .amountDiffers: staff("Its amount differs from the entry's.")
        case .duplicate: staff("This entry was returned already.")
        case .late: staff("It came after its return window had closed.")
        case .notRequested:
            staff("It says that we asked for it (R06), and no request is on record.")
        case .unreadable: staff("A field of its record cannot be read.")
        case .change: staff("It asks for a change of an account that no entry of ours has.")
        }
    }
    func evidence(_ evidence: [SuspensePage.Evidence]) -> String {
        evidence.map { piece in
            switch piece {
            case .named: staff("The return has its trace number.")
            case .identification: staff("The return has its identification.")
            case .similarTrace: staff("The trace number is one slip away.")
            case .lastFour: staff("The account ends in the same four digits.")
            case .amount: staff("The amount is the same.")
            case .owes: staff("This customer owes something.")
            }
        }.joined(separator: " ")
    }
    var trace: String { staff("Original trace") }
    var dishonorUntil: String { staff("Dishonor until") }
    var belongsTo: String { staff("It belongs to") }
    var match: String { staff("Match to this payment") }
    var suspendedCredit: String {
        staff("A credit of ours came back, which gave us its money: it proves a bank account.")
    }
    var creditOfOurs: String { staff("A small credit of ours, to verify an account") }
    var dishonor: String { staff("Dishonor") }
    var refuseChange: String { staff("Refuse the change") }
    var refusalCode: String { staff("Code of the refusal, C61 through C69") }
    var codeRead: String { staff("Return code, as you read it in the record") }
    var fieldErrors: String { staff("Fields in error, for a dishonor as R69") }
    var giveUp: String { staff("Give up") }
}
