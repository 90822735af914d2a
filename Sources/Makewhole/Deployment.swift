import ArgumentParser
import Assertions
import Configuration
import Documents
import Foundation
import Nacha
import Rails
import Rules
import Service
import Site
import SystemPackage
import Vocabulary
import Web
import Wire

/// The effective configuration: environment over file over defaults. `docs/reference/configuration.md`
/// lists every key.
struct Deployment {
    let dataFolder: URL
    let host: String
    let port: Int
    let policies: PolicyBook
    let rules: RuleBook
    let masterKey: MasterKey
    let settings: Service.Settings
    let look: Look
    let languages: Languages
    let bankFolder: URL
    /// `nil` for the SQLite file in the data folder.
    let postgres: Postgres?
    let smtp: SMTP?
    let webhookCaller: WebhookCaller
    let values: [(key: String, value: String)]

    /// A PostgreSQL, and the name this process has there.
    struct Postgres {
        let address: String
        let node: String
    }

    struct SMTP {
        let host: String
        let port: Int
        let from: MailAddress
        let credentials: SMTPCredentials?
        let security: SMTPClient.Configuration.Security
        let trust: SMTPClient.Configuration.Trust
    }

    /// What a value is in the file; in the environment all are text.
    enum Kind {
        case text
        case number
        case choice
    }

    /// Every key there is, with its default; `nil` where the operator must say.
    static let keys: [(name: String, fallback: String?, kind: Kind)] = [
        ("data.folder", "data", .text),
        ("database.postgres", "", .text),
        ("database.node", "node-1", .text),
        ("http.host", "127.0.0.1", .text),
        ("http.port", "8080", .number),
        ("public.url", "http://127.0.0.1:8080", .text),
        ("brand", "Makewhole", .text),
        ("support.phone", "", .text),
        ("theme.file", "", .text),
        ("languages.folder", "", .text),
        ("sandbox", "false", .choice),
        ("policy.file", "policy.json", .text),
        ("rules.file", "", .text),
        ("master.key.file", nil, .text),
        ("api.keys.file", nil, .text),
        ("originator.name", nil, .text),
        ("originator.identification", nil, .text),
        ("odfi.routing", nil, .text),
        ("odfi.name", nil, .text),
        ("odfi.account", nil, .text),
        ("bank.folder", "bank", .text),
        ("bank.file", "", .text),
        ("processor.url", "", .text),
        ("processor.secret.file", "", .text),
        ("market.url", "", .text),
        ("webhooks.inside", "false", .choice),
        ("webhooks.ca.file", "", .text),
        ("host.keys.file", "", .text),
        ("host.issuer", "", .text),
        ("host.origins", "", .text),
        ("host.subject", "reference", .text),
        ("smtp.host", "", .text),
        ("smtp.port", "587", .number),
        ("smtp.from", "", .text),
        ("smtp.security", "starttls", .text),
        ("smtp.username", "", .text),
        ("smtp.password.file", "", .text),
        ("smtp.ca.file", "", .text),
        ("push.key.file", "", .text),
        ("push.contact", "", .text),
        ("push.hosts", NoticeWays.Push.knownHosts.joined(separator: " "), .text),
        ("text.url", "", .text),
        ("text.secret.file", "", .text),
        ("documents.accepted.days", "1825", .number),
        ("documents.refused.days", "90", .number),
        ("documents.clamd", "", .text),
    ]

