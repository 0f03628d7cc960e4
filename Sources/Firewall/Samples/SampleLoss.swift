/// Samples that the kernel took and nobody will ever see.
package struct SampleLoss: Equatable, Sendable {
    /// Missing between others, by their numbers.
    package private(set) var counted = 0
    /// The socket's buffer overran, and no sample has come since that could tell how many were lost.
    package private(set) var mayBeMore = false
    private var next: UInt32 = 0

    /// Nothing lost.
    package init() {}

    /// Whether every sample came.
    package var isNone: Bool { counted == 0 && !mayBeMore }

    /// The number of a sample that came; a group counts from 0, and wraps at 32 bits.
    mutating func take(_ sequence: UInt32) {
        let missing = sequence &- next
        // One that comes late or twice, which no kernel sends, is no loss of four thousand million.
        if missing < 1 << 31 { counted += Int(missing) }
        next = sequence &+ 1
        mayBeMore = false
    }

    mutating func takeOverrun() { mayBeMore = true }
}

extension SampleLoss: CustomStringConvertible {
    /// `12 samples`, `12 samples and perhaps more`, `an unknown number of samples`.
    package var description: String {
        let number = "\(counted) sample\(counted == 1 ? "" : "s")"
        if counted == 0, mayBeMore { return "an unknown number of samples" }
        return mayBeMore ? "\(number) and perhaps more" : number
    }
}
