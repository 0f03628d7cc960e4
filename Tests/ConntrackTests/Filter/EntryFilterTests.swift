import Addresses
import Conntrack
import Testing

/// Matching, with entries of a real kernel.
struct EntryFilterTests {
    private static func matches(_ message: [UInt8], _ set: (inout EntryFilter) -> Void) throws -> Bool {
        var filter = EntryFilter()
        set(&filter)
        return try filter.matches(decode(message))
    }

    private static func prefixes(_ texts: String...) -> [Prefix] { texts.compactMap(Prefix.init) }

    @Test(arguments: [EntryFixtures.tcp, EntryFixtures.udpIPv6, EntryFixtures.icmp, EntryFixtures.icmpv6])
    func noConditionTakesAll(_ message: [UInt8]) throws {
        #expect(EntryFilter().isEmpty)
        #expect(try EntryFilter().matches(decode(message)))
        #expect(EntryFilter().matches(Entry()))
    }

    @Test func severalValuesAreAnyOfThemAndConditionsAreAll() throws {
        let tcp = EntryFixtures.tcp
        #expect(try Self.matches(tcp) { $0.protocols.wanted = [.udp, .tcp] })
        #expect(try !Self.matches(tcp) { $0.protocols.wanted = [.udp, .sctp] })
        #expect(try Self.matches(tcp) { ($0.protocols.wanted, $0.families.wanted) = ([.tcp], [2]) })
        #expect(try !Self.matches(tcp) { ($0.protocols.wanted, $0.families.wanted) = ([.tcp], [10]) })
        #expect(try !Self.matches(tcp) { $0.protocols.unwanted = [.udp, .tcp] })
        #expect(try Self.matches(tcp) { $0.protocols.unwanted = [.udp] })
        #expect(try !Self.matches(tcp) { $0.protocols = Choice([.tcp], not: [.tcp]) })
    }

    @Test func addresses() throws {
        let udp = EntryFixtures.udpIPv6
        #expect(try Self.matches(udp) { $0.original.sources.wanted = Self.prefixes("10.0.0.0/8", "::1") })
        #expect(try Self.matches(udp) { $0.reply.destinations.wanted = Self.prefixes("::/127") })
        #expect(try !Self.matches(udp) { $0.original.destinations.wanted = Self.prefixes("0.0.0.0/0") })
        #expect(try Self.matches(udp) { $0.original.destinations.unwanted = Self.prefixes("0.0.0.0/0") })
        let icmp = EntryFixtures.icmp
        #expect(try Self.matches(icmp) { $0.original.sources.wanted = Self.prefixes("10.0.0.1") })
        #expect(try Self.matches(icmp) { $0.reply.sources.wanted = Self.prefixes("10.0.0.2") })
        #expect(try !Self.matches(icmp) { $0.reply.sources.wanted = Self.prefixes("10.0.0.1") })
    }

    @Test func whatHasNoPortsHasNoneOfThem() throws {
        #expect(try !Self.matches(EntryFixtures.icmp) { $0.original.destinationPorts.wanted = [0...65535] })
        #expect(try Self.matches(EntryFixtures.icmp) { $0.original.destinationPorts.unwanted = [0...65535] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.original.destinationPorts.wanted = [20...22] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.reply.sourcePorts.wanted = [80...80, 21...21] })
        #expect(try !Self.matches(EntryFixtures.tcp) { $0.original.sourcePorts.wanted = [21...21] })
        #expect(try !Self.matches(EntryFixtures.tcp) { $0.original.destinationPorts.unwanted = [21...21] })
    }

    @Test func typesOfICMP() throws {
        #expect(try Self.matches(EntryFixtures.icmp) { $0.icmp.types.wanted = [0, 8] })
        #expect(try !Self.matches(EntryFixtures.icmp) { $0.icmp.types.wanted = [0] })
        #expect(try !Self.matches(EntryFixtures.icmp) { $0.icmp.types.unwanted = [8] })
        #expect(try Self.matches(EntryFixtures.icmpv6) { $0.icmp.types.wanted = [128] })
        #expect(try !Self.matches(EntryFixtures.tcp) { $0.icmp.types.wanted = [0, 8] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.icmp.types.unwanted = [8] })
        #expect(try Self.matches(EntryFixtures.icmp) { ($0.icmp.codes.wanted, $0.icmp.ids.wanted) = ([0], [70...77]) })
        #expect(try !Self.matches(EntryFixtures.icmp) { $0.icmp.codes.unwanted = [0] })
        #expect(try !Self.matches(EntryFixtures.icmp) { $0.icmp.ids.wanted = [78...90] })
        #expect(try !Self.matches(EntryFixtures.tcp) { $0.icmp.ids.wanted = [0...65535] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.icmp.ids.unwanted = [0...65535] })
    }

