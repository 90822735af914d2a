public import Banking

/// The rules of the network as they are in force on one day: windows, codes, rates and same-day
/// limits together, because an amendment changes them together.
public struct OperatingRules: Hashable, Sendable {
    /// The name of the newest amendment in them.
    public let name: String
    public let windows: ACHWindows
    public let codes: ReturnCodeBook
    public let rates: ReturnRateLimits
    public let sameDay: SameDayLimits

    /// The rules after an amendment.
    ///
    /// A changed window carries to every code that had the window it changes, unless the amendment
    /// says otherwise of that code: the rules name the window, not a number for each code.
    func applying(_ amendment: Amendment) -> OperatingRules {
        let windows = amendment.windows.applied(to: windows)
        let carried = codes.codes.map { code in
            Self.carry(codes.facts(code), from: self.windows, to: windows)
        }
        let said = amendment.codes.map { change in
            let known = carried.first { $0.code == change.code } ?? codes.facts(change.code)
            return change.applied(to: known)
        }
        return OperatingRules(
            name: amendment.name, windows: windows,
            codes: ReturnCodeBook(facts: carried + said),
            rates: amendment.rates ?? rates, sameDay: amendment.sameDay ?? sameDay)
    }

    private static func carry(
        _ facts: ReturnCodeFacts, from old: ACHWindows, to new: ACHWindows
    ) -> ReturnCodeFacts {
        switch (facts.kind, facts.window) {
        case (.return, .bankingDays(old.standardReturnBankingDays)):
            facts.with(window: .bankingDays(new.standardReturnBankingDays))
        case (.return, .calendarDays(old.extendedReturnCalendarDays)):
            facts.with(window: .calendarDays(new.extendedReturnCalendarDays))
        case (.dishonored, .bankingDays(old.dishonorBankingDays)):
            facts.with(window: .bankingDays(new.dishonorBankingDays))
        case (.contested, .bankingDays(old.contestBankingDays)):
            facts.with(window: .bankingDays(new.contestBankingDays))
        case (.return, _), (.dishonored, _), (.contested, _): facts
        }
    }

    /// A code whose own window is longer than the standard one: holds end with that, so a return
    /// could come in time and yet too late.
    var codeBeyondStandard: ReturnCodeFacts? {
        codes.codes.lazy.map(codes.facts).first { facts in
            guard facts.kind == .return, case .bankingDays(let count) = facts.window else {
                return false
            }
            return count > windows.standardReturnBankingDays
        }
    }
}

/// A change of the rules, from one settlement day on. Whatever it does not name stays.
public struct Amendment: Hashable, Sendable {
    public let name: String
    /// The first settlement day it holds for.
    public let effectiveFrom: Day
    public let windows: WindowChange
    public let codes: [CodeChange]
    /// All rates, when any of them changes.
    public let rates: ReturnRateLimits?
    public let sameDay: SameDayLimits?

    public init(
        name: String, effectiveFrom: Day, windows: WindowChange = WindowChange(),
        codes: [CodeChange] = [], rates: ReturnRateLimits? = nil, sameDay: SameDayLimits? = nil
    ) {
        self.name = name
        self.effectiveFrom = effectiveFrom
        self.windows = windows
        self.codes = codes
        self.rates = rates
        self.sameDay = sameDay
    }

    /// The counts of ``ACHWindows`` that change.
    public struct WindowChange: Hashable, Sendable {
        public var settlementBankingDays: Int?
        public var standardReturnBankingDays: Int?
        public var extendedReturnCalendarDays: Int?
        public var dishonorBankingDays: Int?
        public var contestBankingDays: Int?
        public var prenoteBankingDays: Int?
        public var returnRequestBankingDays: Int?

        public init() {}

        func applied(to old: ACHWindows) -> ACHWindows {
            ACHWindows(
                settlementBankingDays: settlementBankingDays ?? old.settlementBankingDays,
                standardReturnBankingDays: standardReturnBankingDays
                    ?? old.standardReturnBankingDays,
                extendedReturnCalendarDays: extendedReturnCalendarDays
                    ?? old.extendedReturnCalendarDays,
                dishonorBankingDays: dishonorBankingDays ?? old.dishonorBankingDays,
                contestBankingDays: contestBankingDays ?? old.contestBankingDays,
                prenoteBankingDays: prenoteBankingDays ?? old.prenoteBankingDays,
                returnRequestBankingDays: returnRequestBankingDays
                    ?? old.returnRequestBankingDays)
        }
    }

    /// The facts of one code that change. A code that was not in the book is known from then on,
    /// as a return, and has the most careful facts where nothing is said.
    public struct CodeChange: Hashable, Sendable {
        public let code: ReturnCode
        public var title: String?
        public var initiator: ReturnInitiator?
        public var window: ReturnWindow?
        public var needsWrittenStatement: Bool?
        public var representment: Representment?
        public var bankAccount: BankAccountEffect?
        public var customerHold: CustomerHold?
        public var rateBucket: RateBucket?
        public var reasonGroup: ReasonGroup?

        public init(_ code: ReturnCode) { self.code = code }

        func applied(to old: ReturnCodeFacts) -> ReturnCodeFacts {
            ReturnCodeFacts(
                code: code, kind: old.kind, title: title ?? old.title,
                initiator: initiator ?? old.initiator, window: window ?? old.window,
                needsWrittenStatement: needsWrittenStatement ?? old.needsWrittenStatement,
                representment: representment ?? old.representment,
                bankAccount: bankAccount ?? old.bankAccount,
                customerHold: customerHold ?? old.customerHold,
                rateBucket: rateBucket ?? old.rateBucket,
                reasonGroup: reasonGroup ?? old.reasonGroup, isKnown: true)
        }
    }
}

extension ReturnCodeFacts {
    func with(window: ReturnWindow) -> ReturnCodeFacts {
        ReturnCodeFacts(
            code: code, kind: kind, title: title, initiator: initiator, window: window,
            needsWrittenStatement: needsWrittenStatement, representment: representment,
            bankAccount: bankAccount, customerHold: customerHold, rateBucket: rateBucket,
            reasonGroup: reasonGroup, isKnown: isKnown)
    }
}
