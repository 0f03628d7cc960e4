/// What the kernel has counted in the network namespace that the program is in.
enum PacketCounters {
    /// Packets that came in at an interface, of /proc/net/dev. What the kernel hands over in one piece counts once, as it does in netfilter.
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

    /// The sum of all counters of nft's, be they rules' or elements', in what `nft list ruleset` prints.
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
