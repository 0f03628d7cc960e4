import Foundation
import TestSupport
import Testing

/// `explain` as a user runs it.
struct ExplainTests {
    /// Packets of each kind, entries of each kind, each method.
    static let questions = [
        "--flags FIN,ACK", "--flags . --entry syn-sent --vs-conntrack 1 --tcp-loose 0",
        "--flags R --entry established --unreplied", "--flags S --entry time-wait --method nat",
        "--flags S. --direction reply --method nat --entry syn-sent", "--flags none --method bypass",
        "--flags S. --direction reply --method local", "--proto udp --entry replied --method tun",
        "--proto sctp --chunk cookie-echo,DATA --entry cookie-wait", "--chunk init",
        "--proto icmp --icmp-type destination-unreachable --entry established --method nat",
        "--icmp-type 8 --entry unreplied", "--proto icmpv6 --icmp-type nd-neighbor-solicit", "--proto gre",
        "--flags . --entry established --window outside --be-liberal 0", "--proto udp --checksum bad",
        "--flags . --connection none --sloppy-tcp 0", "--flags S --connection time-wait --conn-reuse-mode 1",
        "--flags . --connection established --destination gone --expire-nodest-conn 0",
        "--chunk heartbeat --connection none", "--icmp-type 3 --connection none --schedule-icmp 1",
    ]

