import Addresses
import CNetlink
import Conntrack
import Glibc
import Netlink
import TableSupport
import TestSupport
import Testing

/// The kernel's packet filter runs on any socket, so a socket pair shows what it does with a message.
struct SocketFilterTests {
    @Test(arguments: [EntryFixtures.tcp, EntryFixtures.udpIPv6, EntryFixtures.icmp, EntryFixtures.icmpv6])
    func eachFieldRejects(_ message: [UInt8]) throws {
        let entry = try decode(message)
        for (name, filter) in Self.filters(around: entry) {
            let socketFilter = try #require(filter.socketFilter, "\(name)")
            #expect(try Channel(socketFilter).passes(message) == filter.matches(entry), "\(name)")
        }
    }

    /// Filters that the socket can apply completely, most of which do not match.
    private static func filters(around entry: Entry) -> [(String, EntryFilter)] {
        var filters: [(String, EntryFilter)] = []
        func add(_ name: String, _ set: (inout EntryFilter) -> Void) {
            var filter = EntryFilter()
            set(&filter)
            filters.append((name, filter))
        }
        for family in [UInt8(2), 10] {
            add("family \(family)") { $0.families.wanted = [family] }
            add("family not \(family)") { $0.families.unwanted = [family] }
        }
        for number in [IPProtocol.tcp, .udp, .icmp, .icmpv6] {
            add("protocol \(number)") { $0.protocols.wanted = [number] }
            add("protocol not \(number)") { $0.protocols.unwanted = [number] }
        }
        for prefix in ["127.0.0.0/8", "10.0.0.1", "10.0.0.2", "::1", "2001:db8::/33", "2001:db8:8000::/33"] {
            let prefixes = [Prefix(prefix)].compactMap(\.self)
            add("source \(prefix)") { $0.original.sources.wanted = prefixes }
            add("destination \(prefix)") { $0.original.destinations.wanted = prefixes }
            add("source not \(prefix)") { $0.original.sources.unwanted = prefixes }
        }
        for mark in [EntryFilter.Mark(0), EntryFilter.Mark(0x78, mask: 0xFF), EntryFilter.Mark(0x5678)] {
            add("mark \(mark)") { $0.marks.wanted = [mark] }
            add("mark not \(mark)") { $0.marks.unwanted = [mark] }
        }
        if entry.state != nil {
            for state in ["ESTABLISHED", "SYN_SENT", "3"] {
                let states = [EntryFilter.State(state)].compactMap(\.self)
                add("state \(state)") { $0.states.wanted = states }
                add("state not \(state)") { $0.states.unwanted = states }
            }
        }
        return filters
    }

    /// The library reads 5.0.1.0 as the IPv4 destination of an IPv6 message.
    @Test func anIPv4DestinationUnwantedLetsIPv6Pass() throws {
        var filter = EntryFilter()
        filter.original.destinations.unwanted = [try #require(Prefix("0.0.0.0/0"))]
        filter.protocols.wanted = [.udp]
        #expect(try filter.matches(decode(EntryFixtures.udpIPv6)))
        #expect(try Channel(try #require(filter.socketFilter)).passes(EntryFixtures.udpIPv6))
    }

    /// Before 1.1.0 the library only compares the first value, and mishandles more values than a BPF jump can span.
    @Test func anyOfManyValuesPasses() throws {
        let entry = try decode(EntryFixtures.udpIPv6)
        var filter = EntryFilter()
        filter.original.sources.wanted = ["2001:db8::1", "::1"].compactMap(Prefix.init)
        #expect(filter.matches(entry))
        #expect(try Channel(try #require(filter.socketFilter)).passes(EntryFixtures.udpIPv6))
        for count in [64, 65, 100, 127, 200] {
            filter = EntryFilter()
            filter.protocols.wanted = [.tcp]
            filter.original.sources.wanted = (1...count).compactMap { Prefix("127.0.0.\($0)") }.reversed()
            filter.marks.wanted = (0..<UInt32(count)).map { EntryFilter.Mark(0x1234_5678 &+ $0) }.reversed()
            #expect(try filter.matches(decode(EntryFixtures.tcp)))
            #expect(try Channel(try #require(filter.socketFilter)).passes(EntryFixtures.tcp), "\(count)")
        }
    }

    @Test func whatTheSocketCannotTellIsNoFilter() {
        var filter = EntryFilter()
        filter.original.destinationPorts.wanted = [80...80]
        filter.requiredStatus = .assured
        filter.zones.wanted = [4]
        filter.requiredLabels = [3]
        filter.reply.sources.wanted = []
        #expect(filter.socketFilter == nil)
        #expect(EntryFilter().socketFilter == nil)
        filter.states.wanted = [EntryFilter.State("200")].compactMap(\.self)
        // A state implies its protocols; the library cannot filter by the state itself.
        #expect(filter.socketFilter != nil)
    }

    @Test func aDescriptorThatIsNoSocketIsAnError() throws {
        var filter = EntryFilter()
        filter.marks.wanted = [EntryFilter.Mark(1)]
        let socketFilter = try #require(filter.socketFilter)
        let error = #expect(throws: KernelError.self) { try socketFilter.attach(to: -1) }
        #expect(error?.description.contains("Bad file descriptor") == true)
    }

    @Test(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
    func nothingWantedIsRejected() throws {
        let messages = try inFreshNamespace {
            try SampleTable.populate()
            return try SampleTable.messages()
        }
        let entries = try messages.map(decode)
        #expect(entries.count > 30)
        var filters = RandomFilter(over: entries, seed: 20_261_123)
        var (attached, rejected) = (0, 0)
        for _ in 0..<2000 {
            let filter = filters.next()
            guard let socketFilter = filter.socketFilter else { continue }
            attached += 1
            let channel = try Channel(socketFilter)
            for (message, entry) in zip(messages, entries) {
                let passes = try channel.passes(message)
                if filter.matches(entry) { #expect(passes, "\(filter): \(entry.original)") }
                if !passes { rejected += 1 }
            }
        }
        #expect(attached > 1000)
        #expect(rejected > attached * entries.count / 3)
    }
}

/// Two sockets, the second with a filter.
private final class Channel {
    private var ends: [CInt] = [-1, -1]

    init(_ filter: SocketFilter) throws {
        guard socketpair(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0, &ends) == 0 else {
            throw SystemFailure("socketpair", errno: errno)
        }
        try filter.attach(to: ends[1])
    }

    deinit { for end in ends { close(end) } }

    func passes(_ message: [UInt8]) throws -> Bool {
        // The sender gets EPERM for messages that the filter rejects.
        let sent = send(ends[0], message, message.count, CInt(MSG_DONTWAIT))
        guard sent == message.count || errno == EPERM else { throw SystemFailure("send", errno: errno) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let received = recv(ends[1], &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return received == message.count
    }
}
