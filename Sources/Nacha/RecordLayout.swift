/// The fields of one kind of record, in order, covering all 94 columns (Nacha Operating Rules,
/// Appendix One).
///
/// What names a record's columns for people: ``StreamReader`` does not need it, ``RecordJSONWriter``
/// and whoever shows a record do.
public struct RecordLayout: Hashable, Sendable {
    /// `file header`, `entry (CTX)`, `addenda 99 (dishonored)`. Unique.
    public let name: String
    /// In the order of their columns, without gaps. No two have the same name.
    public let fields: [RecordField]

    private init(_ name: String, _ widths: [(String, Int)]) {
        self.name = name
        var column = 1
        fields = widths.map { field, width in
            defer { column += width }
            return RecordField(
                field, column...(column + width - 1), isPrivate: Self.privateNames.contains(field))
        }
    }

    private static let privateNames: Set<String> = [
        "DFI account number", "name", "payment related information", "addenda information",
        "corrected data", "foreign receiver's account", "originator name", "originator street",
        "receiver street", "receiving company or individual name", "card account number",
        "originator city and state", "originator country and postal code",
        "receiver city and state", "receiver country and postal code",
    ]

    /// The layout of a record, as far as its own columns and its batch's class tell; `nil` for a
    /// record of no known type. `class` is columns 51-53 of the batch header.
    public static func of(_ record: some Collection<UInt8>, class: String) -> RecordLayout? {
        let bytes = Array(record.prefix(6))
        guard bytes.count == 6 else { return nil }
        switch bytes[0] {
        case 0x31: return fileHeader
        case 0x35: return `class` == "IAT" ? internationalBatchHeader : batchHeader
        case 0x36: return entry(`class`)
        case 0x37: return addenda(bytes)
        case 0x38: return `class` == "ADV" ? adviceBatchControl : batchControl
        case 0x39: return `class` == "ADV" ? adviceFileControl : fileControl
        default: return nil
        }
    }

    /// The layout of that name.
    public init?(named name: String) {
        guard let found = Self.byName[name] else { return nil }
        self = found
    }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Every layout, in the order of a file.
    public static let all =
        [
            fileHeader, batchHeader, internationalBatchHeader, entry, swappedEntry, countedEntry,
            checkEntry, terminalEntry, cardEntry, internationalEntry, adviceEntry, card,
            paymentInformation,
        ] + international + [
            change, refusedChange, `return`, dishonored, contested, batchControl,
            adviceBatchControl,
            fileControl, adviceFileControl,
        ]

    private static func entry(_ name: String) -> RecordLayout {
        switch name {
        case "CIE", "MTE": swappedEntry
        case "CTX", "ENR", "TRX", "ATX": countedEntry
        case "ARC", "BOC", "RCK", "XCK": checkEntry
        case "POP": terminalEntry
        case "SHR": cardEntry
        case "IAT": internationalEntry
        case "ADV": adviceEntry
        default: entry
        }
    }

    private static func addenda(_ bytes: [UInt8]) -> RecordLayout? {
        switch (bytes[1], bytes[2]) {
        case (0x30, 0x32): return card
        case (0x30, 0x35): return paymentInformation
        case (0x31, 0x30...0x38): return international[Int(bytes[2] - 0x30)]
        case (0x39, 0x38):
            let code = ChangeCode(String(decoding: bytes[3...], as: UTF8.self))
            return code?.facts.kind == .refusal ? refusedChange : change
        case (0x39, 0x39):
            let code = ReturnCode(String(decoding: bytes[3...], as: UTF8.self))
            switch code?.facts.kind {
            case .dishonored: return dishonored
            case .contested: return contested
            case .return, nil: return `return`
            }
        default: return nil
        }
    }

    // MARK: - The layouts

    static let fileHeader = RecordLayout(
        "file header",
        [
            ("record type", 1), ("priority code", 2), ("immediate destination", 10),
            ("immediate origin", 10), ("file creation date", 6), ("file creation time", 4),
            ("file ID modifier", 1), ("record size", 3), ("blocking factor", 2), ("format code", 1),
            ("immediate destination name", 23), ("immediate origin name", 23),
            ("reference code", 8),
        ])

