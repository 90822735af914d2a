import HTML
import Testing

@testable import Web

private typealias Shown = (name: String, page: any Page, viewer: Scene.Viewer)

private let everyPage: [Shown] = {
    let customer = Scene.Viewer.customer(unreadNotices: 2)
    var pages: [Shown] = Samples.customerPages.map { ($0.name, $0.page, customer) }
    pages += Samples.outsidePages.map { ($0.name, $0.page, .nobody) }
    pages += Samples.deskPages.map { ($0.name, $0.page, Samples.staff) }
    return pages
}()

/// The opening tags of a page in order. Enough for markup our own builder wrote.
private func tags(_ html: String) -> [(name: String, attributes: [String: String])] {
    html.split(separator: "<").compactMap { piece in
        guard let end = piece.firstIndex(of: ">"), piece.first?.isLetter == true else { return nil }
        let inner = piece[..<end]
        let name = String(inner.prefix { $0 != " " })
        var attributes: [String: String] = [:]
        var rest = inner.dropFirst(name.count)
        while let start = rest.firstIndex(where: { $0 != " " }) {
            rest = rest[start...]
            let key = String(rest.prefix { $0 != "=" && $0 != " " })
            rest = rest.dropFirst(key.count)
            guard rest.first == "=" else {
                attributes[key] = ""
                continue
            }
            let value = rest.dropFirst(2).prefix { $0 != "\"" }
            attributes[key] = String(value)
            rest = rest.dropFirst(value.count + 3)
        }
        return (name, attributes)
    }
}

/// The ids a tag points at.
private func references(in attributes: [String: String]) -> [String] {
    var found: [String] = []
    for key in ["for", "aria-labelledby", "aria-describedby"] {
        found += (attributes[key] ?? "").split(separator: " ").map(String.init)
    }
    if let link = attributes["href"], link.hasPrefix("#") { found.append(String(link.dropFirst())) }
    return found
}

@Suite struct EveryPageTests {
    @Test func idsAreUniqueAndEveryReferenceFindsItsTarget() {
        for (name, page, viewer) in everyPage {
            let tags = tags(page.html(in: Samples.scene(viewer: viewer)))
            let ids = tags.compactMap { $0.attributes["id"] }
            let known = Set(ids)
            let targets = tags.flatMap { references(in: $0.attributes) }

            #expect(known.count == ids.count, "\(name): an id appears twice")
            #expect(targets.filter { !known.contains($0) } == [], "\(name)")
        }
    }

    @Test func everyFormThatChangesSomethingCarriesTheToken() {
        for (name, page, viewer) in everyPage {
            let html = page.html(in: Samples.scene(viewer: viewer))
            for form in html.components(separatedBy: "<form").dropFirst() {
                let text = form.prefix(upTo: form.range(of: "</form>")?.lowerBound ?? form.endIndex)
                if text.contains("method=\"get\"") { continue }
                #expect(text.contains("method=\"post\""), "\(name)")
                #expect(text.contains("name=\"csrf\" value=\"token-7f3k\""), "\(name)")
            }
        }
    }

