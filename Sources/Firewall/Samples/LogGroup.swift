import CNetlink
import Netlink
import SystemPackage

/// An NFLOG group: the number in a rule's `log group`, and the kernel's object for one socket (net/netfilter/nfnetlink_log.c). Each
/// namespace has 65,536. A group belongs to the netlink port that bound it, and is removed with the socket, however the program ends.
enum LogGroup {
    static let purpose = "sample packets with NFLOG"

    /// Binds the first free group of `candidates`, and returns it.
    ///
    /// - Parameters:
    ///   - bind: throws the kernel's answer.
    ///   - isForbidden: whether the socket may not bind any group.
    static func search(
        _ candidates: some Collection<UInt16>, bind: (UInt16) throws(KernelError) -> Void,
        isForbidden: () throws(KernelError) -> Bool
    ) throws(KernelError) -> UInt16 {
        for group in candidates {
            do throws(KernelError) {
                try bind(group)
                return group
            } catch {
                switch error.errno {
                // nfnetlink's answer for a missing subsystem, after it has tried to load the module.
                case .invalidArgument: throw absent
                // Another socket has the group (nfulnl_recv_config answers as if we had no permission); or we may bind none.
                case .notPermitted: if try isForbidden() { throw error }
                // This socket has it; or another took it in the meantime.
                case .resourceBusy, .fileExists: break
                default: throw error
                }
            }
        }
        throw KernelError(
            purpose, .failed, detail: "all \(candidates.count) groups tried are in use by other programs",
            nextStep: "/proc/net/netfilter/nfnetlink_log lists the groups in use")
    }

    private static var absent: KernelError {
        KernelError(
            purpose, .absent, detail: "the kernel has no NFLOG",
            nextStep: "modprobe nfnetlink_log, or use a kernel with CONFIG_NETFILTER_NETLINK_LOG")
    }

    /// Everything in one message, so that no packet arrives in between with other settings.
    ///
    /// - Parameter copied: bytes of each packet.
    static func binding(_ group: UInt16, copied: UInt32) -> Request {
        var request = configuration(group, NFULNL_CFG_CMD_BIND)
        let range = withUnsafeBytes(of: copied.bigEndian, Array.init)
        request.append(NFULA_CFG_MODE.rawValue, range + [UInt8(NFULNL_COPY_PACKET), 0])
        // Hundredths of a second.
        request.append(NFULA_CFG_TIMEOUT.rawValue, bigEndian: UInt32(10))
        // Packets per datagram, unless a rule has a lower threshold.
        request.append(NFULA_CFG_QTHRESH.rawValue, bigEndian: UInt32(64))
        request.append(NFULA_CFG_FLAGS.rawValue, bigEndian: UInt16(NFULNL_CFG_F_SEQ))
        return request
    }

    /// Before a group is removed, the kernel sends what it has queued.
    static func unbinding(_ group: UInt16) -> Request { configuration(group, NFULNL_CFG_CMD_UNBIND) }

    private static func configuration(_ group: UInt16, _ command: nfulnl_msg_config_cmds) -> Request {
        var request = Request.netfilter(
            purpose, subsystem: NFNL_SUBSYS_ULOG, message: NFULNL_MSG_CONFIG.rawValue, flags: NLM_F_ACK, resource: group
        )
        request.append(NFULA_CFG_CMD.rawValue, [UInt8(command.rawValue)])
        return request
    }

    /// Requests something invalid (nfulnl_recv_unsupp), and so changes nothing: only without CAP_NET_ADMIN is the answer `EPERM`, because
    /// nfnetlink checks that first.
    static var probe: Request {
        .netfilter(purpose, subsystem: NFNL_SUBSYS_ULOG, message: NFULNL_MSG_PACKET.rawValue, flags: NLM_F_ACK)
    }
}
