import Foundation
import Localization

/// What screens say, in the customer's language. A language is a file in `Languages`, as
/// `docs/reference/languages.md` says.
public struct Words: Sendable {
    public struct Language: Sendable, Hashable, CaseIterable {
        fileprivate let book: SentenceBook

        /// The BCP 47 tag, such as `es-US`.
        public var tag: String { book.file.tag }
        /// What the language calls itself.
        public var name: String { book.file.name }

        /// A language of the app's own, by its file.
        ///
        /// - Throws: Everything the file lacks, or has otherwise than the one in English.
        public init(_ file: LanguageFile) throws(LanguageFile.Refusal) {
            book = try SentenceBook(
                file, keys: Sentence.names, against: Language.english.book.file)
        }

        private init(known file: LanguageFile, against reference: LanguageFile) {
            do {
                book = try SentenceBook(file, keys: Sentence.names, against: reference)
            } catch {
                preconditionFailure("\(file.tag), which is built in, is not whole: \(error)")
            }
        }

        private static let files: [LanguageFile] = BuiltInLanguages.files.map { text in
            do {
                return try LanguageFile(Array(text.utf8))
            } catch {
                preconditionFailure("a language that is built in cannot be read: \(error)")
            }
        }

        private static func builtIn(_ tag: String, _ files: [LanguageFile]) -> LanguageFile {
            guard let file = files.first(where: { $0.tag == tag }) else {
                preconditionFailure("\(tag) is built in")
            }
            return file
        }

        public static let english: Language = {
            let file = builtIn("en-US", files)
            return Language(known: file, against: file)
        }()
        public static let spanish = Language(
            known: builtIn("es-US", files), against: english.book.file)

        /// Those that come with the client, English first.
        public static let allCases: [Language] =
            [english]
            + files.filter { $0.tag != english.tag }.map {
                Language(known: $0, against: english.book.file)
            }

        public static func == (one: Language, other: Language) -> Bool { one.tag == other.tag }
        public func hash(into hasher: inout Hasher) { hasher.combine(tag) }
    }

    public let language: Language
    public let timeZone: TimeZone

    public init(_ language: Language, timeZone: TimeZone = .current) {
        self.language = language
        self.timeZone = timeZone
    }

    /// The language nearest to what the device prefers, in its order.
    public init(preferred: [String], timeZone: TimeZone = .current) {
        let tags = Language.allCases.map(\.tag)
        let known = preferred.lazy.compactMap { wish in
            LanguageTag.nearest(wish, among: tags).flatMap { tag in
                Language.allCases.first { $0.tag == tag }
            }
        }
        self.init(known.first ?? .english, timeZone: timeZone)
    }

    private func text(
        _ sentence: Sentence, _ values: KeyValuePairs<String, any MessageValue> = [:]
    ) -> String {
        language.book.text(sentence.rawValue, values)
    }

    // MARK: Home

    public var home: String { text(.home) }
    public var addMoney: String { text(.addMoney) }
    public var settle: String { text(.settle) }
    public var watchPayment: String { text(.watchPayment) }
    public func balance(_ cents: Int64) -> String { text(.balance, ["amount": dollars(cents)]) }
    public func owed(_ cents: Int64) -> String { text(.owed, ["amount": dollars(cents)]) }
    public func payBy(_ date: Date) -> String { text(.payBy, ["time": moment(date)]) }
    public func asOf(_ date: Date) -> String { text(.asOf, ["time": moment(date)]) }
    public var offlineMoney: String { text(.offlineMoney) }

    // MARK: Acting

    public func deposit(_ cents: Int64) -> String { text(.deposit, ["amount": dollars(cents)]) }
    public func pay(_ cents: Int64) -> String { text(.pay, ["amount": dollars(cents)]) }
    public var unknownOutcome: String { text(.unknownOutcome) }
    public var checkAgain: String { text(.checkAgain) }
    public func amountChanged(_ cents: Int64) -> String {
        text(.amountChanged, ["amount": dollars(cents)])
    }
    public func problem(_ problem: DepositModel.AmountProblem) -> String {
        switch problem {
        case .notAnAmount: text(.problemNotAnAmount)
        case .tooSmall: text(.problemTooSmall)
        case .tooLarge: text(.problemTooLarge)
        case .noBankAccount: text(.problemNoBankAccount)
        }
    }
    public func failure(_ failure: ClientFailure) -> String {
        switch failure {
        case .refused(let problem): problem.title
        case .signedOut: text(.failureSignedOut)
        case .unreachable: text(.failureUnreachable)
        case .malformed: text(.failureMalformed)
        case .tooManyUnanswered: text(.failureTooManyUnanswered)
        }
    }

