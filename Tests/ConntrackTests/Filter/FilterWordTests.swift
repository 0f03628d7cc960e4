import Addresses
import Conntrack
import Testing

/// How a filter parses its words. The values are also tested through the options, in FilterOptionsTests.
struct FilterWordTests {
    private static func filter(_ set: (inout EntryFilter) throws -> Void) rethrows -> EntryFilter {
        var filter = EntryFilter()
        try set(&filter)
        return filter
    }

    private static func prefixes(_ texts: String...) -> [Prefix] { texts.compactMap(Prefix.init) }

    private static let values: [FilterWord: (String, @Sendable (inout EntryFilter) -> Void)] = [
        .family: ("ipv4,6", { $0.families.wanted = [2, 10] }),
        .protocol: ("tcp,132", { $0.protocols.wanted = [.tcp, .sctp] }),
        .src: ("10.0.0.1,::/0", { $0.original.sources.wanted = prefixes("10.0.0.1", "::/0") }),
        .dst: ("!10.0.0.0/8", { $0.original.destinations.unwanted = prefixes("10.0.0.0/8") }),
        .sport: ("1024-65535", { $0.original.sourcePorts.wanted = [1024...65535] }),
        .dport: ("80,443", { $0.original.destinationPorts.wanted = [80...80, 443...443] }),
        .replySrc: ("10.0.0.33", { $0.reply.sources.wanted = prefixes("10.0.0.33") }),
        .replyDst: ("10.0.0.34", { $0.reply.destinations.wanted = prefixes("10.0.0.34") }),
        .replySport: ("3", { $0.reply.sourcePorts.wanted = [3...3] }),
        .replyDport: ("4:5", { $0.reply.destinationPorts.wanted = [4...5] }),
        .icmpType: ("! 8 , 0", { $0.icmp.types.unwanted = [8, 0] }),
        .icmpCode: ("0,4", { $0.icmp.codes.wanted = [0, 4] }),
        .icmpID: ("77,100-200", { $0.icmp.ids.wanted = [77...77, 100...200] }),
        .service: ("10.0.0.7", { $0.services.wanted = ["10.0.0.7"].compactMap(EntryFilter.Service.init) }),
        .state: ("SYN_SENT", { $0.states.wanted = ["syn_sent"].compactMap { EntryFilter.State($0) } }),
        .status: ("ASSURED,UNREPLIED", { ($0.requiredStatus, $0.forbiddenStatus) = (.assured, .seenReply) }),
        .mark: ("0x10/0xff", { $0.marks.wanted = [.init(0x10, mask: 0xFF)] }),
        .zone: ("4", { $0.zones.wanted = [4] }),
        .origZone: ("5", { $0.original.zones.wanted = [5] }),
        .replyZone: ("!6", { $0.reply.zones.unwanted = [6] }),
        .label: ("33,0", { $0.requiredLabels = [33, 0] }),
    ]

    @Test(arguments: FilterWord.allCases) func eachWordReadsIntoItsOwnCondition(_ word: FilterWord) throws {
        let (argument, set) = try #require(Self.values[word])
        #expect(try Self.filter { try $0.add(word, [argument]) } == Self.filter(set))
        #expect(try Self.filter { try $0.add(word, []) }.isEmpty)
        #expect(FilterWord(name: word.rawValue) == word)
    }

    @Test(arguments: FilterWord.allCases) func aWordTwiceIsAnOptionTwice(_ word: FilterWord) throws {
        let pairs: [FilterWord: (String, String)] = [
            .family: ("ipv4", "!ipv6"), .protocol: ("tcp", "!udp"), .service: ("10.0.0.1", "!10.0.0.2"),
            .state: ("CLOSE", "!TIME_WAIT"), .status: ("ASSURED,DYING", "!SRC_NAT"), .icmpType: ("8", "!0"),
        ]
        let isAddress = [.src, .dst, .replySrc, .replyDst].contains(word)
        let (first, second) = pairs[word] ?? (isAddress ? ("10.0.0.1", "!::1") : ("1,2", "!3"))
        let third = first.split(separator: ",").last.map(String.init) ?? first
        let together = try Self.filter { try $0.add(word, [first, second, third]) }
        let apart = try Self.filter { filter in for each in [first, second, third] { try filter.add(word, [each]) } }
        #expect(apart == together)
        #expect(try apart != Self.filter { try $0.add(word, [third]) })
    }