    @Test func formsThatMoveMoneyCarryTheirKey() {
        let pages: [(any Page, String)] = [
            (Samples.settle(), "key-settle"),
            (Samples.review(.cardCharge, method: 2, fee: 145), "key-review"),
            (Samples.withdraw(nil), "key-withdraw"),
            (
                TradePage(
                    markets: Samples.markets, chosen: nil, tradableCents: 1, quote: Samples.quote),
                "key-trade"
            ),
        ]
        for (page, key) in pages {
            #expect(
                page.html(in: Samples.scene()).contains(
                    "name=\"idempotency_key\" value=\"\(key)\""))
        }
    }

    @Test func noPageNeedsAnExcuseFromTheContentSecurityPolicy() {
        for (name, page, viewer) in everyPage {
            for tag in tags(page.html(in: Samples.scene(viewer: viewer))) {
                #expect(tag.attributes["style"] == nil, "\(name)")
                #expect(!tag.attributes.keys.contains { $0.hasPrefix("on") }, "\(name)")
                if tag.name == "script" { #expect(tag.attributes["src"] != nil, "\(name)") }
            }
        }
    }

    @Test func everyPageHasOneHeadingOfTheFirstRankAndATitle() {
        for (name, page, viewer) in everyPage {
            let tags = tags(page.html(in: Samples.scene(viewer: viewer)))

            #expect(tags.filter { $0.name == "h1" }.count == 1, "\(name)")
            #expect(tags.filter { $0.name == "title" }.count == 1, "\(name)")
            #expect(tags.filter { $0.name == "main" }.count == 1, "\(name)")
        }
    }

    @Test func aPageWithProblemsSaysSoInItsTitleAndStatusAndSummary() {
        let page = Samples.settle(problems: [FieldProblem(.method, .missing)])
        let html = page.html(in: Samples.scene())

        #expect(page.status == 422)
        #expect(html.contains("<title>Error: Settle Balance – Makewhole</title>"))
        #expect(html.contains("<a href=\"#field-method\">Choose how you would like to pay.</a>"))
    }

    @Test func hostileValuesStayText() {
        let hostile = "<img src=x onerror=alert(1)>\"'&"
        var row = Samples.rows[0]
        row.from = BankLabel(hostile, hostile)
        row.id = hostile
        let pages: [any Page] = [
            DepositsPage(filter: .all, rows: [row], nextCursor: hostile),
            Samples.help(nil, problems: [FieldProblem(.message, .other(hostile))]),
            MessagePage(kind: .fault(reference: hostile)),
            MessagePage(kind: .signInNeeded(returnTo: hostile)),
        ]
        for page in pages {
            let html = page.html(in: Samples.scene())

            #expect(!html.contains("<img"))
            #expect(!html.contains("onerror=alert(1)>\""))
        }
    }
}

@Suite struct WordsTests {
    /// Data of the samples that pages show as it is.
    private static let data: Set<String> = [
        "Makewhole", "English", "Español", "Bitcoin", "Ether", "Cardano", "BTC", "ETH", "ADA",
        "MAKEWHOLE", "Makewhole Sample Inc.", "Ada Sample", "Custodian Bank", "US dollars",
        "BTC 0.012845",
    ]

    private static func isData(_ text: String) -> Bool {
        let bare = text.trimmingPrefix { !$0.isLetter }
        if bare.isEmpty || data.contains(text) { return true }
        // Ids, quantities and references hold no two words.
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\u{00A0}" })
        if words.count == 1, text.contains(where: { $0.isNumber || $0 == "_" }) { return true }
        if words.count == 2, words[0].allSatisfy({ $0.isNumber || $0 == "." || $0 == "," }) {
            return true
        }
        return false
    }

    @Test func everySentenceOfACustomerPageComesFromTheCatalogue() {
        let pages =
            Samples.customerPages.map {
                ($0.name, $0.page, Scene.Viewer.customer(unreadNotices: 2))
            }
            + Samples.outsidePages.map { ($0.name, $0.page, .nobody) }
        for (name, page, viewer) in pages {
            let texts = page.document(in: Samples.scene(.pseudo, viewer: viewer)).visibleTexts
            let strangers = texts.filter { !$0.contains("⟦") && !Self.isData($0) }

            #expect(strangers == [], "\(name)")
        }
    }

    @Test func everySentenceHasASpanishOneOfItsOwn() {
        let alike: Set<String> = ["English", "Español", "Total"]
        for (name, page) in Samples.customerPages {
            let english = page.document(in: Samples.scene(.english)).visibleTexts
            let spanish = page.document(in: Samples.scene(.spanish)).visibleTexts
            let marked = page.document(in: Samples.scene(.pseudo)).visibleTexts

            #expect(english.count == spanish.count, "\(name)")
            for (index, text) in marked.enumerated() where text.contains("⟦") {
                // A bank's name with its digits is data in a frame without words.
                if english[index].contains("••") || alike.contains(english[index]) { continue }
                // So is an asset's name with its place in a list.
                if english[index].dropFirst().hasPrefix(". ") { continue }
                #expect(english[index] != spanish[index], "\(name)")
            }
        }
    }

