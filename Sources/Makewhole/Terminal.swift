import Foundation

/// Data on standard output, talk on standard error.
enum Terminal {
    static func data(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }

    static func data(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    static func talk(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
