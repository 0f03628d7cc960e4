import Addresses
import Testing

@testable import Conntrack

/// The language of filters, on entries of a literal table.
struct FilterExpressionTests {
    private static let host = HostNames(labels: FilterLabels(takes: "a name") { $0 == "bulk" ? 12 : nil }) {
        ["http": [80], "split": [8443, 53]][$0] ?? []
    }

    private static func read(_ line: String) throws(FilterError) -> FilterExpression? {
        try FilterExpression.read(line, for: .entries(host))
    }

    private static func entry(
        _ transport: IPProtocol, _ source: String, _ sport: UInt16, _ destination: String, _ dport: UInt16
    ) -> Entry {
        var entry = Entry()
        entry.original.protocol = transport
        entry.original.source = IPAddress(source)
        entry.original.destination = IPAddress(destination)
        entry.original.discriminator = .ports(source: sport, destination: dport)
        entry.reply.protocol = transport
        entry.reply.source = entry.original.destination
        entry.reply.destination = entry.original.source
        entry.reply.discriminator = .ports(source: dport, destination: sport)
        entry.family = entry.original.source?.family == .ipv6 ? 10 : 2
        return entry
    }

    /// 1: replied web traffic with NAT, 2: a SYN, 3: DNS over IPv6 with a label.
    private static var entries: [Entry] {
        var web = entry(.tcp, "10.1.0.1", 40_001, "10.0.0.100", 80)
        web.reply.source = IPAddress("10.0.0.3")
        web.status = [.confirmed, .seenReply, .assured, .destinationNAT]
        web.state = .tcp(.init(state: 3))
        web.timeout = 432_000
        web.mark = 0x14
        web.originalCounters = .init(packets: 10, bytes: 1 << 30)
        web.replyCounters = .init(packets: 1000, bytes: 5)
        var syn = entry(.tcp, "172.16.0.9", 80, "10.0.0.100", 443)
        syn.status = [.confirmed]
        syn.state = .tcp(.init(state: 1))
        syn.timeout = 100
        syn.zone = 7
        var name = entry(.udp, "2001:db8::1", 5353, "2001:db8::100", 53)
        name.status = [.confirmed, .seenReply]
        name.timeout = 30
        name.securityContext = "system_u:object_r:unlabeled_t:s0"
        name.labels = [0, 16] + [UInt8](repeating: 0, count: 14)
        return [web, syn, name]
    }

    private static func matching(_ line: String) throws -> [Int] {
        let expression = try read(line)
        return entries.enumerated().filter { expression?.accepts($0.element) ?? true }.map { $0.offset + 1 }
    }

    @Test(
        "What ICMP has instead of ports",
        arguments: [
            ("icmp-type=8", true), ("icmp-type<8", false), ("icmp-code=0", true), ("icmp-code>0", false),
            ("icmp-id=77", true), ("icmp-id=70-80", true), ("icmp-id!=77", false), ("icmp-id>77", false),
            ("icmp-code=0,1 icmp-id=0x4d", true), ("sport=77", false),
        ])
    func icmp(_ line: String, _ isWanted: Bool) throws {
        var entry = Entry()
        entry.original.protocol = .icmp
        entry.original.discriminator = .icmp(type: 8, code: 0, id: 77)
        #expect(try Self.read(line)?.accepts(entry) == isWanted)
        #expect(try Self.read("icmp-id>=0")?.accepts(try #require(Self.entries.first)) == false)
    }

