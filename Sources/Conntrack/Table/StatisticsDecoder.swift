import CNetlink
import Netlink

extension CPUStatistics {
    /// Decodes a message of `ctnetlink_ct_stat_cpu_fill_info` or `ctnetlink_exp_stat_fill_info`: the CPU stands big-endian in the
    /// `res_id` of `struct nfgenmsg`, each counter in a big-endian attribute of 32 bits. What has another size is no counter.
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
