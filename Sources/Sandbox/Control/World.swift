import Banking
import Money

/// The parts of the sandbox together, and what a person can do to them.
struct World: Sendable {
    let clock: SandboxClock
    let bank: Bank
    let processor: Processor
    let market: Market
    let mail: MailBox
    let exchange: Exchange
    let advancer: Advancer

    /// How long a form waits for the clock before it answers "still moving".
    static let advancePatience: Duration = .seconds(12)

    /// Does one command; one sentence about what happened. Throws the refusal of the part.
    func perform(_ command: ControlCommand) async throws -> String {
        switch command {
        case .advance(let target):
            let instant = try await advancer.start(target)
            let hasArrived = try await advancer.wait(atMost: Self.advancePatience)
            if hasArrived, let trouble = await advancer.progress?.trouble {
                return "It is \(SandboxPage.eastern(instant)). \(trouble)"
            }
            return hasArrived
                ? "It is \(SandboxPage.eastern(instant))."
                : "The clock is on its way to \(SandboxPage.eastern(instant))."
        case .bank(let command): return try await perform(command)
        case .processor(let command): return try await perform(command)
        case .market(let command): return try await perform(command)
        case .bounce(let address, let isBouncing):
            try await mail.setBouncing(address, isBouncing)
            return isBouncing
                ? "Mail to \(address) now bounces." : "Mail to \(address) is taken again."
        }
    }

    private func perform(_ command: BankCommand) async throws -> String {
        let now = await clock.now()
        switch command {
        case .settle(let entry):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideSettlingNow(entry, at: now)
            }
            return entry.map { "Entry \($0) is settled." } ?? "All waiting entries are settled."
        case .returnNow(let entry, let code, let variation):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideReturn(
                    bank.entry(entry), code: code, variation: variation, at: now)
            }
            return "Entry \(entry) is returned with \(code)."
        case .returnLater(let entry, let code, let days):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideReturnLater(
                    bank.entry(entry), code: code, bankingDays: days, at: now)
            }
            return "Entry \(entry) will be returned with \(code) \(days) banking days after "
                + "its settlement."
        case .repeatReturn(let entry):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideRepeatingReturn(bank.entry(entry), at: now)
            }
            return "The return of entry \(entry) was sent once more in a new file."
        case .repeatFile(let name):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideRepeatingFile(name, at: now)
            }
            return "The same bytes as \(name) were sent under a new name."
        case .change(let entry, let code, let corrected):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideChange(
                    bank.entry(entry), code: code, corrected: corrected, at: now)
            }
            return "A notification of change \(code) was sent for entry \(entry)."
        case .contest(let trace, let code):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideContest(trace, code: code, at: now)
            }
            return "The dishonored return is contested with \(code)."
        case .contestPolicy(let code):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideContestPolicy(code)
            }
            return code.map { "Dishonored returns will be contested with \($0)." }
                ?? "Dishonored returns will be accepted."
        case .wire(let amount, let reference, let sender):
            try await bank.perform { bank throws(BankRefusal) in
                try bank.decideWire(
                    amountMinor: amount, reference: reference, sender: sender, at: now)
            }
            return "A wire of \(Dollars.text(amount)) with reference \(reference) was sent."
        }
    }

    private func perform(_ command: ProcessorCommand) async throws -> String {
        switch command {
        case .pay(let charge, let choice):
            let charge = try await processor.choose(choice, chargeID: charge)
            return "The payment is now: \(charge.status.name)."
        case .dispute(let charge, let fee):
            try await processor.dispute(charge, feeMinor: fee)
            return "The payment \(charge) was taken back, with a fee of \(Dollars.text(fee))."
        case .payOut:
            let count = try await processor.payOut()
            return "\(count) \(count == 1 ? "payment was" : "payments were") paid out."
        case .fault(let fault, let calls):
            try await processor.set(fault, calls: calls)
            switch fault {
            case .timeout: return "The next \(calls) calls of the processor will time out."
            case .serverError: return "The next \(calls) calls of the processor will fail."
            }
        case .repeatWebhook(let id):
            try await processor.repeatWebhook(id)
            return "The webhook \(id) is sent once more."
        }
    }

    private func perform(_ command: MarketCommand) async throws -> String {
        switch command {
        case .price(let asset, let count):
            try await market.perform { market, now throws(MarketRefusal) in
                try market.decidePrice(of: asset, count: count, at: now)
            }
            return "The price of \(asset) is set."
        case .move(let asset, let basisPoints):
            try await market.perform { market, now throws(MarketRefusal) in
                try market.decideMove(of: asset, basisPoints: basisPoints, at: now)
            }
            return "\(asset) moved by \(DecimalText.format(basisPoints, scale: 2)) %."
        case .halt(let asset, let isHalted):
            try await market.perform { market, _ throws(MarketRefusal) in
                try market.decideHalt(asset, isHalted: isHalted)
            }
            return isHalted ? "\(asset) is halted." : "\(asset) trades again."
        case .thin(let asset, let percent):
            try await market.perform { market, _ throws(MarketRefusal) in
                try market.decideThinning(asset, percent: percent)
            }
            return "The house quotes \(percent) % of its usual size in \(asset)."
        case .freeze(let isFrozen):
            try await market.perform { market, now throws(MarketRefusal) in
                market.decideFreezing(isFrozen, at: now)
            }
            return isFrozen ? "Prices stand still and grow old." : "Prices are fresh again."
        case .drift(let isDrifting):
            try await market.perform { market, now throws(MarketRefusal) in
                market.decideDrifting(isDrifting, at: now)
            }
            return isDrifting ? "Prices wander a little." : "Prices stay where they are."
        }
    }
}
