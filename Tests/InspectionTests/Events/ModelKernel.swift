import Addresses
import Conntrack
import TestSupport

/// A conntrack table that sends events like the kernel: an entry is in the table before its NEW is sent, and leaves it
/// after its DESTROY; events that a full queue rejects are lost, until the queue has been drained.
struct ModelKernel {
    struct Message {
        var kind: EventKind
        var entry: Entry
    }

    private(set) var table: [Int: Entry] = [:]
    /// Entries whose NEW has not been sent yet, and those whose DESTROY has been sent.
    private var unborn: Set<Int> = []
    private var dying: Set<Int> = []
    private(set) var queue: [Message] = []
    private var isCongested = false
    private(set) var lost = 0
    let capacity: Int
    private static let tuples = 12

    init(capacity: Int) { self.capacity = capacity }

    /// A random change to one entry.
    mutating func step(_ random: inout SeededGenerator) {
        let slot = Int.random(in: 0..<Self.tuples, using: &random)
        if unborn.contains(slot) {
            // Labels are attached between the two (ctnetlink_new_conntrack).
            if random.next() % 4 == 0 { table[slot]?.mark = UInt32.random(in: 0..<4, using: &random) }
            unborn.remove(slot)
            send(.new, slot)
        } else if dying.contains(slot) {
            dying.remove(slot)
            table[slot] = nil
        } else if table[slot] == nil {
            table[slot] = Self.entry(slot, place: Int.random(in: 0..<2, using: &random))
            unborn.insert(slot)
        } else if random.next() % 3 == 0 {
            table[slot]?.status.insert(.dying)
            send(.destroy, slot)
            dying.insert(slot)
        } else {
            change(slot, &random)
            send(.update, slot, leavesStateOut: random.next() % 2 == 0)
        }
    }

    /// Completes every pending change.
    mutating func comeToRest() {
        for slot in unborn { send(.new, slot) }
        for slot in dying { table[slot] = nil }
        (unborn, dying) = ([], [])
    }

    mutating func receive(_ most: Int) -> [Message] {
        let batch = Array(queue.prefix(most))
        queue.removeFirst(batch.count)
        if queue.isEmpty { isCongested = false }
        return batch
    }

    /// A bucket as shown by a dump, sometimes with the same entry twice.
    func bucket(_ number: Int, _ random: inout SeededGenerator) -> [Entry] {
        let entries = table.keys.sorted().filter { $0 % Self.buckets == number }.compactMap { table[$0] }
        return random.next() % 8 == 0 ? entries + entries : entries
    }

    static let buckets = 5

    private mutating func change(_ slot: Int, _ random: inout SeededGenerator) {
        if random.next() % 2 == 0 {
            table[slot]?.mark = UInt32.random(in: 0..<4, using: &random)
        } else {
            // An event without the state must not be caused by a state change.
            table[slot]?.status.formSymmetricDifference(.assured)
        }
    }

    private mutating func send(_ kind: EventKind, _ slot: Int, leavesStateOut: Bool = false) {
        guard var entry = table[slot] else { return }
        if leavesStateOut { entry.state = nil }
        if entry.mark == 0 { entry.mark = nil }
        if queue.count >= capacity { isCongested = true }
        if isCongested { lost += 1 } else { queue.append(Message(kind: kind, entry: entry)) }
    }

    /// The same tuple at the same memory address has the same id.
    private static func entry(_ slot: Int, place: Int) -> Entry {
        var entry = Entry()
        entry.family = 2
        entry.original.source = IPAddress(ipv4: 0x0A00_0001)
        entry.original.destination = IPAddress(ipv4: 0x0A00_0002)
        entry.original.protocol = .tcp
        entry.original.discriminator = .ports(source: UInt16(slot), destination: 80)
        entry.reply = entry.original
        entry.status = .confirmed
        entry.state = .tcp(.init(state: UInt8(slot % 4)))
        entry.mark = 0
        entry.id = UInt32(slot * 2 + place)
        return entry
    }
}
