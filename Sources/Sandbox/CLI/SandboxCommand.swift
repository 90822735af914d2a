import ArgumentParser

@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "makewhole-sandbox",
        abstract: "Plays the outside world for Makewhole: bank, processor, market, mail, exchange.",
        discussion: """
            Start it beside a Makewhole that runs in sandbox mode, then open its page.

              makewhole-sandbox serve --folder demo --makewhole http://127.0.0.1:8080 \\
                --host-key-file host.key --webhook-secret-file webhook.secret
              makewhole-sandbox bank return 1 R01
              makewhole-sandbox clock advance 2d

            Everything here is make-believe; no real bank, card or market is ever called.
            """,
        subcommands: [
            ServeCommand.self, ClockGroup.self, BankGroup.self, ProcessorGroup.self,
            MarketGroup.self, MailGroup.self, ExchangeGroup.self,
        ])
}
