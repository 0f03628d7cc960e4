/// The director's rules for nft(8).
enum PacketFilter {
    static let port = 80
    static let otherPort = 81

    /// A host's own filter, as its manual suggests: it makes conntrack active. It is present with every watcher.
    static let text = """
        table inet filter {
          chain input {
            type filter hook input priority 0; policy drop;
            ct state established,related accept
            ct state invalid drop
            tcp dport { \(port), \(otherPort) } accept
            udp dport { \(port), \(otherPort) } accept
          }
        }

        """

    private static let points = [("prerouting", -199), ("input", -450), ("input", 98)]

    /// The number of counters that see a packet to the virtual address, which is the director's own: conntrack's result
    /// in PRE_ROUTING, and LOCAL_IN before and after the filter. Observing counts at the same points.
    static var countsAPacket: Int { points.count }

    /// The rules one would write to see ctstates without ct-inspect: at the same points, a counting rule for each
    /// ctstate, for the same address and port. They do not distinguish classes of packets.
    static let countingRules: String = {
        let chains = points.enumerated().map { number, point in
            let rules = ["new", "established", "related", "invalid", "untracked"].map {
                "ip daddr \(Wiring.virtualAddress) th dport \(port) ct state \($0) counter\n"
            }
            return "chain point\(number) {\ntype filter hook \(point.0) priority \(point.1); policy accept;\n"
                + rules.joined() + "}\n"
        }
        return "table inet counting {\n\(chains.joined())}\n"
    }()
}
