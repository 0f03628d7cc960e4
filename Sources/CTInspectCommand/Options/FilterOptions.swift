import Addresses
import ArgumentParser
import Conntrack
import Glibc

/// Which entries to select: common to the commands that show entries.
///
/// An option takes several values, separated by commas or by repetition, any of which matches; a leading `!` negates them.
struct FilterOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("ipv4 or ipv6.", valueName: "FAMILY"), completion: .values(of: .family))
    var family: [String] = []

    @Option(
        name: [.short, .long, .customLong("proto")],
        help: ArgumentHelp("Protocol, by name or number: tcp,udp", valueName: "PROTO"),
        completion: .values(of: .protocol))
    var `protocol`: [String] = []

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Source of the original direction.", valueName: "ADDRESS[/LENGTH]"))
    var src: [String] = []

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Destination of the original direction.", valueName: "ADDRESS[/LENGTH]")
    )
    var dst: [String] = []

    @Option(help: ArgumentHelp("The bits of --src that are compared: 255.0.255.0", valueName: "MASK"))
    var maskSrc: String?

    @Option(help: ArgumentHelp("The bits of --dst that are compared.", valueName: "MASK"))
    var maskDst: String?

    @Option(help: ArgumentHelp("Source port of the original direction.", valueName: "PORT[-PORT]"))
    var sport: [String] = []

    @Option(
        help: ArgumentHelp(
            "Destination port of the original direction: 80,443 1000-2000 '!22'", valueName: "PORT[-PORT]"))
    var dport: [String] = []

    @Option(
        name: [.customShort("r"), .long],
        help: ArgumentHelp("Source of the reply direction.", valueName: "ADDRESS[/LENGTH]"))
    var replySrc: [String] = []

    @Option(
        name: [.customShort("q"), .long],
        help: ArgumentHelp("Destination of the reply direction.", valueName: "ADDRESS[/LENGTH]"))
    var replyDst: [String] = []

    @Option(help: ArgumentHelp("Source port of the reply direction.", valueName: "PORT[-PORT]"))
    var replySport: [String] = []

    @Option(help: ArgumentHelp("Destination port of the reply direction.", valueName: "PORT[-PORT]"))
    var replyDport: [String] = []

    @Option(help: ArgumentHelp("Type of ICMP or ICMPv6, by number: 8,128", valueName: "TYPE"))
    var icmpType: [String] = []

    @Option(help: ArgumentHelp("Code of ICMP or ICMPv6, by number: 0", valueName: "CODE"))
    var icmpCode: [String] = []

    @Option(help: ArgumentHelp("Identifier of an echo of ICMP or ICMPv6.", valueName: "ID[-ID]"))
    var icmpID: [String] = []

    @Option(
        help: ArgumentHelp(
            "Protocol, destination and its port combined: tcp/10.0.0.100:80", valueName: "[PROTO/]VIP[:PORT]"),
        completion: .addressedServices)
    var service: [String] = []

    @Option(
        help: ArgumentHelp("Protocol state: ESTABLISHED,TIME_WAIT", valueName: "STATE"),
        completion: .values(of: .state))
    var state: [String] = []

    @Option(
        name: [.customShort("u"), .long],
        help: ArgumentHelp("Status bits that must all be set: ASSURED,SEEN_REPLY", valueName: "BIT"),
        completion: .values(of: .status))
    var status: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Mark, optionally with a mask: 0x10/0xff", valueName: "MARK[/MASK]"))
    var mark: [String] = []

    @Option(name: [.customShort("w"), .long], help: ArgumentHelp("Zone of both directions.", valueName: "ZONE"))
    var zone: [String] = []

    @Option(help: ArgumentHelp("Zone of the original direction only.", valueName: "ZONE"))
    var origZone: [String] = []

    @Option(help: ArgumentHelp("Zone of the reply direction only.", valueName: "ZONE"))
    var replyZone: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Labels that must all be set, by name or number.", valueName: "LABEL"), completion: .labels)
    var label: [String] = []

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp("What else entries must be; see ct-inspect-filter(7).", valueName: "EXPRESSION"),
        completion: .filter(.entries(.none)))
    var expression = ""

    @Flag(help: "Only one direction seen.")
    var unreplied = false

    @Flag(help: "Status ASSURED.")
    var assured = false

    @Flag(help: "Status DYING.")
    var dying = false

    @Flag(help: "Offloaded to a flowtable, in software or hardware.")
    var offload = false

    @Flag(name: [.customShort("n"), .long], help: "With source NAT (to ADDRESS[:PORT], if one follows).")
    var srcNat = false

    @Flag(name: [.customShort("g"), .long], help: "With destination NAT (to ADDRESS[:PORT], if one follows).")
    var dstNat = false

    @Flag(
        name: [.customShort("j"), .long], help: "With source or destination NAT (to ADDRESS[:PORT], if one follows).")
    var anyNat = false

    @OptionGroup(visibility: .hidden) var spellings: ConntrackSpellings

    func validate() throws { _ = try filter }
}

