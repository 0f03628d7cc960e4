/// The director's rules for nft(8).
enum PacketFilter {
    static let port = 80
    static let otherPort = 81

    /// A host's own filter, as its manual would have it: with it conntrack is active. It is there whoever counts.
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

    /// How many counters see a packet to the virtual address, which is the director's own: conntrack's result in PRE_ROUTING, and LOCAL_IN
    /// in front of the filter and behind it. Observing counts at the same points.
    static var countsAPacket: Int { points.count }

    /// What one writes to see ctstates without ct-inspect: at the same points a counting rule for each ctstate, of the same address and port.
    /// Classes of packets they do not tell apart.
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
