import CNetlink
import Conntrack
import Netlink
import SystemPackage

/// The function through which conntrack first sees a family's packets: at PRE_ROUTING, priority -200 (ipv4_conntrack_ops and
/// ipv6_conntrack_ops, net/netfilter/nf_conntrack_proto.c).
struct TrackingHook {
    let family: Int
    let function: String

    static let ipv4 = TrackingHook(family: NFPROTO_IPV4, function: "ipv4_conntrack_in")
    static let ipv6 = TrackingHook(family: NFPROTO_IPV6, function: "ipv6_conntrack_in")

    /// Whether it is registered, according to the kernel's own list of hooks (net/netfilter/nfnetlink_hook.c).
    ///
    /// - Returns: nil if the kernel does not list its hooks, or not with function names (CONFIG_KALLSYMS).
    func activity(in kernel: any KernelSource) throws(KernelError) -> ConntrackActivation.Activity? {
        var isThere = false
        var isNamed = true
        let answer: Answer
        do throws(KernelError) {
            answer = try Answer.repeating(Table.attempts) { () throws(KernelError) in
                try kernel.ask(request) { message, datagram throws(DecodeError) in
                    let name = try Self.functionName(message, in: datagram)
                    isThere = isThere || name.map(isOurs) ?? false
                    isNamed = isNamed && name != nil
                }
            }
        } catch {
            guard error.saysUnserved else { throw error }
            return nil
        }
        if isThere { return .active("\(function) is hooked in at PRE_ROUTING") }
        return answer.isWhole && isNamed ? .inactive : nil
    }

    var request: Request {
        var request = Request.netfilter(
            "list the hooks of netfilter", subsystem: NFNL_SUBSYS_HOOK, message: NFNL_MSG_HOOK_GET.rawValue,
            flags: NLM_F_DUMP, family: Int32(family))
        request.append(NFNLA_HOOK_HOOKNUM.rawValue, bigEndian: NF_INET_PRE_ROUTING.rawValue)
        return request
    }

    /// Compilers append a suffix to a function's name, after a dot.
    private func isOurs(_ name: String) -> Bool { name == function || name.hasPrefix(function + ".") }

    private static func functionName(_ message: Message, in datagram: RawSpan) throws(DecodeError) -> String? {
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        while let attribute = try cursor.next(in: datagram) {
            if UInt32(attribute.type) == NFNLA_HOOK_FUNCTION_NAME.rawValue { return datagram.text(attribute) }
        }
        return nil
    }
}
