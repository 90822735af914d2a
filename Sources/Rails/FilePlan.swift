import Money
import Nacha
import Rules
import Service

/// Which entry goes into which file, so that no file is larger than the bank takes.
///
/// Pure and deterministic: the same entries under the same caps always make the same files. Each
/// entry is in exactly one file, or named among those that fit into none.
struct FilePlan: Equatable {
    /// For each file the entries in it, by their place in the list, in its order.
    let files: [[Int]]
    /// Entries that alone are more than a file may hold.
    let tooLarge: [Int]

    /// What a file is asked to hold.
    struct Item: Hashable {
        let amount: Cents
        let group: Group
        /// More than one for the micro-entries of an account, which go together.
        var entries = 1
    }

    /// Entries of one group share a batch.
    enum Group: Hashable, CaseIterable {
        case payment
        /// RETRY PYMT has a batch of its own (Nacha Operating Rules, Reinitiation).
        case representment
        /// A dishonored return repeats the company of its own batch, so each has one.
        case dishonor
        /// ACCTVERIFY: credits and the debits that take them back in one batch, whose sum is nothing
        /// (Nacha Operating Rules, Micro-Entries).
        case validation

        init(_ presentment: QueuedEntry.Presentment) {
            switch presentment {
            case .original: self = .payment
            case .again: self = .representment
            case .dishonor: self = .dishonor
            case .validation: self = .validation
            }
        }
    }

    /// Fills each file from the front: an entry goes into the first that has room for it. `first`
    /// is what the first file holds already.
    init(
        _ items: [Item], caps: FileCaps, isBalanced: Bool, first: FileLoad = FileLoad()
    ) {
        var loads = [first]
        var files: [[Int]] = [[]]
        var tooLarge: [Int] = []
        for (index, item) in items.enumerated() {
            var alone = FileLoad()
            alone.add(item)
            guard alone.fits(caps, isBalanced: isBalanced) else {
                tooLarge.append(index)
                continue
            }
            let place = loads.indices.first { file in
                var load = loads[file]
                load.add(item)
                return load.fits(caps, isBalanced: isBalanced)
            }
            if let place {
                loads[place].add(item)
                files[place].append(index)
            } else {
                loads.append(alone)
                files.append([index])
            }
        }
        self.files = files
        self.tooLarge = tooLarge
    }
}

/// What a file holds, as far as caps look at it.
struct FileLoad: Equatable {
    private var payments = Part()
    private var representments = Part()
    private var dishonors = Part()
    private var validations = Part()

    private struct Part: Equatable {
        var entries = 0
        var debits = Cents.zero

        mutating func add(_ item: FilePlan.Item) {
            entries += item.entries
            debits += item.amount
        }
    }

    init() {}

    init(_ items: [FilePlan.Item]) { for item in items { add(item) } }

    mutating func add(_ item: FilePlan.Item) {
        switch item.group {
        case .payment: payments.add(item)
        case .representment: representments.add(item)
        case .dishonor: dishonors.add(item)
        case .validation: validations.add(item)
        }
    }

    /// Batches that a balanced file offsets: what is sent back is none of the originator's money, and
    /// micro-entries are even by themselves.
    private var shared: [Part] { [payments, representments].filter { $0.entries > 0 } }

    func entryCount(isBalanced: Bool) -> Int {
        payments.entries + representments.entries + dishonors.entries + validations.entries
            + (isBalanced ? shared.count : 0)
    }

    var debitSum: Cents {
        payments.debits + representments.debits + dishonors.debits + validations.debits
    }

    /// Lines of the file: two for it, two for each batch, one for each entry and addenda, and
    /// nines to whole blocks of ten.
    func lineCount(isBalanced: Bool) -> Int {
        let lines =
            2 + 2 * (shared.count + dishonors.entries + (validations.entries > 0 ? 1 : 0))
            + entryCount(isBalanced: isBalanced)
            + dishonors.entries
        return (lines + 9) / 10 * 10
    }

    func fits(_ caps: FileCaps, isBalanced: Bool) -> Bool {
        if let most = caps.entries, entryCount(isBalanced: isBalanced) > most { return false }
        if let most = caps.lines, lineCount(isBalanced: isBalanced) > most { return false }
        if let most = caps.debits, debitSum > most { return false }
        // An offset is one entry, and an entry has ten digits.
        if isBalanced, shared.contains(where: { $0.debits > Entry.amountMax }) { return false }
        return debitSum <= Self.debitsMax
    }

    /// Twelve digits of a file control record.
    private static let debitsMax = Cents(999_999_999_999)
}
