/// Writes a bank file of any size as its entries come: counts, hashes, totals, addenda sequences and
/// the padding to whole blocks are computed on the way.
///
/// Bytes are gathered and handed to `sink` in pieces of about 128 KiB. Memory holds one piece, two
/// headers and the entry being written; it does not grow with the file.
///
///     var writer = try StreamWriter(header) { bytes in try output.write(bytes) }
///     try writer.begin(batch)
///     for entry in entries { try writer.add(entry) }
///     let report = try writer.finish()
///
/// Everything is checked before it counts; what this writes, a strict ``StreamReader`` proves.
/// - An **entry** that is refused is not in the file: the caller may set it aside and go on.
/// - After any other refusal, and when the sink fails, the file cannot be finished. What the sink
///   has taken by then is a part without a file control, which every reader refuses but one told to
///   take fragments: write under another name, rename after ``finish()``, and delete what has
///   another end.
public struct StreamWriter: ~Copyable {
    private var composer: FileComposer
    private let sink: (RawSpan) throws -> Void

    /// Begins a file. The sink takes the bytes in order; the span it is given ends with the call.
    public init(
        _ header: FileHeader, lineEnding: FileWriter.LineEnding = .lf,
        to sink: @escaping (RawSpan) throws -> Void
    ) throws(WriteFailure) {
        do {
            composer = try FileComposer(header, lineEnding)
        } catch {
            throw .refused(error)
        }
        self.sink = sink
    }

    /// Closes the batch before it and begins another.
    public mutating func begin(_ batch: BatchHeader) throws(WriteFailure) {
        do {
            try composer.begin(batch)
        } catch {
            composer.abandon()
            throw .refused(error)
        }
        try handOnWhenFull()
    }

    /// Adds an entry with its addenda to the open batch.
    public mutating func add(_ entry: Entry) throws(WriteFailure) {
        do {
            try composer.add(entry)
        } catch {
            throw .refused(error)
        }
        try handOnWhenFull()
    }

    /// Adds an entry without addenda to the open batch. It allocates nothing.
    public mutating func add(_ entry: PlainEntry) throws(WriteFailure) {
        do {
            try composer.add(entry)
        } catch {
            throw .refused(error)
        }
        try handOnWhenFull()
    }

    /// Adds accounting advice to the open batch, which must be of its class.
    public mutating func add(_ advice: Advice) throws(WriteFailure) {
        do {
            try composer.add(advice)
        } catch {
            throw .refused(error)
        }
        try handOnWhenFull()
    }

    /// Closes the batch and the file, and hands on all that is left.
    public mutating func finish() throws(WriteFailure) -> WriteReport {
        let report: WriteReport
        do {
            report = try composer.finish()
        } catch {
            composer.abandon()
            throw .refused(error)
        }
        try handOn()
        return report
    }

    @inline(__always)
    private mutating func handOnWhenFull() throws(WriteFailure) {
        if composer.page.isFull { try handOn() }
    }

    private mutating func handOn() throws(WriteFailure) {
        do {
            try composer.page.hand(to: sink)
        } catch {
            composer.abandon()
            throw .sink(error)
        }
    }
}

/// Why a file is not being written on.
public enum WriteFailure: Error, CustomStringConvertible {
    /// What was given cannot stand in a file.
    case refused(WriteRefusal)
    /// The bytes were not taken; what the sink threw.
    case sink(any Error)

    /// One sentence for a person at a screen.
    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .sink(let error): "The file's bytes were not taken: \(error)"
        }
    }
}
