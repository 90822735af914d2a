import ArgumentParser
import Wire

struct ProcessorGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "processor", abstract: "Make the card and instant-payment processor act.",
        subcommands: [
            List.self, Pay.self, Dispute.self, Payout.self, Fault.self, RepeatWebhook.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print payments as JSON.")
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            let client = ControlClient(address: address.sandbox)
            print(try await client.get("/control/processor").text(.pretty))
        }
    }

    struct Pay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer a payment in the customer's place.")
        @Argument(help: "The charge id.") var charge: String
        @Argument(
            help: """
                approve, decline, insufficient_funds, expired_card, challenge, confirm, \
                refuse_confirmation or cancel.
                """)
        var choice: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("processor/pay", [("charge", charge), ("choice", choice)])
        }
    }

    struct Dispute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the customer's bank take a payment back.")
        @Argument(help: "The charge id.") var charge: String
        @Option(help: "The dispute fee in dollars.") var fee = "15.00"
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("processor/dispute", [("charge", charge), ("fee", fee)])
        }
    }

    struct Payout: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pay out all payments that succeeded.")
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).perform("processor/payout")
        }
    }

    struct Fault: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the next calls time out after the work is done, or fail.")
        @Argument(help: "timeout or server_error.") var fault: String
        @Option(help: "How many calls.") var calls = 1
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("processor/fault", [("fault", fault), ("calls", String(calls))])
        }
    }

    struct RepeatWebhook: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliver a webhook once more.")
        @Argument(help: "The webhook's id.") var webhook: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("processor/repeat-webhook", [("webhook", webhook)])
        }
    }
}

/// On or off, as people type it.
enum SwitchPosition: String, ExpressibleByArgument, CaseIterable {
    case on
    case off
}

struct MarketGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "market", abstract: "Move prices, halt assets, thin the book.",
        subcommands: [
            Prices.self, SetPrice.self, Move.self, Halt.self, Thin.self, Freeze.self, Drift.self,
        ])

    struct Prices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print prices as JSON.")
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            let client = ControlClient(address: address.sandbox)
            print(try await client.get("/market/prices").text(.pretty))
        }
    }

    struct SetPrice: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "price", abstract: "Set the price of an asset.")
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Argument(help: "Dollars, such as 59700.00.") var price: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("market/price", [("asset", asset), ("price", price)])
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move the price of an asset by a percentage.",
            discussion: "Example: makewhole-sandbox market move BTC --percent=-10")
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Option(help: "Such as -10 or 2.5.") var percent: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("market/move", [("asset", asset), ("percent", percent)])
        }
    }

    struct Halt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Halt an asset (on), or let it trade again (off).")
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Argument(help: "on or off.") var state = SwitchPosition.on
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("market/halt", [("asset", asset), ("state", state.rawValue)])
        }
    }

    struct Thin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the house quote only a part of its usual size.")
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Argument(help: "0 through 100 percent.") var percent: Int
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("market/thin", [("asset", asset), ("percent", String(percent))])
        }
    }

    struct Freeze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let prices stand still and grow old (on), or be fresh (off).")
        @Argument(help: "on or off.") var state = SwitchPosition.on
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("market/freeze", [("state", state.rawValue)])
        }
    }

    struct Drift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let prices wander (on), or hold them where they are (off).")
        @Argument(help: "on or off.") var state: SwitchPosition
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("market/drift", [("state", state.rawValue)])
        }
    }
}

struct MailGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Read the mail box, or let an address bounce.",
        subcommands: [List.self, Bounce.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print messages as JSON.")
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            let client = ControlClient(address: address.sandbox)
            print(try await client.get("/mail.json").text(.pretty))
        }
    }

    struct Bounce: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an address bounce (on), or take its mail again (off).")
        @Argument(help: "The address.") var mailAddress: String
        @Argument(help: "on or off.") var state = SwitchPosition.on
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("mail/bounce", [("address", mailAddress), ("state", state.rawValue)])
        }
    }
}