    @Test func aPageSaysItsLanguage() {
        let html = Samples.home(nil).html(in: Samples.scene(.spanish))

        #expect(html.contains("<html lang=\"es-US\""))
        #expect(html.contains("<h1 class=\"\">Inicio</h1>") || html.contains("<h1>Inicio</h1>"))
    }

    @Test func onePieceAndSeveralReadDifferently() {
        let say = Catalogue(language: .english)
        let diga = Catalogue(language: .spanish)

        #expect(
            say.sentBack(deposits: 1, purchases: 0)
                == "A deposit you used early was sent back by your bank.")
        #expect(
            say.sentBack(deposits: 2, purchases: 0)
                == "2 deposits you used early were sent back by your bank.")
        #expect(
            diga.sentBack(deposits: 2, purchases: 0)
                == "Su banco devolvió 2 depósitos que usted ya había usado.")
    }

    @Test func theChipOfASettledDepositReadsExactlySettled() {
        let html = Samples.deposit(.settled, owed: 0, paid: 5_000, situation: nil)
            .html(in: Samples.scene())

        #expect(html.contains("<span>Settled</span></span>"))
        #expect(Catalogue(language: .english).status(.settled) == "Settled")
    }

    @Test func everyStatusHasAWordOfItsOwnInBothLanguages() {
        for language in Languages.builtIn.offered {
            let say = Catalogue(language: language)
            let words = Set(DepositStatus.allCases.map { say.status($0) })

            #expect(words.count == DepositStatus.allCases.count)
        }
    }
}

@Suite struct HomeTests {
    let html = Samples.home(Samples.owed(.due(by: Samples.deadline))).html(in: Samples.scene())

    @Test func whatIsOwedStandsInTheBalanceWithARealMinusAndTheWord() {
        #expect(html.contains("<strong class=\"number\">\u{2212}$50.00</strong>"))
        #expect(html.contains("<span class=\"owed-word\">owed</span>"))
    }

    @Test func theNoticeComesBeforeTheHeadingWithAmountDeadlineAndOneButton() throws {
        let notice = try #require(html.range(of: "id=\"notice-title\""))
        let heading = try #require(html.range(of: "<h1"))
        let text = html[notice.lowerBound..<heading.lowerBound]

        #expect(text.contains("You owe $50.00"))
        #expect(text.contains("Tuesday, Nov 24, 3:05\u{00A0}PM\u{00A0}EST (in 1 day 23 hours)"))
        #expect(text.components(separatedBy: "class=\"button\"").count == 2)
    }

    @Test func phoneAndDeskHaveTheirOwnLabelInTheSameLink() {
        #expect(
            html.contains(
                """
                href="/deposits/dep_2041"><span class="on-phone">View Details</span>\
                <span class="on-desk">Learn More</span></a>
                """))
    }

    @Test func theTimeLeftIsGivenToTheScriptAsATemplate() {
        #expect(
            html.contains(
                """
                data-value="Settle it by Tuesday, Nov 24, 3:05\u{00A0}PM\u{00A0}EST (in %) to keep \
                your assets."
                """))
        #expect(html.contains("data-instant=\"\(Samples.deadline)\""))
    }

    @Test func withSeveralDepositsTheNoticeLeadsToAllOfThem() {
        let html = Samples.home(Samples.owed(.deadlinePassed, deposits: 2)).html(
            in: Samples.scene())

        #expect(html.contains("2 deposits you used early"))
        #expect(html.contains("<a class=\"button\" href=\"/settle\"><span class=\"on-phone\">"))
    }

    @Test func whileAPaymentIsUnderWayNobodyIsAskedToPayAgain() {
        let html = Samples.home(Samples.owed(.paymentInProgress)).html(in: Samples.scene())

        #expect(html.contains("Nothing will be sold while it clears."))
        #expect(!html.contains(">Settle Balance<"))
    }

    @Test func whatUnlocksIsSaidWithItsTime() {
        #expect(html.contains("$1,500.00 more on Wed, Nov 25, 4:05\u{00A0}PM\u{00A0}EST"))
    }

    @Test func withNothingOwedThereIsNoNotice() {
        let html = Samples.home(nil, balance: 268_420, block: nil).html(in: Samples.scene())

        #expect(!html.contains("class=\"banner"))
        #expect(!html.contains("owed-word"))
    }

    @Test func spanishNamesDayMonthAndZone() {
        let html = Samples.home(Samples.owed(.due(by: Samples.deadline)))
            .html(in: Samples.scene(.spanish))

        #expect(
            html.contains(
                """
                martes 24 de nov., 3:05\u{00A0}p.\u{00A0}m.\u{00A0}(hora del este) \
                (dentro de 1 día 23 horas)
                """
            ))
        #expect(html.contains("Ver detalles"))
    }
}

