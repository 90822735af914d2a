import Money

/// Accounts in memory, forty-four in a page; a page is also how they lie on disk.
///
/// The first two words are the page's own: the commit its image on disk is of, and the number of
/// the record that was next when it first differed from that, zero while it does not.
struct AccountPage {
    typealias Words = UnsafeMutablePointer<UInt64>

    static let accounts = 44
    static let headWords = 2
    static let accountWords = 11
    static let words = headWords + accounts * accountWords
    /// What is kept on disk: without the head.
    static let bodyBytes = accounts * accountWords * 8

    @inline(__always)
    static func page(of number: UInt32) -> Int { Int(number - 1) / accounts }

    @inline(__always)
    static func offset(of number: UInt32) -> Int {
        headWords + Int(number - 1) % accounts * accountWords
    }
}

/// One account's words in a page.
struct AccountWords {
    let words: UnsafeMutablePointer<UInt64>

    @inline(__always)
    init(_ words: UnsafeMutablePointer<UInt64>) { self.words = words }

    @inline(__always) var id: BookID { BookID(high: words[0], low: words[1]) }
    @inline(__always) var debitsPosted: UInt64 {
        get { words[2] }
        nonmutating set { words[2] = newValue }
    }
    @inline(__always) var creditsPosted: UInt64 {
        get { words[3] }
        nonmutating set { words[3] = newValue }
    }
    @inline(__always) var debitsPending: UInt64 {
        get { words[4] }
        nonmutating set { words[4] = newValue }
    }
    @inline(__always) var creditsPending: UInt64 {
        get { words[5] }
        nonmutating set { words[5] = newValue }
    }
    @inline(__always) var last: UInt64 {
        get { words[6] }
        nonmutating set { words[6] = newValue }
    }
    @inline(__always) var asset: UInt64 { words[7] }
    @inline(__always) var allowance: UInt64 { words[8] }
    @inline(__always) var held: UInt64 { words[9] }

    // The last word: the code above, then six bits for how late happenings were told since the
    // last waymark, ten for how many records ago it was, and eight of kind.
    @inline(__always) var limitKind: UInt64 { words[10] & 3 }
    @inline(__always) var isByReason: Bool { words[10] & 4 != 0 }

    /// Counts a record; `true` when it is the one that gets a waymark.
    @inline(__always)
    func count(lag: UInt64) -> Bool {
        var word = words[10]
        let width = UInt64(64 - lag.leadingZeroBitCount)
        if width > word >> 18 & 0x3F { word = word & ~(0x3F << 18) | width << 18 }
        // Ten bits that wrap by themselves: 1,024 records.
        let counted = (word >> 8 &+ 1) & 0x3FF
        words[10] = word & ~(0x3FF << 8) | counted << 8
        return counted == 0
    }

    /// The bits of the longest delay since the last waymark; a new stretch begins.
    func takeLagWidth() -> UInt8 {
        let width = words[10] >> 18 & 0x3F
        words[10] &= ~(0x3F << 18)
        return UInt8(width)
    }

    var balance: BookBalance {
        BookBalance(
            debitsPosted: words[2], creditsPosted: words[3], debitsPending: words[4],
            creditsPending: words[5])
    }

    var terms: AccountTerms {
        let limit: AccountLimit =
            switch limitKind {
            case 1: .debits(beyondCredits: allowance)
            case 2: .credits(beyondDebits: allowance)
            default: .none
            }
        return AccountTerms(limit: limit, held: held)
    }

    func set(_ terms: AccountTerms) {
        let (kind, allowance): (UInt64, UInt64) =
            switch terms.limit {
            case .none: (0, 0)
            case .debits(let allowance): (1, allowance)
            case .credits(let allowance): (2, allowance)
            }
        words[8] = allowance
        words[9] = terms.held
        words[10] = words[10] & ~3 | kind
    }

    func open(_ id: BookID, _ opened: JournalRecord.Opened, _ terms: AccountTerms) {
        words[0] = id.high
        words[1] = id.low
        for index in 2..<7 { words[index] = 0 }
        words[7] = opened.asset.packed
        words[10] = UInt64(opened.code) << 32 | (opened.detail == .byReason ? 4 : 0)
        set(terms)
    }

    var code: UInt32 { UInt32(truncatingIfNeeded: words[10] >> 32) }
    var detail: BalanceDetail { isByReason ? .byReason : .total }
}
