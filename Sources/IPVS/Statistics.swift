import Addresses
import CNetlink
import Netlink

/// Traffic of a service or destination, and its rates per second as estimated by the kernel.
///
/// From the 64-bit attribute if available, else from the 32-bit one, whose counters wrap.
package struct Statistics: Equatable, Sendable {
    /// Scheduled since the service was created or its counters were reset.
    package var connections: UInt64 = 0
    /// From clients.
    package var packetsIn: UInt64 = 0
    /// To clients, if they pass the director.
    package var packetsOut: UInt64 = 0
    /// From clients; of IP packets, including headers.
    package var bytesIn: UInt64 = 0
    /// To clients, if they pass the director.
    package var bytesOut: UInt64 = 0
    /// Connections per second.
    package var connectionRate: UInt64 = 0
    /// Packets per second from clients.
    package var packetRateIn: UInt64 = 0
    /// Packets per second to clients.
    package var packetRateOut: UInt64 = 0
    /// Bytes per second from clients.
    package var byteRateIn: UInt64 = 0
    /// Bytes per second to clients.
    package var byteRateOut: UInt64 = 0
    /// 64 or 32: the width of the kernel's counters.
    package var bitWidth = 64

    package init() {}
}

extension Statistics {
    /// `IPVS_*_ATTR_STATS64`: all numbers have 64 bits, in host order.
    init(wide parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        try decode(parent, in: bytes) { attribute in bytes.host(attribute) }
    }

    /// `IPVS_*_ATTR_STATS`: 32 bits, except bytes, which have 64.
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
    /// - Throws: also, that the message is unusable, if it does not say what the daemon does.
    init(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        var isStated = false
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IPVS_DAEMON_ATTR_STATE:
                state = bytes.host(attribute) ?? 0
                isStated = true
            case IPVS_DAEMON_ATTR_MCAST_IFN: interface = bytes.text(attribute)
            case IPVS_DAEMON_ATTR_SYNC_ID: syncID = bytes.host(attribute) ?? 0
            case IPVS_DAEMON_ATTR_SYNC_MAXLEN: mostBytes = bytes.host(attribute)
            case IPVS_DAEMON_ATTR_MCAST_GROUP: group = bytes.bigEndian(attribute).map { IPAddress(ipv4: $0) }
            case IPVS_DAEMON_ATTR_MCAST_GROUP6:
                let range = attribute.payload
                if range.count == 16, let high = try? bytes.host(UInt64.self, at: range.lowerBound),
                    let low = try? bytes.host(UInt64.self, at: range.lowerBound + 8)
                {
                    group = IPAddress(ipv6High: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
                }
            case IPVS_DAEMON_ATTR_MCAST_PORT: port = bytes.host(attribute) ?? port
            case IPVS_DAEMON_ATTR_MCAST_TTL: timeToLive = bytes.host(attribute)
            default: break
            }
        }
        if !isStated { throw .unusable("synchronisation daemon", "it has no state", at: parent.payload.lowerBound) }
    }
}
