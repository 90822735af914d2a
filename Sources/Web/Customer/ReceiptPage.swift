import HTML

extension Paths {
    /// `/settlements/{settlement}/receipt.pdf`
    public static func receiptFile(_ settlement: String) -> Location {
        "/settlements/\(settlement)/receipt.pdf"
    }
    /// `/sales/{sale}/receipt.pdf`
    public static func saleReceiptFile(_ sale: String) -> Location {
        "/sales/\(sale)/receipt.pdf"
    }
}

/// A payment's receipt, to print or to keep as a file: the booked facts and nothing to press that
/// would change them.
public struct ReceiptPage: Page, Equatable {
    /// The payment as it was booked.
    public var payment: DonePage
    /// Who paid, as in the account.
    public var payer: String
    /// Who was paid, as on bank statements.
    public var payee: String
    /// The values the reader sees, each described at its property.
    public init(payment: DonePage, payer: String, payee: String) {
        self.payment = payment
        self.payer = payer
        self.payee = payee
    }

    /// See `Page`.
    public func document(in scene: Scene) -> Markup {
        let say = scene.say
        let paper = paper(in: scene)
        return Layout(title: say.receiptOfPayment, place: .customer(nil)).document(in: scene) {
            scene.back(Paths.settlement(payment.settlementID), paper.backText)
            section(.class("card sheet"), .aria(.labelledby, "receipt-title")) {
                p(.class("sheet-brand")) { scene.brand }
                h1(.id("receipt-title")) { paper.paper.title }
                p(.class("soft")) { paper.paper.lead }
                scene.facts(paper.paper.facts.map { Fact($0.term, $0.value, detail: $0.detail) })
                for (index, sum) in paper.paper.sums.enumerated() {
                    scene.sheetSum(sum, id: "receipt-sum-\(index)")
                }
                for note in paper.paper.notes { p(.class("soft small")) { note } }
            }
            scene.keeping(Paths.receiptFile(payment.settlementID))
        }
    }

    /// The same as a file.
    public func pdf(in scene: Scene) -> [UInt8] { paper(in: scene.onPaper).paper.pdf() }

    private func paper(in scene: Scene) -> (paper: Paper, backText: String) {
        let say = scene.say
        let paper = Paper(
            brand: scene.brand, title: say.receiptOfPayment,
            lead: payment.lead(in: scene),
            facts: [
                (say.referenceTerm, payment.reference, nil),
                (say.settledAt, fullTime(payment.settledAt, scene), nil),
                (say.paidBy, payer, nil),
                (say.paidTo, payee, nil),
                (say.paidWith, payment.method.title(in: scene), nil),
            ],
            sums: [
                (
                    title: say.theSum, rows: amounts(in: scene),
                    total: (
                        say.paidInAll, scene.dollars(payment.cents + payment.feeCents)
                    )
                ),
                (
                    title: say.whatItPaid, rows: uses(in: scene),
                    total: payment.owedAfterwardsCents.map {
                        (say.owedAfterwards, scene.dollars($0))
                    }
                ),
            ],
            notes: (payment.overpaid.map { [say.overpaid($0, scene)] } ?? []) + [
                say.receiptMade(scene.brand, fullTime(scene.now, scene))
            ]
                + (scene.isSandbox ? [say.sandboxRibbon] : []),
            language: scene.language.tag,
            foot: { say.pageOf(payment.reference, $0, $1) })
        return (
            paper, payment.owedAfterwardsCents == 0 ? say.balanceSettled : say.partPaidTitle
        )
    }

    /// Where all of it went.
    private func uses(in scene: Scene) -> [(text: String, amount: String)] {
        let say = scene.say
        var rows = payment.shares.map { share in
            let deposit = say.depositOf(scene.time.date(share.startedAt), share.isPurchase)
            let left =
                share.remainingCents == 0
                ? say.status(.settled) : say.stillOwed(scene.dollars(share.remainingCents))
            return (
                text: payment.owedAfterwardsCents == nil ? deposit : say.paidFor(deposit, left),
                amount: scene.dollars(share.paysCents)
            )
        }
        if payment.recoveredCents > 0 {
            rows.append((say.toWrittenOff, scene.dollars(payment.recoveredCents)))
        }
        return rows + unowed(in: scene)
    }

