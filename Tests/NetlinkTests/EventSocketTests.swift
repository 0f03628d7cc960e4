import CNetlink
import Netlink
import TestSupport
import Testing

@Suite("A subscription to multicast groups", .needsRoot)
struct EventSocketTests {
    private static let groups = [NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_DESTROY].map(\.rawValue)

    @Test func withoutTheCapabilityItIsForbidden() throws {
        let error = try inFreshNamespace {
            try dropCapabilities()
            return #expect(throws: KernelError.self) {
                try EventSocket(groups: Self.groups, buffer: 1 << 20, for: "subscribe")
            }
        }
        #expect(error?.cause == .forbidden)
        #expect(
            error?.description
                == "cannot subscribe: Operation not permitted: needs CAP_NET_ADMIN: run with sudo")
    }

    @Test func theBufferIsTwiceWhatWasAskedFor() throws {
        try inFreshNamespace {
            let big = try EventSocket(groups: [], buffer: 64 << 20, for: "subscribe").bufferSize
            #expect(big == 128 << 20)
            // The kernel's minimum (SOCK_MIN_RCVBUF) depends on its build.
            let least = try EventSocket(groups: [], buffer: 1, for: "subscribe").bufferSize
            #expect((1..<8192).contains(least))
        }
    }

    /// The kernel's own count is exact: queued and lost messages add up.
    @Test(arguments: [1, 10, 1000, 5000]) func everyMessageIsReceivedOrCountedAsLost(_ count: Int) throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            let socket = try EventSocket(groups: Self.groups, buffer: 16 << 10, for: "subscribe")
            let generator = try ConntrackGenerator()
            for _ in 0..<3 {
                for number in 0..<count { try generator.add(.create, number) }
                for number in 0..<count { try generator.add(.delete, number) }
                try generator.flush()
                var received = 0
                var lost: Int?
                var reading = EventReading()
                repeat {
                    reading = try socket.receive { #expect($0.byteCount > 100) }
                    received += reading.datagrams
                    if let loss = reading.loss { lost = (lost ?? 0) + (try #require(loss.messages)) }
                } while !reading.isDrained
                #expect(received + (lost ?? 0) == 2 * count)
                #expect((lost != nil) == (count > 10))
            }
        }
    }

    @Test func whatNobodySubscribedToIsNoLoss() throws {
        try inFreshNamespace {
            let socket = try EventSocket(groups: [NFNLGRP_CONNTRACK_UPDATE.rawValue], buffer: 1, for: "subscribe")
            let generator = try ConntrackGenerator()
            for number in 0..<1000 { try generator.add(.create, number) }
            try generator.flush()
            let reading = try socket.receive { _ in Issue.record("nothing was subscribed to that happened") }
            #expect(reading == EventReading(isDrained: true))
        }
    }
}
