import Foundation
import JWTKit
import Wire

/// The public keys a host signs with, by their `kid`: the old one and the new one while they change.
public struct HostKeys: Sendable {
    /// A key with the one algorithm it is for: what a token's header says does not choose.
    struct Key: Sendable {
        let algorithm: any JWTAlgorithm
    }

    let keys: [String: Key]

    /// Enough for two environments that each change their key.
    public static let keysMax = 8
    static let bytesMax = 64 << 10

    /// Reads a JWK Set (RFC 7517): Ed25519 (RFC 8037) and P-256 keys, each with a `kid` of its own.
    ///
    /// - Throws: ``HostKeysProblem``, with a sentence for whoever configures it. A private key or a
    ///   shared secret is refused: neither belongs here.
    public init(jwks bytes: [UInt8]) async throws(HostKeysProblem) {
        let json: JSON
        do {
            json = try JSON.parse(bytes, bytesMax: HostKeys.bytesMax)
        } catch {
            throw HostKeysProblem("It is not JSON: \(error).")
        }
        guard let rows = json["keys"]?.arrayValue, !rows.isEmpty else {
            throw HostKeysProblem("It has no keys: a JWK Set is {\"keys\": [...]}.")
        }
        guard rows.count <= HostKeys.keysMax else {
            throw HostKeysProblem("It has more than \(HostKeys.keysMax) keys.")
        }
        var keys: [String: Key] = [:]
        for row in rows {
            guard let kid = row["kid"]?.stringValue, (1...100).contains(kid.utf8.count) else {
                throw HostKeysProblem("Each key needs a kid of 1 through 100 characters.")
            }
            guard keys[kid] == nil else { throw HostKeysProblem("Two keys have the kid \(kid).") }
            keys[kid] = Key(algorithm: try await HostKeys.algorithm(row, kid))
        }
        self.keys = keys
    }

    private static func algorithm(
        _ row: JSON, _ kid: String
    ) async throws(HostKeysProblem) -> any JWTAlgorithm {
        guard row["d"] == nil, row["k"] == nil else {
            throw HostKeysProblem("The key \(kid) is private. Only public keys belong here.")
        }
        guard row["use"].map({ $0.stringValue == "sig" }) ?? true else {
            throw HostKeysProblem("The key \(kid) is not for signatures.")
        }
        let collection = JWTKeyCollection()
        let identifier = JWKIdentifier(string: kid)
        let algorithm: any JWTAlgorithm
        do {
            switch (row["kty"]?.stringValue, row["crv"]?.stringValue) {
            case ("OKP", "Ed25519"):
                let key = try EdDSA.PublicKey(x: row["x"]?.stringValue ?? "", curve: .ed25519)
                await collection.add(eddsa: key, kid: identifier)
            case ("EC", "P-256"):
                let key = try ES256PublicKey(
                    parameters: (row["x"]?.stringValue ?? "", row["y"]?.stringValue ?? ""))
                await collection.add(ecdsa: key, kid: identifier)
            default:
                throw HostKeysProblem("The key \(kid) is neither Ed25519 nor P-256.")
            }
            algorithm = try await collection.getKey(for: identifier)
        } catch let problem as HostKeysProblem {
            throw problem
        } catch {
            throw HostKeysProblem("The key \(kid) is no point of its curve.")
        }
        guard row["alg"].map({ $0.stringValue == algorithm.name }) ?? true else {
            throw HostKeysProblem("The key \(kid) is for \(algorithm.name), not for its alg.")
        }
        return algorithm
    }
}

/// Why a file of keys cannot be used, in a sentence.
public struct HostKeysProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
