/// Replaces names of network interfaces so that beginnings are kept, as rules compare these (`iifname "dmz*"`): two names have as many
/// leading characters in common as their replacements have. A letter becomes a letter, a digit a digit; anything else stays. So do the names
/// that the kernel and common programs give.
struct InterfaceNames {
    private let hash: KeyedHash
    private var known: [[UInt8]: [UInt8]] = [:]

    init(_ hash: KeyedHash) { self.hash = hash }

    /// The beginnings of usual names. What comes after them stays as long as it is digits, or a letter between digits where systemd puts one.
    private static let stems: [[UInt8]] = [
        "lo", "eth", "en", "eno", "ens", "enp", "bond", "team", "vlan", "br", "virbr", "vmbr", "docker", "kube-ipvs",
        "nodelocaldns", "flannel", "cni", "cbr", "tun", "tap", "wg", "ppp", "dummy", "ifb", "tunl", "sit", "gre",
        "gretap", "erspan", "ip6tnl", "ip6gre", "ip6_vti", "ip_vti", "vrf", "vxlan", "geneve", "macvlan", "ipvlan",
        "wlan", "wwan", "usb", "ib", "lxcbr", "lxdbr", "all", "default",
    ].map { Array($0.utf8) }

    mutating func mapped(_ name: [UInt8]) -> [UInt8] {
        if let mapped = known[name] { return mapped }
        var mapped: [UInt8] = []
        var isUsual = true
        for (place, character) in name.enumerated() {
            let before = Array(name[..<place])
            if isUsual {
                isUsual = Self.isUsual(before + [character])
                if isUsual {
                    mapped.append(character)
                    continue
                }
            }
            mapped.append(replacement(of: character, after: before))
        }
        known[name] = mapped
        return mapped
    }

    /// Whether this is the beginning of a usual name.
    private static func isUsual(_ beginning: [UInt8]) -> Bool {
        stems.contains { stem in
            if stem.count >= beginning.count { return stem.starts(with: beginning) }
            guard beginning.starts(with: stem) else { return false }
            return isNumber(beginning.dropFirst(stem.count), isEthernet: stem.starts(with: Array("en".utf8)))
        }
    }

    /// `0`, `0.100`, `3s0f1np1`, `4:1` (of an alias).
    private static func isNumber(_ rest: ArraySlice<UInt8>, isEthernet: Bool) -> Bool {
        var hasDigit = false
        for character in rest {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "."), UInt8(ascii: ":"): break
            case UInt8(ascii: "s"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "d"), UInt8(ascii: "p"),
                UInt8(ascii: "v"):
                guard isEthernet, hasDigit else { return false }
            default: return false
            }
        }
        return true
    }

    /// Another character of its kind, by a permutation that depends on what is before it; of those that make a usual name none is taken.
    private func replacement(of character: UInt8, after before: [UInt8]) -> UInt8 {
        let kinds: [ClosedRange<UInt8>] = [
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF,
        ]
        guard let kind = kinds.first(where: { $0.contains(character) }) else { return character }
        let free = kind.filter { !Self.isUsual(before + [$0]) }
        let keys = hash.bytes(2 * free.count, "interface \(kind.lowerBound)", before)
        let order = free.indices.sorted { left, right in
            (keys[2 * left], keys[2 * left + 1], left) < (keys[2 * right], keys[2 * right + 1], right)
        }
        guard let place = free.firstIndex(of: character), order.indices.contains(place) else { return character }
        return free[order[place]]
    }
}
