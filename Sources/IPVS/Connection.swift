import Addresses

/// An IPVS connection, or the template of a persistent service, from a row of `/proc/net/ip_vs_conn` or from the kernel's own table.
package struct Connection: Hashable, Sendable {
    /// The packets' protocol; `IPPROTO_IP` for templates of fwmark services.
    package var `protocol`: IPProtocol
    /// The client; a template has no port, or a whole network.
    package var client: Endpoint
    /// The VIP and port requested by the client; for a fwmark service, the destination of the first packet.
    package var virtual: Endpoint
    /// The assigned real server.
    package var destination: Endpoint
    /// IPVS's own view of the connection, not conntrack's.
    package var state: ConnectionState
    /// Seconds until the connection expires if no packet arrives.
    package var expires: UInt32
    /// Nil if it comes from /proc.
    package var details: ConnectionDetails?
    /// Whether it was learned from another director's sync daemon, as `/proc/net/ip_vs_conn_sync` says; nil if it comes from elsewhere.
    package var isSynchronized: Bool?
    /// Whether it has a persistence engine. A flag, as a million connections are asked.
    package private(set) var hasPersistenceEngine = false
    private var engine = Engine.none

    package init(
        _ protocol: IPProtocol, client: Endpoint, virtual: Endpoint, destination: Endpoint, state: ConnectionState,
        expires: UInt32, persistenceEngine: String? = nil, details: ConnectionDetails? = nil
    ) {
        self.protocol = `protocol`
        self.client = client
        self.virtual = virtual
        self.destination = destination
        self.state = state
        self.expires = expires
        self.details = details
        self.persistenceEngine = persistenceEngine
    }

    /// Name and data of the persistence engine, as in the row.
    package var persistenceEngine: String? {
        get { if case .named(let text) = engine { text } else { nil } }
        set { (engine, hasPersistenceEngine) = (Engine(newValue), newValue != nil) }
    }

    // Few have one, and a million are copied.
    private indirect enum Engine: Hashable, Sendable {
        case none
        case named(String)

        init(_ text: String?) { self = if let text { .named(text) } else { .none } }
    }

    /// A persistence template, which binds a client to a real server and carries no packets itself.
    ///
    /// A row in /proc lacks the flag, but templates have no client port, and one of the two states of
    /// `ip_vs_ctpl_state_name_table` (net/netfilter/ipvs/ip_vs_proto.c). A connection without a client port (the data connection that
    /// ip_vs_ftp expects) is in a state of its protocol.
    package var isTemplate: Bool {
        if let details { return details.flags.isTemplate }
        return client.port == 0 && ConnectionStates.templates.contains(state)
    }

    /// The firewall mark of a template of a fwmark service: IPVS stores it as the virtual address,
    /// with `IPPROTO_IP` (`ip_vs_sched_persist`, net/netfilter/ipvs/ip_vs_core.c).
    package var templateFwmark: UInt32? {
        guard isTemplate, `protocol` == .ip, virtual.port == 0 else { return nil }
        // The first word of the address union: for IPv6 the upper half of the upper half.
        return virtual.address.family == .ipv4
            ? UInt32(truncatingIfNeeded: virtual.address.low) : UInt32(virtual.address.high >> 32)
    }
}
