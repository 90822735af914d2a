/// What a deposit is, in the customer's words. Written by whoever folds the deposit's events.
public enum DepositStatus: String, Sendable, CaseIterable {
    /// Instant credit is in the account; the bank has not confirmed.
    case availableEarly
    /// Sent to the bank; nothing or only a part could be used early.
    case clearing
    /// The bank sent it back and nothing is owed for it.
    case returned
    /// The bank sent it back and its obligation is open.
    case outstanding
    /// A part of the obligation is paid.
    case partlySettled
    /// A payment for the whole obligation is under way.
    case paymentInProgress
    /// A payment waits for documents of the customer.
    case documentsNeeded
    /// The bank's money is good, or the obligation is paid.
    case settled
    /// Assets were sold to pay the obligation.
    case soldToCover
    /// Booked as a loss. It is still owed.
    case writtenOff
    /// Cancelled before it was sent to the bank.
    case cancelled

    var tone: Tone {
        switch self {
        case .availableEarly, .clearing, .paymentInProgress: .info
        case .outstanding, .partlySettled, .documentsNeeded: .attention
        case .settled: .good
        case .returned, .soldToCover, .writtenOff, .cancelled: .quiet
        }
    }

    var icon: Icon {
        switch self {
        case .availableEarly: .bolt
        case .clearing, .paymentInProgress: .clock
        case .returned: .returned
        case .outstanding, .partlySettled: .warning
        case .documentsNeeded: .document
        case .settled: .check
        case .soldToCover: .sold
        case .writtenOff, .cancelled: .cross
        }
    }
}

/// Why the bank sent a deposit back: the four groups a customer is told apart.
///
/// The group decides the sentence; the code stands in small print. Codes of death, government
/// payees and compliance (R14, R15, R16, R17, R90) belong to `other`, whose sentence says nothing
/// about the person.
public struct ReturnReason: Sendable, Equatable {
    /// The sentence to tell.
    public enum Sentence: String, Sendable, CaseIterable {
        /// R01.
        case notEnoughMoney
        /// R09.
        case notYetCollected
        /// R02.
        case accountClosed
        /// R03, R04, R12, R13, R20, R28.
        case accountNotFound
        /// R08.
        case paymentStopped
        /// R05, R07, R10, R11, R29, R51.
        case notAuthorized
        /// R06: we asked for it, so it is our doing and nothing is the customer's.
        case askedByUs
        /// Everything else, and any code not known yet.
        case other
    }

    /// The sentence to tell.
    public var sentence: Sentence
    /// The Nacha return code, such as `R01`; empty when it must not be shown.
    public var code: String

    /// A reason from a Nacha return code. An unknown code tells the general sentence.
    public init(code: String) {
        self.code = code
        switch code {
        case "R01": sentence = .notEnoughMoney
        case "R09": sentence = .notYetCollected
        case "R02": sentence = .accountClosed
        case "R03", "R04", "R12", "R13", "R20", "R28": sentence = .accountNotFound
        case "R08": sentence = .paymentStopped
        case "R05", "R07", "R10", "R11", "R29", "R51": sentence = .notAuthorized
        case "R06": sentence = .askedByUs
        case "R14", "R15", "R16", "R17", "R90":
            sentence = .other
            self.code = ""
        default: sentence = .other
        }
    }
}

/// A bank account as a customer may see it.
public struct BankLabel: Sendable, Equatable {
    /// The bank's name.
    public var bank: String
    /// The last four digits. Never more.
    public var lastFour: String

    /// A bank's name and the last four digits.
    public init(_ bank: String, _ lastFour: String) {
        self.bank = bank
        self.lastFour = lastFour
    }
}

/// Something wrong with one field of a form that was sent.
public struct FieldProblem: Sendable, Equatable {
    /// Which sentence to show.
    public enum Reason: Sendable, Equatable {
        /// Nothing was entered or chosen.
        case missing
        /// The text is not an amount of dollars and cents.
        case notAnAmount
        /// Below the smallest amount, in cents.
        case belowMinimum(Int64)
        /// Above the largest amount, in cents.
        case aboveMaximum(Int64)
        /// The authorization's box was not ticked.
        case notAuthorized
        /// The file is not a PDF, JPEG, PNG or HEIC.
        case fileType
        /// The file is larger than this many megabytes.
        case fileTooLarge(megabytes: Int)
        /// The file holds nothing.
        case fileEmpty
        /// The file asks for a password.
        case filePassword
        /// The file contains something that must not be opened.
        case fileUnsafe
        /// No program can read the file.
        case fileUnreadable
        /// More files were sent than anybody looks at.
        case tooManyFiles
        /// The file did not arrive whole.
        case fileNotReceived
        /// Two hours that are no span of hours.
        case noSpan
        /// The text is longer than this many characters.
        case tooLong(characters: Int)
        /// A sentence of the caller's, already in the page's language.
        case other(String)
    }

    /// The name of the field as it was sent.
    public var field: Field
    /// What is wrong.
    public var reason: Reason

    /// A problem of one field.
    public init(_ field: Field, _ reason: Reason) {
        self.field = field
        self.reason = reason
    }
}

/// The names forms send their fields by. One list for pages and for those who read the forms.
public enum Field: String, Sendable, CaseIterable {
    /// The scene's token, in every form that changes something.
    case csrf
    /// The key that makes a repeated submission harmless.
    case idempotencyKey = "idempotency_key"
    /// An amount as typed, such as `50.00`.
    case amount
    /// Minor units as the page knew them, so that a change since then is noticed.
    case amountSeen = "amount_seen"
    /// The id of a linked bank account.
    case bankAccount = "bank_account"
    /// An asset's symbol.
    case asset
    /// `buy` or `sell`.
    case side
    /// The id of a quoted price.
    case quote
    /// The id of a settlement method.
    case method
    /// `yes` when the authorization was ticked.
    case authorize
    /// The kind of document.
    case documentKind = "document_kind"
    /// A file.
    case file
    /// A file that a camera makes.
    case photo
    /// A file that came in parts.
    case upload
    /// A help topic.
    case topic
    /// A message in the reader's words.
    case message
    /// A deposit's id.
    case deposit
    /// Where to return to; begins with `/`.
    case returnTo = "return_to"
    /// A language tag, from `Language.offered`.
    case language
    /// A colour scheme, from `Scene.Theme`.
    case theme
    /// Why an operator does something.
    case reason
    /// The id of an event that the host was told of.
    case event
    /// A return or change code as an operator read or chose it.
    case code
    /// What a dishonored return says besides its code.
    case information
    /// A sentence of an operator's.
    case note
    /// The name of who takes care of something.
    case owner
    /// A destination outside, for a withdrawal.
    case destination
    /// `accept`, `refuse`, `match`, `dishonor`, …: the button that was pressed.
    case decision
    /// Hours, for an extension.
    case hours
    /// A topic of notices over a channel, such as `deposits.push`.
    case want
    /// The full hour quiet begins; empty for none.
    case quietFrom = "quiet_from"
    /// The full hour quiet ends; empty for none.
    case quietTo = "quiet_to"
    /// A push service's address for one browser.
    case address
    /// A browser's public key, for pushes to it.
    case key
    /// What a browser shares with us, for pushes to it.
    case secret
    /// In how many payments a customer proposes to pay.
    case parts
    /// In how many days a customer proposes to have paid.
    case days
    /// Words to search for.
    case search
}
