import Addresses
import Conntrack

/// One packet that a rule of ours logged: what it was, and which ctstate it had where.
package struct Sample: Hashable, Sendable {
    /// When the packet came; where the kernel does not say it, when the message about it was read.
    package var moment: Moment
    /// Where the rule stands.
    package var hook: NetfilterHook
    /// Which state conntrack had given it there.
    package var ctstate: CTState
    /// What its first 128 bytes say.
    package var headers: PacketHeaders
    /// Its mark; 0 when it has none.
    package var mark: UInt32 = 0
    /// Numbers of the interfaces that it came in by and is to leave by, where there is one at its hook.
    package var inputInterface: UInt32?
    /// As `inputInterface`: the number of the interface that it is to leave by.
    package var outputInterface: UInt32?

    /// A packet without mark and interfaces.
    package init(_ headers: PacketHeaders, _ ctstate: CTState, at hook: NetfilterHook, _ moment: Moment) {
        self.headers = headers
        self.ctstate = ctstate
        self.hook = hook
        self.moment = moment
    }
}

extension CTState {
    /// Reads the prefix of a rule that logs packets of one state: its name, as `name` writes it. NFLOG's own copy of the state
    /// (`NFULA_CT_INFO`) is missing where the kernel was built without CONFIG_NETFILTER_NETLINK_GLUE_CT.
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
