public import Money

/// What the addenda of an international entry say of parties and banks, as values: 10 through 16
/// once each, then the remittance and the banks in between.
///
/// Nacha Operating Rules, IAT. An ``Entry`` holds them as ``Addenda/other(_:)``, in their columns;
/// this takes them apart and puts them together.
public struct InternationalPayment: Hashable, Sendable {
    /// `ANN` annuity, `BUS` business, `DEP` deposit, `WEB`, `TEL`, …: three characters.
    public var transactionType: String
    /// In the foreign currency's smallest unit where the amount is fixed there; else zero or cents.
    public var foreignAmount: UInt64
    /// At most 22 characters.
    public var foreignTrace: String
    /// Who pays or is paid from here.
    public var originator: Party
    /// Who is paid or pays there; the name is the entry's.
    public var receiver: Party
    /// At most 15 characters.
    public var receiverIdentification: String
    /// The bank of the originator.
    public var originatingBank: Bank
    /// The bank of the receiver.
    public var receivingBank: Bank
    /// At most two texts of 80 characters.
    public var remittance: [String]
    /// At most five, with the texts of ``remittance``: an entry has twelve addenda in all.
    public var correspondentBanks: [Bank]

    /// A person or company and where it is, each at most 35 characters.
    public struct Party: Hashable, Sendable {
        public var name: String
        public var street: String
        /// `SPRINGFIELD*IL\`.
        public var cityAndState: String
        /// `US*62701\`.
        public var countryAndPostalCode: String

        /// A party; what does not fit is refused when addenda are made of it.
        public init(
            name: String, street: String, cityAndState: String, countryAndPostalCode: String
        ) {
            self.name = name
            self.street = street
            self.cityAndState = cityAndState
            self.countryAndPostalCode = countryAndPostalCode
        }
    }

    /// A bank, by whatever number its country gives it.
    public struct Bank: Hashable, Sendable {
        /// At most 35 characters.
        public var name: String
        /// `01` national clearing number, `02` BIC, `03` IBAN.
        public var qualifier: String
        /// At most 34 characters.
        public var identification: String
        /// At most 3 characters, usually two letters of ISO 3166.
        public var country: String

        /// A bank; what does not fit is refused when addenda are made of it.
        public init(name: String, qualifier: String, identification: String, country: String) {
            self.name = name
            self.qualifier = qualifier
            self.identification = identification
            self.country = country
        }
    }

    /// A payment; what does not fit is refused when addenda are made of it.
    public init(
        transactionType: String, foreignAmount: UInt64, foreignTrace: String = "",
        originator: Party, receiver: Party, receiverIdentification: String = "",
        originatingBank: Bank, receivingBank: Bank, remittance: [String] = [],
        correspondentBanks: [Bank] = []
    ) {
        self.transactionType = transactionType
        self.foreignAmount = foreignAmount
        self.foreignTrace = foreignTrace
        self.originator = originator
        self.receiver = receiver
        self.receiverIdentification = receiverIdentification
        self.originatingBank = originatingBank
        self.receivingBank = receivingBank
        self.remittance = remittance
        self.correspondentBanks = correspondentBanks
    }

    /// Reads the addenda of an entry, or of the return of one; `nil` unless 10 through 16 are there.
    public init?(_ entry: Entry) {
        var found: [Int: [Piece]] = [:]
        for case .other(let addenda) in entry.addenda {
            if let type = addenda.number { found[type, default: []].append(Piece(addenda)) }
        }
        func only(_ type: Int) -> Piece? { found[type].flatMap { $0.count == 1 ? $0[0] : nil } }
        guard let ten = only(10), let eleven = only(11), let twelve = only(12),
            let thirteen = only(13), let fourteen = only(14), let fifteen = only(15),
            let sixteen = only(16), let amount = Digits.number(ten[7...24].utf8)
        else { return nil }
        self.init(
            transactionType: ten[4...6], foreignAmount: UInt64(amount), foreignTrace: ten[25...46],
            originator: Party(
                name: eleven[4...38], street: eleven[39...73], cityAndState: twelve[4...38],
                countryAndPostalCode: twelve[39...73]),
            receiver: Party(
                name: ten[47...81], street: fifteen[19...53], cityAndState: sixteen[4...38],
                countryAndPostalCode: sixteen[39...73]),
            receiverIdentification: fifteen[4...18], originatingBank: thirteen.bank,
            receivingBank: fourteen.bank, remittance: (found[17] ?? []).map { $0[4...83] },
            correspondentBanks: (found[18] ?? []).map(\.bank))
    }

