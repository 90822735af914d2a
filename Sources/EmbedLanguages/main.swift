import Foundation
import Localization

// Writes the languages of a target into one Swift file, for the build: every file whole, and the
// keys of the first as cases, so that a key which does not exist does not compile.
//
//     makewhole-embed-languages OUTPUT REFERENCE FILE…

func stop(_ sentence: String) -> Never {
    FileHandle.standardError.write(Data("error: \(sentence)\n".utf8))
    exit(1)
}

let arguments = CommandLine.arguments
guard arguments.count >= 4 else { stop("give an output, the tag all others go by, and files") }

func contents(_ path: String) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
        stop("\(path) cannot be read")
    }
    return [UInt8](data)
}

var files: [(tag: String, text: String)] = []
var keys: [String]?
for path in arguments.dropFirst(3).sorted() {
    let bytes = contents(path)
    do {
        let file = try LanguageFile(bytes)
        files.append((file.tag, String(decoding: bytes, as: UTF8.self)))
        if file.tag == arguments[2] { keys = file.keys }
    } catch {
        stop("\(path): \(error)")
    }
}
guard let keys else { stop("no file has the tag \(arguments[2])") }
for key in keys
where !key.utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) })
    || key.utf8.first.map({ (0x61...0x7A).contains($0) }) != true
{
    stop("\(key) must be letters and digits, the first a small letter")
}

// A raw literal of this many marks ends nowhere within a catalogue.
let marks = String(repeating: "#", count: 8)
var swift = "/// The key of every sentence, in the order of the file in American English.\n"
swift += "enum Sentence: Int, Sendable {\n"
for key in keys { swift += "    case `\(key)`\n" }
swift += "\n    static let names: [String] = [\n"
for key in keys { swift += "        \"\(key)\",\n" }
swift += "    ]\n}\n\n"
swift +=
    "/// The files of the languages that come with the program, the first in the alphabet first.\n"
swift += "enum BuiltInLanguages {\n    static let files: [String] = [\n"
for file in files {
    swift += "\(marks)\"\"\"\n\(file.text)\n\"\"\"\(marks),\n"
}
swift += "    ]\n}\n"
guard FileManager.default.createFile(atPath: arguments[1], contents: Data(swift.utf8)) else {
    stop("\(arguments[1]) cannot be written")
}
