import ArgumentParser
import Wire

struct BankGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bank", abstract: "Make the bank settle, return, change or send something.",
        discussion: """
            ENTRY is the number the control page shows, a trace number, or Makewhole's payment id.
            """,
        subcommands: [
            List.self, Settle.self, Return.self, RepeatReturn.self, RepeatFile.self, Change.self,
            Contest.self, ContestPolicy.self, Wire.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print entries, returns and files as JSON.")
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            let client = ControlClient(address: address.sandbox)
            print(try await client.get("/control/bank").text(.pretty))
        }
    }

    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Settle one waiting entry now, or all of them.")
        @Argument(help: "The entry; leave it out for all.") var entry: String?
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("bank/settle", [("entry", entry)])
        }
    }

    struct Return: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Return an entry, now or on a later banking day.",
            discussion: "Example: makewhole-sandbox bank return 1 R01")
        @Argument(help: "The entry.") var entry: String
        @Argument(help: "The return code, such as R01.") var code: String
        @Option(help: "plain, again, wrong_amount or unknown_trace.") var variation: String?
        @Option(help: "Banking days after settlement, instead of now.") var after: Int?
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).perform(
                "bank/return",
                [
                    ("entry", entry), ("code", code), ("variation", variation),
                    ("after", after.map(String.init)),
                ])
        }
    }

    struct RepeatReturn: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an entry's return once more in another file.")
        @Argument(help: "The entry.") var entry: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("bank/repeat-return", [("entry", entry)])
        }
    }

    struct RepeatFile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send the same bytes of a file under a new name.")
        @Argument(help: "The file's name, as `bank list` shows it.") var file: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("bank/repeat-file", [("file", file)])
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a notification of change for an entry.")
        @Argument(help: "The entry.") var entry: String
        @Argument(help: "The change code, such as C01.") var code: String
        @Argument(help: "The corrected data, 1 to 29 characters.") var corrected: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).perform(
                "bank/change", [("entry", entry), ("code", code), ("corrected", corrected)])
        }
    }

    struct Contest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Contest a dishonored return that waits.")
        @Argument(help: "The trace number of the dishonored return, or of the return.")
        var trace: String
        @Argument(help: "The contest code, such as R73.") var code: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("bank/contest", [("trace", trace), ("code", code)])
        }
    }

    struct ContestPolicy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Contest every dishonored return from now on, or accept them with `off`.")
        @Argument(help: "A contest code such as R73, or off.") var code: String
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox)
                .perform("bank/contest-policy", [("code", code)])
        }
    }

    struct Wire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a wire to Makewhole's account.",
            discussion: "Example: makewhole-sandbox bank wire 50.00 MW-4F7K2")
        @Argument(help: "Dollars, such as 50.00.") var amount: String
        @Argument(help: "The reference the customer was told.") var reference: String
        @Option(help: "The name of the sender.") var sender = "Ana Sample"
        @OptionGroup var address: SandboxAddress

        func run() async throws {
            try await ControlClient(address: address.sandbox).perform(
                "bank/wire",
                [("amount", amount), ("reference", reference), ("sender", sender)])
        }
    }
}