    /// The addenda of an entry with this trace number, or the text that does not fit.
    public func addenda(trace: TraceNumber) throws(OriginationRefusal) -> [Addenda] {
        func addenda(
            _ type: Int, sequence: Int? = nil, _ texts: [(String, Int)]
        ) throws(OriginationRefusal) -> Addenda {
            var columns = ""
            for (text, width) in texts {
                let count = text.utf8.count
                guard count <= width, ASCIIText.isPrintable(text), text.utf8.first != 0x20 else {
                    throw OriginationRefusal(
                        .international,
                        "A text of addenda \(type) has \(count) characters; it is at most \(width), "
                            + "printable ASCII and does not begin with a blank.")
                }
                columns += text + String(repeating: " ", count: width - count)
            }
            // Columns 84-87 number those of a type; 88-94 are the entry's sequence.
            let number = sequence.map { Digits.padded(UInt64($0), to: 4) } ?? "    "
            columns += String(repeating: " ", count: 80 - columns.utf8.count) + number
            columns += Digits.padded(UInt64(trace.sequence), to: 7)
            return .other(UnreadAddenda(type: "\(type)", columns: columns))
        }
        guard foreignAmount < Digits.powers[18], remittance.count <= 2,
            remittance.count + correspondentBanks.count <= 5
        else {
            throw OriginationRefusal(
                .international,
                "An international entry has an amount of 18 digits, at most two texts, and with the "
                    + "banks in between at most five.")
        }
        var all = [
            try addenda(
                10,
                [
                    (transactionType, 3), (Digits.padded(foreignAmount, to: 18), 18),
                    (foreignTrace, 22), (receiver.name, 35),
                ]),
            try addenda(11, [(originator.name, 35), (originator.street, 35)]),
            try addenda(
                12, [(originator.cityAndState, 35), (originator.countryAndPostalCode, 35)]),
            try addenda(13, originatingBank.texts), try addenda(14, receivingBank.texts),
            try addenda(15, [(receiverIdentification, 15), (receiver.street, 35)]),
            try addenda(16, [(receiver.cityAndState, 35), (receiver.countryAndPostalCode, 35)]),
        ]
        for (index, text) in remittance.enumerated() {
            all.append(try addenda(17, sequence: index + 1, [(text, 80)]))
        }
        for (index, bank) in correspondentBanks.enumerated() {
            all.append(try addenda(18, sequence: index + 1, bank.texts))
        }
        return all
    }

    /// Columns of an addenda by the numbers of the rules.
    private struct Piece {
        private let bytes: [UInt8]

        init(_ addenda: UnreadAddenda) { bytes = Array(addenda.columns.utf8) }

        /// Without blanks at either end. Column 4 is the first that is kept.
        subscript(columns: ClosedRange<Int>) -> String {
            ASCIIText.trimmed(bytes.dropFirst(columns.lowerBound - 4).prefix(columns.count))
        }

        var bank: Bank {
            Bank(
                name: self[4...38], qualifier: self[39...40], identification: self[41...74],
                country: self[75...77])
        }
    }
}

extension InternationalPayment.Bank {
    fileprivate var texts: [(String, Int)] {
        [(name, 35), (qualifier, 2), (identification, 34), (country, 3)]
    }
}

extension Entry {
    /// An international entry: the bank is the one here that passes it on, the account is abroad.
    /// `screening` is the two OFAC indicators, usually blank.
    public static func international(
        code: TransactionCode, gateway: RoutingNumber, foreignAccount: String, amount: Cents,
        payment: InternationalPayment, screening: String = "", trace: TraceNumber
    ) throws(OriginationRefusal) -> Entry {
        Entry(
            code: code, receiver: gateway, account: foreignAccount, amount: amount,
            name: payment.receiver.name, discretionaryData: screening, trace: trace,
            addenda: try payment.addenda(trace: trace))
    }
}

/// The terms of a batch of international entries, in the columns where other classes have the
/// company's name, discretionary data and descriptive date.
public struct InternationalTerms: Hashable, Sendable {
    /// What is fixed: `FV` the amount here, `VF` the amount there, `FF` both, in one currency.
    public var exchange: String
    /// `1` a rate, `2` a reference number, `3` none.
    public var referenceKind: String
    /// At most 15 characters.
    public var reference: String
    /// Two letters of ISO 3166.
    public var destinationCountry: String
    /// Three letters of ISO 4217.
    public var originatingCurrency: String
    /// Three letters of ISO 4217.
    public var destinationCurrency: String

    /// Terms; what does not fit is refused when a header is made of it.
    public init(
        exchange: String, referenceKind: String = "3", reference: String = "",
        destinationCountry: String, originatingCurrency: String = "USD",
        destinationCurrency: String
    ) {
        self.exchange = exchange
        self.referenceKind = referenceKind
        self.reference = reference
        self.destinationCountry = destinationCountry
        self.originatingCurrency = originatingCurrency
        self.destinationCurrency = destinationCurrency
    }

    /// The terms of a header of class IAT, or of the changes to its entries; `nil` for another.
    public init?(_ header: BatchHeader) {
        guard header.entryClass == .iat || header.isInternationalChange else { return nil }
        let terms = Array(header.companyDiscretionaryData.utf8)
        let currencies = Array(header.descriptiveDate.utf8)
        func text(_ bytes: [UInt8], _ start: Int, _ count: Int) -> String {
            ASCIIText.trimmed(bytes.dropFirst(start).prefix(count))
        }
        self.init(
            exchange: text(terms, 0, 2), referenceKind: text(terms, 2, 1),
            reference: text(terms, 3, 15), destinationCountry: text(terms, 18, 2),
            originatingCurrency: text(currencies, 0, 3),
            destinationCurrency: text(currencies, 3, 3))
    }

    /// Puts the terms into a header of class IAT; its other fields stay.
    public func header(_ header: BatchHeader) throws(OriginationRefusal) -> BatchHeader {
        let fixed = [
            (exchange, 2), (referenceKind, 1), (destinationCountry, 2), (originatingCurrency, 3),
            (destinationCurrency, 3),
        ]
        guard fixed.allSatisfy({ $0.utf8.count == $1 && !$0.utf8.contains(0x20) }),
            ["FV", "VF", "FF"].contains(exchange), reference.utf8.count <= 15
        else {
            throw OriginationRefusal(
                .international,
                "International terms are FV, VF or FF, a reference kind of one character, a reference "
                    + "of at most 15, a country of two letters and currencies of three.")
        }
        var terms = header
        terms.entryClass = .iat
        terms.companyName = ""
        terms.companyDiscretionaryData =
            exchange + referenceKind + reference
            + String(repeating: " ", count: 15 - reference.utf8.count) + destinationCountry
        terms.descriptiveDate = originatingCurrency + destinationCurrency
        return terms
    }
}
