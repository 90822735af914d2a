import Banking

extension Draft {
    /// `max(initiated + 168 elapsed hours, settlement + standard return window + slack)`.
    ///
    /// Hours alone are not enough: a debit that meets a holiday can be returned after seven days.
    /// The terms are the deposit's own, from the policy it was started under.
    func releaseTime(
        initiatedAt: Instant, terms: Policy.Hold, settlementDay: Day?
    ) -> Instant {
        let promised = initiatedAt.adding(hours: terms.hours)
        guard let settlementDay else { return promised }
        return max(promised, unconfirmedUntil(settlementDay, terms))
    }

    /// When an ordinary return of a debit settled on `day` can no longer be in time.
    func unconfirmedUntil(_ day: Day, _ terms: Policy.Hold) -> Instant {
        facts.timing.unconfirmedUntil(
            settlement: day, slackBankingDays: terms.slackBankingDays)
    }
}
