import Books
import Money

/// A second ledger, as simple as can be: dictionaries, 128-bit sums, everything remembered. It
/// shares no code with the one it checks but the words in which both are asked and answer.
struct ModelLedger {
    struct Account: Equatable {
        var asset: AssetCode
        var code: UInt32
        var detail: BalanceDetail
        var limit: AccountLimit
        var held: Int128
        var posted = [Int128](repeating: 0, count: 2)
        var pending = [Int128](repeating: 0, count: 2)
        var byReason: [UInt32: [Int128]] = [:]
    }

    /// One side of what was done, to be asked about later.
    struct Effect {
        let account: BookID
        let side: Int
        let posted: Int128
        let pending: Int128
        let bookedAt: Int64
        let happenedAt: Int64
        let id: BookID
    }

    struct Done {
        let command: BookCommand
        let debit: BookID
        let credit: BookID?
        let amount: Int128
        let order: Int
    }

    enum Ending { case posted, voided, expired }

    private(set) var accounts: [BookID: Account] = [:]
    private(set) var done: [BookID: Done] = [:]
    private(set) var effects: [Effect] = []
    private var endings: [BookID: Ending] = [:]
    private var reversed: Set<BookID> = []
    private(set) var records = 0
    private(set) var expired = 0

    mutating func open(_ requests: [BookAccount], at: Int64) -> [AccountResult] {
        requests.map { request in
            if request.id == BookID(high: 0, low: 0) { return .idInvalid }
            if let there = accounts[request.id] {
                if there.asset != request.asset { return .existsWithDifferent(.asset) }
                if there.code != request.code { return .existsWithDifferent(.code) }
                if there.detail != request.detail { return .existsWithDifferent(.detail) }
                return .exists
            }
            accounts[request.id] = Account(
                asset: request.asset, code: request.code, detail: request.detail,
                limit: request.terms.limit, held: Int128(request.terms.held))
            records += 1
            return .created
        }
    }

    /// Pending transfers whose deadline has passed end first, the earliest first.
    mutating func expire(at: Int64) {
        let due = done.values
            .filter { entry in
                guard case .pend(_, let deadline?) = entry.command.action else { return false }
                return deadline <= at && endings[entry.command.id] == nil
            }
            .sorted {
                (deadline($0.command) ?? 0, $0.order) < (deadline($1.command) ?? 0, $1.order)
            }
        for entry in due {
            endings[entry.command.id] = .expired
            records += 1
            expired += 1
            apply(
                entry.debit, entry.credit, posted: 0, pending: -entry.amount,
                reason: entry.command.reason, pendingReason: entry.command.reason, at: at,
                happenedAt: deadline(entry.command) ?? at, id: entry.command.id)
        }
    }

    private func deadline(_ command: BookCommand) -> Int64? {
        guard case .pend(_, let deadline) = command.action else { return nil }
        return deadline
    }

    mutating func post(_ commands: [BookCommand], at: Int64) -> [BookResult] {
        var results: [BookResult] = []
        var index = 0
        while index < commands.count {
            var end = index
            while end < commands.count - 1, commands[end].isLinked { end += 1 }
            let chain = Array(commands[index...end])
            results +=
                chain.count == 1 && !chain[0].isLinked
                ? [one(chain[0], at: at)] : linked(chain, at: at)
            index = end + 1
        }
        return results
    }

    private mutating func linked(_ chain: [BookCommand], at: Int64) -> [BookResult] {
        let isOpen = chain[chain.count - 1].isLinked
        if !isOpen, chain.allSatisfy({ same($0) == .exists }) { return chain.map { _ in .exists } }
        let before = (accounts, endings, reversed, effects.count, records)
        var added: [BookID] = []
        for (index, command) in chain.enumerated() {
            var result = one(command, at: at)
            if result == .created { added.append(command.id) }
            if isOpen, index == chain.count - 1 { result = .linkedOpen }
            guard result != .created else { continue }
            (accounts, endings, reversed) = (before.0, before.1, before.2)
            effects.removeLast(effects.count - before.3)
            records = before.4
            for id in added { done[id] = nil }
            return chain.indices.map { $0 == index ? result : .linkedFailed }
        }
        return chain.map { _ in .created }
    }

