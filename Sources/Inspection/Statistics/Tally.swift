/// How many have which value, and what they carry. Memory grows with the values, not with what is counted.
struct Tally<Value: Hashable & Sendable & CustomStringConvertible>: Sendable {
    private(set) var total = TallyAmount()
    private var amounts: [Value: TallyAmount] = [:]

    var values: Int { amounts.count }

    /// - Parameter one: what is counted: one of them.
    mutating func count(_ value: Value, _ one: TallyAmount) {
        total.add(one)
        amounts[value, default: TallyAmount()].add(one)
    }

    /// Those with the greatest measure, in descending order; equal ones in the order of their text.
    func top(_ most: Int, by measure: TallyMeasure, filter: (Value) -> String?) -> [TallyRow] {
        let rows = amounts.map { TallyRow(value: $0.key.description, amount: $0.value, filter: filter($0.key)) }
        return Array(
            rows.sorted { ($1.amount[measure], $0.value) < ($0.amount[measure], $1.value) }.prefix(most))
    }
}

/// How many there are, and what they carry: 0 where that is not counted.
package struct TallyAmount: Equatable, Sendable {
    package var count = 0
    package var packets: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Of these, those since the reading before.
    package var addedPackets: UInt64 = 0
    package var addedBytes: UInt64 = 0

    package init(count: Int = 0, packets: UInt64 = 0, bytes: UInt64 = 0) {
        (self.count, self.packets, self.bytes) = (count, packets, bytes)
    }

    fileprivate mutating func add(_ other: TallyAmount) {
        count += other.count
        packets &+= other.packets
        bytes &+= other.bytes
        addedPackets &+= other.addedPackets
        addedBytes &+= other.addedBytes
    }

    package subscript(measure: TallyMeasure) -> UInt64 {
        switch measure {
        case .count: UInt64(count)
        case .packets: packets
        case .bytes: bytes
        case .addedPackets: addedPackets
        case .addedBytes: addedBytes
        }
    }
}

/// What makes one value more than another.
package enum TallyMeasure: Sendable { case count, packets, bytes, addedPackets, addedBytes }

/// Counts the rows of a list by what they have in common.
package protocol RowTally: Sendable {
    /// What rows are counted by.
    associatedtype Subject: CaseIterable, RawRepresentable<String>, Sendable

    init(by subject: Subject)

    var subject: Subject { get }

    /// The number of values.
    var values: Int { get }

    /// Of all rows that were counted.
    var total: TallyAmount { get }

    /// The values with the greatest measure, in descending order.
    func top(_ most: Int, by measure: TallyMeasure) -> [TallyRow]
}

/// All that have a value in common.
package struct TallyRow: Equatable, Sendable {
    /// The value as text: an address, `tcp/80`, `tcp/ESTABLISHED`, a zone. `-` for those without one.
    package var value: String
    package var amount: TallyAmount
    /// The filter that selects them; nil if none does.
    package var filter: String?
}
