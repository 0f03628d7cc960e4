import Addresses
import Firewall
import IPVS
import Inspection

extension Remedy {
    /// What to do, as a part of a sentence.
    package var clause: String {
        switch self {
        case .set(let settings): "run sysctl -w " + settings.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        case .accept(let packets, let address):
            "accept \(packets.words) to \(Self.words(address)) before the rule that drops INVALID"
        case .acceptBefore(let packets, let address, let rule):
            "accept \(packets.words) to \(Self.words(address)) before \(rule.isPolicy ? "the policy of " : "")\(rule.place), "
                + "which drops whatever was not accepted before it"
        case .exempt(let services): "add notrack rules for " + Self.list(services)
        case .notrack(let services): "add notrack rules for " + Self.list(services)
        case .acceptOwnAnswers(let services):
            "accept what leaves from the \(services.count == 1 ? "address" : "addresses") of "
                + "\(Self.list(services)) in OUTPUT, before the rule that drops it"
        case .raise(let limit, let orShortenTimeout):
            "raise \(limit) in the initial network namespace"
                + (orShortenTimeout ? ", or shorten net.netfilter.nf_conntrack_tcp_timeout_established here" : "")
        case .raiseIfFull(let limit):
            "raise \(limit) in the initial network namespace if the table is full; else see insert_failed"
        case .avoidClashes:
            "give source NAT more addresses or ports, or --random-fully; for pairs of DNS queries from one socket, set "
                + "single-request in resolv.conf"
        case .makePersistent(let service, let scheduler):
            "run ipvsadm -E \(service.selector) -s \(scheduler) -p 300, with the service's other options"
        case .addCapacity(let service):
            "add a destination (ipvsadm -a \(service.selector) -r …), or raise a weight or threshold (ipvsadm -e)"
        case .raiseThreshold(let service, let destinations):
            "raise the threshold (ipvsadm -e \(service.selector) -r \(destinations.first?.description ?? "…") -x …, with the "
                + "destination's other options), or add destinations"
        case .usePort(_, let destinations):
            "add \(destinations.count == 1 ? "it" : "them") again with the service's port, and let the real server listen there"
        case .giveAddress(let address, let interface):
            "give this host the VIP (ip addr add \(address)/\(address.bitWidth) dev \(interface ?? "…")), or remove its services"
        case .reachDirectly(let servers):
            "connect the director to the network of \(Self.list(servers)), with a route that has no gateway, or use TUN"
        case .addRoute(let servers):
            "add a route to \(Self.list(servers)) (ip route add), or set the weight to 0"
        case .awaken(let servers):
            "see whether \(Self.list(servers)) \(servers.count == 1 ? "is" : "are") up and on this link, and set the "
                + "weight to 0 until then"
        case .answerThrough(let servers):
            "have \(Self.list(servers)) answer through this director: the route to the clients, or the default route, "
                + "must lead here"
        case .deleteEntries(let service): "run conntrack -D \(service.untranslated)"
        case .raiseICMPLimit:
            "raise net.ipv4.icmp_msgs_per_sec, or lower net.ipv4.icmp_ratelimit, and find out what causes the errors"
        case .loadModule(let module): "run modprobe \(module)"
        case .giveScheduler(let service):
            "run ipvsadm -E \(service.selector) -s wlc, with the service's other options; modprobe ip_vs_wlc if there is none"
        case .bindCalls(let service):
            "run ipvsadm -E \(service.selector) --pe sip -p 60 --ops, with the service's other options"
        case .moduleOption(let module, let option):
            "put “options \(module) \(option.name)=\(option.value)” into a file in /etc/modprobe.d, and load the module again, as at "
                + "the next boot"
        case .limitOpening:
            "limit SYNs instead (nft: tcp flags & (fin|syn|rst|ack) == syn; iptables: -p tcp --syn), or accept the service before the limit"
        case .notrackAll(let services):
            "add notrack rules for \(Self.list(services)) and ICMP to the same address, or accept what is dropped"
        case .saveFix:
            "put it where ct-inspect advise says, in the part “permanently” (--fix with the kind that is there)"
        case .matchFiles:
            "put rules that are to stay into the file, delete those that are not to come back, or load the files again as they are"
        case .acceptByInterface(let interface):
            "except \(interface) from the rule (firewalld: IPv6_rpfilter=loose), or give the director a route to the clients by \(interface)"
        case .acceptForwarded(let rule):
            "accept what conntrack knows at FORWARD, before this rule: " + Self.accepting(before: rule)
        case .track(let services):
            "leave \(Self.list(services)), and what their real servers answer, out of the rules with notrack"
        case .acceptSync(let group):
            "accept it: \(group.endpoint.address.family == .ipv4 ? "iptables" : "ip6tables") -I "
                + "\(group.isSender ? "OUTPUT -o" : "INPUT -i") \(group.interface) -d \(group.endpoint.address) -p udp "
                + "--dport \(group.endpoint.port) -j ACCEPT, or as your packet filter has it"
        case .setMark(let mark, let family):
            "mark packets of the service before IPVS sees them: \(family == .ipv4 ? "iptables" : "ip6tables") -t mangle -A PREROUTING "
                + "-d … -p … --dport … -j MARK --set-mark \(mark), or in nft at prerouting: meta mark set \(mark)"
        case .stopMerging(let interfaces):
            "switch it off: " + interfaces.map { "ethtool -K \($0) lro off" }.joined(separator: "; ")
        case .keepIdle(let seconds):
            "run ipvsadm --set \(seconds) 0 0, where real servers and clients keep idle connections that long"
        case .upgradeKernel(let version): "run Linux \(version) or later"
        case .freeMemory: "free or add memory"
        case .observe: "run ct-inspect observe on the director to see what its packet filter drops"
        case .advise: "run ct-inspect advise for the commands that fix it here, tried in a sandbox"
        case .readManual: "see ct-inspect-lvs-dr(7) for the fixes"
        }
    }

