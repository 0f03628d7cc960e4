import CNetlink
import Netlink

extension IPSet {
    /// Reads the sets that rules use, and those that such a set lists, which come first. Nothing is asked if there are none; otherwise the
    /// rules have had the kernel load all that this needs.
    ///
    /// Blocks for milliseconds, or a second for hundreds of thousands of elements; needs CAP_NET_ADMIN.
    ///
    /// - Returns: the sets, and why others could not be read.
    package static func used(
        by ruleset: Ruleset, _ tables: [LegacyTable], in kernel: any KernelSource
    ) -> (sets: [IPSet], failures: [KernelError]) {
        let indexes = tables.reduce(into: ruleset.setsUsed) { $0.formUnion($1.setsUsed) }
        guard !indexes.isEmpty else { return ([], []) }
        var sets: [IPSet] = []
        var failures: [KernelError] = []
        do throws(KernelError) {
            let all = try list(in: kernel)
            var names: Set<String> = []
            func read(_ wanted: [IPSet]) {
                for set in wanted where names.insert(set.name).inserted {
                    do throws(KernelError) { sets.append(try set.whole(in: kernel)) } catch { failures.append(error) }
                }
            }
            read(all.filter { indexes.contains($0.index) })
            let members = sets.reduce(into: Set<String>()) { $0.formUnion((try? $1.members) ?? []) }
            read(all.filter { members.contains($0.name) })
        } catch { failures.append(error) }
        return (sets.filter { !$0.isList } + sets.filter(\.isList), failures)
    }

    /// All sets of the namespace, without their elements.
    static func list(in kernel: any KernelSource) throws(KernelError) -> [IPSet] {
        var request = Request.ipset("list the sets of ipset", IPSET_CMD_LIST, flags: NLM_F_DUMP)
        request.append(IPSET_ATTR_FLAGS, bigEndian: IPSET_FLAG_LIST_HEADER.rawValue)
        var sets: [IPSet] = []
        try kernel.askStrictly(request) { message, datagram throws(DecodeError) in
            guard let set = try IPSet(message, in: datagram) else {
                throw .unusable("set of ipset", "it has no type", at: message.payload.lowerBound)
            }
            sets.append(set)
        }
        return sets
    }

    /// The same set with its elements.
    private func whole(in kernel: any KernelSource) throws(KernelError) -> IPSet {
        var request = Request.ipset("list \(self)", IPSET_CMD_LIST, flags: NLM_F_DUMP)
        request.append(IPSET_ATTR_SETNAME, payload(IPSET_ATTR_SETNAME) ?? [])
        var set: IPSet?
        var elements: [[UInt8]] = []
        try kernel.askStrictly(request) { message, datagram throws(DecodeError) in
            let described = try IPSet(message, in: datagram)
            let list = try IPSet.elements(message, in: datagram)
            if described == nil, list == nil {
                throw .unusable("set of ipset", "it has no type and no elements", at: message.payload.lowerBound)
            }
            set = set ?? described
            if let list { elements.append(list) }
        }
        guard var set, set.index == index, set.type == type else {
            throw KernelError(request.purpose, .failed, detail: "it changed while it was read", nextStep: "try again")
        }
        set.elements = elements
        return set
    }
}

extension Request {
    /// A request to ipset. Its protocol 7 tells the indexes of sets (Linux 4.19; net/netfilter/ipset/ip_set_core.c, `ip_set_dump_do`).
    static func ipset(_ purpose: String, _ command: ipset_cmd, flags: Int32 = NLM_F_ACK) -> Request {
        var request = netfilter(
            purpose, subsystem: NFNL_SUBSYS_IPSET, message: command.rawValue, flags: flags, family: AF_INET)
        request.append(IPSET_ATTR_PROTOCOL, host: UInt8(IPSET_PROTOCOL))
        return request
    }
}
