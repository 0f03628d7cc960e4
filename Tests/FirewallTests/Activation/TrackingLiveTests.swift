import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

/// Each answer is compared with the kernel's behaviour: whether a packet over loopback creates an entry.
@Suite(
    "Whether conntrack is active, on the live kernel", .needsRoot, .needsTool("conntrack"), .needsTool("iptables"),
    .needsTool("ip"), .needsTool("nft")
)
struct TrackingLiveTests {
    @Test(
        arguments: TrackingSituation.rules + TrackingSituation.translations + TrackingSituation.objects
            + TrackingSituation.iptables + TrackingSituation.idle)
    func situation(_ situation: TrackingSituation) throws {
        let (tracking, hasEntry) = try inFreshNamespace {
            try situation.setUp()
            return (try ConntrackActivation(reading: LiveKernel()), try Self.tracksPackets())
        }
        #expect(Self.matches(tracking.ipv4, situation.ipv4), "\(tracking.ipv4)")
        #expect(Self.matches(tracking.ipv6, situation.ipv6), "\(tracking.ipv6)")
        #expect(hasEntry.ipv4 == (situation.ipv4 != nil))
        #expect(hasEntry.ipv6 == (situation.ipv6 != nil))
    }

    @Test(
        "Tables of iptables-legacy are reported as unread",
        arguments: ["-t nat -L", "-A INPUT -m conntrack --ctstate NEW"])
    func legacy(_ arguments: String) throws {
        let (tracking, isExact) = try inFreshNamespace {
            try Tool.run("iptables-legacy \(arguments)")
            return (try ConntrackActivation(reading: LiveKernel()), try Self.kernelListsHooks())
        }
        let table = arguments.contains("nat") ? "nat" : "filter"
        let reason = "iptables-legacy has tables here (\(table)), whose rules are not read"
        if isExact {
            #expect(Self.matches(tracking.ipv4, table == "nat" ? nil : "ipv4_conntrack_in"))
        } else {
            #expect(tracking.ipv4 == .unknown(reason))
        }
        #expect(tracking.ipv6 == .inactive)
    }

    @Test("Entries without a known user leave doubt, but only if no user is found")
    func entriesWithoutUser() throws {
        let (doubtful, explained, isExact) = try inFreshNamespace {
            let generator = try ConntrackGenerator()
            try generator.add(.create, 1)
            try generator.flush()
            let doubtful = try ConntrackActivation(reading: LiveKernel())
            try Tool.nft("table ip t { chain c { ct state new; }; }")
            return (doubtful, try ConntrackActivation(reading: LiveKernel()), try Self.kernelListsHooks())
        }
        let reason = "no user of conntrack was found, but its table has 1 entry"
        let answer = isExact ? ConntrackActivation.Activity.inactive : .unknown(reason)
        #expect(doubtful == ConntrackActivation(ipv4: answer, ipv6: answer))
        #expect(Self.matches(explained.ipv4, "uses ct"))
        #expect(explained.ipv6 == .inactive)
    }

    @Test("A user behind 20,000 rules is found")
    func longRuleset() throws {
        let tracking = try inFreshNamespace {
            let rules = (0..<20_000).map { "ip saddr 10.0.\($0 >> 8).\($0 & 255) counter accept;" }.joined(
                separator: " ")
            try Tool.nft("table ip t { chain c { \(rules) ct state new; }; }")
            return try ConntrackActivation(reading: LiveKernel())
        }
        #expect(Self.matches(tracking.ipv4, "rule ip t c handle 20002 uses ct"))
        #expect(tracking.ipv6 == .inactive)
    }

    @Test("Without the capability it is forbidden")
    func forbidden() throws {
        let error = try inFreshNamespace { () -> KernelError? in
            try dropCapabilities()
            do throws(KernelError) { _ = try ConntrackActivation(reading: LiveKernel()) } catch { return error }
            return nil
        }
        #expect(error?.cause == .forbidden)
    }

    /// Such a kernel gives exact answers.
    private static func kernelListsHooks() throws -> Bool { try TrackingHook.ipv4.activity(in: LiveKernel()) != nil }

    /// - Parameter evidence: part of it, nil for none. A kernel that lists its hooks names those instead.
    private static func matches(_ activity: ConntrackActivation.Activity, _ evidence: String?) -> Bool {
        switch (activity, evidence) {
        case (.active(let words), let evidence?): words.contains(evidence) || words.contains("is hooked in")
        case (.inactive, nil): true
        default: false
        }
    }

    /// Sends a packet of each family over loopback, and checks whether this created an entry.
    private static func tracksPackets() throws -> (ipv4: Bool, ipv6: Bool) {
        try Tool.run("ip link set lo up")
        try send(to: "127.0.0.1", AF_INET)
        try send(to: "::1", AF_INET6)
        return (
            try !Tool.run("conntrack -L -f ipv4").isEmpty, try !Tool.run("conntrack -L -f ipv6").isEmpty
        )
    }

    private static func send(to address: String, _ family: CInt) throws {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var list: UnsafeMutablePointer<addrinfo>?
        try #require(getaddrinfo(address, "9", &hints, &list) == 0)
        defer { freeaddrinfo(list) }
        let found = try #require(list).pointee
        let descriptor = socket(family, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        let sent = sendto(descriptor, "x", 1, 0, found.ai_addr, found.ai_addrlen)
        guard sent == 1 else { throw SystemFailure("sendto \(address)", errno: errno) }
    }
}
