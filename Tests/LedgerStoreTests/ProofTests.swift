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

    @Test("A proof in which any digit of a hash or record is changed shows nothing")
    func tampered() async throws {
        let ledger = try SampleLedger()
        let file = try await ledger.open()
        try await ledger.openAccounts(file)
        for _ in 0..<5 { _ = try await file.post((0..<3).map { _ in ledger.deposit(9) }) }
        try file.close()
        let proof = try LedgerReader(path: ledger.path).read { try $0.proof(of: 10) }
        let text = Array(try JSONEncoder().encode(proof))
        #expect(throws: Never.self) { try proof.check() }

        var accepted: [Int] = []
        var tried = 0
        for (index, byte) in text.enumerated() where (0x61...0x66).contains(byte) {
            guard index > 0, text[index - 1] != 0x22 else { continue }
            var changed = text
            changed[index] = 0x30
            guard let other = try? JSONDecoder().decode(LedgerProof.self, from: Data(changed)),
                other != proof
            else { continue }
            tried += 1
            if (try? other.check()) != nil { accepted.append(index) }
        }

        #expect(tried > 300)
        #expect(accepted == [])
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
