import Foundation
import TestSupport
import Testing

/// Captures may come from strangers. With rules and sets that nobody's kernel has listed, `check` ends with findings or an error, never by a
/// signal, never late, and changes nothing outside of its sandbox.
///
/// Each takes some seconds; `CT_INSPECT_DAMAGED=1000` makes so many of each.
@Suite(
    "Damaged rules and sets in a capture", .needsRoot, .needsTool("nft"), .needsTool("ipset"),
    .needsTool("iptables-legacy"), .serialized)
struct DamagedRulesetTests {
    private static let services = """
        -A -t 10.9.9.100:80 -s wlc
        -a -t 10.9.9.100:80 -r 10.9.0.3:80 -g -w 1
        """

    private static let network = """
        ip link set lo up; ip link add outside index 40 type veth peer name far
        ip link set outside up; ip link set far up
        ip addr add 10.9.0.1/24 dev outside; ip addr add 10.9.9.100/32 dev lo; ip route add default via 10.9.0.254
        ipset create vips hash:ip timeout 900 comment counters; ipset add vips 10.9.9.100 comment VIP
        ipset create nets hash:net; ipset add nets 192.0.2.0/24; ipset add nets 192.0.2.9 nomatch
        ipset create all list:set; ipset add all vips; ipset add all nets
        ipset create ports bitmap:port range 0-1023; ipset add ports 80
        """

    /// Kinds of rules: nft's with sets, maps and objects of every kind; those with modules of xtables and sets of ipset.
    enum Filter: String, CaseIterable, Sendable {
        case nft = """
            nft -f - <<'END'
            table inet guard {
                counter seen { }
                quota much { over 100 mbytes }
                limit few { rate 10/second burst 3 packets; }
                set blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.1-198.51.100.9 }; }
                set recent { type ipv4_addr . inet_service; size 1000; flags dynamic,timeout; timeout 1m; }
                set listed { type ipv4_addr; size 64; elements = { 192.0.2.1, 192.0.2.2 timeout 1h comment "x" }; flags timeout; }
                map ports { type inet_service : verdict; elements = { 22 : accept, 23 : jump closed }; }
                map counted { type ipv4_addr : counter; elements = { 10.0.0.1 : "seen" }; }
                chain closed { drop; }
                chain early { type filter hook prerouting priority raw; meta mark set 7 notrack; }
                chain input {
                    type filter hook input priority filter; policy drop;
                    ct state vmap { established : accept, related : accept, invalid : drop }
                    ip saddr @blocked counter name "seen" drop comment "reported"
                    ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 443 } accept
                    tcp dport 8080 add @recent { ip saddr . tcp dport limit rate 5/minute } accept
                    tcp dport vmap @ports
                    counter name ip saddr map @counted
                    ip saddr @listed quota name "much" log prefix "rest " level warn reject
                    tcp dport 80 ct state new limit name "few" accept
                    tcp dport 80 jump closed
                }
                chain out { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
            }
            END
            """
        case xtables = "i=iptables-nft; j=ip6tables-nft"
        case legacy = "i=iptables-legacy; j=ip6tables-legacy"

        var script: String {
            if self == .nft { return rawValue }
            return rawValue + """

                $i -N guard
                $i -A INPUT -m set --match-set all src -j DROP
                $i -A INPUT -m set ! --match-set vips dst --packets-gt 5 -j RETURN
                $i -A INPUT -p tcp -m multiport --dports 22,443 -j guard
                $i -A guard -m limit --limit 5/min -m comment --comment pages -j LOG --log-prefix "odd "
                $i -A guard -p tcp -j REJECT --reject-with tcp-reset
                $i -A INPUT -m conntrack --ctstate INVALID -m set --match-set ports dst -j DROP
                $i -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
                $i -t mangle -A PREROUTING -p tcp -j SET --add-set vips src --exist --timeout 60
                $i -t raw -A PREROUTING -p udp --dport 53 -j CT --notrack
                $j -A INPUT -m conntrack --ctstate INVALID -j DROP
                """
        }

        /// The files of a capture that have these rules, besides its netlink messages.
        var tables: [String] { self == .legacy ? ["filter", "mangle", "raw"].map { "sockopt/ip/\($0)" } : [] }
    }

