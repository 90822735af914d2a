import Ledger
import Wire

/// The names of a scenario and the identifiers they stand for.
///
/// An obligation shares its identifier with what it is for, so both have one name: `D1` is a
/// deposit in `asset:precredit:D1` and its obligation in `asset:obligation:D1`.
struct Names {
    private var identifierOfName: [String: String] = [:]
    /// By the 26 characters behind the prefix.
    private var nameOfBits: [String: String] = [:]
    private var counted: [String: Int] = [:]

    /// What an obligation can be for; its identifier is theirs under another prefix.
    private static let owedFor = [DepositKind.prefix, SettlementKind.prefix, ClaimKind.prefix]

    func isTaken(_ name: String) -> Bool { identifierOfName[name] != nil }

    mutating func name<Kind>(_ id: Identifier<Kind>, _ name: String) {
        identifierOfName[name] = id.description
        nameOfBits[Self.bits(id.description)] = name
    }

    /// Gives what has no name yet the next free one, as in `SALE1`, `SALE2`.
    mutating func nameNext<Kind>(_ id: Identifier<Kind>, _ word: String) {
        guard nameOfBits[Self.bits(id.description)] == nil else { return }
        var name: String
        repeat {
            counted[word, default: 0] += 1
            name = "\(word)\(counted[word, default: 0])"
        } while isTaken(name)
        self.name(id, name)
    }

    /// The text of the identifier with this prefix that `name` stands for.
    func identifier(prefix: String, name: String) -> String? {
        guard let identifier = identifierOfName[name] else { return nil }
        let own = String(identifier.prefix(3))
        guard own != prefix else { return identifier }
        guard prefix == ObligationKind.prefix, Self.owedFor.contains(own) else { return nil }
        return "\(prefix)_\(Self.bits(identifier))"
    }

    func name<Kind>(of id: Identifier<Kind>) -> String {
        nameOfBits[Self.bits(id.description)] ?? id.description
    }

    /// `text` with every identifier that has a name replaced by it.
    func inWords(_ text: String) -> String {
        guard text.utf8.count >= Self.identifierLength, text.contains("_") else { return text }
        var words = ""
        var token = ""
        for character in text {
            if character.isASCII, character.isLetter || character.isNumber || character == "_" {
                token.append(character)
            } else {
                words += word(token)
                words.append(character)
                token = ""
            }
        }
        return words + word(token)
    }

    func inWords(_ json: JSON) -> JSON {
        switch json {
        case .null, .boolean, .integer, .number: json
        case .string(let text): .string(inWords(text))
        case .array(let elements): .array(elements.map(inWords))
        case .object(let object):
            .object(object.members.map { ($0.key, inWords($0.value)) })
        }
    }

    private func word(_ token: String) -> String {
        guard token.utf8.count == Self.identifierLength else { return token }
        return nameOfBits[Self.bits(token)] ?? token
    }

    private static let identifierLength = 3 + 1 + 26

    private static func bits(_ text: String) -> String { String(text.dropFirst(4)) }
}
