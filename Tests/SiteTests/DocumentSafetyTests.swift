import Banking
import Crypto
import Documents
import Foundation
import HTTPTypes
import Ledger
import Rules
import Service
import Tables
import Testing
import Wire

@testable import Edges

/// What customers send, from the form to the end of its time.
@Suite("Documents are safe", .serialized)
struct DocumentSafetyTests {
    /// The smallest picture: one white point.
    private static let png: [UInt8] = {
        let text = """
            iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJg\
            gg==
            """
        return Array(Data(base64Encoded: text) ?? Data())
    }()

    /// A payment from an account nobody has verified, and where its documents are sent.
    private struct Wanting {
        let settlement: SettlementID
        let path: String
        let csrf: String

        func fields(_ key: String = "form_12345678-photoID") -> [(String, String)] {
            [("csrf", csrf), ("idempotency_key", key), ("document_kind", "photoID")]
        }
    }

    private func wanting(_ world: World, _ reader: Browser) async throws -> Wanting {
        _ = try await world.owe()
        return try await wanting(world, reader, number: "555500001")
    }

    private func wanting(
        _ world: World, _ reader: Browser, number: String
    ) async throws -> Wanting {
        let account = world.service.vault.seal(
            routingNumber: "011401533", accountNumber: number, type: .checking)
        guard
            case .method(let other) = try await world.tell(
                .linkMethod(
                    Command.LinkMethod(
                        kind: .bankAccount(account), label: "Prairie",
                        lastFour: String(number.suffix(4)), verified: false, balance: nil))),
            case .settlement(let id) = try await world.tell(
                .startSettlement(Command.StartSettlement(kind: .ach, method: other)))
        else { throw Problem("no settlement") }
        let path = "/settlements/\(id)/documents"
        return Wanting(
            settlement: id, path: path, csrf: try await reader.get(path).field("csrf") ?? "")
    }

    /// A document that was sent and waits.
    private func sent(_ world: World, _ reader: Browser) async throws -> DocumentID {
        let wanted = try await wanting(world, reader)
        let answer = try await reader.upload(
            wanted.path, wanted.fields(), file: Self.png, named: "id.png")
        #expect(answer.status == 303)
        return try #require(try world.read().documents.keys.first)
    }

    private func desk(_ world: World, _ reader: Browser) async throws -> Browser {
        let dana = reader.another()
        try await dana.signIn(.operator(name: "dana", role: "operator"), world)
        return dana
    }

    private func review(_ world: World, _ id: DocumentID, refusal: String?) async throws {
        try await world.tell(
            .reviewDocument(Command.ReviewDocument(document: id, refusal: refusal)),
            by: .operator("dana"))
    }

    // MARK: Kept and shown

    @Test("Each file has a key of its own, and without it nothing opens what is kept")
    func keys() async throws {
        try await World.run { world, reader in
            let first = try await sent(world, reader)
            let file = try #require(try world.service.edge.documentFile(first))
            let wrapped = try #require(file.wrapped)

            #expect(!file.sealed.starts(with: Self.png.prefix(8)) && file.pages == 1)
            #expect(try world.service.picture(1, of: first)?.prefix(2) == [0xFF, 0xD8])
            #expect(try world.service.picture(2, of: first) == nil)
            // Another file's key is another key, and one that was changed is none.
            try world.service.edge.pool.write { db in
                try db.execute(
                    sql: "UPDATE document_file SET wrapped = ?",
                    arguments: [Data(wrapped.reversed())])
            }
            #expect(throws: (any Error).self) { try world.service.picture(1, of: first) }
        }
    }

    @Test("An operator sees pictures and never the file, and who saw them is recorded")
    func shown() async throws {
        try await World.run { world, reader in
            let id = try await sent(world, reader)
            let dana = try await desk(world, reader)
            let vera = reader.another()
            try await vera.signIn(.operator(name: "vera", role: "viewer"), world)
            let path = "/operator/documents/\(id)/pages/1"

            let page = try await dana.get("/operator/documents/\(id)")
            let picture = try await dana.get(path)

            #expect(page.html.contains("src=\"\(path)\""))
            #expect(picture.headers[.contentType] == "image/jpeg")
            #expect(picture.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(try await vera.get(path).status == 403)
            #expect(try await reader.get(path).status == 403)
            #expect(try await dana.get("/operator/documents/\(id)/pages/2").status == 404)
            #expect(try await dana.get("/operator/documents/\(id)/image").status == 404)
            let records = try world.service.edge.documentRecords(of: id)
            #expect(records.map(\.event) == [.kept, .shown] && records.last?.by == "dana")
            #expect(try await dana.get("/operator/documents/\(id)").html.contains("Shown to dana"))
        }
    }

