import Nacha
import Testing
import Vocabulary

struct BankProfileFileTests {
    private func load(_ text: String) throws(ProfileFile.Fault) -> BankProfile {
        try BankProfileFile.load(Array(text.utf8))
    }

    @Test("A file begins from a built-in profile and says what is different")
    func differences() throws {
        let profile = try load(
            """
            {"profile": "loose", "accepted": ["companyDiffers"],
             "severities": {"totalDiffers": "warning"}}
            """)

        #expect(profile.name == "loose")
        #expect(profile.accepted == BankProfile.loose.accepted.union([.companyDiffers]))
        #expect(profile.severity(of: .totalDiffers) == .warning)
    }

    @Test("A bank's setup is a profile by what it says of reading, and nothing else of it counts")
    func setup() throws {
        let profile = try load(
            """
            {"caps": {"lines": 1}, "reading": {"profile": "agreed"}}
            """)

        #expect(profile == .agreed)
        #expect(try load("{}") == .lenient)
    }

    @Test(
        "What is misspelt is refused with its place",
        arguments: [
            (#"{"profile": "losse"}"#, "/profile"), (#"{"acepted": []}"#, "/acepted"),
            (#"{"accepted": ["nothing"]}"#, "/accepted"),
            (#"{"severities": {"totalDiffers": "fatal"}}"#, "/severities/totalDiffers"),
            (#"{"reading": {"profle": "agreed"}}"#, "/profle"), ("[]", "the profile"),
        ])
    func refused(text: String, place: String) throws {
        let fault = #expect(throws: ProfileFile.Fault.self) { try load(text) }
        #expect(fault?.sentences.count == 1)
        #expect(fault?.description.hasPrefix(place + ":") == true, "\(fault?.description ?? "")")
    }
}
