import CNetlink
import Glibc
import SystemPackage

extension LegacyTableFile {
    /// Puts a table in the place of the one of this name in the network namespace of the calling thread, and has the kernel make that
    /// first where there is none, which loads modules. Blocks until it is done, which takes as long as all CPUs need to notice.
    ///
    /// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. The kernel checks all of it (`translate_table`,
    /// net/ipv4/netfilter/ip_tables.c) and accepts it as a whole, or refuses it.
    ///
    /// - Parameter content: as `read` gives it.
    package static func replace(_ table: String, isIPv6: Bool, with content: [UInt8]) throws(KernelError) {
        let purpose = "copy table \(table) of \(isIPv6 ? "ip6tables" : "iptables")-legacy"
        guard let kernelFile = file(table, isIPv6: isIPv6), let old = Self(kernelFile), content.count >= infoSize else {
            throw KernelError(purpose, .damaged, detail: "it has no such name, or no size")
        }
        let descriptor = try open(isIPv6, purpose)
        defer { close(descriptor) }
        // Its counters are given back, whether wanted or not.
        let count: Int
        do throws(KernelError) { count = try old.count(descriptor, purpose) } catch {
            throw KernelError(purpose, error.cause, errno: error.errno, detail: "the kernel has no such table")
        }
        var counters = [UInt8](repeating: 0, count: count * MemoryLayout<xt_counters>.size)
        let status = counters.withUnsafeMutableBytes { counters in
            let request = request(content, counters: UInt(bitPattern: counters.baseAddress), count)
            return request.withUnsafeBytes {
                setsockopt(
                    descriptor, CInt(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP), IPT_BASE_CTL, $0.baseAddress,
                    socklen_t($0.count))
            }
        }
        if status != 0 { throw KernelError(purpose, .last) }
    }

    /// `struct ipt_replace`, which has the numbers of `struct ipt_getinfo` in another order.
    private static func request(_ content: [UInt8], counters: UInt, _ count: Int) -> [UInt8] {
        let hooks = Int(XT_TABLE_MAXNAMELEN)
        let chains = hooks + 4
        let sizes = infoSize - 8
        var request = Array(content[..<chains] + content[sizes..<infoSize] + content[chains..<sizes])
        request += withUnsafeBytes(of: UInt32(truncatingIfNeeded: count), Array.init)
        return request + withUnsafeBytes(of: counters, Array.init) + content[infoSize...]
    }

    /// Whether the kernel has a match or target (`xt_find_revision`, net/netfilter/x_tables.c); may load its module.
    package static func knows(
        _ name: String, revision: UInt8, isTarget: Bool, isIPv6: Bool
    ) throws(KernelError) -> Bool {
        let descriptor = try open(isIPv6, "look for \(name)")
        defer { close(descriptor) }
        let space = Int(XT_EXTENSION_MAXNAMELEN)
        let text = Array(name.utf8.prefix(space - 1))
        // `struct xt_get_revision`; IPT_SO_GET_REVISION_MATCH and _TARGET.
        var question = text + [UInt8](repeating: 0, count: space - text.count) + [revision]
        return ask(descriptor, isIPv6, IPT_BASE_CTL + (isIPv6 ? 4 : 2) + (isTarget ? 1 : 0), &question) >= 0
    }
}
