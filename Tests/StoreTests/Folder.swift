import Engine
import Foundation
import Rules
import Vocabulary

enum Folder {
    static func new() throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("makewhole-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appendingPathComponent("makewhole.sqlite").path
    }

    static func policies() throws -> PolicyBook {
        let project = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let bytes = try Data(contentsOf: project.appendingPathComponent("policy.json"))
        return try PolicyFile.load(Array(bytes))
    }
}
