import Addresses
import Collection
import Conntrack
import IPVS
import Inspection
import Netlink

/// Which rules the packet in question meets, where that can be tried.
struct RulesMet {
    private let question: WalkQuestion
    private let settings: [PacketExplanation.Setting]

    init(_ question: WalkQuestion, _ settings: [PacketExplanation.Setting]) {
        (self.question, self.settings) = (question, settings)
    }

    func fact(for service: Service, on kernel: any KernelSource) -> Fact<RuleWalk> {
        if let obstacle = obstacle(service.identity) { return .absent(obstacle) }
        var sysctls = Sysctls()
        for setting in settings { sysctls.values[setting.name] = "\(setting.value)" }
        let probe = Probe(question.packet, isAfterOpening: question.entry != nil)
        return RuleWalk.reading(kernel, of: probe, to: service, sysctls)
    }

    /// Why it is not tried.
    private func obstacle(_ service: Service.Identity) -> String? {
        if !question.flaws.isEmpty { return "only packets without flaws are tried" }
        if question.direction == .reply { return "only packets to the VIP are tried" }
        let kinds = "only TCP, UDP, SCTP and ICMP errors about them are tried"
        let family: IPAddress.Family
        switch service {
        case .address(let `protocol`, let endpoint):
            guard Probe.opening(`protocol`) != nil else { return kinds }
            family = endpoint.address.family
        case .fwmark(_, let own): family = own
        }
        switch question.packet {
        case .tcp, .udp, .sctp: break
        case .icmp, .icmpv6: if question.packet.packetClass != .icmpError { return kinds }
        case .dccp, .other: return kinds
        }
        if case .icmp = question.packet, family != .ipv4 { return "the service is of IPv6" }
        if case .icmpv6 = question.packet, family != .ipv6 { return "the service is of IPv4" }
        return entryObstacle
    }

    /// The sandbox has nobody who answers.
    private var entryObstacle: String? {
        guard let entry = question.entry else { return nil }
        guard case .tcp(let tcp) = entry.memory, tcp.state == .synSent, !entry.hasSeenReply else {
            return "in the sandbox nobody answers, so that it has no such entry"
        }
        return question.conditions.ipvsConntrack
            ? nil : "\(Sysctls.ipvsConntrack)=0: IPVS leaves no entry of a SYN behind"
    }
}
