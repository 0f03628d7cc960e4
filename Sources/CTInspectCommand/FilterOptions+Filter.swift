import Addresses
import ArgumentParser
import Conntrack
import Glibc

extension FilterOptions {
    /// The filter that the options name.
    ///
    /// - Throws: `ValidationError`, which says which value is wrong and what is taken. `validate` has thrown it already.
    var filter: EntryFilter {
        get throws {
            var filter = EntryFilter()
            filter.families = try FilterText("--family", family, takes: "ipv4 or ipv6").choice(Self.family)
            filter.protocols = try FilterText(
                "--protocol", self.protocol + spellings.protocolNumber, takes: "a name as tcp, or a number up to 255"
            ).choice { IPProtocol($0) }
            filter.original = try originalSide
            filter.reply = try replySide
            filter.icmpTypes = try FilterText(
                "--icmp-type", icmpType + spellings.icmpv6Type, takes: "a number up to 255"
            ).choice { FilterText.number($0) }
            filter.services = try FilterText("--service", service, takes: "[PROTOCOL/]ADDRESS[:PORT]")
                .choice(EntryFilter.Service.init)
            filter.states = try FilterText("--state", state, takes: "a state as ESTABLISHED, or a number up to 255")
                .choice { EntryFilter.State($0) }
            filter.marks = try FilterText("--mark", mark, takes: "MARK or MARK/MASK, with no bit that the mask lacks")
                .choice(Self.mark)
            filter.zones = try Self.zones("--zone", zone)
            try addStatus(to: &filter)
            try addLabels(to: &filter)
            return filter
        }
    }

    private var originalSide: EntryFilter.Side {
        get throws {
            var side = EntryFilter.Side()
            side.sources = try Self.prefixes("--src", src + spellings.originalSource)
            side.destinations = try Self.prefixes("--dst", dst + spellings.originalDestination)
            side.sourcePorts = try Self.ports("--sport", sport + spellings.originalSourcePort + spellings.sourceKey)
            side.destinationPorts = try Self.ports(
                "--dport", dport + spellings.originalDestinationPort + spellings.destinationKey)
            side.zones = try Self.zones("--orig-zone", origZone)
            return side
        }
    }

    private var replySide: EntryFilter.Side {
        get throws {
            var side = EntryFilter.Side()
            side.sources = try Self.prefixes("--reply-src", replySrc)
            side.destinations = try Self.prefixes("--reply-dst", replyDst)
            side.sourcePorts = try Self.ports("--reply-sport", replySport + spellings.replySourcePort)
            side.destinationPorts = try Self.ports("--reply-dport", replyDport + spellings.replyDestinationPort)
            side.zones = try Self.zones("--reply-zone", replyZone)
            return side
        }
    }

    private func addStatus(to filter: inout EntryFilter) throws {
        let names = Status.names.filter { $0 != "TEMPLATE" }.joined(separator: ", ")
        let status = try FilterText("--status", status, takes: "\(names), UNREPLIED").choice(StatusWord.init)
        for word in status.wanted { word.add(to: &filter, negated: false) }
        for word in status.unwanted { word.add(to: &filter, negated: true) }
        if unreplied { filter.forbiddenStatus.insert(.seenReply) }
        if assured { filter.requiredStatus.insert(.assured) }
        if dying { filter.requiredStatus.insert(.dying) }
        if srcNat { filter.requiredStatus.insert(.sourceNAT) }
        if dstNat { filter.requiredStatus.insert(.destinationNAT) }
        if offload, anyNat { throw ValidationError("--any-nat and --offload exclude each other: try --src-nat") }
        if offload { filter.anyStatus = [.offload, .hardwareOffload] }
        if anyNat { filter.anyStatus = [.sourceNAT, .destinationNAT] }
    }

    private func addLabels(to filter: inout EntryFilter) throws {
        if label.isEmpty { return }
        let labels = ConnectionLabels.installed()
        let takes = "a number up to 127, or a name of \(ConnectionLabels.path)"
        let choice = try FilterText("--label", label, takes: takes).choice { ConnectionLabels.bit($0, labels) }
        filter.requiredLabels = choice.wanted
        filter.forbiddenLabels = choice.unwanted
    }

    private static func prefixes(_ option: String, _ arguments: [String]) throws -> Choice<Prefix> {
        try FilterText(option, arguments, takes: "an IPv4 or IPv6 ADDRESS, or ADDRESS/LENGTH").choice(Prefix.init)
    }

    private static func ports(_ option: String, _ arguments: [String]) throws -> Choice<ClosedRange<UInt16>> {
        try FilterText(option, arguments, takes: "PORT or FIRST-LAST, up to 65535").choice { text in
            let ends = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }
            guard ends.count <= 2, let first = ends.first.flatMap({ FilterText.number($0, as: UInt16.self) }),
                let last = ends.last.flatMap({ FilterText.number($0, as: UInt16.self) }), first <= last
            else { return nil }
            return first...last
        }
    }

    private static func zones(_ option: String, _ arguments: [String]) throws -> Choice<UInt16> {
        try FilterText(option, arguments, takes: "a number up to 65535").choice { FilterText.number($0) }
    }

    private static func family(_ text: String) -> UInt8? {
        switch text.lowercased() {
        case "ipv4", "4": 2
        case "ipv6", "6": 10
        default: nil
        }
    }

    private static func mark(_ text: String) -> EntryFilter.Mark? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let value = parts.first.flatMap({ FilterText.number($0, as: UInt32.self) }) else {
            return nil
        }
        if parts.count == 1 { return EntryFilter.Mark(value) }
        guard let mask = FilterText.number(parts[1], as: UInt32.self), value & ~mask == 0 else { return nil }
        return EntryFilter.Mark(value, mask: mask)
    }
}

extension EntryFilter {
    /// The family of all that it takes, when that is one.
    var onlyFamily: IPAddress.Family? {
        guard families.unwanted.isEmpty, families.wanted.count == 1 else { return nil }
        return families.wanted == [UInt8(AF_INET)] ? .ipv4 : families.wanted == [UInt8(AF_INET6)] ? .ipv6 : nil
    }
}
