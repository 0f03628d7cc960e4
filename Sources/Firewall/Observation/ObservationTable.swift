import Addresses
import CNetlink
import Conntrack
import Netlink
import SystemPackage

/// A table of our own in nf_tables that counts the packets of what is observed by class and ctstate, in the network namespace of the thread
/// that makes it. It never ends a packet's way, and vanishes with this value, even when the program is killed.
///
/// Needs CAP_NET_ADMIN and Linux 5.12. Rules that look at the ctstate make conntrack active in the families of the table, where
/// nobody used it so far; look at `Tracking` before.
package struct ObservationTable: ~Copyable {
    private let tables: NFTables
    private let ruleset: ObservationRuleset

    /// As `nft list ruleset` shows it.
    package let name: String

    /// Makes it, in one transaction. Blocks until the kernel has it.
    ///
    /// - Parameter name: see `freshName`.
    /// - Throws: `.absent` when the kernel lacks nf_tables or is older than 5.12, `.forbidden` without the capability.
    package init(
        of targets: ObservationTargets, _ options: ObservationOptions = ObservationOptions(), name: String,
        in source: any KernelSource
    ) throws(KernelError) {
        try Self.check(source.origin.kernelRelease)
        let ruleset = ObservationRuleset(name, targets, options)
        let tables = try NFTables()
        try tables.run(ruleset.text, for: Self.purpose)
        self.name = name
        self.ruleset = ruleset
        self.tables = tables
    }

    /// A name that says whose table it is. Process ids repeat where several PID namespaces share a network namespace.
    package static func freshName(program: Int32) -> String {
        "ct-inspect-\(program)-" + String(UInt16.random(in: .min ... .max), radix: 16)
    }

    private static let purpose = "make an observation table"

    /// The first kernel with `NFT_TABLE_F_OWNER`.
    package static let firstKernel = KernelVersion(5, 12)

    private static func check(_ release: String) throws(KernelError) {
        guard let version = KernelVersion(release: release), version < firstKernel else { return }
        throw KernelError(
            purpose, .absent,
            detail: "this is Linux \(release), and tables that go with their owner came with \(firstKernel)",
            nextStep: "use a kernel of \(firstKernel) or later")
    }

    /// What was counted since the table was made.
    package struct Counts: Equatable, Sendable {
        /// Each cell that has seen a packet; sets of an earlier point come first.
        package var counts: [PacketCount] = []
        /// Points at which a set is full, so that further addresses and ports are not counted.
        package var full: Set<ObservationPoint> = []

        /// Nothing counted.
        package init() {}
    }

    /// Reads all counters, those of an earlier point first: a packet under way is counted at the later point at most, and so
    /// never looks like one that was dropped between the two.
    package borrowing func read(from source: any KernelSource) throws(KernelError) -> Counts {
        var counts = Counts()
        for set in ruleset.counters {
            let before = counts.counts.count
            try read(set, from: source, into: &counts)
            if counts.counts.count - before >= ruleset.options.setSize { counts.full.insert(set.point) }
        }
        return counts
    }

    /// Begins to trace packets of a class and ctstate too, besides those that are INVALID. Nothing when the table was made without traces.
    package borrowing func trace(_ packetClass: PacketClass, _ state: CTState) throws(KernelError) {
        guard ruleset.options.traceRate != nil, state != .invalid, CTState.named.contains(state) else { return }
        let rules = ruleset.counters.filter { $0.isFirst && $0.packetClass == packetClass }.map {
            "add rule \(ruleset.tableFamily) \(name) \($0.name) " + $0.traceRule(state, ruleset.options)
        }
        if rules.isEmpty { return }
        try tables.run(rules.joined(), for: "trace packets that are \(state)")
    }

    /// A dump that the kernel calls interrupted (a set that grew meanwhile) is made again; what keeps changing is taken as it comes.
    private borrowing func read(
        _ set: CounterSet, from source: any KernelSource, into counts: inout Counts
    ) throws(KernelError) {
        let element = CounterElement(set: set)
        let request = elementRequest(set)
        for attempt in 1... {
            var found: [PacketCount] = []
            let answer = try source.ask(request) { message, datagram throws(DecodeError) in
                try element.decode(message, in: datagram) { found.append($0) }
            }
            if answer.interrupted, attempt < 5 { continue }
            counts.counts += found
            return
        }
    }

    private borrowing func elementRequest(_ set: CounterSet) -> Request {
        var request = Request.netfilter(
            "read the counters of \(name)", subsystem: NFNL_SUBSYS_NFTABLES, message: NFT_MSG_GETSETELEM.rawValue,
            flags: NLM_F_DUMP, family: Int32(ruleset.tableFamily.rawValue))
        request.append(NFTA_SET_ELEM_LIST_TABLE.rawValue, text: name)
        request.append(NFTA_SET_ELEM_LIST_SET.rawValue, text: set.name)
        return request
    }
}

/// How an observation table is made.
package struct ObservationOptions: Equatable, Sendable {
    /// How many elements each counting set may have.
    package var setSize = 8192
    /// Trace at most so many packets a second; nil traces none.
    package var traceRate: Int?
    /// Hand so many packets of each cell (class, ctstate, address and port) to an NFLOG group.
    package var samples: Samples?

    /// How many packets are handed over, and to whom.
    package struct Samples: Equatable, Sendable {
        /// How many of each cell.
        package var count: Int
        /// So many more a second, once they are spent; nil for none.
        package var perSecond: Int?
        /// The NFLOG group that they go to.
        package var group: UInt16

        /// At most `count` of each cell, and `perSecond` more once they are spent.
        package init(count: Int, perSecond: Int? = nil, group: UInt16) {
            self.count = count
            self.perSecond = perSecond
            self.group = group
        }
    }

    /// No traces and no samples.
    package init() {}
}
