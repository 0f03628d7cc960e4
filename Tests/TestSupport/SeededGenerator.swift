/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, so that a failure can be reproduced.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// This many bytes of the next numbers.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in .random(in: .min ... .max, using: &self) }
    }

    /// A copy with one to four bytes overwritten, or truncated, or with a piece duplicated.
    package mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return self.bytes(8) }
        var damaged = bytes
        switch Int.random(in: 0..<8, using: &self) {
        case 0: damaged.removeLast(.random(in: 1...bytes.count, using: &self))
        case 1:
            let start = Int.random(in: 0..<bytes.count, using: &self)
            let end = Int.random(in: start...bytes.count, using: &self)
            damaged.insert(contentsOf: bytes[start..<end], at: start)
        default:
            for _ in 0..<Int.random(in: 1...4, using: &self) {
                damaged[.random(in: 0..<bytes.count, using: &self)] = .random(in: .min ... .max, using: &self)
            }
        }
        return damaged
    }
}
