import ArgumentParser

struct ExchangeGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange", abstract: "Act as a sample customer of the exchange.",
        discussion: """
            CUSTOMER is ana, ben, carla or dev. Ana's deposits settle; Ben's come back R01, \
            Carla's R02, Dev's R10.

              makewhole-sandbox exchange deposit ben 500
              makewhole-sandbox exchange buy ben BTC 500
            """,
        subcommands: [
            Deposit.self, Buy.self, Sell.self, Limit.self, Withdraw.self, Link.self,
            OperatorLink.self,
        ])

    struct Deposit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deposit dollars from the customer's first bank account.")
        @Argument(help: "The customer.") var customer: String
        @Argument(help: "Dollars, such as 500.00.") var amount: String
        @Option(help: "Makewhole's id of another bank account.") var method: String?
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).post(
                "/exchange/\(customer)/deposit", [("amount", amount), ("method", method)])
        }
    }

    struct Buy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Buy an asset for dollars at the market's price.")
        @Argument(help: "The customer.") var customer: String
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Argument(help: "Dollars, such as 500.00.") var amount: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).post(
                "/exchange/\(customer)/buy", [("asset", asset), ("amount", amount)])
        }
    }

    struct Sell: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sell an asset at the market's price.")
        @Argument(help: "The customer.") var customer: String
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Argument(help: "The quantity, such as 0.001.") var quantity: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).post(
                "/exchange/\(customer)/sell", [("asset", asset), ("quantity", quantity)])
        }
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Place a limit order.")
        @Argument(help: "The customer.") var customer: String
        @Argument(help: "buy or sell.") var side: String
        @Argument(help: "BTC, ETH or USDC.") var asset: String
        @Argument(help: "The quantity, such as 0.001.") var quantity: String
        @Argument(help: "Dollars for one whole unit.") var price: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).post(
                "/exchange/\(customer)/limit",
                [("side", side), ("asset", asset), ("quantity", quantity), ("price", price)])
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Withdraw dollars or an asset; a refusal says why, and when it may leave.")
        @Argument(help: "The customer.") var customer: String
        @Argument(help: "USD, BTC, ETH or USDC.") var asset: String
        @Argument(help: "The amount in whole units, such as 100.00.") var amount: String
        @Option(help: "Where to.") var destination = "sample-wallet-1"
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).post(
                "/exchange/\(customer)/withdraw",
                [("asset", asset), ("amount", amount), ("destination", destination)])
        }
    }

    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a one-time link to the customer's Makewhole page.")
        @Argument(help: "The customer.") var customer: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .post("/exchange/\(customer)/makewhole")
        }
    }

    struct OperatorLink: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a one-time link to Makewhole's operator pages.")
        @Option(help: "Olga Operator, Omar Operator or Vera Viewer.") var name = "Olga Operator"
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .post("/exchange/operator", [("name", name)])
        }
    }
}
