/// A JSON value as RFC 8259 defines it, with money in mind: integers are exact, and every other
/// number stays the text that was sent, so nothing ever passes through floating point.
public enum JSON: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number written with digits only that fits 64 bits.
    case integer(Int64)
    /// Any other number: one with a fraction or an exponent, `-0`, or one beyond 64 bits.
    case number(Number)
    case string(String)
    case array([JSON])
    case object(Object)

    /// Number text that is known to follow the grammar of RFC 8259, section 6.
    public struct Number: Hashable, Sendable {
        public let text: String

        /// `nil` unless `text` is one whole JSON number, without spaces.
        public init?(_ text: String) {
            guard JSONNumberGrammar.matches(Array(text.utf8)) else { return nil }
            self.text = text
        }

        init(trusted text: String) { self.text = text }
    }
}

extension JSON {
    /// The members of an object in the order they were written, each key once.
    ///
    /// Keys compare as Swift strings do, by canonical equivalence, so two spellings of the same
    /// accented word are one key and cannot be used to say two things at once. Two objects are
    /// equal when they have the same members in the same order.
    public struct Object: Hashable, Sendable {
        public struct Member: Hashable, Sendable {
            public let key: String
            public var value: JSON

            public init(key: String, value: JSON) {
                self.key = key
                self.value = value
            }
        }

        public private(set) var members: [Member] = []
        private var positions: [String: Int] = [:]

        /// Up to this many members a scan is quicker than a hash table, and costs no memory.
        private static let scannedMembersMax = 12

        public init() {}

        public var isEmpty: Bool { members.isEmpty }
        public var count: Int { members.count }
        public var keys: [String] { members.map(\.key) }

        /// The member's value, `nil` when absent. Setting `nil` removes the member; setting a new
        /// key appends it.
        public subscript(key: String) -> JSON? {
            get { position(of: key).map { members[$0].value } }
            set {
                switch (position(of: key), newValue) {
                case (let position?, let value?): members[position].value = value
                case (nil, let value?): append(Member(key: key, value: value))
                case (let position?, nil):
                    members.remove(at: position)
                    positions = [:]
                    if members.count > Object.scannedMembersMax { index(from: 0) }
                case (nil, nil): break
                }
            }
        }

        /// Adds a member at the end; `false`, and nothing changes, when the key is there already.
        public mutating func insert(_ value: JSON, for key: String) -> Bool {
            guard position(of: key) == nil else { return false }
            append(Member(key: key, value: value))
            return true
        }

        public static func == (lhs: Object, rhs: Object) -> Bool { lhs.members == rhs.members }

        public func hash(into hasher: inout Hasher) { hasher.combine(members) }

        private mutating func append(_ member: Member) {
            // The room most objects need, taken at once instead of by doubling from one.
            if members.isEmpty { members.reserveCapacity(6) }
            members.append(member)
            guard members.count > Object.scannedMembersMax else { return }
            index(from: positions.isEmpty ? 0 : members.count - 1)
        }

        private mutating func index(from first: Int) {
            for position in first..<members.count { positions[members[position].key] = position }
        }

        private func position(of key: String) -> Int? {
            if positions.isEmpty { return members.firstIndex { $0.key == key } }
            return positions[key]
        }
    }
}

extension JSON {
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var integerValue: Int64? {
        if case .integer(let count) = self { count } else { nil }
    }

    public var booleanValue: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }

    public var arrayValue: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var objectValue: Object? {
        if case .object(let object) = self { object } else { nil }
    }

    public var isNull: Bool { self == .null }

    /// The member of an object; `nil` when absent or when this is not an object.
    public subscript(key: String) -> JSON? { objectValue?[key] }

    /// The element of an array; `nil` outside its bounds or when this is not an array.
    public subscript(index: Int) -> JSON? {
        guard let elements = arrayValue, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// An object of the given members in order; a key given twice is a bug and traps.
    public static func object(_ members: [(String, JSON)]) -> JSON {
        var object = Object()
        for (key, value) in members {
            let isNew = object.insert(value, for: key)
            precondition(isNew, "an object names each key once")
        }
        return .object(object)
    }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = JSON.object(elements).objectValue ?? JSON.Object()
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }
}
