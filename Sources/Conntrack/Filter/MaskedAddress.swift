import Addresses

/// An address of which only some bits count, and not the first ones as of a prefix: `--mask-src` of conntrack(8) takes any.
package struct MaskedAddress: Hashable, Sendable {
    /// Without the bits that do not count.
    let address: IPAddress
    let mask: IPAddress

    /// Bits of the address that are not in the mask are ignored.
    ///
    /// - Returns: nil for a mask of the other family.
    package init?(_ address: IPAddress, mask: IPAddress) {
        guard address.family == mask.family else { return nil }
        self.address = address.and(mask)
        self.mask = mask
    }

    /// Always false for the other family.
    package func contains(_ other: IPAddress) -> Bool { other.family == mask.family && other.and(mask) == address }
}

extension MaskedAddress: CustomStringConvertible {
    /// `10.0.0.0/255.0.255.0`
    package var description: String { "\(address)/\(mask)" }
}

extension EntryFilter.Side {
    /// Has only those bits of the addresses compared that a mask has, as conntrack(8) does.
    ///
    /// - Parameters:
    ///   - name: the mask as spelled by the user, for errors.
    ///   - owner: the addresses, likewise.
    package mutating func mask(
        _ addresses: WritableKeyPath<Self, Choice<Prefix>>, into masked: WritableKeyPath<Self, Choice<MaskedAddress>>,
        with text: String, named name: String, of owner: String
    ) throws(FilterError) {
        let given = self[keyPath: addresses]
        guard let mask = IPAddress(text) else {
            throw FilterError(name, .value(text, takes: "an address whose bits are those to compare"))
        }
        if given.isEmpty { throw FilterError(name, .within("it needs \(owner), whose bits it chooses")) }
        for prefix in given.wanted + given.unwanted {
            guard prefix.length == prefix.address.bitWidth else {
                throw FilterError(name, .within("\(prefix) of \(owner) has a mask of its own"))
            }
            guard prefix.address.family == mask.family else {
                throw FilterError(name, .within("\(prefix) of \(owner) is of the other family"))
            }
        }
        if let length = mask.leadingBits {
            let shortened = { (prefix: Prefix) in Prefix(prefix.address, length: length) ?? prefix }
            self[keyPath: addresses] = Choice(given.wanted.map(shortened), not: given.unwanted.map(shortened))
        } else {
            let cut = { (prefix: Prefix) in MaskedAddress(prefix.address, mask: mask) }
            self[keyPath: addresses] = Choice()
            self[keyPath: masked] = Choice(given.wanted.compactMap(cut), not: given.unwanted.compactMap(cut))
        }
    }
}

extension IPAddress {
    /// The bits that both have, of two addresses of one family.
    fileprivate func and(_ mask: IPAddress) -> IPAddress {
        family == .ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low & mask.low))
            : IPAddress(ipv6High: high & mask.high, low: low & mask.low)
    }

    /// How many bits are set, if those are the first ones; nil otherwise.
    fileprivate var leadingBits: Int? {
        let parts = family == .ipv4 ? [low << 32] : [high, low]
        let counts = parts.map { (~$0).leadingZeroBitCount }
        let isLeading = zip(parts, counts).allSatisfy { part, count in count == 64 || part << UInt64(count) == 0 }
        if counts.count == 2, counts[0] < 64, counts[1] > 0 { return nil }
        return isLeading ? counts.reduce(0, +) : nil
    }
}
