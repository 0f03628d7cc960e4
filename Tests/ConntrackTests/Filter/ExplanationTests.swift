import Addresses
import Conntrack
import Netlink
import TestSupport
import Testing

struct ExplanationTests {
    /// Linux 6.1, according to the scripted kernel.
    private static func lines(
        kind: Table.Kind = .conntrack, inKernel: Bool = true, _ set: (inout EntryFilter) -> Void
    ) -> [String] {
        var filter = EntryFilter()
        set(&filter)
        return filter.explanation(of: kind, from: ScriptedKernel(), inKernel: inKernel)
    }

    private static let last = "whatever the kernel sends is compared with the whole filter again"

    @Test func nothingIsSaidOfNoFilter() { #expect(Self.lines { _ in } == []) }

    @Test func eachConditionHasItsPlace() {
        let lines = Self.lines { filter in
            filter.families.wanted = [2]
            filter.protocols.wanted = [.tcp]
            filter.original.sources.wanted = ["10.0.0.0/8"].compactMap(Prefix.init)
            filter.original.destinations.wanted = ["10.0.0.1"].compactMap(Prefix.init)
            filter.original.destinationPorts = Choice([80...80, 1000...2000], not: [1500...1500])
            filter.reply.sourcePorts.wanted = [8080...8080]
            filter.marks.wanted = [.init(0x10, mask: 0xFF)]
            filter.requiredStatus = [.assured, .seenReply]
            filter.anyStatus = [.offload, .hardwareOffload]
            filter.zones.wanted = [4]
            filter.states.wanted = ["TIME_WAIT", "3"].compactMap { EntryFilter.State($0) }
            filter.requiredLabels = [1, 2]
        }
        #expect(
            lines == [
                "in the kernel: family ipv4", "in the kernel: protocol tcp",
                "here: source 10.0.0.0/8: the kernel compares whole addresses, not prefixes",
                "in the kernel: destination 10.0.0.1",
                "here: destination port 80 or 1000-2000: the kernel compares only one value",
                "here: destination port not 1500: the kernel cannot negate this",
                "in the kernel: reply source port 8080", "in the kernel: mark 0x10/0xff",
                "in the kernel: status SEEN_REPLY and ASSURED",
                "here: status OFFLOAD or HW_OFFLOAD: the kernel has no “or”",
                "here: zone 4: the kernel can since Linux 6.8, this is 6.1",
                "here: state TIME_WAIT or 3: the kernel compares no states",
                "here: label 1 and 2: the kernel compares no labels", Self.last,
            ])
    }

    @Test func whatIsImpliedIsSaid() {
        #expect(
            Self.lines { ($0.icmp.types.wanted, $0.protocols.unwanted, $0.families.wanted) = ([8], [.icmpv6], [2]) }
                == [
                    "in the kernel: family ipv4", "in the kernel: protocol not icmpv6",
                    "here: ICMP type 8: done here, as few entries are ICMP", Self.last,
                ])
        #expect(
            Self.lines { $0.services.wanted = ["tcp/[::1]:80"].compactMap(EntryFilter.Service.init) } == [
                "in the kernel: family ipv6, that of the addresses",
                "in the kernel: protocol tcp, implied by the other conditions",
                "here: service tcp/[::1]:80: the kernel's own test of IPv6 addresses is inverted", Self.last,
            ])
        #expect(
            Self.lines { $0.protocols.wanted = [.udp] }.contains {
                $0.contains("asked once per family")
            })
        #expect(
            Self.lines { $0.marks.wanted = [.init(3), .init(1)] } == [
                "in the kernel: mark 0x1/0xfffffffd, common to these",
                "here: mark 0x3 or 0x1: the kernel compares only one value", Self.last,
            ])
    }

    @Test func masksAndWhatICMPHasAreComparedHere() throws {
        let mask = try #require(MaskedAddress(IPAddress(ipv4: 0x0A00_0001), mask: IPAddress(ipv4: 0xFF00_00FF)))
        let lines = Self.lines { filter in
            filter.original.maskedSources.wanted = [mask]
            (filter.icmp.codes.wanted, filter.icmp.ids) = ([0], Choice([7...7, 10...20], not: [12...12]))
        }
        let icmp = "done here, as few entries are ICMP"
        #expect(
            lines == [
                "in the kernel: family ipv4, that of the addresses",
                "here: source 10.0.0.1/255.0.0.255: the kernel compares whole addresses, not some of their bits",
                "here: ICMP code 0: \(icmp)", "here: ICMP id 7 or 10-20: \(icmp)", "here: ICMP id not 12: \(icmp)",
                Self.last,
            ])
    }

    @Test func theWholeFilterIsHereWhereTheKernelDoesNothing() {
        let mark: (inout EntryFilter) -> Void = { $0.marks.wanted = [.init(3)] }
        #expect(Self.lines(inKernel: false, mark) == ["here: the whole filter: the kernel was not asked to filter"])
        #expect(
            Self.lines(kind: .dying, mark) == ["here: the whole filter: the kernel cannot filter this list"])
        let never = Self.lines { ($0.families.wanted, $0.families.unwanted) = ([2], [2]) }
        #expect(never.first == "here: the whole filter: no entry can match it")
    }
}
