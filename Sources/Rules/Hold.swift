import Banking

extension Draft {
    /// `max(initiated + 168 elapsed hours, settlement + standard return window + slack)`.
    ///
    /// Hours alone are not enough: a debit that meets a holiday can be returned after seven days.
    func releaseTime(initiatedAt: Instant, settlementDay: Day?) -> Instant {
        let promised = initiatedAt.adding(hours: facts.policy.hold.hours)
        guard let settlementDay else { return promised }
        return max(promised, unconfirmedUntil(settlementDay))
    }

    /// When an ordinary return of a debit settled on `day` can no longer be in time.
    func unconfirmedUntil(_ day: Day) -> Instant {
        facts.timing.unconfirmedUntil(
            settlement: day, slackBankingDays: facts.policy.hold.slackBankingDays)
    }
}
