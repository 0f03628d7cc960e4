/// BTF as the kernel writes it (Documentation/bpf/btf.rst), made by hand: struct `ip_vs_conn` and what belongs to it, at places of our own.
enum SampleTypes {
    /// Members and their offsets in bytes.
    typealias Structure = (name: String, size: UInt32, members: [(String, UInt32)])

    static let connection: Structure = (
        "ip_vs_conn", 256,
        [
            ("c_list", 0), ("cport", 16), ("dport", 18), ("vport", 20), ("af", 22), ("caddr", 24), ("vaddr", 40),
            ("daddr", 56), ("flags", 72), ("protocol", 76), ("daf", 78), ("ipvs", 80), ("timer", 88), ("timeout", 128),
            ("state", 136), ("fwmark", 140), ("control", 144), ("dest", 152), ("in_pkts", 160), ("pe", 168),
            ("pe_data", 176), ("pe_data_len", 184),
        ]
    )
    static let kernel: [Structure] = [
        ("net", 128, [("ns", 64)]), ("ns_common", 24, [("stashed", 0), ("inum", 16)]),
        ("timer_list", 40, [("entry", 0), ("expires", 16)]),
    ]
    static let module: [Structure] = [
        connection, ("netns_ipvs", 64, [("gen", 0), ("net", 24)]), ("ip_vs_pe", 64, [("n_list", 0), ("name", 16)]),
    ]

    /// - Parameter base: the kernel's strings, which those of a module follow.
    static func btf(_ structures: [Structure], base: [UInt8] = [], sharing shared: Bool = false) -> [UInt8] {
        var strings: [UInt8] = base.isEmpty ? [0] : []
        func place(_ text: String) -> UInt32 {
            // A module's BTF refers to the kernel's strings where it can.
            if shared, let known = position(of: text, in: base) { return UInt32(known) }
            defer { strings += Array(text.utf8) + [0] }
            return UInt32(base.count + strings.count)
        }
        // An int first, and an array: other kinds have other lengths.
        var types: [UInt32] = [place("int"), 1 << 24, 4, 32, 0, 3 << 24, 0, 1, 1, 4]
        for structure in structures {
            types += [place(structure.name), 4 << 24 | UInt32(structure.members.count), structure.size]
            for (name, offset) in structure.members { types += [place(name), 1, offset * 8] }
        }
        func bytes(_ words: [UInt32]) -> [UInt8] {
            words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) } }
        }
        let count = UInt32(types.count * 4)
        return bytes([0x0001_EB9F, 24, 0, count, count, UInt32(strings.count)]) + bytes(types) + strings
    }

    /// The strings of a BTF.
    static func strings(_ btf: [UInt8]) -> [UInt8] {
        func word(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(btf[offset + $1]) << ($1 * 8) } }
        return Array(btf[(24 + word(16))...])
    }

    private static func position(of text: String, in strings: [UInt8]) -> Int? {
        let wanted = [0] + Array(text.utf8) + [0]
        guard strings.count >= wanted.count else { return nil }
        for start in 0...strings.count - wanted.count
        where strings[start..<start + wanted.count].elementsEqual(wanted) {
            return start + 1
        }
        return nil
    }
}
