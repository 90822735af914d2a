import Foundation
import Rules
import Vocabulary
import Wire

/// Files of the project that tests read: the stories, the default policy and the reference.
enum Project {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    static func policies() throws -> PolicyBook { try read.get() }

    /// Read once: a test may ask ten thousand times.
    private static let read = Result { try PolicyFile.load(bytes("policy.json")) }

    static func policy() throws -> Policy { try policies().versions[0] }

    static func json(_ path: String) throws -> JSON {
        try JSON.parse(bytes(path), bytesMax: 4 << 20)
    }

    /// Names of the files in `Scenarios`, in order.
    static let scenarios: [String] = {
        do {
            return try FileManager.default.contentsOfDirectory(
                atPath: root.appending(path: "Scenarios").path
            ).filter { $0.hasSuffix(".json") }.sorted()
        } catch {
            return []
        }
    }()

    /// The JSON of each block fenced as such in a page of the reference.
    static func examples(in page: String) throws -> [JSON] {
        try text(page).components(separatedBy: "```json\n").dropFirst().map { block in
            let source = block.components(separatedBy: "\n```")[0]
            return try JSON.parse(source, bytesMax: 1 << 20)
        }
    }
}

extension JSON {
    /// This value with the one at `path` replaced; a path that leads nowhere changes nothing.
    func replacing(_ path: [String], with value: JSON) -> JSON {
        guard let first = path.first else { return value }
        let rest = Array(path.dropFirst())
        switch self {
        case .object(var object):
            if let member = object[first] { object[first] = member.replacing(rest, with: value) }
            return .object(object)
        case .array(var elements):
            if let index = Int(first), elements.indices.contains(index) {
                elements[index] = elements[index].replacing(rest, with: value)
            }
            return .array(elements)
        case .null, .boolean, .integer, .number, .string: return self
        }
    }

    /// This object with one more member.
    func adding(_ key: String, _ value: JSON) -> JSON {
        guard case .object(var object) = self else { return self }
        object[key] = value
        return .object(object)
    }

    func removing(_ key: String) -> JSON {
        guard case .object(var object) = self else { return self }
        object[key] = nil
        return .object(object)
    }
}
