import Nacha
import Wire

/// How one bank's Nacha files are read, as operators write it: a built-in profile and what is
/// different with this bank (`docs/reference/nacha.md`).
public enum BankProfileFile {
    /// The profile in `bytes`, or the one under `reading` of a bank's setup.
    ///
    /// - Throws: ``ProfileFile/Fault`` with a sentence for each thing that is wrong.
    public static func load(_ bytes: [UInt8]) throws(ProfileFile.Fault) -> BankProfile {
        try ProfileFile.load(bytes) { document in
            guard let reading = document["reading"], reading.objectValue != nil else {
                return document
            }
            return reading
        } read: {
            read(&$0)
        }
    }

    /// Reads `profile`, `accepted` and `severities`; none is required.
    public static func read(_ reader: inout JSONObjectReader) -> BankProfile {
        let base =
            reader.optionalParsed(
                "profile", max: 40,
                expected: "one of " + BankProfile.all.map(\.name).joined(separator: ", "),
                { BankProfile(named: $0) }) ?? .lenient
        var accepted = base.accepted
        if let words = reader.optionalArray("accepted", max: Problem.Code.allCases.count) {
            for word in words {
                guard let code = word.stringValue.flatMap({ Problem.Code(rawValue: $0) }) else {
                    reader.reject("accepted", .notAllowed, "Only codes of docs/reference/nacha.md.")
                    break
                }
                accepted.insert(code)
            }
        }
        var severities = base.severities
        _ = reader.optionalObject("severities") { reader in
            for code in Problem.Code.allCases {
                if let severity = reader.optionalEnumeration(
                    code.rawValue, as: Problem.Severity.self)
                {
                    severities[code] = severity
                }
            }
        }
        return BankProfile(
            name: base.name, summary: base.summary, reading: base.reading, accepted: accepted,
            severities: severities)
    }
}
