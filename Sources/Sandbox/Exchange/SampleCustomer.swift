/// A make-believe customer of the exchange, with a story told by the bank account's last digits.
struct SampleCustomer: Sendable {
    struct Account: Sendable {
        var label: String
        var number: String
        var type: String
        /// Unverified accounts are asked for documents when a debt is settled from them.
        var isVerified: Bool
        var balanceMinor: Int64
    }

    var reference: String
    var name: String
    var email: String
    var language: String
    var timeZone: String
    /// What happens with this customer's deposits, for the page.
    var story: String
    var accounts: [Account]

    /// A routing number that passes its check digit and belongs to no bank.
    static let routing = "123456780"

    static let all: [SampleCustomer] = [
        SampleCustomer(
            reference: "ana", name: "Ana Sample", email: "ana@example.com", language: "en",
            timeZone: "America/New_York", story: "Her deposits settle.",
            accounts: [everyday("100005555"), savings("200005551")]),
        SampleCustomer(
            reference: "ben", name: "Ben Sample", email: "ben@example.com", language: "en",
            timeZone: "America/Chicago",
            story: "His deposits come back for insufficient funds (R01) two banking days after "
                + "settlement.",
            accounts: [everyday("100000001"), savings("200005552")]),
        SampleCustomer(
            reference: "carla", name: "Carla Muestra", email: "carla@example.com", language: "es",
            timeZone: "America/Los_Angeles",
            story: "Her account is closed: deposits come back R02. Her pages are in Spanish.",
            accounts: [everyday("100000002"), unverified("200005553")]),
        SampleCustomer(
            reference: "dev", name: "Dev Sample", email: "dev@example.com", language: "en",
            timeZone: "America/Denver",
            story: "He says he did not make the deposit: R10 three banking days after settlement.",
            accounts: [everyday("100000010"), savings("200005554")]),
    ]

    /// What the house trades from, by asset; see ``ExchangeClient/fund(_:_:)``.
    static let houseFunds: [(asset: String, quantity: String)] = [
        ("USD", "1000000.00"), ("BTC", "50.00000000"), ("ETH", "1000.00000000"),
        ("USDC", "1000000.000000"),
    ]

    static func named(_ reference: String) -> SampleCustomer? {
        all.first { $0.reference == reference }
    }

    private static func everyday(_ number: String) -> Account {
        Account(
            label: "Sample Bank checking", number: number, type: "checking", isVerified: true,
            balanceMinor: 5_000_00)
    }

    private static func savings(_ number: String) -> Account {
        Account(
            label: "Other Bank savings", number: number, type: "savings", isVerified: true,
            balanceMinor: 2_000_00)
    }

    private static func unverified(_ number: String) -> Account {
        Account(
            label: "Other Bank savings", number: number, type: "savings", isVerified: false,
            balanceMinor: 2_000_00)
    }
}
