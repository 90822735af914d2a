import HTML

/// The page a customer pays at, in the name of the make-believe processor.
enum ProcessorPages {
    static func pay(_ charge: Charge, flash: Flash?) -> Markup {
        SandboxPage.branded(
            "Sample Pay", home: "/processor/pay/\(charge.pageID)", title: "Pay", flash: flash
        ) {
            section(.class("card")) {
                h1 { heading(charge) }
                p(.class("big")) { Dollars.text(charge.request.total.count) }
                if charge.request.feeMinor > 0 {
                    p(.class("soft")) {
                        "\(Dollars.text(charge.request.amountMinor)) and a fee of "
                            + "\(Dollars.text(charge.request.feeMinor))"
                    }
                }
                if !charge.request.description.isEmpty { p { charge.request.description } }
                action(charge)
            }
        }
    }

    private static func heading(_ charge: Charge) -> String {
        switch charge.status {
        case .requiresAction:
            switch charge.request.method {
            case .card: "Pay by card"
            case .instant: "Approve instant payment"
            }
        case .requiresConfirmation: "Your bank asks you to confirm"
        case .succeeded: "This payment is done"
        case .failed: "This payment did not go through"
        case .disputed: "This payment was taken back by the bank"
        }
    }

    private static func action(_ charge: Charge) -> Markup {
        switch charge.status {
        case .requiresAction:
            switch charge.request.method {
            case .card: choices(charge, cards, submit: "Pay", legend: "Choose a test card")
            case .instant:
                choices(charge, approvals, submit: "Continue", legend: "Your bank's answer")
            }
        case .requiresConfirmation:
            choices(
                charge, confirmations, submit: "Continue",
                legend: "A message came to your phone. What do you answer?")
        case .succeeded, .failed, .disputed:
            a(
                .class("button main wide"),
                .href(Location(stringLiteral: charge.request.returnURL))
            ) { "Go back" }
        }
    }

    private struct Choice {
        var value: PayChoice
        var title: String
        var detail: String
    }

    private static let cards = [
        Choice(value: .approve, title: "4000 0000 0000 0010", detail: "Pays at once"),
        Choice(
            value: .challenge, title: "4000 0000 0000 0028",
            detail: "The bank asks for a confirmation first (3-D Secure)"),
        Choice(value: .decline, title: "4000 0000 0000 0036", detail: "Is declined"),
        Choice(
            value: .insufficientFunds, title: "4000 0000 0000 0044",
            detail: "Is declined: not enough money"),
        Choice(
            value: .expiredCard, title: "4000 0000 0000 0051", detail: "Is declined: expired"),
        Choice(value: .cancel, title: "No card", detail: "Leave without paying"),
    ]

    private static let approvals = [
        Choice(value: .approve, title: "Approve", detail: "The money moves within seconds"),
        Choice(
            value: .insufficientFunds, title: "Not enough money", detail: "The bank says no"),
        Choice(value: .cancel, title: "Cancel", detail: "Leave without paying"),
    ]

    private static let confirmations = [
        Choice(value: .confirm, title: "It is me", detail: "The payment goes through"),
        Choice(
            value: .refuseConfirmation, title: "It is not me", detail: "The payment fails"),
    ]

    private static func choices(
        _ charge: Charge, _ list: [Choice], submit: String, legend title: String
    ) -> Markup {
        form(.method(.post), .action("/processor/pay/\(charge.pageID)")) {
            fieldset {
                legend { title }
                for (offset, choice) in list.enumerated() {
                    label(.class("choice")) {
                        input(
                            .type("radio"), .name("choice"), .value(choice.value.rawValue),
                            .checked.when(offset == 0))
                        span {
                            strong { choice.title }
                            br()
                            small { choice.detail }
                        }
                    }
                }
            }
            button(.type("submit"), .class("main wide")) { submit }
        }
    }
}
