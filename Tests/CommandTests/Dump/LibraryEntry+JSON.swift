import Addresses
import CNetlink
import Conntrack
import Glibc
import TableSupport

/// The expected JSON of an entry, from what libnetfilter_conntrack reads from the kernel's message.
extension LibraryEntry {
    func json() -> [String: Any] {
        let isIPv4 = self[byte: ATTR_L3PROTO] == UInt8(AF_INET)
        let number = self[byte: ATTR_L4PROTO]
        var json: [String: Any] = [
            "family": isIPv4 ? "ipv4" : "ipv6", "protocol": "\(IPProtocol(rawValue: number))",
            "protocol_number": Int(number), "original": original(isIPv4), "reply": reply(isIPv4),
            "status": statusNames, "zone": has(ATTR_ZONE) ? Int(nfct_get_attr_u16(object, ATTR_ZONE)) : 0,
        ]
        for (name, attribute) in [
            ("timeout", ATTR_TIMEOUT), ("mark", ATTR_MARK), ("id", ATTR_ID), ("use", ATTR_USE),
            ("verification_tag_original", ATTR_SCTP_VTAG_ORIG), ("verification_tag_reply", ATTR_SCTP_VTAG_REPL),
        ] where has(attribute) { json[name] = Int(self[word: attribute]) }
        for (name, attribute) in [
            ("window_scale_original", ATTR_TCP_WSCALE_ORIG), ("window_scale_reply", ATTR_TCP_WSCALE_REPL),
            ("tcp_flags_original", ATTR_TCP_FLAGS_ORIG), ("tcp_flags_reply", ATTR_TCP_FLAGS_REPL),
            ("dccp_role", ATTR_DCCP_ROLE),
        ] where has(attribute) { json[name] = Int(self[byte: attribute]) }
        if has(ATTR_DCCP_HANDSHAKE_SEQ) {
            json["dccp_handshake_sequence"] = Int(nfct_get_attr_u64(object, ATTR_DCCP_HANDSHAKE_SEQ))
        }
        json["state"] = stateName
        json["helper"] = text(ATTR_HELPER_NAME)
        json["started_ns"] = has(ATTR_TIMESTAMP_START) ? "\(nfct_get_attr_u64(object, ATTR_TIMESTAMP_START))" : nil
        json["labels"] = labelBytes
        json["synproxy"] = synproxy
        json["master"] = master
        return json
    }

    private func original(_ isIPv4: Bool) -> [String: Any] {
        var tuple = tuple(
            isIPv4 ? (ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST) : (ATTR_ORIG_IPV6_SRC, ATTR_ORIG_IPV6_DST), isIPv4,
            (ATTR_ORIG_PORT_SRC, ATTR_ORIG_PORT_DST))
        if has(ATTR_ICMP_TYPE) { tuple.merge(icmp(self[byte: ATTR_ICMP_TYPE])) { $1 } }
        if has(ATTR_ORIG_ZONE) { tuple["zone"] = Int(nfct_get_attr_u16(object, ATTR_ORIG_ZONE)) }
        if has(ATTR_ORIG_COUNTER_PACKETS) {
            tuple["packets"] = Int(nfct_get_attr_u64(object, ATTR_ORIG_COUNTER_PACKETS))
            tuple["bytes"] = Int(nfct_get_attr_u64(object, ATTR_ORIG_COUNTER_BYTES))
        }
        return tuple
    }

    private func reply(_ isIPv4: Bool) -> [String: Any] {
        var tuple = tuple(
            isIPv4 ? (ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST) : (ATTR_REPL_IPV6_SRC, ATTR_REPL_IPV6_DST), isIPv4,
            (ATTR_REPL_PORT_SRC, ATTR_REPL_PORT_DST))
        // The library keeps only the original direction's type; these types answer each other (RFC 792, 4443).
        let answers: [UInt8: UInt8] = [8: 0, 13: 14, 128: 129]
        if has(ATTR_ICMP_TYPE), let type = answers[self[byte: ATTR_ICMP_TYPE]] { tuple.merge(icmp(type)) { $1 } }
        if has(ATTR_REPL_ZONE) { tuple["zone"] = Int(nfct_get_attr_u16(object, ATTR_REPL_ZONE)) }
        if has(ATTR_REPL_COUNTER_PACKETS) {
            tuple["packets"] = Int(nfct_get_attr_u64(object, ATTR_REPL_COUNTER_PACKETS))
            tuple["bytes"] = Int(nfct_get_attr_u64(object, ATTR_REPL_COUNTER_BYTES))
        }
        return tuple
    }

