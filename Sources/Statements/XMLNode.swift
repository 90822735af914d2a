import Foundation
import XMLCoder

/// An element of a document as values: what it says, and what is in it, in order within each name.
///
/// Made generic on purpose: a type for each element would take the first of two amounts and never
/// say that there was another.
final class XMLNode: Decodable, Sendable {
    let text: String
    let attributes: [String: String]
    private let children: [String: [XMLNode]]

    /// The root element of a document that ``XMLGuard`` has looked at. The names of elements are
    /// without their prefix.
    static func root(_ bytes: [UInt8]) throws -> XMLNode {
        let decoder = XMLDecoder()
        decoder.shouldProcessNamespaces = true
        return try decoder.decode(XMLNode.self, from: Data(bytes))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        var attributes: [String: String] = [:]
        var children: [String: [XMLNode]] = [:]
        var hasText = false
        for name in Set(container.allKeys.map(\.stringValue)).sorted() {
            guard !name.isEmpty, name != "#CDATA" else {
                hasText = true
                continue
            }
            let key = Name(stringValue: name)
            // The one attribute that matters shares its name with an element, Acct/Ccy.
            if name == "Ccy", let attribute = Self.attribute(container, key) {
                attributes[name] = attribute
            } else if let nodes = Self.nodes(container, key) {
                children[name] = nodes
            }
        }
        text = hasText ? try decoder.singleValueContainer().decode(String.self) : ""
        self.attributes = attributes
        self.children = children
    }

    private static func attribute(_ container: Container, _ key: Name) -> String? {
        do {
            return try container.decode(Attribute<String>.self, forKey: key).wrappedValue
        } catch {
            return nil
        }
    }

    /// `nil` for an attribute of which nothing is read.
    private static func nodes(_ container: Container, _ key: Name) -> [XMLNode]? {
        do {
            return try container.decode([XMLNode].self, forKey: key)
        } catch {
            return nil
        }
    }

    private typealias Container = KeyedDecodingContainer<Name>

    /// The elements of that name, in order.
    subscript(name: String) -> [XMLNode] { children[name] ?? [] }

    private struct Name: CodingKey, Hashable {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
