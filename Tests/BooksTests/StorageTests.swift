import Money
import Testing

@testable import Books

/// Numbers that come out the same each time.
private struct Random {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Small and large ones alike.
    mutating func number() -> UInt64 { next() >> (next() % 64) }
    mutating func id() -> BookID { BookID(high: next(), low: next()) }
}

struct StorageTests {
    @Test("A table of ids answers as a dictionary does, while ids come, go and come back")
    func table() {
        var random = Random(state: 7)
        var table = IDTable(capacity: 16)
        var ids: [BookID] = []
        var known: [BookID: UInt32] = [:]
        for step in 0..<60_000 {
            if random.next() % 3 > 0 || ids.isEmpty {
                // Hashes that collide, so that slots are fought for.
                let id = BookID(high: 0, low: random.next() % 50_000)
                guard known[id] == nil else { continue }
                ids.append(id)
                known[id] = UInt32(ids.count)
                table.insert(BookHash.table(id), UInt32(ids.count))
            } else if let id = ids.popLast(), let number = known.removeValue(forKey: id) {
                table.remove(BookHash.table(id), number)
            }
            let asked = BookID(high: 0, low: random.next() % 50_000)
            let found = table.find(BookHash.table(asked)) { ids[Int($0) - 1] == asked }
            guard found == known[asked] ?? 0 else {
                Issue.record("step \(step): \(asked) is \(found)")
                return
            }
        }
        #expect(table.count == known.count)
    }

    @Test("Every record is read back as it was written, and one that is cut short is refused")
    func records() {
        var random = Random(state: 11)
        var bytes = [UInt8](repeating: 0, count: RecordCoding.sizeMax)
        for round in 0..<20_000 {
            let sequence = random.number() | 1 << 20
            let at = Int64(bitPattern: random.number() >> 16)
            let record = Self.record(&random, sequence, at)
            let size = bytes.withUnsafeMutableBufferPointer {
                RecordCoding.encode(record, sequence: sequence, at: at, to: $0.baseAddress!)
            }
            #expect(size <= RecordCoding.sizeMax)
            bytes.withUnsafeBytes { buffer in
                let whole = UnsafeRawBufferPointer(rebasing: buffer[..<size])
                var (read, skipped) = (0, 0)
                let again = RecordCoding.decode(whole, &read, sequence: sequence, at: at)
                #expect(again == record, "round \(round)")
                #expect(RecordCoding.skip(whole, &skipped))
                #expect(read == size && skipped == size)
                let cut = Int(random.next() % UInt64(size))
                var offset = 0
                #expect(
                    RecordCoding.decode(
                        UnsafeRawBufferPointer(rebasing: buffer[..<cut]), &offset,
                        sequence: sequence, at: at) == nil)
            }
        }
    }

    @Test("Bytes of all kinds are read as a record or refused, and never read past their end")
    func noise() {
        var random = Random(state: 13)
        for _ in 0..<50_000 {
            let bytes = (0..<Int(random.next() % 80)).map { _ in UInt8(random.next() & 0xFF) }
            bytes.withUnsafeBytes { buffer in
                var (read, skipped) = (0, 0)
                if RecordCoding.decode(buffer, &read, sequence: 1_000, at: 0) != nil {
                    #expect(read <= buffer.count)
                }
                if RecordCoding.skip(buffer, &skipped) { #expect(skipped <= buffer.count) }
            }
        }
    }

    private static func record(
        _ random: inout Random, _ sequence: UInt64, _ at: Int64
    ) -> JournalRecord {
        let kind = JournalRecord.Kind(rawValue: UInt8(random.next() % 8)) ?? .move
        var record = JournalRecord(
            kind: kind, id: random.id(), debit: max(UInt32(truncatingIfNeeded: random.number()), 1),
            happenedAt: random.next() % 2 == 0 ? at : Int64(bitPattern: random.number() >> 8))
        record.isLinked = random.next() % 2 == 0
        record.credit = UInt32(truncatingIfNeeded: random.number())
        record.amount = random.number() & BookLimits.amountMax
        record.reason = UInt32(truncatingIfNeeded: random.number())
        record.cause = random.next() % 2 == 0 ? random.id() : nil
        record.debitPrevious = random.number() % sequence
        record.creditPrevious = random.number() % sequence
        if random.next() % 2 == 0 { record.deadline = Int64(bitPattern: random.number() >> 4) }
        switch kind {
        case .move, .pend: break
        case .post, .void, .expire:
            record.subject = random.number() % (sequence - 1) + 1
            record.released = random.number() & BookLimits.amountMax
        case .reverse: record.subject = random.number() % (sequence - 1) + 1
        case .limit: record.terms = terms(&random)
        case .open:
            record.terms = terms(&random)
            record.opened = .init(
                asset: .usd, code: UInt32(truncatingIfNeeded: random.number()),
                detail: random.next() % 2 == 0 ? .total : .byReason)
        }
        return record
    }

    private static func terms(_ random: inout Random) -> AccountTerms {
        let allowance = random.number() & BookLimits.amountMax
        let limit: AccountLimit =
            switch random.next() % 3 {
            case 0: .none
            case 1: .debits(beyondCredits: allowance)
            default: .credits(beyondDebits: allowance)
            }
        return AccountTerms(limit: limit, held: random.number() & BookLimits.amountMax)
    }
}