    @Test("Without the programs a file is kept and not shown, and the page says what is missing")
    func noPrograms() async throws {
        let care = DocumentCare(pictures: PictureMaker(programs: "/nowhere"))
        try await World.run(documents: care) { world, reader in
            let id = try await sent(world, reader)
            let dana = try await desk(world, reader)

            let page = try await dana.get("/operator/documents/\(id)")

            #expect(page.html.contains("bwrap is not installed"))
            #expect(!page.html.contains("/pages/1"))
            #expect(try await dana.get("/operator/documents/\(id)/pages/1").status == 404)
        }
    }

    @Test("While the virus scanner does not answer, a file is kept and nobody sees it")
    func noScanner() async throws {
        let care = DocumentCare(
            scanner: VirusScanner(.socket("/tmp/no-clamd-here.sock")))
        try await World.run(documents: care) { world, reader in
            let id = try await sent(world, reader)
            let dana = try await desk(world, reader)

            let page = try await dana.get("/operator/documents/\(id)")

            #expect(page.html.contains("The virus scanner does not answer"))
            #expect(try await dana.get("/operator/documents/\(id)/pages/1").status == 404)
        }
    }

    @Test("What no program can read is refused with a sentence, and not kept")
    func unreadable() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            // Whole to look at, and its points are not: the packed data is another's.
            var broken = Self.png
            for index in broken.indices.dropFirst(41).prefix(13) { broken[index] ^= 0x55 }

            let answer = try await reader.upload(
                wanted.path, wanted.fields(), file: broken, named: "id.png")

