/// The words of filters that take a value. Each list has some of them, and they mean the same in all.
package enum FilterKey: String, CaseIterable, Sendable {
    case family, `protocol`
    /// Who asks: the client.
    case src
    /// Who was asked: the virtual address.
    case dst
    /// Who answers: the real server.
    case server
    /// Of either side.
    case port
    case sport, dport
    case replySrc = "reply-src"
    case replyDst = "reply-dst"
    case replySport = "reply-sport"
    case replyDport = "reply-dport"
    case icmpType = "icmp-type"
    case icmpCode = "icmp-code"
    case icmpID = "icmp-id"
    case service, state, status, mark, zone
    case origZone = "orig-zone"
    case replyZone = "reply-zone"
    case label
    case timeout, packets, bytes, age
    case verdict, conntrack, ctstate, method, flag
    case scheduler
    case kind
    /// Of packets, as `PacketClass` has them.
    case packetClass = "class"
    case hook

    /// Reads a word, or another name for it.
    package init?(name: String) {
        guard let key = FilterKey(rawValue: name) ?? Self.others[name] else { return nil }
        self = key
    }

    private static let others: [String: FilterKey] = [
        "proto": .protocol, "client": .src, "virtual": .dst, "vip": .dst, "destination": .server, "expires": .timeout,
        "fwmark": .mark, "ipvs": .state,
    ]

    /// How a value is read.
    enum Kind {
        case family, `protocol`, address, port, service, status, label, name
        /// A mark, or some of its bits.
        case mark
        /// Up to this number.
        case number(UInt64)
        /// With K, M, G or T for powers of 1024.
        case bytes
        /// The same for powers of 1000.
        case count
        /// Seconds, or with a unit.
        case span
    }

    var valueKind: Kind {
        switch self {
        case .family: .family
        case .protocol: .protocol
        case .src, .dst, .server, .replySrc, .replyDst: .address
        case .port, .sport, .dport, .replySport, .replyDport: .port
        case .service: .service
        case .status: .status
        case .label: .label
        case .mark: .mark
        case .icmpType, .icmpCode: .number(UInt64(UInt8.max))
        case .icmpID, .zone, .origZone, .replyZone: .number(UInt64(UInt16.max))
        case .bytes: .bytes
        case .packets: .count
        case .timeout, .age: .span
        case .state, .verdict, .conntrack, .ctstate, .method, .flag, .scheduler, .kind, .packetClass, .hook: .name
        }
    }

    /// Whether its values are bits, which are all meant.
    var isBits: Bool { self == .status || self == .label }

    /// Whether `<` and `>` make sense.
    var isNumber: Bool {
        switch valueKind {
        case .port, .mark, .number, .bytes, .count, .span: true
        case .family, .protocol, .address, .service, .status, .label, .name: false
        }
    }
}

/// The words that a list has, and their values.
package struct FilterVocabulary: Sendable {
    /// The list's rows, in the plural, for errors: `flows`.
    package let rows: String
    package let keys: [FilterKey]
    /// Words without a value.
    package let flags: [FilterFlag]
    /// The same, of rows that are no entries.
    package let traits: [FilterTrait]
    /// The names that a word takes; it takes any where there are none.
    package let names: [FilterKey: [String]]
    let host: HostNames

    package init(
        _ rows: String, _ keys: [FilterKey], flags: [FilterFlag] = [], traits: [FilterTrait] = [],
        names: [FilterKey: [String]], _ host: HostNames
    ) {
        self.traits = traits
        self.rows = rows
        self.keys = keys
        self.flags = flags
        self.names = names
        self.host = host
    }

    /// Whether its rows have services by firewall mark: those of IPVS, not those of conntrack.
    package var takesMarks: Bool { !keys.contains(.zone) }

    /// The words, as one writes them.
    package var words: [String] { keys.flatMap { $0 == .src ? ["src", "client"] : [$0.rawValue] } }

    /// The named values of a word; empty if there are only numbers, addresses, and names from the kernel.
    package func values(of word: String) -> [String] { FilterKey(name: word).flatMap { names[$0] } ?? [] }
}

/// Names in files of the host, passed in by those who may read files.
package struct HostNames: Sendable {
    var labels: FilterLabels
    /// The ports of a name in services(5); none if there is no such name.
    var ports: @Sendable (String) -> [UInt16]

    package init(labels: FilterLabels, ports: @escaping @Sendable (String) -> [UInt16]) {
        self.labels = labels
        self.ports = ports
    }

    /// No names.
    package static let none = HostNames(labels: .numbers) { _ in [] }
}
