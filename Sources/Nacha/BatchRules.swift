/// Something a batch, or an entry of one, breaks the rules in.
struct Violation {
    let code: Problem.Code
    let field: RecordField
    /// Which of the entry's addenda; `nil` for the entry or the header itself.
    var addenda: Int?
    let found: String
    let expected: String
}

/// The kinds of addenda an entry has, each once.
struct AddendaKinds: OptionSet {
    let rawValue: UInt8

    static let forward = AddendaKinds(rawValue: 1)
    static let `return` = AddendaKinds(rawValue: 2)
    static let dishonored = AddendaKinds(rawValue: 4)
    static let contested = AddendaKinds(rawValue: 8)
    static let change = AddendaKinds(rawValue: 16)
    static let refusedChange = AddendaKinds(rawValue: 32)
    /// One whose columns say nothing certain.
    static let unread = AddendaKinds(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ kind: EntryKind) {
        switch kind {
        case .forward: self = .forward
        case .return: self = .return
        case .dishonored: self = .dishonored
        case .contested: self = .contested
        case .change: self = .change
        case .refusedChange: self = .refusedChange
        }
    }

    /// What an entry with these addenda is; the first in the order of a dispute when they differ.
    var kind: EntryKind {
        if contains(.return) { return .return }
        if contains(.dishonored) { return .dishonored }
        if contains(.contested) { return .contested }
        if contains(.change) { return .change }
        if contains(.refusedChange) { return .refusedChange }
        return .forward
    }
}

/// What the rules ask about an entry, whatever it was made from.
struct EntryFacts {
    var code: TransactionCode
    var cents: UInt64
    var trace: UInt64
    var isAccountBlank: Bool
    var isNameBlank: Bool
    var addendaCount: Int
    var kinds: AddendaKinds
}

/// The rules that a batch's header and entries obey whatever bytes they come from or go to. The
/// writer refuses the first violation; the reader turns each into a problem of its line.
///
/// Nacha Operating Rules, Appendix Two: what the operator rejects.
struct BatchRules {
    let serviceClass: ServiceClass?
    let entryClass: StandardEntryClass?
    let odfi: DFIIdentification?
    private var previous: UInt64?
    private var kind: EntryKind?

    /// A part of the header that could not be read is `nil`, and nothing is held against it.
    init(
        serviceClass: ServiceClass?, entryClass: StandardEntryClass?, odfi: DFIIdentification?
    ) {
        self.serviceClass = serviceClass
        self.entryClass = entryClass
        self.odfi = odfi
    }

    static func violations(_ header: BatchHeader) -> [Violation] {
        // The operator says who it is in the entries.
        guard header.entryClass != .adv else { return [] }
        var filled = [
            (header.companyIdentification, BatchHeaderFields.company),
            (header.entryDescription, BatchHeaderFields.description),
        ]
        // The name of an international batch is its indicator, usually blank.
        if header.entryClass != .iat {
            filled.insert((header.companyName, BatchHeaderFields.companyName), at: 0)
        }
        return filled.filter { ASCIIText.isBlankOrZero($0.0) }.map { blank($0.1, "text") }
    }

    static func blank(_ field: RecordField, _ expected: String) -> Violation {
        Violation(code: .blank, field: field, found: "only blanks or zeros", expected: expected)
    }

    /// Entries must be handed over in order, each once.
    mutating func violations(_ entry: Entry) -> [Violation] {
        var found: [Violation] = []
        check(
            EntryFacts(
                code: entry.code, cents: UInt64(entry.amount.count), trace: entry.trace.number,
                isAccountBlank: ASCIIText.isBlankOrZero(entry.account),
                isNameBlank: ASCIIText.isBlankOrZero(entry.name),
                addendaCount: entry.addenda.count,
                kinds: entry.addenda.reduce(into: []) { $0.insert(AddendaKinds($1.kind)) }),
            &found)
        return found
    }

    /// Notes a forward entry that was proved another way.
    @inline(__always)
    mutating func notePlain(_ trace: UInt64) {
        previous = trace
        kind = .forward
    }

    /// Entries must be handed over in order, each once. Adds to `found` what each is broken in.
    mutating func check(_ entry: EntryFacts, _ found: inout [Violation]) {
        checkTrace(entry, &found)
        checkAmount(entry, &found)
        checkText(entry, &found)
        // Of an unread addenda the kind is not known, so nothing follows from it.
        guard !entry.kinds.contains(.unread) else { return }
        checkKind(entry, &found)
        checkAddenda(entry, &found)
    }

