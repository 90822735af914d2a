import Banking
import Books
import LedgerStore
import Money
import Wire

/// A ledger's requests and answers as JSON objects, one a line.
enum LedgerLine {
    private static let amounts: ClosedRange<Int64> = 0...Int64.max
    private static let numbers: ClosedRange<Int64> = 0...Int64(UInt32.max)
    private static let nobody = BookID(high: 0, low: 0)

    // MARK: Requests

    static func account(_ line: JSON) throws -> BookAccount {
        try JSONObjectReader.read(line) { reader in
            let id = Self.id("id", &reader)
            return BookAccount(
                id: id, asset: asset(&reader), terms: terms(&reader),
                code: UInt32(reader.optionalInteger("code", in: numbers) ?? 0),
                detail: reader.optionalBoolean("by_reason") ?? false ? .byReason : .total,
                cause: optionalID("cause", &reader), happenedAt: happened(id, &reader))
        }
    }

    private enum Action: String, CaseIterable { case move, pend, post, void, reverse, limit }

    static func command(_ line: JSON) throws -> BookCommand {
        try JSONObjectReader.read(line) { reader in
            let id = Self.id("id", &reader)
            let action: BookCommand.Action
            switch reader.enumeration("action", as: Action.self) {
            case .move: action = .move(movement(&reader))
            case .pend:
                let deadline = reader.optionalParsed(
                    "deadline", max: 40, expected: "an RFC 3339 time"
                ) { Instant(rfc3339: $0) }
                action = .pend(movement(&reader), deadline: deadline?.milliseconds)
            case .post:
                let amount = reader.optionalInteger("amount", in: amounts)
                action = .post(Self.id("subject", &reader), amount: amount.map(UInt64.init))
            case .void: action = .void(Self.id("subject", &reader))
            case .reverse: action = .reverse(Self.id("subject", &reader))
            case .limit: action = .limit(Self.id("account", &reader), terms(&reader))
            }
            return BookCommand(
                id: id, action, reason: UInt32(reader.optionalInteger("reason", in: numbers) ?? 0),
                cause: optionalID("cause", &reader), happenedAt: happened(id, &reader),
                isLinked: reader.optionalBoolean("linked") ?? false)
        }
    }

    private static func movement(_ reader: inout JSONObjectReader) -> Movement {
        Movement(
            debit: id("debit", &reader), credit: id("credit", &reader), asset: asset(&reader),
            amount: UInt64(reader.integer("amount", in: amounts)))
    }

    private static func id(_ name: String, _ reader: inout JSONObjectReader) -> BookID {
        reader.parsed(
            name, max: 36, expected: "32 hexadecimal digits, as a UUID", placeholder: nobody
        ) { BookID($0) }
    }

    private static func optionalID(_ name: String, _ reader: inout JSONObjectReader) -> BookID? {
        reader.optionalParsed(name, max: 36, expected: "32 hexadecimal digits, as a UUID") {
            BookID($0)
        }
    }

    private static func asset(_ reader: inout JSONObjectReader) -> AssetCode {
        reader.parsed(
            "asset", max: 8, expected: "two to eight capital letters or digits", placeholder: .usd
        ) { AssetCode($0) }
    }

    /// Without a time of its own a thing happened when its id was made: a line that is sent again
    /// then says the same.
    private static func happened(_ id: BookID, _ reader: inout JSONObjectReader) -> Int64 {
        let told = reader.optionalParsed("happened_at", max: 40, expected: "an RFC 3339 time") {
            Instant(rfc3339: $0)
        }
        return told?.milliseconds ?? id.milliseconds
    }

    private static func terms(_ reader: inout JSONObjectReader) -> AccountTerms {
        let debits = reader.optionalInteger("debits_beyond_credits", in: amounts)
        let credits = reader.optionalInteger("credits_beyond_debits", in: amounts)
        let held = UInt64(reader.optionalInteger("held", in: amounts) ?? 0)
        switch (debits, credits) {
        case (let debits?, nil):
            return AccountTerms(limit: .debits(beyondCredits: UInt64(debits)), held: held)
        case (nil, let credits?):
            return AccountTerms(limit: .credits(beyondDebits: UInt64(credits)), held: held)
        case (nil, nil): return AccountTerms(limit: .none, held: held)
        case (_?, _?):
            reader.reject("credits_beyond_debits", .conflict, "An account has one limit.")
            return .free
        }
    }

    // MARK: Answers

    static func answer(_ result: AccountResult) -> JSON {
        switch result {
        case .existsWithDifferent(let field):
            [
                "result": "exists_with_different",
                "field": .string(field == .detail ? "by_reason" : "\(field)"),
            ]
        case .created, .exists, .idInvalid, .idAhead, .timeInvalid, .amountTooLarge,
            .tooManyAccounts:
            ["result": .string(word("\(result)"))]
        }
    }

