import Banking

extension Policy.Hold {
    /// `max(initiated + 168 elapsed hours, settlement + standard return window + slack)`.
    ///
    /// Hours alone are not enough: a debit that meets a holiday can be returned after seven days.
    public func release(
        initiatedAt: Instant, settlementDay: Day?, _ timing: ACHTiming
    ) -> Instant {
        let promised = initiatedAt.adding(hours: hours)
        guard let settlementDay else { return promised }
        return max(promised, unconfirmedUntil(settlementDay, timing))
    }

    /// When an ordinary return of a debit settled on `day` can no longer be in time.
    public func unconfirmedUntil(_ day: Day, _ timing: ACHTiming) -> Instant {
        timing.unconfirmedUntil(settlement: day, slackBankingDays: slackBankingDays)
    }
}

extension Draft {
    /// The release by the deposit's own terms, from the policy it was started under.
    func releaseTime(
        initiatedAt: Instant, terms: Policy.Hold, settlementDay: Day?
    ) -> Instant {
        terms.release(initiatedAt: initiatedAt, settlementDay: settlementDay, facts.timing)
    }

    func unconfirmedUntil(_ day: Day, _ terms: Policy.Hold) -> Instant {
        terms.unconfirmedUntil(day, facts.timing)
    }
}
