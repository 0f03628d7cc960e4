import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

extension CheckTests {
    static let network = addresses + routes + reversePath + redirects

    private static let addresses = [
        // Another VIP is here, and nothing speaks of a second director.
        Case("vip-missing-director", .error, ["services": 1, "vips_here": 1, "vips": 2]) {
            try $0.place { $0.isLocal = false }
        } butNot: {
            try $0.place { $0.holders = [] }
        },
        // None is here, as on a standby.
        Case("vip-missing-director", .info, ["vips_here": 0]) {
            try $0.changeNetwork { $0.virtual = [try at("10.0.0.100:80").address: .init(isLocal: false)] }
        } butNot: {
            try $0.place { $0.isLocal = false }
            $0.services = .known([Service(.fwmark(7, .ipv4))])
        },
        Case("vip-missing-director", .info, ["vrrp": 1]) {
            try $0.place { $0.isLocal = false }
            $0.changeNetwork { $0.speaksVRRP = true }
        } butNot: {
            $0.changeNetwork { $0.speaksVRRP = true }
        },
        Case("vip-missing-director", .info, ["sync_daemons": 1, "vrrp": 0]) {
            try $0.place { $0.isLocal = false }
            $0.run(2)
        } butNot: {
            $0.run(2)
        },
        // Unknown is not the same as no.
        Case("vip-missing-director", .info) {
            try $0.place { $0.isLocal = false }
            $0.changeNetwork { $0.speaksVRRP = nil }
        } butNot: {
            $0.changeNetwork { $0.speaksVRRP = nil }
        },
        Case("arp-director", .error, ["arp_ignore": 1]) {
            try $0.hideVIP(arpIgnore: 1)
        } butNot: {
            try $0.hideVIP(arpIgnore: 0)
        },
        Case("arp-director", .info) {
            try $0.hideVIP(arpIgnore: 2)
            $0.changeNetwork { $0.speaksVRRP = true }
        } butNot: {
            // Only addresses of scope host are meant.
            try $0.hideVIP(arpIgnore: 3)
        },
        // A VIP in nobody's prefix is routed here.
        Case("arp-director", .error) {
            try $0.hideVIP(arpIgnore: 8)
        } butNot: {
            try $0.hideVIP(arpIgnore: 8)
            try $0.place { $0.links = [] }
        },
        // One that answers is enough; so is an interface that has the address.
        Case("arp-director", .error) {
            try $0.hideVIP(arpIgnore: 1)
            try $0.place { $0.links = ["eth0", "lo"] }
        } butNot: {
            try $0.hideVIP(arpIgnore: 1)
            try $0.place { $0.links = ["eth0", "eth1"] }
        },
        Case("arp-director", .error) {
            try $0.hideVIP(arpIgnore: 1)
        } butNot: {
            try $0.hideVIP(arpIgnore: 1)
            try $0.place { $0.holders = ["lo", "eth1"] }
        },
    ]

    private static let gateway = IPAddress(ipv4: 0x0A00_00FE)

