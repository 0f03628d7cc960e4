/// What a service or a destination has carried, and its rates a second as the kernel estimates them.
///
/// From the 64-bit attribute where the kernel has it, else from the 32-bit one, whose counters wrap.
public struct Statistics: Equatable, Sendable {
    public var connections: UInt64 = 0
    public var packetsIn: UInt64 = 0
    public var packetsOut: UInt64 = 0
    public var bytesIn: UInt64 = 0
    public var bytesOut: UInt64 = 0
    public var connectionRate: UInt64 = 0
    public var packetRateIn: UInt64 = 0
    public var packetRateOut: UInt64 = 0
    public var byteRateIn: UInt64 = 0
    public var byteRateOut: UInt64 = 0
    /// 64 or 32: how wide the kernel's counters are.
    public var bitWidth = 64

    public init() {}
}