    @Test func marksAndZonesNotSentAreZero() throws {
        #expect(try Self.matches(EntryFixtures.tcp) { $0.marks.wanted = [.init(0x78, mask: 0xFF)] })
        #expect(try !Self.matches(EntryFixtures.tcp) { $0.marks.wanted = [.init(0x78)] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.original.zones.wanted = [7] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.reply.zones.wanted = [0] })
        #expect(try Self.matches(EntryFixtures.tcp) { $0.zones.wanted = [0] })
        #expect(try !Self.matches(EntryFixtures.tcp) { $0.zones.unwanted = [0] })
        var filter = EntryFilter()
        filter.marks.wanted = [.init(0), .init(5)]
        #expect(filter.matches(Entry()))
        filter.marks = Choice(not: [.init(0, mask: 1)])
        #expect(!filter.matches(Entry()))
    }

    @Test func statusBits() throws {
        // CONFIRMED, SEEN_REPLY, ASSURED, HELPER
        let tcp = EntryFixtures.tcp
        #expect(try Self.matches(tcp) { $0.requiredStatus = [.seenReply, .assured] })
        #expect(try !Self.matches(tcp) { $0.requiredStatus = [.seenReply, .dying] })
        #expect(try Self.matches(tcp) { $0.forbiddenStatus = [.dying, .sourceNAT] })
        #expect(try !Self.matches(tcp) { $0.forbiddenStatus = [.dying, .seenReply] })
        #expect(try Self.matches(tcp) { $0.anyStatus = [.dying, .assured] })
        #expect(try !Self.matches(tcp) { $0.anyStatus = [.offload, .hardwareOffload] })
    }

    @Test func statesOfEveryProtocolThatHasThem() throws {
        for name in ["ESTABLISHED", "established", "3"] {
            let state = try #require(EntryFilter.State(name))
            #expect(try Self.matches(EntryFixtures.tcp) { $0.states.wanted = [state] })
            #expect(try !Self.matches(EntryFixtures.udpIPv6) { $0.states.wanted = [state] })
            #expect(try Self.matches(EntryFixtures.udpIPv6) { $0.states.unwanted = [state] })
        }
        var entry = Entry()
        entry.state = .sctp(.init(state: 4))
        var filter = EntryFilter()
        filter.states.wanted = ["ESTABLISHED"].compactMap { EntryFilter.State($0) }
        #expect(filter.matches(entry))
        entry.state = .dccp(.init(state: 4))
        #expect(!filter.matches(entry))
        for name in ["", "OPENED", "256", "-1", "+3", "-0"] { #expect(EntryFilter.State(name) == nil, "\(name)") }
    }

    @Test func labels() throws {
        let tcp = EntryFixtures.tcp
        #expect(try Self.matches(tcp) { $0.requiredLabels = [33] })
        #expect(try !Self.matches(tcp) { $0.requiredLabels = [33, 34] })
        #expect(try !Self.matches(tcp) { $0.forbiddenLabels = [1, 33] })
        #expect(try Self.matches(tcp) { $0.forbiddenLabels = [0, 127, 255] })
        #expect(try !Self.matches(EntryFixtures.udpIPv6) { $0.requiredLabels = [0] })
    }

    @Test func services() throws {
        for text in ["127.0.0.1", "tcp/127.0.0.1", "127.0.0.1:21", "tcp/127.0.0.1:21", "6/127.0.0.1:21"] {
            let service = try #require(EntryFilter.Service(text))
            #expect(try Self.matches(EntryFixtures.tcp) { $0.services.wanted = [service] }, "\(text)")
        }
        for text in ["127.0.0.2", "udp/127.0.0.1", "127.0.0.1:22", "[::1]:21"] {
            let service = try #require(EntryFilter.Service(text))
            #expect(try !Self.matches(EntryFixtures.tcp) { $0.services.wanted = [service] }, "\(text)")
        }
        // ICMP has no port, so it belongs to no service with one.
        let web = try #require(EntryFilter.Service("10.0.0.2:80"))
        #expect(try !Self.matches(EntryFixtures.icmp) { $0.services.wanted = [web] })
        for text in ["", "tcp/", "tcp/x", "tpc/10.0.0.1", "10.0.0.1:", "fwmark:1"] {
            #expect(EntryFilter.Service(text) == nil, "\(text)")
        }
    }

    /// A condition that was removed no longer applies.
    @Test func conditionsCanBeTakenBack() throws {
        var filter = EntryFilter()
        filter.protocols.wanted = [.udp]
        filter.reply.zones.wanted = [9]
        filter.requiredLabels = [3]
        filter.protocols.wanted = []
        filter.reply = EntryFilter.Side()
        filter.requiredLabels = []
        #expect(filter.isEmpty)
        #expect(try filter.matches(decode(EntryFixtures.tcp)))
    }
}
