import Banking
import Edges
import Foundation
import Rules
import Service

// Files on their way to the bank. Each step is kept before it is taken, so that whatever ends the
// program or the connection, what is there can be told from what is not: a file is sent once.
extension BankRail {
    func deliver() async throws {
        for delivery in try service.edge.dueDeliveries(at: service.clock.now()) {
            guard let file = try service.edge.bankFile(named: delivery.file) else { continue }
            // When one cannot be sent the others wait too: they go the same way.
            guard try await deliver(delivery, of: file) else { return }
        }
    }

    /// Takes a delivery to its end, or as far as it goes; `false` when the bank did not answer.
    private func deliver(
        _ delivery: EdgeStore.Delivery, of file: EdgeStore.BankFile
    ) async throws -> Bool {
        var delivery = delivery
        do {
            let known = parcel(delivery, file)
            let seen = try await transport.sight(known)
            let step = DeliveryStep(
                delivery.state, isFirst: delivery.number == 1,
                hasTried: delivery.part != nil, sees: seen, keepsParts: transport.keepsParts)
            switch step {
            case .receipt(let note):
                try keepReceipt(of: delivery, file, note: note)
                if seen.part != .absent { try await transport.discard(part: known.part) }
            case .stop(.otherBytes):
                try stop(
                    delivery, as: .stopped, .otherBytes,
                    "Another file is at \(transport.place(of: file.name)). Nothing was sent.")
            case .stop(.unknown):
                try stop(
                    delivery, as: .unknown, .unknown,
                    "It was to get its name at \(transport.place(of: file.name)), and neither "
                        + "that nor its part is there: the bank may have taken it.")
            case .put:
                if seen.part != .absent { try await transport.discard(part: known.part) }
                delivery.state = .putting
                delivery.part = part(of: delivery)
                try service.edge.keep(delivery)
                try await transport.put(parcel(delivery, file))
                try await rename(&delivery, file)
            case .rename: try await rename(&delivery, file)
            }
            return true
        } catch let fault as TransportFault {
            try missed(delivery, file, fault)
            return false
        }
    }

    private func rename(
        _ delivery: inout EdgeStore.Delivery, _ file: EdgeStore.BankFile
    ) async throws {
        delivery.state = .renaming
        try service.edge.keep(delivery)
        try await transport.rename(parcel(delivery, file))
        try keepReceipt(of: delivery, file, note: "")
    }

    private func parcel(_ delivery: EdgeStore.Delivery, _ file: EdgeStore.BankFile) -> Parcel {
        Parcel(
            name: file.name, part: delivery.part ?? part(of: delivery), bytes: file.bytes)
    }

    /// One for each try: what an earlier one still writes to is never what this one proves.
    private func part(of delivery: EdgeStore.Delivery) -> String {
        ".\(delivery.file).\(delivery.number)-\(service.clock.now().milliseconds).part"
    }

    private func keepReceipt(
        of delivery: EdgeStore.Delivery, _ file: EdgeStore.BankFile, note: String
    ) throws {
        try service.edge.keep(
            EdgeStore.Receipt(
                size: file.bytes.count, digest: file.digest, place: transport.place(of: file.name),
                at: service.clock.now(), tries: delivery.tries + 1, note: note), of: delivery)
        for trouble in Alert.BankTrouble.allCases {
            try service.settle(alertAbout: Self.key(delivery, trouble))
        }
        logger.info(
            "a file left for the bank",
            metadata: ["file": "\(file.name)", "tries": "\(delivery.tries + 1)", "note": "\(note)"])
        service.figures.bankFile(.sent)
    }

    private static func key(
        _ delivery: EdgeStore.Delivery, _ trouble: Alert.BankTrouble
    ) -> String {
        "bank delivery \(delivery.file) \(delivery.number) \(trouble.rawValue)"
    }

    private func stop(
        _ delivery: EdgeStore.Delivery, as state: EdgeStore.Delivery.State,
        _ trouble: Alert.BankTrouble, _ why: String
    ) throws {
        try service.raise(
            .bankDelivery(name: delivery.file, trouble), about: Self.key(delivery, trouble))
        try service.settle(alertAbout: Self.key(delivery, .late))
        try service.edge.stop(delivery, as: state, why: why)
        logger.error(
            "a file for the bank needs a person",
            metadata: ["file": "\(delivery.file)", "why": "\(why)"])
        service.figures.bankFile(.failed)
    }

