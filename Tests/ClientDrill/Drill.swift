import ArgumentParser
import Foundation
import MakewholeClient

/// Does one thing as a host's app would and prints what the screen came to: for
/// Tests/System/client.py and journeys.py, against the real program.
@main
struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "makewhole-client-drill")

    enum Act: String, ExpressibleByArgument {
        case home, deposit, settle, documents, notifications, feed, resume, changes, play
    }

    @Option var base: String
    @Option var customer: String
    @Option var key: String
    @Option var folder: String
    @Option var amount = ""
    @Option(help: "For changes: ends after so many.") var count = 1
    @Argument var act: Act

    @MainActor
    func run() async throws {
        guard let url = URL(string: base) else { throw ValidationError("base is no URL") }
        let folder = URL(fileURLWithPath: folder)
        let bearer = "Bearer \(key)"
        let client = Client(
            base: url, customer: customer, pending: try PendingRequests(folder: folder),
            authorization: { bearer })
        switch act {
        case .home: try await home(client, folder)
        case .deposit: try await deposit(client)
        case .settle: try await settle(client)
        case .documents:
            let model = DocumentsModel(client: client, pages: url)
            await model.load()
            switch model.state {
            case .wanted(let types, _, let page):
                print("wanted", types.joined(separator: ","), page)
            case .loading, .nothingWanted, .inReview, .failed: print(model.state)
            }
        case .notifications:
            let model = NotificationsModel(client: client)
            await model.load()
            guard case .shown(let notices, _) = model.state else {
                throw CleanExit.message("failed")
            }
            for notice in notices { print(notice.type) }
        case .feed:
            let feed = try NoticeFeed(client: client, folder: folder)
            for notice in try await feed.look() {
                print(notice.type)
                try await feed.take(through: notice)
            }
        case .resume:
            let resumed = await client.resume()
            print("made", resumed.made.count)
            if let failure = resumed.stoppedBy { print("stopped", failure) }
        case .changes: try await changes(client, folder)
        case .play: try await Play(client: client, folder: folder, pages: url).run()
        }
    }

    /// Brings Home up to date at each change, and says what it shows.
    @MainActor
    private func changes(_ client: Client, _ folder: URL) async throws {
        let model = HomeModel(client: client, snapshot: Snapshot(folder: folder))
        let told = Told(model: model, most: count)
        let feed = ChangeFeed(client: client)
        let following = Task { try await feed.follow([told]) }
        for await _ in told.finished { break }
        following.cancel()
    }

    @MainActor
    private final class Told: Refreshable {
        let model: HomeModel
        let finished: AsyncStream<Void>
        private let finish: AsyncStream<Void>.Continuation
        private var left: Int

        init(model: HomeModel, most: Int) {
            self.model = model
            left = most
            (finished, finish) = AsyncStream.makeStream()
        }

        func refresh() async {
            await model.refresh()
            switch model.state {
            case .shown(let home):
                print("changed", home.customer.owedMinor, home.customer.cashMinor)
            case .loading, .stale, .failed: print("failed")
            }
            fflush(nil)
            left -= 1
            if left == 0 { finish.yield() }
        }
    }

    @MainActor
    private func home(_ client: Client, _ folder: URL) async throws {
        let model = HomeModel(client: client, snapshot: Snapshot(folder: folder))
        await model.load()
        switch model.state {
        case .shown(let home): print("shown", home.customer.owedMinor, name(of: home.next))
        case .stale(let home): print("stale", home.customer.owedMinor)
        case .failed, .loading: print("failed")
        }
    }

    private func name(of next: HomeModel.Next) -> String {
        switch next {
        case .addMoney: "add_money"
        case .settle: "settle"
        case .watch: "watch"
        }
    }

    @MainActor
    private func deposit(_ client: Client) async throws {
        let model = DepositModel(client: client)
        await model.load()
        guard case .editing(let methods, _) = model.state, let method = methods.first else {
            print("failed")
            return
        }
        model.review(amount: amount, method: method.id)
        // For a test that ends the server here.
        print("reviewing")
        fflush(nil)
        _ = readLine()
        await model.send()
        guard case .over(_, let outcome) = model.state else {
            print("not sent")
            return
        }
        print(name(of: outcome))
    }

    @MainActor
    private func settle(_ client: Client) async throws {
        let model = SettleModel(client: client)
        await model.load()
        if case .choosing(_, let options) = model.state,
            let wire = options.first(where: { $0.kind == "wire" })
        {
            model.choose(wire)
            await model.send()
        }
        switch model.state {
        case .following(let settlement): print("following", settlement.state.name)
        case .nothingOwed: print("nothing owed")
        case .over(_, let outcome): print(name(of: outcome))
        case .loading, .choosing, .reviewing, .sending, .amountChanged, .failed: print("failed")
        }
    }

    private func name(of outcome: Outcome) -> String {
        switch outcome {
        case .done: "done"
        case .refused(let problem): "refused \(problem.code)"
        case .unknown: "unknown"
        case .failed: "failed"
        }
    }
}