    static func load(file: String?) async throws -> Deployment {
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider()]
        var base = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        if let file {
            try checkKeys(file)
            base = URL(fileURLWithPath: file).deletingLastPathComponent()
            do {
                providers.append(
                    try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch {
                throw Failure.badData("\(file) cannot be read: \(error)")
            }
        }
        let reader = ConfigReader(providers: providers)
        var values: [String: String] = [:]
        for key in keys {
            let name = ConfigKey("makewhole." + key.name)
            let found =
                switch key.kind {
                case .text: reader.string(forKey: name)
                case .number: reader.int(forKey: name).map(String.init)
                case .choice: reader.bool(forKey: name).map(String.init)
                }
            let value = found ?? key.fallback
            guard let value else {
                throw Failure.badData(
                    "The configuration has no makewhole.\(key.name). Set it in the file or in "
                        + "MAKEWHOLE_\(key.name.uppercased().replacingOccurrences(of: ".", with: "_"))."
                )
            }
            values[key.name] = value
        }
        let hostSignIn = try await Deployment.hostSignIn(values, relativeTo: base)
        return try Deployment(values, relativeTo: base, hostSignIn: hostSignIn)
    }

    /// How the host signs its customers in; `nil` unless its keys are named.
    private static func hostSignIn(
        _ values: [String: String], relativeTo base: URL
    ) async throws -> HostSignIn? {
        let file = values["host.keys.file"] ?? ""
        guard !file.isEmpty else { return nil }
        let path = URL(fileURLWithPath: file, relativeTo: base).path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure.badData(
                "makewhole.host.keys.file: \(path) is not there or cannot be read.")
        }
        let keys: HostKeys
        do {
            keys = try await HostKeys(jwks: Array(data))
        } catch {
            throw Failure.badData("\(path): \(error)")
        }
        let issuer = values["host.issuer"] ?? ""
        guard !issuer.isEmpty else {
            throw Failure.badData("makewhole.host.issuer must say what iss is in assertions.")
        }
        let origins = (values["host.origins"] ?? "").split(separator: " ").map(String.init)
        guard !origins.isEmpty, origins.allSatisfy(isOrigin) else {
            throw Failure.badData(
                "makewhole.host.origins must name the origins of the host's pages with spaces "
                    + "between them, as in https://app.example.com.")
        }
        guard let subject = values["host.subject"].flatMap(HostSignIn.Subject.init) else {
            throw Failure.badData("makewhole.host.subject must be reference or id.")
        }
        return HostSignIn(
            issuer: issuer, audience: values["public.url"] ?? "", subject: subject,
            origins: Set(origins), keys: keys)
    }

    /// Whether `text` is an origin as browsers write it: scheme, host, perhaps a port, no slash.
    private static func isOrigin(_ text: String) -> Bool {
        guard let url = URL(string: text), let scheme = url.scheme, let host = url.host() else {
            return false
        }
        // A comma is allowed in a host's name, and no host has one: it is a list written otherwise.
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-.:[]")
        return ["http", "https"].contains(scheme) && host.allSatisfy(letters.contains)
            && text == "\(scheme)://\(host)" + (url.port.map { ":\($0)" } ?? "")
    }

