import CNetlink
import Glibc
import SystemPackage

/// A table of iptables-legacy or ip6tables-legacy as if it were a file, so that a capture keeps it as one: `sockopt/ip/filter`,
/// `sockopt/ip6/nat`.
///
/// Its content is what the kernel gives by getsockopt(2): `struct ipt_getinfo` (IPT_SO_GET_INFO), then the entries (IPT_SO_GET_ENTRIES),
/// in host order and the layout of a 64-bit program. Source: net/ipv4/netfilter/ip_tables.c, `do_ipt_get_ctl`.
///
/// Asking for a table that does not exist loads its module: only those that `/proc/net/ip_tables_names` or `ip6_tables_names` names should
/// be read.
package struct LegacyTableFile {
    private let isIPv6: Bool
    private let table: String

    /// Bytes of `struct ipt_getinfo`, which is the same for both families.
    package static let infoSize = MemoryLayout<ipt_getinfo>.size
    /// The entries' offset in `struct ipt_get_entries`.
    private static let headerSize = 40
    /// Bytes; tens of thousands of rules have about ten million.
    package static let most = 64 << 20
    /// How often a table is read that changes meanwhile.
    private static let attempts = 5

    /// - Returns: nil for any other file.
    package init?(_ file: KernelFile) {
        let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "sockopt", parts[1] == "ip" || parts[1] == "ip6" else { return nil }
        isIPv6 = parts[1] == "ip6"
        table = String(parts[2])
    }

    /// - Returns: nil for a name that the kernel cannot have: it has 32 bytes for it, with a NUL.
    package static func file(_ table: String, isIPv6: Bool) -> KernelFile? {
        guard !table.isEmpty, table.utf8.count < Int(XT_TABLE_MAXNAMELEN), !table.utf8.contains(UInt8(ascii: "/")),
            table != ".", table != ".."
        else { return nil }
        return KernelFile("sockopt/\(isIPv6 ? "ip6" : "ip")/\(table)")
    }

    private var purpose: String { "read table \(table) of \(isIPv6 ? "ip6tables" : "iptables")-legacy" }

    /// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Blocks for milliseconds.
    ///
    /// - Throws: `.absent` without the family, `.notFound` if there is no such table, `.forbidden`; `.failed` if it changes each time.
    func read() throws(KernelError) -> [UInt8] {
        let socket = try Self.open(isIPv6, purpose)
        defer { close(socket) }
        for _ in 0..<Self.attempts {
            if let bytes = try readOnce(socket) { return bytes }
        }
        throw KernelError(purpose, .failed, detail: "it kept changing while it was read", nextStep: "try again")
    }

    /// A socket by which the kernel can be asked, of any type.
    static func open(_ isIPv6: Bool, _ purpose: String) throws(KernelError) -> CInt {
        let socket = socket(isIPv6 ? AF_INET6 : AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw KernelError(purpose, .last) }
        return socket
    }

    /// How many entries it has now; where there is no such table yet, one is made.
    func count(_ socket: CInt, _ purpose: String) throws(KernelError) -> Int {
        let info = try info(socket, purpose)
        return Int((try? info.span.bytes.host(UInt32.self, at: Self.infoSize - 8)) ?? 0)
    }

    /// `struct ipt_getinfo`
    private func info(_ socket: CInt, _ purpose: String) throws(KernelError) -> [UInt8] {
        var info = name + [UInt8](repeating: 0, count: Self.infoSize - name.count)
        guard Self.ask(socket, isIPv6, IPT_BASE_CTL, &info) == info.count else { throw KernelError(purpose, .last) }
        return info
    }

    /// With the kernel's padding.
    private var name: [UInt8] {
        Array(table.utf8) + [UInt8](repeating: 0, count: Int(XT_TABLE_MAXNAMELEN) - table.utf8.count)
    }

    /// - Returns: nil if it changed between the two questions (`EAGAIN`).
    private func readOnce(_ socket: CInt) throws(KernelError) -> [UInt8]? {
        let info = try info(socket, purpose)
        let size = (try? info.span.bytes.host(UInt32.self, at: Self.infoSize - 4)) ?? 0
        guard Int(size) <= Self.most else {
            throw KernelError(purpose, .failed, detail: "it has \(size) bytes, and \(Self.most) are the maximum")
        }
        var entries = name + withUnsafeBytes(of: size, Array.init)
        entries += [UInt8](repeating: 0, count: Self.headerSize - entries.count + Int(size))
        guard Self.ask(socket, isIPv6, IPT_BASE_CTL + 1, &entries) == entries.count else {
            if Errno.last == .resourceTemporarilyUnavailable { return nil }
            throw KernelError(purpose, .last)
        }
        return info + entries.dropFirst(Self.headerSize)
    }

    /// - Returns: the number of bytes given; -1 with errno. What succeeds may be more than 0 (`xt_find_revision`).
    static func ask(_ socket: CInt, _ isIPv6: Bool, _ option: CInt, _ bytes: inout [UInt8]) -> Int {
        var length = socklen_t(bytes.count)
        let level = CInt(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP)
        let result = bytes.withUnsafeMutableBytes { getsockopt(socket, level, option, $0.baseAddress, &length) }
        return result >= 0 ? Int(length) : -1
    }
}