    @Test(
        "What matches",
        arguments: [
            ("", [1, 2, 3]), (" \t ", [1, 2, 3]),
            // Structure.
            ("dport=80 or dport=443", [1, 2]), ("dport=80 || dport=443", [1, 2]), ("dport=80 dport=443", []),
            ("dport=80 and dst=10.0.0.100", [1]), ("dport=80 && dst=10.0.0.100", [1]), ("dport=80,443", [1, 2]),
            ("not dport=80", [2, 3]), ("!dport=80", [2, 3]), ("dport!=80", [2, 3]), ("dport=!80", [2, 3]),
            ("!dport!=80", [1]), ("not not dport=80", [1]), ("protocol=udp or dport=80 and zone=0", [1, 3]),
            ("(protocol=udp or dport=80) and not src=10.0.0.0/8", [3]), ("!(dport=80 or dport=443)", [3]),
            ("NOT dport=80 AND tcp", [2]), ("dport = 80", [1]), ("timeout > 100", [1]),
            // Comparisons.
            ("timeout>100", [1]), ("timeout>=100", [1, 2]), ("timeout<100", [3]), ("timeout<=100", [2, 3]),
            ("timeout>5m", [1]), ("timeout=1m-2m", [2]), ("timeout<31s", [3]), ("timeout>4d", [1]),
            ("timeout>5d", []), ("timeout<0", []), ("timeout=432000", [1]),
            ("bytes>1G", [1]), ("bytes>1025M", []), ("bytes<1T", [1]), ("packets>1K", [1]), ("packets>2K", []),
            ("packets>1009", [1]), ("packets>1010", []), ("not packets>1", []),
            ("dport>=443", [2]), ("sport<1024", [2]),
            // Addresses and ports.
            ("src=10.1.0.1", [1]), ("client=10.1.0.1", [1]), ("src=10.0.0.0/8,172.16.0.0/12", [1, 2]),
            ("dst=10.0.0.100:443", [2]), ("dst=10.0.0.100:http", [1]), ("vip=10.0.0.100:80-443", [1, 2]),
            ("src=10.0.0.0/8:40001", [1]), ("src=[2001:db8::1]:5353", [3]), ("src=[2001:db8::1]", [3]),
            ("src=2001:db8::/64", [3]), ("src=[2001:db8::/64]:5353", [3]), ("dst=[2001:db8::1]:53", []),
            ("server=10.0.0.3", [1]), ("destination=10.0.0.3:80", [1]), ("reply-src=10.0.0.3", [1]),
            ("dport=http", [1]), ("port=http", [1, 2]), ("port=443,53", [2, 3]), ("sport=40000-40005", [1]),
            ("reply-dport=40001", [1]),
            // The rest.
            ("protocol=tcp", [1, 2]), ("proto=17", [3]), ("family=ipv6", [3]), ("state=established", [1]),
            ("state=SYN_SENT,ESTABLISHED", [1, 2]), ("state=1", [2]), ("service=tcp/10.0.0.100:80", [1]),
            ("service=10.0.0.100", [1, 2]), ("mark=0x14", [1]), ("mark=4/0xf", [1]), ("mark=0", [2, 3]),
            ("fwmark>0", [1]), ("zone=7", [2]), ("zone>0", [2]), ("label=bulk", [3]), ("!label=bulk", [1, 2]),
            ("unreplied", [2]), ("!unreplied", [1, 3]), ("assured", [1]), ("dst-nat", [1]), ("any-nat", [1]),
            ("status=SEEN_REPLY,ASSURED", [1]), ("status!=SEEN_REPLY,ASSURED", [2]), ("status=unreplied", [2]),
            ("dying", []),
            // Text.
            ("172.16.", [2]), ("10.0.0.100:80", [1]), ("established", [1]), ("ESTAB", [1]), ("!10.1.0.1", [2, 3]),
            ("\"10.0.0.100:443\"", [2]), ("'or'", []), ("2001:db8::100", [3]), ("[2001:db8::1]:5353", [3]),
            ("10.1.0.1:4000110", []), ("100:80\n", [1]), ("unlabeled_t", [3]), ("system_u:object_r:Unlabeled", [3]),
        ])
    func matches(_ line: String, _ expected: [Int]) throws { #expect(try Self.matching(line) == expected, "\(line)") }

    @Test(
        "What is wrong says where, and what is expected",
        arguments: [
            ("dport=80 prot=tcp", "column 10: unknown word prot; entries have src client dst"),
            ("verdict=never", "column 1: unknown word verdict; entries have src"),
            ("dport=80,x", "column 10: dport: “x” is invalid; expected PORT, FIRST-LAST, or a name such as http"),
            ("dport=", "column 7: dport: “” is invalid"),
            ("dst>10.0.0.1", "column 1: dst is not a number: use = or !=, not >"),
            (
                "src=10.0.0.300",
                "column 5: src: “10.0.0.300” is invalid; expected ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT"
            ),
            ("src=10.0.0.1:99999", "“10.0.0.1:99999” is invalid"), ("src=[10.0.0.1]:80", "is invalid"),
            ("state=ESTABLISH", "column 7: state: “ESTABLISH” is invalid; expected NONE, SYN_SENT"),
            ("timeout>1y", "column 9: timeout: “1y” is invalid; expected a single number"),
            ("timeout>1-2", "expected a single number"), ("timeout=1y", "expected seconds, or 30s, 5m, 2h, 1d"),
            ("bytes=99999999999999999999", "is invalid"), ("bytes=20000000T", "is invalid"),
            ("mark=1/0", "expected MARK, MARK/MASK or FIRST-LAST"), ("zone=70000", "a number up to 65535"),
            ("label=web", "column 7: label: “web” is invalid; expected a name"), ("family=ipx", "ipv4 or ipv6"),
            ("(dport=80", "column 1: ( has no counterpart"), ("dport=80)", "column 9: ) has no counterpart"),
            ("dport=80 or", "column 12: something must follow “or”"), ("not", "column 4: something must follow"),
            ("or dport=80", "column 1: “or” cannot be here"), ("dport=80 and or", "column 14: “or” cannot be here"),
            ("()", "column 2: “)” cannot be here"), ("=80", "column 1: “=” cannot be here"),
            ("\"open", "column 1: \" has no counterpart"),
            ("service=fwmark:1", "column 9: service: “fwmark:1” is invalid; expected [PROTO/]VIP[:PORT], as no entry"),
            ("dport>split", "expected a single number"),
        ])
    func errors(_ line: String, _ sentence: String) {
        let error = #expect(throws: FilterError.self) { try Self.read(line) }
        #expect(error.map { "\($0)".contains(sentence) } == true, "\(line): \(error.map { "\($0)" } ?? "")")
    }

    @Test("A combining mark, as pasted text may have, joins no blank, parenthesis or comparison")
    func combiningMarks() throws {
        let mark = "\u{650}"
        #expect(try Self.read("tcp \(mark)") == Self.read("tcp and (\(mark))"))
        #expect(try Self.read("(\(mark))") == Self.read(mark))
        let error = #expect(throws: FilterError.self) { try Self.read("dport=\(mark)80 prot=tcp") }
        #expect(error?.column == 7)
    }

    @Test("Parentheses within each other end before the stack does")
    func depth() throws {
        let deep = String(repeating: "(", count: 40) + "tcp" + String(repeating: ")", count: 40)
        #expect(try Self.matching(deep) == [1, 2])
        for open in ["(", "!", "not "] {
            #expect(throws: FilterError.self) { try Self.read(String(repeating: open, count: 100_000)) }
        }
    }

    @Test("Whatever is typed is read or refused, and every beginning of a line is completed")
    func anything() {
        var seed: UInt64 = 7
        let pieces = [
            "dport", "=", "80", "(", ")", "!", " ", "or", "\"", "<", ",", "[", "::", "é", "and", "/", "\u{0}", "-",
        ]
        for _ in 0..<3000 {
            var line = ""
            for _ in 0..<12 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                line += pieces[Int(seed >> 33) % pieces.count]
            }
            _ = try? Self.read(line)
            _ = FilterCompletion(line, in: .entries(Self.host)).certain
            _ = FilterCompletion.finished(line, in: .entries(Self.host))
        }
    }