    /// Why it helps, to follow a colon.
    var explanation: String? {
        switch self {
        case .set(let settings): Self.explanation(settings)
        case .acceptOwnAnswers: "they belong to connections that IPVS let in"
        case .accept, .acceptBefore: "the real servers' own filters know the true state"
        case .exempt:
            "their answers bypass the director, so that each ACK is NEW to conntrack (INVALID where it confirms the SYN), and accepting what "
                + "is INVALID does not help"
        case .notrack:
            "their answers bypass the director, and no value of \(Sysctls.ipvsConntrack) suits both them and the NAT services here"
        default: nil
        }
    }

    private static func explanation(_ settings: [Setting]) -> String? {
        if settings.contains(.init(Sysctls.ipvsConntrack, 1)) {
            return "answers that come back through the director are then tracked"
        }
        let isForACKs = settings.allSatisfy {
            $0 == .init(Sysctls.ipvsConntrack, 0) || $0 == .init(Sysctls.tcpLoose, 1)
        }
        return isForACKs ? "ACKs of connections whose answers bypass the director are then NEW, not INVALID" : nil
    }

    /// More than a few, as they are to be typed, but not all of a hundred.
    private static func list(_ names: [some CustomStringConvertible]) -> String { Finding.list(names, most: 10) }

    private static func words(_ address: IPAddress?) -> String {
        address.map { "\($0), and to no other address," } ?? "the service's addresses, and to no others,"
    }
}

extension Remedy.Accepted {
    fileprivate var words: String {
        switch self {
        case .endsAndErrors: "FIN, RST and ICMP errors"
        case .associations: "SCTP and ICMP errors"
        case .errors: "ICMP errors"
        }
    }
}

extension Service.Identity {
    /// Its entries that expect the VIP's own answers, as conntrack(8) takes them.
    fileprivate var untranslated: String {
        guard case .address(let `protocol`, let endpoint) = self else { return "…" }
        let family = endpoint.address.family == .ipv6 ? "-f ipv6 " : ""
        let port = endpoint.port == 0 ? "" : " --dport \(endpoint.port)"
        return "\(family)-p \(`protocol`) -d \(endpoint.address)\(port) -r \(endpoint.address)"
    }

    /// As ipvsadm(8) takes it: `-t 10.0.0.100:80`, `-f 7 -6`.
    fileprivate var selector: String {
        switch self {
        case .address(.tcp, let endpoint): "-t \(endpoint)"
        case .address(.udp, let endpoint): "-u \(endpoint)"
        case .address(let `protocol`, let endpoint): "--\(`protocol`)-service \(endpoint)"
        case .fwmark(let mark, let family): "-f \(mark)" + (family == .ipv6 ? " -6" : "")
        }
    }
}

extension Remedy {
    /// As the director's own packet filter takes it: whoever makes the rule accepts, as no other table can.
    fileprivate static func accepting(before rule: DroppingRule?) -> String {
        let match = "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
        guard let rule else { return "iptables -I FORWARD \(match), or as your packet filter has it" }
        let program = rule.family == .ip6 ? "ip6tables" : "iptables"
        let table = rule.table == "filter" ? "" : "-t \(rule.table) "
        if rule.isLegacy { return "\(program)-legacy \(table)-I FORWARD \(match)" }
        switch FirewallManager.maker(ofChain: rule.chain, inTable: rule.table, of: []) {
        case .ufw?:
            return
                "put “-A ufw-before-forward \(match)” first into /etc/ufw/before.rules (IPv6: -A ufw6-before-forward, before6.rules), "
                + "and run ufw reload"
        // Its backend for nftables has no such chain.
        case .docker? where rule.isOfIPTables: return "\(program) -I DOCKER-USER \(match)"
        case let maker?: return "with \(maker.rawValue), which makes the rule"
        case nil: break
        }
        if rule.isOfIPTables { return "\(program) \(table)-I FORWARD \(match)" }
        return "nft insert rule \(rule.family) \(rule.table) \(rule.chain) ct state established,related accept"
    }
}

extension DroppingRule {
    /// In one of the tables that iptables-nft makes, with its names.
    fileprivate var isOfIPTables: Bool {
        (family == .ip || family == .ip6) && ["filter", "mangle", "raw", "security"].contains(table)
            && (chain == chain.uppercased() || !isPolicy && table != table.lowercased())
    }
}
