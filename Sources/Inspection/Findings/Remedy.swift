import Addresses
import Conntrack
import Firewall
import IPVS

/// Something that would help, or the next thing to look at.
package enum Remedy: Hashable, Sendable {
    /// Set these at runtime (`sysctl -w`).
    case set([Setting])
    /// Accept packets that are INVALID, of the kinds that end connections, before they are dropped.
    case accept(Accepted, to: IPAddress?)
    /// The same, before a rule or policy that drops whatever none before it accepted.
    case acceptBefore(Accepted, to: IPAddress?, DroppingRule)
    /// Exempt the packets of these services from conntrack: accepting what is INVALID does not help against a rule that drops NEW ACKs.
    case exempt([Service.Identity])
    /// Exempt the packets of these services from conntrack, as no value of `net.ipv4.vs.conntrack` suits all services.
    case notrack([Service.Identity])
    /// Accept what is INVALID of the answers of these services, whose real server is the director itself, before it is dropped.
    case acceptOwnAnswers([Service.Identity])
    /// Raise this limit of the initial network namespace, or else shorten the timeout of established connections.
    case raise(String, orShortenTimeout: Bool)
    /// Raise this limit if the table is full; otherwise `insert_failed` tells more.
    case raiseIfFull(String)
    /// Keep new connections from taking each other's tuples.
    case avoidClashes
    /// Keep the clients of this service with their real server (`ipvsadm -E … -p`).
    case makePersistent(Service.Identity, scheduler: String)
    /// Give the service a destination that may take connections.
    case addCapacity(Service.Identity)
    /// Raise the upper threshold of these destinations, or add some.
    case raiseThreshold(Service.Identity, [Endpoint])
    /// Give these destinations the port of their service.
    case usePort(Service.Identity, [Endpoint])
    /// Give this host the VIP, on this interface if it matters.
    case giveAddress(IPAddress, interface: String?)
    /// Have these on the same link.
    case reachDirectly([IPAddress])
    case addRoute([IPAddress])
    /// See why these do not answer.
    case awaken([IPAddress])
    /// Have these answer by way of this director.
    case answerThrough([IPAddress])
    /// Delete the entries with the VIP's own answers (`conntrack -D`).
    case deleteEntries(Service.Identity)
    /// Send more ICMP errors.
    case raiseICMPLimit
    /// `modprobe`
    case loadModule(String)
    /// Give the service a scheduler (`ipvsadm -E … -s`).
    case giveScheduler(Service.Identity)
    /// Keep the messages of a call with one real server (`ipvsadm -E … --pe sip -p`).
    case bindCalls(Service.Identity)
    /// An option of a module, which takes effect when it is loaded.
    case moduleOption(String, Setting)
    /// Limit what opens connections, by its flags, not what conntrack takes for new.
    case limitOpening
    /// Exempt all packets of these services from conntrack, ICMP errors and both address families.
    case notrackAll([Service.Identity])
    /// Put the fix into the file that its manager loads.
    case saveFix
    /// Bring the packet filter's files and its running rules to the same.
    case matchFiles
    /// Let clients' packets come by this interface.
    case acceptByInterface(String)
    /// Accept at FORWARD what conntrack knows, before this rule or policy.
    case acceptForwarded(DroppingRule?)
    /// Let conntrack see the packets of these services.
    case track([Service.Identity])
    /// Accept what another director tells the sync daemon, or what it tells others.
    case acceptSync(SyncGroup)
    /// Have a rule give packets of the service this mark.
    case setMark(UInt32, IPAddress.Family)
    /// Switch large receive offload off on these interfaces.
    case stopMerging([String])
    /// Keep idle TCP connections for so many seconds (`ipvsadm --set`).
    case keepIdle(UInt32)
    /// Run a kernel of this version or later.
    case upgradeKernel(KernelVersion)
    /// Free or add memory.
    case freeMemory
    /// Count what the packet filter does.
    case observe
    /// Have the fix printed as commands, tried in the sandbox.
    case advise
    /// ct-inspect-lvs-dr(7)
    case readManual

    package struct Setting: Hashable, Sendable {
        package var name: String
        package var value: Int

        package init(_ name: String, _ value: Int) {
            self.name = name
            self.value = value
        }
    }

    package enum Accepted: Hashable, Sendable {
        case endsAndErrors
        /// All of SCTP, of which little is valid without an entry.
        case associations
        case errors
    }

    /// Whether it changes something, rather than only telling more.
    package var isFix: Bool {
        switch self {
        case .observe, .advise, .readManual: false
        default: true
        }
    }
}

/// The mix of forwarding methods on a director, which determines the right settings.
///
/// Connections whose answers bypass the director need `net.ipv4.vs.conntrack=0`, or no tracking at all; those whose answers come back
/// through it need 1 (`ip_vs_conn_new`, `ip_vs_send_or_cont` and `ip_vs_nat_send_or_cont` in net/netfilter/ipvs).
struct MethodMix {
    /// Services all of whose answers bypass the director.
    let bypassing: [Service.Identity]
    /// Whether a service has answers that come back through it.
    let hasReturning: Bool
    /// Whether a service has answers that bypass it.
    let hasBypassing: Bool

    /// - Parameter isOwn: whether a destination is the director itself, through which its answers pass, whatever its method.
    init(_ services: [Service], isOwn: (Destination) -> Bool = { _ in false }) {
        func bypasses(_ destination: Destination) -> Bool {
            destination.method.answersBypassDirector && !isOwn(destination)
        }
        bypassing = services.filter { service in
            !service.destinations.isEmpty && service.destinations.allSatisfy(bypasses)
        }.map(\.identity)
        hasReturning = services.contains { !$0.destinations.allSatisfy(bypasses) }
        hasBypassing = services.contains { $0.destinations.contains(where: bypasses) }
    }

    /// Makes ACKs of connections that bypass the director NEW again, after their SYN was confirmed.
    ///
    /// - Parameter affected: the services in question; nil for all.
    func againstConfirming(_ affected: [Service.Identity]? = nil) -> Remedy {
        guard hasReturning else { return .set([.init(Sysctls.ipvsConntrack, 0)]) }
        let services = bypassing.filter { affected?.contains($0) ?? true }
        return services.isEmpty ? .readManual : .notrack(services)
    }

    /// Makes conntrack recognize the answers that come back through the director. Until the others are exempt, the setting would take these
    /// down, so that comes first.
    var forConfirming: [Remedy] { exempting + [.set([.init(Sysctls.ipvsConntrack, 1)])] }

    /// Makes the same setting harmless for those that bypass it.
    var exempting: [Remedy] { bypassing.isEmpty ? [] : [.notrack(bypassing)] }

    /// The same for answers of the director itself: where others bypass it, in the same service perhaps, the setting would take these down.
    func forOwnAnswers(of services: [Service.Identity]) -> [Remedy] {
        hasBypassing ? [.acceptOwnAnswers(services)] : [.set([.init(Sysctls.ipvsConntrack, 1)])]
    }
}