    static func answer(_ result: BookResult) -> JSON {
        switch result {
        case .existsWithDifferent(let field):
            ["result": "exists_with_different", "field": .string(name(field))]
        case .accountUnknown(let party):
            ["result": "account_unknown", "account": .string("\(party)")]
        case .assetDiffers(let party):
            ["result": "asset_differs", "account": .string("\(party)")]
        case .balanceTooLarge(let party):
            ["result": "balance_too_large", "account": .string("\(party)")]
        case .exceedsLimit(let party):
            ["result": "exceeds_limit", "account": .string("\(party)")]
        case .created, .exists, .linkedFailed, .linkedOpen, .idInvalid, .idAhead, .timeInvalid,
            .amountZero, .amountTooLarge, .accountsSame, .deadlinePassed, .pendingUnknown,
            .notPending, .pendingPosted, .pendingVoided, .pendingExpired, .exceedsPending,
            .reversedUnknown, .notReversible, .alreadyReversed:
            ["result": .string(word("\(result)"))]
        }
    }

    private static func name(_ field: BookResult.Field) -> String {
        switch field {
        case .link: "linked"
        case .happenedAt: "happened_at"
        case .terms: "limit"
        case .action, .debit, .credit, .asset, .amount, .deadline, .subject, .reason, .cause:
            "\(field)"
        }
    }

    /// `exceedsLimit` as `exceeds_limit`.
    private static func word(_ name: String) -> String {
        var word = ""
        for character in name {
            if character.isUppercase { word += "_" }
            word += character.lowercased()
        }
        return word
    }

    static func json(_ balance: BookBalance) -> JSON { .object(sums(balance)) }

    private static func sums(_ balance: BookBalance) -> JSON.Object {
        var object = JSON.Object()
        object["debits_posted"] = .integer(Int64(balance.debitsPosted))
        object["credits_posted"] = .integer(Int64(balance.creditsPosted))
        object["debits_pending"] = .integer(Int64(balance.debitsPending))
        object["credits_pending"] = .integer(Int64(balance.creditsPending))
        return object
    }

    static func json(_ state: BookAccountState) -> JSON.Object {
        var object = JSON.Object()
        object["id"] = .string(state.id.description)
        object["asset"] = .string(state.asset.description)
        object["code"] = .integer(Int64(state.code))
        for member in sums(state.balance).members { object[member.key] = member.value }
        limit(state.terms, &object)
        if let available = state.balance.available(under: state.terms) {
            object["available"] = .integer(Int64(clamping: available))
        }
        object["last_record"] = .integer(Int64(state.last))
        return object
    }

    private static func limit(_ terms: AccountTerms, _ object: inout JSON.Object) {
        switch terms.limit {
        case .none: break
        case .debits(let allowance):
            object["debits_beyond_credits"] = .integer(Int64(allowance))
        case .credits(let allowance):
            object["credits_beyond_debits"] = .integer(Int64(allowance))
        }
        if terms.held > 0 { object["held"] = .integer(Int64(terms.held)) }
    }

    static func json(_ booked: BookedRecord, _ view: LedgerView) throws -> JSON {
        let record = booked.record
        let debit = try view.account(number: record.debit)?.id
        let credit = try record.credit > 0 ? view.account(number: record.credit)?.id : nil
        return .object(json(booked) { $0 == record.debit ? debit : credit })
    }

    static func json(_ booked: BookedRecord, _ name: (UInt32) -> BookID?) -> JSON.Object {
        let record = booked.record
        var object = JSON.Object()
        object["record"] = .integer(Int64(booked.sequence))
        object["id"] = .string(record.id.description)
        object["action"] = .string("\(record.kind)")
        switch record.kind {
        case .open, .limit: object["account"] = name(record.debit).map { .string($0.description) }
        case .move, .pend, .post, .void, .expire, .reverse:
            object["debit"] = name(record.debit).map { .string($0.description) }
            object["credit"] = name(record.credit).map { .string($0.description) }
            object["amount"] = .integer(Int64(record.amount))
        }
        if record.released > 0 { object["released"] = .integer(Int64(record.released)) }
        if record.subject > 0 { object["subject_record"] = .integer(Int64(record.subject)) }
        if let deadline = record.deadline {
            object["deadline"] = .string(Instant(milliseconds: deadline).rfc3339)
        }
        if let terms = record.terms { limit(terms, &object) }
        if let opened = record.opened { object["asset"] = .string(opened.asset.description) }
        object["reason"] = .integer(Int64(record.reason))
        if let cause = record.cause { object["cause"] = .string(cause.description) }
        object["happened_at"] = .string(Instant(milliseconds: record.happenedAt).rfc3339)
        object["booked_at"] = .string(Instant(milliseconds: booked.bookedAt).rfc3339)
        if record.isLinked { object["linked"] = true }
        return object
    }
}
