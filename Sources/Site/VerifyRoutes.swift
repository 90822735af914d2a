import Banking
import Ledger
import Money
import Rules
import Service
import Web

/// Two small amounts that prove a bank account.
extension Site {
    var verifyRoutes: [Route] {
        [
            .get("/bank-accounts/:id/verify", .customer(verifyBank)),
            .post("/bank-accounts/:id/verify", .customer(actOnVerification)),
        ]
    }

    private func method(of visit: CustomerVisit) throws -> PaymentMethod {
        let id: PaymentMethodID = try visit.visit.id()
        guard let method = visit.customer.methods[id], method.bankAccount != nil else {
            throw Turn.notFound
        }
        return method
    }

    private func verifyBank(_ visit: CustomerVisit) async throws -> Answer {
        .page(verifyPage(visit, try method(of: visit), key: Form.newKey()))
    }

    private func verifyPage(
        _ visit: CustomerVisit, _ method: PaymentMethod, key: String,
        problem: VerifyBankPage.Problem? = nil
    ) -> VerifyBankPage {
        VerifyBankPage(
            id: "\(method.id)", label: BankLabel(method.label, method.lastFour),
            stage: method.stage(of: visit.customer, visit.facts),
            statementName: service.settings.originator.companyName, idempotencyKey: key,
            problem: problem)
    }

    private func actOnVerification(_ visit: CustomerVisit) async throws -> Answer {
        let method = try method(of: visit)
        switch visit.form[.decision] {
        case "start": return try await startVerification(visit, method)
        case "confirm": return try await confirmVerification(visit, method)
        default: throw Turn.bodyMalformed
        }
    }

    private func startVerification(
        _ visit: CustomerVisit, _ method: PaymentMethod
    ) async throws -> Answer {
        let (first, second) = MicroAmounts.random()
        do {
            // The amounts are no part of what is compared: the same form sent twice is one request.
            _ = try await visit.perform(
                .startValidation(
                    Command.StartValidation(method: method.id, first: first, second: second)),
                key: try visit.key(), body: "verify \(method.id)"
            ).reply()
        } catch Refusal.validationLimit {
            return .page(verifyPage(visit, method, key: visit.form.key, problem: .limit))
        } catch is Refusal {
            return .page(verifyPage(visit, method, key: visit.form.key, problem: .notNow))
        }
        return .seeOther(Paths.verifyBank("\(method.id)").text)
    }

    private func confirmVerification(
        _ visit: CustomerVisit, _ method: PaymentMethod
    ) async throws -> Answer {
        let amounts = VerifyBankPage.Input.allCases.compactMap { input in
            Typed.cents(visit.form.fields[input.rawValue] ?? "").flatMap { Cents(exactly: $0) }
        }
        guard amounts.count == 2,
            amounts.allSatisfy({ $0 > .zero && $0 <= Validation.amountMax })
        else { return .page(verifyPage(visit, method, key: visit.form.key, problem: .notCents)) }
        do {
            let reply = try await visit.perform(
                .confirmValidation(Command.ConfirmValidation(method: method.id, amounts: amounts)),
                key: try visit.key()
            ).reply()
            guard case .triesLeft = reply,
                let now = try service.reader.customer(visit.customer.id)?.methods[method.id]
            else { return .seeOther(Paths.verifyBank("\(method.id)").text) }
            return .page(
                verifyPage(
                    visit, now, key: Form.newKey(),
                    problem: now.validation?.state == .sent ? .wrong : nil))
        } catch is Refusal {
            return .page(verifyPage(visit, method, key: visit.form.key, problem: .notNow))
        }
    }
}

extension PaymentMethod {
    fileprivate func stage(of customer: Customer, _ facts: Facts) -> VerifyBankPage.Stage {
        guard standing == .usable, bankAccount.map({ !facts.isBlocked($0) }) ?? false else {
            return .over
        }
        if verified { return .proven }
        let limit = customer.validationLimit(of: self, at: facts.now)?.stage
        guard let validation else { return limit ?? .offered(after: nil) }
        switch validation.state {
        case .queued: return .waiting
        case .sent:
            return .typing(
                triesLeft: validation.triesLeft,
                until: (validation.expiresAt ?? facts.now).milliseconds)
        case .proven: return .proven
        case .failed(let why):
            return limit ?? .offered(after: why.onPages)
        }
    }
}

extension Validation.Limit {
    fileprivate var stage: VerifyBankPage.Stage {
        switch self {
        case .account: .over
        case .customer(let until):
            .limited(
                .tooOften(times: Validation.roundsOfCustomerMax, days: Validation.roundsDays),
                until: until.milliseconds)
        case .atOnce(let until):
            .limited(.others(Validation.atOnceMax), until: until?.milliseconds)
        }
    }
}
