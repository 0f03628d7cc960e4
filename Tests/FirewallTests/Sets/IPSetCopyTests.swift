import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Sets of ipset and the rules that use them, in another namespace", .needsRoot, .needsTool("ipset"))
struct IPSetCopyTests {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Of every type and property that this kernel has; the first is removed again, so that the copy's indexes are others.
    private static let sets = """
        ipset create gone hash:ip
        ipset restore <<'END'
        create blocked hash:ip family inet counters comment timeout 600
        add blocked 192.0.2.7 timeout 300 packets 3 bytes 180 comment "seen \\"here\\""
        add blocked 192.0.2.8 timeout 0
        create blocked6 hash:ip family inet6 netmask 64
        add blocked6 2001:db8:1::
        create nets hash:net family inet skbinfo maxelem 100000
        add nets 198.51.100.0/24 skbmark 0x11/0xff skbprio 1:10 skbqueue 3
        add nets 198.51.100.9 nomatch
        create services hash:ip,port
        add services 10.9.9.100,tcp:80
        add services 10.9.9.100,icmp:8/0
        create pairs hash:ip,port,ip
        add pairs 10.9.9.100,udp:53,192.0.2.1
        create clients hash:ip,port,net
        add clients 10.9.9.100,sctp:80,192.0.2.0/28
        create netports hash:net,port
        add netports 192.0.2.0/25,443
        create doors hash:net,iface
        add doors 0.0.0.0/0,eth0
        add doors 192.0.2.0/24,physdev:eth1
        create range bitmap:ip range 10.0.0.0-10.0.3.255 timeout 900
        add range 10.0.2.1
        create stations bitmap:ip,mac range 10.0.0.0/24
        add stations 10.0.0.5,02:00:00:00:00:01
        create ports bitmap:port range 0-1023
        add ports 22
        create all list:set size 8 comment
        add all nets comment "second"
        add all blocked before nets
        END
        ipset destroy gone
        """

    private static let rules = """
        for set in blocked nets services,src,src pairs,src,dst,dst clients,src,src,src netports,src,dst doors,src,src \\
            range stations,src,src ports all; do
            flags=${set#*,}
            [[ $set == *,* ]] || flags=src
            $program -A INPUT -m set --match-set ${set%%,*} $flags -j DROP
        done
        $program -A INPUT -m set ! --match-set blocked dst --packets-gt 5 ! --update-counters -j ACCEPT
        $program -A INPUT -p tcp -j SET --add-set blocked src --exist --timeout 60
        $program -t mangle -A PREROUTING -j SET --map-set nets src --map-mark
        ${program/iptables/ip6tables} -A INPUT -m set --match-set blocked6 src -j DROP
        """

    private struct Listing: Sendable {
        var sets: [String]
        var rules: [String]
        var missing: [String] = []

        /// With nft's or iptables-legacy's rules; without what is left of an element's timeout, the seed of a hash, and counters of rules.
        init(_ program: String) throws {
            sets = try Tool.run("ipset save -sorted").split(separator: "\n").map { line in
                let seedless = line.replacing(/initval 0x[0-9a-f]+/, with: "")
                return line.hasPrefix("add")
                    ? String(line.replacing(/timeout [1-9][0-9]*/, with: "timeout N")) : String(seedless)
            }
            let saving = [program, program.replacing("iptables", with: "ip6tables")].flatMap { name in
                ["filter", "mangle"].map { "\(name)-save -t \($0)" }
            }
            rules = try saving.flatMap {
                try Tool.run($0).split(separator: "\n").filter { $0.hasPrefix("-A") }.map(String.init)
            }
        }
    }

    private struct Made: Sendable {
        var ruleset: Ruleset
        var tables: [LegacyTable]
        var sets: [IPSet]
        var listing: Listing
    }