    private static let routes = [
        Case("dr-not-onlink", .error, ["real_servers": 1, "services": 1, "by_default_route": 1]) {
            try $0.lead(.init(.gateway(gateway, byDefault: true)))
        } butNot: {
            try $0.lead(.init(.gateway(gateway, byDefault: true)))
            $0.web.destinations[0].weight = 0
        },
        Case("dr-not-onlink", .warning, ["by_default_route": 0]) {
            try $0.lead(.init(.gateway(gateway, byDefault: false)))
        } butNot: {
            try $0.lead(.init(.gateway(gateway, byDefault: false)))
            $0.web = try DirectorFacts.web("10.0.0.100:80", .tun)
        },
        Case("rs-unroutable", .error, ["real_servers": 1]) {
            try $0.lead(.init(.none))
        } butNot: {
            try $0.lead(.init(.none))
            $0.web.destinations[0].weight = 0
        },
        Case("rs-unroutable", .error) {
            try $0.lead(.init(.refused("blackhole")))
        } butNot: {
            try $0.lead(.init(.local))
        },
        Case("rs-neigh-failed", .error, ["real_servers": 1, "seconds_ago": 5]) {
            try $0.lead(.init(.onLink, neighbour: .init(hasFailed: true, seconds: 5)))
        } butNot: {
            try $0.lead(.init(.onLink, neighbour: .init(hasFailed: false, seconds: 5)))
        },
        Case("rs-neigh-failed", .warning, ["seconds_ago": 61]) {
            try $0.lead(.init(.onLink, neighbour: .init(hasFailed: true, seconds: 61)))
        } butNot: {
            try $0.lead(.init(.onLink, neighbour: .init(hasFailed: true, seconds: 61)))
            $0.web.destinations[0].weight = 0
        },
        Case("pmtu-tun", .info, ["largest_packet": 1480]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .tun)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .tun)
            $0.changeNetwork { network in
                for address in network.paths.keys { network.paths[address]?.mtu = 1520 }
            }
        },
    ]

    private static let reversePath = [
        Case("rp-filter", .error, ["dropped": 10, "received": 1000, "seconds": 30]) {
            $0.makeStrict()
            $0.count("TcpExt.IPReversePathFilter", 10)
            $0.count("Ip.InReceives", 2000)
        } butNot: {
            $0.count("TcpExt.IPReversePathFilter", 10)
        },
        Case("rp-filter", .warning, ["dropped": 9]) {
            $0.makeStrict()
            $0.count("TcpExt.IPReversePathFilter", 9)
            $0.count("Ip.InReceives", 2000)
        } butNot: {
            $0.makeStrict()
        },
        // Answers to the rest of the world would leave by the other interface.
        Case("rp-filter", .info, ["dropped_since_boot": 0]) {
            $0.makeStrict()
            try $0.place { $0.defaultOutput = "eth1" }
        } butNot: {
            try $0.place { $0.defaultOutput = "eth1" }
        },
        Case("rp-filter", .warning, ["dropped_since_boot": 3]) {
            $0.window = nil
            $0.makeStrict()
            $0.count("TcpExt.IPReversePathFilter", 3)
            try $0.place { $0.defaultOutput = "eth1" }
        } butNot: {
            $0.window = nil
            $0.makeStrict()
            $0.count("TcpExt.IPReversePathFilter", 3)
        },
    ]

    private static let redirects = [
        Case("send-redirects", .warning, ["real_servers": 2, "interfaces": 1]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.changeNetwork { $0.interfaces["eth0"]?.sendsRedirects = true }
        } butNot: {
            $0.changeNetwork { $0.interfaces["eth0"]?.sendsRedirects = true }
        },
        // Without a default route clients are on the VIP's link; with one by another interface they are behind that.
        Case("send-redirects", .warning) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.offerRedirects(.init(holders: ["eth0"]))
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.offerRedirects(.init(holders: ["eth0"], defaultOutput: "eth1"))
        },
        Case("send-redirects", .warning) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.changeNetwork { $0.interfaces["eth0"]?.sendsRedirects = true }
        } butNot: {
            // Clients are on the other side.
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.offerRedirects(.init(holders: ["eth1"], defaultOutput: "eth1"))
        },
    ]

    static let growth = [
        // With DR it is in the nature of things.
        Case("ct-invalid-rate", .warning, ["invalid": 10, "received": 1000]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.counted(.invalid, 7, then: 17)
            $0.count("Ip.InReceives", 2000)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.counted(.invalid, 7, then: 16)
            $0.count("Ip.InReceives", 2000)
        },
        Case("ct-invalid-rate", .info, ["dr_or_tun_services": 1]) {
            $0.counted(.invalid, 0, then: 50)
        } butNot: {
            $0.counted(.invalid, 50, then: 50)
        },
        Case("icmp-ratelimit", .warning, ["held_back": 3, "seconds": 30]) {
            $0.count("Icmp.OutRateLimitGlobal", 6)
            $0.count("Icmp.OutRateLimitHost", 7)
        } butNot: {
            $0.count("Icmp.OutMsgs", 100)
        },
        Case("weight0-conns", .info, ["destinations": 1, "active_connections": 5]) {
            $0.drain(then: 5)
        } butNot: {
            $0.drain(then: 4)
        },
    ]
}

extension DirectorFacts {
    /// The VIP is on lo, and eth0 has an address whose prefix contains it.
    fileprivate mutating func hideVIP(arpIgnore: Int) throws {
        try place { ($0.holders, $0.links) = (["lo"], ["eth0"]) }
        changeNetwork { $0.interfaces["eth0"]?.arpIgnore = arpIgnore }
    }