    private func same(_ command: BookCommand) -> BookResult? {
        guard let there = done[command.id] else { return nil }
        let other = there.command
        func differs(_ field: BookResult.Field) -> BookResult { .existsWithDifferent(field) }
        func compare(_ one: Movement, _ two: Movement) -> BookResult? {
            if one.debit != two.debit { return differs(.debit) }
            if one.credit != two.credit { return differs(.credit) }
            if one.asset != two.asset { return differs(.asset) }
            return one.amount == two.amount ? nil : differs(.amount)
        }
        switch (command.action, other.action) {
        case (.move(let one), .move(let two)):
            if let found = compare(one, two) { return found }
        case (.pend(let one, let deadline), .pend(let two, let otherDeadline)):
            if let found = compare(one, two) { return found }
            if deadline != otherDeadline { return differs(.deadline) }
        case (.post(let one, let amount), .post(let two, _)):
            if one != two { return differs(.subject) }
            if Int128(amount ?? UInt64(done[one]!.amount)) != there.amount {
                return differs(.amount)
            }
        case (.void(let one), .void(let two)), (.reverse(let one), .reverse(let two)):
            if one != two { return differs(.subject) }
        case (.limit(let one, let terms), .limit(let two, let otherTerms)):
            if one != two { return differs(.debit) }
            if terms != otherTerms { return differs(.terms) }
        default: return differs(.action)
        }
        if command.reason != other.reason { return differs(.reason) }
        if command.cause != other.cause { return differs(.cause) }
        if command.happenedAt != other.happenedAt { return differs(.happenedAt) }
        return command.isLinked == other.isLinked ? .exists : differs(.link)
    }

    private static let most = Int128(Int64.max)

    private mutating func one(_ command: BookCommand, at: Int64) -> BookResult {
        if command.id == BookID(high: 0, low: 0)
            || command.id == BookID(high: UInt64.max, low: UInt64.max)
        {
            return .idInvalid
        }
        if let there = same(command) { return there }
        if Int64(command.id.high / 65_536) > at + 60_000 { return .idAhead }
        if command.happenedAt > at + 60_000 { return .timeInvalid }
        switch command.action {
        case .move(let movement): return move(movement, command, nil, isPending: false, at)
        case .pend(let movement, let deadline):
            return move(movement, command, deadline, isPending: true, at)
        case .post(let id, let amount): return end(id, command, amount, .posted, at)
        case .void(let id): return end(id, command, nil, .voided, at)
        case .reverse(let id): return reverse(id, command, at)
        case .limit(let id, let terms):
            guard Int128(terms.held) <= Self.most else { return .amountTooLarge }
            guard accounts[id] != nil else { return .accountUnknown(.debit) }
            accounts[id]?.limit = terms.limit
            accounts[id]?.held = Int128(terms.held)
            keep(command, id, nil, 0)
            return .created
        }
    }

    private mutating func move(
        _ movement: Movement, _ command: BookCommand, _ deadline: Int64?, isPending: Bool,
        _ at: Int64
    ) -> BookResult {
        if movement.amount == 0 { return .amountZero }
        if Int128(movement.amount) > Self.most { return .amountTooLarge }
        if movement.debit == movement.credit { return .accountsSame }
        guard let debit = accounts[movement.debit] else { return .accountUnknown(.debit) }
        guard let credit = accounts[movement.credit] else { return .accountUnknown(.credit) }
        if debit.asset != movement.asset { return .assetDiffers(.debit) }
        if credit.asset != movement.asset { return .assetDiffers(.credit) }
        let amount = Int128(movement.amount)
        if let refusal = room(movement.debit, movement.credit, amount) { return refusal }
        if let deadline, deadline <= at { return .deadlinePassed }
        apply(
            movement.debit, movement.credit, posted: isPending ? 0 : amount,
            pending: isPending ? amount : 0, reason: command.reason,
            pendingReason: command.reason, at: at, happenedAt: command.happenedAt, id: command.id)
        keep(command, movement.debit, movement.credit, amount)
        return .created
    }

