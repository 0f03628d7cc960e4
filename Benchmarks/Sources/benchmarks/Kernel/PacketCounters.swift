/// Counters of the kernel in the program's network namespace.
enum PacketCounters {
    /// Packets received on an interface, from /proc/net/dev. An aggregated packet counts once, as it does in netfilter.
    static func received(at interface: String, in table: String) -> Int? {
        for line in table.split(separator: "\n") {
            let fields = line.split { $0 == " " || $0 == ":" }
            // The name, the bytes received, the packets received.
            if fields.first == Substring(interface), fields.count > 2 { return Int(fields[2]) }
        }
        return nil
    }

    static func received(at interface: String) throws -> Int {
        guard let count = received(at: interface, in: try readText(of: "/proc/self/net/dev")) else {
            throw Failure(.inputOutput, "/proc/self/net/dev has no \(interface)")
        }
        return count
    }

    /// The sum of all nft counters, of rules and of set elements, in the output of `nft list ruleset`.
    static func counted(in ruleset: String) -> Int {
        let words = ruleset.split { $0 == " " || $0 == "\n" || $0 == "\t" }
        var sum = 0
        for (index, word) in words.enumerated() where word == "counter" {
            let rest = words[(index + 1)...].prefix(2)
            if rest.first == "packets", let last = rest.last { sum += Int(last) ?? 0 }
        }
        return sum
    }
}