    /// A folder that an ordinary user may read, with the program, the services and a capture.
    private func folder(_ filter: Filter) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try Self.services.write(to: folder.url.appendingPathComponent("ipvs"), atomically: true, encoding: .utf8)
        let outcome = try Program.shell(
            #"cd "$0" && cp "$1" . && unshare --net bash -ec "$2"$'\n'"./ct-inspect capture lb1" && chmod -R a+rX ."#,
            [folder.url.path, Program.path, Self.network + "\n" + filter.script])
        try #require(outcome.status == 0, "\(outcome.complaint)")
        return folder
    }

    /// As an ordinary user, for a minute at most.
    private func check(_ folder: String, _ options: String) throws -> Program.Outcome {
        try Program.shell(
            #"""
            cd "$0" && exec timeout -k 1 60 setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
                --bounding-set=-all ./ct-inspect check --only invalid-dropped --capture lb1 \#(options)
            """#, [folder])
    }

    private static let count = Int(ProcessInfo.processInfo.environment["CT_INSPECT_DAMAGED"] ?? "")
    private static let patience = Duration.seconds(5)

    private func isEnd(_ outcome: Program.Outcome) -> Bool {
        (0...1).contains(outcome.status) || (64...77).contains(outcome.status)
    }

    /// Damages the files of a capture again and again, and has each checked.
    ///
    /// - Returns: what went wrong; each such capture is kept.
    private func wrongEnds(_ folder: String, _ options: String, tables: [String], seed: UInt64) throws -> [String] {
        let capture = try ForgedCapture(folder + "/lb1")
        let netlink = try capture.bytes(of: "netlink.pcap")
        let messages = try DamagedMessages(netlink)
        let whole = try check(folder, options)
        guard messages.hasTargets, (0...1).contains(whole.status) else { return ["undamaged: \(whole.complaint)"] }
        var random = SeededGenerator(seed: seed)
        let deadline = ContinuousClock.now + Self.patience
        var (number, wrong): (Int, [String]) = (0, [])
        while Self.count.map({ number < $0 }) ?? (ContinuousClock.now < deadline) {
            number += 1
            let table = number.isMultiple(of: 2) ? tables.randomElement(using: &random) : nil
            let file = table ?? "netlink.pcap"
            let bytes = try table.map(capture.bytes) ?? netlink
            var forged = capture
            try forged.replace(file, with: table == nil ? messages.damaged(&random) : random.overwrite(bytes))
            let outcome = try check(folder, options)
            if !isEnd(outcome) {
                wrong.append("seed \(seed), number \(number): \(outcome.status) \(outcome.complaint)")
                try FileManager.default.copyItem(
                    atPath: folder + "/lb1", toPath: NSTemporaryDirectory() + UUID().uuidString)
            }
            try forged.replace(file, with: bytes)
        }
        return wrong
    }

    private struct Trace: Sendable {
        var before: [String]
        var after: [String]
        var wrong: [String]
    }

    /// In a namespace with links, rules and sets of its own.
    private func trace(_ body: @escaping () throws -> [String]) throws -> Trace {
        try inFreshNamespace {
            let script = [Self.network, Filter.nft.script, Filter.legacy.script].joined(separator: "\n")
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", script])
            try #require(outcome.status == 0, "\(outcome.errors)")
            let before = try Self.look()
            let wrong = try body()
            return Trace(before: before, after: try Self.look(), wrong: wrong)
        }
    }

    /// What is there, without counters.
    private static func look() throws -> [String] {
        func lines(_ command: String, _ isChosen: (Substring) -> Bool = { _ in true }) throws -> [String] {
            try Tool.run(command).split(separator: "\n").filter(isChosen).map(String.init)
        }
        let links = try lines("ip -br link").map { $0.split(separator: " ").first.map(String.init) ?? "" }
        let rules = try ["iptables-legacy-save", "ip6tables-legacy-save"].flatMap {
            try lines($0) { $0.hasPrefix("-A") }
        }
        let elements = try lines("ipset save") { !$0.contains(" vips ") }
        return try links + rules + elements + lines("ipset list -n") + lines("nft -s list ruleset")
    }

    private func expectNoTrace(_ body: @escaping () throws -> [String]) throws {
        let trace = try trace(body)
        #expect(trace.wrong == [])
        #expect(trace.after == trace.before && trace.before.count > 50)
    }

    @Test("Those of this kernel", arguments: Filter.allCases, [1])
    func made(_ filter: Filter, seed: UInt64) throws {
        try expectNoTrace {
            let folder = try folder(filter)
            return try wrongEnds(folder.url.path, "--services ipvs", tables: filter.tables, seed: seed)
        }
    }

    @Test("Those of a director", arguments: [Fixture(name: "mixed")], [2])
    func director(_ fixture: Fixture, seed: UInt64) throws {
        try expectNoTrace {
            let folder = try TemporaryFolder()
            let copied = try Program.shell(
                #"cp "$0" "$2" && cp -r "$1" "$2/lb1" && chmod -R a+rX "$2""#,
                [Program.path, fixture.capture, folder.url.path])
            try #require(copied.status == 0, "\(copied.complaint)")
            return try wrongEnds(folder.url.path, "", tables: [], seed: seed)
        }
    }
}

extension SeededGenerator {
    /// A copy with one to four bytes overwritten.
    fileprivate mutating func overwrite(_ bytes: [UInt8]) -> [UInt8] {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            damaged[.random(in: 0..<bytes.count, using: &self)] = .random(in: .min ... .max, using: &self)
        }
        return damaged
    }
}
