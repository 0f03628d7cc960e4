import CNetlink
import Netlink

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

extension Statistics {
    /// `IPVS_*_ATTR_STATS64`: every number has 64 bits, in host order.
    init(wide parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        try decode(parent, in: bytes) { attribute in bytes.host(attribute) }
    }

    /// `IPVS_*_ATTR_STATS`: 32 bits, but for bytes, which have 64.
    init(narrow parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        try decode(parent, in: bytes) { attribute in
            bytes.host(attribute, as: UInt32.self).map(UInt64.init) ?? bytes.host(attribute)
        }
        bitWidth = 32
    }

    private mutating func decode(
        _ parent: Attribute, in bytes: RawSpan, _ number: (Attribute) -> UInt64?
    ) throws(DecodeError) {
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            guard let value = number(attribute) else { continue }
            switch Int(attribute.type) {
            case IPVS_STATS_ATTR_CONNS: connections = value
            case IPVS_STATS_ATTR_INPKTS: packetsIn = value
            case IPVS_STATS_ATTR_OUTPKTS: packetsOut = value
            case IPVS_STATS_ATTR_INBYTES: bytesIn = value
            case IPVS_STATS_ATTR_OUTBYTES: bytesOut = value
            case IPVS_STATS_ATTR_CPS: connectionRate = value
            case IPVS_STATS_ATTR_INPPS: packetRateIn = value
            case IPVS_STATS_ATTR_OUTPPS: packetRateOut = value
            case IPVS_STATS_ATTR_INBPS: byteRateIn = value
            case IPVS_STATS_ATTR_OUTBPS: byteRateOut = value
            default: break
            }
        }
    }
}

extension Daemon {
    init(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IPVS_DAEMON_ATTR_STATE: state = bytes.host(attribute) ?? 0
            case IPVS_DAEMON_ATTR_MCAST_IFN: interface = bytes.text(attribute)
            case IPVS_DAEMON_ATTR_SYNC_ID: syncID = bytes.host(attribute) ?? 0
            default: break
            }
        }
    }
}
