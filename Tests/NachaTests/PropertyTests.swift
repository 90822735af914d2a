import Banking
import Money
import Nacha
import Testing

struct PropertyTests {
    @Test("Any file that can be written is read back as it was, of every class")
    func roundTrip() throws {
        var classes: Set<StandardEntryClass> = []
        for seed in 0..<1_200 {
            var random = Seeded(seed: UInt64(seed))
            let file = try randomFile(&random)
            classes.formUnion(file.batches.map(\.header.entryClass))

            let reading = try read(try written(file))

            if reading != Reading(file: file) { Issue.record("seed \(seed)") }
        }
        #expect(classes == Set(StandardEntryClass.allCases))
    }

    @Test("A stream of entries is the file of them, of every class")
    func stream() throws {
        for seed in 0..<300 {
            var random = Seeded(seed: UInt64(seed))
            let file = try randomFile(&random)

            let (taken, report) = try StreamWriterTests.streamed(file)

            if taken.bytes != Array(try written(file).utf8) { Issue.record("seed \(seed)") }
            let told = Told(taken.bytes, .strict)
            #expect(told.reports.map(\.counts) == [report.counts], "seed \(seed)")
            #expect(told.reports.map(\.totals) == [report.totals], "seed \(seed)")
        }
    }

    @Test("No bytes make the reader crash, and what it accepts it can write again")
    func mutations() throws {
        var accepted = 0
        for seed in 0..<6_000 {
            var random = Seeded(seed: UInt64(seed))
            let goldens = [
                Golden.forward, Golden.returns, Golden.dishonored, Golden.contested,
                Golden.change, Golden.refusedChange,
            ]
            var bytes = Array(goldens[seed % goldens.count].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            for profile in [BankProfile.strict, .lenient] {
                guard let reading = reading(bytes, profile) else { continue }
                accepted += 1
                guard profile == .strict else { continue }
                let again = try FileWriter().bytes(reading.file)
                let second = try FileReader(profile: .strict).read(again)
                if second.file != reading.file { Issue.record("seed \(seed)") }
            }
        }
        // Changes to free text are accepted; without any the test would prove little.
        #expect(accepted > 500)
    }

    @Test("Random bytes are refused")
    func noise() {
        for seed in 0..<500 {
            var random = Seeded(seed: UInt64(seed))
            let count = Int.random(in: 0...2_000, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if seed % 2 == 0 { bytes = Array(Golden.forward.utf8.prefix(95)) + bytes }
            #expect(reading(bytes, .lenient) == nil, "seed \(seed)")
        }
    }

    private func reading(_ bytes: [UInt8], _ profile: BankProfile) -> Reading? {
        do {
            return try FileReader(profile: profile).read(bytes)
        } catch {
            #expect(error.problems.contains { $0.severity == .refusal })
            return nil
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout Seeded) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
        case 2: bytes[place] = UInt8.random(in: 0x30...0x39, using: &random)
        case 3: bytes.remove(at: place)
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 5: bytes.removeSubrange(place...)
        default:
            let end = min(place + 95, bytes.count)
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
    }

    // MARK: - Random files

    private func randomFile(_ random: inout Seeded) throws -> NachaFile {
        let count = Int.random(in: 0...4, using: &random)
        let isAdvice = Int.random(in: 0..<20, using: &random) == 0
        var number = 0
        var batches: [Batch] = []
        for _ in 0..<count {
            number += Int.random(in: 1...9, using: &random)
            batches.append(
                isAdvice
                    ? randomAdvice(number, &random) : try randomBatch(number, &random))
        }
        return NachaFile(
            header: FileHeader(
                destination: FileParty(randomRouting(&random)),
                origin: FileParty(text(1, 10, &random))!,
                created: randomDay(&random),
                createdAt: Bool.random(using: &random)
                    ? nil : TimeOfDay(hour: Int.random(in: 0...23, using: &random), minute: 7),
                modifier: FileModifier(number: Int.random(in: 0..<36, using: &random))!,
                destinationName: text(0, 23, &random), originName: text(0, 23, &random),
                referenceCode: text(0, 8, &random)),
            batches: batches)
    }

    private func randomBatch(_ number: Int, _ random: inout Seeded) throws -> Batch {
        let odfi = randomRouting(&random).identification
        let kinds: [EntryKind] = [
            .forward, .forward, .forward, .return, .dishonored, .contested, .change,
            .refusedChange,
        ]
        let kind = kinds.randomElement(using: &random)!
        let isChange = kind == .change || kind == .refusedChange
        // An international return is made of its entry, a dispute of one has no layout.
        let classes = StandardEntryClass.allCases.filter {
            $0 != .adv && $0 != .cor && ($0 != .iat || kind == .forward || kind == .return)
        }
        let entryClass = isChange ? .cor : classes.randomElement(using: &random)!
        var sequence = Int.random(in: 0...5_000_000, using: &random)
        let entries = try (0..<Int.random(in: 1...8, using: &random)).map { _ in
            sequence += Int.random(in: 1...99, using: &random)
            let trace = TraceNumber(odfi: odfi, sequence: sequence)!
            return entryClass == .iat
                ? try randomInternational(kind, trace, &random)
                : randomEntry(kind, entryClass, trace, &random)
        }
        let sides = Set(entries.map(\.code.side))
        let header = BatchHeader(
            serviceClass: sides.count > 1 ? .mixed : sides == [.debit] ? .debits : .credits,
            companyName: text(1, 16, &random), companyDiscretionaryData: text(0, 20, &random),
            companyIdentification: text(1, 10, &random), entryClass: entryClass,
            entryDescription: text(1, 10, &random), descriptiveDate: text(0, 6, &random),
            effectiveEntryDate: randomDay(&random),
            settlement: JulianDay(Int.random(in: 0...366, using: &random)),
            originatorStatus: OriginatorStatus.allCases.randomElement(using: &random)!,
            odfi: odfi, number: number)
        return Batch(
            header: entryClass == .iat ? try InternationalTests.terms.header(header) : header,
            entries: entries)
    }

    private func randomAdvice(_ number: Int, _ random: inout Seeded) -> Batch {
        let advice = (0..<Int.random(in: 1...5, using: &random)).map { sequence in
            Advice(
                code: AdviceCode.allCases.randomElement(using: &random)!,
                receiver: randomRouting(&random), account: text(1, 15, &random),
                amount: Cents(Int64.random(in: 0...999_999_999_999, using: &random)),
                routing: Int.random(in: 0...999_999_999, using: &random),
                fileIdentification: text(0, 5, &random), operatorData: text(0, 1, &random),
                name: text(0, 22, &random), discretionaryData: text(0, 2, &random),
                operatorRouting: randomRouting(&random).identification,
                day: JulianDay(randomDay(&random)), sequence: sequence)
        }
        return Batch(
            header: BatchHeader(
                serviceClass: .mixed, companyName: text(0, 16, &random),
                companyIdentification: text(0, 10, &random), entryClass: .adv,
                entryDescription: text(0, 10, &random),
                effectiveEntryDate: Bool.random(using: &random) ? nil : randomDay(&random),
                odfi: randomRouting(&random).identification, number: number),
            advice: advice)
    }

    private func randomInternational(
        _ kind: EntryKind, _ trace: TraceNumber, _ random: inout Seeded
    ) throws -> Entry {
        func party() -> InternationalPayment.Party {
            .init(
                name: text(1, 35, &random), street: text(1, 35, &random),
                cityAndState: text(1, 35, &random), countryAndPostalCode: text(1, 35, &random))
        }
        func bank() -> InternationalPayment.Bank {
            .init(
                name: text(1, 35, &random), qualifier: "01", identification: text(1, 34, &random),
                country: text(2, 3, &random))
        }
        let texts = Int.random(in: 0...2, using: &random)
        let payment = InternationalPayment(
            transactionType: text(3, 3, &random),
            foreignAmount: UInt64.random(in: 0..<1_000_000_000_000_000_000, using: &random),
            foreignTrace: text(0, 22, &random), originator: party(), receiver: party(),
            receiverIdentification: text(0, 15, &random), originatingBank: bank(),
            receivingBank: bank(),
            remittance: (0..<texts).map { _ in text(1, 80, &random) },
            correspondentBanks: (0..<Int.random(in: 0...(5 - texts), using: &random)).map { _ in
                bank()
            })
        let entry = try Entry.international(
            code: Bool.random(using: &random) ? .checkingCredit : .savingsDebit,
            gateway: randomRouting(&random), foreignAccount: text(1, 35, &random),
            amount: Cents(Int64.random(in: 1...9_999_999_999, using: &random)), payment: payment,
            screening: text(0, 2, &random), trace: trace)
        #expect(InternationalPayment(entry) == payment)
        guard kind == .return else { return entry }
        var returned = entry.returned(.noAccount, trace: trace)
        returned.receiver = randomRouting(&random)
        return returned
    }

    private func randomEntry(
        _ kind: EntryKind, _ entryClass: StandardEntryClass, _ trace: TraceNumber,
        _ random: inout Seeded
    ) -> Entry {
        let isForward = kind == .forward
        let code = TransactionCode.allCases.filter {
            ($0.use == .returnOrChange) != isForward
        }.randomElement(using: &random)!
        let isZero = entryClass == .cor || code.use == .prenote || code.use == .zeroDollar
        let isSwapped = entryClass == .cie || entryClass == .mte
        let isCounted = [.ctx, .enr, .trx, .atx].contains(entryClass)
        return Entry(
            code: code, receiver: randomRouting(&random), account: text(1, 17, &random),
            amount: isZero ? .zero : Cents(Int64.random(in: 1...9_999_999_999, using: &random)),
            identification: text(0, isSwapped ? 22 : 15, &random),
            name: text(1, isSwapped ? 15 : isCounted ? 16 : 22, &random),
            discretionaryData: text(0, 2, &random), trace: trace,
            addenda: randomAddenda(kind, entryClass, trace, &random))
    }

    private func randomAddenda(
        _ kind: EntryKind, _ entryClass: StandardEntryClass, _ own: TraceNumber,
        _ random: inout Seeded
    ) -> [Addenda] {
        func trace() -> TraceNumber {
            TraceNumber(
                odfi: randomRouting(&random).identification,
                sequence: Int.random(in: 0...TraceNumber.sequenceMax, using: &random))!
        }
        func bank() -> DFIIdentification { randomRouting(&random).identification }
        func julian() -> JulianDay? { JulianDay(Int.random(in: 0...366, using: &random)) }
        func code(_ kind: ReturnKind) -> ReturnCode {
            ReturnCodeBook.current.codes.filter { $0.facts.kind == kind }
                .randomElement(using: &random)!
        }
        switch kind {
        case .forward:
            let count: Int
            switch entryClass {
            case .ctx, .enr, .trx: count = Int.random(in: 0...12, using: &random)
            case .web, .ppd, .ccd, .cie, .ack, .atx, .dne:
                count = Int.random(in: 0...1, using: &random)
            case .pos, .mte, .shr:
                let columns = text(1, 76, &random)
                let blanks = String(repeating: " ", count: 76 - columns.utf8.count)
                return [.other(UnreadAddenda(type: "02", columns: columns + blanks + own.text))]
            case .tel, .cor, .adv, .arc, .boc, .iat, .pop, .rck, .trc, .xck: count = 0
            }
            return (0..<count).map { _ in .paymentInformation(text(0, 80, &random)) }
        case .return:
            let code = code(.return)
            return [
                .return(
                    ReturnAddenda(
                        code: code, originalTrace: trace(),
                        dateOfDeath: code.reportsDeath ? randomDay(&random) : nil,
                        originalReceivingDFI: bank(), information: text(0, 44, &random)))
            ]
        case .dishonored:
            return [
                .dishonored(
                    DishonoredAddenda(
                        code: code(.dishonored), originalTrace: trace(),
                        originalReceivingDFI: bank(), returnTrace: trace(),
                        returnSettlement: julian(), returnCode: code(.return),
                        information: text(0, 21, &random)))
            ]
        case .contested:
            return [
                .contested(
                    ContestedAddenda(
                        code: code(.contested), originalTrace: trace(),
                        originalReturned: randomDay(&random), originalReceivingDFI: bank(),
                        originalSettlement: julian(), returnTrace: trace(),
                        returnSettlement: julian(), returnCode: code(.return),
                        dishonoredTrace: trace(), dishonoredSettlement: julian(),
                        dishonoredCode: code(.dishonored)))
            ]
        case .change:
            return [
                .change(
                    ChangeAddenda(
                        code: .routing, originalTrace: trace(), originalReceivingDFI: bank(),
                        correctedData: text(0, 29, &random)))
            ]
        case .refusedChange:
            return [
                .refusedChange(
                    RefusedChangeAddenda(
                        code: .badCorrectedData, originalTrace: trace(),
                        originalReceivingDFI: bank(), correctedData: text(0, 29, &random),
                        changeCode: .account,
                        changeTraceSequence: Int.random(in: 0...9_999_999, using: &random)))
            ]
        }
    }

    private func randomRouting(_ random: inout Seeded) -> RoutingNumber {
        let number = Int.random(in: 1...99_999_999, using: &random)
        return RoutingNumber(DFIIdentification(number: number)!)
    }

    private func randomDay(_ random: inout Seeded) -> Day {
        Samples.day("2000-01-01").adding(days: Int.random(in: 0..<36_525, using: &random))
    }

    /// Printable text without blanks at its ends that is not all zeros.
    private func text(_ least: Int, _ most: Int, _ random: inout Seeded) -> String {
        let count = Int.random(in: least...most, using: &random)
        var bytes = (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
        if let first = bytes.indices.first, let last = bytes.indices.last {
            bytes[first] = UInt8.random(in: 0x41...0x5A, using: &random)
            if bytes[last] == 0x20 { bytes[last] = 0x2E }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
