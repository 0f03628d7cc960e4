import Addresses
import Conntrack
import Firewall
import Netlink
import TestSupport
import Testing

@Suite("The observation table in the kernel")
struct ObservationTableTests {
    private static let filter = """
        table inet filter {
         chain input {
          type filter hook input priority 0;
          ct state invalid counter drop
         }
        }

        """

    /// Every packet sent, with the class and ctstate it must be counted as.
    private static func traffic(ipv6: Bool) -> [(packet: [UInt8], packetClass: PacketClass, ctstate: CTState)] {
        [
            (CraftedPacket.tcp([.syn], ipv6: ipv6), .syn, .new),
            (CraftedPacket.tcp([.ack], ipv6: ipv6), .ack, .new),
            (CraftedPacket.tcp([.ack, .psh], ipv6: ipv6), .ack, .new),
            (CraftedPacket.tcp([.syn, .ack], ipv6: ipv6), .synAck, .invalid),
            (CraftedPacket.tcp([.fin], ipv6: ipv6), .fin, .invalid),
            (CraftedPacket.tcp([.fin, .ack], ipv6: ipv6), .fin, .invalid),
            (CraftedPacket.tcp([.rst], ipv6: ipv6), .rst, .invalid),
            (CraftedPacket.tcp([.rst, .ack], ipv6: ipv6), .rst, .invalid),
            (CraftedPacket.tcp([], ipv6: ipv6), .tcpOther, .invalid),
            (CraftedPacket.tcp([.syn, .fin], ipv6: ipv6), .tcpOther, .invalid),
            (ipv6 ? CraftedPacket.packetTooBig : CraftedPacket.fragNeeded, .icmpError, .invalid),
        ]
    }

    /// Of a packet to this host.
    private static let way: [ObservationPoint] = [
        .arrived, .preRouting, .preRoutingPassed, .localIn, .localInPassed, .delivered,
    ]
    private static let behindFilter: [ObservationPoint] = [.localInPassed, .delivered]

    private struct Kind: Hashable {
        var point: ObservationPoint
        var packetClass: PacketClass
        var ctstate: CTState
    }

