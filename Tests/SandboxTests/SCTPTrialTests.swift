import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Packets
import Reports
import Sandbox
import TestSupport
import Testing

@Suite("SCTP in the sandbox", .needsRoot, .needsTool("nft"))
struct SCTPTrialTests {
    private static let trap = """
        nft -f - <<'END'
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ct state invalid drop
                sctp dport 80 accept
            }
        }
        END
        """

    private static func trial(_ settings: [String: String] = [:]) throws -> Trial {
        let director = try Director(trap, settings: settings)
        return try Trial(of: director.services.map(\.overSCTP), in: director.plan)
    }

    @Test(
        "Without an entry, what does not open an association is INVALID and dropped, errors too, as the model predicts")
    func fresh() throws {
        let trial = try Self.trial()
        #expect(trial.doubt == nil)
        for service in trial.services {
            #expect(service.opening?.words == "NEW LOCAL_IN")
            let chunks = service.outcomes.filter { $0.probe.packetClass == .sctp }
            #expect(chunks.count == 10)
            for (probe, outcome) in chunks {
                let predicted = ConntrackModel().outcome(of: probe.packet, entry: nil).ctstate
                #expect(outcome.ctstate == predicted, "\(probe.name)")
                #expect(outcome.hasPassed == (predicted == .new), "\(probe.name)")
            }
            let dropped = chunks.filter { $0.outcome.droppingRule != nil }.map(\.probe)
            #expect(dropped.map(\.name).contains("SCTP COOKIE-ECHO") && dropped.contains(where: \.isVital))
            let errors = service.outcomes.filter { $0.probe.packetClass == .icmpError }
            #expect(errors.count == 7 && errors.allSatisfy { $0.outcome.ctstate == .invalid })
        }
    }

    @Test("Where entries are confirmed, chunks after an INIT are judged by its entry, and errors are RELATED")
    func confirmed() throws {
        let trial = try Self.trial([Sysctls.ipvsConntrack: "1"])
        for service in trial.services {
            let after = service.outcomes.filter(\.probe.isAfterOpening)
            #expect(after.count == 17)
            let opening = try #require(Probe.opening(.sctp))
            let entry = try #require(ConntrackModel().outcome(of: opening.packet, entry: nil).entry)
            for (probe, outcome) in after where probe.packetClass == .sctp {
                let predicted = ConntrackModel().outcome(of: probe.packet, entry: entry).ctstate
                #expect(outcome.ctstate == predicted, "\(probe.name)")
            }
            let errors = after.filter { $0.probe.packetClass == .icmpError }
            #expect(errors.allSatisfy { $0.outcome.ctstate == .related && $0.outcome.hasPassed })
        }
    }

    @Test("A wrong CRC32c is INVALID, unless checksums are not verified", arguments: [true, false])
    func checksum(isVerified: Bool) throws {
        let setting = ["net.netfilter.nf_conntrack_checksum": isVerified ? "1" : "0"]
        let plan = try Director(Self.trap, settings: setting).plan
        let client = try #require(Endpoint("10.9.0.77:4000"))
        let vip = try #require(Endpoint("\(Director.vip):80"))
        var packet = PacketBytes.sctp(
            chunks: [SCTPChunk.initiate.rawValue], tag: 0, initiateTag: 7, from: client, to: vip)
        let intact = try Sandbox.run(plan) { sandbox throws(KernelError) in try sandbox.outcome(of: packet, by: 40) }
        #expect(intact.ctstate == .new)
        // The CRC's first byte, after an IPv4 header, the ports and the tag.
        packet[28] ^= 0xFF
        let damaged = try Sandbox.run(plan) { sandbox throws(KernelError) in try sandbox.outcome(of: packet, by: 40) }
        #expect(damaged.ctstate == (isVerified ? .invalid : .new))
    }
}

extension Service {
    fileprivate var overSCTP: Service {
        guard case .address(_, let endpoint) = identity else { return self }
        var service = Service(.address(.sctp, endpoint))
        service.destinations = destinations
        return service
    }
}
