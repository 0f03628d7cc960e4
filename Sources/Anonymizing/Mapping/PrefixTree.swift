/// A permutation of addresses that keeps prefixes: two addresses have as many leading bits in common as their replacements have. So it
/// flips, or does not flip, the bit below each node of the tree of prefixes, as the key wants it.
///
/// It is Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", ICNP 2002), in which AES of the bits before tells
/// whether a bit is flipped; except near special ranges (`SpecialRanges`), where bits stay.
package struct PrefixTree {
    private var cipher: Cipher
    /// What stands for the bits that are not known yet.
    private let pad: UInt128
    /// Of an address.
    private let width: Int
    /// One block for each bit.
    private var blocks: [UInt8]
    private var recent: [(address: UInt128, flips: UInt128)?]

    /// Real servers and VIPs come again and again.
    private static let mostRecent = 4096

    /// - Parameters:
    ///   - key: 32 bytes, for the cipher and the pad.
    ///   - width: 32 or 128.
    package init(key: [UInt8], width: Int) {
        self.width = width
        var cipher = Cipher(key: Array(key.prefix(Cipher.blockSize)))
        var pad = Array(key.dropFirst(Cipher.blockSize).prefix(Cipher.blockSize))
        pad.withUnsafeMutableBufferPointer { cipher.encrypt($0) }
        self.pad = pad.reduce(0) { $0 << 8 | UInt128($1) }
        self.cipher = cipher
        blocks = [UInt8](repeating: 0, count: width * Cipher.blockSize)
        recent = [(address: UInt128, flips: UInt128)?](repeating: nil, count: Self.mostRecent)
    }

    /// - Parameters:
    ///   - address: in the highest bits.
    ///   - kept: how many of the leading bits stay.
    package mutating func mapped(_ address: UInt128, keeping kept: Int) -> UInt128 {
        guard kept < width else { return address }
        let place = Int(truncatingIfNeeded: (address >> (128 - width)) % UInt128(Self.mostRecent))
        if let known = recent[place], known.address == address { return address ^ known.flips }
        let flips = flips(address, from: max(0, kept))
        recent[place] = (address, flips)
        return address ^ flips
    }

    private mutating func flips(_ address: UInt128, from kept: Int) -> UInt128 {
        let (pad, width) = (pad, width)
        var flips: UInt128 = 0
        blocks.withUnsafeMutableBufferPointer { blocks in
            let used = UnsafeMutableBufferPointer(rebasing: blocks[..<((width - kept) * Cipher.blockSize)])
            let raw = UnsafeMutableRawBufferPointer(used)
            for bit in kept..<width {
                let known = bit == 0 ? 0 : UInt128.max << (128 - bit)
                let block = (address & known | pad & ~known).bigEndian
                raw.storeBytes(of: block, toByteOffset: (bit - kept) * Cipher.blockSize, as: UInt128.self)
            }
            cipher.encrypt(used)
            for bit in kept..<width where used[(bit - kept) * Cipher.blockSize] & 0x80 != 0 {
                flips |= 1 << UInt128(127 - bit)
            }
        }
        return flips
    }
}
