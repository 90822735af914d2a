import Banking
import Statements
import Wire

/// A column-mapping profile as operators write it, a JSON object (`docs/reference/statements.md`).
public enum StatementProfileFile {
    /// The profile in `bytes`.
    ///
    /// - Throws: ``ProfileFile/Fault`` with a sentence for each thing that is wrong.
    public static func load(_ bytes: [UInt8]) throws(ProfileFile.Fault) -> CSVProfile {
        try ProfileFile.load(bytes) { read(&$0) }
    }

    private static func read(_ reader: inout JSONObjectReader) -> CSVProfile {
        var profile = CSVProfile(
            name: reader.string("name", max: 40), summary: reader.string("summary", max: 200),
            columns: columns(&reader), amounts: reader.object("amounts", amounts),
            dates: reader.parsed(
                "dates", max: 40, expected: "a pattern such as YYYY-MM-DD", placeholder: .iso
            ) { DatePattern($0) })
        profile.delimiter = byte("delimiter", &reader) ?? profile.delimiter
        if let quote = reader.optionalString("quote", min: 0, max: 1) {
            profile.quote = quote.utf8.first
        }
        profile.linesBefore = Int(reader.optionalInteger("lines_before", in: 0...1_000) ?? 0)
        profile.hasHeader = reader.optionalBoolean("header") ?? true
        profile.currency =
            reader.optionalParsed("currency", max: 3, expected: "three letters of ISO 4217") {
                Currency($0)
            } ?? .usd
        profile.account = StatementAccount(
            lastFour: reader.optionalString("account_last_four", max: 4) ?? "")
        for (record, meaning) in records(&reader) { profile.records[record] = meaning }
        profile.otherRecords =
            reader.optionalEnumeration("other_records", as: CSVProfile.Other.self) ?? .refuse
        profile.kind = reader.optionalEnumeration("kind", as: StatementItem.Kind.self) ?? .other
        profile.total = reader.optionalObject("total", total)
        for fault in profile.faults { reader.reject(fault.field, .notAllowed, fault.sentence) }
        return profile
    }

    /// One byte of ASCII.
    private static func byte(_ name: String, _ reader: inout JSONObjectReader) -> UInt8? {
        // A tab is the delimiter of many files, and a control character.
        reader.optionalString(name, max: 1, lines: .many).flatMap { text in
            guard let byte = text.utf8.first, text.utf8.count == 1 else {
                reader.reject(name, .malformed, "This must be one character of ASCII.")
                return nil
            }
            return byte
        }
    }

    private static func columns(
        _ reader: inout JSONObjectReader
    ) -> [CSVProfile.Field: CSVProfile.Column] {
        reader.object("columns") { reader in
            var columns: [CSVProfile.Field: CSVProfile.Column] = [:]
            for field in CSVProfile.Field.allCases {
                columns[field] = column(field.rawValue, &reader)
            }
            return columns
        }
    }

    /// A name, or a number counted from one.
    private static func column(
        _ name: String, _ reader: inout JSONObjectReader
    ) -> CSVProfile.Column? {
        switch reader.optionalValue(name) {
        case nil: return nil
        case .string(let text) where !text.isEmpty: return .name(text)
        case .integer(let number) where (1...Int64(CSVReader.columnsMax)).contains(number):
            return .number(Int(number))
        default:
            reader.reject(
                name, .wrongType, "This must be a column's name, or its number from one.")
            return nil
        }
    }

    private enum SignWord: String, CaseIterable { case signed, columns, indicator, record }
    private enum NotationWord: String, CaseIterable { case minor, decimal }

    private static func amounts(_ reader: inout JSONObjectReader) -> CSVProfile.Amounts {
        let sign: CSVProfile.Sign =
            switch reader.enumeration("sign", as: SignWord.self) {
            case .signed: .signed
            case .columns: .columns
            case .record: .record
            case .indicator:
                .indicator(
                    credit: Set(reader.strings("credit", min: 1, max: 20, lengthMax: 40)),
                    debit: Set(reader.strings("debit", min: 1, max: 20, lengthMax: 40)))
            }
        let notation: CSVProfile.Notation =
            switch reader.enumeration("notation", as: NotationWord.self) {
            case .minor: .minor
            case .decimal:
                .decimal(
                    point: byte("point", &reader) ?? 0x2E, thousands: byte("thousands", &reader))
            }
        return CSVProfile.Amounts(sign: sign, notation: notation)
    }

