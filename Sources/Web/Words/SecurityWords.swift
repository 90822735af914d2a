extension Catalogue {
    // Security

    var security: String { pick("Security", "Seguridad") }
    var securityLead: String {
        pick(
            "Where you are signed in, and what happened lately.",
            "Dónde tiene la sesión abierta y qué ocurrió hace poco.")
    }
    var whereSignedIn: String { pick("Signed in on", "Sesiones abiertas") }
    var thisDevice: String { pick("This device", "Este dispositivo") }
    func signedInSince(_ moment: String) -> String {
        pick("Signed in \(moment)", "Entró el \(moment)")
    }
    func lastUsed(_ span: String) -> String { pick("Last used \(span)", "Último uso \(span)") }
    func endsBy(_ moment: String) -> String {
        pick("Signs out by itself \(moment)", "Se cierra sola el \(moment)")
    }
    func ofDevice(_ name: String) -> String { pick(": \(name)", ": \(name)") }
    var signOutOthers: String {
        pick("Sign out all other devices", "Cerrar las demás sesiones")
    }
    var signOutEverywhere: String {
        pick("Sign out everywhere, here too", "Cerrar todas las sesiones, también esta")
    }
    func device(_ device: Device) -> String {
        let (browser, system) = (self.browser(device.browser), self.system(device.system))
        return pick("\(browser) on \(system)", "\(browser) en \(system)")
    }
    private func browser(_ browser: Device.Browser) -> String {
        switch browser {
        case .chrome: "Chrome"
        case .edge: "Edge"
        case .firefox: "Firefox"
        case .opera: "Opera"
        case .safari: "Safari"
        case .samsung: "Samsung Internet"
        case .other: pick("A browser", "Un navegador")
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
        case .other: pick("another device", "otro dispositivo")
        }
    }
    var happenedLately: String { pick("What happened lately", "Qué ocurrió hace poco") }
    func event(_ kind: SecurityPage.Event.Kind) -> String {
        switch kind {
        case .signedIn: pick("Signed in", "Sesión iniciada")
        case .signedOut: pick("Signed out", "Sesión cerrada")
        case .signedOutFromAfar:
            pick("Signed out from another device", "Cerrada desde otro dispositivo")
        }
    }
    var yourData: String { pick("Your data", "Sus datos") }
    var yourDataLead: String {
        pick(
            "Tables you can open with any spreadsheet.",
            "Tablas que puede abrir con cualquier hoja de cálculo.")
    }
    var depositsAsCSV: String {
        pick("Download your deposits (CSV)", "Descargar sus depósitos (CSV)")
    }
    var entriesAsCSV: String {
        pick(
            "Download every entry of your account (CSV)",
            "Descargar todos los movimientos de su cuenta (CSV)")
    }
    var notYou: String { pick("Was it not you?", "¿No fue usted?") }
    var notYouLead: String {
        pick(
            """
            If you see a device that is not yours, sign it out first. Then tell us, so that nothing \
            leaves your account.
            """,
            """
            Si ve un dispositivo que no es suyo, cierre primero su sesión. Después avísenos, para \
            que nada salga de su cuenta.
            """
        )
    }
}
