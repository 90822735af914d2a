import Books
import Foundation
import Testing

@testable import LedgerStore

struct ProofTests {
    @Test("Every record of a ledger is proven by its proof, and shows its accounts")
    func every() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        for round in 0..<9 {
            _ = try await file.post((0...(round * 40)).map { _ in ledger.deposit(1) })
        }
        try file.close()

        try LedgerReader(path: ledger.path).read { view in
            let root = try view.root()
            for sequence in stride(from: 1, through: view.head.records, by: 37) {
                let proof = try view.proof(of: sequence)
                let read = try JSONDecoder().decode(
                    LedgerProof.self, from: try JSONEncoder().encode(proof))
                #expect(read.root.bytes == root)
                let shown = try read.check()
                #expect(shown.record == (try view.record(sequence)))
                if shown.record.record.kind == .move {
                    #expect(shown.openings.map(\.record.id) == [ledger.bank, ledger.ada])
                }
            }
        }
    }

    private func proof(of sequence: UInt64) async throws -> LedgerProof {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        for _ in 0..<5 { _ = try await file.post((0..<3).map { _ in ledger.deposit(9) }) }
        try file.close()
        return try LedgerReader(path: ledger.path).read { try $0.proof(of: sequence) }
    }

    @Test("A proof in which any number, digit, hash or side is changed shows nothing")
    func tampered() async throws {
        // Of the last commit, so that no other number of commits has its path.
        let proof = try await proof(of: 17)
        #expect(throws: Never.self) { try proof.check() }
        let json = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(proof))

        var tried = 0
        var accepted: [String] = []
        for change in Tampering.changes(of: json) {
            let bytes = try JSONSerialization.data(withJSONObject: change.value)
            let other: LedgerProof
            do { other = try JSONDecoder().decode(LedgerProof.self, from: bytes) } catch {
                continue
            }
            tried += 1
            let checked = Result { () throws(LedgerProof.Flaw) in try other.check() }
            if case .success = checked { accepted.append(change.what) }
        }

        #expect(tried > 1_000)
        #expect(accepted == [])
    }

    @Test("A record is not proven under another number by hashes that were joined")
    func renumbered() async throws {
        let proof = try await proof(of: 12)
        var json = try #require(
            try JSONSerialization.jsonObject(with: try JSONEncoder().encode(proof))
                as? [String: Any])
        var records = try #require(json["records"] as? [[String: Any]])
        let before = try #require(records[0]["before"] as? [String])
        #expect(before.count == 2)
        records[0]["before"] = [before.joined()]
        records[0]["sequence"] = 11
        json["records"] = records
        let forged = try JSONDecoder().decode(
            LedgerProof.self, from: try JSONSerialization.data(withJSONObject: json))

        #expect(throws: LedgerProof.Flaw.self) { try forged.check() }
    }

    @Test("The tree is that of RFC 6962: every leaf of every size leads to the root")
    func tree() {
        for count in 1...33 {
            let hashes = (0..<count).map { LedgerHash.of([UInt8($0)]) }
            for index in 0..<count {
                let path = LedgerTree.path(to: index, in: hashes[...])
                #expect(
                    LedgerTree.root(from: hashes[index], along: path) == LedgerTree.root(hashes))
                #expect(path.count <= 6)
            }
        }
    }
}

/// Every small change of a JSON value, with where it was made.
private enum Tampering {
    typealias Change = (what: String, value: Any)

    static func changes(of value: Any, at path: String = "") -> [Change] {
        switch value {
        case let object as [String: Any]: changes(of: object, path)
        case let array as [Any]: changes(of: array, path)
        case let text as String: changes(of: text, path)
        case let number as Int: [("\(path) + 1", number + 1), ("\(path) - 1", number - 1)]
        default: []
        }
    }

    private static func changes(of object: [String: Any], _ path: String) -> [Change] {
        var found: [Change] = []
        for (key, value) in object {
            for change in changes(of: value, at: "\(path).\(key)") {
                var other = object
                other[key] = change.value
                found.append((change.what, other))
            }
        }
        for (side, other) in [("left", "right"), ("right", "left")] {
            if let hash = object[side] { found.append(("\(path) to the \(other)", [other: hash])) }
        }
        return found
    }

    private static func changes(of array: [Any], _ path: String) -> [Change] {
        var found: [Change] = []
        for index in array.indices {
            for change in changes(of: array[index], at: "\(path)[\(index)]") {
                var other = array
                other[index] = change.value
                found.append((change.what, other))
            }
            var fewer = array
            fewer.remove(at: index)
            found.append(("\(path) without \(index)", fewer))
            found.append(("\(path) with \(index) again", array + [array[index]]))
        }
        if let texts = array as? [String], texts.count > 1 {
            found.append(("\(path) joined", [texts.joined()]))
        }
        return found
    }

    private static func changes(of text: String, _ path: String) -> [Change] {
        var found: [Change] = [
            ("\(path) shorter", String(text.dropLast(2))), ("\(path) longer", text + "00"),
        ]
        for index in text.indices {
            let other = text[index] == "0" ? "1" : "0"
            found.append(
                ("\(path) at \(index)", text.replacingCharacters(in: index...index, with: other)))
        }
        return found
    }
}
