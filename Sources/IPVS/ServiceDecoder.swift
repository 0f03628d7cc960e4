import Addresses
import CNetlink
import Netlink

extension Service.Identity {
    /// The attributes by which the kernel looks up a service (`ip_vs_genl_parse_service`).
    func append(to request: inout Request) {
        request.append(IPVS_SVC_ATTR_AF, host: UInt16(family == .ipv4 ? AF_INET : AF_INET6))
        switch self {
        case .fwmark(let mark, _):
            request.append(IPVS_SVC_ATTR_FWMARK, host: mark)
        case .address(let `protocol`, let endpoint):
            request.append(IPVS_SVC_ATTR_PROTOCOL, host: UInt16(`protocol`.rawValue))
            let address = endpoint.address.networkBytes
            request.append(IPVS_SVC_ATTR_ADDR, address + [UInt8](repeating: 0, count: 16 - address.count))
            request.append(IPVS_SVC_ATTR_PORT, bigEndian: endpoint.port)
        }
    }
}

extension Service {
    /// Decodes `IPVS_CMD_ATTR_SERVICE`.
    ///
    /// - Throws: also, that the message is unusable, if it does not say which service it is.
    init(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        let fields = try ServiceFields(parent, in: bytes)
        self.init(try fields.identity(in: bytes, at: parent.payload.lowerBound))
        scheduler = fields.scheduler
        flags = Flags(rawValue: fields.flags)
        persistenceTimeout = fields.timeout
        if let netmask = fields.netmask {
            // IPv4: a mask in network order; IPv6: a prefix length.
            persistencePrefix = identity.family == .ipv4 ? UInt32(bigEndian: netmask).nonzeroBitCount : Int(netmask)
        }
        persistenceEngine = fields.engine
        statistics = fields.statistics
    }
}

/// The attributes of a service, which depend on each other, as received.
private struct ServiceFields {
    var family: UInt16?
    var `protocol`: UInt16?
    var address: Attribute?
    var port: UInt16?
    var fwmark: UInt32?
    var scheduler = ""
    var flags: UInt32 = 0
    var timeout: UInt32 = 0
    var netmask: UInt32?
    var engine: String?
    var statistics: Statistics?

    init(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case IPVS_SVC_ATTR_AF: family = bytes.host(attribute)
            case IPVS_SVC_ATTR_PROTOCOL: `protocol` = bytes.host(attribute)
            case IPVS_SVC_ATTR_ADDR: address = attribute
            case IPVS_SVC_ATTR_PORT: port = bytes.bigEndian(attribute)
            case IPVS_SVC_ATTR_FWMARK: fwmark = bytes.host(attribute)
            case IPVS_SVC_ATTR_SCHED_NAME: scheduler = bytes.text(attribute)
            // `struct ip_vs_flags`: the flags, then a mask.
            case IPVS_SVC_ATTR_FLAGS:
                flags = bytes.host(Attribute(type: attribute.type, payload: attribute.payload.prefix(4))) ?? 0
            case IPVS_SVC_ATTR_TIMEOUT: timeout = bytes.host(attribute) ?? 0
            case IPVS_SVC_ATTR_NETMASK: netmask = bytes.host(attribute)
            case IPVS_SVC_ATTR_PE_NAME: engine = bytes.text(attribute)
            case IPVS_SVC_ATTR_STATS where statistics == nil: statistics = try Statistics(narrow: attribute, in: bytes)
            case IPVS_SVC_ATTR_STATS64: statistics = try Statistics(wide: attribute, in: bytes)
            default: break
            }
        }
    }

    func identity(in bytes: RawSpan, at offset: Int) throws(DecodeError) -> Service.Identity {
        guard let family = IPAddress.Family(family) else {
            throw .unusable("service", "it has no family, or an unknown one", at: offset)
        }
        if let fwmark { return .fwmark(fwmark, family) }
        guard let address else { throw .unusable("service", "it has no address and no firewall mark", at: offset) }
        guard let `protocol`, let number = UInt8(exactly: `protocol`), let port,
            let parsed = bytes.addressUnion(address, family)
        else { throw .unusable("service", "it has no valid protocol, address and port", at: offset) }
        return .address(IPProtocol(rawValue: number), Endpoint(parsed, port))
    }
}

extension IPAddress.Family {
    /// From an `AF_*` number.
    init?(_ number: UInt16?) {
        switch number.map(Int32.init) {
        case AF_INET: self = .ipv4
        case AF_INET6: self = .ipv6
        default: return nil
        }
    }
}

extension RawSpan {
    /// `union nf_inet_addr`: 16 bytes, of which IPv4 uses the first four.
    func addressUnion(_ attribute: Attribute, _ family: IPAddress.Family) -> IPAddress? {
        let start = attribute.payload.lowerBound
        guard attribute.payload.count == 16, let high = try? bigEndian(UInt64.self, at: start),
            let low = try? bigEndian(UInt64.self, at: start + 8)
        else { return nil }
        return family == .ipv4 ? IPAddress(ipv4: UInt32(high >> 32)) : IPAddress(ipv6High: high, low: low)
    }
}
