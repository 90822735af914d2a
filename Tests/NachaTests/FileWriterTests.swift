import Banking
import Money
import Nacha
import Testing

struct FileWriterTests {
    private func refusal(_ change: (inout NachaFile) -> Void) -> WriteRefusal? {
        var file = Samples.forward
        change(&file)
        do {
            _ = try FileWriter().bytes(file)
            return nil
        } catch {
            return error
        }
    }

    private func entryRefusal(_ change: (inout Entry) -> Void) -> Problem.Code? {
        let refusal = refusal { change(&$0.batches[0].entries[1]) }
        #expect(refusal == nil || refusal?.batch == 0 && refusal?.entry == 1)
        return refusal?.code
    }

    @Test("Text that does not fit or cannot be printed is refused, not cut")
    func text() {
        #expect(entryRefusal { $0.account = "123456789012345678" } == .tooLong)
        #expect(entryRefusal { $0.account = " 1" } == .leadingBlank)
        #expect(entryRefusal { $0.account = "" } == .blank)
        #expect(entryRefusal { $0.account = "12\n34" } == .notPrintable)
        #expect(entryRefusal { $0.name = "Zoë" } == .notPrintable)
        #expect(entryRefusal { $0.name = "  " } == .blank)
        #expect(entryRefusal { $0.identification = "1234567890123456" } == .tooLong)
        #expect(entryRefusal { $0.discretionaryData = "R  " } == nil)
        #expect(refusal { $0.header.originName = String(repeating: "x", count: 24) }?.batch == nil)
        #expect(refusal { $0.batches[1].header.entryDescription = "00000" }?.batch == 1)
    }

    @Test("An amount is what its code says, and fits ten digits")
    func amounts() {
        #expect(entryRefusal { $0.amount = .zero } == .amountZero)
        #expect(entryRefusal { $0.amount = Cents(10_000_000_000) } == .limitExceeded)
        #expect(entryRefusal { $0.code = .savingsDebitPrenote } == .amountNotZero)
        #expect(
            entryRefusal {
                $0.code = .savingsDebitPrenote
                $0.amount = .zero
            } == nil)
        #expect(entryRefusal { $0.code = .savingsCredit } == .wrongSide)
        #expect(entryRefusal { $0.code = .savingsDebitReturn } == .addendaMissing)
    }

    @Test("Trace numbers ascend and begin with the ODFI")
    func traces() {
        #expect(entryRefusal { $0.trace = Samples.ours(1) } == .traceNotAscending)
        #expect(
            entryRefusal { $0.trace = Samples.trace(Samples.bankOne.identification, 2) }
                == .tracePrefix)
    }

    @Test("A batch has entries, a number above the one before, and one kind of entry")
    func batches() {
        #expect(refusal { $0.batches[1].entries = [] }?.code == .batchEmpty)
        #expect(refusal { $0.batches[1].header.number = 1 }?.code == .batchNumberNotAscending)
        #expect(refusal { $0.batches[1].header.number = 10_000_000 }?.code == .limitExceeded)
        #expect(refusal { $0.batches[1].header.entryClass = .iat }?.code == .reservedNotBlank)
        #expect(refusal { $0.batches[1].header.effectiveEntryDate = nil }?.code == .notADate)
        let mixed = refusal {
            var entry = Samples.returned
            entry.trace = Samples.ours(9)
            $0.batches[0].entries.append(entry)
        }
        #expect(mixed?.code == .kindsMixed)
        let change = refusal {
            var entry = Samples.correction
            entry.trace = Samples.ours(9)
            $0.batches[1].entries = [entry]
        }
        #expect(change?.code == .amountZero || change?.code == .entryClassMismatch)
    }

    @Test("An entry hash keeps its last ten digits, in batch and file")
    func longHash() throws {
        var file = Samples.forward
        let bank = RoutingNumber(try #require(DFIIdentification("99999999")))
        for (index, count) in [150, 180].enumerated() {
            file.batches[index].entries = (1...count).map { sequence in
                var entry = Samples.first
                entry.receiver = bank
                entry.trace = Samples.ours(sequence)
                return entry
            }
        }
        file.batches.removeLast()

        let text = try written(file)

        let controls = text.split(separator: "\n").filter { $0.hasPrefix("8") }
        // 150, 180 and 330 times 99,999,999, without what is above ten digits.
        #expect(
            controls.map { $0.dropFirst(10).prefix(10) } == ["4999999850", "7999999820"])
        let control = try #require(text.split(separator: "\n").first { $0.hasPrefix("9000002") })
        #expect(control.dropFirst(21).prefix(10) == "2999999670")
        #expect(try read(text) == Reading(file: file))
    }

    @Test("Addenda are as many and of the kind the class allows")
    func addenda() {
        let text = Addenda.paymentInformation("x")
        #expect(entryRefusal { $0.addenda = [text, text] } == .addendaTooMany)
        let unread = Addenda.other(UnreadAddenda(type: "99", columns: "R01"))
        #expect(entryRefusal { $0.addenda = [unread] } == .addendaUnreadable)
        let dishonor = Addenda.return(
            ReturnAddenda(
                code: .untimelyReturn, originalTrace: Samples.ours(1),
                originalReceivingDFI: Samples.odfi))
        #expect(
            entryRefusal {
                $0.code = .savingsDebitReturn
                $0.addenda = [dishonor]
            } != nil)
    }

    @Test("A refusal says where, and withholds what is private")
    func sentence() {
        let found = refusal { $0.batches[0].entries[1].account = "1234567890123456789" }

        #expect(
            found?.description
                == "Batch 1, entry 2, DFI account number: found (withheld), expected at most 17.")
    }

    @Test("A name people typed is made to fit a bank's field")
    func fitting() {
        #expect(ASCIIText.fitting("  Zoë Ångström-Łukasz ", columns: 22) == "Zoe Angstrom-Lukasz")
        #expect(ASCIIText.fitting("Straße Œuvre", columns: 22) == "Strasse OEuvre")
        #expect(ASCIIText.fitting("e\u{301}a", columns: 22) == "ea")
        #expect(ASCIIText.fitting("O’Neil", columns: 22) == "O'Neil")
        #expect(ASCIIText.fitting("李", columns: 22) == "?")
        #expect(ASCIIText.fitting("abc def", columns: 4) == "abc")
        #expect(ASCIIText.fitting("abc", columns: 0) == "")
    }
}
