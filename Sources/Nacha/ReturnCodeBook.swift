extension ReturnCodeBook {
    /// The codes as this program was built with them: the Nacha Operating Rules of 2026.
    ///
    /// Each row: code, title, then kind and initiator where they are not the RDFI's return, the
    /// window, whether a Written Statement of Unauthorized Debit is needed, whether the debit may
    /// be presented again, and what it says of bank account, customer, rate and reason. R40-R47
    /// (federal enrollment), R63-R66 (retired) and R80-R84 (international) are known so that they
    /// can be read; no debit of ours should bring them.
    public static let current = ReturnCodeBook(
        facts: [
            row(
                "R01", "Insufficient funds",
                .bankingDays(2), .allowed(max: 2, days: 180), .none, .normal, .overallOnly,
                .insufficientFunds),
            row(
                "R02", "Account closed",
                .bankingDays(2), .never, .disable, .normal, .administrative, .closedOrInvalid),
            row(
                "R03", "No account / unable to locate account",
                .bankingDays(2), .never, .disable, .normal, .administrative, .closedOrInvalid),
            row(
                "R04", "Invalid account number structure",
                .bankingDays(2), .afterCorrection, .disable, .normal, .administrative,
                .closedOrInvalid),
            row(
                "R05", "Unauthorized debit to consumer account using corporate SEC code",
                .calendarDays(60), writtenStatement: true, .never, .block, .review, .unauthorized,
                .reversedUnauthorized),
            row(
                "R06", "Returned per ODFI's request",
                .asAgreed, .afterCorrection, .review, .review, .overallOnly, .other),
            row(
                "R07", "Authorization revoked by customer",
                .calendarDays(60), writtenStatement: true, .newAuthorization, .block, .review,
                .unauthorized, .reversedUnauthorized),
            row(
                "R08", "Payment stopped",
                .bankingDays(2), .newAuthorization, .block, .review, .overallOnly,
                .reversedUnauthorized),
            row(
                "R09", "Uncollected funds",
                .bankingDays(2), .allowed(max: 2, days: 180), .none, .normal, .overallOnly,
                .insufficientFunds),
            row(
                "R10", "Originator not known / not authorized by receiver",
                .calendarDays(60), writtenStatement: true, .never, .block, .suspend, .unauthorized,
                .reversedUnauthorized),
            row(
                "R11", "Entry not in accordance with the terms of the authorization",
                .calendarDays(60), writtenStatement: true, .afterCorrection, .review, .review,
                .unauthorized, .reversedUnauthorized),
            row(
                "R12", "Account sold to another DFI",
                .bankingDays(2), .afterCorrection, .disable, .normal, .overallOnly, .closedOrInvalid
            ),
            row(
                "R13", "Invalid ACH routing number",
                by: .achOperator, .nextFile, .afterCorrection, .disable, .normal, .overallOnly,
                .closedOrInvalid),
            row(
                "R14", "Representative payee deceased or unable to continue",
                .bankingDays(2), .never, .block, .deceased, .overallOnly, .other),
            row(
                "R15", "Beneficiary or account holder deceased",
                .bankingDays(2), .never, .block, .deceased, .overallOnly, .other),
            row(
                "R16", "Account frozen / returned per OFAC instruction",
                .bankingDays(2), .never, .block, .compliance, .overallOnly, .other),
            row(
                "R17", "File record edit criteria / questionable circumstances / improper reversal",
                .bankingDays(2), .afterCorrection, .review, .review, .overallOnly, .other),
            row(
                "R18", "Improper effective entry date",
                by: .achOperator, .nextFile, .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R19", "Amount field error",
                by: .achOperator, .nextFile, .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R20", "Non-transaction account",
                .bankingDays(2), .never, .disable, .normal, .overallOnly, .closedOrInvalid),
            row(
                "R21", "Invalid company identification",
                .bankingDays(2), .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R22", "Invalid individual ID number",
                .bankingDays(2), .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R23", "Credit entry refused by receiver",
                .uponRefusal, .never, .review, .normal, .notCounted, .other),
            row(
                "R24", "Duplicate entry", .bankingDays(2), .never, .none, .none, .overallOnly,
                .other),
            row(
                "R25", "Addenda error",
                by: .achOperator, .nextFile, .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R26", "Mandatory field error",
                by: .achOperator, .nextFile, .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R27", "Trace number error",
                by: .achOperator, .nextFile, .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R28", "Routing number check digit error",
                by: .achOperator, .nextFile, .afterCorrection, .disable, .normal, .overallOnly,
                .closedOrInvalid),
            row(
                "R29", "Corporate customer advises not authorized",
                .bankingDays(2), .newAuthorization, .block, .review, .unauthorized,
                .reversedUnauthorized),
            row(
                "R30", "RDFI not participant in check truncation program",
                .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R31", "Permissible return entry",
                .asAgreed, .never, .block, .review, .overallOnly, .reversedUnauthorized),
            row(
                "R32", "RDFI non-settlement",
                by: .achOperator, .nextFile, .afterCorrection, .none, .none, .overallOnly, .other),
            row(
                "R33", "Return of XCK entry",
                .calendarDays(60), .never, .none, .none, .notCounted, .other),
            row(
                "R34", "Limited participation RDFI",
                by: .achOperator, .nextFile, .never, .disable, .none, .overallOnly, .other),
            row(
                "R35", "Return of improper debit entry",
                by: .achOperator, .nextFile, .never, .none, .none, .overallOnly, .other),
            row(
                "R36", "Return of improper credit entry",
                by: .achOperator, .nextFile, .never, .none, .none, .notCounted, .other),
            row(
                "R37", "Source document presented for payment",
                .calendarDays(60), writtenStatement: true, .never, .none, .none, .notCounted, .other
            ),
            row(
                "R38", "Stop payment on source document",
                .calendarDays(60), .never, .none, .none, .notCounted, .other),
            row(
                "R39", "Improper source document",
                .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R40", "Return of ENR entry by federal agency",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R41", "Invalid transaction code (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R42", "Routing number/check digit error (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R43", "Invalid DFI account number (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R44", "Invalid individual ID number (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R45", "Invalid individual or company name (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R46", "Invalid representative payee indicator (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R47", "Duplicate enrollment (ENR)",
                by: .federalAgency, .agencyRule, .never, .none, .none, .notCounted, .other),
            row(
                "R50", "State law affecting RCK acceptance",
                .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R51", "Item related to RCK entry ineligible or RCK entry improper",
                .calendarDays(60), writtenStatement: true, .never, .none, .none, .unauthorized,
                .reversedUnauthorized),
            row(
                "R52", "Stop payment on item related to RCK entry",
                .calendarDays(60), .never, .none, .none, .notCounted, .other),
            row(
                "R53", "Item and RCK entry both presented",
                .calendarDays(60), writtenStatement: true, .never, .none, .none, .notCounted, .other
            ),
            row(
                "R61", "Misrouted return",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R62", "Return of erroneous or reversing debit",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R63", "Incorrect dollar amount",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R64", "Incorrect individual identification",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R65", "Incorrect transaction code",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R66", "Incorrect company identification",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R67", "Duplicate return",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R68", "Untimely return",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R69", "Field errors in the return",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R70", "Permissible return not accepted / return not requested by ODFI",
                kind: .dishonored, by: .odfi, .bankingDays(5), .never, .none, .none, .notCounted,
                .other),
            row(
                "R71", "Misrouted dishonored return",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R72", "Untimely dishonored return",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R73", "Timely original return",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R74", "Corrected return",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R75", "Return not a duplicate",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R76", "No errors found",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R77", "Non-acceptance of R62 dishonored return",
                kind: .contested, .bankingDays(2), .never, .none, .none, .notCounted, .other),
            row(
                "R80", "IAT entry coding error",
                by: .gateway, .gatewayRule, .never, .none, .none, .notCounted, .other),
            row(
                "R81", "Non-participant in IAT program",
                by: .gateway, .gatewayRule, .never, .none, .none, .notCounted, .other),
            row(
                "R82", "Invalid foreign receiving DFI identification",
                by: .gateway, .gatewayRule, .never, .none, .none, .notCounted, .other),
            row(
                "R83", "Foreign receiving DFI unable to settle",
                by: .gateway, .gatewayRule, .never, .none, .none, .notCounted, .other),
            row(
                "R84", "Entry not processed by gateway",
                by: .gateway, .gatewayRule, .never, .none, .none, .notCounted, .other),
            row(
                "R85", "Incorrectly coded outbound international payment",
                by: .gateway, .gatewayRule, .never, .review, .compliance, .overallOnly, .other),
            row(
                "R90", "Returned due to RDFI's sanctions compliance obligations",
                .unverified, .never, .block, .compliance, .overallOnly, .other),
        ])

    private static func row(
        _ code: String, _ title: String, kind: ReturnKind = .return,
        by initiator: ReturnInitiator = .rdfi, _ window: ReturnWindow,
        writtenStatement: Bool = false, _ representment: Representment,
        _ bankAccount: BankAccountEffect, _ customerHold: CustomerHold, _ rateBucket: RateBucket,
        _ reasonGroup: ReasonGroup
    ) -> ReturnCodeFacts {
        ReturnCodeFacts(
            code: ReturnCode(trusted: code), kind: kind, title: title, initiator: initiator,
            window: window, needsWrittenStatement: writtenStatement,
            representment: representment, bankAccount: bankAccount, customerHold: customerHold,
            rateBucket: rateBucket, reasonGroup: reasonGroup, isKnown: true)
    }
}
