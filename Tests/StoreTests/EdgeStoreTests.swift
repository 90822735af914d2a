import Banking
import Foundation
import Ledger
import Rules
import SQLiteStore
import Testing

/// What the edges keep beside the engine.
struct EdgeStoreTests {
    private let edge: EdgeStore
    private let reader: Reader
    private let start = Instant(milliseconds: 1_800_000_000_000)
    private let ana = EdgeStore.Subject.customer(CustomerID(high: 1, low: 1))

    init() throws {
        let pool = try SQLiteStore.open(path: Folder.new())
        edge = EdgeStore(pool: pool)
        reader = Reader(pool: pool)
    }

    @Test("A link works once, until its time, and its digest is taken once")
    func links() throws {
        let digest = Data(repeating: 1, count: 32)
        let end = start.adding(seconds: 60)

        #expect(try edge.keepLink(digest: digest, for: ana, expires: end, at: start))
        #expect(try !edge.keepLink(digest: digest, for: ana, expires: end, at: start))
        #expect(try edge.useLink(digest: digest, at: end) == nil)
        #expect(try edge.useLink(digest: digest, at: start) == ana)
        #expect(try edge.useLink(digest: digest, at: start) == nil)
        // Used, and still remembered: nobody may bring it again before its time has passed.
        #expect(try !edge.keepLink(digest: digest, for: ana, expires: end, at: start))
        #expect(
            try edge.keepLink(digest: digest, for: ana, expires: end.adding(seconds: 1), at: end))
    }

    @Test("A session that has ended is forgotten when the next one begins")
    func sessions() throws {
        let old = Data(repeating: 2, count: 32)
        let new = Data(repeating: 3, count: 32)
        let end = start.adding(hours: 12)
        func begin(_ digest: Data, _ now: Instant, _ end: Instant) throws {
            try edge.keepSession(digest: digest, subject: ana, csrf: "c", expires: end, at: now)
        }

        try begin(old, start, end)
        try begin(new, end, end.adding(hours: 12))

        // Asked by an earlier time it would still hold, had it been kept.
        #expect(try edge.session(digest: old, at: start) == nil)
        #expect(try edge.session(digest: new, at: end)?.subject == ana)
    }

    @Test("The same alert of an edge is told once")
    func alerts() throws {
        let alert = Alert(
            id: AlertID(high: 5, low: 5), at: start, content: .bankFile(name: "a.ach"))

        try edge.keep(alert)
        try edge.keep(alert)
        #expect(try reader.openAlerts(limit: 9) == [alert])
        try edge.closeAlert(alert.id, by: "dana")
        // A file taken in again after a crash does not open what a person has closed.
        try edge.keep(alert)

        #expect(try reader.openAlerts(limit: 9).isEmpty)
    }
}
