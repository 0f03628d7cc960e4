import CNetlink
import Conntrack
import Netlink

/// A match of iptables-legacy as `iptables-legacy -S` prints it; of one that is not known here, its name.
struct LegacyMatchText {
    let match: LegacyExtension

    var words: [String] {
        let options = (try? self.options) ?? []
        if match.name == "conntrack", isStateAlias { return ["-m state"] + options }
        return ["-m \(match.name)"] + options
    }

    private var options: [String] {
        get throws(DecodeError) {
            switch match.name {
            case "tcp": try tcp
            case "udp": try ports(inversions: 8)
            case "icmp": try icmp("--icmp-type")
            case "icmp6": try icmp("--icmpv6-type")
            case "conntrack": try conntrack
            case "comment": ["--comment " + Self.quoted(match.data.span.bytes.text(0..<match.data.count))]
            case "multiport": try multiport
            default: []
            }
        }
    }

    private func byte(_ offset: Int) throws(DecodeError) -> UInt8 { try match.data.span.bytes.host(at: offset) }

    private func number(_ offset: Int) throws(DecodeError) -> UInt16 { try match.data.span.bytes.host(at: offset) }

    // MARK: Transport

    /// Of `struct xt_tcp` and `xt_udp` (linux/netfilter/xt_tcpudp.h): two source ports, two destination ports; bits 0 and 1 of the
    /// inversions are about them.
    private func ports(inversions: Int) throws(DecodeError) -> [String] {
        let inverted = try byte(inversions)
        var words: [String] = []
        for (place, option) in ["--sport", "--dport"].enumerated() {
            let (first, last) = (try number(4 * place), try number(4 * place + 2))
            let isInverted = inverted & 1 << UInt8(place) != 0
            if first == 0, last == .max, !isInverted { continue }
            words.append(Self.not(isInverted) + "\(option) " + (first == last ? "\(first)" : "\(first):\(last)"))
        }
        return words
    }

    private var tcp: [String] {
        get throws(DecodeError) {
            let (option, mask, flags, inverted) = (try byte(8), try byte(9), try byte(10), try byte(11))
            var words = try ports(inversions: 11)
            if option != 0 {
                words.append(Self.not(inverted & UInt8(XT_TCP_INV_OPTION) != 0) + "--tcp-option \(option)")
            }
            if mask != 0 || inverted & UInt8(XT_TCP_INV_FLAGS) != 0 {
                let names = [mask, flags].map { Self.names(of: TCPFlags(rawValue: $0)) }
                words.append(
                    Self.not(inverted & UInt8(XT_TCP_INV_FLAGS) != 0) + "--tcp-flags " + names.joined(separator: " "))
            }
            return words
        }
    }

    private static func names(of flags: TCPFlags) -> String {
        flags.isEmpty ? "NONE" : flags.names.joined(separator: ",")
    }

    /// `struct ipt_icmp`: a type and the range of its codes; type 255 with all codes is any.
    private func icmp(_ option: String) throws(DecodeError) -> [String] {
        let (type, first, last, inverted) = (try byte(0), try byte(1), try byte(2), try byte(3))
        let isWhole = first == 0 && last == .max
        let text = isWhole ? type == .max && match.name == "icmp" ? "any" : "\(type)" : "\(type)/\(first)"
        return [Self.not(inverted & 1 != 0) + "\(option) \(text)"]
    }

    /// `struct xt_multiport_v1`: of a range the first port is marked.
    private var multiport: [String] {
        get throws(DecodeError) {
            typealias Layout = xt_multiport_v1
            let (kind, count) = (try byte(0), Int(try byte(1)))
            let marks = MemoryLayout<Layout>.offset(of: \.pflags) ?? 0
            guard match.revision == 1, count <= Int(XT_MULTI_PORTS) else { return [] }
            var text = ""
            for place in 0..<count {
                let isBegin = try byte(marks + place) != 0
                text += "\(try number(2 + 2 * place))" + (place + 1 == count ? "" : isBegin ? ":" : ",")
            }
            let names = [
                UInt8(XT_MULTIPORT_SOURCE.rawValue): "--sports", UInt8(XT_MULTIPORT_DESTINATION.rawValue): "--dports",
            ]
            let isInverted = try byte(MemoryLayout<Layout>.offset(of: \.invert) ?? 0) != 0
            return [Self.not(isInverted) + "\(names[kind] ?? "--ports") \(text)"]
        }
    }

    // MARK: The state

    private typealias ConntrackLayout = xt_conntrack_mtinfo3

    private static func place(_ member: PartialKeyPath<ConntrackLayout>) -> Int {
        MemoryLayout<ConntrackLayout>.offset(of: member) ?? 0
    }

    /// `-m state` is this match under an old name.
    private var isStateAlias: Bool {
        (try? number(Self.place(\.match_flags))).map { Int($0) & Int(XT_CONNTRACK_STATE_ALIAS) != 0 } ?? false
    }

    /// Nothing if it looks at more than the state. Revision 1 has a byte for the states, where later ones have two.
    private var conntrack: [String] {
        get throws(DecodeError) {
            let flags = Int(try number(Self.place(\.match_flags)))
            let known = Int(XT_CONNTRACK_STATE) | Int(XT_CONNTRACK_STATE_ALIAS)
            guard (1...3).contains(match.revision), flags & Int(XT_CONNTRACK_STATE) != 0, flags & ~known == 0 else {
                return []
            }
            let offset = Self.place(\.state_mask)
            let mask = match.revision == 1 ? UInt16(try byte(offset)) : try number(offset)
            let isInverted = try Int(number(Self.place(\.invert_flags))) & Int(XT_CONNTRACK_STATE) != 0
            let option = isStateAlias ? "--state" : "--ctstate"
            return [Self.not(isInverted) + "\(option) " + Self.states(mask).joined(separator: ",")]
        }
    }

    /// `XT_CONNTRACK_STATE_BIT` (linux/netfilter/xt_conntrack.h), in iptables' order.
    private static func states(_ mask: UInt16) -> [String] {
        let names: [(bit: UInt16, name: String)] = [
            (0, "INVALID"), (3, "NEW"), (2, "RELATED"), (1, "ESTABLISHED"), (8, "UNTRACKED"), (6, "SNAT"), (7, "DNAT"),
        ]
        return names.filter { mask & 1 << $0.bit != 0 }.map(\.name)
    }

    // MARK: Words

    private static func not(_ isInverted: Bool) -> String { isInverted ? "! " : "" }

    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            ("a"..."z").contains(Unicode.Scalar($0)) || ("A"..."Z").contains(Unicode.Scalar($0))
                || ("0"..."9").contains(Unicode.Scalar($0)) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
        if plain, !text.isEmpty { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
