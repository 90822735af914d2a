import ArgumentParser
import AsyncHTTPClient
import NIOCore
import Wire

/// Where the running sandbox is.
struct SandboxAddress: ParsableArguments {
    @Option(help: "The address of the running sandbox.")
    var sandbox = "http://127.0.0.1:8090"
}

/// Calls the control interface of a running sandbox: what every subcommand but `serve` does.
struct ControlClient: Sendable {
    let address: String

    /// Answers are pages of state; the largest is a long list of entries.
    private static let answerBytesMax = 16 * 1024 * 1024

    /// Runs a command and prints its one sentence. A refusal ends the program with its sentence.
    func perform(_ path: String, _ fields: [(String, String?)] = []) async throws {
        try await post("/control/\(path)", fields)
    }

    /// Posts a form to any page of the sandbox and prints its one sentence.
    func post(_ path: String, _ fields: [(String, String?)] = []) async throws {
        let form = FormBody(
            fields.compactMap { name, value in
                value.map { FormBody.Field(name: name, value: $0) }
            })
        let answer = try await call(path, body: form.bytes)
        print(answer["message"]?.stringValue ?? answer.text())
    }

    func get(_ path: String) async throws -> JSON {
        try await call(path, body: nil)
    }

    private func call(_ path: String, body: [UInt8]?) async throws -> JSON {
        var request = HTTPClientRequest(url: address + path)
        request.headers.add(name: "accept", value: "application/json")
        if let body {
            request.method = .POST
            request.headers.add(name: "content-type", value: FormBody.contentType)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let status: UInt
        let bytes: [UInt8]
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
            status = response.status.code
            bytes = Array(
                buffer: try await response.body.collect(upTo: Self.answerBytesMax))
        } catch {
            throw ControlFailure.unreachable(address)
        }
        let json = try JSON.parse(bytes, bytesMax: Self.answerBytesMax)
        guard (200..<300).contains(status) else {
            throw ControlFailure.refused(
                json["detail"]?.stringValue ?? "The sandbox answered \(status).")
        }
        return json
    }
}

/// Why a command was not done.
enum ControlFailure: Error, CustomStringConvertible {
    case unreachable(String)
    case refused(String)

    var description: String {
        switch self {
        case .unreachable(let address):
            "No sandbox answers at \(address). Start it with `makewhole-sandbox serve`, or name "
                + "its address with --sandbox."
        case .refused(let detail): detail
        }
    }
}