    private mutating func checkTrace(_ entry: EntryFacts, _ found: inout [Violation]) {
        if let odfi, entry.trace / 10_000_000 != UInt64(odfi.number) {
            found.append(
                Violation(
                    code: .tracePrefix, field: EntryFields.trace, found: Self.text(entry.trace),
                    expected: "a trace number that begins with the batch's ODFI, \(odfi)"))
        }
        if let previous, entry.trace <= previous {
            found.append(
                Violation(
                    code: .traceNotAscending, field: EntryFields.trace,
                    found: Self.text(entry.trace),
                    expected: "more than \(Self.text(previous))"))
        }
        previous = entry.trace
    }

    private static func text(_ trace: UInt64) -> String { Digits.padded(trace, to: 15) }

    private func checkAmount(_ entry: EntryFacts, _ found: inout [Violation]) {
        if let serviceClass, !serviceClass.allows(entry.code.side) {
            found.append(
                Violation(
                    code: .wrongSide, field: EntryFields.code, found: "\(entry.code.rawValue)",
                    expected: "a code that service class \(serviceClass.rawValue) allows"))
        }
        let movesNothing: Bool
        switch (entry.code.use, entryClass) {
        case (.prenote, _), (.zeroDollar, _), (.returnOrChange, .cor): movesNothing = true
        case (.live, _): movesNothing = false
        // The return of a prenote is zero as well.
        case (.returnOrChange, _): return
        }
        if movesNothing != (entry.cents == 0) {
            found.append(
                Violation(
                    code: movesNothing ? .amountNotZero : .amountZero, field: EntryFields.amount,
                    found: "\(entry.cents) cents",
                    expected: movesNothing ? "zero with this code" : "more than zero"))
        }
    }

    private func checkText(_ entry: EntryFacts, _ found: inout [Violation]) {
        if entry.isAccountBlank {
            found.append(
                Self.blank(EntryFields.account(entryClass?.shape ?? .usual), "an account number"))
        }
        if entry.isNameBlank, let entryClass, entryClass.needsName {
            found.append(Self.blank(EntryFields.name(entryClass.shape), "the receiver's name"))
        }
    }

    private mutating func checkKind(_ entry: EntryFacts, _ found: inout [Violation]) {
        let entryKind = entry.kinds.kind
        switch (entryKind, entry.code.use) {
        case (.forward, .returnOrChange):
            found.append(
                Violation(
                    code: .addendaMissing, field: EntryFields.code,
                    found: "\(entry.code.rawValue) without the addenda that explains it",
                    expected: "an addenda of a return or change"))
            // What it was meant to be is not known, so nothing more follows.
            return
        case (.forward, _), (_, .returnOrChange):
            break
        case (_, .live), (_, .prenote), (_, .zeroDollar):
            found.append(
                Violation(
                    code: .wrongTransactionCode, field: EntryFields.code,
                    found: "\(entry.code.rawValue)",
                    expected: "\(entry.code.returning.rawValue), as this is \(entryKind)"))
        }
        let isChange = entryKind == .change || entryKind == .refusedChange
        if let entryClass, isChange != (entryClass == .cor) {
            found.append(
                Violation(
                    code: .entryClassMismatch, field: EntryFields.code,
                    found: "\(entryKind) in a \(entryClass.rawValue) batch",
                    expected: "changes in COR batches and nothing else there"))
        }
        if let kind, kind != entryKind {
            found.append(
                Violation(
                    code: .kindsMixed, field: EntryFields.code, found: "\(entryKind)",
                    expected: "\(kind), as the batch's first one"))
        }
        kind = kind ?? entryKind
    }

    private func checkAddenda(_ entry: EntryFacts, _ found: inout [Violation]) {
        guard entry.addendaCount > 0 else { return }
        let kind = entry.kinds.kind
        // The return of an international entry repeats seven of its addenda before its own.
        let isInternationalReturn = kind == .return && entryClass == .iat
        let alone = isInternationalReturn ? AddendaKinds([.forward, .return]) : AddendaKinds(kind)
        if !entry.kinds.isSubset(of: alone) {
            found.append(
                Violation(
                    code: .addendaMixed, field: AddendaFields.type, addenda: 0,
                    found: "addenda of several kinds", expected: "\(kind) alone"))
        }
        let most = isInternationalReturn ? 8 : kind == .forward ? entryClass?.addendaMax ?? .max : 1
        if entry.addendaCount > most {
            // Two answers to one entry contradict each other.
            found.append(
                Violation(
                    code: kind == .forward ? .addendaTooMany : .addendaMixed,
                    field: AddendaFields.type, addenda: most,
                    found: "\(entry.addendaCount) addenda", expected: "at most \(most)"))
        }
    }
}
