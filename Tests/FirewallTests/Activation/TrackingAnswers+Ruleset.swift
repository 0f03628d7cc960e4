import TestSupport

extension TrackingAnswers {
    /// Linux 6.1.0-56-amd64, the rule of
    /// `table bridge t { chain c { type filter hook prerouting priority 0; ct state new; }; }`.
    static let bridgeRule = hexadecimal(
        """
        cc 00 00 00  06 0a  02 08  01 00 00 00  71 00 00 00       # NFT_MSG_NEWRULE
        07 00 00 02                                               # nfgenmsg: NFPROTO_BRIDGE
        06 00  01 00  74 00 00 00                                 # NFTA_RULE_TABLE
        06 00  02 00  63 00 00 00                                 # NFTA_RULE_CHAIN
        0c 00  03 00  00 00 00 00 00 00 00 02                     # NFTA_RULE_HANDLE
        9c 00  04 00                                              # NFTA_RULE_EXPRESSIONS
          20 00  01 00
            07 00  01 00  63 74 00 00                             # ct
            14 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 00
          4c 00  01 00
            0c 00  01 00  62 69 74 77 69 73 65 00                 # bitwise
            3c 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 01
              08 00  03 00  00 00 00 04
              08 00  06 00  00 00 00 00
              0c 00  04 00
                08 00  01 00  08 00 00 00
              0c 00  05 00
                08 00  01 00  00 00 00 00
          2c 00  01 00
            08 00  01 00  63 6d 70 00                             # cmp
            20 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 01
              0c 00  03 00
                08 00  01 00  00 00 00 00
        """)

    /// Linux 6.1.0-56-amd64, a rule of `table inet t`: `tcp dport 1 dnat ip to 127.0.0.1`.
    static let translationRule = hexadecimal(
        """
        48 01 00 00  06 0a  02 08  01 00 00 00  34 01 00 00       # NFT_MSG_NEWRULE
        01 00 00 02                                               # nfgenmsg: NFPROTO_INET
        06 00  01 00  74 00 00 00                                 # NFTA_RULE_TABLE
        06 00  02 00  63 00 00 00                                 # NFTA_RULE_CHAIN
        0c 00  03 00  00 00 00 00 00 00 00 02                     # NFTA_RULE_HANDLE
        18 01  04 00                                              # NFTA_RULE_EXPRESSIONS
          24 00  01 00
            09 00  01 00  6d 65 74 61 00 00 00 00                 # meta
            14 00  02 00
              08 00  02 00  00 00 00 10
              08 00  01 00  00 00 00 01
          2c 00  01 00
            08 00  01 00  63 6d 70 00                             # cmp
            20 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 00
              0c 00  03 00
                05 00  01 00  06 00 00 00
          34 00  01 00
            0c 00  01 00  70 61 79 6c 6f 61 64 00                 # payload
            24 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 02
              08 00  03 00  00 00 00 02
              08 00  04 00  00 00 00 02
          2c 00  01 00
            08 00  01 00  63 6d 70 00                             # cmp
            20 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 00
              0c 00  03 00
                06 00  01 00  00 01 00 00
          2c 00  01 00
            0e 00  01 00  69 6d 6d 65 64 69 61 74 65 00 00 00     # immediate
            18 00  02 00
              08 00  01 00  00 00 00 01
              0c 00  02 00
                08 00  01 00  7f 00 00 01
          38 00  01 00
            08 00  01 00  6e 61 74 00                             # nat
            2c 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 02
              08 00  03 00  00 00 00 01
              08 00  04 00  00 00 00 01
              08 00  07 00  00 00 00 01
        """)

