import Addresses

/// Finds slots by the hash of their contents: open addressing, sixteen bytes per slot. Only the owner knows the contents; a cell stores
/// half of the hash, so that slots that do not match are hardly ever inspected, which would cost a cache miss each.
struct SlotIndex: Sendable {
    /// The slot number in the lower half, the upper half of its hash in the upper half.
    private var cells: [UInt64] = Array(repeating: empty, count: 1024)
    /// Cells that are not empty, including those of removed slots.
    private var used = 0

    private static let empty = UInt64.max
    private static let gone = UInt64.max - 1
    private static let upper: UInt64 = 0xFFFF_FFFF_0000_0000

    /// Whether the cells must be rebuilt before the next insertion.
    var isCrowded: Bool { used * 4 >= cells.count * 3 }

    /// The slot with this hash for which `isWanted` is true.
    @inline(__always)
    func find(_ hash: UInt64, _ isWanted: (Int) -> Bool) -> Int? {
        let mask = cells.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while cells[position] != Self.empty {
            let cell = cells[position]
            if (cell ^ hash) & Self.upper == 0, cell != Self.gone {
                let slot = Int(UInt32(truncatingIfNeeded: cell))
                if isWanted(slot) { return slot }
            }
            position = (position + 1) & mask
        }
        return nil
    }

    /// Every slot with this hash, and possibly some with a similar one.
    func forEach(_ hash: UInt64, _ body: (Int) -> Void) {
        _ = find(hash) { slot in
            body(slot)
            return false
        }
    }

    /// Adds a slot that is not there yet.
    mutating func insert(_ hash: UInt64, _ slot: Int) {
        let mask = cells.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while cells[position] < Self.gone { position = (position + 1) & mask }
        if cells[position] == Self.empty { used += 1 }
        cells[position] = hash & Self.upper | UInt64(UInt32(truncatingIfNeeded: slot))
    }

    mutating func remove(_ hash: UInt64, _ slot: Int) {
        let wanted = hash & Self.upper | UInt64(UInt32(truncatingIfNeeded: slot))
        let mask = cells.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while cells[position] != Self.empty {
            if cells[position] == wanted {
                cells[position] = Self.gone
                return
            }
            position = (position + 1) & mask
        }
    }

    /// Empties it, with room for `count` slots and half as many more.
    mutating func clear(for count: Int) {
        var size = 1024
        while size * 2 < count * 3 { size *= 2 }
        cells = Array(repeating: Self.empty, count: size)
        used = 0
    }
}

/// Hashes what identifies a flow. Seeded randomly, as clients choose their ports.
struct FlowHash: Sendable {
    private let seed = UInt64.random(in: .min ... .max) | 1

    @inline(__always)
    func callAsFunction(_ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> UInt64 {
        let ports = UInt64(client.port) << 32 | UInt64(server.port) << 16 | UInt64(`protocol`.rawValue)
        var hash = Self.mix(seed, client.address.low)
        hash = Self.mix(hash, server.address.low ^ ports)
        if client.address.family == .ipv6 {
            hash = Self.mix(hash, client.address.high)
            hash = Self.mix(hash, server.address.high)
        }
        return hash
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
