import Addresses
import CNetlink
import Netlink

extension Destination {
    /// Decodes `IPVS_CMD_ATTR_DEST`.
    ///
    /// - Parameter serviceFamily: the default, if the kernel sends no family.
    /// - Throws: also, that the message is unusable, if it does not say which destination it is.
    init(_ parent: Attribute, of serviceFamily: IPAddress.Family, in bytes: RawSpan) throws(DecodeError) {
        var family = serviceFamily
        var address: Attribute?
        var port: UInt16?
        self.init(Endpoint(IPAddress(ipv4: 0), 0), .nat)
        var tunnel = Tunnel()
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IPVS_DEST_ATTR_ADDR: address = attribute
            case IPVS_DEST_ATTR_ADDR_FAMILY: family = IPAddress.Family(bytes.host(attribute)) ?? serviceFamily
            case IPVS_DEST_ATTR_PORT: port = bytes.bigEndian(attribute)
            case IPVS_DEST_ATTR_FWD_METHOD:
                let flags: UInt32 = bytes.host(attribute) ?? 0
                method = ForwardingMethod(rawValue: flags & ForwardingMethod.mask)
            case IPVS_DEST_ATTR_TUN_TYPE: tunnel.type = bytes.host(attribute) ?? 0
            case IPVS_DEST_ATTR_TUN_PORT: tunnel.port = bytes.bigEndian(attribute) ?? 0
            case IPVS_DEST_ATTR_TUN_FLAGS: tunnel.flags = bytes.host(attribute) ?? 0
            case IPVS_DEST_ATTR_STATS where statistics == nil: statistics = try Statistics(narrow: attribute, in: bytes)
            case IPVS_DEST_ATTR_STATS64: statistics = try Statistics(wide: attribute, in: bytes)
            default: decodeNumber(attribute, in: bytes)
            }
        }
        guard let port, let address, let parsed = bytes.addressUnion(address, family) else {
            throw .unusable(
                "destination", "it has no \(address == nil ? "address" : "valid address and port")",
                at: parent.payload.lowerBound)
        }
        endpoint = Endpoint(parsed, port)
        if method == .tun { self.tunnel = tunnel }
    }

    private mutating func decodeNumber(_ attribute: Attribute, in bytes: RawSpan) {
        let value: UInt32 = bytes.host(attribute) ?? 0
        switch Int(attribute.type) {
        case IPVS_DEST_ATTR_WEIGHT: weight = value
        case IPVS_DEST_ATTR_U_THRESH: upperThreshold = value
        case IPVS_DEST_ATTR_L_THRESH: lowerThreshold = value
        case IPVS_DEST_ATTR_ACTIVE_CONNS: activeConnections = value
        case IPVS_DEST_ATTR_INACT_CONNS: inactiveConnections = value
        case IPVS_DEST_ATTR_PERSIST_CONNS: persistentConnections = value
        default: break
        }
    }
}