    private func make(_ script: String, _ program: String) throws -> Made {
        try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", "program=\(program)\n" + script])
            guard outcome.status == 0 else { throw Failed(description: outcome.errors) }
            let kernel = LiveKernel()
            let (ruleset, legacy) = (try Ruleset(reading: kernel), LegacyTable.all(in: kernel))
            let used = IPSet.used(by: ruleset, legacy.tables, in: kernel)
            if let failure = (legacy.failures + used.failures).first { throw failure }
            return Made(
                ruleset: ruleset, tables: legacy.tables, sets: used.sets, listing: try Listing(program))
        }
    }

    private func copy(_ made: Made, _ program: String) throws -> Listing {
        try inFreshNamespace {
            let kernel = LiveKernel()
            let sets = IPSetCopy(of: made.sets, into: kernel)
            let legacy = LegacyCopy(of: made.tables, sets: sets)
            let rules = try RulesetCopy(of: made.ruleset, into: kernel, ipsets: sets)
            var listing = try Listing(program)
            listing.missing = sets.missing.map { "\($0.set): \($0.why)" }
            listing.missing += legacy.missing.map { "\($0.table): \($0.why)" }
            listing.missing += rules.missing.map { "\($0.object): \($0.why)" }
            return listing
        }
    }

    private static let programs = ["iptables-nft", "iptables-legacy"]

    @Test("ipset lists the same sets of both, and iptables-save the same rules", arguments: programs)
    func equal(_ program: String) throws {
        let made = try make(Self.sets + "\n" + Self.rules, program)
        let copy = try copy(made, program)
        #expect(copy.missing == [])
        #expect(copy.sets == made.listing.sets && copy.sets.count == 29)
        #expect(copy.rules == made.listing.rules && copy.rules.count == 15)
        #expect(copy.rules.filter { $0.contains("--match-set") || $0.contains("-set ") }.count == 15)
        #expect(made.sets.last?.name == "all" && made.sets.count == 12)
        #expect(!made.sets.contains { $0.index == 0 })
    }

    /// Sets of a hundred elements, and rules that use one each.
    private static let many = """
        { for set in $(seq 0 99); do
            echo "create s$set hash:net maxelem 200"; seq -f "add s$set 10.$set.0.%g" 1 100
        done; } | ipset restore
        { echo '*filter'; for rule in $(seq 1 10000); do
            echo "-A INPUT -p tcp -m set --match-set s$((rule % 100)) src -m tcp --dport $rule -j DROP"
        done; echo COMMIT; } | $program-restore
        """

    @Test("Ten thousand rules and a hundred sets are copied whole", arguments: programs)
    func large(_ program: String) throws {
        let made = try make(Self.many, program)
        let copy = try copy(made, program)
        #expect(copy.missing == [])
        #expect(copy.sets == made.listing.sets && copy.sets.count == 100 * 101)
        #expect(copy.rules == made.listing.rules && copy.rules.count == 10_000)
    }

    @Test("Sets that no rule uses are not read; those in a list that a rule uses are")
    func unused() throws {
        let made = try make(
            Self.sets + "\n$program -A INPUT -m set --match-set all src -j DROP", "iptables-nft")
        #expect(made.sets.map(\.name) == ["blocked", "nets", "all"])
    }

    @Test("A capture has the same")
    func captured() throws {
        try inFreshNamespace {
            let script = "program=iptables-nft\n" + Self.sets + "\n" + Self.rules
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", script])
            guard outcome.status == 0 else { throw Failed(description: outcome.errors) }
            let ruleset = try Ruleset(reading: LiveKernel())
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let sets = IPSet.used(by: ruleset, [], in: recording).sets
                try recording.finish()
                let captured = IPSet.used(by: ruleset, [], in: try CapturedKernel(folder + "/lb1"))
                #expect(captured.failures == [] && captured.sets == sets && sets.count == 12)
            }
        }
    }

    // MARK: What is not copied

    /// A set with bytes replaced, each time that they occur.
    private func replacing(_ old: [UInt8], with new: [UInt8], in set: IPSet) throws -> IPSet {
        func replaced(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for place in bytes.indices where bytes[place...].starts(with: old) {
                bytes.replaceSubrange(place..<place + old.count, with: new)
            }
            return bytes
        }
        var changed = try #require(try IPSetTests.set(replaced(set.attributes), index: set.index))
        changed.elements = set.elements.map(replaced)
        return changed
    }

    private static let two = """
        ipset create gone hash:ip; ipset create kept hash:ip; ipset add kept 192.0.2.1
        ipset create lost bitmap:port range 1-99; ipset destroy gone; ipset add lost 80; ipset create both list:set; ipset add both lost
        for set in kept lost both; do $program -A INPUT -m set --match-set $set src -j DROP; done
        """

    @Test("A type that this kernel lacks is named, with the lists that have it and the rules that use them")
    func type() throws {
        var made = try make(Self.two, "iptables-nft")
        #expect(made.sets.map(\.name) == ["kept", "lost", "both"])
        made.sets[1] = try replacing(Array("bitmap:port".utf8), with: Array("bitmap:part".utf8), in: made.sets[1])
        let copy = try copy(made, "iptables-nft")
        #expect(copy.sets.filter { $0.hasPrefix("create") }.map { $0.split(separator: " ")[1] } == ["kept"])
        #expect(copy.rules == ["-A INPUT -m set --match-set kept src -j DROP"])
        let named = copy.missing.joined(separator: "\n")
        #expect(copy.missing.count == 4)
        #expect(
            named.contains(
                "set lost of ipset: cannot make set lost of ipset: the kernel lacks sets of type bitmap:part"),
            "\(named)")
        #expect(named.contains("it uses set lost of ipset, which was not copied"), "\(named)")
        #expect(named.contains("it uses set both of ipset, which was not copied"), "\(named)")
    }

    @Test("A table of iptables-legacy with such a rule is named, and not made")
    func legacy() throws {
        var made = try make(Self.two, "iptables-legacy")
        made.sets.removeAll { $0.name == "lost" }
        let copy = try copy(made, "iptables-legacy")
        #expect(copy.rules == [])
        let named = copy.missing.joined(separator: "\n")
        #expect(named.contains("table filter of iptables-legacy: cannot copy it: it uses set 2 of ipset"), "\(named)")
    }

    @Test("Ranges, which no kernel lists, are not made: they could be four billion elements in one message")
    func range() throws {
        var made = try make(Self.two, "iptables-nft")
        // The address as IPSET_ATTR_IP, and again as IPSET_ATTR_IP_TO.
        let address: [UInt8] = [12, 0, 1, 128, 8, 0, 1, 0]
        let ranges = [
            hexadecimal("1c 00 07 80 0c 00 01 80 08 00 01 00 00 00 00 01 0c 00 02 80 08 00 01 00 ff ff ff fe"),
            hexadecimal("18 00 07 80 0c 00 01 80 08 00 01 00 0a 00 00 00 05 00 03 00 01 00 00 00"),
        ]
        for range in ranges {
            #expect(range[4...].starts(with: address))
            made.sets[0].elements = [range]
            let started = ContinuousClock.now
            let copy = try copy(made, "iptables-nft")
            #expect(ContinuousClock.now - started < .seconds(30))
            #expect(copy.missing.first?.contains("it has elements that no kernel lists") == true, "\(copy.missing)")
        }
    }

    @Test("A part of a set is not left, nor a set whose elements are malformed")
    func part() throws {
        var made = try make(Self.two, "iptables-nft")
        let whole = made.sets[0].elements[0]
        // The second is of IPv6.
        let other = hexadecimal(
            "1c 00 07 80 18 00 01 80 14 00 02 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01")
        for bad in [other, [3, 0, 0, 0, 0, 0]] {
            made.sets[0].elements = [whole, bad]
            let copy = try copy(made, "iptables-nft")
            #expect(copy.missing.count == 2 && !copy.sets.contains { $0.contains("kept") }, "\(copy.missing)")
        }
    }
}
