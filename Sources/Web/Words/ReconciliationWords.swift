extension Catalogue {
    var reconciliationLead: String {
        staff("What had to move on each settlement date, and what the bank says moved.")
    }
    var noStatementYet: String {
        staff("No statement has been taken yet. Reconciliation begins with the first one.")
    }
    var settlementDates: String { staff("Settlement dates") }
    var settlementDate: String { staff("Settlement date") }
    var expectedColumn: String { staff("Expected") }
    var foundColumn: String { staff("Found") }
    var difference: String { staff("Difference") }
    var openBreaksColumn: String { staff("Open breaks") }
    var breaksTitle: String { staff("Open breaks") }
    var breaksOfDay: String { staff("Breaks") }
    var noBreaks: String { staff("No open breaks.") }
    var noBreaksOfDay: String { staff("No breaks.") }
    var noMovements: String { staff("No movements.") }
    var movements: String { staff("Movements") }
    var whoKnows: String { staff("Known to") }
    func known(_ side: BreakRow.Side) -> String {
        switch side {
        case .expected: staff("Us alone")
        case .found: staff("The bank alone")
        }
    }
    func side(_ side: BreakRow.Side) -> String {
        switch side {
        case .expected: staff("Ours")
        case .found: staff("The bank's")
        }
    }
    var ageColumn: String { staff("Age") }
    func bankingDays(_ count: Int) -> String {
        staff(plural(count, "1 banking day", "\(count) banking days"))
    }
    var ownerColumn: String { staff("Owner") }
    var nobody: String { staff("Nobody") }
    var kindColumn: String { staff("Kind") }
    var nameColumn: String { staff("Name") }
    var matchedBy: String { staff("Matched by") }
    func movementKind(_ kind: ReconciliationDayPage.Kind) -> String {
        switch kind {
        case .ach: staff("ACH")
        case .achReturn: staff("ACH return")
        case .wire: staff("Wire")
        case .card: staff("Card")
        case .fee: staff("Fee")
        case .other: staff("Other")
        }
    }
    func matched(_ basis: ReconciliationDayPage.Basis, _ number: Int64) -> String {
        switch basis {
        case .item: staff("Item, match \(number)")
        case .batch: staff("Batch, match \(number)")
        case .file: staff("File, match \(number)")
        case .day: staff("Settlement date, match \(number)")
        }
    }
    var notMatched: String { staff("Not matched") }
    var breakColumn: String { staff("Break") }
    func breakTitle(_ id: String) -> String { staff("Break \(id)") }
    var foundOn: String { staff("Found on") }
    var closedWord: String { staff("Closed") }
    var openWord: String { staff("Open") }
    var assignBreak: String { staff("Give to") }
    var ownerHint: String { staff("The operator who takes care of it.") }
    var assignButton: String { staff("Assign") }
    var closeBreak: String { staff("Close") }
    var closeReason: String { staff("What explains it") }
    var closeHint: String {
        staff("Kept with your name. A later statement that brings the movement is matched anyway.")
    }
    var whatWasDone: String { staff("What was done") }
    var nothingDone: String { staff("Nothing yet.") }
    func act(_ act: String, _ owner: String?, _ reason: String) -> String {
        if let owner { return staff("Given to \(owner)") }
        return staff("Closed: \(reason)")
    }
    func moreRows(_ count: Int) -> String {
        staff("Only the first \(count) are shown here; the API lists all.")
    }
}
