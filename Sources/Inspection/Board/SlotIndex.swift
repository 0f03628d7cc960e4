import Addresses

/// Finds slots by the hash of what is in them: open addressing, eight bytes a slot at most. What is in the slots, the owner knows.
///
/// The hash is seeded by chance, as clients choose their ports.
struct SlotIndex: Sendable {
    private var cells: [UInt32] = Array(repeating: empty, count: 1024)
    /// Cells that are not empty, those of slots that are gone included.
    private var used = 0
    private let seed = UInt64.random(in: .min ... .max) | 1

    private static let empty = UInt32.max
    private static let gone = UInt32.max - 1

    /// Whether cells must be made anew before the next insertion; `count` slots are in use.
    var isCrowded: Bool { used * 4 >= cells.count * 3 }

    private func start(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (cells.count - 1) }

    /// The slot with this hash for which `isWanted` is true.
    @inline(__always)
    func find(_ hash: UInt64, _ isWanted: (Int) -> Bool) -> Int? {
        var cell = start(hash)
        while cells[cell] != Self.empty {
            let slot = cells[cell]
            if slot != Self.gone, isWanted(Int(slot)) { return Int(slot) }
            cell = (cell + 1) & (cells.count - 1)
        }
        return nil
    }

    /// Adds a slot that is not there yet.
    mutating func insert(_ hash: UInt64, _ slot: Int) {
        var cell = start(hash)
        while cells[cell] < Self.gone { cell = (cell + 1) & (cells.count - 1) }
        if cells[cell] == Self.empty { used += 1 }
        cells[cell] = UInt32(slot)
    }

    mutating func remove(_ hash: UInt64, _ slot: Int) {
        var cell = start(hash)
        while cells[cell] != Self.empty {
            if cells[cell] == UInt32(slot) {
                cells[cell] = Self.gone
                return
            }
            cell = (cell + 1) & (cells.count - 1)
        }
    }

    /// Empties it, with room for `count` slots and as many to come.
    mutating func clear(for count: Int) {
        var size = 1024
        while size < count * 2 { size *= 2 }
        cells = Array(repeating: Self.empty, count: size)
        used = 0
    }

    /// Of what a flow is found by.
    @inline(__always)
    func hash(_ protocol: IPProtocol, _ client: Endpoint, _ server: Endpoint) -> UInt64 {
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
