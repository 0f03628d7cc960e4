import Addresses
import CNetlink
import Netlink
import SystemPackage

/// The conntrack table of a network namespace, over ctnetlink (net/netfilter/nf_conntrack_netlink.c).
///
/// Reading needs CAP_NET_ADMIN in the user namespace that owns the network namespace. It loads `nf_conntrack_netlink` if necessary, as
/// conntrack(8) does; it does not start tracking.
package struct Table {
    let source: any KernelSource

    package init(_ source: any KernelSource) { self.source = source }

    package enum Kind: Sendable {
        /// The confirmed entries: the table itself.
        case conntrack
        /// Deleted entries whose DESTROY event is not delivered yet (before 5.19: any that is still referenced).
        case dying
        /// Entries whose first packet is still in flight; kernels since 5.19 keep no list of them and return none.
        case unconfirmed

        fileprivate var message: UInt32 {
            switch self {
            case .conntrack: IPCTNL_MSG_CT_GET.rawValue
            case .dying: IPCTNL_MSG_CT_GET_DYING.rawValue
            case .unconfirmed: IPCTNL_MSG_CT_GET_UNCONFIRMED.rawValue
            }
        }

        fileprivate var purpose: String {
            switch self {
            case .conntrack: "dump the conntrack table"
            case .dying: "dump the dying conntrack entries"
            case .unconfirmed: "dump the unconfirmed conntrack entries"
            }
        }
    }

    /// Streams the entries that match a filter (without one, the whole table), of all families and zones. Memory does not grow with the table.
    ///
    /// The kernel applies as much of the filter as it can, at the cost of a second walk through its table if a protocol is given without a
    /// family. The resulting entries are the same either way.
    ///
    /// - Parameter inKernel: false to have the kernel send everything.
    /// - Returns: how the answer ended, and how many entries the kernel sent; if it is not whole, some may be missing or duplicated.
    package func dump(
        _ kind: Kind = .conntrack, matching filter: EntryFilter = EntryFilter(), inKernel: Bool = true,
        _ each: (Entry) -> Void
    ) throws(KernelError) -> Answer {
        try dumpMessages(kind, matching: filter, inKernel: inKernel) { entry, _, _ in each(entry) }
    }

    /// The same, with the netlink message that each entry was decoded from, and the datagram that contains it, borrowed for the call.
    package func dumpMessages(
        _ kind: Kind = .conntrack, matching filter: EntryFilter = EntryFilter(), inKernel: Bool = true,
        _ each: (Entry, Message, RawSpan) -> Void
    ) throws(KernelError) -> Answer {
        var plan = DumpPlan()
        if inKernel, kind == .conntrack, source.filters {
            plan = DumpPlanner(filter, for: KernelVersion(release: source.origin.kernelRelease)).plan
        }
        var whole = Answer()
        let size = hashSize
        for family in plan.families {
            // Mostly the whole table is wanted: then no entry has to be looked at.
            whole.add(
                filter.isEmpty
                    ? try answer(to: kind, family, plan, each)
                    : try answer(to: kind, family, plan) { if filter.matches($0) { each($0, $1, $2) } })
        }
        if hashSize != size { whole.interrupted = true }
        return whole
    }

    /// The number of hash buckets. When it changes during a dump, the kernel continues at the same bucket number in the new table, or ends
    /// early, silently (`ctnetlink_dump_table` checks no generation): once, 361,571 of 1,000,000 entries arrived.
    private var hashSize: String? { try? source.text(of: KernelFile(sysctl: "net.netfilter.nf_conntrack_buckets")) }

    /// A kernel that refuses the plan is asked for the whole family.
    private func answer(
        to kind: Kind, _ family: UInt8, _ plan: DumpPlan, _ each: (Entry, Message, RawSpan) -> Void
    ) throws(KernelError) -> Answer {
        let all = Request.netfilter(
            kind.purpose, subsystem: NFNL_SUBSYS_CTNETLINK, message: kind.message, flags: NLM_F_DUMP,
            family: Int32(family))
        var some = all
        plan.append(to: &some)
        if some == all { return try answer(to: all, each) }
        var isBegun = false
        do throws(KernelError) {
            return try answer(to: some) {
                isBegun = true
                each($0, $1, $2)
            }
        } catch {
            let isRefusal = error.errno != nil && (error.cause == .failed || error.cause == .absent)
            guard isRefusal, !isBegun else { throw error }
            return try answer(to: all, each)
        }
    }

    /// Looks up an entry by a tuple of either direction (`IPCTNL_MSG_CT_GET`), in one zone.
    ///
    /// - Returns: nil if the table has no such entry.
    package func entry(for tuple: Tuple, zone: UInt16 = 0) throws(KernelError) -> Entry? {
        var found: Entry?
        try look(for: tuple, zone: zone) { entry, _, _ in found = entry }
        return found
    }

    /// The same, with the netlink message that the entry was decoded from, and its datagram.
    ///
    /// - Parameter found: called if the table has such an entry.
    /// - Throws: also, `.damaged`, if the answer cannot be used.
    package func look(
        for tuple: Tuple, zone: UInt16, _ found: (Entry, Message, RawSpan) -> Void
    ) throws(KernelError) {
        guard let request = Self.lookup(tuple, zone: zone) else { return }
        do throws(KernelError) {
            try answer(to: request, found).requireUsable(request.purpose)
        } catch {
            if error.cause != .notFound { throw error }
        }
    }

    private func answer(to request: Request, _ each: (Entry, Message, RawSpan) -> Void) throws(KernelError) -> Answer {
        do throws(KernelError) {
            return try source.ask(request) { message, datagram throws(DecodeError) in
                let entry = try Entry(message, in: datagram)
                try entry.expectIdentity(of: message)
                each(entry, message, datagram)
            }
        } catch {
            // For a lookup, EINVAL may also mean a tuple that no entry can have.
            let isUnserved = request.isDump ? error.saysUnserved : error.cause == .absent
            throw isUnserved ? error.withoutCtnetlink : error
        }
    }

    private static func lookup(_ tuple: Tuple, zone: UInt16) -> Request? {
        guard let source = tuple.source, let destination = tuple.destination, source.family == destination.family
        else { return nil }
        let isIPv4 = source.family == .ipv4
        var request = Request.netfilter(
            "look up the conntrack entry of \(tuple)", subsystem: NFNL_SUBSYS_CTNETLINK,
            message: IPCTNL_MSG_CT_GET.rawValue, flags: NLM_F_ACK, family: isIPv4 ? AF_INET : AF_INET6)
        request.nest(CTA_TUPLE_ORIG.rawValue) { request in
            request.nest(CTA_TUPLE_IP.rawValue) { request in
                request.append((isIPv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC).rawValue, source.networkBytes)
                request.append((isIPv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST).rawValue, destination.networkBytes)
            }
            request.nest(CTA_TUPLE_PROTO.rawValue) { request in
                request.append(CTA_PROTO_NUM.rawValue, host: tuple.protocol.rawValue)
                append(tuple.discriminator, isIPv4: isIPv4, to: &request)
            }
        }
        if zone != 0 { request.append(CTA_ZONE.rawValue, bigEndian: zone) }
        return request
    }

    private static func append(_ discriminator: Tuple.Discriminator, isIPv4: Bool, to request: inout Request) {
        switch discriminator {
        case .none: break
        case .ports(let source, let destination):
            request.append(CTA_PROTO_SRC_PORT.rawValue, bigEndian: source)
            request.append(CTA_PROTO_DST_PORT.rawValue, bigEndian: destination)
        case .icmp(let type, let code, let id):
            request.append((isIPv4 ? CTA_PROTO_ICMP_ID : CTA_PROTO_ICMPV6_ID).rawValue, bigEndian: id)
            request.append((isIPv4 ? CTA_PROTO_ICMP_TYPE : CTA_PROTO_ICMPV6_TYPE).rawValue, host: type)
            request.append((isIPv4 ? CTA_PROTO_ICMP_CODE : CTA_PROTO_ICMPV6_CODE).rawValue, host: code)
        }
    }
}

