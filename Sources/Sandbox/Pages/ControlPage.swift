import Banking
import HTML
import Wire

/// Everything the control page shows, taken at one moment.
struct ControlSnapshot: Sendable {
    var now: Instant
    var nextEvent: Instant?
    var progress: Advancer.Progress?
    var bank: BankState
    /// Files Makewhole has not taken yet.
    var untaken: [String]
    var processor: ProcessorState
    var mailCount: Int
    var makewholeBase: String
}

/// The page a person steers the sandbox with.
enum ControlPage {
    /// Older ones are reached by command; a page of hundreds helps nobody.
    private static let entriesShown = 25
    private static let chargesShown = 15
    private static let filesShown = 12

    static func render(_ snapshot: ControlSnapshot, flash: Flash?) -> Markup {
        SandboxPage.page(title: "Control", section: .control, flash: flash) {
            h1 { "Control" }
            div(.class("grid")) {
                clock(snapshot)
                links(snapshot)
            }
            bank(snapshot)
            div(.class("grid")) {
                wire
                dishonors(snapshot.bank)
            }
            processor(snapshot.processor)
            files(snapshot)
        }
    }

    // MARK: Clock

    private static func clock(_ snapshot: ControlSnapshot) -> Markup {
        section(.class("card"), .aria(.labelledby, "clock")) {
            h2(.id("clock")) { "Clock" }
            p(.class("big")) { SandboxPage.easternTime(snapshot.now) }
            p { SandboxPage.easternDay(snapshot.now) }
            if let progress = snapshot.progress, progress.isMoving {
                p(.role("status")) {
                    "Moving to \(SandboxPage.eastern(progress.target)), step \(progress.steps). "
                        + "This page loads again by itself."
                }
            } else {
                p(.class("soft")) {
                    snapshot.nextEvent.map { "Next event: \(SandboxPage.eastern($0))" }
                        ?? "Nothing is due by itself."
                }
                if let trouble = snapshot.progress?.trouble {
                    p(.class("flash problem")) { trouble }
                }
                div(.class("row")) {
                    advance("Next event", "next", isMain: snapshot.nextEvent != nil)
                    advance("1 hour", "1h")
                    advance("1 day", "1d")
                    advance("2 days", "2d")
                    advance("8 days", "8d")
                }
            }
        }
    }

    private static func advance(_ label: String, _ by: String, isMain: Bool = false) -> Markup {
        SandboxPage.button(
            label, action: "/control/clock/advance", fields: [("by", by)], isMain: isMain)
    }

    private static func links(_ snapshot: ControlSnapshot) -> Markup {
        section(.class("card"), .aria(.labelledby, "places")) {
            h2(.id("places")) { "Places" }
            ul(.class("plain")) {
                li {
                    a(.href("/exchange")) { "Sample Exchange" }
                    br()
                    small { "Sign in as a sample customer: deposit, trade, withdraw." }
                }
                li {
                    small { "Makewhole's operator pages: what the people who run it see." }
                    div(.class("row")) {
                        for person in ExchangeRoutes.operators {
                            SandboxPage.button(
                                person.name, action: "/exchange/operator",
                                fields: [("name", person.name)])
                        }
                    }
                }
                li {
                    a(.href("/mail")) { "Mail box" }
                    br()
                    small {
                        snapshot.mailCount == 1
                            ? "1 message" : "\(snapshot.mailCount) messages"
                    }
                }
                li {
                    a(.href("/market")) { "Market" }
                    br()
                    small { "Prices, the book, and what can go wrong with them." }
                }
            }
        }
    }

    // MARK: Bank

    private static func bank(_ snapshot: ControlSnapshot) -> Markup {
        let state = snapshot.bank
        return section(.class("card"), .id("bank")) {
            h2 { "Entries at the bank" }
            if state.entries.isEmpty {
                p(.class("soft")) {
                    "No entry has arrived yet. Makewhole sends its file at the cut-off; make a "
                        + "deposit and move the clock to the next event."
                }
            } else {
                if state.hasWaitingEntries {
                    div(.class("row")) {
                        SandboxPage.button("Settle all now", action: "/control/bank/settle")
                    }
                }
                for entry in state.entries.suffix(entriesShown).reversed() {
                    self.entry(entry, state)
                }
            }
        }
    }

