import Glibc
import Netlink

/// Names the programs behind netlink ports, as conntrack(8) does. A port is no process id: only of a process's first socket it usually is the
/// same number, and any process may choose it. `/proc/net/netlink` has the inode of the port's socket (`netlink_native_seq_show`,
/// net/netlink/af_netlink.c), and a process's descriptors show whether it has that socket.
///
/// Other users' descriptors, and those of processes with more capabilities than ours, can be seen with CAP_SYS_PTRACE only. A program that
/// cannot be seen, or has ended, has no name.
package final class NetlinkPortOwners {
    private let kernel: LiveKernel
    /// By port: looking through all processes takes long where there are many.
    private var known: [UInt32: Owner] = [:]
    private static let mostKnown = 1024
    /// `NETLINK_NETFILTER` (linux/netlink.h).
    private static let netfilter = "12"

    private struct Owner {
        var inode: Substring
        var name: String?
    }

    /// - Parameter kernel: in whose network namespace the sockets are.
    package init(_ kernel: LiveKernel) { self.kernel = kernel }

    package func name(ofPort port: UInt32) -> String? {
        guard let inode = inode(ofPort: port) else { return nil }
        if let owner = known[port], owner.inode == inode { return owner.name }
        if known.count >= Self.mostKnown { known.removeAll() }
        let name = process(withSocket: inode, likely: port).flatMap {
            try? kernel.text(of: KernelFile("proc/\($0)/comm"))
        }
        known[port] = Owner(inode: inode, name: name)
        return name
    }

    /// Of the socket of this port in the namespace's NETLINK_NETFILTER. Columns: sk, protocol, port, groups and others, and last the inode.
    private func inode(ofPort port: UInt32) -> Substring? {
        guard let text = try? kernel.text(of: KernelFile("proc/net/netlink"), atMost: 1 << 24) else { return nil }
        for row in text.split(separator: "\n") {
            let fields = row.split(separator: " ")
            if fields.count > 3, fields[1] == Self.netfilter, fields[2] == "\(port)" { return fields.last }
        }
        return nil
    }

    private func process(withSocket inode: Substring, likely first: UInt32) -> String? {
        let target = "socket:[\(inode)]"
        if has("\(first)", descriptorOf: target) { return "\(first)" }
        let processes = (try? kernel.list(KernelFile("proc"))) ?? []
        return processes.first { $0.first?.isNumber ?? false && has($0, descriptorOf: target) }
    }

    private func has(_ process: String, descriptorOf target: String) -> Bool {
        let folder = "proc/\(process)/fd"
        let descriptors = (try? kernel.list(KernelFile(folder))) ?? []
        return descriptors.contains { Self.link("/\(folder)/\($0)") == target }
    }

    private static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress, case let count = readlink(path, start, buffer.count), count > 0 else {
                return nil
            }
            return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