    @Test func protocolHasAShortName() {
        #expect(FilterWord(name: "proto") == .protocol)
        for name in ["", "Dst", "--dst", "reply_src", "assured"] { #expect(FilterWord(name: name) == nil) }
    }

    @Test func aWrongValueChangesNothing() throws {
        var filter = try Self.filter { try $0.add(.dport, ["80"]) }
        let before = filter
        for (word, argument) in [(FilterWord.dport, "443,x"), (.status, "DYING,x"), (.label, "1,128")] {
            #expect(throws: FilterError.self) { try filter.add(word, ["0", argument]) }
            #expect(filter == before)
        }
    }

    @Test func errorsAreSpelledAsTheWordWas() {
        func sentence(_ word: FilterWord, _ argument: String, named name: String? = nil) -> String {
            var filter = EntryFilter()
            let error = #expect(throws: FilterError.self) { try filter.add(word, [argument], named: name) }
            return error.map { "\($0)" } ?? ""
        }
        let addresses = "an IPv4 or IPv6 ADDRESS, or ADDRESS/LENGTH"
        #expect(sentence(.dst, "x") == "dst: “x” is invalid; expected \(addresses)")
        #expect(sentence(.dst, "!x", named: "--dst") == "--dst: “x” is invalid; expected \(addresses)")
        #expect(sentence(.protocol, "tpc", named: "proto").hasPrefix("proto: “tpc”"))
        #expect(sentence(.dport, "80,") == "dport: “” is invalid; expected PORT or FIRST-LAST, up to 65535")
        #expect(
            sentence(.dport, "80,!443")
                == "dport: ! negates all values of an argument and must come first; use another argument for the others"
        )
        #expect(sentence(.label, "bulk") == "label: “bulk” is invalid; expected a number up to 127")
        #expect(sentence(.status, "x").hasSuffix("OFFLOAD, HW_OFFLOAD, UNREPLIED"))
    }

    @Test func labelsAreReadAsTheirReaderDoes() throws {
        let named = FilterLabels(takes: "a name that I know") { $0 == "bulk" ? 12 : nil }
        let filter = try Self.filter { try $0.add(.label, ["bulk", "!bulk"], labels: named) }
        #expect((filter.requiredLabels, filter.forbiddenLabels) == ([12], [12]))
        #expect(throws: FilterError("label", .value("7", takes: "a name that I know"))) {
            try Self.filter { try $0.add(.label, ["7"], labels: named) }
        }
    }

    private static let flags: [FilterFlag: @Sendable (inout EntryFilter) -> Void] = [
        .unreplied: { $0.forbiddenStatus = .seenReply }, .assured: { $0.requiredStatus = .assured },
        .dying: { $0.requiredStatus = .dying }, .offload: { $0.anyStatus = [.offload, .hardwareOffload] },
        .srcNat: { $0.requiredStatus = .sourceNAT }, .dstNat: { $0.requiredStatus = .destinationNAT },
        .anyNat: { $0.anyStatus = [.sourceNAT, .destinationNAT] },
    ]

    @Test(arguments: FilterFlag.allCases) func flags(_ flag: FilterFlag) throws {
        let set = try #require(Self.flags[flag])
        #expect(try Self.filter { try $0.add(flag) } == Self.filter(set))
        #expect(try Self.filter { for _ in 0..<2 { try $0.add(flag) } } == Self.filter(set))
    }

    /// Every entry matches either a flag or its negation.
    @Test(arguments: FilterFlag.allCases) func aNegatedFlagTakesWhatTheFlagLeaves(_ flag: FilterFlag) throws {
        let plain = try Self.filter { try $0.add(flag) }
        let negated = try Self.filter { try $0.add(flag, isNegated: true) }
        let bits: [Status] = [
            .seenReply, .assured, .dying, .offload, .hardwareOffload, .sourceNAT, .destinationNAT,
        ]
        for subset in 0..<(1 << bits.count) {
            var entry = Entry()
            entry.status = Status(bits.indices.filter { subset & 1 << $0 != 0 }.map { bits[$0] })
            #expect(plain.matches(entry) != negated.matches(entry), "\(entry.status.names)")
        }
    }

    @Test func offloadAndAnyNATExcludeEachOther() throws {
        for (first, second) in [(FilterFlag.offload, FilterFlag.anyNat), (.anyNat, .offload)] {
            var filter = try Self.filter { try $0.add(first) }
            let error = #expect(throws: FilterError.self) { try filter.add(second) { "--" + $0.rawValue } }
            #expect(error.map { "\($0)" } == "--any-nat and --offload are mutually exclusive; try --src-nat")
            #expect(try filter == Self.filter { try $0.add(first) })
            try filter.add(second, isNegated: true)
        }
    }

    @Test func listenIsTheNumberOfTheSecondSYN() throws {
        let listen = try Self.filter { try $0.add(.state, ["listen"]) }
        #expect(try listen == Self.filter { try $0.add(.state, ["SYN_SENT2"]) })
    }

    @Test(arguments: ["010", "0x10/010", "00"]) func aMarkThatCouldBeOctalIsRefused(_ text: String) {
        let error = #expect(throws: FilterError.self) { try Self.filter { try $0.add(.mark, [text]) } }
        #expect(error?.description.contains("decimal or with 0x") ?? false)
    }

    @Test func conditionsOfBothFamiliesContradictEachOther() throws {
        func words(_ given: [(FilterWord, String)]) throws -> [FilterWord] {
            let filter = try Self.filter { filter in for (word, text) in given { try filter.add(word, [text]) } }
            return filter.contradiction.map { [$0.0, $0.1] } ?? []
        }
        #expect(try words([(.src, "::1"), (.dst, "2.2.2.2")]) == [.src, .dst])
        #expect(try words([(.dst, "10.0.0.0/8"), (.replySrc, "2001:db8::/32")]) == [.dst, .replySrc])
        #expect(try words([(.src, "::1,10.0.0.1"), (.dst, "2.2.2.2")]) == [])
        #expect(try words([(.src, "!::1"), (.dst, "2.2.2.2")]) == [])
        #expect(try words([(.family, "ipv6"), (.src, "::1"), (.dst, "::/0")]) == [])
    }
}
