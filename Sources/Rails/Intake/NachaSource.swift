import Banking
import Ledger
import Money
import Nacha
import Rules
import Service

/// A Nacha file as it was kept. It is read twice: once to prove it, and again to act on what was
/// proven; memory holds a part of it, whatever its size.
struct NachaSource {
    let name: String
    let bytes: BankFileBytes
    let profile: BankProfile
    var limits = IntakeLimits()

    /// What the first reading found.
    struct Proof {
        /// One for each file in the bytes: some banks put one after another.
        var parts: [Part] = []
        /// In the words of the library, for a person; only the first are kept.
        var lines: [String] = []
        var problems = 0
        var entries = 0

        /// A file in the bytes. There may be millions, so nothing more of each is held.
        struct Part {
            let verdict: FileReport.Verdict
            let line: Int

            var isRefused: Bool {
                switch verdict {
                case .valid, .quarantined: false
                case .refused, .notNacha: true
                }
            }
        }

        /// Lines of a report that are kept; `makewhole nacha check` tells all.
        static let linesMax = 1_000

        /// Whether nothing may follow from any part.
        var isRefused: Bool { parts.allSatisfy(\.isRefused) }

        /// Whether what the file of that index says may be acted on.
        func allows(_ file: Int) -> Bool {
            parts.indices.contains(file) && !parts[file].isRefused
        }
    }

    func prove() throws -> Proof {
        var proof = Proof()
        var reader = StreamReader(profile: profile)
        func take(_ event: borrowing StreamEvent) {
            switch event {
            case .fileEnd(let report):
                proof.parts.append(Proof.Part(verdict: report.verdict, line: report.line))
                proof.entries += report.counts.entries
            case .problem(let problem):
                proof.problems += 1
                if proof.lines.count < Proof.linesMax { proof.lines.append(problem.description) }
            case .file, .batch, .entry, .quarantined, .batchEnd: break
            }
        }
        var number = 0
        while let part = try bytes.part(number, of: name) {
            reader.read(part) { take($0) }
            number += 1
        }
        reader.finish { take($0) }
        return proof
    }

    /// Reads again, a window at a time. What belongs to a file that was not proven is passed over.
    ///
    /// `today` is the day from which a settlement date without a year is understood.
    func forEachWindow(
        _ proof: Proof, today: Day, _ body: (inout ArrivalWindow) async throws -> Void
    ) async throws {
        var gatherer = Gatherer(proof: proof, today: today, window: ArrivalWindow(limits))
        var reader = StreamReader(profile: profile)
        var number = 0
        while let part = try bytes.part(number, of: name) {
            number += 1
            for start in stride(from: 0, to: part.count, by: limits.bytesBetweenLooks) {
                let end = min(start + limits.bytesBetweenLooks, part.count)
                reader.read(part.span.bytes.extracting(start..<end)) { gatherer.take($0) }
                guard gatherer.window.isFull else { continue }
                try await body(&gatherer.window)
                gatherer.window.removeAll()
            }
        }
        reader.finish { gatherer.take($0) }
        try await body(&gatherer.window)
    }

    /// Makes arrivals of what the reader tells.
    private struct Gatherer {
        let proof: Proof
        let today: Day
        var window: ArrivalWindow
        private var file = 0
        private var settlesOn: Day?
        private var batch = 0
        /// How often a record that was set aside has stood in the file, by its columns.
        private var alike: [UInt64: Int] = [:]

        init(proof: Proof, today: Day, window: ArrivalWindow) {
            self.proof = proof
            self.today = today
            self.window = window
        }

        mutating func take(_ event: borrowing StreamEvent) {
            switch event {
            case .fileEnd: file += 1
            case .batch(let batch):
                settlesOn = batch.decoded()?.settlement?.day(near: today)
                self.batch = batch.bytes.lowerBound
            case .entry(let entry) where proof.allows(file): take(entry)
            case .quarantined(let entry) where proof.allows(file): setAside(entry)
            case .file, .entry, .quarantined, .batchEnd, .problem: break
            }
        }

