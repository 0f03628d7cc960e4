import CNetlink
import Conntrack
import Glibc
import Netlink
import TableSupport
import TestSupport
import Testing

/// Filters on sockets that receive events from a live kernel.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct SocketEventTests {
    @Test func everyWantedEventArrives() throws {
        try inFreshNamespace {
            // The content of the sample table is not known yet; it had the same values in another namespace.
            let entries = try inFreshNamespace {
                try SampleTable.populate()
                return try TableTests.entries()
            }
            var random = RandomFilter(over: entries, seed: 7)
            var filters: [EntryFilter] = []
            while filters.count < 60 {
                let filter = random.next()
                if filter.socketFilter != nil { filters.append(filter) }
            }
            let all = try EventSocket(nil)
            let sockets = try filters.map { try EventSocket($0.socketFilter) }
            try SampleTable.populate()
            try Tool.run("conntrack -U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 100 --dport 53 -m 9")
            try Tool.run("conntrack -F")
            let events = try all.events()
            // Most entries are created and deleted.
            #expect(events.count > 60)
            var rejected = 0
            for (filter, socket) in zip(filters, sockets) {
                let arrived = try socket.events()
                let expected = try events.filter { filter.matches(try decode($0)) }
                let missing = Set(expected).subtracting(arrived)
                #expect(missing.isEmpty, "\(filter)")
                #expect(Set(arrived).isSubset(of: events))
                rejected += events.count - arrived.count
            }
            #expect(rejected > filters.count * events.count / 4)
        }
    }
}

/// A socket that has joined the multicast groups of conntrack events.
private final class EventSocket {
    private let descriptor: CInt

    init(_ filter: SocketFilter?) throws {
        descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue), CInt(NETLINK_NETFILTER))
        guard descriptor >= 0 else { throw SystemFailure("socket", errno: errno) }
        var size: CInt = 1 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, socklen_t(MemoryLayout<CInt>.size))
        try filter?.attach(to: descriptor)
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        address.nl_groups = UInt32(
            NF_NETLINK_CONNTRACK_NEW | NF_NETLINK_CONNTRACK_UPDATE | NF_NETLINK_CONNTRACK_DESTROY)
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
            }
        }
        guard bound == 0 else { throw SystemFailure("bind", errno: errno) }
    }

    deinit { close(descriptor) }

    /// The messages that arrived.
    func events() throws -> [[UInt8]] {
        var events: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 32 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            if count > 0 {
                events.append(Array(buffer.prefix(count)))
            } else if errno == EAGAIN {
                return events
            } else {
                throw SystemFailure("recv", errno: errno)
            }
        }
    }
}
