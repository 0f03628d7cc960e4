import CNetlink
import Netlink
import SystemPackage

/// Counters of one CPU since the network namespace was created. The kernel's counters have 32 bits and wrap.
package struct CPUStatistics: Equatable, Sendable {
    package var cpu: UInt16
    /// Those sent by the kernel.
    package var counters: [StatisticsCounter: UInt32]

    /// A missing counter is one that the kernel did not send.
    package init(cpu: UInt16, counters: [StatisticsCounter: UInt32] = [:]) {
        self.cpu = cpu
        self.counters = counters
    }
}

/// The size and limit of a table.
package struct TableSize: Equatable, Sendable {
    /// Of this network namespace, including unconfirmed ones.
    package var entries: UInt32?
    /// `net.netfilter.nf_conntrack_max`: the same for each namespace; 0 means no limit. Nil before Linux 4.18.
    package var limit: UInt32?

    package init(entries: UInt32? = nil, limit: UInt32? = nil) {
        self.entries = entries
        self.limit = limit
    }
}

/// Reading needs the same privilege as a dump, walks no table, and is immediate.
extension Table {
    /// The counters of each possible CPU, online or not (`IPCTNL_MSG_CT_GET_STATS_CPU` and `IPCTNL_MSG_EXP_GET_STATS_CPU`), ordered by CPU.
    /// They are 0 if nothing is tracked.
    ///
    /// - Returns: also the messages that could not be used: their counters are missing.
    package func statistics() throws(KernelError) -> (cpus: [CPUStatistics], unusable: UnusableMessages?) {
        let conntrack = Request.netfilter(
            "read the counters of conntrack", subsystem: NFNL_SUBSYS_CTNETLINK,
            message: IPCTNL_MSG_CT_GET_STATS_CPU.rawValue, flags: NLM_F_DUMP)
        let expectations = Request.netfilter(
            "read the counters of expectations", subsystem: NFNL_SUBSYS_CTNETLINK_EXP,
            message: IPCTNL_MSG_EXP_GET_STATS_CPU.rawValue, flags: NLM_F_DUMP)
        var cpus: [UInt16: CPUStatistics] = [:]
        var whole = Answer()
        for (request, kind) in [(conntrack, StatisticsCounter.Kind.conntrack), (expectations, .expectations)] {
            whole.add(
                try ask(request) { message, datagram throws(DecodeError) in
                    let part = try CPUStatistics(kind, message, in: datagram)
                    cpus[part.cpu, default: CPUStatistics(cpu: part.cpu)].counters.merge(part.counters) { $1 }
                })
        }
        return (cpus.values.sorted { $0.cpu < $1.cpu }, whole.unusable)
    }

    /// `IPCTNL_MSG_CT_GET_STATS`
    ///
    /// - Throws: also, `.damaged`, if the answer cannot be used.
    package func size() throws(KernelError) -> TableSize {
        let request = Request.netfilter(
            "read the size of the conntrack table", subsystem: NFNL_SUBSYS_CTNETLINK,
            message: IPCTNL_MSG_CT_GET_STATS.rawValue, flags: NLM_F_ACK)
        var size = TableSize()
        let answer = try ask(request) { message, datagram throws(DecodeError) in
            size = try TableSize(message, in: datagram)
        }
        try answer.requireUsable(request.purpose)
        return size
    }

    private func ask(
        _ request: Request, _ each: (Message, RawSpan) throws(DecodeError) -> Void
    ) throws(KernelError) -> Answer {
        do throws(KernelError) { return try source.ask(request, each) } catch {
            throw error.saysUnserved ? error.withoutCtnetlink : error
        }
    }
}

extension CPUStatistics {
    /// Decodes a message of `ctnetlink_ct_stat_cpu_fill_info` or `ctnetlink_exp_stat_fill_info`: the CPU is big-endian in `res_id` of
    /// `struct nfgenmsg`, each counter is a big-endian 32-bit attribute. Attributes of other sizes are not counters.
    init(
        _ kind: StatisticsCounter.Kind, _ message: Message, in datagram: RawSpan
    ) throws(DecodeError) {
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        cpu = try datagram.bigEndian(at: message.payload.lowerBound + 2)
        counters = [:]
        while let attribute = try cursor.next(in: datagram) {
            guard let value = datagram.bigEndian(attribute, as: UInt32.self) else { continue }
            counters[StatisticsCounter(kind, attribute.type)] = value
        }
    }
}

extension TableSize {
    /// Decodes a message of `ctnetlink_stat_ct_fill_info`.
    init(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        while let attribute = try cursor.next(in: datagram) {
            switch ctattr_stats_global(UInt32(attribute.type)) {
            case CTA_STATS_GLOBAL_ENTRIES: entries = datagram.bigEndian(attribute)
            case CTA_STATS_GLOBAL_MAX_ENTRIES: limit = datagram.bigEndian(attribute)
            default: break
            }
        }
    }
}