    /// eth0 sends redirects, and all VIPs are like this one.
    fileprivate mutating func offerRedirects(_ place: NetworkFacts.VirtualAddress) {
        changeNetwork { network in
            network.interfaces["eth0"]?.sendsRedirects = true
            for address in network.virtual.keys { network.virtual[address] = place }
        }
    }

    fileprivate mutating func makeStrict() { changeNetwork { $0.interfaces["eth0"]?.reversePath = 1 } }

    /// A counter of conntrack at the beginning and at the end.
    mutating func counted(_ counter: StatisticsCounter, _ before: UInt32, then now: UInt32) {
        var (earlier, later) = (Self.table(origin, entries: 100), Self.table(origin, entries: 100))
        earlier.cpus[0].counters[counter] = before
        later.cpus[0].counters[counter] = now
        window?.table = .known(earlier)
        table = .known(later)
    }

    /// The first destination has weight 0, and 5 active connections, then so many.
    fileprivate mutating func drain(then connections: UInt32) {
        web.destinations[0].weight = 0
        window?.services = services
        web.destinations[0].activeConnections = connections
    }
}

/// What a window leaves open, and a network that is not wholly known.
struct WindowTests {
    @Test("Without a window nothing can grow, which is no loss; interrupted, it is no pass")
    func interrupted() throws {
        let ids: Set = ["ct-invalid-rate", "icmp-ratelimit", "stuck-established"]
        let none = CheckReport(Check.all, of: try .plain { $0.window = nil })
        let ofTraffic: Set = ["packets-dropped", "lost-before-local-in", "lost-before-post-routing"]
        #expect(Set(none.notMade.map(\.check.id.rawValue)) == ids.union(ofTraffic))
        #expect(none.isComplete && none.watched == nil && none.unread(from: .info).isEmpty)
        let cut = CheckReport(Check.all, of: try .plain { $0.window?.isInterrupted = true })
        #expect(Set(cut.notMade.map(\.check.id.rawValue)) == ids)
        #expect(!cut.isComplete && cut.watched == .init(seconds: 30, isInterrupted: true, packets: 10))
        #expect(cut.unread(from: .warning).count == 3)
        // What has grown by then has grown.
        let grown = CheckReport(
            Check.all,
            of: try .plain {
                $0.window?.isInterrupted = true
                $0.count("Icmp.OutRateLimitHost", 7)
            })
        #expect(grown.findings.map(\.id.rawValue) == ["icmp-ratelimit"])
    }

    @Test("What could not be read at its beginning is no pass; what was not there then is not missed")
    func beginning() throws {
        func result(_ services: Fact<[Service]>) throws -> Check.Result {
            let facts = try DirectorFacts.plain { $0.window?.services = services }
            return try #require(Check.named("icmp-ratelimit")).result(facts)
        }
        #expect(try result(.unreadable("no")) == .notMade(Lack("no", isAbsence: false)))
        #expect(try result(.absent("no")) == .fine)
    }

    @Test("A counter that fell was reset, and has not grown")
    func reset() throws {
        let facts = try DirectorFacts.plain { $0.count("Icmp.OutRateLimitHost", 1) }
        #expect(facts.growth(of: "Icmp.OutRateLimitHost") == nil)
        #expect(try facts.found("icmp-ratelimit") == [])
    }

    @Test("A kernel that does not count held-back ICMP errors has nothing to check")
    func uncounted() throws {
        let facts = try DirectorFacts.plain { $0.counters = .known(HostCounters(["Ip.InReceives": 1])) }
        guard case .notMade(let lack) = try #require(Check.named("icmp-ratelimit")).result(facts) else {
            Issue.record("it was made")
            return
        }
        #expect(lack.isAbsence && lack.why == "this kernel does not count Icmp.OutRateLimitGlobal")
    }

    @Test("Of a network that could not be looked up, nothing is claimed, and nothing passes")
    func unreadable() throws {
        let report = CheckReport(Check.all, of: try .plain { $0.network = .unreadable("too many routes") })
        let ids = report.notMade.map(\.check.id.rawValue)
        #expect(
            ids == [
                "settings-rewritten", "vip-missing-director", "arp-director", "rp-filter", "dr-not-onlink",
                "rs-unroutable", "rs-neigh-failed", "lro", "backup-only", "sync-none",
            ])
        #expect(report.losses.map(\.why) == ["too many routes"])
        #expect(report.unread(from: .error).count == 7)
    }
}