    /// What nothing was owed for.
    private func unowed(in scene: Scene) -> [(text: String, amount: String)] {
        [
            (scene.say.toYourCash, payment.toCashCents),
            (scene.say.moreThanOwed, payment.overpaid?.cents ?? 0),
        ].filter { $0.1 > 0 }.map { ($0.0, scene.dollars($0.1)) }
    }

    private func amounts(in scene: Scene) -> [(text: String, amount: String)] {
        let say = scene.say
        let over = payment.toCashCents + (payment.overpaid?.cents ?? 0)
        var rows = [(text: say.toWhatWasOwed, amount: scene.dollars(payment.cents - over))]
        rows += unowed(in: scene)
        if payment.saleFeeCents > 0 {
            rows.append((say.ofItSaleFee, scene.dollars(payment.saleFeeCents)))
        }
        rows.append((say.ourFee, scene.dollars(payment.feeCents)))
        return rows
    }
}

extension SaleReceiptPage {
    /// The receipt of a sale as a file.
    public func pdf(in scene: Scene) -> [UInt8] {
        let scene = scene.onPaper
        let say = scene.say
        let proceeds = lines.reduce(0) { $0 + $1.proceedsCents }
        let fees = lines.reduce(0) { $0 + $1.feeCents }
        return Paper(
            brand: scene.brand, title: say.saleTitle,
            lead: lead(in: scene),
            facts: [(say.referenceTerm, reference, nil)],
            sums: [
                (
                    title: say.whatWasSold,
                    rows: lines.map { line in
                        (
                            say.soldLine(
                                line.sold.text(in: scene.language),
                                say.perUnit(line.price.text(in: scene.language), line.sold.symbol),
                                fullTime(line.at, scene)), scene.dollars(line.proceedsCents)
                        )
                    }, total: nil
                ),
                (
                    title: say.theSum,
                    rows: [
                        (say.proceeds, scene.dollars(proceeds)), (say.fee, scene.dollars(-fees)),
                        (say.appliedToOwed, scene.dollars(-appliedCents)),
                    ], total: (say.returnedToCash, scene.dollars(returnedCents))
                ),
            ],
            notes: (owedAfterwardsCents.map {
                [$0 > 0 ? say.stillOwedAfterSale(scene.dollars($0)) : say.nothingOwedNow]
            } ?? []) + [
                say.saleReference(reference),
                say.receiptMade(scene.brand, fullTime(scene.now, scene)),
            ] + (scene.isSandbox ? [say.sandboxRibbon] : []),
            language: scene.language.tag,
            foot: { say.pageOf(reference, $0, $1) }
        ).pdf()
    }
}

/// Date, year and time: a receipt is read years later.
private func fullTime(_ instant: Int64, _ scene: Scene) -> String {
    scene.say.dateAndTime(scene.time.date(instant), scene.time.time(instant))
}

extension Scene {
    /// What can be done with a sheet: keep it as a file, or print it.
    func keeping(_ file: Location) -> Markup {
        div(.class("actions wide")) {
            a(.class("button"), .href(file), .download) { say.downloadPDF }
            button(.class("button second"), .type("button"), .hidden, .data(.enhance, "print")) {
                say.printPage
            }
            linkButton(Paths.home, say.backToHome, "button second")
        }
    }

    fileprivate func sheetSum(
        _ sum: (title: String, rows: [(text: String, amount: String)], total: (String, String)?),
        id: String
    ) -> Markup {
        group {
            h2(.id(id)) { sum.title }
            HTML.table(.class("sum"), .aria(.labelledby, id)) {
                tbody {
                    for row in sum.rows {
                        tr {
                            th(.scope("row")) { row.text }
                            td { row.amount }
                        }
                    }
                    if let total = sum.total {
                        tr(.class("total")) {
                            th(.scope("row")) { total.0 }
                            td { total.1 }
                        }
                    }
                }
            }
        }
    }
}