    static let batchHeader = RecordLayout(
        "batch header",
        [
            ("record type", 1), ("service class code", 3), ("company name", 16),
            ("company discretionary data", 20), ("company identification", 10),
            ("standard entry class code", 3), ("company entry description", 10),
            ("company descriptive date", 6), ("effective entry date", 6), ("settlement date", 3),
            ("originator status code", 1), ("originating DFI identification", 8),
            ("batch number", 7),
        ])

    static let internationalBatchHeader = RecordLayout(
        "batch header (IAT)",
        [
            ("record type", 1), ("service class code", 3), ("IAT indicator", 16),
            ("foreign exchange indicator", 2), ("foreign exchange reference indicator", 1),
            ("foreign exchange reference", 15), ("destination country", 2),
            ("originator identification", 10), ("standard entry class code", 3),
            ("company entry description", 10), ("originating currency", 3),
            ("destination currency", 3), ("effective entry date", 6), ("settlement date", 3),
            ("originator status code", 1), ("originating DFI identification", 8),
            ("batch number", 7),
        ])

    private static func entry(
        _ name: String, _ middle: [(String, Int)], discretionary: String = "discretionary data"
    ) -> RecordLayout {
        RecordLayout(
            name,
            [
                ("record type", 1), ("transaction code", 2), ("receiving DFI identification", 8),
                ("check digit", 1), ("DFI account number", 17), ("amount", 10),
            ] + middle + [
                (discretionary, 2), ("addenda record indicator", 1), ("trace number", 15),
            ])
    }

    static let entry = entry("entry", [("identification number", 15), ("name", 22)])
    static let swappedEntry = entry(
        "entry (CIE, MTE)", [("name", 15), ("identification number", 22)])
    static let countedEntry = entry(
        "entry (CTX, ENR, TRX, ATX)",
        [
            ("identification number", 15), ("number of addenda records", 4), ("name", 16),
            ("reserved", 2),
        ])
    static let checkEntry = entry(
        "entry (ARC, BOC, RCK, XCK)", [("check serial number", 15), ("name", 22)])
    static let terminalEntry = entry(
        "entry (POP)",
        [
            ("check serial number", 9), ("terminal city", 4), ("terminal state", 2), ("name", 22),
        ])
    static let cardEntry = entry(
        "entry (SHR)",
        [
            ("card expiration date", 4), ("document reference number", 11),
            ("card account number", 22),
        ], discretionary: "card transaction type code")

    static let internationalEntry = RecordLayout(
        "entry (IAT)",
        [
            ("record type", 1), ("transaction code", 2), ("receiving DFI identification", 8),
            ("check digit", 1), ("number of addenda records", 4), ("reserved", 13), ("amount", 10),
            ("foreign receiver's account", 35), ("reserved 2", 2), ("OFAC screening indicator", 1),
            ("secondary OFAC screening indicator", 1), ("addenda record indicator", 1),
            ("trace number", 15),
        ])

    static let adviceEntry = RecordLayout(
        "entry (ADV)",
        [
            ("record type", 1), ("transaction code", 2), ("receiving DFI identification", 8),
            ("check digit", 1), ("DFI account number", 15), ("amount", 12),
            ("advice routing number", 9), ("file identification", 5), ("operator data", 1),
            ("name", 22), ("discretionary data", 2), ("addenda record indicator", 1),
            ("ACH operator routing number", 8), ("Julian day", 3), ("sequence number", 4),
        ])

    static let card = RecordLayout(
        "addenda 02",
        [
            ("record type", 1), ("addenda type code", 2), ("reference information 1", 7),
            ("reference information 2", 3), ("terminal identification code", 6),
            ("transaction serial number", 6), ("transaction date", 4),
            ("authorization code or expiration date", 6), ("terminal location", 27),
            ("terminal city", 15), ("terminal state", 2), ("trace number", 15),
        ])

    static let paymentInformation = RecordLayout(
        "addenda 05",
        [
            ("record type", 1), ("addenda type code", 2), ("payment related information", 80),
            ("addenda sequence number", 4), ("entry detail sequence number", 7),
        ])

    private static func international(_ type: Int, _ middle: [(String, Int)]) -> RecordLayout {
        RecordLayout(
            "addenda \(type)",
            [("record type", 1), ("addenda type code", 2)] + middle
                + [("entry detail sequence number", 7)])
    }