    private static func entry(_ entry: BankEntry, _ state: BankState) -> Markup {
        let stage = state.stage(entry)
        return article(.class("entry")) {
            div(.class("entry-head")) {
                strong { "\(entry.id). \(entry.name)" }
                chip(stage)
                span(.class("amount")) {
                    (entry.direction == .credit ? "pays " : "") + Dollars.text(entry.amountMinor)
                }
            }
            small {
                "Account ending \(entry.lastFour) · \(entry.batch.entryDescription) · trace "
                    + "\(entry.trace) · \(entry.individualID) · "
                    + (stage == .waiting ? "settles" : "due") + " \(entry.settlementDay)"
            }
            if let job = state.jobs.first(where: { $0.entryID == entry.id }) {
                br()
                small {
                    "Will be returned \(job.code) on "
                        + SandboxPage.eastern(Instant(milliseconds: job.at))
                }
            }
            actions(entry, stage)
        }
    }

    private static func chip(_ stage: BankStage) -> Markup {
        switch stage {
        case .waiting, .settled: span(.class("chip")) { stage.label }
        case .returned: span(.class("chip problem")) { stage.label }
        }
    }

    private static func actions(_ entry: BankEntry, _ stage: BankStage) -> Markup {
        group {
            switch stage {
            case .waiting:
                div(.class("row")) {
                    bankButton("Settle now", "settle", entry)
                    quickReturns(entry)
                }
            case .settled:
                div(.class("row")) { quickReturns(entry) }
            case .returned:
                Markup.nothing
            }
            details {
                summary { "More for entry \(entry.id)" }
                switch stage {
                case .waiting, .settled:
                    otherReturn(entry)
                    div(.class("row")) {
                        bankButton(
                            "Return a dollar too much", "return", entry,
                            [("code", "R01"), ("variation", "wrong_amount")])
                        bankButton(
                            "Return an unknown trace", "return", entry,
                            [("code", "R01"), ("variation", "unknown_trace")])
                        bankButton("Return an unknown code", "return", entry, [("code", "R97")])
                    }
                case .returned:
                    div(.class("row")) {
                        bankButton(
                            "Return it again", "return", entry,
                            [("code", "R01"), ("variation", "again")])
                        bankButton("Repeat the return in a new file", "repeat-return", entry)
                    }
                }
                change(entry)
            }
        }
    }

    private static func quickReturns(_ entry: BankEntry) -> Markup {
        group {
            for code in ["R01", "R02", "R10"] {
                bankButton("Return \(code)", "return", entry, [("code", code)])
            }
        }
    }

    private static func bankButton(
        _ label: String, _ action: String, _ entry: BankEntry,
        _ fields: [(String, String)] = []
    ) -> Markup {
        SandboxPage.button(
            label, action: "/control/bank/\(action)",
            fields: [("entry", String(entry.id))] + fields)
    }

    private static func otherReturn(_ entry: BankEntry) -> Markup {
        form(.method(.post), .action("/control/bank/return"), .class("row")) {
            input(.type("hidden"), .name("entry"), .value(String(entry.id)))
            SandboxPage.field(
                "Return code", name: "code", id: "code-\(entry.id)", value: "R03", size: "tiny")
            div(.class("short")) {
                label(.for("after-\(entry.id)")) { "Banking days later" }
                input(
                    .type("text"), .name("after"), .id("after-\(entry.id)"),
                    .inputmode("numeric"), .autocomplete("off"))
            }
            button(.type("submit")) { "Return" }
        }
    }

    private static func change(_ entry: BankEntry) -> Markup {
        form(.method(.post), .action("/control/bank/change"), .class("row")) {
            input(.type("hidden"), .name("entry"), .value(String(entry.id)))
            SandboxPage.field(
                "Change code", name: "code", id: "change-\(entry.id)", value: "C01",
                size: "tiny")
            SandboxPage.field(
                "Corrected data", name: "corrected", id: "corrected-\(entry.id)",
                value: "100" + entry.account.suffix(12))
            button(.type("submit")) { "Send change notice" }
        }
    }

    private static var wire: Markup {
        section(.class("card")) {
            h2 { "Send a wire" }
            p(.class("soft")) { "A customer pays from another bank. It arrives at once." }
            form(.method(.post), .action("/control/bank/wire")) {
                div(.class("row")) {
                    SandboxPage.field(
                        "Amount in dollars", name: "amount", id: "wire-amount", value: "50.00",
                        mode: "decimal")
                    SandboxPage.field("Reference", name: "reference", id: "wire-reference")
                    SandboxPage.field(
                        "Sender", name: "sender", id: "wire-sender", value: "Ana Sample")
                }
                button(.type("submit"), .class("main")) { "Send wire" }
            }
        }
    }

    private static func dishonors(_ state: BankState) -> Markup {
        section(.class("card")) {
            h2 { "Dishonored returns" }
            p(.class("soft")) {
                state.contestCode.map { "The bank contests each one with \($0)." }
                    ?? "The bank accepts each one on the next banking day."
            }
            div(.class("row")) {
                if state.contestCode == nil {
                    SandboxPage.button(
                        "Contest with R73", action: "/control/bank/contest-policy",
                        fields: [("code", "R73")])
                } else {
                    SandboxPage.button(
                        "Accept them", action: "/control/bank/contest-policy",
                        fields: [("code", "off")])
                }
            }
            ul(.class("plain")) {
                for dishonor in state.dishonors.suffix(10).reversed() {
                    li { self.dishonor(dishonor) }
                }
            }
        }
    }

