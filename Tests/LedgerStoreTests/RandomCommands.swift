import Books
import Money

/// Commands as a careless host would send them, the same for the same seed.
struct RandomCommands {
    private var state: UInt64
    private var made: UInt64 = 0
    private(set) var now: Int64 = 1_764_504_000_000
    private(set) var accounts: [BookID] = []
    private var assets: [BookID: AssetCode] = [:]
    private var sent: [BookCommand] = []
    private var pending: [BookID] = []

    init(seed: UInt64) { state = seed }

    mutating func random(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }

    mutating func wait() { now += Int64(random(10) == 0 ? random(120_000) : random(400)) }

    /// Mostly of now; some of a while ago, and a few of long ago.
    private mutating func id() -> BookID {
        made += 1
        var at = now
        switch random(40) {
        case 0: at -= Int64(random(1_000_000_000))
        case 1...3: at -= Int64(random(5_000))
        default: break
        }
        return BookID(
            atMilliseconds: at, tail: UInt16(random(65_536)),
            low: UInt64(random(1 << 40)) << 20 | made)
    }

    mutating func opening() -> [BookAccount] {
        (0...random(4)).map { _ in
            if !accounts.isEmpty, random(6) == 0 {
                // Again, or another under the same id.
                let id = accounts[random(accounts.count)]
                return BookAccount(
                    id: id, asset: random(2) == 0 ? .usd : AssetCode("BTC")!,
                    code: UInt32(id.low % 3),
                    detail: id.low % 4 == 0 ? .byReason : .total, happenedAt: now)
            }
            var id = id()
            if random(60) == 0 { id = BookID(high: 0, low: 0) }
            let asset: AssetCode = random(4) == 0 ? AssetCode("BTC")! : .usd
            if id.isValid {
                accounts.append(id)
                assets[id] = asset
            }
            return BookAccount(
                id: id, asset: asset, terms: terms(), code: UInt32(id.low % 3),
                detail: id.low % 4 == 0 ? .byReason : .total, happenedAt: now)
        }
    }

    private mutating func terms() -> AccountTerms {
        let held = random(5) == 0 ? UInt64(random(3_000)) : 0
        switch random(5) {
        case 0: return AccountTerms(limit: .debits(beyondCredits: 0), held: held)
        case 1:
            return AccountTerms(limit: .debits(beyondCredits: UInt64(random(50_000))), held: held)
        case 2:
            return AccountTerms(limit: .credits(beyondDebits: UInt64(random(50_000))), held: held)
        default: return AccountTerms(limit: .none, held: held)
        }
    }

    mutating func batch(_ count: Int) -> [BookCommand] {
        var batch: [BookCommand] = []
        var linkedLeft = 0
        for _ in 0..<count {
            if linkedLeft == 0, random(12) == 0 { linkedLeft = 1 + random(4) }
            let isLinked = linkedLeft > 0
            if isLinked { linkedLeft -= 1 }
            batch.append(command(isLinked: isLinked && (linkedLeft > 0 || random(30) == 0)))
        }
        // A chain that is sent again whole.
        if random(10) == 0, let start = sent.indices.randomStart(self.state, sent) {
            var end = start
            while end < sent.count, sent[end].isLinked { end += 1 }
            if end < sent.count { batch += sent[start...end] }
        }
        sent += batch
        return batch
    }

    private mutating func command(isLinked: Bool) -> BookCommand {
        if !sent.isEmpty, random(15) == 0 { return again() }
        var id = id()
        switch random(300) {
        case 0: id = BookID(high: 0, low: 0)
        case 1: id = BookID(high: UInt64.max, low: UInt64.max)
        case 2: id = BookID(atMilliseconds: now + 61_000, tail: 0, low: made)
        default: break
        }
        var happenedAt = now
        switch random(20) {
        case 0: happenedAt -= Int64(random(50_000_000))
        case 1: happenedAt -= Int64(random(5_000))
        case 2 where random(20) == 0: happenedAt += 60_001
        default: break
        }
        let action = action(id)
        return BookCommand(
            id: id, action, reason: UInt32(random(5)),
            cause: random(3) == 0 ? BookID(high: UInt64(random(9)), low: 1) : nil,
            happenedAt: happenedAt, isLinked: isLinked)
    }

    private mutating func action(_ id: BookID) -> BookCommand.Action {
        switch random(20) {
        case 0...10: return .move(movement())
        case 11...13:
            pending.append(id)
            let deadline: Int64? = random(3) == 0 ? nil : now + Int64(random(60_000)) - 50
            return .pend(movement(), deadline: deadline)
        case 14, 15:
            let amount = random(2) == 0 ? nil : UInt64(random(2_500))
            return .post(subject(), amount: amount)
        case 16: return .void(subject())
        case 17, 18: return .reverse(anybody())
        default:
            return .limit(
                random(30) == 0 ? BookID(high: 3, low: 3) : account(), terms())
        }
    }

    private mutating func again() -> BookCommand {
        let old = sent[random(sent.count)]
        guard random(3) == 0 else { return old }
        let action: BookCommand.Action
        switch old.action {
        case .move(let movement) where random(2) == 0:
            action = .move(
                Movement(
                    debit: movement.debit, credit: movement.credit, asset: movement.asset,
                    amount: movement.amount ^ 1))
        case .post(let id, let amount) where random(2) == 0:
            action = .post(id, amount: amount.map { $0 ^ 1 })
        default: action = random(3) == 0 ? .move(movement()) : old.action
        }
        return BookCommand(
            id: old.id, action, reason: old.reason ^ UInt32(random(2)),
            cause: random(4) == 0 ? nil : old.cause,
            happenedAt: old.happenedAt - Int64(random(2)),
            isLinked: random(8) == 0 ? !old.isLinked : old.isLinked)
    }

    /// Half of all movements are among eight busy accounts.
    private mutating func account() -> BookID {
        accounts[random(random(2) == 0 ? min(8, accounts.count) : accounts.count)]
    }

    private mutating func movement() -> Movement {
        let debit = random(80) == 0 ? BookID(high: 9, low: 9) : account()
        var credit = random(80) == 0 ? BookID(high: 9, low: 8) : account()
        // Mostly of one asset.
        var tries = 0
        while assets[credit] != assets[debit] || credit == debit, tries < 6 {
            credit = account()
            tries += 1
        }
        let amount: UInt64 =
            switch random(100) {
            case 0: 0
            case 1: UInt64.max
            case 2: UInt64(Int64.max) - UInt64(random(10))
            default: UInt64(random(2_000)) + 1
            }
        return Movement(
            debit: debit, credit: credit,
            asset: random(60) == 0 ? AssetCode("EUR")! : assets[debit] ?? .usd, amount: amount)
    }

    private mutating func subject() -> BookID {
        if pending.isEmpty || random(20) == 0 { return anybody() }
        let recent = max(0, pending.count - 40)
        return pending[
            random(3) == 0 ? random(pending.count) : recent + random(pending.count - recent)]
    }

    private mutating func anybody() -> BookID {
        if sent.isEmpty || random(40) == 0 { return BookID(high: 7, low: 7) }
        return sent[random(sent.count)].id
    }
}

extension Range<Int> {
    /// Where a chain begins among what was sent, near a place given by `state`.
    fileprivate func randomStart(_ state: UInt64, _ sent: [BookCommand]) -> Int? {
        guard !isEmpty else { return nil }
        var index = Int(state % UInt64(count))
        while index < upperBound {
            if sent[index].isLinked, index == 0 || !sent[index - 1].isLinked { return index }
            index += 1
        }
        return nil
    }
}
