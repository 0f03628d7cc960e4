import Addresses
import CNetlink
import Conntrack
import Netlink
import SystemPackage

/// Our own nf_tables table, which counts observed packets by class and ctstate in the network namespace of the calling thread. It never
/// accepts or drops a packet, and is removed with this value, even if the program is killed.
///
/// Needs CAP_NET_ADMIN and Linux 5.12. Rules that match on ctstate activate conntrack in the table's families if nothing has used it so
/// far; check `ConntrackActivation` first.
package struct ObservationTable: ~Copyable {
    /// The table is removed when this is closed (`nft_rcv_nl_event`, nf_tables_api.c), however the program ends.
    private let owner: TransactionSocket
    private let ruleset: ObservationRuleset

    /// As shown by `nft list ruleset`.
    package let name: String

    /// Creates it in one transaction. Blocks until the kernel has it.
    ///
    /// - Parameter name: see `freshName`.
    /// - Throws: `.absent` if the kernel lacks nf_tables or is older than 5.12, `.forbidden` without the capability.
    package init(
        of targets: ObservationTargets, _ options: ObservationOptions = ObservationOptions(), name: String,
        in source: any KernelSource
    ) throws(KernelError) {
        try Self.check(source.origin.kernelRelease)
        let ruleset = ObservationRuleset(name, targets, options)
        let owner = try TransactionSocket(NFNL_SUBSYS_NFTABLES, for: Self.purpose)
        do throws(KernelError) {
            try owner.sendAll(ruleset.table.messages, for: Self.purpose)
        } catch {
            throw error.namingModule
        }
        self.name = name
        self.ruleset = ruleset
        self.owner = owner
    }

    /// Every such table has a name that begins so.
    package static let prefix = "ct-inspect-"

    /// A name that shows the table's owner. Process ids repeat if several PID namespaces share a network namespace.
    package static func freshName(program: Int32) -> String {
        "\(prefix)\(program)-" + String(UInt16.random(in: .min ... .max), radix: 16)
    }

    private static let purpose = "make an observation table"

    /// The first kernel with `NFT_TABLE_F_OWNER`.
    package static let firstKernel = KernelVersion(5, 12)

    private static func check(_ release: String) throws(KernelError) {
        guard let version = KernelVersion(release: release), version < firstKernel else { return }
        throw KernelError(
            purpose, .absent,
            detail: "this is Linux \(release), and tables owned by a process need \(firstKernel)",
            nextStep: "use kernel \(firstKernel) or later")
    }

    /// What was counted since the table was created.
    package struct Counts: Equatable, Sendable {
        /// Each cell that has seen a packet; sets of earlier points come first.
        package var counts: [PacketCount] = []
        /// Points at which a set is full: additional addresses and ports cannot be counted.
        package var full: Set<ObservationPoint> = []
        /// Packets that no set could count, at each point with some: a set was full, or the kernel had no memory for another element.
        package var missed: [ObservationPoint: UInt64] = [:]
        /// Points of which messages could not be used, so that packets counted there are missing.
        package var unusable: [ObservationPoint: UnusableMessages] = [:]
        /// Points at which there may have been packets that are not in the counts.
        package var uncounted: Set<ObservationPoint> { Set(missed.keys).union(unusable.keys) }

        package init() {}
    }

    /// Reads all counters, those of earlier points first: a packet in flight is counted at most at the later point, and so never looks
    /// dropped between the two.
    package borrowing func read(from source: any KernelSource) throws(KernelError) -> Counts {
        var counts = Counts()
        for set in ruleset.counters {
            let before = counts.counts.count
            try read(set, from: source, into: &counts)
            if counts.counts.count - before >= ruleset.size(of: set) { counts.full.insert(set.point) }
        }
        try readMissed(from: source, into: &counts)
        return counts
    }

    /// Also traces packets with this class and ctstate, in addition to INVALID ones: those of a point's side, from where they are first seen;
    /// of `arrived`, from there. No effect if the table was created without traces.
    package borrowing func trace(
        _ packetClass: PacketClass, _ state: CTState, from point: ObservationPoint
    ) throws(KernelError) {
        guard ruleset.options.traceRate != nil, point.hasState ? CTState.named.contains(state) : state == .unseen else {
            return
        }
        let table = TableWriter(ruleset.tableFamily, name)
        let beginnings = ruleset.counters.filter {
            $0.point.beginsTraces && $0.point.side == point.side && $0.point.hasState == point.hasState
                && !(state == .invalid && $0.point.tracesInvalid) && $0.packetClass == packetClass
        }
        if beginnings.isEmpty { return }
        try owner.sendAll(
            beginnings.map {
                table.message(.init(chain: $0.name, statements: $0.traceRule(state, ruleset.options)), isFirst: true)
            },
            for: "trace packets that are \(state)")
    }

    /// A dump that the kernel reports as interrupted (a set grew) is repeated; if it keeps changing, the last one is used.
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
            if let unusable = answer.unusable { counts.unusable[set.point] = unusable }
            return
        }
    }

    private borrowing func readMissed(from source: any KernelSource, into counts: inout Counts) throws(KernelError) {
        var request = Request.netfilter(
            "read what \(name) could not count", subsystem: NFNL_SUBSYS_NFTABLES, message: NFT_MSG_GETOBJ.rawValue,
            flags: NLM_F_DUMP, family: Int32(ruleset.tableFamily.rawValue))
        request.append(NFTA_OBJ_TABLE.rawValue, text: name)
        request.append(NFTA_OBJ_TYPE.rawValue, bigEndian: TableWriter.counterObject)
        var missed: [ObservationPoint: UInt64] = [:]
        try source.askStrictly(request) { message, datagram throws(DecodeError) in
            let counter = try CounterObject(message, in: datagram)
            guard let point = ObservationPoint(counterOfUncounted: counter.name), counter.packets > 0 else { return }
            missed[point] = counter.packets
        }
        counts.missed = missed
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

/// How to create an observation table.
package struct ObservationOptions: Equatable, Sendable {
    /// The maximum number of elements in each counting set; sets that cannot need as many have fewer.
    package var setSize = 8192
    /// Trace at most this many packets per second; nil traces none.
    package var traceRate: Int?
    /// Send this many packets of each cell (class, ctstate, address and port) to an NFLOG group.
    package var samples: Samples?

    /// How many packets are sent, and where.
    package struct Samples: Equatable, Sendable {
        /// How many of each cell.
        package var count: Int
        /// How many more per second, once these are used up; nil for none.
        package var perSecond: Int?
        /// The NFLOG group to use.
        package var group: UInt16

        /// At most `count` of each cell, and `perSecond` more once these are used up.
        package init(count: Int, perSecond: Int? = nil, group: UInt16) {
            self.count = count
            self.perSecond = perSecond
            self.group = group
        }
    }

    /// No traces and no samples.
    package init() {}
}
