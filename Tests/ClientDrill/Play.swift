import Foundation
import MakewholeClient

/// An app whose screens are told what to do in lines of JSON, and say in lines of JSON what they show:
/// for Tests/System/journeys.py.
@MainActor
struct Play {
    private let client: Client
    private let home: HomeModel
    private let deposit: DepositModel
    private let settle: SettleModel
    private let documents: DocumentsModel
    private let notices: NotificationsModel

    init(client: Client, folder: URL, pages: URL) {
        self.client = client
        home = HomeModel(client: client, snapshot: Snapshot(folder: folder))
        deposit = DepositModel(client: client)
        settle = SettleModel(client: client)
        documents = DocumentsModel(client: client, pages: pages)
        notices = NotificationsModel(client: client)
    }

    /// What is asked for: a verb, and what it needs.
    private struct Asked: Decodable {
        let act: String
        var amount: String?
        var way: String?
    }

    /// What a screen shows; only what it shows is said.
    private struct Shown: Encodable {
        var state: String
        var balanceMinor: Int64?
        var owedMinor: Int64?
        var next: String?
        var problem: String?
        var code: String?
        var amountMinor: Int64?
        var feeMinor: Int64?
        var totalMinor: Int64?
        var reference: String?
        var action: String?
        var page: String?
        var status: String?
        var count: Int?
        var types: [String]?
    }

    func run() async throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        while let line = readLine() {
            let asked = try JSONDecoder().decode(Asked.self, from: Data(line.utf8))
            let shown = try await carryOut(asked)
            print(String(decoding: try encoder.encode(shown), as: UTF8.self))
            fflush(nil)
        }
    }

    private func carryOut(_ asked: Asked) async throws -> Shown {
        switch asked.act {
        case "home":
            await home.load()
            return shownHome
        case "deposit.load":
            await deposit.load()
            return shownDeposit
        case "deposit.review":
            guard case .editing(let methods, _) = deposit.state, let first = methods.first else {
                return Shown(state: "no form")
            }
            deposit.review(amount: asked.amount ?? "", method: first.id)
            return shownDeposit
        case "deposit.send":
            await deposit.send()
            return shownDeposit
        case "settle.load":
            await settle.load()
            return shownSettle
        case "settle.choose":
            guard case .choosing(_, let options) = settle.state,
                let option = options.first(where: {
                    $0.kind == asked.way && $0.unavailable == nil
                })
            else { return Shown(state: "no such way") }
            settle.choose(option)
            return shownSettle
        case "settle.send":
            await settle.send()
            return shownSettle
        case "settle.follow":
            await settle.follow()
            return shownSettle
        case "documents":
            await documents.load()
            return shownDocuments
        case "notices":
            await notices.load()
            guard case .shown(let notices, _) = notices.state else {
                return Shown(state: "failed")
            }
            return Shown(state: "shown", types: notices.map(\.type))
        case "deposits":
            let newest = try await client.deposits(limit: 1).first
            return Shown(
                state: "shown", amountMinor: newest?.amountMinor, status: newest?.status)
        case "payments":
            return Shown(state: "shown", count: try await client.settlements().count)
        default: return Shown(state: "no such act")
        }
    }

    private var shownHome: Shown {
        guard case .shown(let home) = home.state else { return Shown(state: "failed") }
        let next =
            switch home.next {
            case .addMoney: "add_money"
            case .settle: "settle"
            case .watch: "watch"
            }
        return Shown(
            state: "shown", balanceMinor: home.customer.displayBalanceMinor,
            owedMinor: home.customer.owedMinor, next: next)
    }

    private var shownDeposit: Shown {
        switch deposit.state {
        case .loading, .failed: return Shown(state: "failed")
        case .editing(_, nil): return Shown(state: "editing")
        case .editing(_, let problem?):
            let word =
                switch problem {
                case .notAnAmount: "not_an_amount"
                case .tooSmall: "too_small"
                case .tooLarge: "too_large"
                case .noBankAccount: "no_bank_account"
                }
            return Shown(state: "mistyped", problem: word)
        case .reviewing(let review), .sending(let review):
            return Shown(state: "reviewing", amountMinor: review.amountMinor)
        case .over(let review, let outcome): return shown(outcome, review.amountMinor)
        }
    }

    private func shown(_ outcome: Outcome, _ amount: Int64) -> Shown {
        switch outcome {
        case .done: Shown(state: "done", amountMinor: amount)
        case .refused(let problem): Shown(state: "refused", code: problem.code)
        case .unknown: Shown(state: "unknown")
        case .failed: Shown(state: "failed")
        }
    }

    private var shownSettle: Shown {
        switch settle.state {
        case .loading, .failed: return Shown(state: "failed")
        case .nothingOwed: return Shown(state: "nothing_owed")
        case .choosing(let owed, _): return Shown(state: "choosing", owedMinor: owed)
        case .reviewing(let review), .sending(let review):
            return Shown(
                state: "reviewing", owedMinor: review.owedMinor,
                feeMinor: review.option.feeMinor, totalMinor: review.totalMinor)
        case .amountChanged(let owed): return Shown(state: "amount_changed", owedMinor: owed)
        case .over(let review, let outcome): return shown(outcome, review.totalMinor)
        case .following(let settlement):
            return Shown(
                state: settlement.state.name, amountMinor: settlement.amountMinor,
                reference: settlement.reference, action: settlement.actionUrl?.absoluteString)
        }
    }

    private var shownDocuments: Shown {
        switch documents.state {
        case .loading, .failed: Shown(state: "failed")
        case .nothingWanted: Shown(state: "nothing_wanted")
        case .wanted(let types, _, let page):
            Shown(state: "wanted", page: page.absoluteString, types: types.sorted())
        case .inReview: Shown(state: "in_review")
        }
    }
}