    @Test("explain works without privileges and without IPVS, given two settings", .needsRoot, arguments: questions)
    func works(_ words: String) throws {
        let outcome = try Program.shell(
            #"exec setpriv --inh-caps=-all --bounding-set=-all "$0" "$@""#,
            [Program.path, "explain"] + words.split(separator: " ").map(String.init))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.complaint.isEmpty)
        let widest = outcome.output.split(separator: "\n").map(\.count).max()
        #expect(widest.map { $0 <= 80 } == true)
    }

    @Test(
        "The first word of the output is the ctstate",
        arguments: [
            ("--flags SYN", "NEW"), ("--flags syn+ack", "INVALID"), ("--flags .", "NEW"), ("--flags P.", "NEW"),
            ("--flags 0x11", "INVALID"), ("--flags F.", "INVALID"),
            ("--flags RST,ACK --entry established", "ESTABLISHED"),
            ("--flags . --tcp-loose 0", "INVALID"), ("--flags . --entry syn_sent", "INVALID"),
            ("--icmp-type 3 --entry established", "RELATED"), ("--icmp-type time-exceeded", "INVALID"),
            ("--icmp-type ping", "NEW"),
            ("--icmp-type fragmentation-needed --entry established", "RELATED"),
            ("--icmp-type frag-needed --entry established", "RELATED"),
            ("--proto icmpv6 --icmp-type Neighbour_Solicitation", "UNTRACKED"),
            ("--proto icmpv6 --icmp-type nd-router-advert", "UNTRACKED"), ("--proto udp", "NEW"),
            ("--proto udp --entry unreplied --direction reply", "ESTABLISHED"), ("--chunk data", "INVALID"),
            ("--proto 132 --chunk INIT", "NEW"),
            ("--flags . --entry established --window outside --be-liberal 0", "INVALID"),
            ("--flags . --entry established --window outside --be-liberal 1", "ESTABLISHED"),
            ("--flags . --entry established --unreplied --window outside", "NEW"),
            ("--flags S --checksum bad", "INVALID"), ("--proto gre --checksum bad", "NEW"),
            ("--flags S. --direction reply --method local --entry syn-sent --checksum bad", "ESTABLISHED"),
            ("--flags R --direction reply --entry syn-sent --replied", "ESTABLISHED"),
            ("--chunk init-ack --entry closed --replied --direction reply", "ESTABLISHED"),
            ("--chunk init-ack --entry closed --replied --direction reply --init-tag other", "INVALID"),
            ("--flags PSH,ACK --entry established --unreplied", "NEW"),
        ])
    func ctstates(_ words: String, _ state: String) throws {
        let outcome = try Program.run(
            ["explain", "--tcp-loose", "1"].prefix(words.contains("--tcp-loose") ? 1 : 3)
                + words.split(separator: " ").map(String.init))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.output.hasPrefix("\(state): "), "\(outcome.output)")
    }

    @Test("Options override what is read, then the kernel's defaults apply; the source of a setting is shown")
    func settings() throws {
        let capture = Fixture(name: "dr-conntrack").capture
        let read = try Program.run(["explain", "--flags", "S", "--capture", capture])
        #expect(read.output.contains("net.ipv4.vs.conntrack=1 (current)"))
        let given = try Program.run(["explain", "--flags", "S", "--capture", capture, "--vs-conntrack", "0"])
        #expect(given.output.contains("net.ipv4.vs.conntrack=0 (given)"))
    }

    @Test(
        "Without IPVS, the kernel's defaults apply",
        .disabled(if: FileManager.default.fileExists(atPath: "/proc/net/ip_vs"), "this kernel has IPVS"))
    func defaults() throws {
        let outcome = try Program.run(["explain", "--flags", "S"])
        #expect(outcome.output.contains("net.ipv4.vs.conntrack=0 (kernel default: it cannot be read here)"))
        let service = try Program.run(["explain", "--flags", "S", "--service", "tcp/10.0.0.100:80"])
        #expect(service.status == 69)
        #expect(service.output.isEmpty && service.complaint.contains("modprobe ip_vs"))
    }

    @Test(
        "The method is taken from a captured service",
        arguments: [
            ("tcp/10.0.0.100:80", "method dr of tcp 10.0.0.100:80"), ("10.0.0.101:8080", "method nat of tcp"),
            ("tcp/10.0.0.101:80", "method tun of tcp"), ("fwmark:7", "method dr of fwmark 7"),
            ("[2001:db8::100]:80", "method dr of tcp [2001:db8::100]:80"),
        ])
    func service(_ service: String, _ says: String) throws {
        let capture = Fixture(name: "mixed").capture
        let outcome = try Program.run(["explain", "--flags", "F.", "--capture", capture, "--service", service])
        #expect(outcome.status == 0)
        let title = outcome.output.split(separator: "\n").prefix(2).joined(separator: " ")
        #expect(title.contains(says), "\(outcome.output)")
    }

    @Test(
        "The rules that a packet meets are those of the capture, up to the one that decides", .needsRoot,
        arguments: [
            ("--flags F.", "handle 6: ct state invalid drop", "ip filter INPUT handle 6 drops it"),
            ("--flags S", "handle 8: tcp dport 80 accept", "no rule drops it before IPVS takes it at LOCAL_IN"),
            ("--flags . --tcp-loose 0", "handle 6: ct state invalid drop", "ip filter INPUT handle 6 drops it"),
        ])
    func rules(_ words: String, _ rule: String, _ end: String) throws {
        let capture = Fixture(name: "dr-untracked").capture
        let outcome = try Program.run(
            ["explain", "--capture", capture, "--service", "10.0.0.100:80"]
                + words.split(separator: " ").map(String.init))
        let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("meets ip filter INPUT, priority 0: \(rule)"), "\(outcome.output)")
        #expect(text.contains(end) && !text.contains("Not proven"), "\(outcome.output)")
    }

    @Test("The rules that packets of a service by mark meet are tried where its packets get the mark", .needsRoot)
    func rulesOfMark() throws {
        let outcome = try Program.run(
            ["explain", "--capture", Fixture(name: "mixed").capture, "--flags", "S", "--service", "fwmark:7"])
        #expect(outcome.output.contains("Tried with the director's own rules"), "\(outcome.output)")
    }

    @Test(
        "What is not tried says why, in a line, and the rest is printed as ever", .needsRoot,
        arguments: [
            ("mixed", "--flags S --direction reply --service 10.0.0.100:80", "only packets to the VIP are tried"),
            (
                "mixed", "--icmp-type 8 --service 10.0.0.100:80",
                "only TCP, UDP, SCTP and ICMP errors about them are tried"
            ),
            ("mixed", "--flags . --entry established --service 10.0.0.100:80", "in the sandbox nobody answers"),
            ("older", "--flags S --service 10.0.0.100:80", "the capture has no answer to this"),
        ])
    func notTried(_ fixture: String, _ words: String, _ why: String) throws {
        let outcome = try Program.run(
            ["explain", "--capture", Fixture(name: fixture).capture] + words.split(separator: " ").map(String.init))
        #expect(outcome.status == 0 && outcome.output.contains("PRE_ROUTING"))
        let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("Which rules it meets") && text.contains(why), "\(outcome.output)")
        #expect(!text.contains(" meets ip"))
    }

    @Test(
        "A missing or invalid service exits with 74 and suggests the next step",
        arguments: [
            ("tcp/10.9.9.9:80", "no such service; IPVS has tcp 10.0.0.100:80, "), ("fwmark:8", ", fwmark 7"),
            ("udp/10.0.0.100:80", "no such service"),
            ("10.0.0.101", "ambiguous: tcp 10.0.0.101:80, tcp 10.0.0.101:8080"),
        ])
    func noService(_ service: String, _ says: String) throws {
        let words = ["explain", "--flags", "S", "--proto", "tcp", "--service", service]
        let outcome = try Program.run(words + ["--capture", Fixture(name: "mixed").capture])
        #expect(outcome.status == 74)
        #expect(outcome.output.isEmpty && outcome.complaint.contains(says), "\(outcome.complaint)")
    }

    @Test(
        "Wrong usage exits with 64 and lists what is accepted",
        arguments: [
            ("", "a TCP segment needs --flags: FIN, SYN, RST"),
            ("--flags FIM", "“FIM” is invalid; expected FIN"),
            ("--flags 256", "“256”"), ("--flags FIN,", "“FIN,”"), ("--flags s.", "tcpdump's letters"),
            ("--flags S --entry open", "“open” is invalid for tcp; expected none, syn-sent, syn-recv, established"),
            ("--proto udp --entry established", "for udp; expected none, unreplied, replied"),
            ("--proto udp --flags S", "--flags does not apply to udp"), ("--proto tpc --flags S", "“tpc”"),
            ("--proto icmp", "an ICMP message needs --icmp-type"),
            ("--icmp-type nosuch", "“nosuch” is invalid; expected echo-reply"),
            ("--proto sctp", "an SCTP packet needs --chunk"),
            ("--chunk nosuch", "“nosuch” is invalid; expected data, init"),
            ("--flags S --chunk init --proto tcp", "--chunk does not apply to tcp"),
            ("--flags S --icmp-type 3 --proto tcp", "--icmp-type"),
            ("--flags S --method dsr", "dsr"), ("--flags S --tcp-loose 2", "2"), ("--flags S --direction back", "back"),
            ("--flags S --method dr --service 10.0.0.1", "--service and --method are mutually exclusive"),
            ("--flags S --unreplied", "--unreplied"),
            ("--flags S --service x", "x"), ("--flags S --netns lb --capture /tmp", "--netns"),
        ])
    func usage(_ words: String, _ says: String) throws {
        let outcome = try Program.run(["explain"] + words.split(separator: " ").map(String.init))
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(says), "\(outcome.complaint)")
        #expect(outcome.output.isEmpty)
    }
}