    private static func dishonor(_ dishonor: BankDishonor) -> Markup {
        group {
            "\(dishonor.code) for return \(dishonor.returnTrace), "
                + Dollars.text(dishonor.amountMinor)
            br()
            switch dishonor.outcome {
            case .waiting(let day):
                small { "Will be accepted \(day)" }
                SandboxPage.button(
                    "Contest with R73", action: "/control/bank/contest",
                    fields: [("trace", dishonor.trace), ("code", "R73")])
            case .accepted(let day): small { "Accepted \(day)" }
            case .contested(let code): small { "Contested with \(code)" }
            }
        }
    }

    // MARK: Processor

    private static func processor(_ state: ProcessorState) -> Markup {
        section(.class("card"), .id("processor")) {
            h2 { "Card and instant payments" }
            p(.class("soft")) {
                "\(state.deliveredCount) webhooks delivered, \(state.undelivered.count) waiting."
                    + faults(state)
            }
            div(.class("row")) {
                if !state.awaitingPayout.isEmpty {
                    SandboxPage.button(
                        "Pay out \(state.awaitingPayout.count)",
                        action: "/control/processor/payout", isMain: true)
                }
                SandboxPage.button(
                    "Next call times out", action: "/control/processor/fault",
                    fields: [("fault", "timeout"), ("calls", "1")])
                SandboxPage.button(
                    "Next call fails", action: "/control/processor/fault",
                    fields: [("fault", "server_error"), ("calls", "1")])
                if let last = state.lastWebhookID {
                    SandboxPage.button(
                        "Repeat the last webhook", action: "/control/processor/repeat-webhook",
                        fields: [("webhook", last)])
                }
            }
            for id in state.order.suffix(chargesShown).reversed() {
                if let charge = state.charges[id] { self.charge(charge) }
            }
        }
    }

    private static func faults(_ state: ProcessorState) -> String {
        ProcessorFault.allCases.compactMap { fault -> String? in
            guard let calls = state.faults[fault], calls > 0 else { return nil }
            switch fault {
            case .timeout: return " \(calls) calls will time out."
            case .serverError: return " \(calls) calls will fail."
            }
        }.joined()
    }

    private static func charge(_ charge: Charge) -> Markup {
        article(.class("entry")) {
            div(.class("entry-head")) {
                strong { charge.request.chargeID }
                span(.class("chip")) { charge.status.name }
                span(.class("amount")) { Dollars.text(charge.request.total.count) }
            }
            small {
                "\(charge.request.method.rawValue), fee \(Dollars.text(charge.request.feeMinor))"
                    + (charge.payoutID.map { ", paid out in \($0)" } ?? "")
            }
            div(.class("row")) {
                switch charge.status {
                case .requiresAction, .requiresConfirmation:
                    a(.class("button"), .href("/processor/pay/\(charge.pageID)")) {
                        "Open the payment page"
                    }
                case .succeeded:
                    SandboxPage.button(
                        "Dispute", action: "/control/processor/dispute",
                        fields: [("charge", charge.request.chargeID)])
                case .failed(let reason): small { reason.rawValue }
                case .disputed(let fee): small { "dispute fee \(Dollars.text(fee))" }
                }
            }
        }
    }

    // MARK: Files

    private static func files(_ snapshot: ControlSnapshot) -> Markup {
        section(.class("card"), .id("files")) {
            h2 { "Files for Makewhole" }
            if snapshot.bank.inboundOrder.isEmpty {
                p(.class("soft")) { "The bank has written no file yet." }
            } else {
                p(.class("soft")) {
                    snapshot.untaken.isEmpty
                        ? "Makewhole has taken every file."
                        : "\(snapshot.untaken.count) files wait for Makewhole."
                }
                details {
                    summary { "Latest files" }
                    for name in snapshot.bank.inboundOrder.suffix(filesShown).reversed() {
                        file(name, isWaiting: snapshot.untaken.contains(name))
                    }
                }
            }
        }
    }

    private static func file(_ name: String, isWaiting: Bool) -> Markup {
        div(.class("entry entry-head")) {
            code { name }
            if isWaiting { span(.class("chip")) { "Waiting" } }
            if !name.hasSuffix(".json") {
                div(.class("amount")) {
                    SandboxPage.button(
                        "Send again", action: "/control/bank/repeat-file",
                        fields: [("file", name)])
                }
            }
        }
    }
}