    private static func records(
        _ reader: inout JSONObjectReader
    ) -> [(String, CSVProfile.Record)] {
        guard reader.optionalValue("records") != nil else { return [] }
        return reader.objects("records", max: 200) { reader in
            (
                reader.string("record", max: 60),
                CSVProfile.Record(
                    kind: reader.enumeration("kind", as: StatementItem.Kind.self),
                    side: reader.optionalEnumeration("side", as: StatementSide.self))
            )
        }
    }

    private static func total(_ reader: inout JSONObjectReader) -> CSVProfile.Total {
        CSVProfile.Total(
            record: reader.string("record", max: 60), count: column("count", &reader),
            sum: column("sum", &reader),
            sumOf: reader.optionalEnumeration("sum_of", as: CSVProfile.Total.Sum.self) ?? .net,
            repeats: reader.optionalBoolean("repeats") ?? false)
    }

    // MARK: - Writing

    /// What ``load(_:)`` reads, every value of it: the place to begin a profile of one's own.
    public static func json(_ profile: CSVProfile) -> JSON {
        var members: [(String, JSON)] = [
            ("name", .string(profile.name)), ("summary", .string(profile.summary)),
            ("delimiter", text(profile.delimiter)),
            ("quote", profile.quote.map(text) ?? ""),
            ("lines_before", .integer(Int64(profile.linesBefore))),
            ("header", .boolean(profile.hasHeader)),
            ("currency", .string(profile.currency.description)),
        ]
        if !profile.account.lastFour.isEmpty {
            members.append(("account_last_four", .string(profile.account.lastFour)))
        }
        members.append(
            (
                "columns",
                .object(
                    CSVProfile.Field.allCases.compactMap { field in
                        profile.columns[field].map { (field.rawValue, json($0)) }
                    })
            ))
        members.append(("amounts", json(profile.amounts)))
        members.append(("dates", .string(profile.dates.description)))
        if !profile.records.isEmpty {
            let records = profile.records.sorted { $0.key < $1.key }
            members.append(
                ("records", .array(records.map { json($0.key, $0.value) })))
        }
        members.append(("other_records", .string(profile.otherRecords.rawValue)))
        members.append(("kind", .string(profile.kind.rawValue)))
        if let total = profile.total { members.append(("total", json(total))) }
        return .object(members)
    }

    private static func text(_ byte: UInt8) -> JSON {
        .string(String(decoding: [byte], as: UTF8.self))
    }

    private static func json(_ column: CSVProfile.Column) -> JSON {
        switch column {
        case .name(let name): .string(name)
        case .number(let number): .integer(Int64(number))
        }
    }

    private static func json(_ amounts: CSVProfile.Amounts) -> JSON {
        var members: [(String, JSON)] = []
        switch amounts.sign {
        case .signed: members.append(("sign", "signed"))
        case .columns: members.append(("sign", "columns"))
        case .record: members.append(("sign", "record"))
        case .indicator(let credit, let debit):
            members += [
                ("sign", "indicator"), ("credit", .array(credit.sorted().map { .string($0) })),
                ("debit", .array(debit.sorted().map { .string($0) })),
            ]
        }
        switch amounts.notation {
        case .minor: members.append(("notation", "minor"))
        case .decimal(let point, let thousands):
            members += [("notation", "decimal"), ("point", text(point))]
            if let thousands { members.append(("thousands", text(thousands))) }
        }
        return .object(members)
    }

    private static func json(_ record: String, _ meaning: CSVProfile.Record) -> JSON {
        var members: [(String, JSON)] = [
            ("record", .string(record)), ("kind", .string(meaning.kind.rawValue)),
        ]
        if let side = meaning.side { members.append(("side", .string(side.rawValue))) }
        return .object(members)
    }

    private static func json(_ total: CSVProfile.Total) -> JSON {
        var members: [(String, JSON)] = [("record", .string(total.record))]
        if let count = total.count { members.append(("count", json(count))) }
        if let sum = total.sum { members.append(("sum", json(sum))) }
        members += [
            ("sum_of", .string(total.sumOf.rawValue)), ("repeats", .boolean(total.repeats)),
        ]
        return .object(members)
    }
}
