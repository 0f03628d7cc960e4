import Netlink
import TestSupport

@testable import Firewall

/// Rules of iptables-legacy, made in a namespace of their own by iptables-legacy-restore and read from there.
enum LegacyRules {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// All tables of IPv4 with the matches of UFW's rules and of common guides, user chains that call each other, and every kind of end.
    static let usual = """
        iptables-legacy-restore <<'END'
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :guard - [0:0]
        :later - [0:0]
        :empty - [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A INPUT -m conntrack --ctstate INVALID -m comment --comment "from nobody" -j DROP
        -A INPUT -s 192.0.2.0/24 ! -d 10.0.0.1/32 -i eth+ ! -p icmp -m state --state NEW,UNTRACKED -j guard
        -A INPUT -s 198.51.100.7/255.0.255.0 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset
        -A INPUT -p tcp -m tcp --sport 1024:65535 ! --dport 22 -m comment --comment ssh -g later
        -A INPUT -p udp -m udp --dport 53 -m conntrack ! --ctstate NEW
        -A INPUT -p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT
        -A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
        -A INPUT -p icmp -m icmp --icmp-type 3/4 -j ACCEPT
        -A INPUT -p udp -m multiport ! --sports 123,500:510 -j RETURN
        -A FORWARD -o eth1 -f -j REJECT --reject-with icmp-admin-prohibited
        -A guard -p tcp -m recent --set --name seen --mask 255.255.255.255 --rsource -j RETURN
        -A guard -m limit --limit 5/min -j later
        -A later -m comment --comment "a \\"quote\\" and a \\\\ slash" -j DROP
        COMMIT
        *mangle
        -A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x7/0xffffffff
        COMMIT
        *nat
        -A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 8080
        COMMIT
        *raw
        -A PREROUTING -p udp -m udp --dport 53 -j CT --notrack
        COMMIT
        END
        """

    static let usual6 = """
        ip6tables-legacy-restore <<'END'
        *filter
        :INPUT DROP [0:0]
        :six - [0:0]
        :six2 - [0:0]
        -A INPUT -m conntrack --ctstate INVALID -j DROP
        -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 2 -j ACCEPT
        -A INPUT -s 2001:db8::/32 ! -d 2001:db8::1/128 -i eth0 -p tcp -m tcp --dport 443 -j six
        -A six -g six2
        -A six2 -j REJECT --reject-with icmp6-port-unreachable
        COMMIT
        END
        """

    static func make(_ script: String) throws {
        let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", script])
        guard outcome.status == 0 else { throw Failed(description: outcome.errors) }
    }

    /// The tables of a namespace of their own, by name.
    static func tables(_ script: String) throws -> [LegacyTable] {
        try inFreshNamespace {
            try make(script)
            let found = LegacyTable.all(in: LiveKernel())
            if let failure = found.failures.first { throw failure }
            return found.tables.sorted { $0.name < $1.name }
        }
    }

    static func table(_ script: String) throws -> LegacyTable {
        guard let table = try tables(script).first(where: { $0.name == "filter" }) else {
            throw Failed(description: "there is no table filter")
        }
        return table
    }
}

extension LegacyTable {
    /// With bytes of its entries replaced, each time that they occur.
    func replacing(_ old: String, with new: String) throws -> LegacyTable {
        let place = Array(old.utf8)
        var bytes = bytes
        for start in 0...bytes.count - place.count where Array(bytes[start..<start + place.count]) == place {
            let padded = Array(new.utf8) + [UInt8](repeating: 0, count: max(0, place.count - new.utf8.count))
            bytes.replaceSubrange(start..<start + place.count, with: padded.prefix(place.count))
        }
        return try LegacyTable(bytes, family)
    }
}
