import Banking
import Edges
import Foundation
import Ledger
import Rules
import TestPostgres
import Testing

/// What the edges keep beside the engine.
struct EdgeStoreTests {
    private let edge: EdgeStore
    private let reader: Reader
    private let start = Instant(milliseconds: 1_800_000_000_000)
    private let ana = EdgeStore.Subject.customer(CustomerID(high: 1, low: 1))

    init() throws {
        let database = try TestDatabase(path: Folder.new())
        edge = database.edge
        reader = database.reader
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

    @Test("Who is in and what happened at the doors is kept by account, and in time forgotten")
    func doors() throws {
        let ben = EdgeStore.Subject.customer(CustomerID(high: 2, low: 2))
        func begin(
            _ number: UInt8, _ subject: EdgeStore.Subject, _ device: String, _ now: Instant
        ) throws -> Data {
            let digest = Data(repeating: number, count: 32)
            try edge.keepSession(
                digest: digest, subject: subject, csrf: "c", device: device,
                expires: now.adding(hours: 24), at: now)
            return digest
        }
        let phone = try begin(1, ana, "chrome/android", start)
        let desk = try begin(2, ana, "firefox/linux", start.adding(hours: 1))
        let other = try begin(3, ben, "safari/mac", start)
        let later = start.adding(hours: 2)

        // Nobody ends a session of somebody else.
        try edge.endSession(digest: other, of: ana, at: later)
        try edge.seeSession(digest: phone, at: later)
        try edge.seeSession(digest: phone, at: start)

        #expect(try edge.sessions(of: ben, at: later).map(\.digest) == [other])
        let sessions = try edge.sessions(of: ana, at: later)
        #expect(sessions.map(\.digest) == [desk, phone])
        #expect(sessions.map(\.seenAt) == [start.adding(hours: 1), later])

        try edge.endSessions(of: ana, except: desk, at: later)
        try edge.endSessions(of: ana, except: desk, at: later)

        #expect(try edge.sessions(of: ana, at: later).map(\.device) == ["firefox/linux"])
        let events = try edge.doorEvents(of: ana, limit: 10)
        #expect(events.map(\.event) == [.signedOutFromAfar, .signedIn, .signedIn])
        #expect(events.map(\.device) == ["chrome/android", "firefox/linux", "chrome/android"])

        _ = try begin(4, ben, "edge/windows", start.adding(days: 91))
        #expect(try edge.doorEvents(of: ana, limit: 10).isEmpty)
        #expect(try edge.doorEvents(of: ben, limit: 10).map(\.device) == ["edge/windows"])
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