    /// What is not known of a row: whether it is older than 10.
    private struct Row: FilterRow {
        func fact(_ key: FilterKey) -> FilterFact {
            key == .age ? .atLeast(10) : key == .verdict ? .unknown : .number(1)
        }
        func isOf(_ service: FilterService) -> Bool { false }
        func write(to text: inout RowText) {}
    }

    @Test(
        "What is not known is neither so nor, negated, not so; what decides anyway, decides",
        arguments: [
            ("age>5", true), ("age>=10", true), ("age>10", false), ("!age>10", false), ("age<10", false),
            ("!age<10", true), ("verdict=x", false), ("!verdict=x", false), ("verdict=x or zone=1", true),
            ("verdict=x and zone=1", false), ("!(verdict=x and zone=2)", true), ("!(verdict=x or zone=2)", false),
        ])
    func unknown(_ line: String, _ isWanted: Bool) throws {
        let list = FilterVocabulary("rows", [.age, .verdict, .zone], names: [:], .none)
        let expression = try #require(try FilterExpression.read(line, for: list))
        #expect(expression.accepts(Row()) == isWanted, "\(line)")
    }

    @Test("What an expression implies is a condition for the kernel; alternatives imply nothing")
    func implied() throws {
        func filter(_ line: String) throws -> EntryFilter {
            var filter = EntryFilter()
            filter.add(try #require(try Self.read(line)))
            return filter
        }
        let all = try filter("dst=10.0.0.100:80 protocol=tcp state=ESTABLISHED mark=4/0xf zone=0 unreplied dport=80")
        #expect(all.original.destinations.wanted.map { "\($0)" } == ["10.0.0.100"])
        #expect(all.protocols.wanted == [.tcp] && all.states.wanted.count == 1 && all.zones.wanted == [0])
        #expect(all.marks.wanted == [.init(4, mask: 0xF)] && all.forbiddenStatus == [.seenReply])
        #expect(all.original.destinationPorts.wanted == [80...80])
        for line in [
            "dst=10.0.0.1 or dport=80", "!dst=10.0.0.1", "port=80", "mark>4", "protocol>1", "state=0x3", "tcp",
        ] {
            guard var filter = try? filter(line) else { continue }
            filter.expression = nil
            #expect(filter.isEmpty, "\(line)")
        }
        // One destination is both: neither may widen the other.
        var both = EntryFilter()
        both.original.destinationPorts.wanted = [443...443]
        both.add(try #require(try Self.read("dport=80,443")))
        #expect(Self.entries.map(both.matches) == [false, true, false])
    }

    @Test("A name of several ports means each of them", arguments: ["dport=split", "dst=0.0.0.0/0:split"])
    func severalPorts(_ line: String) throws {
        let filter = try #require(try Self.read(line))
        for (port, isMeant) in [(53, true), (8443, true), (80, false)] as [(UInt16, Bool)] {
            #expect(filter.accepts(Self.entry(.udp, "10.0.0.1", 1, "10.0.0.2", port)) == isMeant)
        }
    }

    @Test("Services of the host complete the word for them")
    func services() {
        let services = ["tcp/10.0.0.100:80", "tcp/10.0.0.100:443", "udp/10.0.0.100:53"]
        func found(_ line: String) -> [String] {
            let completion = FilterCompletion(line, in: .entries(Self.host), services: services)
            return completion.candidates.map { completion.head + $0 }
        }
        #expect(found("dport=80 service=udp") == ["dport=80 service=udp/10.0.0.100:53"])
        #expect(
            found("service=tcp/10.0.0.100:80,tcp") == [
                "service=tcp/10.0.0.100:80,tcp/10.0.0.100:80", "service=tcp/10.0.0.100:80,tcp/10.0.0.100:443",
            ])
        #expect(found("service=7") == [] && found("src=tcp") == [])
    }

    @Test(
        "The last piece is completed",
        arguments: [
            ("dp", "dport="), ("state=est", "state=established"), ("dport=80 and !pro", "dport=80 and !protocol="),
            ("(reply-s", "(reply-s"), ("state=SYN_SENT,ESTA", "state=SYN_SENT,ESTABLISHED"), ("unrep", "unreplied"),
            ("family!=ipv", "family!=ipv"), ("status=a", "status=assured"),
        ])
    func completion(_ line: String, _ certain: String) {
        #expect(FilterCompletion(line, in: .entries(Self.host)).certain == certain)
        #expect(FilterCompletion("nosuch=", in: .entries(Self.host)).certain == nil)
    }

    @Test(
        "While a line is typed, what is finished of it counts",
        arguments: [
            ("172.16.", "172.16."), ("dport", ""), ("dport=", ""), ("dport=8", "dport=8"), ("!dp", ""),
            ("dport=80 st", "dport=80 "), ("dport=80 state=EST", "dport=80 "), ("unreplied", "unreplied"),
            ("dport=80 (zo", "dport=80 ("),
        ])
    func finished(_ line: String, _ finished: String) {
        #expect(FilterCompletion.finished(line, in: .entries(Self.host)) == finished)
    }

    @Test("Text is found in bytes as it is in strings")
    func text() {
        for number in [0, 7, 10, 99, 100, 12_345, UInt64.max] as [UInt64] {
            var text = RowText()
            text.append(decimal: number)
            #expect(text.contains(RowText.wanted("\(number)")) && !text.contains(RowText.wanted("\(number)0")))
        }
        for endpoint in ["10.0.0.1:80", "[2001:db8::1]:65535", "255.255.255.255:0"].compactMap(Endpoint.init) {
            var text = RowText()
            text.append(endpoint)
            #expect(text.contains(RowText.wanted("\(endpoint)")) && text.contains([]))
        }
    }
}
