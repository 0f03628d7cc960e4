import Addresses
import Conntrack
import Testing

@testable import Inspection

@Suite("Merging dumps and events into changes")
struct LedgerTests {
    @Test("A NEW for an entry already reported by a dump is dropped once, and only until the ledger settles")
    func double() throws {
        let first = try entry("10.0.0.1:1", "10.0.0.2:80")
        var ledger = EntryLedger()
        ledger.beginDump()
        #expect(ledger.see(first) == .new)
        #expect(ledger.take(.new, first) == nil)
        // Recreated at the same address: its DESTROY was lost.
        #expect(ledger.take(.new, first) == .new)
        var settled = EntryLedger()
        settled.beginDump()
        #expect(settled.see(first) == .new)
        settled.settle()
        #expect(settled.take(.new, first) == .new)
    }

    @Test("After a dump that was not reported, a NEW is reported")
    func silent() throws {
        let first = try entry("10.0.0.1:1", "10.0.0.2:80")
        var ledger = EntryLedger()
        ledger.beginDump()
        #expect(ledger.see(first, isTold: false) == .new)
        #expect(ledger.take(.new, first) == .new)
    }

    @Test("A NEW that differs from the dumped entry is reported as an update")
    func differingDouble() throws {
        let first = try entry("10.0.0.1:1", "10.0.0.2:80")
        var labelled = first
        labelled.labels = [0, 1]
        var ledger = EntryLedger()
        ledger.beginDump()
        #expect(ledger.see(first) == .new)
        #expect(ledger.take(.new, labelled) == .update)
    }

    @Test("An entry that appears twice in a dump is reported once")
    func twice() throws {
        var first = try entry("10.0.0.1:1", "10.0.0.2:80")
        var ledger = EntryLedger()
        ledger.beginDump()
        #expect(ledger.see(first) == .new)
        first.mark = 7
        #expect(ledger.see(first) == .known)
        ledger.beginDump()
        #expect(ledger.see(first) == .changed)
    }

    @Test("A dying entry no longer counts as present, and is reported gone unless its DESTROY arrives")
    func dying() throws {
        let first = try entry("10.0.0.1:1", "10.0.0.2:80")
        var dying = first
        dying.status.insert(.dying)
        var ledger = EntryLedger()
        #expect(ledger.take(.new, first) == .new)
        ledger.beginDump()
        #expect(ledger.see(dying) == .dying)
        var gone: [Entry] = []
        ledger.endDump { gone.append($0) }
        #expect(gone.map(\.original) == [first.original])
        ledger.beginDump()
        #expect(ledger.see(first) == .new)
    }

    @Test("A DESTROY is reported once for each life of an entry, however often the kernel sends it")
    func repeatedDestroy() throws {
        let (first, second) = (try entry("10.0.0.1:1", "10.0.0.2:80"), try entry("10.0.0.1:2", "10.0.0.2:80"))
        var ledger = EntryLedger()
        // It began before the ledger did.
        #expect(ledger.take(.destroy, first) == .destroy)
        #expect(ledger.take(.destroy, first) == nil)
        for _ in 0..<2 {
            #expect(ledger.take(.new, first) == .new)
            #expect(ledger.take(.destroy, first) == .destroy)
            #expect(ledger.take(.destroy, first) == nil)
        }
        ledger.beginDump()
        #expect(ledger.see(first) == .new && ledger.see(second) == .new)
        ledger.beginDump()
        ledger.endDump { _ in }
        #expect(ledger.take(.destroy, first) == nil && ledger.take(.destroy, second) == nil)
    }

    @Test("Only the last entries are known to be destroyed")
    func forgottenDestroy() throws {
        var ledger = EntryLedger()
        var first = try entry("10.0.0.1:1", "10.0.0.2:80")
        first.id = 0
        #expect(ledger.take(.destroy, first) == .destroy)
        var other = first
        for number in 1..<UInt32(RecentlyDestroyed.most) {
            other.id = number
            _ = ledger.take(.destroy, other)
        }
        #expect(ledger.take(.destroy, first) == nil)
        other.id = UInt32(RecentlyDestroyed.most)
        #expect(ledger.take(.destroy, other) == .destroy)
        #expect(ledger.take(.destroy, first) == .destroy)
    }

    @Test("A field that an event leaves out is unchanged, and a dump that includes it reports no change")
    func partialUpdate() throws {
        var whole = try entry("10.0.0.1:1", "10.0.0.2:80")
        whole.state = .tcp(.init(state: 3))
        whole.labels = [4]
        whole.helper = "ftp"
        var ledger = EntryLedger()
        #expect(ledger.take(.new, whole) == .new)
        var update = try entry("10.0.0.1:1", "10.0.0.2:80", status: [.confirmed, .assured])
        update.helper = "ftp"
        #expect(ledger.take(.update, update) == .update)
        whole.status = update.status
        // The kernel sends a mark of 0, or none.
        whole.mark = 0
        whole.timeout = 99
        ledger.beginDump()
        #expect(ledger.see(whole) == .known)
    }

    @Test(
        "Each significant field makes a change",
        arguments: [
            { $0.status.insert(.assured) }, { $0.mark = 1 }, { $0.state = .tcp(.init(state: 4)) },
            { $0.state = .sctp(.init(state: 3)) }, { $0.labels = [1] }, { $0.helper = "sip" },
            { $0.securityContext = "system_u" },
        ] as [@Sendable (inout Entry) -> Void])
    func changes(_ change: @Sendable (inout Entry) -> Void) throws {
        var first = try entry("10.0.0.1:1", "10.0.0.2:80")
        first.state = .tcp(.init(state: 3))
        var ledger = EntryLedger()
        #expect(ledger.take(.new, first) == .new)
        change(&first)
        ledger.beginDump()
        #expect(ledger.see(first) == .changed)
        ledger.beginDump()
        #expect(ledger.see(first) == .known)
    }

    @Test("A gone entry is reported with both its tuples, its zone and its id")
    func gone() throws {
        var entries = [
            try entry("10.0.0.1:1", "10.0.0.2:80", server: "10.0.0.3:8080", zone: 9, id: 5),
            try entry("[2001:db8::1]:1", "[2001:db8::2]:80", .udp, id: 6),
            try entry("10.0.0.1:1", "10.0.0.2:80", id: 7), try entry("10.0.0.1:1", "10.0.0.2:80", id: 8),
            try entry("10.0.0.1:1", "10.0.0.2:80", .icmp, id: 9), Entry(),
        ]
        entries[2].original.zone = 3
        entries[3].reply.zone = 3
        entries[4].original.discriminator = .icmp(type: 8, code: 0, id: 77)
        entries[4].reply.discriminator = .icmp(type: 0, code: 0, id: 77)
        entries[1].state = .sctp(.init(state: 3))
        for position in entries.indices { entries[position].mark = UInt32(position) }
        var ledger = EntryLedger()
        for entry in entries { #expect(ledger.take(.new, entry) == .new) }
        ledger.beginDump()
        var gone: [Entry] = []
        ledger.endDump { gone.append($0) }
        #expect(gone.sorted { $0.mark ?? 0 < $1.mark ?? 0 } == entries)
    }

    @Test("An entry takes no more memory than the help states")
    func size() {
        #expect(MemoryLayout<LedgerKey>.stride + MemoryLayout<LedgerTrace>.stride <= 80)
    }
}
