import CNetlink
import Netlink

/// The rules of nf_tables were changed: a transaction was committed (`nf_tables_gen_notify`, net/netfilter/nf_tables_api.c).
///
/// It says who did it, and not what; iptables-legacy, whose rules are no part of nf_tables, sends nothing.
package struct RulesetCommit: Equatable, Sendable {
    /// Which each transaction increments.
    package var generation: UInt32
    /// The thread that committed it, in the initial PID namespace; nil if the kernel does not say (before 4.11).
    package var pid: UInt32?
    /// Its name: at most 15 bytes, whatever its process chose.
    package var process: String?

    package init(generation: UInt32, pid: UInt32? = nil, process: String? = nil) {
        (self.generation, self.pid, self.process) = (generation, pid, process)
    }

    /// The nfnetlink multicast group. What was changed is sent to it, too, in messages of its own.
    package static let group = NFNLGRP_NFTABLES.rawValue

    /// Those of a datagram; other messages of nf_tables are passed over.
    ///
    /// - Throws: if a message is not framed as netlink requires, or does not say the generation.
    package static func all(in datagram: RawSpan, _ each: (RulesetCommit) -> Void) throws(DecodeError) {
        var cursor = MessageCursor()
        while let message = try cursor.next(in: datagram) {
            let type = (subsystem: UInt32(message.type) >> 8, message: UInt32(message.type) & 0xFF)
            guard type.subsystem == UInt32(NFNL_SUBSYS_NFTABLES), type.message == NFT_MSG_NEWGEN.rawValue else {
                continue
            }
            each(try RulesetCommit(message, in: datagram))
        }
    }

    private init(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        var generation: UInt32?
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        while let attribute = try cursor.next(in: datagram) {
            switch UInt32(attribute.type) {
            case NFTA_GEN_ID.rawValue: generation = datagram.bigEndian(attribute)
            case NFTA_GEN_PROC_PID.rawValue: pid = datagram.bigEndian(attribute)
            case NFTA_GEN_PROC_NAME.rawValue: process = datagram.text(attribute)
            default: break
            }
        }
        guard let generation else {
            throw .unusable("message", "it does not say the generation", at: message.whole.lowerBound)
        }
        self.generation = generation
    }
}
