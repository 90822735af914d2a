public import Banking

/// What an originator's bank sends back: dishonored returns and refused notifications of change, in
/// batches whose company fields are those of the batches they answer.
///
/// Nacha Operating Rules, Appendix Four: returns, dishonored returns and forward entries are never
/// mixed in a batch, nor are answers to batches that differ.
public struct Answers: Sendable {
    /// The originating bank, which answers.
    public let odfi: DFIIdentification
    /// The day of the answers' own headers.
    public let effectiveEntryDate: Day

    private var entries: [(header: BatchHeader, entry: Entry)] = []

    /// Nothing to answer yet.
    public init(odfi: DFIIdentification, effectiveEntryDate: Day) {
        self.odfi = odfi
        self.effectiveEntryDate = effectiveEntryDate
    }

    /// Whether there is anything to send.
    public var isEmpty: Bool { entries.isEmpty }

    /// Refuses a return.
    ///
    /// Nacha Operating Rules, Dishonor of Return Entries: R61, R62, R67 through R70, within five
    /// banking days of the return's settlement. R69 names the wrong fields as two digits each,
    /// with `*` between them: 01 account number, 02 original trace number, 03 amount, 04 individual
    /// identification, 05 transaction code, 06 company identification, 07 effective entry date.
    /// International returns have no such layout.
    public mutating func dishonor(
        _ returned: Entry, in header: BatchHeader, code: ReturnCode, information: String = "",
        returnSettlement: Day, trace: TraceNumber, on day: Day,
        rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        guard Self.dishonorCodes.contains(code.text) else {
            throw OriginationRefusal(
                .dishonorCode,
                "\(code) refuses no return; \(Self.dishonorCodes.joined(separator: ", ")) do.")
        }
        let dishonored = returned.dishonored(
            code, trace: trace, returnSettlement: JulianDay(returnSettlement),
            information: information)
        guard let dishonored, header.entryClass != .iat else {
            throw OriginationRefusal(
                .dishonorSubject,
                "Entry \(returned.trace) is \(returned.kind) of class "
                    + "\(header.entryClass.rawValue); only a domestic return can be dishonored.")
        }
        guard code != .fieldErrorsInReturn || Self.namesFields(information) else {
            throw OriginationRefusal(
                .dishonorInformation,
                "R69 says which fields are wrong: 01 through 07, with * between them, as 01*03.")
        }
        let last = rules.timing.calendar.bankingDay(
            rules.timing.windows.value(on: returnSettlement).dishonorBankingDays,
            after: returnSettlement)
        guard day <= last else {
            throw OriginationRefusal(
                .dishonorWindow,
                "The return \(returned.trace) settled on \(returnSettlement) and could be dishonored "
                    + "until \(last); it is \(day).")
        }
        entries.append((header, dishonored))
    }

    private static let dishonorCodes = ["R61", "R62", "R67", "R68", "R69", "R70"]

    private static func namesFields(_ information: String) -> Bool {
        let parts = information.split(separator: "*", omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            part.utf8.count == 2 && Digits.number(part.utf8).map { (1...7).contains($0) } == true
        }
    }

    /// Refuses a notification of change.
    ///
    /// Nacha Operating Rules, Refused Notification of Change: C61 through C69, within fifteen
    /// calendar days of its receipt, in a batch of class COR.
    public mutating func refuse(
        _ change: Entry, in header: BatchHeader, code: ChangeCode, received: Day,
        trace: TraceNumber, on day: Day, rules: OriginationRules = OriginationRules()
    ) throws(OriginationRefusal) {
        guard code.facts.kind == .refusal else {
            throw OriginationRefusal(
                .refusedChangeCode, "\(code) refuses no notification of change; C61 through C69 do."
            )
        }
        guard let refused = change.refusedChange(code, trace: trace) else {
            throw OriginationRefusal(
                .refusedChangeSubject,
                "Entry \(change.trace) is \(change.kind); only a notification of change can be "
                    + "refused.")
        }
        let last = received.adding(days: rules.refusedChangeDays)
        guard day <= last else {
            throw OriginationRefusal(
                .refusedChangeWindow,
                "The notification \(change.trace) came on \(received) and could be refused until "
                    + "\(last); it is \(day).")
        }
        entries.append((header.changed(by: odfi, number: 0), refused))
    }

    /// The batches, in the order their first entry was added; entries by trace number, batch numbers
    /// counted on from `firstNumber`.
    public func batches(firstNumber: Int = 1) -> [Batch] {
        var places: [BatchHeader: Int] = [:]
        var batches: [Batch] = []
        for (header, entry) in entries {
            var answer = header.answered(by: odfi, number: 0)
            answer.effectiveEntryDate = effectiveEntryDate
            answer.serviceClass = entry.code.side == .debit ? .debits : .credits
            if let place = places[answer] {
                batches[place].entries.append(entry)
                continue
            }
            places[answer] = batches.count
            batches.append(Batch(header: answer, entries: [entry]))
        }
        for place in batches.indices {
            batches[place].header.number = firstNumber + place
            batches[place].entries.sort { $0.trace < $1.trace }
        }
        return batches
    }
}