extension Tuple: CustomStringConvertible {
    /// For messages: `tcp 10.0.0.1:41048 > 10.0.0.100:80`.
    package var description: String {
        described { address, port in port.map { Endpoint(address, $0).description } ?? address.description }
    }

    /// The same with other words for its ends.
    package func described(_ end: (IPAddress, _ port: UInt16?) -> String) -> String {
        guard let source, let destination else { return "\(`protocol`)" }
        switch discriminator {
        case .none: return "\(`protocol`) \(end(source, nil)) > \(end(destination, nil))"
        case .ports(let from, let to): return "\(`protocol`) \(end(source, from)) > \(end(destination, to))"
        case .icmp(let type, let code, let id):
            return "\(`protocol`) \(end(source, nil)) > \(end(destination, nil)) type \(type) code \(code) id \(id)"
        }
    }
}

extension Table {
    /// How often an incomplete dump is tried.
    package static let attempts = 3

    /// Why a dump is incomplete after that.
    package static let keptChanging = changed + ", \(attempts) times"

    private static let changed =
        "it changed while it was read (NLM_F_DUMP_INTR, or its hash table was resized), or answers were lost (ENOBUFS)"

    /// The error for an incomplete list.
    package static func notWhole(
        _ what: String, _ answer: Answer, attempts: Int = attempts, nextStep: String = "try again"
    ) -> KernelError {
        KernelError(
            "dump \(what) as a whole", .lost,
            detail: answer.shortfall(ifChanged: attempts == 1 ? changed : keptChanging),
            nextStep: answer.interrupted ? nextStep : KernelError.reportUnusable)
    }

    /// Dumps until the table does not change meanwhile, at most `attempts` times.
    ///
    /// - Parameters:
    ///   - begin: called before each attempt, to discard earlier results.
    ///   - each: gets each entry of the attempt.
    /// - Returns: how the last attempt ended.
    package func dumpRepeatedly(
        _ kind: Kind = .conntrack, matching filter: EntryFilter = EntryFilter(), attempts: Int = attempts,
        begin: () -> Void, _ each: (Entry) -> Void
    ) throws(KernelError) -> Answer {
        try Answer.repeating(attempts) { () throws(KernelError) in
            begin()
            return try dump(kind, matching: filter, each)
        }
    }
}

extension KernelError {
    /// The same error, known to mean that the kernel does not serve ctnetlink.
    var withoutCtnetlink: KernelError {
        KernelError(
            asked, .absent, errno: errno, detail: detail,
            nextStep: "the kernel has no ctnetlink: modprobe nf_conntrack_netlink")
    }
}
