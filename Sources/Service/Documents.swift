import Banking
import Documents
import Edges
import Foundation
import Ledger
import Rules
import Wire

/// How a deployment treats what customers send to prove something.
public struct DocumentCare: Sendable {
    /// Days that an accepted document is kept after it was.
    public var acceptedDays: Int
    /// Days that one which was refused, or is of a payment that came to nothing, is kept.
    public var refusedDays: Int
    /// What looks for viruses; `nil` when nothing does.
    public var scanner: VirusScanner?
    /// What makes pictures of documents.
    public var pictures: PictureMaker

    /// Five years as 31 CFR 1010.430(d) asks of the records behind an identification, and ninety days
    /// in which a refusal may be disputed.
    public init(
        acceptedDays: Int = 1_825, refusedDays: Int = 90, scanner: VirusScanner? = nil,
        pictures: PictureMaker = PictureMaker()
    ) {
        self.acceptedDays = acceptedDays
        self.refusedDays = refusedDays
        self.scanner = scanner
        self.pictures = pictures
    }
}

/// What became of a file that was sent.
public enum DocumentIntake: Sendable, Hashable {
    /// It is kept, now or since it came before.
    case kept(isNew: Bool)
    /// A virus scanner knows it.
    case unsafe
    /// No program can read it, so nobody could look at it.
    case unreadable
}

/// What an operator may see of a document.
public enum DocumentView: Sendable, Hashable {
    /// So many pictures; the file has more pages when it `isCut`.
    case pages(Int, isCut: Bool)
    /// Nothing, for this reason.
    case nothing(Reason)

    public enum Reason: Sendable, Hashable {
        /// The virus scanner found something of this name in it.
        case virus(String)
        /// The virus scanner does not answer, and nothing is shown that it has not seen.
        case notScanned
        /// This machine cannot make pictures; the sentence says what is missing.
        case noPrograms(String)
        case busy
        /// No program can read it.
        case unreadable
        /// Its time was over.
        case destroyed
    }
}

/// Documents: kept under keys of their own, shown as pictures only, and destroyed when their time is
/// over. `docs/operating/documents.md` tells operators.
extension Service {
    /// Files a customer may send for one payment.
    public static let documentsMax = 20
    /// How often a file without an end yet is looked at again.
    static let documentLookDays = 1
    /// Files destroyed in one go; the rest in the next.
    static let documentsAtOnce = 256
    static let scanClean = "clean"
    static let scanFound = "found: "

    // MARK: Coming in

    /// Keeps a file that ``FileType/sniff(_:filename:)`` accepted, once it was looked through. Sent
    /// again under the same id, nothing changes; a document whose file was destroyed stays without.
    public func take(
        document bytes: [UInt8], _ type: FileType, as id: DocumentID, of customer: CustomerID
    ) async throws -> DocumentIntake {
        guard try edge.documentFile(id) == nil,
            try reader.customer(customer)?.documents[id] == nil
        else { return .kept(isNew: false) }
        var scan = ""
        if let scanner = settings.documents.scanner {
            do {
                guard case .clean = try await scanner.scan(bytes) else { return .unsafe }
                scan = Service.scanClean
            } catch {
                // The customer's clock runs; it is asked again before anybody sees the file.
                figures.stumbled(.documents)
            }
        }
        var pages = PictureMaker.Pages.none
        do {
            pages = try await settings.documents.pictures.pages(of: bytes, type)
        } catch .cannotBeShown {
            return .unreadable
        } catch .unavailable, .busy {
            // Made when an operator asks for them.
            figures.stumbled(.documents)
        }
        let (key, wrapped) = vault.newFileKey(for: "\(id)")
        let now = clock.now()
        let isNew = try edge.keepDocument(
            id, of: customer, sealed: key.seal(bytes, as: Service.wholeFile), wrapped: wrapped,
            scan: scan, pages: Service.sealed(pages, key), isCut: pages.isCut, at: now,
            lookAt: now.adding(days: Service.documentLookDays))
        return .kept(isNew: isNew)
    }

    private static func sealed(_ pages: PictureMaker.Pages, _ key: Vault.FileKey) -> [Data] {
        pages.pictures.enumerated().map { key.seal($1, as: page($0 + 1)) }
    }

    private static let wholeFile = "file"

    private static func page(_ number: Int) -> String { "page \(number)" }

    // MARK: Looking

    /// What there is to see of a document; pictures that are missing are made now.
    public func view(of id: DocumentID, mediaType: String) async throws -> DocumentView {
        guard let file = try edge.documentFile(id) else { return .nothing(.destroyed) }
        if let found = Service.virus(in: file.scan) { return .nothing(.virus(found)) }
        if let scanner = settings.documents.scanner, file.scan != Service.scanClean {
            do {
                switch try await scanner.scan(try bytes(of: file)) {
                case .clean: try edge.keepScan(Service.scanClean, of: id)
                case .found(let name):
                    try edge.keepScan(Service.scanFound + name, of: id)
                    return .nothing(.virus(name))
                }
            } catch is VirusScanner.Fault {
                return .nothing(.notScanned)
            }
        }
        guard file.pages == 0 else { return .pages(file.pages, isCut: file.isCut) }
        guard let type = FileType.allCases.first(where: { $0.contentType == mediaType }) else {
            return .nothing(.unreadable)
        }
        let pages: PictureMaker.Pages
        do {
            pages = try await settings.documents.pictures.pages(of: try bytes(of: file), type)
        } catch let fault as PictureMaker.Fault {
            switch fault {
            case .unavailable(let why): return .nothing(.noPrograms(why))
            case .busy: return .nothing(.busy)
            case .cannotBeShown: return .nothing(.unreadable)
            }
        }
        if let wrapped = file.wrapped {
            let key = try vault.fileKey(wrapped, for: "\(id)")
            try edge.keepPages(Service.sealed(pages, key), isCut: pages.isCut, of: id)
        } else {
            // From before files had keys: it gets one now, with all that is kept of it.
            try rekey(file, pages)
        }
        return .pages(pages.pictures.count, isCut: pages.isCut)
    }