    /// A key nobody knows is a mistake, and it is better said now.
    private static func checkKeys(_ file: String) throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure.badData("\(file) is not there or cannot be read.")
        }
        let json: JSON
        do {
            json = try JSON.parse(Array(data), bytesMax: 1 << 20)
        } catch {
            throw Failure.badData("\(file): \(error)")
        }
        let known = Set(keys.map { "makewhole." + $0.name })
        func walk(_ json: JSON, _ path: String) throws {
            if let object = json.objectValue {
                for key in object.keys {
                    if let value = object[key] {
                        try walk(value, path.isEmpty ? key : "\(path).\(key)")
                    }
                }
            } else if !known.contains(path) {
                throw Failure.badData("\(file): \(path) is not a key of the configuration.")
            }
        }
        try walk(json, "")
    }

    private init(
        _ values: [String: String], relativeTo base: URL, hostSignIn: HostSignIn?
    ) throws {
        func value(_ key: String) -> String { values[key] ?? "" }
        func path(_ key: String) -> URL { URL(fileURLWithPath: value(key), relativeTo: base) }
        func contents(_ key: String) throws -> Data {
            let url = path(key)
            guard let data = FileManager.default.contents(atPath: url.path) else {
                throw Failure.badData(
                    "makewhole.\(key): \(url.path) is not there or cannot be read.")
            }
            return data
        }
        func secret(_ key: String) throws -> String {
            String(decoding: try contents(key), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        dataFolder = path("data.folder")
        let node = value("database.node")
        guard (1...64).contains(node.utf8.count),
            node.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Failure.badData(
                "makewhole.database.node must be 1 to 64 letters, digits and signs.")
        }
        let address = value("database.postgres")
        postgres = address.isEmpty ? nil : Postgres(address: address, node: node)
        host = value("http.host")
        guard let port = Int(value("http.port")), (0...65_535).contains(port) else {
            throw Failure.badData("makewhole.http.port must be 0 through 65535.")
        }
        self.port = port
        do {
            policies = try PolicyFile.load(Array(try contents("policy.file")))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.badData("\(path("policy.file").path): \(error)")
        }
        do {
            rules =
                value("rules.file").isEmpty
                ? .builtIn : try RulesFile.load(Array(try contents("rules.file")))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.badData("\(path("rules.file").path): \(error)")
        }
        guard let key = MasterKey(try secret("master.key.file")) else {
            throw Failure.badData(
                "makewhole.master.key.file must hold 32 bytes as 64 hexadecimal digits or base64; "
                    + "`makewhole key master` makes one.")
        }
        masterKey = key
        bankFolder = path("bank.folder")
        guard ["true", "false"].contains(value("sandbox")) else {
            throw Failure.badData("makewhole.sandbox must be true or false.")
        }
        guard ["true", "false"].contains(value("webhooks.inside")) else {
            throw Failure.badData("makewhole.webhooks.inside must be true or false.")
        }
        var secrets: [WebhookSecret] = []
        if !value("processor.secret.file").isEmpty {
            guard let known = WebhookSecret(try secret("processor.secret.file")) else {
                throw Failure.badData("makewhole.processor.secret.file must hold a whsec_ secret.")
            }
            secrets = [known]
        }
        var settings = Service.Settings(
            publicURL: value("public.url"), brand: value("brand"),
            supportPhone: value("support.phone"), isSandbox: value("sandbox") == "true",
            originator: Service.Originator(
                companyName: value("originator.name"),
                companyIdentification: value("originator.identification"),
                odfiRoutingNumber: value("odfi.routing"), odfiName: value("odfi.name"),
                odfiAccountNumber: value("odfi.account")),
            processorURL: value("processor.url"), marketURL: value("market.url"),
            processorSecrets: secrets,
            apiKeys: try Deployment.apiKeys(Array(try contents("api.keys.file"))),
            hostSignIn: hostSignIn,
            bank: try Deployment.bank(value("bank.file"), path("bank.file")),
            notices: NoticeWays(
                hasMail: !value("smtp.host").isEmpty,
                push: try Deployment.push(value, secret: secret),
                text: try Deployment.text(value, secret: secret)))
        settings.webhooksMayStayInside = value("webhooks.inside") == "true"
        settings.documents = try Deployment.documents(value)
        do {
            webhookCaller = try WebhookCaller(
                mayStayInside: settings.webhooksMayStayInside,
                rootsPEM: value("webhooks.ca.file").isEmpty ? "" : try secret("webhooks.ca.file"))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.badData(
                "makewhole.webhooks.ca.file must hold certificates in PEM; it cannot be read as such."
            )
        }
        self.settings = settings
        look = try Deployment.look(value("theme.file"), path("theme.file"))
        languages =
            value("languages.folder").isEmpty
            ? .builtIn : try LanguageFolder.load(path("languages.folder"))
        smtp = try Deployment.smtp(value, secret: secret)
        // A connection string may hold a password.
        let hidden = ["database.postgres": "(set)"]
        self.values = Deployment.keys.map { key in
            let value = values[key.name] ?? ""
            return (key.name, value.isEmpty ? value : hidden[key.name] ?? value)
        }
    }

    /// The host's colours and logo; Makewhole's own where no file says.
    private static func look(_ name: String, _ url: URL) throws -> Look {
        guard !name.isEmpty else { return .standard }
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw Failure.badData(
                "makewhole.theme.file: \(url.path) is not there or cannot be read.")
        }
        let folder = url.absoluteURL.deletingLastPathComponent()
        do {
            return try LookFile.load(Array(data)) { picture in
                FileManager.default.contents(
                    atPath: URL(fileURLWithPath: picture, relativeTo: folder).path
                ).map(Array.init)
            }
        } catch {
            throw Failure.badData("\(url.path): \(error)")
        }
    }

    /// How long documents are kept, and what looks through them.
    private static func documents(_ value: (String) -> String) throws -> DocumentCare {
        func days(_ key: String) throws -> Int {
            guard let days = Int(value(key)), (1...36_500).contains(days) else {
                throw Failure.badData("makewhole.\(key) must be 1 through 36500.")
            }
            return days
        }
        var care = DocumentCare(
            acceptedDays: try days("documents.accepted.days"),
            refusedDays: try days("documents.refused.days"))
        guard !value("documents.clamd").isEmpty else { return care }
        guard let address = VirusScanner.Address(value("documents.clamd")) else {
            throw Failure.badData(
                "makewhole.documents.clamd must be the path of clamd's socket, as in "
                    + "/run/clamav/clamd.ctl, or tcp://host:port.")
        }
        care.scanner = VirusScanner(address)
        return care
    }

    /// How the ODFI takes and brings files; one without wishes where no file says.
    private static func bank(_ name: String, _ url: URL) throws -> BankSetup {
        guard !name.isEmpty else { return BankSetup() }
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw Failure.badData(
                "makewhole.bank.file: \(url.path) is not there or cannot be read.")
        }
        let setup: BankSetup
        do {
            setup = try BankSetupFile.load(
                Array(data), relativeTo: url.absoluteURL.deletingLastPathComponent())
        } catch {
            throw Failure.badData("\(url.path): \(error)")
        }
        guard case .sftp(let server) = setup.transport else { return setup }
        for file in [server.keyFile, server.knownHostsFile]
        where !FileManager.default.isReadableFile(atPath: file) {
            throw Failure.badData(
                "\(url.path): \(file) of the transport is not there or cannot be read.")
        }
        return setup
    }

    private static func push(
        _ value: (String) -> String, secret: (String) throws -> String
    ) throws -> NoticeWays.Push? {
        guard !value("push.key.file").isEmpty else { return nil }
        guard let key = PushKey(try secret("push.key.file")) else {
            throw Failure.badData(
                "makewhole.push.key.file must hold what `makewhole key push` prints.")
        }
        let contact = value("push.contact")
        guard contact.hasPrefix("mailto:") || contact.hasPrefix("https://"),
            contact.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Failure.badData(
                "makewhole.push.contact must be a mailto: or https: address, at which the operators "
                    + "of push services reach you.")
        }
        let hosts = value("push.hosts").split(separator: " ").map { $0.lowercased() }
        guard !hosts.isEmpty else {
            throw Failure.badData("makewhole.push.hosts must name the hosts of push services.")
        }
        return NoticeWays.Push(key: key, contact: contact, hosts: hosts)
    }

    private static func text(
        _ value: (String) -> String, secret: (String) throws -> String
    ) throws -> NoticeWays.Text? {
        let address = value("text.url")
        guard !address.isEmpty else { return nil }
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme),
            url.host() != nil
        else { throw Failure.badData("makewhole.text.url must be an address of the host's.") }
        guard let known = WebhookSecret(try secret("text.secret.file")) else {
            throw Failure.badData("makewhole.text.secret.file must hold a whsec_ secret.")
        }
        return NoticeWays.Text(url: address, secrets: [known])
    }

    private static func smtp(
        _ value: (String) -> String, secret: (String) throws -> String
    ) throws -> SMTP? {
        guard !value("smtp.host").isEmpty else { return nil }
        guard let port = Int(value("smtp.port")), (1...65_535).contains(port) else {
            throw Failure.badData("makewhole.smtp.port must be 1 through 65535.")
        }
        guard let from = MailAddress(value("smtp.from"), name: value("brand")) else {
            throw Failure.badData("makewhole.smtp.from must be a mail address.")
        }
        let security: SMTPClient.Configuration.Security
        switch value("smtp.security") {
        case "none": security = .none
        case "starttls": security = .startTLS
        case "tls": security = .implicitTLS
        default: throw Failure.badData("makewhole.smtp.security must be none, starttls or tls.")
        }
        var credentials: SMTPCredentials?
        if !value("smtp.username").isEmpty {
            credentials = SMTPCredentials(
                username: value("smtp.username"), password: try secret("smtp.password.file"))
        }
        return SMTP(
            host: value("smtp.host"), port: port, from: from, credentials: credentials,
            security: security,
            trust: value("smtp.ca.file").isEmpty
                ? .system : .certificates(pem: try secret("smtp.ca.file")))
    }

    /// `[{"name": "exchange", "hash": "<64 hex digits>", "scopes": ["customers:read"]}]`
    private static func apiKeys(_ bytes: [UInt8]) throws -> [Service.APIKey] {
        do {
            let json = try JSON.parse(bytes, bytesMax: 1 << 20)
            guard let rows = json.arrayValue else {
                throw Failure.badData("The API keys file must be an array.")
            }
            return try rows.map { row in
                guard let name = row["name"]?.stringValue,
                    let hash = row["hash"]?.stringValue.flatMap({ Hex.decode($0) }),
                    hash.count == 32, let scopes = row["scopes"]?.arrayValue
                else {
                    throw Failure.badData("Each API key needs name, hash (64 hex digits), scopes.")
                }
                return Service.APIKey(
                    name: name, hash: hash,
                    scopes: Set(
                        try scopes.map { scope in
                            guard let text = scope.stringValue,
                                let known = Service.Scope(rawValue: text)
                            else { throw Failure.badData("API key \(name): a scope is not known.") }
                            return known
                        }))
            }
        } catch let error as JSONError {
            throw Failure.badData("The API keys file: \(error)")
        }
    }
}
