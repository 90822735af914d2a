import Banking
import Foundation
import Money
import Nacha
import Rules
import Service
import Testing

struct BankSetupTests {
    private func load(_ text: String) throws -> BankSetup {
        try BankSetupFile.load(Array(text.utf8), relativeTo: URL(fileURLWithPath: "/etc/bank"))
    }

    private func problems(_ text: String) -> [String] {
        do throws(BankSetupProblem) {
            _ = try BankSetupFile.load(
                Array(text.utf8), relativeTo: URL(fileURLWithPath: "/etc/bank"))
            return []
        } catch {
            return error.places.map(\.pointer)
        }
    }

    @Test("An empty file is a bank without wishes")
    func empty() throws {
        let setup = try load("{}")

        #expect(setup.cutOffs.isEmpty && setup.expected.isEmpty && setup.offset == nil)
        #expect(setup.caps == SplitCaps() && setup.lineEnding == .lf)
        #expect(setup.transport == .folder && setup.reading == .lenient)
        #expect(setup.sameDayMax == nil)
        let name = setup.fileName.name(
            day: day("2026-11-30"), time: .openingOfBusiness, modifier: .first, number: 0)
        #expect(name == "2026-11-30-A.ach")
    }

    @Test("Every value of a full file is read")
    func full() throws {
        let setup = try load(
            """
            {
              "immediateDestination": "091000019", "immediateOrigin": "1987654321",
              "destinationName": "FIRST BANK", "originName": "SAMPLE", "lineEnding": "crlf",
              "fileName": "ACH{yymmdd}_{number}.txt",
              "cutOffs": [
                { "time": "10:30", "leadMinutes": 20, "service": "sameDay",
                  "descriptiveDate": "SD1300" },
                { "time": "20:00" }
              ],
              "sameDayCentsMax": 5000000,
              "caps": { "lines": 1000, "entries": 500, "debitCents": 100000000 },
              "offset": { "routing": "091000019", "account": "1002003001", "type": "savings",
                "name": "SAMPLE CASH" },
              "reading": { "profile": "loose", "accepted": ["checkDigit"],
                "severities": { "blank": "quarantine" } },
              "transport": { "kind": "sftp", "host": "sftp.example.com", "port": 2222,
                "user": "makewhole", "keyFile": "id_ed25519", "knownHostsFile": "/srv/known",
                "outbound": "/in/ach/", "inbound": "out", "archive": "out/old",
                "collected": "in/done", "verify": "size", "tries": 3, "firstRetrySeconds": 2,
                "connectSeconds": 4, "transferSeconds": 50, "lookSeconds": 7 },
              "expected": [
                { "name": "returns", "pattern": "RET-{date}*.ach", "due": "09:00",
                  "graceMinutes": 30 },
                { "name": "ours", "pattern": "*", "direction": "outbound", "due": "20:00" }
              ]
            }
            """)

        #expect(setup.origin?.columns == "1987654321" && setup.originName == "SAMPLE")
        #expect(setup.cutOffs.map(\.service) == [.sameDay, .nextDay])
        #expect(setup.cutOffs.map(\.leadMinutes) == [20, 15])
        #expect(setup.cutOffs.first?.descriptiveDate == "SD1300")
        #expect(setup.sameDayMax == Cents(5_000_000))
        #expect(
            setup.caps
                == SplitCaps(records: 1_000, fileEntries: 500, fileDebits: Cents(100_000_000)))
        #expect(setup.offset?.kind == .savings && setup.offset?.name == "SAMPLE CASH")
        #expect(setup.reading.accepted.isSuperset(of: [.checkDigit, .blankLine]))
        #expect(setup.reading.severities[.blank] == .quarantine)
        guard case .sftp(let server) = setup.transport else {
            Issue.record("no server")
            return
        }
        #expect(server.keyFile == "/etc/bank/id_ed25519" && server.knownHostsFile == "/srv/known")
        #expect(server.outbound == "/in/ach" && server.afterFetch == .archive("out/old"))
        #expect(server.collected == "in/done" && server.verify == .size && server.port == 2_222)
        let numbers = [
            server.triesMax, server.firstRetrySeconds, server.connectSeconds,
            server.transferSeconds, server.lookSeconds,
        ]
        #expect(numbers == [3, 2, 4, 50, 7])
        #expect(setup.expected.map(\.direction) == [.inbound, .outbound])
        #expect(setup.expected.first?.graceMinutes == 30)
        let name = setup.fileName.name(
            day: day("2026-11-30"), time: .openingOfBusiness, modifier: .first, number: 9)
        #expect(name == "ACH261130_10.txt")
    }

    @Test(
        "What is wrong is told with its place",
        arguments: [
            (#"{"cutoffs": []}"#, "/cutoffs"),
            (#"{"cutOffs": []}"#, "/cutOffs"),
            (#"{"cutOffs": [{"time": "8 pm"}]}"#, "/cutOffs/0/time"),
            (#"{"cutOffs": [{"time": "20:00"}, {"time": "10:30"}]}"#, "/cutOffs"),
            (#"{"cutOffs": [{"time": "10:30"}, {"time": "10:40"}]}"#, "/cutOffs"),
            (#"{"cutOffs": [{"time": "00:10"}]}"#, "/cutOffs"),
            (#"{"fileName": "{modifier}.ach"}"#, "/fileName"),
            (#"{"fileName": "{day}.ach"}"#, "/fileName"),
            (#"{"fileName": "../{day}{modifier}"}"#, "/fileName"),
            (#"{"fileName": "{day}/{modifier}"}"#, "/fileName"),
            (#"{"caps": {"lines": 9}}"#, "/caps/lines"),
            (#"{"offset": {"account": "1"}}"#, "/offset/routing"),
            (#"{"offset": {"routing": "091000018", "account": "1"}}"#, "/offset/routing"),
            (
                #"{"caps": {"entries": 1}, "offset": {"routing": "091000019", "account": "1"}}"#,
                "/caps"
            ),
            (#"{"reading": {"accepted": ["nothing"]}}"#, "/reading/accepted"),
            (#"{"reading": {"severities": {"blank": "bad"}}}"#, "/reading/severities/blank"),
            (#"{"transport": {"kind": "ftp"}}"#, "/transport/kind"),
            (#"{"transport": {"kind": "folder", "host": "a"}}"#, "/transport/host"),
            (
                #"{"expected": [{"name": "a", "pattern": "{day}{date}", "due": "09:00"}]}"#,
                "/expected/0/pattern"
            ),
            (
                #"{"expected": [{"name": "a", "pattern": "a", "due": "09:00"}, "#
                    + #"{"name": "a", "pattern": "b", "due": "09:00"}]}"#, "/expected"
            ),
            ("[]", ""), ("{", ""),
        ])
    func wrong(text: String, pointer: String) {
        #expect(problems(text).contains(pointer), "\(problems(text))")
    }

    @Test(
        "No value of a server is taken for an option or a second command",
        arguments: [
            ("host", "-oProxyCommand=x"), ("host", "a b"), ("user", "-v"), ("user", "a@b"),
            ("outbound", "a b"), ("outbound", "\"x\nrm"), ("inbound", "-r"), ("inbound", "a*"),
        ])
    func options(field: String, value: String) throws {
        var fields = [
            "kind": "sftp", "host": "h", "user": "u", "keyFile": "k", "knownHostsFile": "n",
            "outbound": "o", "inbound": "i",
        ]
        fields[field] = value
        let json = try JSONSerialization.data(withJSONObject: ["transport": fields])

        #expect(problems(String(decoding: json, as: UTF8.self)) == ["/transport/\(field)"])
    }

    @Test(
        "A pattern matches whole names",
        arguments: [
            ("*", "a.ach", true), ("RET*.ach", "RET-1.ach", true),
            ("RET*.ach", "RET-1.ach2", false),
            ("RET*.ach", "XRET.ach", false), ("R?T", "RET", true), ("R?T", "RT", false),
            ("*a*b*", "xxaxxbxx", true), ("*a*b", "bbbba", false), ("", "", false),
            ("r-{date}.*", "r-20261130.ach", true), ("r-{date}.*", "r-20261129.ach", false),
            ("{day}*", "2026-11-30-A.ach", true), ("{yymmdd}", "261130", true),
        ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect((FilePattern(pattern)?.matches(name, of: day("2026-11-30")) ?? false) == matches)
    }
}

struct BankFileClockTests {
    private let policy: Policy

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let policies = try JSONDecoder().decode(
            [Policy].self, from: Data(contentsOf: root.appendingPathComponent("policy.json")))
        policy = try #require(policies.first)
    }

    private func clock(_ cutOffs: [(String, BankSetup.Service)]) throws -> BankFileClock {
        var bank = BankSetup()
        bank.cutOffs = try cutOffs.map { time, service in
            BankSetup.CutOff(time: try #require(TimeOfDay(hhmm: time)), service: service)
        }
        return BankFileClock(policy, .builtIn, bank)
    }

    @Test("Without cut-offs of the bank's there is the policy's, a quarter of an hour ahead")
    func usual() throws {
        let clock = try clock([])

        #expect(
            clock.closing(after: instant("2026-11-23T15:00:00Z"))
                == instant("2026-11-24T00:45:00Z"))
        let window = clock.window(at: instant("2026-11-24T00:45:00Z"))
        #expect(window.processingDay == day("2026-11-23"))
        #expect(window.effectiveEntryDate == day("2026-11-24"))
    }

    @Test("A same-day entry is within the rules of its day, and within the bank's lower limit")
    func sameDayMax() {
        var bank = BankSetup()
        func most(_ iso: String) -> Cents { bank.sameDayMax(under: .builtIn, on: day(iso)) }
        #expect(most("2022-03-17") == Cents(10_000_000))
        #expect(most("2026-11-23") == Cents(100_000_000))

        bank.sameDayMax = Cents(50_000_000)
        #expect(most("2022-03-17") == Cents(10_000_000))
        #expect(most("2026-11-23") == Cents(50_000_000))
    }

    @Test("Each cut-off of the day closes a file, and what settles follows its service")
    func several() throws {
        let clock = try clock([("1030", .sameDay), ("1645", .sameDay), ("2000", .nextDay)])
        var at = instant("2026-11-23T05:00:00Z")
        var closings: [String] = []
        for _ in 0..<4 {
            at = clock.closing(after: at)
            let window = clock.window(at: at)
            closings.append("\(at) \(window.effectiveEntryDate.iso)")
        }

        #expect(
            closings == [
                "2026-11-23T15:15:00Z 2026-11-23", "2026-11-23T21:30:00Z 2026-11-23",
                "2026-11-24T00:45:00Z 2026-11-24", "2026-11-24T15:15:00Z 2026-11-24",
            ])
    }

    @Test("A file that is late goes with the next cut-off, over a holiday and a weekend")
    func late() throws {
        let clock = try clock([("1030", .sameDay), ("2000", .nextDay)])

        // 10:30 on the day before Thanksgiving has passed.
        let evening = clock.window(at: instant("2026-11-25T15:30:00Z"))
        #expect(evening.processingDay == day("2026-11-25"))
        #expect(evening.effectiveEntryDate == day("2026-11-27"))
        // So has 20:00; on Thursday nothing is processed.
        let friday = clock.window(at: instant("2026-11-26T01:00:00Z"))
        #expect(friday.effectiveEntryDate == day("2026-11-27"))
        #expect(friday.cutOff.service == .sameDay)
        // On Friday evening the next is Monday's first.
        #expect(
            clock.closing(after: instant("2026-11-28T01:00:00Z"))
                == instant("2026-11-30T15:15:00Z"))
    }
}
