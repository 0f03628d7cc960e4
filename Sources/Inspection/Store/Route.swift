import Addresses
import Conntrack
import IPVS

/// What all connections from one VIP to one real server have in common, so that the store keeps it only once.
package struct Route: Sendable {
    package let `protocol`: IPProtocol
    /// The VIP and its port.
    package let virtual: Endpoint
    /// Nil for entries without a connection.
    package let destination: Endpoint?
    /// According to the current services.
    package internal(set) var service: Service.Identity?
    /// The connections' own, or else that of the service's destination; nil if unknown or ambiguous.
    package internal(set) var method: ForwardingMethod?
    /// Why service and method are uncertain.
    package internal(set) var doubts: [String] = []
    /// Whether the current services have the destination; nil for entries without a connection.
    package internal(set) var standing: DestinationStanding?
    /// How many of its flows the last reading found, by verdict.
    package internal(set) var counts = VerdictCounts()
    /// The destination is this host itself, whatever the method is.
    package internal(set) var isLocal = false
    /// An entry with the VIP's answers is not IPVS's: it translates to another address (`ip_vs_update_conntrack`,
    /// net/netfilter/ipvs/ip_vs_nfct.c). Of an entry without a connection: all destinations of its service are by NAT.
    var translates = false
    var mayBeNAT = false
    /// The services it may belong to, if there are several.
    private(set) var candidates: [ServiceIndex.Candidate] = []
    /// The one among them that the entries of its flows identified.
    private let settled: Service.Identity?
    /// What the kernel's own table says of its connections; nil if they come from /proc.
    let known: Known?

    /// What determines service and method without doubt.
    struct Known: Hashable {
        var method: ForwardingMethod
        /// Nil if there is no service of the connections' mark.
        var serviceMark: UInt32?
    }

    struct Key: Hashable {
        var `protocol`: IPProtocol
        var virtual: Endpoint
        var destination: Endpoint?
        var known: Known?
        var settled: Service.Identity?

        /// `==`, part by part, as it is asked for each connection: between optionals it is a generic call.
        @inline(__always)
        func isSame(as other: Key) -> Bool {
            `protocol` == other.protocol && virtual == other.virtual && Key.isSame(destination, other.destination)
                && Key.isSame(known, other.known) && settled == other.settled
        }

        @inline(__always)
        static func isSame(_ one: Endpoint?, _ other: Endpoint?) -> Bool {
            guard let one, let other else { return one == nil && other == nil }
            return one == other
        }

        @inline(__always)
        static func isSame(_ one: Known?, _ other: Known?) -> Bool {
            guard let one, let other else { return one == nil && other == nil }
            return one.method.rawValue == other.method.rawValue && one.serviceMark ?? 0 == other.serviceMark ?? 0
        }
    }

    var key: Key {
        Key(protocol: `protocol`, virtual: virtual, destination: destination, known: known, settled: settled)
    }

    init(_ key: Key) {
        self.protocol = key.protocol
        virtual = key.virtual
        destination = key.destination
        known = key.known
        settled = key.settled
    }

    /// How packets reach the destination: one that is this host itself gets them from its own stack, and answers through LOCAL_OUT
    /// (`ip_vs_send_or_cont`, net/netfilter/ipvs/ip_vs_xmit.c).
    package var path: ForwardingMethod? {
        isLocal && method?.answersBypassDirector ?? false ? .local : method
    }

    mutating func match(_ services: ServiceIndex, _ localAddresses: Set<IPAddress> = []) {
        guard let destination else {
            let found = services.byAddress(`protocol`, virtual)
            service = found?.identity
            translates = found?.translates(virtual) ?? false
            return
        }
        isLocal = localAddresses.contains(destination.address)
        let match = services.match(connection(to: destination))
        (service, method, doubts, mayBeNAT) = (match.service, match.method, match.doubts, match.mayBeNAT)
        (candidates, standing) = (match.candidates, match.standing)
        if let settled, let own = match.candidates.first(where: { $0.service == settled }) {
            (service, method, doubts, candidates) = (own.service, own.method, [], [])
            standing = own.isDrained ? .drained : .active
        }
        translates = method == .nat && destination.address != virtual.address
    }

    /// Takes services that were read later.
    mutating func reconsider(_ services: ServiceIndex) {
        if let destination { standing = services.match(connection(to: destination)).standing }
    }

    /// Any of its connections.
    private func connection(to destination: Endpoint) -> Connection {
        // Not a template's client, which has no port.
        let client = Endpoint(virtual.address, virtual.port == 0 ? 1 : virtual.port)
        var connection = Connection(
            `protocol`, client: client, virtual: virtual, destination: destination, state: "", expires: 0)
        connection.details = known.map { ConnectionDetails($0.method, firewallMark: $0.serviceMark ?? 0) }
        return connection
    }

    var isAmbiguous: Bool { candidates.count > 1 }

    /// Whether its flows can have entries that are neither to nor from its VIP, or the kernel cannot filter by the VIP.
    package var needsWholeTable: Bool {
        if case .fwmark? = service { return true }
        return mayBeNAT || isAmbiguous || virtual.address.family == .ipv6
    }

    /// The real server, if it may answer through the director.
    var answeringServer: IPAddress? { mayBeNAT ? destination?.address : nil }

    /// The key with the one of several services that an entry identifies; nil if it does not identify one.
    func settling(_ entry: Entry) -> Key? {
        guard let destination, let only = ServiceIndex.settled(candidates, virtual, destination, by: entry) else {
            return nil
        }
        var key = key
        key.settled = only.service
        return key
    }
}

extension Service {
    /// Whether every answer comes from another address than the one that the client asked.
    fileprivate func translates(_ virtual: Endpoint) -> Bool {
        !destinations.isEmpty
            && destinations.allSatisfy { $0.method == .nat && $0.endpoint.address != virtual.address }
    }
}

/// The number of flows per verdict.
package struct VerdictCounts: Equatable, Sendable {
    private var counts: (absent: Int, never: Int, unreplied: Int, tracked: Int, orphan: Int, synced: Int) =
        (0, 0, 0, 0, 0, 0)
    /// How many of them are stuck.
    package var stuck = 0

    package init() {}

    /// The number of flows with a verdict.
    package subscript(verdict: FlowVerdict) -> Int {
        get {
            switch verdict {
            case .absent: counts.absent
            case .never: counts.never
            case .unreplied: counts.unreplied
            case .tracked: counts.tracked
            case .orphan: counts.orphan
            case .synced: counts.synced
            }
        }
        set {
            switch verdict {
            case .absent: counts.absent = newValue
            case .never: counts.never = newValue
            case .unreplied: counts.unreplied = newValue
            case .tracked: counts.tracked = newValue
            case .orphan: counts.orphan = newValue
            case .synced: counts.synced = newValue
            }
        }
    }

    /// All but orphans.
    package var connections: Int { counts.absent + counts.never + counts.unreplied + counts.tracked + counts.synced }

    /// Adds verdict by verdict.
    package static func += (left: inout VerdictCounts, right: VerdictCounts) {
        for verdict in FlowVerdict.allCases { left[verdict] += right[verdict] }
        left.stuck += right.stuck
    }

    /// Whether all verdicts have the same counts.
    package static func == (left: VerdictCounts, right: VerdictCounts) -> Bool {
        left.counts == right.counts && left.stuck == right.stuck
    }
}
