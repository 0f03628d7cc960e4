import Addresses

extension Entry: FilterRow {
    package func fact(_ key: FilterKey) -> FilterFact {
        switch key {
        case .family: return .number(UInt64(family))
        case .protocol: return .number(UInt64(original.protocol.rawValue))
        case .src: return FilterFact(original.source, original.ports?.source)
        case .dst: return FilterFact(original.destination, original.ports?.destination)
        case .server, .replySrc: return FilterFact(reply.source, reply.ports?.source)
        case .replyDst: return FilterFact(reply.destination, reply.ports?.destination)
        case .port: return .several([fact(.sport), fact(.dport)])
        case .sport: return FilterFact(original.ports?.source)
        case .dport: return FilterFact(original.ports?.destination)
        case .replySport: return FilterFact(reply.ports?.source)
        case .replyDport: return FilterFact(reply.ports?.destination)
        case .icmpType: return FilterFact(original.icmp?.type)
        case .icmpCode: return FilterFact(original.icmp?.code)
        case .icmpID: return FilterFact(original.icmp?.id)
        case .state: return state.flatMap(FilterFact.init) ?? .absent
        case .status: return .number(UInt64(status.rawValue))
        case .mark: return .number(UInt64(mark ?? 0))
        case .zone: return .number(UInt64(zone ?? 0))
        case .origZone: return .number(UInt64(original.zone ?? 0))
        case .replyZone: return .number(UInt64(reply.zone ?? 0))
        case .label: return .labels(labels)
        case .timeout: return timeout.map { .number(UInt64($0)) } ?? .unknown
        case .packets: return Self.sum(originalCounters?.packets, replyCounters?.packets)
        case .bytes: return Self.sum(originalCounters?.bytes, replyCounters?.bytes)
        case .service, .age, .verdict, .conntrack, .ctstate, .method, .flag, .scheduler, .kind, .packetClass, .hook:
            return .absent
        }
    }

    private static func sum(_ original: UInt64?, _ reply: UInt64?) -> FilterFact {
        original == nil && reply == nil ? .unknown : .number((original ?? 0) &+ (reply ?? 0))
    }

    package func isOf(_ service: FilterService) -> Bool {
        if case .address(let address) = service { address.matches(original) } else { false }
    }

    /// What its row shows, without what changes every second.
    package func write(to text: inout RowText) {
        text.append(field: original.protocol.description)
        text.append(original.source, original.ports?.source)
        text.append(original.destination, original.ports?.destination)
        text.append(reply.source, reply.ports?.source)
        text.append(reply.destination, reply.ports?.destination)
        if let name = state?.name { text.append(field: name) }
        text.append(field: status.contains(.seenReply) ? "REPLIED" : "UNREPLIED")
        var rest = status.rawValue
        while rest != 0 {
            text.append(field: Status.name(ofBit: rest.trailingZeroBitCount))
            rest &= rest - 1
        }
        if let helper { text.append(field: helper) }
        if let securityContext { text.append(field: securityContext) }
    }
}

extension FilterFact {
    fileprivate init?(_ state: ProtocolState) {
        guard let name = state.name else { return nil }
        let number: UInt8? =
            switch state {
            case .tcp(let tcp): tcp.state
            case .sctp(let sctp): sctp.state
            case .dccp(let dccp): dccp.state
            }
        self = .name(name, number.map(UInt64.init))
    }
}

extension FilterVocabulary {
    /// Of the conntrack table.
    package static func entries(_ host: HostNames) -> FilterVocabulary {
        FilterVocabulary("entries", entryKeys, flags: FilterFlag.allCases, names: entryNames, host)
    }

    /// The keys of entries.
    package static let entryKeys: [FilterKey] = [
        .src, .dst, .server, .port, .sport, .dport, .protocol, .family, .service, .state, .status, .timeout, .packets,
        .bytes, .mark, .zone, .label, .icmpType, .icmpCode, .icmpID, .replySrc, .replyDst, .replySport, .replyDport,
        .origZone, .replyZone,
    ]

    /// The names that they take.
    package static let entryNames: [FilterKey: [String]] = [
        .family: FilterWord.family.namedValues, .protocol: FilterWord.protocol.namedValues,
        .state: FilterWord.state.namedValues, .status: FilterWord.status.namedValues,
    ]
}
