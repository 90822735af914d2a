import Engine
import Ledger
import Rules

/// The ways a life may take, written down a second time: each step leads from a state to one of
/// those named here, and what is over is over but for the reversals named here.
enum Ways {
    /// From a state to all that may follow it, at once or with others in between, because a commit
    /// carries out several commands.
    private static func closed(_ steps: [String: [String]]) -> [String: Set<String>] {
        steps.mapValues { first in
            var reached: Set<String> = []
            var waiting = first
            while let next = waiting.popLast() {
                if reached.insert(next).inserted { waiting += steps[next] ?? [] }
            }
            return reached
        }
    }

    private static let deposits = closed([
        "": ["initiated"],
        "initiated": ["submitted", "cancelled", "returned"],
        "submitted": ["fundsReceived", "returned"],
        "fundsReceived": ["settled", "returned"],
        "settled": ["returned"],
    ])
    private static let settlements = closed([
        "": ["documentsRequired", "awaitingPayment", "queued", "selling"],
        "documentsRequired": [
            "awaitingPayment", "queued", "selling", "failed", "cancelled", "completed",
        ],
        "awaitingPayment": ["completed", "failed", "cancelled"],
        "queued": ["submitted", "cancelled", "failed"],
        "submitted": ["unconfirmed", "returned"],
        "unconfirmed": ["completed", "returned"],
        "selling": ["completed", "failed"],
        "completed": ["returned"],
        // A charge that succeeds at the processor after all is money that is there.
        "failed": ["completed"],
        "cancelled": ["completed"],
    ])
    private static let obligations = closed([
        "": ["open"],
        "open": ["settled", "chargedOff"],
        // A payment that came back, or a sale that was made good.
        "settled": ["open"],
    ])
    private static let withdrawals = closed([
        "": ["requested"], "requested": ["sent", "cancelled"],
    ])
    private static let orders = closed([
        "": ["open"], "open": ["cancelRequested", "closed"], "cancelRequested": ["closed"],
    ])
    private static let sales = closed([
        "": ["ordered"], "ordered": ["finished"], "finished": ["restored"],
    ])
    private static let documents = closed(["": ["uploaded"], "uploaded": ["accepted", "refused"]])
    private static let claims = closed(["": ["received"], "received": ["accepted", "refused"]])
    private static let suspense = closed([
        "": ["open"],
        "open": ["matched", "dishonorQueued", "closed"],
        "dishonorQueued": ["dishonored", "closed"],
        // A contest of a return whose payment nobody knows leaves it to be matched.
        "dishonored": ["dishonorSettled", "contested", "open", "closed"],
        "dishonorSettled": ["contested", "open"],
    ])
    private static let proposals = closed(["": ["waiting"], "waiting": ["approved", "declined"]])

    static func check(_ was: Customer?, _ now: Customer) throws(Finding) {
        try check(deposits, was?.deposits ?? [:], now.deposits) { "\($0.state)" }
        try check(settlements, was?.settlements ?? [:], now.settlements) { "\($0.state)" }
        try check(obligations, was?.obligations ?? [:], now.obligations) { "\($0.state)" }
        try check(withdrawals, was?.withdrawals ?? [:], now.withdrawals) { "\($0.state)" }
        try check(orders, was?.orders ?? [:], now.orders) { "\($0.state)" }
        try check(sales, was?.sales ?? [:], now.sales) { "\($0.state)" }
        try check(documents, was?.documents ?? [:], now.documents) { "\($0.state)" }
        try check(claims, was?.claims ?? [:], now.claims) { "\($0.state)" }
    }

    static func check(_ was: House, _ now: House) throws(Finding) {
        try check(suspense, was.suspense, now.suspense) { "\($0.state)" }
        try check(proposals, was.proposals, now.proposals) { "\($0.state)" }
    }

    private static func check<ID: Hashable, Item: Equatable>(
        _ ways: [String: Set<String>], _ was: PartsByID<ID, Item>, _ now: PartsByID<ID, Item>,
        state: (Item) -> String
    ) throws(Finding) {
        func word(_ item: Item?) -> String {
            item.map { String(state($0).prefix { $0 != "(" }) } ?? ""
        }
        for id in was.keys where now[id] == nil { throw Finding("\(id) is gone") }
        for (id, item) in now where was[id] != item {
            let (from, to) = (word(was[id]), word(item))
            guard from == to || ways[from]?.contains(to) == true else {
                throw Finding("\(id) went from \(from.isEmpty ? "nothing" : from) to \(to)")
            }
        }
    }
}