@Suite struct CustomerPageTests {
    @Test func aReturnedDepositShowsReasonCodeSumAndPendingCharge() {
        let html = Samples.deposit(.outstanding).html(in: Samples.scene())

        #expect(html.contains("There was not enough money in the account that day."))
        #expect(html.contains("Your bank&#39;s code: R01"))
        #expect(html.contains("<td>\u{2212}$150.00</td>"))
        #expect(html.contains("Still there after Mon, Nov 30?"))
    }

    @Test(arguments: ["R14", "R15", "R16", "R17", "R90"])
    func codesOfDeathAndComplianceAreNotShown(code: String) {
        let html = Samples.deposit(.outstanding, code: code).html(in: Samples.scene())

        #expect(!html.contains(code))
        #expect(html.contains("Your bank could not complete this payment."))
    }

    @Test func anUnknownCodeTellsTheGeneralSentence() {
        #expect(ReturnReason(code: "R99").sentence == .other)
        #expect(ReturnReason(code: "R99").code == "R99")
    }

    @Test func aMethodThatCannotBeUsedSaysWhyAndHasNoControl() {
        let html = Samples.settle().html(in: Samples.scene())

        #expect(html.contains("Not available: credit cards cannot be used for what is owed."))
        #expect(!html.contains("value=\"card_2\""))
    }

    @Test func aChangedAmountIsAConflictThatNamesBothAmounts() {
        let page = Samples.settle(obligations: [Samples.obligations[0]], changedFrom: 5_000)

        #expect(page.status == 409)
        #expect(page.html(in: Samples.scene()).contains("It went from $50.00 to $35.00"))
    }

    @Test func theButtonThatPaysNamesTheAmountWithTheFee() {
        let html = Samples.review(.cardCharge, method: 2, fee: 145).html(in: Samples.scene())

        #expect(html.contains(">Pay $51.45</button>"))
        #expect(html.contains("I authorize Makewhole to charge $51.45 once to Visa card ••1881."))
        #expect(!html.contains(" checked"))
    }

    @Test func anUnknownOutcomeIsNeverCalledAFailure() {
        let html = Samples.processing(.unknown).html(in: Samples.scene())

        #expect(html.contains("Please don&#39;t pay again"))
        #expect(!html.contains("did not go through</h1>"))
    }

    @Test func thanksAreForWhatWasPaidAndNotForWhatASaleBroughtBesides() {
        var page = Samples.done(remaining: 0)
        (page.cents, page.toCashCents) = (5_028, 28)

        let html = page.html(in: Samples.scene())

        #expect(html.contains("$50.00") && !html.contains("50.28"))
    }

    @Test func aPartPaymentIsNotCalledSettled() {
        let html = Samples.done(remaining: 1_500).html(in: Samples.scene())

        #expect(html.contains("$15.00 is still owed"))
        #expect(!html.contains("Balance settled"))
    }