    /// So many failures in a row are worth a person's look, though it is tried on.
    private static let triesUntilLate = 3
    /// However long it has not gone, it is tried again within the hour.
    private static let retrySecondsMax = 3_600

    private func missed(
        _ delivery: EdgeStore.Delivery, _ file: EdgeStore.BankFile, _ fault: TransportFault
    ) throws {
        var delivery = delivery
        delivery.tries += 1
        logger.warning(
            "a file for the bank did not go",
            metadata: [
                "file": "\(file.name)", "try": "\(delivery.tries)", "why": "\(fault)",
            ])
        let (triesMax, firstSeconds) = transport.patience
        guard delivery.tries < triesMax else {
            // Whether it was renamed must be looked at first, if anybody asks for it again.
            let isUncertain = delivery.state == .renaming
            try stop(
                delivery, as: isUncertain ? .unknown : .stopped,
                isUncertain ? .unknown : .gaveUp,
                "After \(delivery.tries) tries: \(fault)")
            return
        }
        if delivery.tries >= Self.triesUntilLate {
            try service.raise(
                .bankDelivery(name: delivery.file, .late), about: Self.key(delivery, .late))
        }
        let seconds = min(Self.retrySecondsMax, firstSeconds << min(delivery.tries - 1, 12))
        delivery.due = service.clock.now().adding(seconds: seconds)
        delivery.failure = fault.description
        try service.edge.keep(delivery)
        service.figures.bankFile(.delayed)
    }

    // MARK: Again

    /// Carries out what operators asked for with `makewhole bank resend`.
    func carryOutRequests() throws {
        for request in try service.edge.openRequests() {
            let rows = try ResendPlan.rows(for: request, edge: service.edge)
            try service.edge.carryOut(
                request, sending: rows.filter { $0.what == .sends }.map(\.file),
                hastening: rows.filter { $0.what == .isOnItsWay }.map(\.file),
                report: rows.map { "\($0.file): \($0.what.words)" }.joined(separator: "\n"),
                at: service.clock.now())
            logger.notice(
                "files are sent again",
                metadata: [
                    "by": "\(request.by)", "from": "\(request.from)", "to": "\(request.to)",
                    "files": "\(rows.count { $0.what == .sends })",
                ])
        }
    }
}

/// What a wish to send the files of a time again does with each of them.
public struct ResendPlan {
    public struct Row: Hashable, Sendable {
        public let file: String
        public let what: What
    }

    public enum What: String, Hashable, Sendable, CaseIterable {
        /// It is sent, with the bytes it had.
        case sends
        /// It is tried at once instead of later.
        case isOnItsWay = "on_its_way"
        /// Its receipt stands, and nobody said that it shall go again.
        case receiptStands = "receipt_stands"
        /// The bank may have it, and nobody said that it shall go again.
        case mayBeThere = "may_be_there"
        /// It is still being made, or nothing is in it.
        case notComplete = "not_complete"

        public var words: String {
            switch self {
            case .sends: "is sent"
            case .isOnItsWay: "is on its way and is tried at once"
            case .receiptStands: "its receipt stands; skipped unless --again"
            case .mayBeThere:
                "the bank may have taken it; ask the bank, then say --again or leave it"
            case .notComplete: "is not complete; skipped"
            }
        }
    }

    /// One for each file made in the time, oldest first.
    public static func rows(for request: EdgeStore.Request, edge: EdgeStore) throws -> [Row] {
        try rows(from: request.from, through: request.to, again: request.again, edge: edge)
    }

    public static func rows(
        from: Instant, through to: Instant, again: Bool, edge: EdgeStore
    ) throws -> [Row] {
        try edge.outboundFiles(from: from, through: to).map { file in
            Row(
                file: file.name,
                what: what(of: try edge.deliveries(of: file.name).map(\.state), again: again))
        }
    }

    /// From how far each of its deliveries is, the first first.
    static func what(of states: [EdgeStore.Delivery.State], again: Bool) -> What {
        guard let last = states.last else { return .notComplete }
        switch last {
        case .waiting, .putting, .renaming: return .isOnItsWay
        case .sent, .stopped, .unknown: break
        }
        if again { return .sends }
        if states.contains(.sent) { return .receiptStands }
        return states.contains(.unknown) ? .mayBeThere : .sends
    }
}
