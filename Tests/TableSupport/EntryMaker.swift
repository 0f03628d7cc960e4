import CNetlink
import Glibc
import Netlink
import TestSupport

/// Adds entries to the table of the namespace of the thread that created it, many per send: about 100,000 a second.
package final class EntryMaker {
    private let descriptor: CInt
    private var batch: [UInt8] = []
    private var sequence: UInt32 = 0

    /// Opens a netlink socket in the namespace of the calling thread; needs CAP_NET_ADMIN.
    package init() throws {
        descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), NETLINK_NETFILTER)
        guard descriptor >= 0 else { throw SystemFailure("socket(NETLINK_NETFILTER)", errno: errno) }
    }

    deinit { close(descriptor) }

    /// - Throws: the kernel's answer to the first entry that it refused, of this batch or an earlier one.
    package func add(_ entry: MadeEntry) throws {
        append(entry.request)
        if batch.count > 16 << 10 { try flush() }
    }

    /// Removes all entries from the table.
    package func removeAll() throws {
        append(
            .netfilter(
                "empty the table", subsystem: NFNL_SUBSYS_CTNETLINK, message: IPCTNL_MSG_CT_DELETE.rawValue, flags: 0))
        try flush()
    }

    /// Sends the pending messages.
    package func flush() throws {
        guard !batch.isEmpty else { return }
        guard send(descriptor, batch, batch.count, 0) == batch.count else { throw SystemFailure("send", errno: errno) }
        batch = []
        // Without NLM_F_ACK the kernel only answers with refusals, and has done so by the time send(2) returns.
        var answer = [UInt8](repeating: 0, count: 32 << 10)
        let count = recv(descriptor, &answer, answer.count, CInt(MSG_DONTWAIT))
        guard count >= 20 else { return }
        // struct nlmsgerr, after the header: the errno, negative, in host order.
        let number = answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
        throw SystemFailure("create an entry", errno: -number)
    }

    private func append(_ request: Request) {
        sequence &+= 1
        batch += request.message(sequence: sequence)
    }
}
