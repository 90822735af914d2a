/// Something a batch, or an entry of one, breaks the rules in.
struct Violation {
    let code: Problem.Code
    let field: Field
    /// Which of the entry's addenda; `nil` for the entry or the header itself.
    var addenda: Int?
    let found: String
    let expected: String
}

/// The rules that a batch's header and entries obey whatever bytes they come from or go to. The
/// writer refuses the first violation; the reader turns each into a problem of its line.
///
/// Nacha Operating Rules, Appendix Two: what the operator rejects.
struct BatchRules {
    let serviceClass: ServiceClass?
    let entryClass: StandardEntryClass?
    let odfi: DFIIdentification?
    private var previous: TraceNumber?
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
        [
            (header.companyName, BatchHeaderFields.companyName),
            (header.companyIdentification, BatchHeaderFields.company),
            (header.entryDescription, BatchHeaderFields.description),
        ].filter { ASCIIText.isBlankOrZero($0.0) }.map {
            Violation(
                code: .blank, field: $0.1, found: "only blanks or zeros", expected: "text")
        }
    }

    /// Entries must be handed over in order, each once.
    mutating func violations(_ entry: Entry) -> [Violation] {
        var found: [Violation] = []
        checkTrace(entry, &found)
        checkAmount(entry, &found)
        checkText(entry, &found)
        if entry.addenda.contains(where: \.isOther) {
            // Its kind is not known, so nothing follows from it.
            return found
        }
        checkKind(entry, &found)
        checkAddenda(entry, &found)
        return found
    }

    private mutating func checkTrace(_ entry: Entry, _ found: inout [Violation]) {
        if let odfi, entry.trace.odfi != odfi {
            found.append(
                Violation(
                    code: .tracePrefix, field: EntryFields.trace, found: entry.trace.text,
                    expected: "a trace number that begins with the batch's ODFI, \(odfi)"))
        }
        if let previous, entry.trace <= previous {
            found.append(
                Violation(
                    code: .traceNotAscending, field: EntryFields.trace, found: entry.trace.text,
                    expected: "more than \(previous)"))
        }
        previous = entry.trace
    }

    private func checkAmount(_ entry: Entry, _ found: inout [Violation]) {
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
        if movesNothing != entry.amount.isZero {
            found.append(
                Violation(
                    code: movesNothing ? .amountNotZero : .amountZero, field: EntryFields.amount,
                    found: "\(entry.amount.count) cents",
                    expected: movesNothing ? "zero with this code" : "more than zero"))
        }
    }

    private func checkText(_ entry: Entry, _ found: inout [Violation]) {
        if ASCIIText.isBlankOrZero(entry.account) {
            found.append(
                Violation(
                    code: .blank, field: EntryFields.account, found: "only blanks or zeros",
                    expected: "an account number"))
        }
        if let entryClass, entryClass.needsName, ASCIIText.isBlankOrZero(entry.name) {
            found.append(
                Violation(
                    code: .blank, field: EntryFields.name(entryClass.shape),
                    found: "only blanks or zeros", expected: "the receiver's name"))
        }
    }

    private mutating func checkKind(_ entry: Entry, _ found: inout [Violation]) {
        let entryKind = entry.kind
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
                    code: .entryClassMismatch, field: EntryFields.code, addenda: nil,
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

    private func checkAddenda(_ entry: Entry, _ found: inout [Violation]) {
        let kind = entry.kind
        for (index, addenda) in entry.addenda.enumerated() where addenda.kind != kind {
            found.append(
                Violation(
                    code: .addendaMixed, field: AddendaFields.type, addenda: index,
                    found: "\(addenda.kind)", expected: "\(kind) alone"))
        }
        let most = kind == .forward ? entryClass?.addendaMax ?? .max : 1
        if entry.addenda.count > most {
            found.append(
                Violation(
                    code: .addendaTooMany, field: AddendaFields.type, addenda: most,
                    found: "\(entry.addenda.count) addenda", expected: "at most \(most)"))
        }
    }
}

extension Addenda {
    var isOther: Bool {
        switch self {
        // Card terminals add type 02, which this program keeps but does not read.
        case .other: true
        case .paymentInformation, .return, .dishonored, .contested, .change, .refusedChange: false
        }
    }
}
