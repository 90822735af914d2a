import Wire

/// A profile's JSON as operators write it.
///
/// Read strictly: a value that was meant and misspelt must not silently be another.
public enum ProfileFile {
    /// Far above any profile; bounds the work on a wrong file.
    public static let bytesMax = 256 << 10

    /// What is wrong with a profile's file.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// At least one, each led by its JSON pointer.
        public let sentences: [String]
        public var description: String { sentences.joined(separator: "\n") }
    }

    /// What `read` makes of the part of the document that `choose` takes.
    static func load<Profile>(
        _ bytes: [UInt8], choose: (JSON) -> JSON = { $0 },
        read: (inout JSONObjectReader) -> Profile
    ) throws(Fault) -> Profile {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, bytesMax: bytesMax)
        } catch {
            throw Fault(sentences: ["\(error.pointer): \(error)"])
        }
        do throws(InvalidBody) {
            return try JSONObjectReader.read(choose(json)) { read(&$0) }
        } catch {
            throw Fault(
                sentences: error.errors.map {
                    ($0.pointer.isEmpty ? "the profile" : $0.pointer) + ": " + $0.detail
                })
        }
    }
}
