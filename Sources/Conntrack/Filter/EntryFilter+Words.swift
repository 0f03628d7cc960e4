import Addresses

extension EntryFilter {
    /// Adds values of a word to those already in the filter. Values of a second call are added as well: any wanted value matches, no matter
    /// how many calls named them.
    ///
    /// - Parameters:
    ///   - arguments: comma-separated values each, negated by a leading `!`.
    ///   - name: the word as spelled by the user, for errors.
    ///   - labels: used for values of `label` only.
    /// - Throws: if a value is invalid; none was added then.
    package mutating func add(
        _ word: FilterWord, _ arguments: [String], named name: String? = nil, labels: FilterLabels = .numbers
    ) throws(FilterError) {
        if arguments.isEmpty { return }
        let text = FilterText(name ?? word.rawValue, arguments, takes: word.takes(labels))
        switch word {
        case .family: try families.add(text, Self.family)
        case .protocol: try protocols.add(text) { IPProtocol($0) }
        case .src: try original.sources.add(text, Prefix.init)
        case .dst: try original.destinations.add(text, Prefix.init)
        case .sport: try original.sourcePorts.add(text, FilterText.ports)
        case .dport: try original.destinationPorts.add(text, FilterText.ports)
        case .replySrc: try reply.sources.add(text, Prefix.init)
        case .replyDst: try reply.destinations.add(text, Prefix.init)
        case .replySport: try reply.sourcePorts.add(text, FilterText.ports)
        case .replyDport: try reply.destinationPorts.add(text, FilterText.ports)
        case .icmpType: try icmp.types.add(text) { FilterText.number($0) }
        case .icmpCode: try icmp.codes.add(text) { FilterText.number($0) }
        case .icmpID: try icmp.ids.add(text, FilterText.ports)
        case .service: try services.add(text, Service.init)
        case .state: try states.add(text) { State($0) }
        case .status: try addStatus(text)
        case .mark: try marks.add(text, Self.mark)
        case .zone: try zones.add(text) { FilterText.number($0) }
        case .origZone: try original.zones.add(text) { FilterText.number($0) }
        case .replyZone: try reply.zones.add(text) { FilterText.number($0) }
        case .label: try addLabels(text, labels)
        }
    }

    private mutating func addStatus(_ text: FilterText) throws(FilterError) {
        let choice = try text.choice(StatusWord.init)
        for word in choice.wanted { word.add(to: &self, isNegated: false) }
        for word in choice.unwanted { word.add(to: &self, isNegated: true) }
    }

    private mutating func addLabels(_ text: FilterText, _ labels: FilterLabels) throws(FilterError) {
        let choice = try text.choice(labels.bit)
        requiredLabels += choice.wanted
        forbiddenLabels += choice.unwanted
    }

    static func family(_ text: String) -> UInt8? {
        switch text.lowercased() {
        case "ipv4", "4": 2
        case "ipv6", "6": 10
        default: nil
        }
    }

    private static func mark(_ text: String) -> Mark? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        // To conntrack(8) this is octal: neither reading would be everybody's.
        if parts.contains(where: { $0.count > 1 && $0.hasPrefix("0") && !$0.lowercased().hasPrefix("0x") }) {
            return nil
        }
        guard parts.count <= 2, let value = parts.first.flatMap({ FilterText.number($0, as: UInt32.self) }) else {
            return nil
        }
        if parts.count == 1 { return Mark(value) }
        guard let mask = FilterText.number(parts[1], as: UInt32.self), value & ~mask == 0 else { return nil }
        return Mark(value, mask: mask)
    }
}

extension Choice {
    fileprivate mutating func add(_ text: FilterText, _ read: (String) -> Value?) throws(FilterError) {
        let more = try text.choice(read)
        wanted += more.wanted
        unwanted += more.unwanted
    }
}

extension EntryFilter {
    /// Some bits of a mark: those in the mask, as in nft and iptables.
    package struct Mark: Equatable, Sendable {
        /// Has no bits outside the mask.
        package let value: UInt32
        /// The bits to compare.
        package let mask: UInt32

        /// Value bits outside the mask are dropped.
        package init(_ value: UInt32, mask: UInt32 = .max) {
            self.value = value & mask
            self.mask = mask
        }

        /// The bits on which all these agree; nil if there are none.
        init?(commonTo marks: [Mark]) {
            guard let first = marks.first else { return nil }
            let common = marks.reduce(UInt32.max) { $0 & $1.mask & ~($1.value ^ first.value) }
            if common == 0 { return nil }
            self.init(first.value, mask: common)
        }

        func matches(_ mark: UInt32) -> Bool { mark & mask == value }
    }

