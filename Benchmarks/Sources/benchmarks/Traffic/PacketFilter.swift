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

    private struct Point {
        var hook: String
        var priority: Int
        var isOfAnswers = false
    }

    /// Those of `observe --vip` that packets pass in a host that is no director (`ObservationPoint`).
    private static let points = [
        Point(hook: "prerouting", priority: -399), Point(hook: "prerouting", priority: -199),
        Point(hook: "prerouting", priority: Int(Int32.max) - 1), Point(hook: "input", priority: Int(Int32.min)),
        Point(hook: "input", priority: 98), Point(hook: "input", priority: Int(Int32.max) - 1),
        Point(hook: "output", priority: -199, isOfAnswers: true),
        Point(hook: "output", priority: Int(Int32.max) - 1, isOfAnswers: true),
        Point(hook: "postrouting", priority: Int(Int32.min), isOfAnswers: true),
        Point(hook: "postrouting", priority: 99, isOfAnswers: true),
    ]

    /// How many counters see a packet to the virtual address, and how many see an answer.
    static let countsAPacket = points.filter { !$0.isOfAnswers }.count
    static let countsAnAnswer = points.filter(\.isOfAnswers).count

    /// The rules one would write to see ctstates without ct-inspect: at the same points, a counting rule for each
    /// ctstate, for the same address and port. They do not distinguish classes of packets.
    static let countingRules: String = {
        let chains = points.enumerated().map { number, point in
            let flow =
                point.isOfAnswers
                ? "ip saddr \(Wiring.virtualAddress) th sport \(port)"
                : "ip daddr \(Wiring.virtualAddress) th dport \(port)"
            let matches =
                number == 0 ? [""] : ["new", "established", "related", "invalid", "untracked"].map { "ct state \($0)" }
            let rules = matches.map { "\(flow) \($0) counter\n" }
            return "chain point\(number) {\ntype filter hook \(point.hook) priority \(point.priority); policy accept;\n"
                + rules.joined() + "}\n"
        }
        return "table inet counting {\n\(chains.joined())}\n"
    }()
}