    /// 10 through 18, in order.
    static let international = [
        international(
            10,
            [
                ("transaction type code", 3), ("foreign payment amount", 18),
                ("foreign trace number", 22), ("receiving company or individual name", 35),
                ("reserved", 6),
            ]),
        international(
            11, [("originator name", 35), ("originator street", 35), ("reserved", 14)]),
        international(
            12,
            [
                ("originator city and state", 35), ("originator country and postal code", 35),
                ("reserved", 14),
            ]),
        international(
            13,
            [
                ("originating DFI name", 35), ("originating DFI qualifier", 2),
                ("originating DFI identification", 34), ("originating DFI country", 3),
                ("reserved", 10),
            ]),
        international(
            14,
            [
                ("receiving DFI name", 35), ("receiving DFI qualifier", 2),
                ("receiving DFI identification", 34), ("receiving DFI country", 3),
                ("reserved", 10),
            ]),
        international(
            15, [("receiver identification", 15), ("receiver street", 35), ("reserved", 34)]),
        international(
            16,
            [
                ("receiver city and state", 35), ("receiver country and postal code", 35),
                ("reserved", 14),
            ]),
        international(17, [("payment related information", 80), ("addenda sequence number", 4)]),
        international(
            18,
            [
                ("correspondent bank name", 35), ("correspondent bank qualifier", 2),
                ("correspondent bank identification", 34), ("correspondent bank country", 3),
                ("reserved", 6), ("addenda sequence number", 4),
            ]),
    ]

    private static func answer(_ name: String, _ middle: [(String, Int)]) -> RecordLayout {
        RecordLayout(
            name,
            [
                ("record type", 1), ("addenda type code", 2), ("reason code", 3),
                ("original entry trace number", 15),
            ] + middle + [("trace number", 15)])
    }

    static let change = answer(
        "addenda 98",
        [
            ("reserved", 6), ("original receiving DFI identification", 8), ("corrected data", 35),
            ("reserved 2", 9),
        ])
    static let refusedChange = answer(
        "addenda 98 (refused)",
        [
            ("reserved", 6), ("original receiving DFI identification", 8), ("corrected data", 29),
            ("change code", 3), ("trace sequence number", 7), ("reserved 2", 5),
        ])
    static let `return` = answer(
        "addenda 99",
        [
            ("date of death", 6), ("original receiving DFI identification", 8),
            ("addenda information", 44),
        ])
    static let dishonored = answer(
        "addenda 99 (dishonored)",
        [
            ("reserved", 6), ("original receiving DFI identification", 8), ("reserved 2", 3),
            ("return trace number", 15), ("return settlement date", 3), ("return reason code", 2),
            ("addenda information", 21),
        ])
    static let contested = answer(
        "addenda 99 (contested)",
        [
            ("date original entry returned", 6), ("original receiving DFI identification", 8),
            ("original settlement date", 3), ("return trace number", 15),
            ("return settlement date", 3), ("return reason code", 2),
            ("dishonored return trace number", 15), ("dishonored return settlement date", 3),
            ("dishonored return reason code", 2), ("reserved", 1),
        ])

    static let batchControl = RecordLayout(
        "batch control",
        [
            ("record type", 1), ("service class code", 3), ("entry/addenda count", 6),
            ("entry hash", 10), ("total debit entry dollar amount", 12),
            ("total credit entry dollar amount", 12), ("company identification", 10),
            ("message authentication code", 19), ("reserved", 6),
            ("originating DFI identification", 8), ("batch number", 7),
        ])

    static let adviceBatchControl = RecordLayout(
        "batch control (ADV)",
        [
            ("record type", 1), ("service class code", 3), ("entry/addenda count", 6),
            ("entry hash", 10), ("total debit entry dollar amount", 20),
            ("total credit entry dollar amount", 20), ("ACH operator data", 19),
            ("originating DFI identification", 8), ("batch number", 7),
        ])

    static let fileControl = RecordLayout(
        "file control",
        [
            ("record type", 1), ("batch count", 6), ("block count", 6), ("entry/addenda count", 8),
            ("entry hash", 10), ("total debit entry dollar amount", 12),
            ("total credit entry dollar amount", 12), ("reserved", 39),
        ])

    static let adviceFileControl = RecordLayout(
        "file control (ADV)",
        [
            ("record type", 1), ("batch count", 6), ("block count", 6), ("entry/addenda count", 8),
            ("entry hash", 10), ("total debit entry dollar amount", 20),
            ("total credit entry dollar amount", 20), ("reserved", 23),
        ])
}