    /// A protocol state, by its number in each protocol that has it.
    package struct State: Equatable, Sendable {
        /// `enum tcp_conntrack`
        package let tcp: UInt8?
        /// `enum sctp_conntrack`
        package let sctp: UInt8?
        /// `enum ct_dccp_states`
        package let dccp: UInt8?

        /// Reads a state name of any protocol, ignoring case (`ESTABLISHED` is one of TCP and SCTP), or a number (for all three).
        package init?(_ text: some StringProtocol) {
            let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            if isNumber, let number = UInt8(text) {
                (tcp, sctp, dccp) = (number, number, number)
                return
            }
            // The kernel has the number of SYN_SENT2 for it, which it does not use itself (linux/netfilter/nf_conntrack_tcp.h).
            let name = text.uppercased() == "LISTEN" ? "SYN_SENT2" : text.uppercased()
            tcp = ProtocolState.TCP.names.firstIndex(of: name).map(UInt8.init)
            sctp = ProtocolState.SCTP.names.firstIndex(of: name).map(UInt8.init)
            dccp = ProtocolState.DCCP.names.firstIndex(of: name).map(UInt8.init)
            if tcp == nil, sctp == nil, dccp == nil { return nil }
        }

        /// The protocols whose entries can be in this state.
        var protocols: [IPProtocol] { [.tcp, .sctp, .dccp].filter { number(in: $0) != nil } }

        func number(in protocol: IPProtocol) -> UInt8? {
            switch `protocol` {
            case .tcp: tcp
            case .sctp: sctp
            case .dccp: dccp
            default: nil
            }
        }

        func matches(_ state: ProtocolState?) -> Bool {
            switch state {
            case .tcp(let entry)?: tcp != nil && entry.state == tcp
            case .sctp(let entry)?: sctp != nil && entry.state == sctp
            case .dccp(let entry)?: dccp != nil && entry.state == dccp
            case nil: false
            }
        }
    }

    /// What a client asked for: the destination of the original direction.
    package struct Service: Equatable, Sendable {
        /// Nil for any.
        package let `protocol`: IPProtocol?
        /// The address requested by clients.
        package let address: IPAddress
        /// Nil for any, and for protocols without ports.
        package let port: UInt16?

        /// Reads `[PROTOCOL/]ADDRESS[:PORT]`, an IPv6 address with a port in brackets.
        package init?(_ text: String) {
            var rest = text
            var named: IPProtocol?
            if let slash = text.firstIndex(of: "/") {
                named = IPProtocol(text[..<slash])
                if named == nil { return nil }
                rest = String(text[text.index(after: slash)...])
            }
            `protocol` = named
            if let endpoint = Endpoint(rest) {
                (address, port) = (endpoint.address, endpoint.port)
            } else if let alone = IPAddress(rest) {
                (address, port) = (alone, nil)
            } else {
                return nil
            }
        }

        func matches(_ original: Tuple) -> Bool {
            guard original.destination == address, `protocol` == nil || `protocol` == original.protocol else {
                return false
            }
            return port == nil || original.ports?.destination == port
        }
    }
}

/// How labels are read. Their names are in a file of the host, so they are passed in by those who may read files.
package struct FilterLabels: Sendable {
    /// The valid values, worded to end a sentence.
    let takes: String
    /// The bit (0 to 127) for a text; nil if it is not a label.
    let bit: @Sendable (String) -> UInt8?

    /// `takes` describes to users what `bit` accepts, worded to end a sentence.
    package init(takes: String, bit: @escaping @Sendable (String) -> UInt8?) {
        self.takes = takes
        self.bit = bit
    }

    /// Without names.
    package static let numbers = FilterLabels(takes: "a number up to 127") { text in
        FilterText.number(text, as: UInt8.self).flatMap { $0 < 128 ? $0 : nil }
    }
}

extension EntryFilter {
    /// The first two conditions on addresses that no entry can meet both, as one wants IPv4 and the other IPv6: conntrack(8) refuses these, too.
    package var contradiction: (FilterWord, FilterWord)? {
        func families(_ choice: Choice<Prefix>, _ masked: Choice<MaskedAddress> = Choice()) -> Set<UInt8> {
            Set((choice.wanted.map(\.address) + masked.wanted.map(\.address)).map { $0.family == .ipv4 ? 2 : 10 })
        }
        let wanted: [(word: FilterWord, families: Set<UInt8>)] = [
            (.src, families(original.sources, original.maskedSources)),
            (.dst, families(original.destinations, original.maskedDestinations)),
            (.replySrc, families(reply.sources)), (.replyDst, families(reply.destinations)),
        ]
        let given = wanted.filter { !$0.families.isEmpty }
        for (place, one) in given.enumerated() {
            if let other = given.dropFirst(place + 1).first(where: { $0.families.isDisjoint(with: one.families) }) {
                return (one.word, other.word)
            }
        }
        return nil
    }
}
