import Banking
import Ledger
import Money
import Nacha

/// That we asked the receiving bank to send an entry back.
///
/// Nacha Operating Rules, Return at the Request of the ODFI (R06): the RDFI may return an entry
/// because the ODFI asked for it, and since 1 April 2025 it must say whether it will within ten
/// banking days of the request.
public struct ReturnRequest: Hashable, Sendable, Codable {
    public let reason: String
    public let by: String
    public let at: Instant
    /// Until when the RDFI must have said whether it sends the entry back.
    public let answerBy: Instant
    /// When a person looks at it again, while no answer came or the entry that was promised has not.
    public var nextLookAt: Instant
    /// `nil` while nobody has heard of it.
    public var answer: Answer?

    public enum Answer: String, Hashable, Sendable, Codable, CaseIterable {
        /// The RDFI said that it will send the entry back.
        case agreed
        /// The RDFI said that it will not.
        case declined
        /// The entry came back, or something that waits in suspense for a person came in its place.
        case returned
    }

    init(reason: String, by: String, at: Instant, answerBy: Instant, answer: Answer? = nil) {
        self.init(
            reason: reason, by: by, at: at, answerBy: answerBy, nextLookAt: answerBy,
            answer: answer)
    }

    init(
        reason: String, by: String, at: Instant, answerBy: Instant, nextLookAt: Instant,
        answer: Answer?
    ) {
        self.reason = reason
        self.by = by
        self.at = at
        self.answerBy = answerBy
        self.nextLookAt = nextLookAt
        self.answer = answer
    }

    /// Banking days after which a person looks again. A return that was agreed to travels for two
    /// like any other; a week leaves time to send it, and none to be forgotten.
    public static let lookAgainBankingDays = 5
}

extension [ReturnRequest] {
    /// The last one, while the RDFI has still to answer it.
    public var unanswered: ReturnRequest? { last.flatMap { $0.answer == nil ? $0 : nil } }

    /// Whether the entry may still come back because we asked for it: until then its money is not
    /// anybody's to take away. An operator who hears otherwise says that the RDFI declined.
    var mayComeBack: Bool {
        switch last?.answer {
        case nil: last != nil
        case .agreed: true
        case .declined, .returned: false
        }
    }

    /// Whether the entry may be asked for: not while an earlier request is open or agreed to. What
    /// came in its place and was decided is no answer to the next.
    public var mayAskAgain: Bool {
        switch last?.answer {
        case nil: last == nil
        case .agreed: false
        case .declined, .returned: true
        }
    }
}

extension Draft {
    /// Keeps that we asked for an entry, so that its R06 is known for what it is.
    mutating func requestReturn(_ command: Command.RequestReturn) throws(Refusal) -> Reply {
        guard !command.reason.isEmpty else { throw .reasonRequired }
        var requests = try requests(for: command.payment)
        guard try isWithReceiver(command.payment) else {
            throw .wrongState("the payment is not with the receiver's bank")
        }
        guard requests.mayAskAgain else { return .unchanged }
        guard requests.count < Self.returnRequestsMax else {
            throw .wrongState("the bank has declined \(requests.count) times; write to it")
        }
        let request = ReturnRequest(
            reason: command.reason, by: facts.actor.name, at: facts.now,
            answerBy: facts.timing.returnRequestDeadline(requested: Eastern.day(at: facts.now)))
        requests.append(request)
        try keep(requests, for: command.payment)
        set(.returnAnswer(command.payment), due: request.answerBy)
        return .done
    }

    /// A bank that has declined so often will not be moved by one more request.
    private static let returnRequestsMax = 10

    /// What the RDFI said to a request; the entry itself, when it comes, says so too.
    mutating func answerReturnRequest(
        _ command: Command.AnswerReturnRequest
    ) throws(Refusal) -> Reply {
        var requests = try requests(for: command.payment)
        guard let last = requests.indices.last else {
            throw .wrongState("nobody has asked for this payment to be returned")
        }
        let answer: ReturnRequest.Answer = command.agreed ? .agreed : .declined
        switch requests[last].answer {
        case nil, .agreed: break
        case .declined where !command.agreed: return .unchanged
        case .declined, .returned: throw .alreadyDecided
        }
        guard requests[last].answer != answer else { return .unchanged }
        requests[last].answer = answer
        switch answer {
        // A word is no money: somebody looks whether it comes.
        case .agreed: lookAgain(at: &requests[last], of: command.payment)
        case .declined, .returned: clear(.returnAnswer(command.payment))
        }
        try keep(requests, for: command.payment)
        // What stood still meanwhile is looked at again.
        if answer == .declined { try resumeHold(of: command.payment) }
        return .done
    }

