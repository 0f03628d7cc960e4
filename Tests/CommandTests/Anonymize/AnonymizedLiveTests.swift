import Addresses
import Foundation
import TestSupport
import Testing

/// A namespace whose packet filters have each kind of what names somebody.
@Suite("An anonymized capture of live rules", .needsRoot, .needsTool("nft"), .needsTool("ipset"))
struct AnonymizedLiveTests {
    private static let director = #"""
        ip link set lo up; ip link add outside type veth peer name far-acme
        ip link set outside up; ip link set far-acme up
        ip addr add 185.70.113.77/24 dev outside; ip addr add 2a00:db8:77:aa::5/64 dev outside
        ip route add default via 185.70.113.254; ip route add 10.77.88.0/24 via 185.70.113.253
        ip neigh add 185.70.113.66 lladdr 52:54:00:de:ad:42 dev outside; ip rule add from 10.77.99.0/24 table 77
        nft -f rules.nft
        ipset create acmeset hash:net comment; ipset add acmeset 185.80.77.0/24 comment "acme secret"
        ipset add acmeset 185.80.99.77; ipset create acmeif hash:net,iface; ipset add acmeif 185.80.78.0/24,far-acme
        for p in iptables-nft iptables-legacy; do
            $p -N acme-chain
            $p -A INPUT -s 185.81.77.1 -m comment --comment "acme secret" -j acme-chain
            $p -A INPUT -s 185.81.78.0/24 -p tcp --dport 80 -j LOG --log-prefix "acme secret "
            $p -A INPUT -m set --match-set acmeset src -j DROP
            $p -A INPUT -m set --match-set acmeif src,src -j DROP
            $p -A INPUT -m conntrack --ctorigdst 185.81.79.7 -j DROP
            $p -A INPUT -m iprange --src-range 185.81.80.5-185.81.80.77 -j DROP
            $p -A INPUT -m mac --mac-source 52:54:00:de:ad:44 -j DROP
            $p -A INPUT -m string --algo bm --string "acme secret" -j DROP
            $p -A INPUT -i far+ -j ACCEPT
            $p -t nat -A PREROUTING -d 185.81.81.7 -p tcp --dport 80 -j DNAT --to-destination 10.77.88.97:8080
            $p -t nat -A PREROUTING -d 185.81.81.8 -p tcp --dport 80 -j NETMAP --to 10.77.88.0/28
        done
        """#

    private static let rules = """
        table inet acme {
            set blocked { type ipv4_addr; flags interval; elements = { 10.77.1.5-10.77.1.77, 10.77.2.0/24, 185.77.33.9 }; }
            set hosts6 { type ipv6_addr; elements = { 2a00:1450:77:33::99 }; }
            set pairs { type ipv4_addr . inet_service; elements = { 185.77.33.10 . 443 }; }
            set wide { type ipv4_addr . inet_service; flags interval; elements = { 185.77.34.0-185.77.34.130 . 443-444 }; }
            set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; size 100; }
            map vips { type ipv4_addr . inet_service : ipv4_addr . inet_service; elements = { 185.70.113.77 . 80 : 10.77.88.99 . 8080 }; }
            map verdicts { type ipv4_addr : verdict; elements = { 185.77.33.11 : drop }; }
            chain acmechain { ip saddr 185.77.33.12 drop comment "acme secret"; }
            chain input {
                type filter hook input priority 0; policy accept;
                ip saddr 185.77.33.0/24 counter jump acmechain
                ip saddr 185.78.0.0/16 drop
                ip saddr & 255.255.255.240 == 185.79.77.16 drop
                ip saddr 185.77.33.20-185.77.33.77 drop
                ip saddr @blocked drop
                ip6 saddr @hosts6 drop
                ip saddr . tcp dport @pairs drop
                ip saddr . tcp dport @wide drop
                ip saddr vmap @verdicts
                ip saddr { 185.77.33.13, 185.77.33.14 } tcp dport { 80, 443 } accept
                ether saddr 52:54:00:de:ad:43 drop
                iifname "far-acme" accept
                iifname "far*" accept
                meta mark 7 log prefix "acme secret "
                ip saddr 185.77.33.15 add @seen { ip saddr }
            }
            chain pre {
                type nat hook prerouting priority -100;
                ip daddr 185.77.33.16 dnat ip to 10.77.88.98
                dnat ip to ip daddr . tcp dport map @vips
                ip daddr 185.77.33.18 tcp dport 80 dnat ip to 10.77.88.16-10.77.88.33
            }
        }
        """

    private static func captures() throws -> (folder: TemporaryFolder, original: String, anonymized: String) {
        let folder = try TemporaryFolder()
        try rules.write(to: folder.url.appendingPathComponent("rules.nft"), atomically: true, encoding: .utf8)
        let outcome = try Program.shell(
            #"""
            cd "$0" && exec unshare --net bash -ec "$2
            '$1' capture original; '$1' capture --anonymize --key key anonymized"
            """#, [folder.url.path, Program.path, director])
        try #require(outcome.status == 0, "\(outcome.complaint)")
        return (
            folder, folder.url.appendingPathComponent("original").path,
            folder.url.appendingPathComponent("anonymized").path
        )
    }

    private static func content(_ folder: String) throws -> Data {
        try files(below: folder).reduce(into: Data()) { all, path in
            all += try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
        }
    }

    @Test("Nothing of what names somebody is in it, and all of it in the original")
    func bytes() throws {
        let (folder, original, anonymized) = try Self.captures()
        defer { withExtendedLifetime(folder) {} }
        let (before, after) = (try Self.content(original), try Self.content(anonymized))
        let texts = (Self.rules + Self.director).matches(of: /\d+\.\d+\.\d+\.\d+|2a00:[0-9a-f:]+/).map {
            String($0.output)
        }
        let addresses = Set(texts.compactMap { IPAddress($0) }).filter { !"\($0)".hasPrefix("255.") }
        #expect(addresses.count > 30)
        for address in addresses {
            for pattern in AddressPatterns(address, bothOrders: true).all {
                #expect(after.range(of: Data(pattern)) == nil, "\(address)")
            }
        }
        for address in ["185.77.33.12", "185.81.79.7", "10.77.88.97"] {
            let bytes = try #require(IPAddress(address)).networkBytes
            #expect(before.range(of: Data(bytes)) != nil, "\(address)")
        }
        for text in ["acme", "secret", "outside", "verdicts", "blocked"] {
            #expect(before.range(of: Data(text.utf8)) != nil, "\(text)")
            #expect(after.range(of: Data(text.utf8)) == nil, "\(text)")
        }
        for last in UInt8(0x42)...0x44 {
            let address = Data([0x52, 0x54, 0x00, 0xDE, 0xAD, last])
            #expect(before.range(of: address) != nil && after.range(of: address) == nil)
        }
    }

    @Test("What cannot be replaced is named in its manifest")
    func withheld() throws {
        let (folder, _, anonymized) = try Self.captures()
        defer { withExtendedLifetime(folder) {} }
        let manifest = try String(contentsOfFile: anonymized + "/manifest.json", encoding: .utf8)
        for text in ["iprange", "string", "immediate", "cmp"] { #expect(manifest.contains(text), "\(text)") }
        #expect(manifest.contains("left out by --anonymize"))
    }
}
