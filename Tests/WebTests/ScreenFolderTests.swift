import Foundation
import HTML
import Testing

@testable import Web

/// Every page of the samples as a file, for a browser to look at: `Tests/System/screens.py` asks
/// for it and says where.
@Suite struct ScreenFolderTests {
    private static let folder = ProcessInfo.processInfo.environment["MAKEWHOLE_SCREENS"]

    @Test("Every page in every language stands in the folder", .enabled(if: folder != nil))
    func write() throws {
        let root = URL(fileURLWithPath: try #require(ScreenFolderTests.folder))
        let viewers: [(pages: [(name: String, page: any Page)], viewer: Scene.Viewer)] = [
            (Samples.customerPages, .customer(unreadNotices: 2)), (Samples.outsidePages, .nobody),
        ]
        var written = 0
        for language in Samples.languages {
            let folder = root.appendingPathComponent(language.tag)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (pages, viewer) in viewers {
                for (name, page) in pages {
                    let bytes = page.bytes(in: Samples.scene(language, viewer: viewer))
                    try Data(bytes).write(to: folder.appendingPathComponent("\(name).html"))
                    written += 1
                }
            }
            try Data(Samples.receipt(remaining: 0).pdf(in: Samples.scene(language)))
                .write(to: folder.appendingPathComponent("receipt.pdf"))
            try Data(Samples.sale.pdf(in: Samples.scene(language)))
                .write(to: folder.appendingPathComponent("sale.pdf"))
        }
        for asset in Assets.all + Look.standard.assets {
            let file = root.appendingPathComponent(asset.location.text)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(asset.bytes).write(to: file)
        }
        #expect(
            written
                == Samples.languages.count
                * (Samples.customerPages.count + Samples.outsidePages.count))
    }
}
