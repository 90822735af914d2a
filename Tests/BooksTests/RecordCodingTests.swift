import Money
import Testing

@testable import Books

/// What is read from a file may be anything.
struct RecordCodingTests {
    private func decoded(_ record: JournalRecord) -> JournalRecord? {
        var bytes = [UInt8](repeating: 0, count: RecordCoding.sizeMax)
        let size = bytes.withUnsafeMutableBufferPointer {
            RecordCoding.encode(record, sequence: 9, at: 1_000, to: $0.baseAddress!)
        }
        var offset = 0
        return bytes[..<size].withUnsafeBytes {
            RecordCoding.decode($0, &offset, sequence: 9, at: 1_000)
        }
    }

    private func post(_ amount: UInt64, releasing released: UInt64 = 0) -> JournalRecord {
        var record = JournalRecord(
            kind: .post, id: BookID(high: 1, low: 2), debit: 3, happenedAt: 1_000)
        record.credit = 4
        record.amount = amount
        record.released = released
        record.subject = 5
        return record
    }

    @Test("No record is read whose amounts are beyond what books hold, so that no sum can overflow")
    func amounts() {
        let most = BookLimits.amountMax

        #expect(decoded(post(most, releasing: most))?.effect.released == 2 * most)
        #expect(decoded(post(most + 1)) == nil)
        #expect(decoded(post(1, releasing: most + 1)) == nil)
        #expect(decoded(post(.max, releasing: .max)) == nil)
    }

    @Test("No record is read whose terms are beyond what books hold")
    func terms() {
        func opened(_ terms: AccountTerms) -> JournalRecord? {
            var record = JournalRecord(
                kind: .limit, id: BookID(high: 1, low: 2), debit: 3, happenedAt: 1_000)
            record.terms = terms
            return decoded(record)
        }
        let most = BookLimits.amountMax

        #expect(opened(AccountTerms(limit: .credits(beyondDebits: most), held: most)) != nil)
        #expect(opened(AccountTerms(limit: .debits(beyondCredits: most + 1))) == nil)
        #expect(opened(AccountTerms(limit: .credits(beyondDebits: most + 1))) == nil)
        #expect(opened(AccountTerms(limit: .none, held: most + 1)) == nil)
    }

    @Test("No record is read that names no account")
    func accounts() {
        var record = post(1)
        record.debit = 0

        #expect(decoded(record) == nil)
    }
}
