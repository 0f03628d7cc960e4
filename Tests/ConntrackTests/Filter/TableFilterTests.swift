import Addresses
import CNetlink
import Conntrack
import Foundation
import Netlink
import TableSupport
import TestSupport
import Testing

/// Filtered dumps of a live kernel.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct TableFilterTests {
    /// The ids in a dump, and how many entries the kernel sent for it.
    private static func dump(_ filter: EntryFilter, inKernel: Bool) throws -> (ids: [UInt32], sent: Int) {
        var ids: [UInt32] = []
        let answer = try Table(LiveKernel()).dump(matching: filter, inKernel: inKernel) { entry in
            if let id = entry.id { ids.append(id) }
        }
        return (ids.sorted(), answer.messages)
    }

    /// A dump walks the hash table of all namespaces, which may be large and then takes a quarter of a second. So as
    /// many filters are tried as time allows while the entries live.
    @Test func theResultIsTheSameWhereverItIsFiltered() throws {
        try inFreshNamespace {
            try SampleTable.populate()
            let start = ContinuousClock.now
            let entries = try TableTests.entries()
            let lasting = Set(entries.filter { ($0.timeout ?? 0) >= 60 }.compactMap(\.id))
            #expect(lasting.count > 30)
            var filters = RandomFilter(over: entries, seed: 20_261_123)
            var (asked, matched, spared) = (0, 0, 0)
            while asked < 400, ContinuousClock.now - start < .seconds(20) {
                let filter = filters.next()
                let expected = entries.filter { NaiveFilter.matches(filter, $0) }.compactMap(\.id).filter(
                    lasting.contains)
                // Without the kernel's part, the same entries are always sent.
                let inKernel = asked % 8 != 0
                let live = try Self.dump(filter, inKernel: inKernel)
                #expect(live.ids.filter(lasting.contains) == expected.sorted(), "\(filter)")
                asked += 1
                matched += expected.count
                if inKernel { spared += entries.count - live.sent }
            }
            // The filters are neither all empty nor all full, and the kernel does some of the filtering.
            #expect(asked >= 20)
            #expect(matched > asked && matched < asked * entries.count / 2)
            #expect(spared > asked * entries.count / 4)
            // Many more are checked without the kernel.
            for _ in 0..<1000 {
                let filter = filters.next()
                let wanted = entries.filter { NaiveFilter.matches(filter, $0) }
                #expect(entries.filter(filter.matches) == wanted, "\(filter)")
            }
        }
    }

    /// One filter for each field that the kernel can compare.
    static let pushed: [(String, @Sendable (inout EntryFilter) -> Void)] = [
        ("family", { $0.families.wanted = [10] }),
        ("family not", { $0.families.unwanted = [2] }),
        ("protocol", { $0.protocols.wanted = [.sctp] }),
        ("source", { $0.original.sources.wanted = [Prefix("10.0.0.7")].compactMap(\.self) }),
        ("destination", { $0.original.destinations.wanted = [Prefix("10.0.0.9")].compactMap(\.self) }),
        ("family of the addresses", { $0.original.sources.wanted = [Prefix("2001:db8::/32")].compactMap(\.self) }),
        ("source port", { ($0.protocols.wanted, $0.original.sourcePorts.wanted) = ([.tcp], [3...3]) }),
        ("destination port", { ($0.protocols.wanted, $0.original.destinationPorts.wanted) = ([.udp], [53...53]) }),
        ("reply source", { $0.reply.sources.wanted = [Prefix("10.0.0.3")].compactMap(\.self) }),
        ("reply destination", { $0.reply.destinations.wanted = [Prefix("10.0.0.33")].compactMap(\.self) }),
        ("reply source port", { ($0.protocols.wanted, $0.reply.sourcePorts.wanted) = ([.tcp], [8080...8080]) }),
        ("reply destination port", { ($0.protocols.wanted, $0.reply.destinationPorts.wanted) = ([.tcp], [4...4]) }),
        ("service", { $0.services.wanted = [EntryFilter.Service("tcp/10.0.0.9:80")].compactMap(\.self) }),
        ("mark", { $0.marks.wanted = [EntryFilter.Mark(.max)] }),
        ("mark with mask", { $0.marks.wanted = [EntryFilter.Mark(0x10, mask: 0x10)] }),
        ("several marks", { $0.marks.wanted = [EntryFilter.Mark(.max), EntryFilter.Mark(0x17)] }),
        ("status", { $0.requiredStatus = [.assured, .seenReply] }),
        ("status not", { $0.forbiddenStatus = [.confirmed] }),
        ("one status of one", { $0.anyStatus = .fixedTimeout }),
        ("zone", { $0.zones.wanted = [4] }),
        ("original zone", { $0.original.zones.wanted = [5] }),
        ("reply zone", { $0.reply.zones.wanted = [65535] }),
        ("protocol of a state", { $0.states.wanted = [EntryFilter.State("SHUTDOWN_SENT")].compactMap(\.self) }),
    ]

    @Test func theKernelFiltersWhatItCan() throws {
        try inFreshNamespace {
            try SampleTable.populate()
            let entries = try TableTests.entries()
            for (name, set) in Self.pushed {
                var filter = EntryFilter()
                set(&filter)
                #expect(filter != EntryFilter())
                let (ids, sent) = try Self.dump(filter, inKernel: true)
                #expect(ids == entries.filter { NaiveFilter.matches(filter, $0) }.compactMap(\.id).sorted(), "\(name)")
                #expect(sent < entries.count, "\(name)")
                let isExact = !["family of the addresses", "several marks", "protocol of a state"].contains(name)
                if isExact { #expect(sent == ids.count, "\(name)") }
                #expect(name == "status not" || !ids.isEmpty, "\(name)")
            }
        }
    }

    @Test func dyingAndUnconfirmedEntriesAreAListOfTheirOwn() throws {
        try inFreshNamespace {
            try SampleTable.populate()
            let table = Table(LiveKernel())
            for kind in [Table.Kind.dying, .unconfirmed] {
                var filter = EntryFilter()
                filter.marks.wanted = [EntryFilter.Mark(7)]
                var entries = 0
                let answer = try table.dump(kind, matching: filter) { _ in entries += 1 }
                // Nothing is in flight here, nor deleted with an undelivered event.
                #expect(entries == 0 && answer.messages == 0)
            }
        }
    }
}
