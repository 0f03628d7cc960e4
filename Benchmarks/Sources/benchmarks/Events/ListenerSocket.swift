/// A socket that has joined a group of NETLINK_NETFILTER in this network namespace, as /proc/net/netlink shows it.
struct ListenerSocket {
    /// Bytes waiting in its receive buffer.
    let queued: Int
    /// Messages dropped because it was full.
    let drops: Int

    private static let netfilter = 12

    /// The listener of this namespace, if any. There is at most one in a namespace of its own.
    static func find() throws -> ListenerSocket? {
        try find(in: readText(of: "/proc/self/net/netlink"))
    }

    static func find(in table: String) -> ListenerSocket? {
        let lines = table.split(separator: "\n").map { $0.split(separator: " ") }
        guard let names = lines.first else { return nil }
        for fields in lines.dropFirst() {
            let row = Dictionary(zip(names, fields)) { first, _ in first }
            guard row["Eth"].flatMap({ Int($0) }) == netfilter,
                let groups = row["Groups"].flatMap({ UInt32($0, radix: 16) }), groups != 0,
                let queued = row["Rmem"].flatMap({ Int($0) }), let drops = row["Drops"].flatMap({ Int($0) })
            else { continue }
            return ListenerSocket(queued: queued, drops: drops)
        }
        return nil
    }
}
