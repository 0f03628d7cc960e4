import Addresses
import Conntrack
import Foundation
import Netlink
import TableSupport
import TestSupport
import Testing

/// The table of a live kernel, compared with the output of conntrack(8).
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct TableTests {
    static func entries() throws -> [Entry] {
        var entries: [Entry] = []
        _ = try Table(LiveKernel()).dump { entries.append($0) }
        return entries
    }

    @Test func listsWhatConntrackLists() throws {
        let (listing, entries) = try inFreshNamespace {
            try SampleTable.populate()
            return (try Tool.run("conntrack -L -o extended,id"), try Self.entries())
        }
        let rows = listing.split(separator: "\n")
        let ids = rows.compactMap { row in
            row.split(separator: " ").first { $0.hasPrefix("id=") && row.hasSuffix($0) }.flatMap {
                UInt32($0.dropFirst(3))
            }
        }
        #expect(ids.count == rows.count)
        #expect(entries.count == rows.count)
        #expect(entries.compactMap(\.id).sorted() == ids.sorted())
    }

    @Test func statesAreThoseThatConntrackNames() throws {
        let entries = try inFreshNamespace {
            try SampleTable.populate()
            return try Self.entries()
        }
        for (index, name) in SampleTable.tcpStates.enumerated() {
            let ports = Tuple.Discriminator.ports(source: UInt16(index + 1), destination: 80)
            let entry = entries.first {
                $0.original.discriminator == ports && $0.original.source == IPAddress("10.0.1.1")
            }
            #expect(entry?.state?.name == name)
        }
    }

    @Test func anEmptyTableIsEmpty() throws {
        let (entries, answer) = try inFreshNamespace {
            var entries = 0
            let answer = try Table(LiveKernel()).dump { _ in entries += 1 }
            return (entries, answer)
        }
        #expect(entries == 0)
        #expect(answer == Answer())
    }

    @Test func everyEntryIsFoundByBothItsTuples() throws {
        let found = try inFreshNamespace {
            try SampleTable.populate()
            let table = Table(LiveKernel())
            return try Self.entries().map { entry in
                (
                    entry, try table.entry(for: entry.original, zone: entry.zone ?? entry.original.zone ?? 0),
                    try table.entry(for: entry.reply, zone: entry.zone ?? entry.reply.zone ?? 0)
                )
            }
        }
        #expect(found.count > 30)
        for (entry, byOriginal, byReply) in found {
            #expect(byOriginal?.id == entry.id, "\(entry.original)")
            #expect(byReply?.id == entry.id, "\(entry.reply)")
        }
    }

    @Test func whatIsNotThereIsNil() throws {
        try inFreshNamespace {
            try SampleTable.populate()
            let table = Table(LiveKernel())
            for entry in try Self.entries() {
                var other = entry.original
                other.source = other.source?.family == .ipv4 ? IPAddress("192.0.2.1") : IPAddress("2001:db8::ffff")
                #expect(try table.entry(for: other) == nil, "\(other)")
                let elsewhere = (entry.zone ?? entry.original.zone ?? 0) ^ 0x1000
                #expect(try table.entry(for: entry.original, zone: elsewhere) == nil, "\(entry.original)")
            }
            #expect(try table.entry(for: Tuple()) == nil)
        }
    }

    /// Linux 6.18 answers EINVAL: an ICMP error has no reply, so no entry can start with it.
    @Test func aTupleThatNoEntryCanHaveIsNoReasonToLoadAModule() throws {
        try inFreshNamespace {
            var tuple = try decode(EntryFixtures.icmp).original
            tuple.discriminator = .icmp(type: 3, code: 0, id: 0)
            let error = #expect(throws: KernelError.self) { try Table(LiveKernel()).entry(for: tuple) }
            #expect(error?.cause == .failed)
            #expect(error?.nextStep == nil)
        }
    }
}