    private func tuple(
        _ addresses: (nf_conntrack_attr, nf_conntrack_attr), _ isIPv4: Bool,
        _ ports: (nf_conntrack_attr, nf_conntrack_attr)
    ) -> [String: Any] {
        var tuple: [String: Any] = [
            "source": address(addresses.0, isIPv4), "destination": address(addresses.1, isIPv4),
        ]
        if has(ports.0), !has(ATTR_ICMP_TYPE) {
            tuple["source_port"] = Int(self[network16: ports.0])
            tuple["destination_port"] = Int(self[network16: ports.1])
        }
        return tuple
    }

    private func icmp(_ type: UInt8) -> [String: Any] {
        [
            "icmp_type": Int(type), "icmp_code": Int(self[byte: ATTR_ICMP_CODE]),
            "icmp_id": Int(self[network16: ATTR_ICMP_ID]),
        ]
    }

    /// As inet_ntop(3) writes it.
    private func address(_ attribute: nf_conntrack_attr, _ isIPv4: Bool) -> String {
        guard let bytes = bytes(attribute, count: isIPv4 ? 4 : 16) else { return "none" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = text.baseAddress,
                let written = inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, start, socklen_t(text.count))
            else { return "none" }
            return String(cString: written)
        }
    }

    private var master: [String: Any]? {
        guard has(ATTR_MASTER_L4PROTO) else { return nil }
        return tuple((ATTR_MASTER_IPV4_SRC, ATTR_MASTER_IPV4_DST), true, (ATTR_MASTER_PORT_SRC, ATTR_MASTER_PORT_DST))
    }
}

extension LibraryEntry {
    /// From the kernel's header, bit by bit.
    private var statusNames: [String] {
        let names: [(ip_conntrack_status, String)] = [
            (IPS_EXPECTED, "EXPECTED"), (IPS_SEEN_REPLY, "SEEN_REPLY"), (IPS_ASSURED, "ASSURED"),
            (IPS_CONFIRMED, "CONFIRMED"), (IPS_SRC_NAT, "SRC_NAT"), (IPS_DST_NAT, "DST_NAT"),
            (IPS_SEQ_ADJUST, "SEQ_ADJUST"), (IPS_SRC_NAT_DONE, "SRC_NAT_DONE"), (IPS_DST_NAT_DONE, "DST_NAT_DONE"),
            (IPS_DYING, "DYING"), (IPS_FIXED_TIMEOUT, "FIXED_TIMEOUT"), (IPS_HELPER, "HELPER"),
        ]
        let status = self[word: ATTR_STATUS]
        return names.filter { status & UInt32($0.0.rawValue) != 0 }.map(\.1)
    }

    /// As conntrack(8) names it.
    private var stateName: String? {
        guard has(ATTR_TCP_STATE) || has(ATTR_SCTP_STATE) || has(ATTR_DCCP_STATE) else { return nil }
        let line = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { text in
            text.baseAddress.map { start in
                _ = nfct_snprintf(start, UInt32(text.count), object, UInt32(bitPattern: NFCT_T_UNKNOWN.rawValue), 0, 0)
                return String(cString: start)
            } ?? ""
        }
        return line.split(separator: " ").dropFirst(3).first.map(String.init)
    }

    /// Sixteen bytes; bit 0 is the lowest bit of the first.
    private var labelBytes: String? {
        guard let labels else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        for label in labels { bytes[Int(label / 8)] |= 1 << UInt8(label % 8) }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private var synproxy: [String: Any]? {
        guard has(ATTR_SYNPROXY_ISN) else { return nil }
        return [
            "initial_sequence": Int(self[word: ATTR_SYNPROXY_ISN]),
            "initial_timestamp": Int(self[word: ATTR_SYNPROXY_ITS]),
            "timestamp_offset": Int(self[word: ATTR_SYNPROXY_TSOFF]),
        ]
    }
}
