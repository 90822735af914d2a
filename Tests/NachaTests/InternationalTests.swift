import Banking
import Money
import Nacha
import Testing

struct InternationalTests {
    static let payment = InternationalPayment(
        transactionType: "BUS", foreignAmount: 16_790, foreignTrace: "FT-1",
        originator: .init(
            name: "EXAMPLE EXCHANGE", street: "1 FIRST STREET", cityAndState: "SPRINGFIELD*IL\\",
            countryAndPostalCode: "US*62701\\"),
        receiver: .init(
            name: "Ada Sample", street: "2 SECOND STREET", cityAndState: "TORONTO*ON\\",
            countryAndPostalCode: "CA*M5V 1A1\\"),
        receiverIdentification: "R-4711",
        originatingBank: .init(
            name: "SAMPLE BANK", qualifier: "01", identification: "021000021", country: "US"),
        receivingBank: .init(
            name: "BANK OF ELSEWHERE", qualifier: "02", identification: "ELSECA01", country: "CA"),
        remittance: ["Invoice 4711", "Invoice 4712"],
        correspondentBanks: [
            .init(name: "BANK BETWEEN", qualifier: "01", identification: "021000021", country: "US")
        ])

    static let terms = InternationalTerms(
        exchange: "FV", referenceKind: "2", reference: "RATE-7", destinationCountry: "CA",
        destinationCurrency: "CAD")

    static func file() throws -> NachaFile {
        let entry = try Entry.international(
            code: .checkingCredit, gateway: Samples.bankOne, foreignAccount: "CA998877665544",
            amount: Cents(12_345), payment: payment, trace: Samples.ours(1))
        let header = try terms.header(Samples.header(.credits, "TRADE", number: 1))
        return NachaFile(
            header: Samples.forward.header, batches: [Batch(header: header, entries: [entry])])
    }

    @Test("An international entry is written in its columns and read back as its values")
    func roundTrip() throws {
        let text = try written(Self.file())
        let lines = text.split(separator: "\n").map(String.init)

        #expect(
            lines[1]
                == "5220                FV2RATE-7         CA1123456789IATTRADE     USDCAD261125"
                + "   1021000020000001")
        #expect(
            lines[2]
                == "6220764012510010             0000012345CA998877665544                     "
                + "    1021000020000001")
        #expect(
            lines[3]
                == "710BUS000000000000016790FT-1                  Ada Sample                  "
                + "             0000001")
        #expect(
            lines[12]
                == "718BANK BETWEEN                       01021000021                         "
                + "US       00010000001")
        let reading = try read(text)
        #expect(reading == Reading(file: try Self.file()))
        let entry = try #require(reading.file.entries.first)
        #expect(InternationalPayment(entry) == Self.payment)
        #expect(InternationalTerms(reading.file.batches[0].header) == Self.terms)
    }

    @Test("The return of an international entry repeats its parties and its amount")
    func returned() throws {
        let forward = try Self.file()
        let bank = Samples.bankOne.identification
        let returned = forward.entries[0].returned(.noAccount, trace: Samples.trace(bank, 7))
        let header = forward.batches[0].header.answered(by: bank, number: 1)
        let file = NachaFile(
            header: forward.header, batches: [Batch(header: header, entries: [returned])])

        let reading = try read(try written(file))

        #expect(reading == Reading(file: file))
        let entry = try #require(reading.file.entries.first)
        #expect(entry.addenda.count == 8)
        #expect(InternationalPayment(entry)?.receiver == Self.payment.receiver)
        guard case .return(let addenda)? = entry.addenda.last else {
            Issue.record("no return")
            return
        }
        #expect(addenda.information == "0000012345")
    }

    @Test("A change to an international entry has 35 columns and the class COR")
    func change() throws {
        let forward = try Self.file()
        let bank = Samples.bankOne.identification
        var entry = forward.entries[0].corrected(
            .foreignDFI("x"), trace: Samples.trace(bank, 7))
        let data = "ELSEWHERE-BANK-NUMBER-OF-THIRTY-4"
        if case .change(var addenda)? = entry.addenda.first {
            addenda.correctedData = data + "56"
            entry.addenda = [.change(addenda)]
        }
        let header = forward.batches[0].header.changed(by: bank, number: 1)
        #expect(header.entryClass == .cor)
        #expect(header.companyName == "IATCOR")
        let file = NachaFile(
            header: forward.header, batches: [Batch(header: header, entries: [entry])])

        #expect(try read(try written(file)) == Reading(file: file))
    }

    @Test("Addenda that are missing, out of order or another entry's are refused")
    func order() throws {
        func refusal(_ change: (inout Entry) -> Void) throws -> Problem.Code? {
            var file = try Self.file()
            change(&file.batches[0].entries[0])
            do {
                _ = try FileWriter().bytes(file)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(try refusal { $0.addenda.remove(at: 3) } == .addendaOrder)
        #expect(try refusal { $0.addenda = Array($0.addenda.prefix(6)) } == .addendaOrder)
        #expect(try refusal { $0.addenda.swapAt(1, 2) } == .addendaOrder)
        #expect(try refusal { $0.addenda.insert($0.addenda[7], at: 7) } == .addendaOrder)
        #expect(try refusal { $0.addenda = [] } == .blank)
        #expect(try refusal { $0.name = "Bob Sample" } == .blank)
        #expect(try refusal { $0.identification = "dep_01" } == .reservedNotBlank)
        #expect(try refusal { $0.trace = Samples.ours(2) } == .addendaSequence)
        #expect(try refusal { $0.addenda[8] = .paymentInformation("x") } == .addendaMisplaced)
        #expect(try refusal { $0.discretionaryData = "12" } == nil)
    }

    @Test("A text that does not fit its columns makes no addenda")
    func fit() {
        var payment = Self.payment
        payment.receiver.street = String(repeating: "x", count: 36)
        #expect(throws: OriginationRefusal.self) { try payment.addenda(trace: Samples.ours(1)) }
        payment = Self.payment
        payment.remittance.append("a third")
        #expect(throws: OriginationRefusal.self) { try payment.addenda(trace: Samples.ours(1)) }
        payment = Self.payment
        payment.correspondentBanks = Array(repeating: payment.receivingBank, count: 4)
        #expect(throws: OriginationRefusal.self) { try payment.addenda(trace: Samples.ours(1)) }
        var terms = Self.terms
        terms.exchange = "XX"
        #expect(throws: OriginationRefusal.self) {
            try terms.header(Samples.header(.credits, "TRADE", number: 1))
        }
    }
}
