import Glibc
import Netlink

/// Turns copies of `struct ip_vs_conn` into records (`ConnectionRecord`), which contain no kernel address.
struct RecordEncoder {
    private let layout: ConnectionLayout
    private var jiffies: UInt64 = 0
    /// Jiffies a second.
    private let hertz: UInt64
    /// Kept from batch to batch.
    private var records: [UInt8] = []

    /// What is copied as it is, from a connection to its record.
    private let copies: [(from: Int, to: Int, count: Int)]

    private static let places: [(ConnectionLayout.Member, Int)] = [
        (.protocol, ConnectionRecord.protocol), (.state, ConnectionRecord.state),
        (.clientPort, ConnectionRecord.clientPort), (.virtualPort, ConnectionRecord.virtualPort),
        (.destinationPort, ConnectionRecord.destinationPort), (.client, ConnectionRecord.client),
        (.virtual, ConnectionRecord.virtual), (.destination, ConnectionRecord.destination),
        (.flags, ConnectionRecord.flags), (.firewallMark, ConnectionRecord.firewallMark),
        (.packets, ConnectionRecord.packets),
    ]

    init(_ layout: ConnectionLayout) {
        self.layout = layout
        hertz = Self.hertz
        copies = Self.joined(Self.places.map { (layout[$0.0], $0.1, $0.0.width) })
    }

    /// Copies of what follows one another on both sides become one.
    private static func joined(_ copies: [(from: Int, to: Int, count: Int)]) -> [(from: Int, to: Int, count: Int)] {
        var joined: [(from: Int, to: Int, count: Int)] = []
        for copy in copies.sorted(by: { $0.to < $1.to }) {
            if let last = joined.last, last.from + last.count == copy.from, last.to + last.count == copy.to {
                joined[joined.count - 1].count += copy.count
            } else {
                joined.append(copy)
            }
        }
        return joined
    }

    /// CONFIG_HZ: the coarse clocks have the resolution of a jiffy (`posix_get_coarse_res`, kernel/time/posix-timers.c).
    private static var hertz: UInt64 {
        var resolution = timespec()
        guard clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) == 0, resolution.tv_nsec > 0 else { return 250 }
        return UInt64((1e9 / Double(resolution.tv_nsec)).rounded())
    }

    /// - Parameter jiffies: the kernel's `jiffies_64` when the rows were copied.
    mutating func begin(jiffies: UInt64) { self.jiffies = jiffies }

    /// - Parameters:
    ///   - rows: each of `ConnectionWalk.rowSize` bytes.
    ///   - receive: gets their records, borrowed for the call.
    mutating func encode(_ rows: UnsafeRawBufferPointer, _ receive: (RawSpan) -> Void) {
        var buffer = records
        records = []
        let room = rows.count / ConnectionWalk.rowSize * Self.largestRecord
        if buffer.count < room { buffer = Array(repeating: 0, count: room) }
        let end = buffer.withUnsafeMutableBytes { encode(rows, into: $0) }
        receive(buffer.span.bytes.extracting(0..<end))
        records = buffer
    }

    /// The engine's name, and data whose length is one byte.
    private static let largestRecord = ConnectionRecord.size + ConnectionWalk.engineNameSize + 256

    /// - Returns: the length of the records.
    private func encode(_ rows: UnsafeRawBufferPointer, into records: UnsafeMutableRawBufferPointer) -> Int {
        var (start, end) = (0, 0)
        while start + ConnectionWalk.rowSize <= rows.count {
            let row = UnsafeRawBufferPointer(rebasing: rows[start..<start + ConnectionWalk.rowSize])
            end += encode(row: row, into: UnsafeMutableRawBufferPointer(rebasing: records[end...]))
            start += ConnectionWalk.rowSize
        }
        return end
    }

    /// - Returns: the length of the record.
    private func encode(row: UnsafeRawBufferPointer, into record: UnsafeMutableRawBufferPointer) -> Int {
        let (name, data) = engine(row)
        let length = (ConnectionRecord.size + name.count + data.count + 7) / 8 * 8
        UnsafeMutableRawBufferPointer(rebasing: record[..<length]).initializeMemory(as: UInt8.self, repeating: 0)
        func put<T: BitwiseCopyable>(_ value: T, _ place: Int) {
            record.storeBytes(of: value, toByteOffset: place, as: T.self)
        }
        func copy(_ bytes: Range<Int>, _ place: Int) {
            UnsafeMutableRawBufferPointer(rebasing: record[place...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: row[bytes]))
        }
        put(UInt16(length), ConnectionRecord.length)
        put(UInt8(truncatingIfNeeded: number(row, .family, UInt16.self)), ConnectionRecord.family)
        put(
            UInt8(truncatingIfNeeded: number(row, .destinationFamily, UInt16.self)),
            ConnectionRecord.destinationFamily)
        for (from, to, count) in copies { copy(from..<from + count, to) }
        put(UInt8(name.count), ConnectionRecord.engineNameLength)
        put(UInt8(data.count), ConnectionRecord.engineDataLength)
        put(expires(number(row, .timer, UInt64.self)), ConnectionRecord.expires)
        put(UInt32(clamping: number(row, .timeout, UInt64.self) / hertz), ConnectionRecord.timeout)
        put(UInt8(number(row, .controller, UInt64.self) == 0 ? 0 : 1), ConnectionRecord.isControlled)
        put(UInt8(number(row, .bound, UInt64.self) == 0 ? 0 : 1), ConnectionRecord.isBound)
        if !name.isEmpty {
            copy(name, ConnectionRecord.size)
            copy(data, ConnectionRecord.size + name.count)
        }
        return length
    }

    private func number<T: FixedWidthInteger & BitwiseCopyable>(
        _ row: UnsafeRawBufferPointer, _ member: ConnectionLayout.Member, _: T.Type
    ) -> T {
        row.loadUnaligned(fromByteOffset: layout[member], as: T.self)
    }

    /// As /proc has it: `jiffies_delta_to_msecs(cp->timer.expires - jiffies) / 1000`.
    private func expires(_ timer: UInt64) -> Int32 {
        Int32(clamping: Int64(bitPattern: timer &- jiffies) / Int64(hertz))
    }

    /// Where in a row the name and the data of its persistence engine are; empty without one.
    private func engine(_ row: UnsafeRawBufferPointer) -> (name: Range<Int>, data: Range<Int>) {
        let start = ConnectionWalk.mostCopied
        let data = start + ConnectionWalk.engineNameSize
        guard number(row, .engine, UInt64.self) != 0 else { return (start..<start, data..<data) }
        let name = row[start..<data].prefix { $0 != 0 }
        return (start..<name.endIndex, data..<data + Int(number(row, .engineDataLength, UInt8.self)))
    }
}
