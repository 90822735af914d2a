import Foundation
import Ledger
import Rules
import Wire

/// Seals account numbers and documents under the master key; opens them only where they are used.
public struct Vault: Sendable {
    private let ring: Sealed
    private let fingerprints: Fingerprint.Maker
    public let cursors: Cursor.Codec

    public init(key: MasterKey) {
        ring = Sealed(current: (number: 1, key: key))
        fingerprints = Fingerprint.Maker(key: key)
        cursors = Cursor.Codec(key: key)
    }

    /// A bank account as the rules may see it: number sealed, last four digits, fingerprint.
    public func seal(
        routingNumber: String, accountNumber: String, type: PaymentMethod.AccountType
    ) -> PaymentMethod.BankAccount {
        PaymentMethod.BankAccount(
            routingNumber: routingNumber,
            sealedNumber: Data(ring.seal(accountNumber, context: Self.accountContext))
                .base64EncodedString(),
            fingerprint: fingerprints.bankAccount(
                routingNumber: routingNumber, accountNumber: accountNumber
            ).description,
            type: type)
    }

    /// The account number, for the bank file only.
    public func accountNumber(of account: PaymentMethod.BankAccount) throws -> String {
        guard let bytes = Data(base64Encoded: account.sealedNumber) else {
            throw SealedRefusal.malformed
        }
        return try ring.openText(Array(bytes), context: Self.accountContext)
    }

    /// A new key for one file of a customer's, and the same sealed under the master key, to be kept
    /// beside the file. Whoever destroys what is kept of it destroys the file, wherever its bytes are.
    func newFileKey(for place: String) -> (key: FileKey, wrapped: Data) {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<MasterKey.bytesCount).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        guard let key = FileKey(bytes) else { preconditionFailure("32 random bytes are a key") }
        return (key, Data(ring.seal(bytes, context: "document-key:\(place)")))
    }

    func fileKey(_ wrapped: Data, for place: String) throws -> FileKey {
        guard let key = FileKey(try ring.open(Array(wrapped), context: "document-key:\(place)"))
        else { throw SealedRefusal.malformed }
        return key
    }

    /// Opens a document from before documents had keys of their own.
    func open(document sealed: Data, as id: DocumentID) throws -> [UInt8] {
        try ring.open(Array(sealed), context: "document:\(id)")
    }

    /// The key of one file: what it seals is opened by it and nothing else.
    struct FileKey: Sendable {
        private let ring: Sealed

        init?(_ bytes: [UInt8]) {
            guard let key = MasterKey(bytes: bytes) else { return nil }
            ring = Sealed(current: (number: 1, key: key))
        }

        func seal(_ bytes: [UInt8], as part: String) -> Data {
            Data(ring.seal(bytes, context: part))
        }

        func open(_ sealed: Data, as part: String) throws -> [UInt8] {
            try ring.open(Array(sealed), context: part)
        }
    }

    func seal(subscription bytes: [UInt8], as id: Data, of customer: CustomerID) -> Data {
        Data(ring.seal(bytes, context: "push:\(customer):\(Hex.encode(id))"))
    }

    func open(subscription sealed: Data, as id: Data, of customer: CustomerID) throws -> [UInt8] {
        try ring.open(Array(sealed), context: "push:\(customer):\(Hex.encode(id))")
    }

    func seal(bankFilePart bytes: [UInt8], of name: String, number: Int) -> Data {
        Data(ring.seal(bytes, context: "bank-file:\(number):\(name)"))
    }

    func open(bankFilePart sealed: Data, of name: String, number: Int) throws -> [UInt8] {
        try ring.open(Array(sealed), context: "bank-file:\(number):\(name)")
    }

    /// A webhook's secret, or the private half of its key, for its endpoint and number only.
    func seal(webhookSecret bytes: [UInt8], _ place: String) -> Data {
        Data(ring.seal(bytes, context: "webhook-secret:\(place)"))
    }

    func open(webhookSecret sealed: Data, _ place: String) throws -> [UInt8] {
        try ring.open(Array(sealed), context: "webhook-secret:\(place)")
    }

    private static let accountContext = "bank-account"
}
