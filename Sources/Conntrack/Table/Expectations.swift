import CNetlink
import Netlink
import SystemPackage

/// The expectations of a network namespace, over ctnetlink (net/netfilter/nf_conntrack_netlink.c).
///
/// Reading needs CAP_NET_ADMIN in the user namespace that owns the network namespace. It loads `nf_conntrack_netlink` if necessary, as
/// conntrack(8) does.
package struct Expectations {
    private let source: any KernelSource

    package init(_ source: any KernelSource) { self.source = source }

    /// Streams all expectations, of all families and zones. Blocks until the answer is complete.
    ///
    /// - Returns: how the answer ended; if it is not whole, expectations may be missing or duplicated.
    package func dump(_ each: (Expectation) -> Void) throws(KernelError) -> Answer {
        let request = Request.netfilter(
            "dump the expectations", subsystem: NFNL_SUBSYS_CTNETLINK_EXP, message: IPCTNL_MSG_EXP_GET.rawValue,
            flags: NLM_F_DUMP)
        do throws(KernelError) {
            return try source.ask(request) { message, datagram throws(DecodeError) in
                let expectation = try Expectation(message, in: datagram)
                try expectation.expectIdentity(of: message)
                each(expectation)
            }
        } catch {
            throw error.saysUnserved ? error.withoutCtnetlink : error
        }
    }
}
