import CNetlink

/// The type that messages must have to answer a request.
struct AnswerType {
    let usual: UInt16
    /// That of other kernels, if there are any that differ.
    let other: UInt16

    private init(_ usual: UInt16, or other: UInt16? = nil) {
        self.usual = usual
        self.other = other ?? usual
    }

    /// Of nfnetlink's subsystems those that are asked answer with their type for the object (`*_NEW*`), or with that of the request. With
    /// generic netlink the type is the family; see `Message.attributes(ofCommand:in:)`.
    init(_ request: Request) {
        let type = request.type
        switch request.bus {
        case .generic, .diagnostics: self.init(type)
        // Of each object there are, from a multiple of four: NEW, DEL, GET, SET (linux/rtnetlink.h).
        case .route: self.init(type & ~3)
        case .netfilter:
            switch Int32(type >> 8) {
            case NFNL_SUBSYS_CTNETLINK: self.init(Self.conntrack(type))
            case NFNL_SUBSYS_CTNETLINK_EXP: self.init(expectations: type)
            // Each NFT_MSG_GET* is one more than its NFT_MSG_NEW*.
            case NFNL_SUBSYS_NFTABLES: self.init(type &- 1)
            default: self.init(type)
            }
        }
    }

    /// Counters come with the type of the request (`ctnetlink_ct_stat_cpu_fill_info`, `ctnetlink_stat_ct_fill_info`,
    /// net/netfilter/nf_conntrack_netlink.c), everything else is entries.
    private static func conntrack(_ type: UInt16) -> UInt16 {
        let isCounters = [IPCTNL_MSG_CT_GET_STATS_CPU, IPCTNL_MSG_CT_GET_STATS].contains { $0.rawValue == type & 0xFF }
        return isCounters ? type : type & 0xFF00 | UInt16(IPCTNL_MSG_CT_NEW.rawValue)
    }

    /// `ctnetlink_exp_stat_fill_info` names the subsystem of entries, as all kernels so far do; the right one would do as well.
    private init(expectations type: UInt16) {
        if UInt32(type & 0xFF) == IPCTNL_MSG_EXP_GET_STATS_CPU.rawValue {
            self.init(UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | type & 0xFF, or: type)
        } else {
            self.init(type & 0xFF00 | UInt16(IPCTNL_MSG_EXP_NEW.rawValue))
        }
    }
}

extension Message {
    /// The range of the attributes of a generic netlink message, after `struct genlmsghdr`, whose command says what it is.
    ///
    /// - Throws: that it is unusable, if it is of another command.
    package func attributes(ofCommand command: Int, in datagram: borrowing RawSpan) throws(DecodeError) -> Range<Int> {
        let range = try attributes(after: MemoryLayout<genlmsghdr>.size)
        let found = Int(try datagram.host(UInt8.self, at: payload.lowerBound))
        guard found == command else {
            throw .unusable("message", "its command is \(found), not \(command)", at: payload.lowerBound)
        }
        return range
    }
}