            #expect(answer.status == 422)
            #expect(try world.read().documents.isEmpty)
            let kept = try world.service.edge.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM document_file")
            }
            #expect(kept == 0)
        }
    }

    @Test("A photo from the camera's own field is taken like a file")
    func camera() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            let page = try await reader.get(wanted.path)
            #expect(page.html.contains(/name="photo" accept="image\/\*" capture="environment"/))

            let answer = try await reader.upload(
                wanted.path, wanted.fields(), file: Self.png, named: "photo.png", field: "photo")

            #expect(answer.status == 303)
            #expect(try world.read().documents.count == 1)
        }
    }

    @Test("A name that reads backwards or goes on and on is nobody's concern")
    func names() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            let name = "\u{202E}gpj.<script>" + String(repeating: "é", count: 2_000) + ".png"

            let answer = try await reader.upload(
                wanted.path, wanted.fields(), file: Self.png, named: name)

            #expect([303, 400].contains(answer.status))
            let dana = try await desk(world, reader)
            let queue = try await dana.get("/operator/documents")
            #expect(!queue.html.contains("<script>gpj") && !queue.html.contains("gpj"))
        }
    }

    @Test("More files than anybody looks at are refused with a sentence")
    func tooMany() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            for number in 1...Service.documentsMax {
                try await world.tell(
                    .submitDocument(
                        Command.SubmitDocument(
                            document: DocumentID(high: 9, low: UInt64(number)),
                            settlement: wanted.settlement, type: .photoID, mediaType: "image/png",
                            bytes: 10)))
            }

            let answer = try await reader.upload(
                wanted.path, wanted.fields(), file: Self.png, named: "id.png")

            #expect(answer.status == 422 && answer.html.contains("as many files as we can take"))
            #expect(try world.read().documents.count == Service.documentsMax)
        }
    }

    // MARK: In parts

    private func received(_ answer: Browser.Answer) throws -> Int64? {
        try JSON.parse(Array(answer.html.utf8), bytesMax: 4_096)["received"]?.integerValue
    }

    @Test("A file in parts goes on from where it was, ends in the same form, and is the same file")
    func parts() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            let page = try await reader.get(wanted.path)
            let file = Self.png
            let digest = Hex.encode(file.sha256)
            let uploads = wanted.path + "/uploads"
            let begin = [("size", "\(file.count)"), ("digest", digest)]

            let begun = try await reader.post(uploads, begin, from: page)
            let id = try #require(
                try JSON.parse(Array(begun.html.utf8), bytesMax: 4_096)["upload"]?.stringValue)
            let part = "\(uploads)/\(id)"
            let first = try await reader.part(part, from: 0, file.prefix(30), wanted.csrf)
            #expect(try received(first) == 30)
            // Again, and from elsewhere: neither changes anything.
            #expect(
                try received(try await reader.part(part, from: 0, file.prefix(30), wanted.csrf))
                    == 30)
            #expect(
                try received(try await reader.part(part, from: 60, file.suffix(9), wanted.csrf))
                    == 30)
            let early = try await reader.upload(
                wanted.path, wanted.fields() + [("upload", id)], file: [], named: "")
            #expect(early.status == 422)
            // After a pause the sender asks how far it came.
            #expect(try received(try await reader.post(uploads, begin, from: page)) == 30)
            let rest = try await reader.part(part, from: 30, file.dropFirst(30), wanted.csrf)
            #expect(try received(rest) == Int64(file.count))

            let ended = try await reader.upload(
                wanted.path, wanted.fields() + [("upload", id)], file: [], named: "")
            let twice = try await reader.upload(
                wanted.path, wanted.fields() + [("upload", id)], file: [], named: "")

            #expect(ended.status == 303 && twice.status == 303)
            let document = try #require(try world.read().documents.values.first)
            #expect(document.bytes == file.count && document.mediaType == "image/png")
            let left = try world.service.edge.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM document_upload_part")
            }
            #expect(left == 0)
        }
    }

    @Test("Parts need the form's token, belong to their customer, and are sealed while they wait")
    func partsOfOthers() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            let page = try await reader.get(wanted.path)
            let begin = [("size", "70"), ("digest", Hex.encode(Self.png.sha256))]
            let begun = try await reader.post(wanted.path + "/uploads", begin, from: page)
            let id = try #require(
                try JSON.parse(Array(begun.html.utf8), bytesMax: 4_096)["upload"]?.stringValue)
            let part = wanted.path + "/uploads/\(id)"

            #expect(try await reader.part(part, from: 0, Self.png[...], "wrong").status == 403)
            #expect(try await reader.part(part, from: -1, Self.png[...], wanted.csrf).status == 400)
            #expect(
                try await reader.part(
                    part, from: 0, [UInt8](repeating: 1, count: 600 << 10)[...],
                    wanted.csrf
                ).status == 413)
            try await world.openOther(2, owing: false)
            let other = reader.another()
            try await other.signIn(.customer(CustomerID(high: 2, low: 2)), world)
            let theirs = try await other.get("/").field("csrf") ?? ""
            #expect(try await other.part(part, from: 0, Self.png[...], theirs).status == 404)

            _ = try await reader.part(part, from: 0, Self.png.prefix(40), wanted.csrf)
            let sealed = try world.service.edge.pool.read { db in
                try Data.fetchOne(db, sql: "SELECT sealed FROM document_upload_part")
            }
            #expect(sealed?.range(of: Data(Self.png.prefix(8))) == nil)
            let cancelled = try await reader.post(part + "/cancel", [], from: page)
            #expect(cancelled.status == 200)
            let left = try world.service.edge.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM document_upload_part")
            }
            #expect(left == 0)
        }
    }

    @Test("A file that is another than was begun is not taken")
    func otherBytes() async throws {
        try await World.run { world, reader in
            let wanted = try await wanting(world, reader)
            let page = try await reader.get(wanted.path)
            let other = Array(Self.png.reversed())
            let begun = try await reader.post(
                wanted.path + "/uploads",
                [("size", "\(other.count)"), ("digest", Hex.encode(Self.png.sha256))], from: page)
            let id = try #require(
                try JSON.parse(Array(begun.html.utf8), bytesMax: 4_096)["upload"]?.stringValue)
            _ = try await reader.part(
                wanted.path + "/uploads/\(id)", from: 0, other[...], wanted.csrf)

            let answer = try await reader.upload(
                wanted.path, wanted.fields() + [("upload", id)], file: [], named: "")

            #expect(answer.status == 422)
            #expect(try world.read().documents.isEmpty)
        }
    }

    // MARK: The end

    @Test(
        "A document is destroyed when its time is over, by a rule that is recorded, and not before")
    func ends() async throws {
        try await World.run { world, reader in
            let id = try await sent(world, reader)
            try await review(world, id, refusal: "unreadable")
            let file = try #require(try world.service.edge.documentFile(id))

            world.service.clock.advance(to: World.start.adding(days: 89))
            #expect(try world.service.endDocuments() == 0)
            world.service.clock.advance(to: World.start.adding(days: 91))
            #expect(try world.service.endDocuments() == 1)
            #expect(try world.service.endDocuments() == 0)

            #expect(try world.service.edge.documentFile(id) == nil)
            #expect(try world.service.picture(1, of: id) == nil)
            let record = try #require(try world.service.edge.documentRecords(of: id).last)
            #expect(record.event == .destroyed && record.why == "documents.refused.days = 90")
            #expect(record.by == "system" && record.digest == Data([UInt8](file.sealed).sha256))
            let proof = try world.service.edge.verifyDocuments()
            #expect(proof.kept == 0 && proof.destroyed == 1 && proof.problems.isEmpty)
            // The same form sent again brings nothing back.
            let again = try await world.service.take(
                document: Self.png, .png, as: id, of: world.customer)
            #expect(again == .kept(isNew: false))
            #expect(try world.service.edge.documentFile(id) == nil)
        }
    }

    @Test("Nothing of a destroyed document is left in the database, nor in the log ahead of it")
    func nothingLeft() async throws {
        try await World.run { world, reader in
            let id = try await sent(world, reader)
            let file = try #require(try world.service.edge.documentFile(id))
            let wrapped = try #require(file.wrapped)
            guard world.service.edge.pool.dialect == .sqlite else {
                // What a server keeps of rows that are gone is its operators' affair.
                #expect(try world.service.edge.emptyLog())
                return
            }
            try await review(world, id, refusal: "unreadable")
            func isThere(_ bytes: Data) throws -> Bool {
                try ["", "-wal"].contains { ending in
                    let path = world.folder.appendingPathComponent("books.sqlite" + ending)
                    return try Data(contentsOf: path).range(of: bytes) != nil
                }
            }
            #expect(try isThere(wrapped) && isThere(file.sealed))

            world.service.clock.advance(to: World.start.adding(days: 91))
            try world.service.endDocuments()
            #expect(try world.service.edge.emptyLog())

            #expect(try !isThere(wrapped))
            #expect(try !isThere(file.sealed))
        }
    }

    @Test("An accepted document is kept for its years, and one that waits for a person stays")
    func stays() async throws {
        try await World.run { world, reader in
            let id = try await sent(world, reader)
            world.service.clock.advance(to: World.start.adding(days: 400))
            #expect(try world.service.endDocuments() == 0)
            try await review(world, id, refusal: nil)

            world.service.clock.advance(to: World.start.adding(days: 400 + 1_824))
            #expect(try world.service.endDocuments() == 0)
            world.service.clock.advance(to: World.start.adding(days: 400 + 1_826))

            #expect(try world.service.endDocuments() == 1)
        }
    }

    @Test("A file whose word never came is destroyed on the next day")
    func orphans() async throws {
        try await World.run { world, reader in
            let id = DocumentID(high: 5, low: 5)
            _ = try await world.service.take(document: Self.png, .png, as: id, of: world.customer)

            #expect(try world.service.endDocuments() == 0)
            world.service.clock.advance(to: World.start.adding(hours: 25))

            #expect(try world.service.endDocuments() == 1)
            #expect(
                try world.service.edge.documentRecords(of: id).last?.why == "it was never submitted"
            )
        }
    }

    @Test(
        "A record that was changed, or a document that came back, is seen",
        arguments: [
            (
                "UPDATE document_record SET by_whom = 'nobody' WHERE sequence = 1",
                "changed at line 1"
            ),
            ("DELETE FROM document_record WHERE sequence = 1", "changed at line 2"),
            ("UPDATE document_file SET sealed = wrapped", "is not the file that was recorded"),
            (
                "UPDATE document_record SET event = 'destroyed' WHERE sequence = 2",
                "is recorded as destroyed and is still there"
            ),
            (
                "INSERT INTO document_page(document, number, sealed) "
                    + "SELECT customer, 1, sealed FROM document_file",
                "pictures are of no document"
            ),
        ])
    func tampered(sql: String, expected: String) async throws {
        try await World.run { world, reader in
            let id = try await sent(world, reader)
            try world.service.edge.documentShown(id, to: "dana", at: world.service.clock.now())
            #expect(try world.service.edge.verifyDocuments().problems.isEmpty)

            try world.service.edge.pool.write { db in try db.execute(sql: sql) }

            let problems = try world.service.edge.verifyDocuments().problems
            #expect(problems.contains { $0.contains(expected) }, "\(problems)")
        }
    }

    // MARK: Reused

    @Test("A photo ID that was accepted is not asked for again, and the page says so")
    func reused() async throws {
        try await World.run { world, reader in
            let id = try await sent(world, reader)
            try await review(world, id, refusal: nil)

            let next = try await wanting(world, reader, number: "555500002")

            let wanted = try #require(try world.read().settlements[next.settlement])
            #expect(wanted.documentsWanted == [.bankProof])
            let page = try await reader.get(next.path)
            #expect(page.html.contains("We accepted yours on Nov 23, 2026"))
            #expect(!page.html.contains("value=\"photoID\""))
        }
    }
}

extension [UInt8] {
    fileprivate var sha256: [UInt8] { Array(SHA256.hash(data: self)) }
}

extension Browser {
    /// Sends a part of a file as the page's script does.
    func part(
        _ path: String, from offset: Int, _ bytes: ArraySlice<UInt8>, _ token: String
    ) async throws -> Answer {
        let name = HTTPField.Name("X-Form-Token")
        if let name { headers[name] = token }
        defer { if let name { headers[name] = nil } }
        return try await sendBytes("\(path)?from=\(offset)", Array(bytes))
    }
}
