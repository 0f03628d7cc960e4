import Foundation
import Inspection
import Netlink
import Routing
import TestSupport
import Testing

@testable import Collection

@Suite("What surrounds a director", .needsRoot, .needsTool("ip"))
struct SurroundingsTests {
    private static func settings(_ commands: [String], _ paths: [String: String]) throws {
        for command in commands { try Tool.run("ip " + command) }
        for (path, value) in paths {
            // /proc/sys/net shows the namespace of the thread that opens it.
            try Data(value.utf8).write(to: URL(fileURLWithPath: "/proc/sys/net/" + path))
        }
    }

    @Test("Settings are read of each interface, also of one with a dot in its name, and from a capture")
    func settings() throws {
        try inFreshNamespace {
            try Self.settings(
                ["link add eth0 type veth peer name eth0.100"],
                [
                    "ipv4/conf/eth0/rp_filter": "1", "ipv4/conf/eth0.100/rp_filter": "2",
                    "ipv4/conf/all/arp_ignore": "1", "ipv6/conf/eth0.100/accept_ra": "0", "ipv4/ip_forward": "1",
                ])
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let live = Surroundings(reading: recording)
                #expect(Surroundings.recordFiles(of: recording).isEmpty)
                try recording.finish()
                let captured = Surroundings(reading: try CapturedKernel(folder + "/lb1"))
                let unverified = Surroundings(reading: try CapturedKernel(folder + "/lb1", verifying: false))
                for taken in [live, captured, unverified] {
                    #expect(taken.losses.isEmpty)
                    #expect(taken.network?.links.map(\.name).sorted() == ["eth0", "eth0.100", "lo"])
                    let values = taken.sysctls.values
                    #expect(values["net.ipv4.conf.eth0.rp_filter"] == "1")
                    #expect(values["net.ipv4.conf.eth0/100.rp_filter"] == "2")
                    #expect(values["net.ipv4.conf.all.arp_ignore"] == "1")
                    #expect(values["net.ipv4.conf.default.arp_ignore"] == "0")
                    #expect(values["net.ipv6.conf.eth0/100.accept_ra"] == "0")
                    #expect(values["net.ipv4.ip_forward"] == "1")
                    #expect(values == live.sysctls.values)
                }
                let kept = Set(try files(below: folder + "/lb1"))
                #expect(kept.isSuperset(of: ["proc/net/snmp", "proc/net/snmp6", "proc/net/netstat", "proc/meminfo"]))
            }
        }
    }

    @Test("Of very many interfaces only some are read, and that is said")
    func many() throws {
        let taken = try inFreshNamespace {
            for number in 0..<120 { try Tool.run("ip link add a\(number) type veth peer name b\(number)") }
            return Surroundings(reading: LiveKernel())
        }
        #expect(taken.network?.links.count == 241)
        let read = taken.sysctls.values.keys.filter { $0.hasSuffix(".rp_filter") }
        #expect(read.count == Surroundings.mostInterfaces && read.contains("net.ipv4.conf.all.rp_filter"))
        #expect(
            taken.losses.map { "\($0.what): \($0.why)" }
                == ["net.ipv4.conf", "net.ipv6.conf"].map {
                    "\($0): those of 200 of 243 interfaces were read"
                })
    }

    @Test("A kernel that has nothing of it is no error, but links that cannot be read are a loss")
    func nothing() {
        let taken = Surroundings(reading: ScriptedKernel())
        #expect(taken.network == nil && taken.sysctls.values.isEmpty)
        #expect(taken.losses.count == 1)
        #expect(Surroundings.recordFiles(of: ScriptedKernel()).isEmpty)
    }

    @Test("What kernels usually lack is known by its path")
    func absent() {
        for path in ["proc/net/ip_vs_app", "proc/modules", "proc/net/ip6_tables_names", "proc/sys/net/ipv6/conf"] {
            #expect(Surroundings.mayLack(path), "\(path)")
        }
        for path in ["proc/net/ip_vs", "proc/sys/net/ipv4/vs", "sockopt/ip/filter"] {
            #expect(!Surroundings.mayLack(path), "\(path)")
        }
    }
}
