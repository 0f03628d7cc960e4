import Addresses
import ArgumentParser
import Conntrack
import Reports
import Testing

@testable import CTInspectCommand

@Suite("The filter built from options")
struct FilterOptionsTests {
    private static func filter(_ words: String) throws -> EntryFilter {
        // Quoted with ', as in a shell.
        var arguments: [String] = []
        for (index, part) in words.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) {
                arguments += part.split(separator: " ").map(String.init)
            } else {
                arguments.append(String(part))
            }
        }
        return try FilterOptions.parse(arguments).filter
    }

    private static func prefixes(_ texts: String...) -> [Prefix] { texts.compactMap(Prefix.init) }

    private static let spellings: [(String, @Sendable (inout EntryFilter) -> Void)] = [
        ("", { _ in }),
        ("-f ipv4", { $0.families.wanted = [2] }),
        ("--family ipv6,IPV4", { $0.families.wanted = [10, 2] }),
        ("-p tcp", { $0.protocols.wanted = [.tcp] }),
        ("--protocol tcp,UDP --proto 132", { $0.protocols.wanted = [.tcp, .udp, .sctp] }),
        ("--protonum 6", { $0.protocols.wanted = [.tcp] }),
        ("-p '!icmp,icmpv6'", { $0.protocols.unwanted = [.icmp, .icmpv6] }),
        ("-p '! icmp'", { $0.protocols.unwanted = [.icmp] }),
        (
            "-s 10.0.0.1 -d 10.0.0.0/8",
            {
                ($0.original.sources.wanted, $0.original.destinations.wanted) = (
                    prefixes("10.0.0.1"), prefixes("10.0.0.0/8")
                )
            }
        ),
        (
            "--src 10.0.0.1,2001:db8::/32 --src ::1",
            {
                $0.original.sources.wanted = prefixes("10.0.0.1", "2001:db8::/32", "::1")
            }
        ),
        (
            "--orig-src 10.0.0.1 --orig-dst '!::1'",
            {
                ($0.original.sources.wanted, $0.original.destinations.unwanted) = (
                    prefixes("10.0.0.1"), prefixes("::1")
                )
            }
        ),
        (
            "-r 10.0.0.1 -q 10.0.0.2",
            {
                ($0.reply.sources.wanted, $0.reply.destinations.wanted) = (prefixes("10.0.0.1"), prefixes("10.0.0.2"))
            }
        ),
        (
            "--reply-src 10.0.0.1 --reply-dst 0.0.0.0/0",
            {
                ($0.reply.sources.wanted, $0.reply.destinations.wanted) = (prefixes("10.0.0.1"), prefixes("0.0.0.0/0"))
            }
        ),
        (
            "--sport 1 --dport 80,443",
            {
                ($0.original.sourcePorts.wanted, $0.original.destinationPorts.wanted) = ([1...1], [80...80, 443...443])
            }
        ),
        ("--dport 1000-2000 --dport 3000:3001", { $0.original.destinationPorts.wanted = [1000...2000, 3000...3001] }),
        (
            "--dport 0-65535 --dport '!22'",
            {
                ($0.original.destinationPorts.wanted, $0.original.destinationPorts.unwanted) = ([0...65535], [22...22])
            }
        ),
        (
            "--orig-port-src 1 --orig-port-dst 2 --reply-port-src 3 --reply-port-dst 4",
            {
                ($0.original.sourcePorts.wanted, $0.original.destinationPorts.wanted) = ([1...1], [2...2])
                ($0.reply.sourcePorts.wanted, $0.reply.destinationPorts.wanted) = ([3...3], [4...4])
            }
        ),
        (
            "-p gre --srckey 0x5 --dstkey 6",
            {
                $0.protocols.wanted = [.gre]
                ($0.original.sourcePorts.wanted, $0.original.destinationPorts.wanted) = ([5...5], [6...6])
            }
        ),
        (
            "--reply-sport 3 --reply-dport 4",
            {
                ($0.reply.sourcePorts.wanted, $0.reply.destinationPorts.wanted) = ([3...3], [4...4])
            }
        ),
        (
            "--service tcp/10.0.0.100:80 --service [2001:db8::1]:443,10.0.0.7",
            {
                $0.services.wanted = ["tcp/10.0.0.100:80", "[2001:db8::1]:443", "10.0.0.7"].compactMap(
                    EntryFilter.Service.init)
            }
        ),
        (
            "--state established,TIME_WAIT --state '!7'",
            {
                $0.states.wanted = ["ESTABLISHED", "TIME_WAIT"].compactMap { EntryFilter.State($0) }
                $0.states.unwanted = ["7"].compactMap { EntryFilter.State($0) }
            }
        ),
        ("-u ASSURED,seen_reply", { $0.requiredStatus = [.assured, .seenReply] }),
        (
            "--status SRC_NAT --status '!DYING,BIT_20'",
            {
                ($0.requiredStatus, $0.forbiddenStatus) = (.sourceNAT, [.dying, Status(rawValue: 1 << 20)])
            }
        ),
        ("-u UNREPLIED", { $0.forbiddenStatus = .seenReply }), ("-u '!unreplied'", { $0.requiredStatus = .seenReply }),
        ("-u UNSET", { _ in }), ("-u EXPECTED,FIXED_TIMEOUT", { $0.requiredStatus = [.expected, .fixedTimeout] }),
        ("--unreplied --assured", { ($0.forbiddenStatus, $0.requiredStatus) = (.seenReply, .assured) }),
        ("--dying --offload", { ($0.requiredStatus, $0.anyStatus) = (.dying, [.offload, .hardwareOffload]) }),
        ("-n --dst-nat", { $0.requiredStatus = [.sourceNAT, .destinationNAT] }),
        ("--src-nat -g", { $0.requiredStatus = [.sourceNAT, .destinationNAT] }),
        ("-j", { $0.anyStatus = [.sourceNAT, .destinationNAT] }),
        ("--any-nat -u ASSURED", { ($0.anyStatus, $0.requiredStatus) = ([.sourceNAT, .destinationNAT], .assured) }),
        ("-m 7", { $0.marks.wanted = [EntryFilter.Mark(7)] }),
        (
            "--mark 0x10/0xff,4294967295",
            {
                $0.marks.wanted = [EntryFilter.Mark(0x10, mask: 0xFF), EntryFilter.Mark(.max)]
            }
        ),
        ("-m '!0'", { $0.marks.unwanted = [EntryFilter.Mark(0)] }),
        (
            "-w 4 --orig-zone 5 --reply-zone 65535",
            {
                ($0.zones.wanted, $0.original.zones.wanted, $0.reply.zones.wanted) = ([4], [5], [65535])
            }
        ),
        ("--icmp-type 8,0 --icmpv6-type '!128'", { $0.icmp.types = Choice([8, 0], not: [128]) }),
        (
            "--icmp-code 0,1 --icmpv6-code '!4' --icmp-id 77-79 --icmpv6-id '!78'",
            { ($0.icmp.codes, $0.icmp.ids) = (Choice([0, 1], not: [4]), Choice([77...79], not: [78...78])) }
        ),
        (
            "-s 10.0.0.1 --mask-src 255.0.0.0 -d 10.0.0.9 --mask-dst 255.0.0.255",
            { filter in
                filter.original.sources.wanted = prefixes("10.0.0.1/8")
                filter.original.maskedDestinations.wanted = ["10.0.0.9"].compactMap { IPAddress($0) }
                    .compactMap { MaskedAddress($0, mask: IPAddress(ipv4: 0xFF00_00FF)) }
            }
        ),
        (
            "-p gre --orig-key-src 5 --orig-key-dst 6 --reply-key-src 7 --reply-key-dst 8",
            {
                $0.protocols.wanted = [.gre]
                ($0.original.sourcePorts.wanted, $0.original.destinationPorts.wanted) = ([5...5], [6...6])
                ($0.reply.sourcePorts.wanted, $0.reply.destinationPorts.wanted) = ([7...7], [8...8])
            }
        ),
        ("--zone 0x10", { $0.zones.wanted = [16] }),
        ("-l 33,0 --label '!127'", { ($0.requiredLabels, $0.forbiddenLabels) = ([33, 0], [127]) }),
    ]

    @Test("Each spelling is parsed correctly", arguments: spellings.indices)
    func reading(_ index: Int) throws {
        let (words, set) = Self.spellings[index]
        var expected = EntryFilter()
        set(&expected)
        #expect(try Self.filter(words) == expected, "\(words)")
    }

    @Test(
        "A wrong value exits with 64; the message names it and what is accepted",
        arguments: [
            ("-f ipx", ["--family", "“ipx”", "ipv4 or ipv6"]), ("-p tpc", ["--protocol", "“tpc”"]),
            ("-p 256", ["--protocol", "“256”", "255"]), ("-s 10.0.0.300", ["--src", "“10.0.0.300”", "ADDRESS"]),
            ("-d 10.0.0.0/33", ["--dst", "“10.0.0.0/33”"]), ("-d 10.0.0.1:80", ["--dst", "“10.0.0.1:80”"]),
            ("--reply-src x", ["--reply-src", "“x”"]), ("--sport 65536", ["--sport", "“65536”", "65535"]),
            ("--dport 2000-1000", ["--dport", "“2000-1000”", "FIRST-LAST"]), ("--dport 1-2-3", ["“1-2-3”"]),
            ("--dport 80,", ["--dport", "“”"]), ("--dport +80", ["--dport", "“+80”"]), ("--dport 80-", ["“80-”"]),
            ("--dport '80,!443'", ["--dport", "!", "all values"]), ("--dport '!'", ["--dport", "“”"]),
            ("--service fwmark:1", ["--service", "“fwmark:1”", "ADDRESS"]),
            ("--state OPENED", ["--state", "“OPENED”"]),
            ("--state 256", ["--state", "“256”"]), ("--state -1", ["--state"]), ("-u ASURED", ["--status", "ASSURED"]),
            ("-m 0x10/0x0f", ["--mark", "“0x10/0x0f”", "mask"]), ("-m 1/2/3", ["--mark"]), ("-m 0x", ["--mark"]),
            ("-m 4294967296", ["--mark"]), ("--icmp-code 256", ["--icmp-code", "255"]),
            ("--icmp-id 65536", ["--icmp-id", "65535"]), ("--icmp-type 256", ["--icmp-type", "255"]),
            ("-s 10.0.0.1 --mask-src 8", ["--mask-src", "“8”"]), ("--mask-dst ::", ["--mask-dst", "needs --dst"]),
            ("-s ::1 --mask-src 255.0.0.1 -d 10.0.0.1", ["--mask-src", "other family"]),
            ("-s ::1 --mask-src ::1 -d 10.0.0.1", ["--src", "--dst", "other family"]),
            ("-c 5", ["--secmark", "does not send the number", "--filter"]),
            ("-w 65536", ["--zone", "65535"]), ("--orig-zone x", ["--orig-zone"]),
            ("-l 128", ["--label", "127"]), ("-l no-such-label", ["--label", "connlabel.conf"]),
        ])
    func refusals(_ words: String, _ says: [String]) {
        let error = #expect(throws: (any Error).self, "\(words)") { try Self.filter(words) }
        guard let error else { return }
        let message = FilterOptions.fullMessage(for: error)
        #expect(FilterOptions.exitCode(for: error).rawValue == 64)
        for word in says { #expect(message.contains(word), "\(words): \(message)") }
    }

    @Test("The help stays short: conntrack's own spellings are accepted, but not listed")
    func help() {
        let help = FilterOptions.helpMessage(columns: 80)
        for option in ["-s, --src <ADDRESS[/LENGTH]>", "-u, --status <BIT>", "--service <[PROTO/]VIP[:PORT]>"] {
            #expect(help.contains(option))
        }
        #expect(!help.contains("orig-src") && !help.contains("orig-port"))
    }

    @Test("Labels go by the names in connlabel.conf")
    func labels() {
        let names = LabelNames("# comment\n0 eth0-in\n12\tbulk\nx y\n300 much\n7\n")
        func bit(_ text: String) -> UInt8? { ConnectionLabels.bit(text, names) }
        #expect(bit("eth0-in") == 0)
        #expect(bit("bulk") == 12)
        #expect(bit("127") == 127)
        for name in ["comment", "y", "much", "128", ""] { #expect(bit(name) == nil) }
        #expect(ConnectionLabels.bit("7", nil) == 7)
    }
}
