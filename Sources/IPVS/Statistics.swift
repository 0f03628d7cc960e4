/// What a service or a destination has carried, and its rates a second as the kernel estimates them.
///
/// From the 64-bit attribute where the kernel has it, else from the 32-bit one, whose counters wrap.
package struct Statistics: Equatable, Sendable {
    /// Scheduled since the service was made, or its counters were zeroed.
    package var connections: UInt64 = 0
    /// From clients.
    package var packetsIn: UInt64 = 0
    /// To clients, as far as they come back through the director.
    package var packetsOut: UInt64 = 0
    /// From clients; of IP packets, with their headers.
    package var bytesIn: UInt64 = 0
    /// To clients, as far as they come back through the director.
    package var bytesOut: UInt64 = 0
    /// Connections a second.
    package var connectionRate: UInt64 = 0
    /// Packets a second from clients.
    package var packetRateIn: UInt64 = 0
    /// Packets a second to clients.
    package var packetRateOut: UInt64 = 0
    /// Bytes a second from clients.
    package var byteRateIn: UInt64 = 0
    /// Bytes a second to clients.
    package var byteRateOut: UInt64 = 0
    /// 64 or 32: how wide the kernel's counters are.
    package var bitWidth = 64

    /// Nothing carried.
    package init() {}
}