    // MARK: Settling and documents

    /// The name of a way to pay, by the API's word for it.
    public func method(_ kind: String) -> String {
        switch kind {
        case "wire": text(.methodWire)
        case "instant": text(.methodInstant)
        case "card": text(.methodCard)
        case "ach": text(.methodAch)
        case "representment": text(.methodRepresentment)
        case "sell_asset": text(.methodSellAsset)
        case "send_asset": text(.methodSendAsset)
        default: text(.methodOther)
        }
    }
    /// Where a payment stands, by the API's word for it.
    public func settlement(_ state: String) -> String {
        switch state {
        case "documents_required": text(.settlementDocumentsRequired)
        case "awaiting_payment": text(.settlementAwaitingPayment)
        case "queued": text(.settlementQueued)
        case "submitted": text(.settlementSubmitted)
        case "unconfirmed": text(.settlementUnconfirmed)
        case "selling": text(.settlementSelling)
        case "completed": text(.settlementCompleted)
        case "failed": text(.settlementFailed)
        case "returned": text(.settlementReturned)
        case "cancelled": text(.settlementCancelled)
        default: text(.settlementOther)
        }
    }
    public func document(_ type: String) -> String {
        switch type {
        case "photo_id": text(.documentPhotoId)
        case "bank_proof": text(.documentBankProof)
        default: text(.documentOther)
        }
    }
    public var documentsInReview: String { text(.documentsInReview) }

    // MARK: Notices

    /// What a notice is about, by the API's word for it.
    public func notice(_ type: String) -> String {
        switch type {
        case "deposit_credited": text(.noticeDepositCredited)
        case "deposit_released": text(.noticeDepositReleased)
        case "deposit_returned_covered": text(.noticeDepositReturnedCovered)
        case "obligation_opened": text(.noticeObligationOpened)
        case "reminder": text(.noticeReminder)
        case "final_warning": text(.noticeFinalWarning)
        case "deadline_extended": text(.noticeDeadlineExtended)
        case "documents_requested": text(.noticeDocumentsRequested)
        case "documents_accepted": text(.noticeDocumentsAccepted)
        case "document_refused": text(.noticeDocumentRefused)
        case "funds_received": text(.noticeFundsReceived)
        case "settlement_failed": text(.noticeSettlementFailed)
        case "settlement_returned": text(.noticeSettlementReturned)
        case "overpaid": text(.noticeOverpaid)
        case "overpayment_refunded": text(.noticeOverpaymentRefunded)
        case "overpayment_kept": text(.noticeOverpaymentKept)
        case "obligation_settled": text(.noticeObligationSettled)
        case "sale_ordered": text(.noticeSaleOrdered)
        case "sale_completed": text(.noticeSaleCompleted)
        case "sale_restored": text(.noticeSaleRestored)
        case "residual_owed": text(.noticeResidualOwed)
        case "charged_off": text(.noticeChargedOff)
        case "withdrawal_cancelled": text(.noticeWithdrawalCancelled)
        case "method_corrected": text(.noticeMethodCorrected)
        case "micro_entries_sent": text(.noticeMicroEntriesSent)
        case "method_verified": text(.noticeMethodVerified)
        case "validation_failed": text(.noticeValidationFailed)
        default: text(.noticeOther)
        }
    }

    private func dollars(_ cents: Int64) -> String { language.book.file.numbers.dollars(cents) }

    /// A day and time in the customer's zone, which is named.
    public func moment(_ date: Date) -> String {
        var style = Date.FormatStyle(date: .abbreviated, time: .shortened)
        style.locale = Locale(identifier: language.tag)
        style.timeZone = timeZone
        return date.formatted(style.timeZone(.specificName(.short)))
    }
}