    @Test(
        "Counts by class and ctstate, before and after the filter", .needsRoot, .needsTool("nft"),
        arguments: [false, true])
    func counts(_ ipv6: Bool) throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            try Tool.nft(Self.filter)
            var targets = ObservationTargets()
            let host = try #require(IPAddress(ipv6 ? "fd00::100" : "10.0.0.100"))
            targets.entering = [.port(.tcp, Endpoint(host, 80))]
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, name: "mine", in: kernel)
            var expected: [Kind: UInt64] = [:]
            for (packet, packetClass, ctstate) in Self.traffic(ipv6: ipv6) {
                try wire.send(packet)
                // The host answers, and drops or confirms what it has, so no packet may find an entry.
                _ = try? Tool.run("conntrack -F")
                for point in Self.way where ctstate != .invalid || !Self.behindFilter.contains(point) {
                    let state = point == .arrived ? CTState.unseen : ctstate
                    expected[Kind(point: point, packetClass: packetClass, ctstate: state), default: 0] += 1
                }
            }
            let counts = try table.read(from: kernel)
            var counted: [Kind: UInt64] = [:]
            for count in counts.counts {
                let kind = Kind(point: count.point, packetClass: count.packetClass, ctstate: count.ctstate)
                counted[kind, default: 0] += count.packets
            }
            #expect(counted == expected)
            let isOfService = counts.counts.allSatisfy {
                $0.address == host && $0.port == 80 && $0.protocol == .tcp && $0.mark == nil && $0.icmp == nil
            }
            #expect(isOfService && counts.full.isEmpty)
            let left = try Tool.run("nft list ruleset")
            let droppedPackets = expected.filter { $0.key.point == .localIn && $0.key.ctstate == .invalid }.values
                .reduce(0, +)
            #expect(left.contains("counter packets \(droppedPackets) bytes"))
        }
    }

    @Test("An ICMP error about another flow is identified by its type and code", .needsRoot)
    func foreignError() throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            var targets = ObservationTargets()
            let host = try #require(IPAddress("10.0.0.100"))
            targets.entering = [.port(.tcp, Endpoint(host, 443))]
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, name: "mine", in: kernel)
            try wire.send(CraftedPacket.fragNeeded)
            let counts = try table.read(from: kernel).counts
            #expect(counts.map(\.point) == Self.way)
            for count in counts {
                #expect(count.packetClass == .icmpError && count.protocol == .icmp && count.packets == 1)
                #expect(count.icmp == PacketCount.ICMPKind(type: 3, code: 4) && count.port == nil)
            }
        }
    }

    @Test("For an address everything is counted, and marks separately", .needsRoot, .needsTool("nft"))
    func wholeAddressAndMarks() throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            try Tool.nft(
                """
                table ip mangle {
                 chain prerouting {
                  type filter hook prerouting priority -150;
                  tcp dport 81 meta mark set 7
                 }
                }

                """)
            var targets = ObservationTargets()
            let host = try #require(IPAddress("10.0.0.100"))
            targets.entering = [.address(host)]
            targets.marks = [.init(7, .ipv4)]
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, name: "mine", in: kernel)
            try wire.send(CraftedPacket.tcp([.syn], port: 80))
            try wire.send(CraftedPacket.tcp([.syn], port: 81))
            try wire.send(CraftedPacket.fragNeeded)
            let counts = try table.read(from: kernel).counts.filter { $0.point == .localIn }
            let syns = counts.filter { $0.packetClass == .syn }.map { "\($0.port ?? 0) \($0.mark ?? 0)" }
            // A marked packet counts for its address, too.
            #expect(syns.sorted() == ["80 0", "81 0", "81 7"])
            #expect(counts.filter { $0.packetClass == .icmpError }.map(\.port) == [80])
            let early = try table.read(from: kernel).counts.filter { $0.point == .preRouting && $0.mark == 7 }
            #expect(early.map(\.port) == [81])
        }
    }

    @Test("A mark that is set at LOCAL_IN is seen from there on", .needsRoot, .needsTool("nft"))
    func lateMark() throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            try Tool.nft(
                """
                table ip mangle {
                 chain input {
                  type filter hook input priority -150;
                  tcp dport 81 meta mark set 7
                 }
                }

                """)
            var targets = ObservationTargets()
            targets.marks = [.init(7, .ipv4)]
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, name: "mine", in: kernel)
            for port in [80, 81] { try wire.send(CraftedPacket.tcp([.syn], port: UInt16(port))) }
            let counts = try table.read(from: kernel).counts
            #expect(counts.map(\.point) == [.localInMarked, .localInPassed, .delivered])
            #expect(counts.allSatisfy { $0.mark == 7 && $0.port == 81 && $0.ctstate == .new })
        }
    }

    @Test(
        "What NAT sends elsewhere is counted by what it was", .needsRoot, .needsTool("nft"), arguments: [false, true])
    func rewritten(_ isWholeAddress: Bool) throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            try Tool.nft(
                """
                table inet nat {
                 chain prerouting {
                  type nat hook prerouting priority -100;
                  tcp dport 80 redirect to :8080
                 }
                }

                """)
            for ipv6 in [false, true] {
                let host = try #require(IPAddress(ipv6 ? "fd00::100" : "10.0.0.100"))
                var targets = ObservationTargets()
                targets.entering = [isWholeAddress ? .address(host) : .port(.tcp, Endpoint(host, 80))]
                let kernel = LiveKernel()
                let table = try ObservationTable(of: targets, name: "mine", in: kernel)
                try wire.send(CraftedPacket.tcp([.syn], ipv6: ipv6))
                let counts = try table.read(from: kernel).counts.filter { $0.point == .rewritten }
                #expect(counts.map(\.port) == [nil] && counts.map(\.packetClass) == [.syn])
                #expect(counts.map(\.address) == [host] && counts.map(\.ctstate) == [.new])
            }
        }
    }

    @Test("Packets that a full set cannot count are counted as missed", .needsRoot)
    func full() throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            var targets = ObservationTargets()
            targets.entering = [.address(try #require(IPAddress("10.0.0.100")))]
            var options = ObservationOptions()
            options.setSize = 4
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, options, name: "mine", in: kernel)
            for port in 1...9 { try wire.send(CraftedPacket.tcp([.syn], port: UInt16(port))) }
            let counts = try table.read(from: kernel)
            #expect(counts.full == Set(Self.way) && counts.uncounted == counts.full)
            #expect(counts.missed == Dictionary(uniqueKeysWithValues: Self.way.map { ($0, 5) }))
            #expect(counts.counts.count { $0.point == .localIn } == 4)
        }
    }

    @Test(
        "The table lives as long as its value, and no program that is started inherits it", .needsRoot,
        .needsTool("nft"))
    func owned() throws {
        try inFreshNamespace {
            var targets = ObservationTargets()
            targets.entering = [.port(.tcp, try #require(Endpoint("10.0.0.100:80")))]
            func make() throws -> (listing: String, child: BackgroundTool) {
                let table = try ObservationTable(of: targets, name: "mine", in: LiveKernel())
                // It lives on when the table's value ends.
                let child = try BackgroundTool(["/bin/sleep", "60"])
                return (try Tool.run("nft list tables") + table.name, child)
            }
            let made = try make()
            #expect(made.listing.contains("table ip mine"))
            // Not at once: a program that a parallel test is about to start has a copy until it is another program.
            try withExtendedLifetime(made.child) {
                try waitUntil("the table is gone") { try Tool.run("nft list tables").isEmpty }
            }
        }
    }

    @Test("A table that exists is left alone", .needsRoot, .needsTool("nft"))
    func exists() throws {
        try inFreshNamespace {
            try Tool.run("nft add table ip mine")
            var targets = ObservationTargets()
            targets.entering = [.port(.tcp, try #require(Endpoint("10.0.0.100:80")))]
            let plan = targets
            let error = #expect(throws: KernelError.self) {
                _ = try ObservationTable(of: plan, name: "mine", in: LiveKernel())
            }
            #expect(error?.description == "cannot make an observation table: File exists: make table mine")
            #expect(try Tool.run("nft list ruleset") == "table ip mine {\n}\n")
        }
    }

    @Test("Without the capability it is forbidden", .needsRoot)
    func forbidden() throws {
        try inFreshNamespace {
            try dropCapabilities()
            var targets = ObservationTargets()
            targets.entering = [.port(.tcp, try #require(Endpoint("10.0.0.100:80")))]
            let plan = targets
            let error = #expect(throws: KernelError.self) {
                _ = try ObservationTable(of: plan, name: "mine", in: LiveKernel())
            }
            #expect(error?.cause == .forbidden && error?.nextStep == "needs CAP_NET_ADMIN: run with sudo")
        }
    }

    @Test("Ten thousand ports are counted", .needsRoot)
    func many() throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            let host = try #require(IPAddress("10.0.0.100"))
            var targets = ObservationTargets()
            targets.entering = Set((1...10_000).map { .port(.tcp, Endpoint(host, UInt16($0))) })
            let kernel = LiveKernel()
            let table = try ObservationTable(of: targets, name: "mine", in: kernel)
            for port in [80, 9_999, 10_001] { try wire.send(CraftedPacket.tcp([.syn], port: UInt16(port))) }
            let counts = try table.read(from: kernel).counts.filter { $0.point == .preRouting }
            #expect(Set(counts.map(\.port)) == [80, 9_999])
        }
    }

    @Test("Two tables give the same counts and do not interfere", .needsRoot, .needsTool("nft"))
    func two() throws {
        try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            var targets = ObservationTargets()
            targets.entering = [.port(.tcp, try #require(Endpoint("10.0.0.100:80")))]
            let kernel = LiveKernel()
            let one = try ObservationTable(of: targets, name: ObservationTable.freshName(program: 1), in: kernel)
            try wire.send(CraftedPacket.tcp([.fin]))
            let other = try ObservationTable(of: targets, name: ObservationTable.freshName(program: 1), in: kernel)
            try wire.send(CraftedPacket.tcp([.fin]))
            let listing = try Tool.run("nft list tables")
            #expect(listing.contains(one.name) && listing.contains(other.name))
            let counts = try [one.read(from: kernel), other.read(from: kernel)].map { read in
                read.counts.map(\.packets)
            }
            #expect(counts == [Self.way.map { _ in 2 }, Self.way.map { _ in 1 }])
        }
    }
}
