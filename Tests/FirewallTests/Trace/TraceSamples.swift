import Firewall
import Netlink
import TestSupport

/// Messages of the group NFNLGRP_NFTRACE as sent by Linux 6.18: read from a netlink socket in a fresh namespace, while
/// packets arrived over a veth pair, with these rules (and, for `markedNew`, a similar chain for `ct state new`):
///
///     table inet mine {
///         chain trace_invalid { limit rate 10/second burst 10 packets meta nftrace set 1; }
///         chain pre {
///             type filter hook prerouting priority -199; meta mark set 7; ct state invalid jump trace_invalid;
///         }
///     }
///     table ip other {
///         chain bad { counter reject with icmp type host-unreachable; }
///         chain in { type filter hook input priority 0; policy drop; tcp flags fin jump bad; }
///     }
enum TraceSamples {
    /// A FIN at the rule that sets nftrace, its first event; `inet mine trace_invalid` handle 3, continue.
    static let marked = hexadecimal(
        """
        c0 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        01 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 03  # TYPE
        08 00 06 00 8a 83 db ec  # ID
        12 00 02 00 74 72 61 63 65 5f 69 6e 76 61 6c 69 64 00 00 00  # CHAIN
        09 00 01 00 6d 69 6e 65 00 00 00 00  # TABLE
        0c 00 03 00 00 00 00 00 00 00 00 03  # RULE_HANDLE
        0c 00 05 00 08 00 01 00 ff ff ff ff  # VERDICT
        08 00 0e 00 00 00 00 07  # MARK
        08 00 0a 00 00 00 00 02  # IIF
        06 00 0b 00 00 01 00 00  # IIFTYPE
        18 00 08 00 45 00 00 28 00 01 00 00 40 06 66 6b 0a 00 00 01 0a 00 00 64  # NETWORK_HEADER
        18 00 09 00 0f a0 00 50 00 00 00 01 00 00 00 02 50 11 03 e8 87 94 00 00  # TRANSPORT_HEADER
        12 00 07 00 02 00 00 00 00 02 02 00 00 00 00 01 08 00 00 00  # LL_HEADER
        """)

    /// The same packet at the end of that chain: a rule without a handle.
    static let chainEnd = hexadecimal(
        """
        60 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        01 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 03  # TYPE
        08 00 06 00 8a 83 db ec  # ID
        12 00 02 00 74 72 61 63 65 5f 69 6e 76 61 6c 69 64 00 00 00  # CHAIN
        09 00 01 00 6d 69 6e 65 00 00 00 00  # TABLE
        0c 00 05 00 08 00 01 00 ff ff ff ff  # VERDICT
        08 00 0e 00 00 00 00 07  # MARK
        """)

    /// Then at the end of the base chain `inet mine pre`, policy accept.
    static let policyAccept = hexadecimal(
        """
        50 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        01 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 01  # TYPE
        08 00 06 00 8a 83 db ec  # ID
        08 00 02 00 70 72 65 00  # CHAIN
        09 00 01 00 6d 69 6e 65 00 00 00 00  # TABLE
        08 00 10 00 00 00 00 01  # POLICY
        08 00 0e 00 00 00 00 07  # MARK
        """)

    /// Then at the next hook: `ip other in` handle 4, jump bad.
    static let jump = hexadecimal(
        """
        bc 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        02 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 03  # TYPE
        08 00 06 00 8a 83 db ec  # ID
        07 00 02 00 69 6e 00 00  # CHAIN
        0a 00 01 00 6f 74 68 65 72 00 00 00  # TABLE
        0c 00 03 00 00 00 00 00 00 00 00 04  # RULE_HANDLE
        14 00 05 00 08 00 01 00 ff ff ff fd 08 00 02 00 62 61 64 00  # VERDICT
        08 00 0e 00 00 00 00 07  # MARK
        08 00 0a 00 00 00 00 02  # IIF
        06 00 0b 00 00 01 00 00  # IIFTYPE
        18 00 08 00 45 00 00 28 00 01 00 00 40 06 66 6b 0a 00 00 01 0a 00 00 64  # NETWORK_HEADER
        18 00 09 00 0f a0 00 50 00 00 00 01 00 00 00 02 50 11 03 e8 87 94 00 00  # TRANSPORT_HEADER
        12 00 07 00 02 00 00 00 00 02 02 00 00 00 00 01 08 00 00 00  # LL_HEADER
        """)

    /// It is rejected there: `ip other bad` handle 3, drop.
    static let rejected = hexadecimal(
        """
        60 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        02 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 03  # TYPE
        08 00 06 00 8a 83 db ec  # ID
        08 00 02 00 62 61 64 00  # CHAIN
        0a 00 01 00 6f 74 68 65 72 00 00 00  # TABLE
        0c 00 03 00 00 00 00 00 00 00 00 03  # RULE_HANDLE
        0c 00 05 00 08 00 01 00 00 00 00 00  # VERDICT
        08 00 0e 00 00 00 00 07  # MARK
        """)

    /// Another packet, at the end of the base chain `ip other in`, policy drop.
    static let policyDrop = hexadecimal(
        """
        50 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        02 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 01  # TYPE
        08 00 06 00 f5 79 82 eb  # ID
        07 00 02 00 69 6e 00 00  # CHAIN
        0a 00 01 00 6f 74 68 65 72 00 00 00  # TABLE
        08 00 10 00 00 00 00 00  # POLICY
        08 00 0e 00 00 00 00 07  # MARK
        """)

    /// A SYN at `inet mine trace_new` handle 5, with the data conntrack attached to it (NFTA_TRACE_CT_*).
    static let markedNew = hexadecimal(
        """
        cc 00 00 00 11 0a 00 00 00 00 00 00 00 00 00 00  # nlmsghdr
        01 00 00 00  # nfgenmsg
        08 00 0f 00 00 00 00 02  # NFPROTO
        08 00 04 00 00 00 00 03  # TYPE
        08 00 06 00 e5 2c 3e f1  # ID
        0e 00 02 00 74 72 61 63 65 5f 6e 65 77 00 00 00  # CHAIN
        09 00 01 00 6d 69 6e 65 00 00 00 00  # TABLE
        0c 00 03 00 00 00 00 00 00 00 00 05  # RULE_HANDLE
        0c 00 05 00 08 00 01 00 ff ff ff ff  # VERDICT
        08 00 0a 00 00 00 00 02  # IIF
        06 00 0b 00 00 01 00 00  # IIFTYPE
        18 00 08 00 45 00 00 28 00 01 00 00 40 06 66 6b 0a 00 00 01 0a 00 00 64  # NETWORK_HEADER
        18 00 09 00 0f a0 00 50 00 00 00 01 00 00 00 00 50 02 03 e8 87 a5 00 00  # TRANSPORT_HEADER
        12 00 07 00 02 00 00 00 00 02 02 00 00 00 00 01 08 00 00 00  # LL_HEADER
        08 00 15 00 00 00 00 08  # CT_STATE
        05 00 13 00 00 00 00 00  # CT_DIRECTION
        08 00 12 00 43 ab 4a 66  # CT_ID
        """)

    static let all = [marked, chainEnd, policyAccept, jump, rejected, policyDrop, markedNew]

    static func event(_ bytes: [UInt8]) throws -> TraceEvent? {
        var cursor = MessageCursor()
        let datagram = bytes.span.bytes
        guard let message = try cursor.next(in: datagram) else { return nil }
        return try TraceEvent(message, in: datagram)
    }
}
