import Glibc

/// Finds the lines in pieces of bytes. What is in one piece is not copied.
struct LineSplitter {
    /// In bytes; a longer line is skipped. Those that we write have some KiB.
    static let longest = 1 << 20

    /// What has come of a line whose end has not.
    private var rest: [UInt8] = []
    /// Of one that is too long.
    private var skipped = 0
    /// How many lines have ended.
    private(set) var count = 0
    /// The numbers of those that were too long; the first line is 1.
    private(set) var tooLong: [Int] = []

    /// How many bytes have no end of a line behind them.
    var unended: Int { rest.count + skipped }

    /// - Parameter take: gets each line without its end; false: it wants no more.
    /// - Returns: what it returned last.
    mutating func split<Failure: Error>(
        _ piece: UnsafeRawBufferPointer, _ take: (RawSpan) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        var start = 0
        while start < piece.count {
            let left = UnsafeRawBufferPointer(rebasing: piece[start...])
            guard let base = left.baseAddress, let end = memchr(base, Int32(UInt8(ascii: "\n")), left.count) else {
                keep(left)
                return true
            }
            let length = UnsafeRawPointer(end) - base
            start += length + 1
            guard try finish(UnsafeRawBufferPointer(rebasing: left.prefix(length)), take) else { return false }
        }
        return true
    }

    private mutating func keep(_ part: UnsafeRawBufferPointer) {
        if unended + part.count <= Self.longest {
            rest += part
        } else {
            skipped += rest.count + part.count
            rest.removeAll(keepingCapacity: true)
        }
    }

    /// - Parameter part: the end of a line, or all of it.
    private mutating func finish<Failure: Error>(
        _ part: UnsafeRawBufferPointer, _ take: (RawSpan) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        count += 1
        if unended == 0, part.count <= Self.longest { return try take(part.bytes) }
        keep(part)
        defer {
            rest.removeAll(keepingCapacity: true)
            skipped = 0
        }
        if skipped > 0 {
            tooLong.append(count)
            return true
        }
        return try take(rest.span.bytes)
    }
}
