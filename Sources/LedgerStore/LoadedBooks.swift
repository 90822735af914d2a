import Books

/// The end of the books, read into memory: what pages on disk lack, and the newest ids.
struct LoadedBooks {
    let stored: StoredBooks
    let books: WorkingBooks
    let last: StoredBooks.CommitRow?
    let seal: StoredBooks.Seal

    init(_ stored: StoredBooks, _ options: LedgerWriter.Options) throws {
        self.stored = stored
        last = try stored.last()
        seal = try stored.seal()
        guard let last else {
            books = WorkingBooks(
                accountsMax: options.accountsMax, recentIDs: options.recentIDs)
            return
        }
        books = WorkingBooks(
            nextSequence: last.next, nextAccount: UInt32(last.accounts) + 1, floor: seal.floor,
            accountsMax: options.accountsMax, recentIDs: options.recentIDs)
        let books = books
        let replayFrom = last.replayFrom
        try stored.forEach(from: min(replayFrom, seal.oldestLeft)) { record, sequence, at in
            guard sequence < last.next else {
                throw LedgerFault.corrupt("record \(sequence) belongs to no commit")
            }
            if sequence >= replayFrom {
                try books.replay(record, sequence, at: at, upTo: last, from: stored)
            } else if sequence >= seal.oldestLeft {
                books.remember(record, sequence)
            }
        }
        guard books.nextSequence == last.next else {
            throw LedgerFault.corrupt(
                "the journal ends before record \(last.next - 1), which its last commit has")
        }
    }
}

extension WorkingBooks {
    /// Takes a record that is on disk, unless it is none of the commits up to `last`.
    func replay(
        _ record: JournalRecord, _ sequence: UInt64, at: Int64, upTo last: StoredBooks.CommitRow,
        from stored: StoredBooks
    ) throws {
        guard sequence < last.next else {
            throw LedgerFault.corrupt("record \(sequence) belongs to no commit")
        }
        guard Int64(max(record.debit, record.credit)) <= last.accounts else {
            throw LedgerFault.corrupt("record \(sequence) names an account that is not open")
        }
        try replay(record, sequence, at: at, from: stored)
    }
}