extension FilterOptions {
    /// The filter described by the options.
    ///
    /// - Throws: `ValidationError`, which says which value is wrong and what is expected. `validate` has thrown it already.
    var filter: EntryFilter {
        get throws {
            do throws(FilterError) {
                var filter = EntryFilter()
                // The file with the names is only read if a label is given.
                let labels = label.isEmpty ? FilterLabels.numbers : ConnectionLabels.filterLabels()
                for (word, arguments) in words {
                    try filter.add(word, arguments, named: "--" + word.rawValue, labels: labels)
                }
                try mask(&filter.original)
                if spellings.securityMark != nil {
                    throw FilterError(
                        "--secmark",
                        .within(
                            "the kernel does not send the number of a security mark, only its name: "
                                + "give that, or a part of it, to --filter, e.g. --filter unlabeled_t"))
                }
                if let (one, other) = filter.contradiction {
                    throw FilterError(
                        "--" + one.rawValue, .within("--\(other.rawValue) is of the other family: no entry has both"))
                }
                if anyNat, srcNat || dstNat {
                    throw FilterError("--any-nat", .within("--src-nat and --dst-nat say more: give it alone"))
                }
                for (flag, isGiven) in flags where isGiven { try filter.add(flag) { "--" + $0.rawValue } }
                for (flag, addresses) in translations {
                    try filter.add(flag, translatingTo: addresses, named: "--" + flag.rawValue)
                }
                if let expression = try FilterExpression.given(expression, FilterVocabulary.entries) {
                    filter.add(expression)
                }
                return filter
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }

    private func mask(_ side: inout EntryFilter.Side) throws(FilterError) {
        if let maskSrc {
            try side.mask(\.sources, into: \.maskedSources, with: maskSrc, named: "--mask-src", of: "--src")
        }
        if let maskDst {
            try side.mask(
                \.destinations, into: \.maskedDestinations, with: maskDst, named: "--mask-dst", of: "--dst")
        }
    }

    private var words: [(FilterWord, [String])] {
        [
            (.family, family), (.protocol, (self.protocol + spellings.protocolNumber).map(HostNames.numberedProtocols)),
            (.src, src + spellings.originalSource), (.dst, dst + spellings.originalDestination),
            (.sport, sport + spellings.originalSourcePort + spellings.sourceKey),
            (.dport, dport + spellings.originalDestinationPort + spellings.destinationKey), (.origZone, origZone),
            (.replySrc, replySrc), (.replyDst, replyDst),
            (.replySport, replySport + spellings.replySourcePort + spellings.replySourceKey),
            (.replyDport, replyDport + spellings.replyDestinationPort + spellings.replyDestinationKey),
            (.replyZone, replyZone),
            (.icmpType, icmpType + spellings.icmpv6Type), (.icmpCode, icmpCode + spellings.icmpv6Code),
            (.icmpID, icmpID + spellings.icmpv6ID), (.service, service), (.state, state), (.mark, mark),
            (.zone, zone), (.status, status), (.label, label),
        ]
    }

    private var translations: [(FilterFlag, [String])] {
        [
            (.srcNat, spellings.sourceTranslation), (.dstNat, spellings.destinationTranslation),
            (.anyNat, spellings.anyTranslation),
        ]
    }

    private var flags: [(FilterFlag, Bool)] {
        [
            (.unreplied, unreplied), (.assured, assured), (.dying, dying), (.srcNat, srcNat), (.dstNat, dstNat),
            (.offload, offload), (.anyNat, anyNat),
        ]
    }
}

extension EntryFilter {
    /// The family of all matching entries, if there is only one.
    var onlyFamily: IPAddress.Family? {
        guard families.unwanted.isEmpty, families.wanted.count == 1 else { return nil }
        return families.wanted == [UInt8(AF_INET)] ? .ipv4 : families.wanted == [UInt8(AF_INET6)] ? .ipv6 : nil
    }
}

/// conntrack(8)'s names for some of the filters, for its users. Not in the help.
struct ConntrackSpellings: ParsableArguments {
    @Option(name: .customLong("protonum"), help: .hidden) var protocolNumber: [String] = []
    @Option(name: .customLong("orig-src"), help: .hidden) var originalSource: [String] = []
    @Option(name: .customLong("orig-dst"), help: .hidden) var originalDestination: [String] = []
    @Option(name: .customLong("orig-port-src"), help: .hidden) var originalSourcePort: [String] = []
    @Option(name: .customLong("orig-port-dst"), help: .hidden) var originalDestinationPort: [String] = []
    @Option(name: .customLong("reply-port-src"), help: .hidden) var replySourcePort: [String] = []
    @Option(name: .customLong("reply-port-dst"), help: .hidden) var replyDestinationPort: [String] = []
    @Option(name: [.customLong("srckey"), .customLong("orig-key-src")], help: .hidden) var sourceKey: [String] = []
    @Option(name: [.customLong("dstkey"), .customLong("orig-key-dst")], help: .hidden)
    var destinationKey: [String] = []
    @Option(name: .customLong("reply-key-src"), help: .hidden) var replySourceKey: [String] = []
    @Option(name: .customLong("reply-key-dst"), help: .hidden) var replyDestinationKey: [String] = []
    // What follows a flag: see TranslationArguments.
    @Option(name: .customLong(TranslationArguments.option(.srcNat)), help: .hidden) var sourceTranslation: [String] = []
    @Option(name: .customLong(TranslationArguments.option(.dstNat)), help: .hidden)
    var destinationTranslation: [String] = []
    @Option(name: .customLong(TranslationArguments.option(.anyNat)), help: .hidden) var anyTranslation: [String] = []
    @Option(name: [.customShort("c"), .customLong("secmark")], help: .hidden) var securityMark: String?
    @Option(name: .customLong("icmpv6-type"), help: .hidden) var icmpv6Type: [String] = []
    @Option(name: .customLong("icmpv6-code"), help: .hidden) var icmpv6Code: [String] = []
    @Option(name: .customLong("icmpv6-id"), help: .hidden) var icmpv6ID: [String] = []
}
