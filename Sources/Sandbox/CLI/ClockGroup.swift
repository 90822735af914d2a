import ArgumentParser
import Wire

struct ClockGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Show or move the sandbox's clock.",
        subcommands: [Show.self, Advance.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the time, and when something is due.")

        @OptionGroup var address: SandboxAddress

        func run() async throws {
            let client = ControlClient(address: address.sandbox)
            print(try await client.get("/control/clock").text(.pretty))
        }
    }

    struct Advance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move the clock forward, letting everybody do what is due on the way.",
            discussion: "Example: makewhole-sandbox clock advance 2d")

        @Argument(help: "90m, 1h, 2d, next, or an RFC 3339 time.")
        var by: String

        @OptionGroup var address: SandboxAddress

        /// Between two looks at a clock that is still moving.
        private static let pause: Duration = .milliseconds(250)

        func run() async throws {
            let client = ControlClient(address: address.sandbox)
            try await client.perform("clock/advance", [("by", by)])
            while true {
                let clock = try await client.get("/control/clock")
                guard clock["moving"] == .boolean(true) else {
                    print(clock["now"]?.stringValue ?? "")
                    return
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
