import CNetlink
import Netlink

/// Matches and targets of xtables, as iptables-legacy and iptables-nft use them.
enum XTModules {
    /// Those with nothing to replace: ports, states, marks, limits, flags.
    private static let matches: Set<String> = [
        "addrtype", "ah", "cluster", "connbytes", "connlabel", "connlimit", "connmark", "cpu", "dccp", "devgroup",
        "dscp",
        "dst", "ecn", "esp", "eui64", "frag", "hbh", "helper", "hl", "icmp", "icmp6", "ipcomp", "ipv6header", "length",
        "limit", "mark", "mh", "multiport", "owner", "pkttype", "quota", "realm", "rpfilter", "sctp", "set", "socket",
        "state", "statistic", "tcp", "tcpmss", "time", "tos", "ttl", "udp", "udplite",
    ]

    private static let targets: Set<String> = [
        "", "AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK", "CONNSECMARK", "DSCP", "ECN", "HL", "MARK", "NFQUEUE",
        "NOTRACK", "REJECT", "SET", "SYNPROXY", "TCPMSS", "TCPOPTSTRIP", "TOS", "TRACE", "TTL",
    ]

    static func isKept(_ name: String, isTarget: Bool) -> Bool { (isTarget ? targets : matches).contains(name) }
}

extension AttributeRewriter {
    /// An expression of iptables-nft.
    mutating func module(_ expression: Expression) -> Expression? {
        let isTarget = expression.name == "target"
        let types =
            isTarget
            ? (name: NFTA_TARGET_NAME.rawValue, revision: NFTA_TARGET_REV.rawValue, data: NFTA_TARGET_INFO.rawValue)
            : (name: NFTA_MATCH_NAME.rawValue, revision: NFTA_MATCH_REV.rawValue, data: NFTA_MATCH_INFO.rawValue)
        guard let name = expression.data.text(types.name), let data = expression.data.payload(types.data),
            let mapped = module(
                name, revision: expression.data.number(types.revision) ?? 0, isTarget: isTarget, data)
        else { return nil }
        return Expression(expression.name, expression.data.mapped { UInt32($0) == types.data ? mapped : $1 })
    }

    /// The data of a match or target, as long as before.
    ///
    /// - Returns: nil if it is not known what is in it, or no replacement would mean the same.
    mutating func module(_ name: String, revision: UInt32, isTarget: Bool, _ data: [UInt8]) -> [UInt8]? {
        if XTModules.isKept(name, isTarget: isTarget) { return data }
        return isTarget ? target(name, revision, data) : match(name, revision, data)
    }

    private mutating func match(_ name: String, _ revision: UInt32, _ data: [UInt8]) -> [UInt8]? {
        var data = data
        switch name {
        // `struct xt_comment_info`: 256 bytes of text.
        case "comment": return NameMapping.field(data) { [names] in names.text($0) }
        // `struct xt_mac_info`: an address, and two bytes for the compiler, then whether it is inverted.
        case "mac":
            guard data.count >= 6 else { return nil }
            data.replaceSubrange(0..<6, with: addresses.link(Array(data[0..<6])))
            return data
        // `struct xt_physdev_info`: a name and a mask for each of two interfaces.
        case "physdev":
            for place in [0, 32] where !replaceInterface(in: &data, at: place, mask: place + 16) { return nil }
            return data
        case "conntrack": return conntrack(revision, data)
        // `struct xt_recent_mtinfo`: two numbers, two flags, a name of 200 bytes, then a number and, from revision 1 on, a mask.
        case "recent": return replaceText(in: data, at: 10, count: 200)
        // `struct xt_hashlimit_mtinfo1` has a name of 16 bytes, those after it one of 255; then numbers.
        case "hashlimit": return replaceText(in: data, at: 0, count: revision <= 1 ? 16 : 255)
        // `struct xt_ipvs_mtinfo`: an address and a mask, then numbers.
        case "ipvs": return replaceMasked(in: data, at: 0, mask: 16)
        // Revision 0 has a number; others may have a path.
        case "cgroup": return revision == 0 ? data : nil
        default: return nil
        }
    }

    /// `struct xt_conntrack_mtinfo1` to 3 (linux/netfilter/xt_conntrack.h) begin with four addresses, each with its mask.
    private mutating func conntrack(_ revision: UInt32, _ data: [UInt8]) -> [UInt8]? {
        guard (1...3).contains(revision), data.count >= 128 else { return nil }
        var whole: [UInt8]? = data
        for place in 0..<4 { whole = whole.flatMap { replaceMasked(in: $0, at: 32 * place, mask: 32 * place + 16) } }
        return whole
    }

    private mutating func target(_ name: String, _ revision: UInt32, _ data: [UInt8]) -> [UInt8]? {
        switch name {
        // `struct xt_log_info`: two bytes, then 30 of text; `struct xt_nflog_info`: twelve, then 64.
        case "LOG": return replaceText(in: data, at: 2, count: 30)
        case "NFLOG": return replaceText(in: data, at: 12, count: 64)
        // What begins a chain other than those at hooks; the table's last one is an error of the same name.
        case "ERROR": return NameMapping.field(data) { names.name($0) }
        // `struct xt_ct_target_info_v1`: a helper's name, then that of a timeout, which is the user's.
        case "CT": return revision == 0 ? data : replaceText(in: data, at: 28, count: 32)
        // `struct xt_tee_tginfo`: an address, a link's name.
        case "TEE":
            guard data.count >= 32, var out = replaceUnion(in: data, at: 0) else { return nil }
            let link = NameMapping.field(Array(out[16..<32])) { names.interface($0) }
            out.replaceSubrange(16..<32, with: link)
            return out
        // `struct xt_tproxy_target_info`: two numbers, an address, a port.
        case "TPROXY": return revision == 0 ? replaceAddress(in: data, at: 8) : replaceUnion(in: data, at: 8)
        case "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP": return translation(revision, data)
        default: return nil
        }
    }

