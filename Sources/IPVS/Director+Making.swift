import Addresses
import CNetlink
import Netlink

extension Director {
    /// Makes a service with its destinations, for a namespace of our own. Needs CAP_NET_ADMIN in the initial user namespace. The kernel loads
    /// the scheduler if it has none of that name.
    ///
    /// Thresholds are left out: packets of ours would reach them. Source: `ip_vs_genl_parse_service` and `ip_vs_genl_parse_dest`
    /// (net/netfilter/ipvs/ip_vs_ctl.c).
    package func make(_ service: Service) throws(KernelError) {
        var making = request("make the service \(service.identity)", IPVS_CMD_NEW_SERVICE, NLM_F_ACK)
        making.nest(IPVS_CMD_ATTR_SERVICE) { service.appendWhole(to: &$0) }
        _ = try source.ask(making) { _, _ in }
        for destination in service.destinations {
            var adding = request("add \(destination.endpoint) to \(service.identity)", IPVS_CMD_NEW_DEST, NLM_F_ACK)
            adding.nest(IPVS_CMD_ATTR_SERVICE) { service.identity.append(to: &$0) }
            adding.nest(IPVS_CMD_ATTR_DEST) { destination.append(to: &$0) }
            _ = try source.ask(adding) { _, _ in }
        }
    }
}

extension Service {
    fileprivate func appendWhole(to request: inout Request) {
        identity.append(to: &request)
        request.append(IPVS_SVC_ATTR_SCHED_NAME, text: scheduler)
        if let persistenceEngine { request.append(IPVS_SVC_ATTR_PE_NAME, text: persistenceEngine) }
        // `struct ip_vs_flags`: the flags, then a mask.
        let own = flags.subtracting(.hashed).rawValue
        request.append(IPVS_SVC_ATTR_FLAGS, [own, UInt32.max].flatMap { withUnsafeBytes(of: $0, Array.init) })
        request.append(IPVS_SVC_ATTR_TIMEOUT, host: persistenceTimeout)
        // IPv4: a mask in network order; IPv6: a prefix length.
        let mask = persistencePrefix <= 0 ? 0 : UInt32.max << UInt32(max(0, 32 - persistencePrefix))
        request.append(
            IPVS_SVC_ATTR_NETMASK, host: identity.family == .ipv4 ? mask.bigEndian : UInt32(clamping: persistencePrefix)
        )
    }
}

extension Destination {
    fileprivate func append(to request: inout Request) {
        let address = endpoint.address.networkBytes
        request.append(IPVS_DEST_ATTR_ADDR_FAMILY, host: UInt16(endpoint.address.family == .ipv4 ? AF_INET : AF_INET6))
        request.append(IPVS_DEST_ATTR_ADDR, address + [UInt8](repeating: 0, count: 16 - address.count))
        request.append(IPVS_DEST_ATTR_PORT, bigEndian: endpoint.port)
        request.append(IPVS_DEST_ATTR_FWD_METHOD, host: UInt32(method.rawValue))
        request.append(IPVS_DEST_ATTR_WEIGHT, host: weight)
        request.append(IPVS_DEST_ATTR_U_THRESH, host: UInt32(0))
        request.append(IPVS_DEST_ATTR_L_THRESH, host: UInt32(0))
        if let tunnel {
            request.append(IPVS_DEST_ATTR_TUN_TYPE, [tunnel.type])
            request.append(IPVS_DEST_ATTR_TUN_PORT, bigEndian: tunnel.port)
            request.append(IPVS_DEST_ATTR_TUN_FLAGS, host: tunnel.flags)
        }
    }
}
