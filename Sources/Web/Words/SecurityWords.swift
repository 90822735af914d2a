extension Catalogue {
    // Security

    var security: String { text(.security) }
    var securityLead: String { text(.securityLead) }
    var whereSignedIn: String { text(.whereSignedIn) }
    var thisDevice: String { text(.thisDevice) }
    func signedInSince(_ moment: String) -> String { text(.signedInSince, ["moment": moment]) }
    func lastUsed(_ span: String) -> String { text(.lastUsed, ["span": span]) }
    func endsBy(_ moment: String) -> String { text(.endsBy, ["moment": moment]) }
    func ofDevice(_ name: String) -> String { text(.ofDevice, ["name": name]) }
    var signOutOthers: String { text(.signOutOthers) }
    var signOutEverywhere: String { text(.signOutEverywhere) }
    func device(_ device: Device) -> String {
        let (browser, system) = (self.browser(device.browser), self.system(device.system))
        return text(.deviceOnSystem, ["browser": browser, "system": system])
    }
    private func browser(_ browser: Device.Browser) -> String {
        switch browser {
        case .chrome: "Chrome"
        case .edge: "Edge"
        case .firefox: "Firefox"
        case .opera: "Opera"
        case .safari: "Safari"
        case .samsung: "Samsung Internet"
        case .other: text(.browserOther)
        }
    }
    private func system(_ system: Device.System) -> String {
        switch system {
        case .android: "Android"
        case .iPad: "iPad"
        case .iPhone: "iPhone"
        case .linux: "Linux"
        case .mac: "Mac"
        case .windows: "Windows"
        case .other: text(.systemOther)
        }
    }
    var happenedLately: String { text(.happenedLately) }
    func event(_ kind: SecurityPage.Event.Kind) -> String {
        switch kind {
        case .signedIn: text(.eventSignedIn)
        case .signedOut: text(.eventSignedOut)
        case .signedOutFromAfar: text(.eventSignedOutFromAfar)
        }
    }
    var yourData: String { text(.yourData) }
    var yourDataLead: String { text(.yourDataLead) }
    var depositsAsCSV: String { text(.depositsAsCSV) }
    var entriesAsCSV: String { text(.entriesAsCSV) }
    var notYou: String { text(.notYou) }
    var notYouLead: String { text(.notYouLead) }
}
