import Addresses
import Netlink

extension Anonymizer {
    /// A part of a path can be the name of an interface: `proc/sys/net/ipv4/conf/eth0/rp_filter`.
    package func rewritten(path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isOfInterface =
            parts.count > 5 && parts[..<3] == ["proc", "sys", "net"] && ["conf", "neigh"].contains(parts[4])
        if isOfInterface { parts[5] = rewriter.names.interface(parts[5]) }
        return parts.joined(separator: "/")
    }

    /// Counters, settings that are numbers, modules, and lists of what the kernel has of its own.
    private static let kept: Set<String> = [
        "proc/net/ip_vs_stats", "proc/net/ip_vs_stats_percpu", "proc/net/ip_vs_app", "proc/net/ip_vs_status",
        "proc/net/snmp", "proc/net/snmp6", "proc/net/netstat", "proc/net/ip_tables_names", "proc/net/ip6_tables_names",
        "proc/meminfo", "proc/modules",
    ]

    package func contentRewriter(for file: KernelFile) -> (any ContentRewriter)? {
        let path = file.path
        if Self.kept.contains(path) || path.hasPrefix("lib/modules/") && path.hasSuffix("/modules.dep") {
            return KeptContent()
        }
        if path.hasPrefix("proc/sys/") { return NumberContent() }
        if path.hasPrefix("sockopt/ip/") { return LegacyContent(self, isIPv6: false) }
        if path.hasPrefix("sockopt/ip6/") { return LegacyContent(self, isIPv6: true) }
        switch path {
        case "proc/net/ip_vs_conn", "proc/net/ip_vs_conn_sync":
            return RowContent { [self] row in ConnectionRow.rewritten(row, by: self) }
        case "proc/net/raw", "proc/net/raw6":
            return RowContent { [self] row in SocketRow.rewritten(row, by: self) }
        case "bpf/ip_vs_conn": return RecordContent(self)
        default: return nil
        }
    }

    /// Addresses in it, and names that were replaced.
    package func rewritten(sentence: String) -> String {
        let isPart = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "_"),
                UInt8(ascii: "-"), 0x80...0xFF:
                true
            default: false
            }
        }
        var out: [UInt8] = []
        var word: [UInt8] = []
        for byte in sentence.utf8 {
            if isPart(byte) {
                word.append(byte)
            } else {
                out += rewritten(word: word)
                out.append(byte)
                word = []
            }
        }
        out += rewritten(word: word)
        return String(decoding: out, as: UTF8.self)
    }

    /// `10.0.0.1`, `10.0.0.1:80`, `2001:db8::1`, `blocked`, each perhaps with a `:` or a `.` after it.
    private func rewritten(word: [UInt8]) -> [UInt8] {
        let text = String(decoding: word, as: UTF8.self)
        if let name = rewriter.names.replaced[text] { return Array(name.utf8) }
        if let address = IPAddress(text) { return Array("\(rewriter.addresses.mapped(address))".utf8) }
        guard let last = text.lastIndex(where: { $0 == ":" || $0 == "." }) else { return word }
        let head = String(text[..<last])
        let tail = Array(text[last...].utf8)
        if let name = rewriter.names.replaced[head] { return Array(name.utf8) + tail }
        return IPAddress(head).map { Array("\(rewriter.addresses.mapped($0))".utf8) + tail } ?? word
    }

    // MARK: For rewriters of files

    func mapped(ipv4 address: UInt32) -> UInt32 { rewriter.addresses.ipv4(address) }

    func mapped(ipv6 address: UInt128) -> UInt128 { rewriter.addresses.ipv6(address) }

    /// As many bytes.
    func mapped(text: [UInt8]) -> [UInt8] { rewriter.names.text(text) }

    func withRewriter<Result>(_ subject: String, _ body: (inout AttributeRewriter) -> Result) -> Result {
        rewriter.subject = subject
        return body(&rewriter)
    }
}