    private func room(_ debitID: BookID, _ creditID: BookID, _ amount: Int128) -> BookResult? {
        let debit = accounts[debitID]!
        let credit = accounts[creditID]!
        if debit.posted[0] + debit.pending[0] + amount > Self.most {
            return .balanceTooLarge(.debit)
        }
        if credit.posted[1] + credit.pending[1] + amount > Self.most {
            return .balanceTooLarge(.credit)
        }
        if case .debits(let allowance) = debit.limit,
            debit.posted[0] + debit.pending[0] + amount + debit.held
                > debit.posted[1] + Int128(allowance)
        {
            return .exceedsLimit(.debit)
        }
        if case .credits(let allowance) = credit.limit,
            credit.posted[1] + credit.pending[1] + amount + credit.held
                > credit.posted[0] + Int128(allowance)
        {
            return .exceedsLimit(.credit)
        }
        return nil
    }

    private mutating func end(
        _ id: BookID, _ command: BookCommand, _ amount: UInt64?, _ ending: Ending, _ at: Int64
    ) -> BookResult {
        guard let pending = done[id] else { return .pendingUnknown }
        guard case .pend(_, let deadline) = pending.command.action else { return .notPending }
        switch endings[id] {
        case .posted: return .pendingPosted
        case .voided: return .pendingVoided
        case .expired: return .pendingExpired
        case nil: break
        }
        if let deadline, deadline <= at { return .pendingExpired }
        var posted: Int128 = 0
        if ending == .posted {
            posted = amount.map { Int128($0) } ?? pending.amount
            if posted == 0 { return .amountZero }
            if posted > pending.amount { return .exceedsPending }
        }
        endings[id] = ending
        apply(
            pending.debit, pending.credit, posted: posted, pending: -pending.amount,
            reason: command.reason, pendingReason: pending.command.reason, at: at,
            happenedAt: command.happenedAt, id: command.id)
        keep(command, pending.debit, pending.credit, posted)
        return .created
    }

    private mutating func reverse(_ id: BookID, _ command: BookCommand, _ at: Int64) -> BookResult {
        guard let original = done[id] else { return .reversedUnknown }
        switch original.command.action {
        case .move, .post: break
        case .pend, .void, .reverse, .limit: return .notReversible
        }
        guard let credit = original.credit else { return .notReversible }
        if reversed.contains(id) { return .alreadyReversed }
        if let refusal = room(credit, original.debit, original.amount) { return refusal }
        reversed.insert(id)
        apply(
            credit, original.debit, posted: original.amount, pending: 0, reason: command.reason,
            pendingReason: command.reason, at: at, happenedAt: command.happenedAt, id: command.id)
        keep(command, credit, original.debit, original.amount)
        return .created
    }

    private mutating func keep(
        _ command: BookCommand, _ debit: BookID, _ credit: BookID?, _ amount: Int128
    ) {
        records += 1
        done[command.id] = Done(
            command: command, debit: debit, credit: credit, amount: amount, order: records)
    }

    private mutating func apply(
        _ debit: BookID, _ credit: BookID?, posted: Int128, pending: Int128, reason: UInt32,
        pendingReason: UInt32, at: Int64, happenedAt: Int64, id: BookID
    ) {
        for (side, account) in [debit, credit].enumerated() {
            guard let account else { continue }
            accounts[account]!.posted[side] += posted
            accounts[account]!.pending[side] += pending
            if posted != 0 {
                accounts[account]!.byReason[reason, default: [0, 0, 0, 0]][side] += posted
            }
            if pending != 0 {
                accounts[account]!.byReason[pendingReason, default: [0, 0, 0, 0]][2 + side] +=
                    pending
            }
            effects.append(
                Effect(
                    account: account, side: side, posted: posted, pending: pending, bookedAt: at,
                    happenedAt: happenedAt, id: id))
        }
    }

    // MARK: Asking

    func balance(of account: BookID) -> [Int128] {
        guard let there = accounts[account] else { return [] }
        return there.posted + there.pending
    }

    func balance(of account: BookID, where holds: (Effect) -> Bool) -> [Int128] {
        var sums = [Int128](repeating: 0, count: 4)
        for effect in effects where effect.account == account && holds(effect) {
            sums[effect.side] += effect.posted
            sums[2 + effect.side] += effect.pending
        }
        return sums.map { min(max(0, $0), Self.most) }
    }
}

extension BookBalance {
    var sums: [Int128] {
        [debitsPosted, creditsPosted, debitsPending, creditsPending].map { Int128($0) }
    }
}
