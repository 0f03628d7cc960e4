import Conntrack
import Inspection

extension Finding {
    var tableFull: String {
        "The table is \(number("percent")) % full (\(number("entries")) of \(number("limit")) entries): at its limit, entries that "
            + "are not assured are thrown out, and when that makes no room, packets of new connections are dropped."
    }

    var longChains: String {
        "The hash chains are long: \(number("entries")) entries are in \(number("buckets")) buckets, each twice, so a packet's lookup "
            + "compares \(number("tuples_per_lookup")) tuples or more. That costs CPU, and from some dozens on new connections "
            + "are refused."
    }

    /// A counter that should not grow.
    var counterSentence: String {
        guard case .counter(let counter) = subject else { return "" }
        let count =
            self["increase"].map { "grew by \($0)" }
            ?? "is \(number("total")) since boot, or since this network namespace was made"
        return "\(counter.name) \(count): \(counter.trouble)."
    }
}

extension StatisticsCounter {
    /// What its growth means for traffic.
    fileprivate var trouble: String {
        switch self {
        case .earlyDrop:
            "the table was full, and entries that were not assured were thrown out for new ones: a connection that lost its "
                + "entry may be refused by the packet filter, and loses its NAT"
        case .drop:
            "packets were dropped, as there was no room for their entry (the kernel logs “table full”), no memory, or another "
                + "connection had their tuple"
        case .insertFailed:
            "packets of new connections were dropped, as another connection had taken the tuple at the same time; clients send "
                + "again, after a second or more"
        case .chainTooLong: "packets of new connections were dropped, as their hash chain was too long"
        default: explanation ?? "it should not grow"
        }
    }
}
