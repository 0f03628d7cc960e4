import CBench

/// Netlink messages concatenated in one buffer, so that a single send passes many.
struct MessageBatch: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer
    private(set) var size = 0
    private(set) var messages = 0

    /// More than any message here needs.
    private static let longestMessage = 512

    init(capacity: Int) {
        storage = .allocate(byteCount: capacity + Self.longestMessage, alignment: 8)
    }

    deinit { storage.deallocate() }

    /// Whether another message fits.
    var hasRoom: Bool { size + Self.longestMessage <= storage.count }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<size]) }

    mutating func removeAll() {
        size = 0
        messages = 0
    }

    /// A ctnetlink message for IPv4.
    mutating func message(
        _ type: cntl_msg_types, flags: CInt = 0, _ fill: (inout MessageBatch) -> Void
    ) {
        let start = size
        put(UInt32(0))
        put(UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(truncatingIfNeeded: type.rawValue))
        put(UInt16(truncatingIfNeeded: NLM_F_REQUEST | flags))
        put(UInt32(truncatingIfNeeded: messages + 1))
        put(UInt32(0))
        put(UInt8(AF_INET))
        put(UInt8(NFNETLINK_V0))
        put(UInt16(0))
        fill(&self)
        storage.storeBytes(of: UInt32(size - start), toByteOffset: start, as: UInt32.self)
        messages += 1
    }

    mutating func nest(_ type: UInt32, _ fill: (inout MessageBatch) -> Void) {
        let start = size
        put(UInt16(0))
        put(UInt16(truncatingIfNeeded: type) | UInt16(NLA_F_NESTED))
        fill(&self)
        storage.storeBytes(of: UInt16(size - start), toByteOffset: start, as: UInt16.self)
    }

    /// An attribute in network byte order, like all numbers of ctnetlink.
    mutating func attribute<Number: FixedWidthInteger>(_ type: UInt32, _ value: Number) {
        put(UInt16(4 + MemoryLayout<Number>.size))
        put(UInt16(truncatingIfNeeded: type))
        put(value.bigEndian)
        size = (size + 3) & ~3
    }

    private mutating func put<Number: FixedWidthInteger>(_ value: Number) {
        storage.storeBytes(of: value, toByteOffset: size, as: Number.self)
        size += MemoryLayout<Number>.size
    }
}