    /// The RDFI did not answer within its ten banking days, or agreed and the entry is not here: a
    /// person must ask it again, and is told again for as long as the money stands still.
    mutating func returnAnswerOverdue(_ payment: PaymentReference) throws(Refusal) -> Reply {
        var requests = try requests(for: payment)
        guard let last = requests.indices.last, requests.mayComeBack else { return .unchanged }
        guard facts.now >= requests[last].nextLookAt else {
            set(.returnAnswer(payment), due: requests[last].nextLookAt)
            return .unchanged
        }
        raise(
            requests[last].answer == .agreed
                ? .returnNotCome(customer.id, payment)
                : .returnRequestUnanswered(customer.id, payment))
        lookAgain(at: &requests[last], of: payment)
        try keep(requests, for: payment)
        return .done
    }

    /// Whatever stands still because we asked for it has its clock. What an earlier version of the
    /// program kept without one is given it here.
    mutating func keepAsking(_ requests: [ReturnRequest], _ payment: PaymentReference) {
        guard requests.mayComeBack, let last = requests.last else { return }
        set(.returnAnswer(payment), due: max(last.nextLookAt, facts.now))
    }

    private mutating func lookAgain(at request: inout ReturnRequest, of payment: PaymentReference) {
        let day = facts.timing.calendar.bankingDay(
            ReturnRequest.lookAgainBankingDays, after: Eastern.day(at: facts.now))
        request.nextLookAt = Eastern.instant(on: day, at: facts.timing.opening)
        set(.returnAnswer(payment), due: request.nextLookAt)
    }

    /// Whether an R06 of this payment must be sent back: nobody has asked for it, so R70 answers
    /// it (Nacha Operating Rules, dishonored returns: return not requested by the ODFI).
    func isUninvited(_ entry: ReturnedEntry, _ requests: [ReturnRequest]) -> Bool {
        entry.code == ReturnCode.returnedOnRequest.text && requests.isEmpty
    }

    /// The entry came back, by whatever code: no answer is waited for any more.
    mutating func requestAnswered(_ requests: inout [ReturnRequest], _ payment: PaymentReference) {
        guard let last = requests.indices.last, requests[last].answer != .returned else { return }
        requests[last].answer = .returned
        clear(.returnAnswer(payment))
    }

    private func requests(
        for payment: PaymentReference
    ) throws(Refusal) -> [ReturnRequest] {
        switch payment {
        case .deposit(let id): try deposit(id).returnRequests
        case .settlement(let id): try settlement(id).returnRequests
        case .dishonor, .microEntry: throw .wrongState("only a payment is asked back")
        }
    }

    private mutating func keep(
        _ requests: [ReturnRequest], for payment: PaymentReference
    ) throws(Refusal) {
        switch payment {
        case .deposit(let id):
            var deposit = try deposit(id)
            deposit.returnRequests = requests
            keep(deposit)
        case .settlement(let id):
            var settlement = try settlement(id)
            settlement.returnRequests = requests
            keep(settlement)
        case .dishonor, .microEntry: throw .wrongState("only a payment is asked back")
        }
    }

    private mutating func resumeHold(of payment: PaymentReference) throws(Refusal) {
        switch payment {
        case .deposit(let id):
            let deposit = try deposit(id)
            guard deposit.state == .fundsReceived else { return }
            set(.release(id), due: max(deposit.releaseAt, facts.now))
        case .settlement(let id):
            guard case .unconfirmed(let until) = try settlement(id).state else { return }
            set(.confirm(id), due: max(until, facts.now))
        case .dishonor, .microEntry: return
        }
    }

    private func isWithReceiver(_ payment: PaymentReference) throws(Refusal) -> Bool {
        switch payment {
        case .deposit(let id): try deposit(id).isWithReceiver
        case .settlement(let id): try settlement(id).hasLeft
        case .dishonor, .microEntry: false
        }
    }
}