        private mutating func take(_ entry: borrowing EntryView) {
            guard let trace = entry.trace?.number, let cents = entry.cents,
                let amount = Cents(exactly: Int64(clamping: cents))
            else { return append(.unexpected, of: entry) }
            guard let reason = entry.reason, let about = entry.originalTrace?.number else {
                return append(.unexpected, of: entry, trace)
            }
            if reason.utf8.first == 0x52, let code = Arrival.Code(reason) {
                let returned = ReturnCode(reason)
                switch returned?.facts.kind ?? .return {
                case .return:
                    var said: Int?
                    if returned?.saysMore == true, let whole = entry.decoded() {
                        said = window.entries.count
                        window.entries.append(whole)
                    }
                    window.arrivals.append(
                        Arrival(
                            .returned(
                                code: code, settlesOn: settlesOn, said: said,
                                isCredit: entry.side == .credit),
                            line: entry.line, offset: entry.bytes.lowerBound, batch: batch,
                            trace: trace, about: about, amount: amount))
                case .dishonored: append(.unexpected, of: entry, trace)
                case .contested:
                    keep(entry, trace, amount) { .contested($0) }
                }
            } else {
                keep(entry, trace, amount) { .changed($0) }
            }
        }

        /// Of the rarer kinds all is kept; the entry it is about is found by what its addenda says.
        private mutating func keep(
            _ entry: borrowing EntryView, _ trace: UInt64, _ amount: Cents,
            _ what: (Int) -> Arrival.What
        ) {
            guard let whole = entry.decoded() else { return append(.unexpected, of: entry, trace) }
            let about: UInt64
            switch whole.addenda.first {
            case .change(let addenda): about = addenda.originalTrace.number
            case .contested(let addenda): about = addenda.dishonoredTrace.number
            case .return, .paymentInformation, .dishonored, .refusedChange, .other, nil:
                return append(.unexpected, of: entry, trace)
            }
            window.arrivals.append(
                Arrival(
                    what(window.entries.count), line: entry.line, offset: entry.bytes.lowerBound,
                    batch: batch, trace: trace, about: about, amount: amount))
            window.entries.append(whole)
        }

        private mutating func append(
            _ what: Arrival.What, of entry: borrowing EntryView, _ trace: UInt64 = 0
        ) {
            window.arrivals.append(Arrival(what, line: entry.line, trace: trace))
        }

        private mutating func setAside(_ entry: borrowing EntryView) {
            var text = entry.record.text
            for index in 0..<entry.addendaCount { text += entry.addenda(at: index).text }
            let fingerprint = Causes.fingerprint(text)
            alike[fingerprint, default: 0] += 1
            let reason = entry.reason ?? ""
            let isReturn = entry.isEntry && !reason.hasPrefix("C")
            window.arrivals.append(
                Arrival(
                    .setAside(window.setAside.count), line: entry.line,
                    offset: entry.bytes.lowerBound, batch: batch,
                    trace: entry.isEntry ? entry.trace?.number ?? 0 : 0,
                    about: entry.originalTrace?.number ?? 0))
            window.setAside.append(
                ArrivalWindow.SetAside(
                    isEntry: entry.isEntry, code: reason, trace: entry.isEntry ? entry.trace : nil,
                    about: entry.originalTrace, cents: entry.isEntry ? entry.cents : nil,
                    isReturn: isReturn, isCredit: entry.isEntry && entry.side == .credit,
                    settlesOn: settlesOn,
                    key: "\(fingerprint):\(alike[fingerprint] ?? 1)"))
        }
    }
}

extension ReturnCode {
    /// Whether the addenda says more than the code: a date of death, or why it is questionable.
    fileprivate var saysMore: Bool { reportsDeath || self == .fileRecordEditCriteria }
}