    /// One picture, as JPEG; `nil` when there is none of this number, or it may not be seen.
    public func picture(_ number: Int, of id: DocumentID) throws -> [UInt8]? {
        guard let file = try edge.documentFile(id), let wrapped = file.wrapped,
            Service.virus(in: file.scan) == nil,
            settings.documents.scanner == nil || file.scan == Service.scanClean,
            let sealed = try edge.documentPage(number, of: id)
        else { return nil }
        return try vault.fileKey(wrapped, for: "\(id)").open(sealed, as: Service.page(number))
    }

    private func rekey(_ file: EdgeStore.DocumentFile, _ pages: PictureMaker.Pages) throws {
        let (key, wrapped) = vault.newFileKey(for: "\(file.id)")
        try edge.rekeyDocument(
            file.id, sealed: key.seal(try bytes(of: file), as: Service.wholeFile),
            wrapped: wrapped, pages: Service.sealed(pages, key), isCut: pages.isCut,
            at: clock.now())
    }

    private func bytes(of file: EdgeStore.DocumentFile) throws -> [UInt8] {
        guard let wrapped = file.wrapped else {
            return try vault.open(document: file.sealed, as: file.id)
        }
        return try vault.fileKey(wrapped, for: "\(file.id)").open(
            file.sealed, as: Service.wholeFile)
    }

    private static func virus(in scan: String) -> String? {
        scan.hasPrefix(scanFound) ? String(scan.dropFirst(scanFound.count)) : nil
    }

    // MARK: The end

    /// Destroys documents whose time is over; says how many.
    @discardableResult
    public func endDocuments() throws -> Int {
        let now = clock.now()
        var count = 0
        for item in try edge.documentsToLookAt(by: now, limit: Service.documentsAtOnce) {
            let end = try end(of: item.id, of: item.customer, keptAt: item.keptAt, at: now)
            if let end, end.at <= now {
                if try edge.destroyDocument(item.id, why: end.rule, by: "system", at: now) {
                    count += 1
                }
            } else {
                let again = now.adding(days: Service.documentLookDays)
                try edge.lookAtDocument(item.id, again: min(end?.at ?? again, again))
            }
        }
        // By the wall, as sessions go: a file on its way is no fact of the books.
        try edge.dropUploads(before: wallTime.adding(days: -1))
        return count
    }

    /// When a document's time is over and by which rule; `nil` while it waits for somebody.
    private func end(
        of id: DocumentID, of customer: CustomerID, keptAt: Instant, at now: Instant
    ) throws -> (at: Instant, rule: String)? {
        let care = settings.documents
        guard let customer = try reader.customer(customer), let document = customer.documents[id]
        else {
            // Its word never came: the program was ended between the two.
            return (keptAt.adding(days: 1), "it was never submitted")
        }
        let refused = "documents.refused.days = \(care.refusedDays)"
        switch document.state {
        case .accepted(_, let at):
            return (
                at.adding(days: care.acceptedDays),
                "documents.accepted.days = \(care.acceptedDays)"
            )
        case .refused(_, let at, _): return (at.adding(days: care.refusedDays), refused)
        case .uploaded:
            let payment = customer.settlements[document.settlement]
            guard payment?.state != .documentsRequired else { return nil }
            return (
                document.uploadedAt.adding(days: care.refusedDays), "\(refused), its payment ended"
            )
        }
    }

    // MARK: Files in parts

    /// How much of a file comes at once.
    public static let uploadPartMax = 512 << 10

    /// Begins a file that comes in parts, or finds how much of it is here. The same file of the same
    /// customer, by its digest, is the same upload.
    public func beginUpload(
        size: Int, digest: [UInt8], for settlement: SettlementID, of customer: CustomerID
    ) throws -> EdgeStore.Upload? {
        let id = Data(
            Causes.digest(of: "upload:\(customer):\(settlement):\(size):\(Hex.encode(digest))"))
        let (_, wrapped) = vault.newFileKey(for: "upload \(Hex.encode(id))")
        return try edge.beginUpload(
            EdgeStore.Upload(
                id: id, wrapped: wrapped, size: size, received: 0, digest: Data(digest)),
            of: customer, at: wallTime)
    }

    /// Keeps a part that begins where the last ended; says how much is here, `nil` for a file nobody
    /// began.
    public func take(
        part bytes: [UInt8], of id: Data, from offset: Int, of customer: CustomerID
    ) throws -> Int? {
        guard let upload = try edge.upload(id, of: customer) else { return nil }
        let key = try vault.fileKey(upload.wrapped, for: "upload \(Hex.encode(id))")
        return try edge.keepUploadPart(
            key.seal(bytes, as: "part \(offset)"), of: id, customer, from: offset,
            count: bytes.count, at: wallTime)
    }

    /// The whole of a file that came in parts; `nil` unless all of it is here and it is what its sender
    /// began.
    public func uploaded(_ id: Data, of customer: CustomerID) throws -> [UInt8]? {
        guard let upload = try edge.upload(id, of: customer), upload.received == upload.size else {
            return nil
        }
        let key = try vault.fileKey(upload.wrapped, for: "upload \(Hex.encode(id))")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(upload.size)
        for part in try edge.uploadParts(of: id) {
            bytes += try key.open(part.sealed, as: "part \(part.offset)")
        }
        guard bytes.count == upload.size, Data(Causes.digest(of: bytes)) == upload.digest else {
            return nil
        }
        return bytes
    }
}
