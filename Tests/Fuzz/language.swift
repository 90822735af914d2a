import Localization

/// A language's file: `LanguageFile`, its messages, plural rules and numbers.
enum Target: FuzzTarget {
    static func prove(_ bytes: [UInt8]) {
        guard let file = read(bytes) else { return }
        promise(read(bytes) == file, "the same bytes are read differently")
        promise(file.problems(against: file).isEmpty, "a file lacks what it has itself")
        promise(!file.tag.isEmpty && !file.name.isEmpty, "a language without a tag or a name")
        let marked = file.marked(tag: "en-XA", name: "x", "<", ">")
        promise(marked.problems(against: file).isEmpty, "marks change what a file says")
        for key in file.keys {
            guard let message = file[key], let other = marked[key] else {
                fail("a key of the file has no sentence")
            }
            for count in [Int.min, -1, 0, 1, 2, 5, 11, 1_000_000, .max] {
                let said = say(message, count, in: file)
                promise(say(other, count, in: file) == "<\(said)>", "marks change a sentence")
            }
        }
        for cents in [Int64.min, -5, 0, 7, 123_456, .max] {
            promise(!file.numbers.dollars(cents).isEmpty, "an amount is nothing")
            promise(!file.numbers.decimal(cents, places: 8).isEmpty, "a number is nothing")
        }
    }

    /// Names that inputs are likely to have; those of others show themselves in braces.
    private static func say(_ message: Message, _ count: Int, in file: LanguageFile) -> String {
        message.text(
            ["count": count, "n": count, "amount": "$1.00 {x} # '", "kind": "sale"],
            plurals: file.plurals, number: file.numbers.whole)
    }

    /// `nil` when it is refused.
    private static func read(_ bytes: [UInt8]) -> LanguageFile? {
        do {
            return try LanguageFile(bytes)
        } catch {
            promise(!error.problems.isEmpty, "a refusal says what is wrong")
            promise(
                error.problems.allSatisfy {
                    $0.sentence.hasSuffix(".") || $0.sentence.hasSuffix(";")
                },
                "what is wrong is a sentence")
            return nil
        }
    }
}
