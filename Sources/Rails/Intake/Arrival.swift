import Banking
import Ledger
import Money
import Nacha
import Rules

/// What one entry, or one line, of a file from the bank says, in few bytes: a file may have a
/// million of them.
struct Arrival {
    let what: What
    private let lineNumber: UInt32
    private let start: UInt32
    private let batchStart: UInt32
    /// The entry's own trace number; zero where it has none.
    let trace: UInt64
    /// The trace number of the entry of ours that it is about; zero where it names none.
    let about: UInt64
    let amount: Cents
    /// The payment of ours that it is of, once that has been looked for.
    var payment: PaymentReference?
    var customer: CustomerID?

    /// A file that is read has less than 2^32 bytes.
    init(
        _ what: What, line: Int, offset: Int = 0, batch: Int = 0, trace: UInt64 = 0,
        about: UInt64 = 0, amount: Cents = .zero
    ) {
        self.what = what
        lineNumber = UInt32(clamping: line)
        start = UInt32(clamping: offset)
        batchStart = UInt32(clamping: batch)
        self.trace = trace
        self.about = about
        self.amount = amount
    }

    /// Where it stands in the file, counted from one.
    var line: Int { Int(lineNumber) }

    func place(in file: String) -> FilePlace {
        FilePlace(file: file, line: line, offset: Int(start), batch: Int(batchStart))
    }

    enum What {
        /// A return; `said` is where in the window its remarks are, when it has any. Money comes back
        /// with that of a credit, which only a micro-entry of ours can be.
        case returned(code: Code, settlesOn: Day?, said: Int?, isCredit: Bool)
        /// The others are few: what they say is kept whole in the window, at this place.
        case changed(Int)
        case contested(Int)
        case setAside(Int)
        case debitSettled(Day)
        /// Of an entry with which we sent money; of another's to us nothing follows.
        case creditSettled(Day)
        case returnSettled(Day, reference: UInt64)
        case dishonorSettled(Day)
        case wireReceived(Int)
        /// Of a kind that nobody should send us.
        case unexpected
        /// Says nothing that anything follows from.
        case nothing
    }

    /// Three characters of a return code.
    struct Code: Hashable {
        private let bytes: (UInt8, UInt8, UInt8)

        init?(_ text: String) {
            let utf8 = Array(text.utf8)
            guard utf8.count == 3 else { return nil }
            bytes = (utf8[0], utf8[1], utf8[2])
        }

        var text: String {
            String(unsafeUninitializedCapacity: 3) { buffer in
                (buffer[0], buffer[1], buffer[2]) = bytes
                return 3
            }
        }

        static func == (lhs: Self, rhs: Self) -> Bool { lhs.bytes == rhs.bytes }

        func hash(into hasher: inout Hasher) {
            hasher.combine(bytes.0)
            hasher.combine(bytes.1)
            hasher.combine(bytes.2)
        }
    }

    /// Traces are looked up in their own order, everything else is done in the customers'.
    static func precedes(_ lhs: Arrival, _ rhs: Arrival) -> Bool {
        switch (lhs.customer, rhs.customer) {
        case (let left?, let right?): left == right ? lhs.line < rhs.line : left < right
        case (nil, nil): lhs.line < rhs.line
        case (nil, _?): false
        case (_?, nil): true
        }
    }
}

/// Some of a file's arrivals, looked up and carried out together: the more there are, the more of
/// them meet on the pages of the database that each of them touches.
struct ArrivalWindow {
    private let limits: IntakeLimits
    var arrivals: [Arrival] = []
    var entries: [Entry] = []
    var setAside: [SetAside] = []
    var wires: [Wire] = []

    init(_ limits: IntakeLimits) { self.limits = limits }

    var isFull: Bool {
        arrivals.count >= limits.arrivals
            || entries.count + setAside.count + wires.count >= limits.heldWhole
    }

    /// What the reader of bank files set aside, for a person.
    struct SetAside {
        var isEntry: Bool
        var code: String
        var trace: TraceNumber?
        var about: TraceNumber?
        var cents: UInt64?
        var isReturn: Bool
        var isCredit = false
        /// The day its batch says it settles.
        var settlesOn: Day?
        /// Its columns and which of those alike it is: the same record again is the same one.
        var key: String
    }

    struct Wire {
        let reference: String
        let source: String
        let day: Day
        let trace: String
        /// The reference as it stands in the report.
        let whole: String
    }

    mutating func removeAll() {
        arrivals.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        setAside.removeAll(keepingCapacity: true)
        wires.removeAll(keepingCapacity: true)
    }
}