    /// Linux 6.1.0-56-amd64, a rule of `table ip t`: `tcp dport 1 add @s { ip saddr ct count over 10 }`.
    static let countingRule = hexadecimal(
        """
        80 01 00 00  06 0a  02 08  01 00 00 00  07 01 00 00       # NFT_MSG_NEWRULE
        02 00 00 02                                               # nfgenmsg: NFPROTO_IPV4
        06 00  01 00  74 00 00 00                                 # NFTA_RULE_TABLE
        06 00  02 00  63 00 00 00                                 # NFTA_RULE_CHAIN
        0c 00  03 00  00 00 00 00 00 00 00 03                     # NFTA_RULE_HANDLE
        50 01  04 00                                              # NFTA_RULE_EXPRESSIONS
          24 00  01 00
            09 00  01 00  6d 65 74 61 00 00 00 00                 # meta
            14 00  02 00
              08 00  02 00  00 00 00 10
              08 00  01 00  00 00 00 01
          2c 00  01 00
            08 00  01 00  63 6d 70 00                             # cmp
            20 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 00
              0c 00  03 00
                05 00  01 00  06 00 00 00
          34 00  01 00
            0c 00  01 00  70 61 79 6c 6f 61 64 00                 # payload
            24 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 02
              08 00  03 00  00 00 00 02
              08 00  04 00  00 00 00 02
          2c 00  01 00
            08 00  01 00  63 6d 70 00                             # cmp
            20 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 00
              0c 00  03 00
                06 00  01 00  00 01 00 00
          34 00  01 00
            0c 00  01 00  70 61 79 6c 6f 61 64 00                 # payload
            24 00  02 00
              08 00  01 00  00 00 00 01
              08 00  02 00  00 00 00 01
              08 00  03 00  00 00 00 0c
              08 00  04 00  00 00 00 04
          68 00  01 00
            0b 00  01 00  64 79 6e 73 65 74 00 00                 # dynset
            58 00  02 00
              08 00  04 00  00 00 00 01
              08 00  03 00  00 00 00 00
              06 00  01 00  73 00 00 00
              0c 00  06 00  00 00 00 00 00 00 00 00
              28 00  07 00
                0e 00  01 00  63 6f 6e 6e 6c 69 6d 69 74 00 00 00  # connlimit
                14 00  02 00
                  08 00  01 00  00 00 00 0a
                  08 00  02 00  00 00 00 01
              08 00  09 00  00 00 00 00
        """)

    /// Linux 6.1.0-56-amd64, a rule of `table ip t`: `flow add @f`.
    static let offloadRule = hexadecimal(
        """
        58 00 00 00  06 0a  02 08  01 00 00 00  85 00 00 00       # NFT_MSG_NEWRULE
        02 00 00 02                                               # nfgenmsg: NFPROTO_IPV4
        06 00  01 00  74 00 00 00                                 # NFTA_RULE_TABLE
        06 00  02 00  63 00 00 00                                 # NFTA_RULE_CHAIN
        0c 00  03 00  00 00 00 00 00 00 00 03                     # NFTA_RULE_HANDLE
        28 00  04 00                                              # NFTA_RULE_EXPRESSIONS
          24 00  01 00
            11 00  01 00  66 6c 6f 77 5f 6f 66 66 6c 6f 61 64 00 00 00 00  # flow_offload
            0c 00  02 00
              06 00  01 00  66 00 00 00
        """)

    /// Linux 6.1.0-56-amd64, `iptables-nft -t raw -A PREROUTING -j CT --notrack`, and
    /// `table ip6 t { chain c { notrack; }; }`.
    static let notrackRules = hexadecimal(
        """
        d8 00 00 00  06 0a  02 08  01 00 00 00  e4 00 00 00       # NFT_MSG_NEWRULE
        02 00 00 03                                               # nfgenmsg: NFPROTO_IPV4
        08 00  01 00  72 61 77 00                                 # NFTA_RULE_TABLE: raw
        0f 00  02 00  50 52 45 52 4f 55 54 49 4e 47 00 00         # NFTA_RULE_CHAIN: PREROUTING
        0c 00  03 00  00 00 00 00 00 00 00 02                     # NFTA_RULE_HANDLE
        a0 00  04 00                                              # NFTA_RULE_EXPRESSIONS
          2c 00  01 00
            0c 00  01 00  63 6f 75 6e 74 65 72 00                 # counter
            1c 00  02 00
              0c 00  01 00  00 00 00 00 00 00 00 00
              0c 00  02 00  00 00 00 00 00 00 00 00
          70 00  01 00
            0b 00  01 00  74 61 72 67 65 74 00 00                 # target
            60 00  02 00
              07 00  01 00  43 54 00 00                           # CT
              08 00  02 00  00 00 00 02
              4c 00  03 00  01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
              00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
              00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        44 00 00 00  06 0a  02 08  01 00 00 00  e4 00 00 00       # NFT_MSG_NEWRULE
        0a 00 00 03                                               # nfgenmsg: NFPROTO_IPV6
        06 00  01 00  74 00 00 00                                 # NFTA_RULE_TABLE
        06 00  02 00  63 00 00 00                                 # NFTA_RULE_CHAIN
        0c 00  03 00  00 00 00 00 00 00 00 02                     # NFTA_RULE_HANDLE
        14 00  04 00                                              # NFTA_RULE_EXPRESSIONS
          10 00  01 00
            0c 00  01 00  6e 6f 74 72 61 63 6b 00                 # notrack
        """)