    @Test func aRefusedWithdrawalSaysWhyAndWhen() {
        let page = Samples.withdraw(.held(until: Samples.now + 3 * Samples.day))
        let html = page.html(in: Samples.scene())

        #expect(page.status == 422)
        #expect(html.contains("$500.00 was not withdrawn"))
        #expect(html.contains("can leave from Wednesday, Nov 25, 4:05\u{00A0}PM\u{00A0}EST"))
    }

    @Test func theDayMoneyMayLeaveIsSaidBeforeADepositIsConfirmed() {
        let html = AddMoneyPage(
            accounts: Samples.accounts, chosenAccount: nil, instantLimitCents: 100_000,
            maximumCents: 500_000, withdrawableAt: Samples.now + 7 * Samples.day
        ).html(in: Samples.scene())

        #expect(html.contains("You can withdraw it, in dollars or crypto, from Sunday, Nov 29"))
    }

    @Test func aSaleReceiptAddsUp() {
        let html = Samples.sale.html(in: Samples.scene())

        #expect(html.contains("0.0012 BTC"))
        #expect(html.contains("$41,900.00"))
        #expect(html.contains("<td>$0.28</td>"))
    }

    @Test func doorsAndProblemsHaveTheirStatus() {
        #expect(MessagePage(kind: .notFound).status == 404)
        #expect(MessagePage(kind: .fault(reference: "r")).status == 500)
        #expect(MessagePage(kind: .unavailable(until: nil)).status == 503)
        #expect(MessagePage(kind: .linkExpired).status == 410)
        #expect(MessagePage(kind: .signInNeeded(returnTo: "/")).status == 401)
    }
}

@Suite struct DeskPageTests {
    @Test func aFailedGuardIsSaidInWords() {
        let html = Samples.liquidation(.running).html(in: Samples.scene(viewer: Samples.staff))

        #expect(html.contains("Payment on its way"))
        #expect(html.contains(">Pause all sales now</button>"))
    }

    @Test func pausingNeedsNoReasonAndResumingDoes() {
        let running = Samples.liquidation(.running).html(in: Samples.scene(viewer: Samples.staff))
        let paused = Samples.liquidation(.paused(by: "Dana", reason: "r", since: Samples.now))
            .html(in: Samples.scene(viewer: Samples.staff))

        #expect(!running.contains("name=\"reason\""))
        #expect(paused.contains("name=\"reason\""))
    }

    @Test func aViewerLooksAndDecidesNothing() {
        let html = Samples.documentReview(mayDecide: false).html(
            in: Samples.scene(viewer: Samples.staff))

        #expect(html.contains("An operator sees the document and decides."))
        #expect(!html.contains("value=\"accept\""))
    }

    @Test func aBrokenChainIsNotHidden() {
        let html = Samples.audit(.broken(atSequence: 48_000)).html(
            in: Samples.scene(viewer: Samples.staff))

        #expect(html.contains("The chain breaks at commit 48,000."))
    }
}

@Suite struct AssetTests {
    @Test func theAddressHoldsTheHashOfTheContent() {
        #expect(Asset.hash([]) == "cbf29ce484222325")
        #expect(Asset.hash(Array("a".utf8)) == "af63dc4c8601ec8c")
        #expect(
            Look.standard.stylesheet.location.text
                == "/assets/site-\(Asset.hash(Look.standard.stylesheet.bytes)).css")
    }

    @Test func everyAssetHasItsOwnAddressAndThePageUsesIt() {
        let html = Samples.home(nil).html(in: Samples.scene())

        let all = Assets.all + Look.standard.assets
        #expect(Set(all.map(\.location)).count == all.count)
        for asset in all { #expect(html.contains("\"\(asset.location.text)\"")) }
    }

    @Test func theStyleSheetServesPaperContrastAndCalm() {
        let css = Assets.stylesheetText(with: "")

        #expect(css.contains("@media print"))
        #expect(css.contains("forced-colors: active"))
        #expect(css.contains("prefers-reduced-motion"))
        #expect(!css.contains("url("))
    }

    @Test func whatIsHiddenStaysHiddenWhateverElseStylesIt() {
        #expect(Assets.stylesheetText(with: "").contains("[hidden] { display: none !important; }"))
    }
}