    /// `struct nf_nat_ipv4_multi_range_compat`, of the first revision for IPv4; else `struct nf_nat_range` or `nf_nat_range2`.
    private mutating func translation(_ revision: UInt32, _ data: [UInt8]) -> [UInt8]? {
        let span = data.span.bytes
        let isIPv4 = data.count < 40
        let start = isIPv4 ? 4 : 0
        guard let flags = try? span.host(UInt32.self, at: start),
            !isIPv4 || (try? span.host(UInt32.self, at: 0)) == 1
        else { return nil }
        let (first, size) = (start + 4, isIPv4 ? 4 : 16)
        guard data.count >= first + 2 * size else { return nil }
        var out = data
        let (low, high) = (first..<first + size, first + size..<first + 2 * size)
        guard flags & 1 != 0 else {
            // No address counts (`NF_NAT_RANGE_MAP_IPS`).
            for range in [low, high] { out.replaceSubrange(range, with: repeatElement(0, count: size)) }
            return out
        }
        // A union of which IPv4 uses the beginning.
        let isUnion = size == 16 && data[low].dropFirst(4).allSatisfy { $0 == 0 }
        let used = isUnion ? 4 : size
        guard let ends = mapped(from: Array(data[low].prefix(used)), to: Array(data[high].prefix(used))) else {
            return nil
        }
        out.replaceSubrange(low.lowerBound..<low.lowerBound + used, with: ends.low)
        out.replaceSubrange(high.lowerBound..<high.lowerBound + used, with: ends.high)
        return out
    }

    // MARK: Parts

    private func replaceText(in data: [UInt8], at place: Int, count: Int) -> [UInt8]? {
        guard data.count >= place + count else { return nil }
        var out = data
        out.replaceSubrange(
            place..<place + count, with: NameMapping.field(Array(data[place..<place + count])) { names.text($0) })
        return out
    }

    private mutating func replaceAddress(in data: [UInt8], at place: Int) -> [UInt8]? {
        guard data.count >= place + 4, let mapped = addresses.mapped(Array(data[place..<place + 4])) else { return nil }
        var out = data
        out.replaceSubrange(place..<place + 4, with: mapped)
        return out
    }

    private mutating func replaceUnion(in data: [UInt8], at place: Int) -> [UInt8]? {
        guard data.count >= place + 16, let mapped = addresses.mapped(union: Array(data[place..<place + 16]), nil)
        else { return nil }
        var out = data
        out.replaceSubrange(place..<place + 16, with: mapped)
        return out
    }

    /// An address of 16 bytes, as far as its mask says.
    private mutating func replaceMasked(in data: [UInt8], at place: Int, mask: Int) -> [UInt8]? {
        guard data.count >= mask + 16 else { return nil }
        let (address, bits) = (Array(data[place..<place + 16]), Array(data[mask..<mask + 16]))
        if bits.allSatisfy({ $0 == 0 }) {
            var out = data
            out.replaceSubrange(place..<place + 16, with: repeatElement(0, count: 16))
            return out
        }
        let isIPv4 = address[4...].allSatisfy { $0 == 0 } && bits[4...].allSatisfy { $0 == 0 || $0 == 0xFF }
        let used = isIPv4 ? 4 : 16
        guard let mapped = masked(Array(address.prefix(used)), Array(bits.prefix(used))) else { return nil }
        var out = data
        out.replaceSubrange(place..<place + used, with: mapped)
        return out
    }

    /// An address of which a mask's bits count.
    ///
    /// - Returns: nil if the mask has gaps.
    mutating func masked(_ address: [UInt8], _ mask: [UInt8]) -> [UInt8]? {
        let length = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        let isPrefix = mask.enumerated().allSatisfy { place, byte in
            byte == UInt8(truncatingIfNeeded: 0xFF00 >> min(8, max(0, length - 8 * place)))
        }
        return isPrefix ? addresses.mapped(address, prefix: length) : nil
    }

    /// The name of an interface, or its beginning, with a mask of the bytes that count.
    ///
    /// - Returns: whether that is what it is.
    mutating func replaceInterface(in data: inout [UInt8], at place: Int, mask: Int) -> Bool {
        guard data.count >= place + 16, data.count >= mask + 16 else { return false }
        let counted = data[mask..<mask + 16].prefix { $0 == 0xFF }.count
        guard data[mask + counted..<mask + 16].allSatisfy({ $0 == 0 }) else { return false }
        // What does not count may have anything.
        let name = Array(data[place..<place + counted].prefix { $0 != 0 })
        let mapped = names.interface(name)
        data.replaceSubrange(
            place..<place + 16, with: mapped + [UInt8](repeating: 0, count: max(0, 16 - mapped.count)))
        return true
    }
}
