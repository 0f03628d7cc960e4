import Addresses
import ArgumentParser
import Conntrack

/// The one entry that the options of `dump --get` describe.
struct LookupOptions {
    private let filter: EntryFilter

    init(_ filter: EntryFilter) { self.filter = filter }

    /// - Throws: `ValidationError`: what is missing, or is more than one entry has.
    func lookup() throws -> EntryLookup {
        guard filter == identifying else {
            throw ValidationError(
                "--get takes what identifies an entry: family, protocol, addresses, ports or ICMP type, code and id "
                    + "of one direction, and its zone")
        }
        guard let transport = try only(filter.protocols, .protocol) else {
            throw ValidationError("--get needs --protocol")
        }
        let isReply = filter.original == EntryFilter.Side()
        let side = isReply ? filter.reply : filter.original
        var tuple = Tuple()
        tuple.protocol = transport
        (tuple.source, tuple.destination) = (
            try address(side.sources, isReply ? .replySrc : .src),
            try address(side.destinations, isReply ? .replyDst : .dst)
        )
        guard let source = tuple.source, tuple.destination != nil else {
            throw ValidationError("--get needs --src and --dst, or --reply-src and --reply-dst")
        }
        if let family = try only(filter.families, .family), family != (source.family == .ipv4 ? 2 : 10) {
            throw ValidationError("--family is not that of the addresses: no entry has both")
        }
        tuple.discriminator = try discriminator(transport, side, isReply: isReply)
        return EntryLookup(tuple, isReply: isReply, zone: try only(filter.zones, .zone) ?? 0)
    }

    /// The conditions that a lookup has, of one direction.
    private var identifying: EntryFilter {
        var part = EntryFilter()
        (part.families, part.protocols, part.zones, part.icmp) = (
            filter.families, filter.protocols, filter.zones, filter.icmp
        )
        let isReply = filter.original == EntryFilter.Side()
        let side = isReply ? filter.reply : filter.original
        var tuple = EntryFilter.Side()
        (tuple.sources, tuple.destinations) = (side.sources, side.destinations)
        (tuple.sourcePorts, tuple.destinationPorts) = (side.sourcePorts, side.destinationPorts)
        if isReply { part.reply = tuple } else { part.original = tuple }
        return part
    }

    private func discriminator(
        _ transport: IPProtocol, _ side: EntryFilter.Side, isReply: Bool
    ) throws -> Tuple.Discriminator {
        let ports = (
            try port(side.sourcePorts, isReply ? .replySport : .sport),
            try port(side.destinationPorts, isReply ? .replyDport : .dport)
        )
        let icmp = (
            try only(filter.icmp.types, .icmpType), try only(filter.icmp.codes, .icmpCode),
            try port(filter.icmp.ids, .icmpID)
        )
        switch transport {
        case .tcp, .udp, .udplite, .sctp, .dccp, .gre:
            guard case (let source?, let destination?) = ports else {
                let names = isReply ? "--reply-sport and --reply-dport" : "--sport and --dport"
                throw ValidationError("--get of \(transport) needs \(names)")
            }
            return .ports(source: source, destination: destination)
        case .icmp, .icmpv6:
            guard let type = icmp.0 else { throw ValidationError("--get of \(transport) needs --icmp-type") }
            return .icmp(type: type, code: icmp.1 ?? 0, id: icmp.2 ?? 0)
        default: return .none
        }
    }

    private func address(_ choice: Choice<Prefix>, _ word: FilterWord) throws -> IPAddress? {
        guard let prefix = try only(choice, word) else { return nil }
        guard prefix.length == prefix.address.bitWidth else {
            throw ValidationError("--\(word.rawValue): --get takes one address, not \(prefix)")
        }
        return prefix.address
    }

    private func port(_ choice: Choice<ClosedRange<UInt16>>, _ word: FilterWord) throws -> UInt16? {
        guard let range = try only(choice, word) else { return nil }
        guard range.count == 1 else {
            throw ValidationError(
                "--\(word.rawValue): --get takes one number, not \(range.lowerBound)-\(range.upperBound)")
        }
        return range.lowerBound
    }

    /// The only wanted value; nil if there is none.
    private func only<Value>(_ choice: Choice<Value>, _ word: FilterWord) throws -> Value? {
        guard choice.wanted.count <= 1, choice.unwanted.isEmpty else {
            throw ValidationError("--\(word.rawValue): --get takes one value, and no negation")
        }
        return choice.wanted.first
    }
}
