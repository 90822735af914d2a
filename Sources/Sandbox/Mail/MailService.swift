import Logging
import ServiceLifecycle
import Wire

/// The SMTP server in front of the mail box.
struct MailService: Service {
    let mail: MailBox
    let host: String
    let port: Int
    let logger: Logger

    func run() async throws {
        var configuration = SMTPServer.Configuration()
        configuration.host = host
        configuration.port = port
        let mail = mail
        let logger = logger
        let server = try await SMTPServer.bind(
            configuration,
            recipients: { address in
                await mail.state.bounces(address)
                    ? .refuse("This mail box does not exist.") : .accept
            },
            receive: { message in
                do {
                    try await mail.receive(
                        sender: message.sender, recipients: message.recipients,
                        raw: message.bytes)
                    return .accept
                } catch {
                    // Not kept, so the sender has to come again.
                    logger.error("A message could not be kept: \(error)")
                    return .postpone("The message could not be kept. Come again.")
                }
            })
        logger.info("The mail box listens on \(host):\(server.port).")
        await cancelWhenGracefulShutdown {
            do {
                try await server.run()
            } catch is CancellationError {
                return
            } catch {
                logger.error("The mail box stopped: \(error)")
            }
        }
    }
}
