import Addresses

/// Finds slots by the hash of what is in them: open addressing, sixteen bytes a slot. What is in the slots, the owner knows; a cell holds half
/// of the hash, so that hardly ever a slot is looked into in vain, which would cost a miss of the cache.
struct SlotIndex: Sendable {
    /// The number of a slot in the lower half, the upper half of its hash in the upper.
    private var cells: [UInt64] = Array(repeating: empty, count: 1024)
    /// Cells that are not empty, those of slots that are gone included.
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

    /// Every slot with this hash, and perhaps some with one that is alike.
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

    /// Empties it, with room for `count` slots and half as many to come.
    mutating func clear(for count: Int) {
        var size = 1024
        while size * 2 < count * 3 { size *= 2 }
        cells = Array(repeating: Self.empty, count: size)
        used = 0
    }
}

/// Hashes what a flow is found by. Seeded by chance, as clients choose their ports.
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