    /// Linux 6.1.0-56-amd64,
    /// `iptables-nft -A INPUT -m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1`.
    static let clusterRule = hexadecimal(
        """
        a4 00 00 00  06 0a  02 08  01 00 00 00  a9 00 00 00       # NFT_MSG_NEWRULE
        02 00 00 02                                               # nfgenmsg: NFPROTO_IPV4
        0b 00  01 00  66 69 6c 74 65 72 00 00                     # NFTA_RULE_TABLE: filter
        0a 00  02 00  49 4e 50 55 54 00 00 00                     # NFTA_RULE_CHAIN: INPUT
        0c 00  03 00  00 00 00 00 00 00 00 02                     # NFTA_RULE_HANDLE
        6c 00  04 00                                              # NFTA_RULE_EXPRESSIONS
          3c 00  01 00
            0a 00  01 00  6d 61 74 63 68 00 00 00                 # match
            2c 00  02 00
              0c 00  01 00  63 6c 75 73 74 65 72 00               # cluster
              08 00  02 00  00 00 00 00
              14 00  03 00  02 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00
          2c 00  01 00
            0c 00  01 00  63 6f 75 6e 74 65 72 00                 # counter
            1c 00  02 00
              0c 00  01 00  00 00 00 00 00 00 00 00
              0c 00  02 00  00 00 00 00 00 00 00 00
        """)

    /// Linux 6.1.0-56-amd64, a set of `table ip t` with `counter` and `ct count over 10`.
    static let countingSet = hexadecimal(
        """
        b8 00 00 00  09 0a  02 00  01 00 00 00  46 01 00 00       # NFT_MSG_NEWSET
        02 00 00 02                                               # nfgenmsg: NFPROTO_IPV4
        06 00  01 00  74 00 00 00                                 # NFTA_SET_TABLE
        06 00  02 00  73 00 00 00                                 # NFTA_SET_NAME
        0c 00  10 00  00 00 00 00 00 00 00 01                     # NFTA_SET_HANDLE
        08 00  03 00  00 00 01 20                                 # NFTA_SET_FLAGS
        08 00  04 00  00 00 00 07                                 # NFTA_SET_KEY_TYPE
        08 00  05 00  00 00 00 04                                 # NFTA_SET_KEY_LEN
        0a 00  0d 00  00 04 02 00 00 00 00 00                     # NFTA_SET_USERDATA
        0c 00  09 00                                              # NFTA_SET_DESC
          08 00  01 00  00 00 00 64
        58 00  12 00                                              # NFTA_SET_EXPRESSIONS
          2c 00  01 00
            0c 00  01 00  63 6f 75 6e 74 65 72 00                 # counter
            1c 00  02 00
              0c 00  01 00  00 00 00 00 00 00 00 00
              0c 00  02 00  00 00 00 00 00 00 00 00
          28 00  01 00
            0e 00  01 00  63 6f 6e 6e 6c 69 6d 69 74 00 00 00     # connlimit
            14 00  02 00
              08 00  01 00  00 00 00 0a
              08 00  02 00  00 00 00 01
        """)

    /// Linux 6.1.0-56-amd64, `table ip t { ct timeout h { protocol tcp; policy = { established: 100 }; }; }`.
    static let timeoutObject = hexadecimal(
        """
        b0 00 00 00  12 0a  02 08  01 00 00 00  25 01 00 00       # NFT_MSG_NEWOBJ
        02 00 00 02                                               # nfgenmsg: NFPROTO_IPV4
        06 00  01 00  74 00 00 00                                 # NFTA_OBJ_TABLE
        06 00  02 00  68 00 00 00                                 # NFTA_OBJ_NAME
        08 00  03 00  00 00 00 07                                 # NFTA_OBJ_TYPE: NFT_OBJECT_CT_TIMEOUT
        08 00  05 00  00 00 00 00                                 # NFTA_OBJ_USE
        70 00  04 00                                              # NFTA_OBJ_DATA
          05 00  02 00  06 00 00 00
          06 00  01 00  00 02 00 00
          5c 00  03 80
            08 00  01 00  00 00 00 78
            08 00  02 00  00 00 00 3c
            08 00  03 00  00 00 00 64
            08 00  04 00  00 00 00 78
            08 00  05 00  00 00 00 3c
            08 00  06 00  00 00 00 1e
            08 00  07 00  00 00 00 78
            08 00  08 00  00 00 00 0a
            08 00  09 00  00 00 00 78
            08 00  0a 00  00 00 01 2c
            08 00  0b 00  00 00 01 2c
        0c 00  06 00  00 00 00 00 00 00 00 01                     # NFTA_OBJ_HANDLE
        """)
}
