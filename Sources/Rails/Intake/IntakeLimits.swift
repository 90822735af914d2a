import Service

/// How much of what the bank sends is held at once, and what is too much to be read.
struct IntakeLimits: Sendable {
    /// Arrivals of a window; that many hold some 50 MB.
    var arrivals = 500_000
    /// Those among them of which everything is held: changes, contests, wires, and records that
    /// were set aside.
    var heldWhole = 50_000
    /// Bytes that are read before it is asked whether the window is full.
    var bytesBetweenLooks = BankFileBytes.partBytes
    /// A larger file is set aside unread: one of five million returns is smaller.
    var fileBytes = BankFileBytes.fileBytesMax
    /// Every entry of the largest file of ours, with a sentence for each.
    var rejectBytes = 32 << 20
    /// A statement of some hundred thousand entries. They are held until all is proven, and kept
    /// in one transaction.
    var statementBytes: Int64 = 256 << 20
}
