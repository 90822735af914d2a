import Localization

/// A language that pages, mail and papers can be written in: a file, read once.
public struct Language: Sendable, Hashable, CustomStringConvertible {
    private let book: SentenceBook
    /// Whether the faces of a paper have every letter of every sentence.
    private let isPrintable: Bool

    /// - Throws: Every sentence that is missing or unknown, and every value of another name or kind
    ///   than ours, as sentences for whoever wrote the file.
    public init(_ file: LanguageFile) throws(LanguageFile.Refusal) {
        book = try SentenceBook(file, keys: Sentence.names, against: Language.reference)
        isPrintable = book.allWords(WinAnsi.has)
    }

    /// A file of ours.
    fileprivate init(known file: LanguageFile) {
        do {
            try self.init(file)
        } catch {
            preconditionFailure("\(file.tag), which is built in, is not whole: \(error)")
        }
    }

    /// The BCP 47 tag, such as `es-US`.
    public var tag: String { book.file.tag }
    /// What the language calls itself.
    public var name: String { book.file.name }
    /// Which way it is read.
    public var direction: LanguageFile.Direction { book.file.direction }
    var numbers: NumberForms { book.file.numbers }
    /// What a paper for readers of this language is written in: a PDF of ours has the letters of
    /// Western Europe, and one of question marks would help nobody.
    var onPaper: Language { isPrintable ? self : .english }

    public var description: String { tag }

    func text(_ sentence: Sentence, _ values: KeyValuePairs<String, any MessageValue>) -> String {
        book.text(sentence.rawValue, values)
    }

    public static func == (one: Language, other: Language) -> Bool {
        one.book === other.book || one.tag == other.tag
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(tag) }

    // MARK: Built in

    /// The file that says which sentences there are, and with which values.
    public static let reference: LanguageFile = builtIn(tag: "en-US")

    /// English as read in the United States.
    public static let english = Language(known: reference)
    /// Spanish as read in the United States.
    public static let spanish = Languages.builtIn.known("es-US")
    /// A made-up language for tests: English between brackets, longer than English. Text on a page
    /// without brackets did not come from the catalogue.
    public static let pseudo = Language(
        known: reference.marked(tag: "en-XA", name: "⟦English⟧", "⟦", "⟧"))

    static func builtIn(tag: String) -> LanguageFile {
        for text in BuiltInLanguages.files {
            let file = Language.read(text)
            if file.tag == tag { return file }
        }
        preconditionFailure("\(tag) is built in")
    }

    /// A file of ours. The build has read it, and `LanguageTests` compares it with the others.
    fileprivate static func read(_ text: String) -> LanguageFile {
        do {
            return try LanguageFile(Array(text.utf8))
        } catch {
            preconditionFailure("a language that is built in cannot be read: \(error)")
        }
    }
}

/// The languages of a deployment: those that are built in, and those of its own files.
public struct Languages: Sendable {
    /// Those a reader may choose, English first, then by tag.
    public let offered: [Language]

    /// Those that come with the program.
    public static let builtIn: Languages = {
        var languages = [Language.english]
        for text in BuiltInLanguages.files {
            let file = Language.read(text)
            guard file.tag != Language.english.tag else { continue }
            languages.append(Language(known: file))
        }
        return Languages(offered: languages)
    }()

    /// The text of a language's file, as it was written; `nil` for one that is not built in.
    public static func builtInFile(_ tag: String) -> String? {
        BuiltInLanguages.files.first { Language.read($0).tag == tag }
    }

    private init(offered: [Language]) { self.offered = offered }

    /// The same with one more; one of the same tag takes the place of ours.
    public func adding(_ language: Language) -> Languages {
        var others = offered.filter { $0.tag != language.tag }
        others.append(language)
        let english = others.filter { $0.tag == Language.english.tag }
        return Languages(
            offered: english
                + others.filter { $0.tag != Language.english.tag }.sorted { $0.tag < $1.tag })
    }

    fileprivate func known(_ tag: String) -> Language {
        guard let language = self[tag] else { preconditionFailure("\(tag) is built in") }
        return language
    }

    /// The first, which speaks where no other is known.
    public var standard: Language { offered.first ?? .english }

    /// The language of exactly this tag.
    public subscript(tag: String) -> Language? { offered.first { $0.tag == tag } }

    /// The language nearest to a tag.
    public func nearest(_ tag: String) -> Language? {
        LanguageTag.nearest(tag, among: offered.map(\.tag)).flatMap { self[$0] }
    }

    /// The language for a customer's tag; the first where there are no words in his.
    public func speaking(_ tag: String) -> Language { nearest(tag) ?? standard }

    /// The language a browser asks for, by the weights it gives (RFC 9110, 12.5.4).
    public func asked(_ acceptLanguage: String) -> Language? {
        // Far more than browsers send; the rest of a longer list is not looked at.
        let ranges = acceptLanguage.split(separator: ",", maxSplits: 32).prefix(32)
        let weighed = ranges.enumerated().compactMap { place, range -> (String, Int, Int)? in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = parts.first, !tag.isEmpty else { return nil }
            let weight = parts.dropFirst().first.map { Languages.thousandths($0) } ?? 1_000
            return weight > 0 ? (tag, weight, place) : nil
        }
        for (tag, _, _) in weighed.sorted(by: { $0.1 == $1.1 ? $0.2 < $1.2 : $0.1 > $1.1 }) {
            if tag == "*" { return standard }
            if let found = nearest(tag) { return found }
        }
        return nil
    }

    /// `q=0.8` as 800; what is no weight is none.
    private static func thousandths(_ text: String) -> Int {
        guard text.lowercased().hasPrefix("q=") else { return 0 }
        let digits = text.dropFirst(2).split(separator: ".", omittingEmptySubsequences: false)
        guard digits.count <= 2, let whole = digits.first.flatMap({ Int($0) }),
            whole == 0 || whole == 1
        else { return 0 }
        let decimals = digits.count == 2 ? String(digits[1].prefix(3)) : ""
        guard decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return 0 }
        let padded = decimals + String(repeating: "0", count: 3 - decimals.utf8.count)
        return min(1_000, whole * 1_000 + (Int(padded) ?? 0))
    }
}
