import TestSupport

/// Answers of real kernels, received in the lab's guests (Tests/Lab) on 2026-11-23, each in a new network namespace.
/// There, a packet over loopback created an entry where conntrack is said to be active, and none elsewhere.
enum TrackingAnswers {
    /// Linux 6.12.117+deb12-amd64, hooks at PRE_ROUTING for IPv4, with
    /// `table ip t { chain c { type filter hook prerouting priority -300; ct state new; }; }`.
    static let ipv4Hooks = hexadecimal(
        """
        54 00 00 00  00 0c  02 00  01 00 00 00  00 00 00 00       # NFNL_MSG_HOOK_GET
        02 00 00 00                                               # nfgenmsg: NFPROTO_IPV4
        13 00  05 00  6e 66 5f 64 65 66 72 61 67 5f 69 70 76 34 00 00  # MODULE_NAME: nf_defrag_ipv4
        1a 00  04 00  69 70 76 34 5f 63 6f 6e 6e 74 72 61 63 6b 5f 64 65 66 72 61 67 00 00 00  # FUNCTION_NAME: ipv4_conntrack_defrag
        08 00  01 00  00 00 00 00                                 # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        08 00  02 00  ff ff fe 70                                 # NFNLA_HOOK_PRIORITY
        74 00 00 00  00 0c  02 00  01 00 00 00  00 00 00 00       # NFNL_MSG_HOOK_GET
        02 00 00 00                                               # nfgenmsg: NFPROTO_IPV4
        0e 00  05 00  6e 66 5f 74 61 62 6c 65 73 00 00 00         # MODULE_NAME: nf_tables
        16 00  04 00  6e 66 74 5f 64 6f 5f 63 68 61 69 6e 5f 69 70 76 34 00 00 00  # FUNCTION_NAME: nft_do_chain_ipv4
        08 00  01 00  00 00 00 00                                 # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        08 00  02 00  ff ff fe d4                                 # NFNLA_HOOK_PRIORITY
        28 00  06 80                                              # NFNLA_HOOK_CHAIN_INFO
          08 00  02 00  00 00 00 01
          1c 00  01 80
            06 00  01 00  74 00 00 00
            06 00  03 00  63 00 00 00
            05 00  02 00  02 00 00 00
        50 00 00 00  00 0c  02 00  01 00 00 00  00 00 00 00       # NFNL_MSG_HOOK_GET
        02 00 00 00                                               # nfgenmsg: NFPROTO_IPV4
        11 00  05 00  6e 66 5f 63 6f 6e 6e 74 72 61 63 6b 00 00 00 00  # MODULE_NAME: nf_conntrack
        16 00  04 00  69 70 76 34 5f 63 6f 6e 6e 74 72 61 63 6b 5f 69 6e 00 00 00  # FUNCTION_NAME: ipv4_conntrack_in
        08 00  01 00  00 00 00 00                                 # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        08 00  02 00  ff ff ff 38                                 # NFNLA_HOOK_PRIORITY
        """)

    /// Linux 6.12.117+deb12-amd64, hooks at PRE_ROUTING for IPv6, with `ct state new` in an inet table.
    static let ipv6Hooks = hexadecimal(
        """
        48 00 00 00  00 0c  02 00  01 00 00 00  00 00 00 00       # NFNL_MSG_HOOK_GET
        0a 00 00 00                                               # nfgenmsg: NFPROTO_IPV6
        13 00  05 00  6e 66 5f 64 65 66 72 61 67 5f 69 70 76 36 00 00  # MODULE_NAME: nf_defrag_ipv6
        10 00  04 00  69 70 76 36 5f 64 65 66 72 61 67 00         # FUNCTION_NAME: ipv6_defrag
        08 00  01 00  00 00 00 00                                 # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        08 00  02 00  ff ff fe 70                                 # NFNLA_HOOK_PRIORITY
        50 00 00 00  00 0c  02 00  01 00 00 00  00 00 00 00       # NFNL_MSG_HOOK_GET
        0a 00 00 00                                               # nfgenmsg: NFPROTO_IPV6
        11 00  05 00  6e 66 5f 63 6f 6e 6e 74 72 61 63 6b 00 00 00 00  # MODULE_NAME: nf_conntrack
        16 00  04 00  69 70 76 36 5f 63 6f 6e 6e 74 72 61 63 6b 5f 69 6e 00 00 00  # FUNCTION_NAME: ipv6_conntrack_in
        08 00  01 00  00 00 00 00                                 # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        08 00  02 00  ff ff ff 38                                 # NFNLA_HOOK_PRIORITY
        """)

    /// Linux 6.12.117+deb12-amd64, hooks at PRE_ROUTING for IPv4, with a chain of type nat that has no rules.
    static let natChainHooks = hexadecimal(
        """
        4c 00 00 00  00 0c  02 00  01 00 00 00  00 00 00 00       # NFNL_MSG_HOOK_GET
        02 00 00 00                                               # nfgenmsg: NFPROTO_IPV4
        0b 00  05 00  6e 66 5f 6e 61 74 00 00                     # MODULE_NAME: nf_nat
        1c 00  04 00  6e 66 5f 6e 61 74 5f 69 70 76 34 5f 70 72 65 5f 72 6f 75 74 69 6e 67 00  # FUNCTION_NAME: nf_nat_ipv4_pre_routing
        08 00  01 00  00 00 00 00                                 # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        08 00  02 00  ff ff ff 9c                                 # NFNLA_HOOK_PRIORITY
        """)

    /// Linux 6.1.0-56-amd64, which has no nfnetlink_hook: EINVAL (-22), and the request.
    static let noSuchSubsystem = hexadecimal(
        """
        30 00 00 00  02 00  00 00  01 00 00 00  71 00 00 00     # NLMSG_ERROR
        ea ff ff ff
        1c 00 00 00  00 0c  01 03  01 00 00 00  00 00 00 00     # NFNL_MSG_HOOK_GET
        02 00 00 00                                             # nfgenmsg: NFPROTO_IPV4
        08 00  01 00  00 00 00 00                               # NFNLA_HOOK_HOOKNUM: PRE_ROUTING
        """)

    /// The end of a dump.
    static let done = hexadecimal("14 00 00 00  03 00  02 00  01 00 00 00  71 00 00 00  00 00 00 00")
}
