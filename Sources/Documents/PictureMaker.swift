import Foundation
import Subprocess
import SystemPackage
import Wire

/// Makes plain pictures of what a customer sent, so that nobody opens the file itself.
///
/// The programs that read the file (`vipsthumbnail`, `pdftoppm`) run one after the other in a sandbox
/// of `bubblewrap`: no network, no file of this machine but the programs, no rights, little memory
/// and little time. What they give is taken as points of colour and nothing else (``Pixels``), and a
/// second run, which has never seen the file, makes a JPEG of those: whatever a file does to the
/// program that reads it, it cannot write the picture that a browser opens.
/// `docs/decisions/0027-documents-as-pictures.md` says why.
public struct PictureMaker: Sendable {
    /// Why there is no picture.
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// This machine cannot make pictures at all; another try is worth while when it was mended.
        case unavailable(String)
        /// Too many are being made; in a minute there is room again.
        case busy
        /// The programs cannot read this file, or not within what they may use.
        case cannotBeShown

        public var description: String {
            switch self {
            case .unavailable(let why): why
            case .busy: "Too many documents are being opened; try again in a minute."
            case .cannotBeShown: "The programs that open documents cannot read this one."
            }
        }
    }

    /// The pages of one file as JPEG, the first of them first.
    public struct Pages: Sendable {
        public let pictures: [[UInt8]]
        /// Whether the file has more pages than ``pagesMax``.
        public let isCut: Bool

        /// No picture.
        public static let none = Pages(pictures: [], isCut: false)
    }

    /// More pages than a statement of a bank account has; the rest is not shown.
    public static let pagesMax = 20
    /// The longer side of a picture: the small print of a letter can be read.
    public static let sideMax = 2_000
    /// A photo of 50 megapixels takes under two seconds; what takes longer wants to.
    static let secondsMax = 20
    /// Of address space, for a program that unpacks 50 megapixels.
    static let memoryMax = 3 << 30
    /// Of what is written beside: nothing is needed.
    static let scratchMax = 64 << 20
    static let wordsMax = 64 << 10

    private let programs: String
    private let room = Room(places: 2, waiting: 8)

    /// - Parameter programs: The folder that the sandbox sees the programs in.
    public init(programs: String = "/usr/bin") { self.programs = programs }

    /// Whether pictures can be made here, by trying; a sentence for operators when not.
    public func check() async -> String? {
        if let missing { return missing }
        do {
            let tried = try await run(["vipsthumbnail", "--version"], on: [])
            guard tried.isFine else {
                return "The sandbox for documents does not start: \(tried.lastWords)"
            }
            return nil
        } catch {
            return "The sandbox for documents does not start: \(error)"
        }
    }

    /// What is not installed here, as a sentence for operators.
    private var missing: String? {
        ["bwrap", "vipsthumbnail", "pdftoppm", "pdfinfo"]
            .first { !FileManager.default.isExecutableFile(atPath: "\(programs)/\($0)") }
            .map {
                "\($0) is not installed, so documents cannot be shown: install bubblewrap, "
                    + "libvips-tools and poppler-utils."
            }
    }

    /// - Parameter type: What the file is by its content (`FileType.sniff`).
    public func pages(of bytes: [UInt8], _ type: Wire.FileType) async throws(Fault) -> Pages {
        if let missing { throw .unavailable(missing) }
        guard await room.enter() else { throw .busy }
        let pages: Result<Pages, Fault>
        do throws(Fault) {
            pages = .success(try await made(of: bytes, type))
        } catch {
            pages = .failure(error)
        }
        await room.leave()
        return try pages.get()
    }

    private func made(of bytes: [UInt8], _ type: Wire.FileType) async throws(Fault) -> Pages {
        let side = PictureMaker.sideMax
        switch type {
        case .jpeg, .png, .heic:
            // Turned as the camera was held, and never larger than it is.
            let pixels = try await pixels(
                [
                    "vipsthumbnail", "stdin[fail_on=truncated]", "--size", "\(side)x\(side)>",
                    "-o", ".ppm",
                ], on: bytes)
            return Pages(pictures: [try await jpeg(of: pixels)], isCut: false)
        case .pdf:
            let count = try await pageCount(bytes)
            var pictures: [[UInt8]] = []
            for number in 1...min(count, PictureMaker.pagesMax) {
                let pixels = try await pixels(
                    [
                        "pdftoppm", "-f", "\(number)", "-l", "\(number)", "-scale-to", "\(side)",
                        "-",
                    ],
                    on: bytes)
                pictures.append(try await jpeg(of: pixels))
            }
            return Pages(pictures: pictures, isCut: count > PictureMaker.pagesMax)
        }
    }

    private func pageCount(_ bytes: [UInt8]) async throws(Fault) -> Int {
        let told = try await read(["pdfinfo", "-"], on: bytes, outputMax: PictureMaker.wordsMax)
        let line = String(decoding: told, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("Pages:") }
        guard let count = line?.split(separator: " ").last.flatMap({ Int($0) }), count > 0 else {
            throw .cannotBeShown
        }
        return count
    }

    private func pixels(
        _ arguments: [String], on bytes: [UInt8]
    ) async throws(Fault) -> Pixels {
        let output = try await read(arguments, on: bytes, outputMax: Pixels.bytesMax)
        guard let pixels = Pixels(portable: output) else { throw .cannotBeShown }
        return pixels
    }

    /// The second run: its whole input is ours.
    private func jpeg(of pixels: Pixels) async throws(Fault) -> [UInt8] {
        let side = PictureMaker.sideMax
        let picture = try await read(
            ["vipsthumbnail", "stdin", "--size", "\(side)x\(side)>", "-o", ".jpg[Q=82,strip]"],
            on: pixels.portable, outputMax: Pixels.bytesMax, isOurs: true)
        guard FileType.sniff(picture) == .accepted(.jpeg) else { throw .cannotBeShown }
        return picture
    }

    // MARK: The sandbox

    struct Outcome {
        let isFine: Bool
        let output: [UInt8]
        let lastWords: String
    }

    private func read(
        _ arguments: [String], on bytes: [UInt8], outputMax: Int, isOurs: Bool = false
    ) async throws(Fault) -> [UInt8] {
        let outcome: Outcome
        do {
            outcome = try await run(arguments, on: bytes, outputMax: outputMax, isOurs: isOurs)
        } catch is TooMuch {
            throw .cannotBeShown
        } catch {
            throw .unavailable("The sandbox for documents does not start: \(error)")
        }
        guard !outcome.isFine else { return outcome.output }
        // A file that ends its reader and a machine that cannot read are told apart by trying.
        if let why = await check() { throw .unavailable(why) }
        throw .cannotBeShown
    }

    /// The program wrote more than anything it was asked for.
    private struct TooMuch: Error {}

    func run(
        _ arguments: [String], on bytes: [UInt8], outputMax: Int = PictureMaker.wordsMax,
        isOurs: Bool = false
    ) async throws -> Outcome {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        let configuration = Configuration(
            executable: .name("timeout"),
            arguments: Arguments(
                ["-s", "KILL", "\(PictureMaker.secondsMax)"] + PictureMaker.limits
                    + PictureMaker.sandbox + (isOurs ? [] : PictureMaker.distrust) + arguments),
            environment: .custom(["PATH": "\(programs):/usr/bin:/bin"]),
            platformOptions: options)
        do {
            let done = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(
                    try Held.descriptor(of: bytes), closeAfterSpawningProcess: true),
                output: .bytes(limit: outputMax), error: .bytes(limit: PictureMaker.wordsMax))
            var isFine = false
            if case .exited(0) = done.terminationStatus { isFine = true }
            return Outcome(
                isFine: isFine, output: done.standardOutput,
                lastWords: PictureMaker.lastWords(done.standardError))
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw TooMuch()
        }
    }

    /// No word of a file's own: what a program says may hold bytes of it.
    private static func lastWords(_ bytes: [UInt8]) -> String {
        String(
            String(decoding: bytes.suffix(300), as: UTF8.self)
                .map { $0.isASCII && !$0.isNewline ? $0 : " " })
    }

    private static let limits = [
        "prlimit", "--as=\(memoryMax)", "--cpu=\(secondsMax)", "--nofile=64", "--core=0", "--",
    ]

    /// Nothing of this machine but programs, their libraries and fonts, all to be read only; no network,
    /// no other processes, no way to make a sandbox within.
    private static let sandbox = [
        "bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--clearenv",
        "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
        "/lib64", "--symlink", "usr/bin", "/bin", "--ro-bind-try", "/etc/fonts", "/etc/fonts",
        "--dev", "/dev", "--size", "\(scratchMax)", "--tmpfs", "/tmp", "--chdir", "/tmp",
        "--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8",
        "--setenv", "VIPS_CONCURRENCY", "1", "--setenv", "VIPS_DISC_THRESHOLD", "1g",
    ]

    /// Has libvips use no loader that it does not trust with anybody's file. Of points of colour that are
    /// ours it has no other.
    private static let distrust = ["--setenv", "VIPS_BLOCK_UNTRUSTED", "1"]
}

/// Bytes to be read by another program, in memory and under no name.
enum Held {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Not through a pipe: whoever writes to a program that has ended would be ended by the system. A
    /// program that reads another document at the same time does not get it too.
    static func descriptor(of bytes: [UInt8]) throws -> FileDescriptor {
        let name = "/dev/shm/makewhole-\(UUID().uuidString)"
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                FilePath(name), .readWrite,
                options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw Fault(description: "/dev/shm cannot be written to: \(error)")
        }
        unlink(name)
        do {
            try descriptor.writeAll(bytes)
            try descriptor.seek(offset: 0, from: .start)
        } catch {
            try descriptor.close()
            throw error
        }
        return descriptor
    }
}

/// Places for work that takes memory, and a queue that is not endless.
private actor Room {
    private var free: Int
    private let waitingMax: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int, waiting: Int) {
        free = places
        waitingMax = waiting
    }

    /// Waits for a place; `false` when too many wait.
    func enter() async -> Bool {
        if free > 0 {
            free -= 1
            return true
        }
        guard waiting.count < waitingMax else { return false }
        await withCheckedContinuation { waiting.append($0) }
        return true
    }

    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
