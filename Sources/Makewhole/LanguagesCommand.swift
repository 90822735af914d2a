import ArgumentParser
import Foundation
import Localization
import Web

/// The files of a deployment's own languages.
enum LanguageFolder {
    /// What a language's file ends in.
    static let ending = "arb"

    /// The built-in languages and every file of `folder`; one with the tag of ours takes its place.
    ///
    /// - Throws: Everything there is to put right in the first file that is not whole.
    static func load(_ folder: URL) throws -> Languages {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw Failure.badData(
                "makewhole.languages.folder: \(folder.path) is not there or cannot be read.")
        }
        var languages = Languages.builtIn
        var files: [String: String] = [:]
        for name in names.sorted() where name.hasSuffix("." + ending) {
            let path = folder.appendingPathComponent(name).path
            let language = try read(path)
            if let other = files[language.tag] {
                throw Failure.badData("\(path) has the tag \(language.tag), and so has \(other).")
            }
            files[language.tag] = path
            languages = languages.adding(language)
        }
        return languages
    }

    /// - Throws: Everything there is to put right in the file.
    static func read(_ path: String) throws -> Language {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(
                description: "\(path) is not there or cannot be read.", code: ExitCode(66))
        }
        do {
            return try Language(LanguageFile([UInt8](data)))
        } catch {
            let count = error.problems.count
            throw Failure.badData(
                "\(path) cannot be used: \(count == 1 ? "1 thing is" : "\(count) things are") to be "
                    + "put right.\n\(error)")
        }
    }
}

struct LanguagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "languages",
        abstract: "Look at the languages of pages and mail, and check the file of another.",
        discussion: "Exit codes: 0 done, 65 the file is not whole, 66 no such file.",
        subcommands: [LanguagesList.self, LanguagesCheck.self, LanguagesPrint.self])
}

struct LanguagesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Say which languages are built in, one a line.")

    func run() async throws {
        for language in Languages.builtIn.offered {
            Terminal.data(LanguagesCommand.line(language))
        }
    }
}

struct LanguagesCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is missing, unknown or wrong in the file of a language.")

    @Argument(help: "The file, as makewhole languages print shows one.") var file: String

    func run() async throws {
        try await Failure.reported {
            Terminal.data(LanguagesCommand.line(try LanguageFolder.read(file)))
        }
    }
}

struct LanguagesPrint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Write out the file of a built-in language, to translate from.")

    @Argument(help: "Its tag, as makewhole languages list says it.") var tag = "en-US"

    func run() async throws {
        try await Failure.reported {
            guard let text = Languages.builtInFile(tag) else {
                let known = Languages.builtIn.offered.map(\.tag).joined(separator: ", ")
                throw Failure(
                    description: "\(tag) is not built in. There are \(known).", code: ExitCode(66))
            }
            Terminal.data(text)
        }
    }
}

extension LanguagesCommand {
    /// `es-US  Español  ltr  668 sentences`
    static func line(_ language: Language) -> String {
        "\(language.tag)  \(language.name)  \(language.direction.rawValue)  "
            + "\(Language.reference.keys.count) sentences"
    }
}
