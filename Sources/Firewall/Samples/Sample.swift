import Addresses
import Conntrack

/// A packet logged by one of our rules: what it was, and which ctstate it had where.
package struct Sample: Hashable, Sendable {
    /// When the packet arrived; if not reported by the kernel, when the message was read.
    package var moment: Moment
    /// The rule's hook.
    package var hook: NetfilterHook
    /// The state assigned by conntrack.
    package var ctstate: CTState
    /// The content of its first 128 bytes.
    package var headers: PacketHeaders
    /// 0 if it has none.
    package var mark: UInt32 = 0
    /// The index of the interface it arrived on, if there is one at its hook.
    package var inputInterface: UInt32?
    /// Likewise for the interface it is to leave by.
    package var outputInterface: UInt32?

    package init(_ headers: PacketHeaders, _ ctstate: CTState, at hook: NetfilterHook, _ moment: Moment) {
        self.headers = headers
        self.ctstate = ctstate
        self.hook = hook
        self.moment = moment
    }
}

extension CTState {
    /// Reads the prefix of a rule that logs packets of one state: its name, as in `name`. NFLOG's own copy of the state (`NFULA_CT_INFO`) is
    /// missing if the kernel was built without CONFIG_NETFILTER_NETLINK_GLUE_CT.
    init?(prefix: String) {
        if let state = Self.named.first(where: { $0.name == prefix }) {
            self = state
        } else if let number = UInt8(prefix), String(number) == prefix {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}
