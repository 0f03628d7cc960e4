import Conntrack
import IPVS
import Inspection
import Testing

@testable import Terminal

/// What talkers carry per second: what was added between two readings.
struct TalkerRateTests {
    private func read(_ model: inout Model, at second: Int, _ connections: [Connection] = [], _ entries: [Entry] = []) {
        model.director.tick(Models.now, elapsed: .seconds(second))
        Models.read(&model, connections, entries)
    }

    private func entry(_ number: Int, bytes: UInt64, packets: UInt64 = 1) -> Entry {
        var entry = Models.entry(number)
        entry.originalCounters = .init(packets: packets, bytes: bytes)
        return entry
    }

    @Test("Entries are found in the reading before by what they are, wherever they are in it")
    func table() {
        var model = Models.director(140, tab: .table)
        read(&model, at: 10, [], (0..<4).map { entry($0, bytes: 1000) })
        Models.press(&model, .character("t"))
        #expect(!Models.text(model).contains("BYTES/S"))
        // 0 ends, 2 goes on, 3 is idle, and 4 is new.
        read(
            &model, at: 12, [],
            [entry(4, bytes: 600), entry(3, bytes: 1000), entry(2, bytes: 9000), entry(1, bytes: 1000)])
        model.sort(by: "byte-rate")
        #expect(
            Models.rows(model).map { $0.split(separator: " ").suffix(2).map(String.init) } == [
                ["4000", "10.1.0.3"], ["300", "10.1.0.5"], ["0", "10.1.0.2"], ["0", "10.1.0.4"],
            ])
        #expect(Models.rows(model).first?.contains("93.0 %") == true)
        // Sorted otherwise, or counted by something else, they are the same.
        Models.press(&model, .character("t"))
        #expect(Models.rows(model).first?.contains(" 4000 ") == true)
        // Nothing was added since, and an entry that was made again has all its bytes since.
        read(&model, at: 13, [], [entry(4, bytes: 50), entry(3, bytes: 1000)])
        #expect(Models.rows(model).map { $0.contains(" 50 ") } == [true, false])
    }

    @Test("All of a large table is counted, in slices")
    func many() {
        var model = Models.director(140, tab: .table)
        Models.press(&model, .character("t"))
        for second in 10...11 { read(&model, at: second, [], (0..<5000).map { entry($0, bytes: UInt64(second) * 10) }) }
        #expect(model.table.talkers.total.addedBytes == 50_000 && model.table.talkers.total.count == 5000)
    }

    @Test("A reading that was not whole, or of other entries, tells no rate; nor does the same moment")
    func unknown() {
        var model = Models.director(140, tab: .table)
        read(&model, at: 10, [], [entry(1, bytes: 1000)])
        Models.press(&model, .character("t"))
        read(&model, at: 11, [], [entry(1, bytes: 3000)])
        #expect(Models.text(model).contains("BYTES/S"))
        read(&model, at: 11, [], [entry(1, bytes: 4000)])
        #expect(!Models.text(model).contains("BYTES/S"))
        model.director.tick(Models.now, elapsed: .seconds(12))
        Models.tell(&model, .director(.readingBegan))
        Models.tell(&model, .director(.entriesEnded(isWhole: false)))
        read(&model, at: 13, [], [entry(1, bytes: 5000)])
        #expect(!Models.text(model).contains("BYTES/S"))
        read(&model, at: 14, [], [entry(1, bytes: 5000)])
        #expect(Models.text(model).contains("BYTES/S"))
        #expect(model.take(filter: "src=10.1.0.2") == nil)
        read(&model, at: 15, [], [entry(1, bytes: 7000)])
        #expect(!Models.text(model).contains("BYTES/S"))
    }

    private func connection(_ number: Int, packets: UInt32) -> Connection {
        var connection = Models.connection(number)
        connection.details = ConnectionDetails(.dr, packets: packets)
        return connection
    }

    @Test("Of flows, packets as IPVS counts them, also when the counter wraps or the port is used again")
    func flows() {
        var model = Models.empty(140)
        model.turn(to: .flows)
        read(&model, at: 1, [connection(0, packets: 10), connection(1, packets: .max - 4)])
        Models.press(&model, .character("t"))
        read(&model, at: 2, [connection(0, packets: 10), connection(1, packets: .max - 4)])
        #expect(!Models.text(model).contains("PKT/S"))
        read(&model, at: 4, [connection(0, packets: 30), connection(1, packets: 95), connection(2, packets: 8)])
        model.sort(by: "packet-rate")
        #expect(
            Models.rows(model).map { $0.split(separator: " ").suffix(2).map(String.init) } == [
                ["50", "10.1.0.2"], ["10", "10.1.0.1"], ["4.0", "10.1.0.3"],
            ])
        read(&model, at: 5, [connection(0, packets: 3), connection(1, packets: 95), connection(2, packets: 8)])
        #expect(Models.rows(model).first?.split(separator: " ").suffix(2) == ["3.0", "10.1.0.1"])
    }

    @Test("Flows that were there but not counted have no rate in the first reading that counts them")
    func filtered() {
        var model = Models.empty(140)
        model.turn(to: .flows)
        read(&model, at: 1, (0..<3).map { connection($0, packets: 1000) })
        #expect(model.take(filter: "src=10.1.0.1") == nil)
        Models.press(&model, .character("t"))
        for second in 2...3 { read(&model, at: second, (0..<3).map { connection($0, packets: UInt32(second) * 1000) }) }
        #expect(model.take(filter: "") == nil)
        model.sort(by: "packet-rate")
        #expect(Models.rows(model).map { $0.contains(" 1000 ") } == [true, false, false])
        read(&model, at: 4, (0..<3).map { connection($0, packets: 4000) })
        #expect(Models.rows(model).allSatisfy { $0.contains(" 1000 ") })
    }
}
