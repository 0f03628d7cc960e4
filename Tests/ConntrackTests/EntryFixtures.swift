import TestSupport

/// Entries as ctnetlink sent them: Linux 6.18.44 (x86-64, little-endian), 2026-11-23, one message of a dump each,
/// taken with a raw socket and annotated with the names of linux/netfilter/nfnetlink_conntrack.h.
enum EntryFixtures {
    /// A real connection over loopback in a namespace whose nft rules set helper, mark, label and the zone of the
    /// original direction; nf_conntrack_acct and nf_conntrack_timestamp on.
    static let tcp = hexadecimal(
        """
        44 01 00 00  00 01  02 00  01 00 00 00  bf 46 00 00               # nlmsghdr: 324 bytes, IPCTNL_MSG_CT_NEW
        02 00 00 00                                                       # nfgenmsg
        3c 00  01 80                                                      # CTA_TUPLE_ORIG
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  7f 00 00 01                                     # CTA_IP_V4_SRC: 127.0.0.1
            08 00  02 00  7f 00 00 01                                     # CTA_IP_V4_DST: 127.0.0.1
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  06  00 00 00                                    # CTA_PROTO_NUM: 6
            06 00  02 00  a4 2c  00 00                                    # CTA_PROTO_SRC_PORT: 42028
            06 00  03 00  00 15  00 00                                    # CTA_PROTO_DST_PORT: 21
          06 00  03 00  00 07  00 00                                      # CTA_TUPLE_ZONE: 7
        34 00  02 80                                                      # CTA_TUPLE_REPLY
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  7f 00 00 01                                     # CTA_IP_V4_SRC: 127.0.0.1
            08 00  02 00  7f 00 00 01                                     # CTA_IP_V4_DST: 127.0.0.1
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  06  00 00 00                                    # CTA_PROTO_NUM: 6
            06 00  02 00  00 15  00 00                                    # CTA_PROTO_SRC_PORT: 21
            06 00  03 00  a4 2c  00 00                                    # CTA_PROTO_DST_PORT: 42028
        08 00  03 00  00 00 20 0e                                         # CTA_STATUS: 8206
        08 00  08 00  12 34 56 78                                         # CTA_MARK: 305419896
        08 00  0c 00  5d 1a 3c 8b                                         # CTA_ID: 1562000523
        08 00  0b 00  00 00 00 01                                         # CTA_USE: 1
        08 00  07 00  00 06 97 7f                                         # CTA_TIMEOUT: 431999
        30 00  04 80                                                      # CTA_PROTOINFO
          2c 00  01 80                                                    # CTA_PROTOINFO_TCP
            05 00  01 00  03  00 00 00                                    # CTA_PROTOINFO_TCP_STATE: 3
            05 00  02 00  0a  00 00 00                                    # CTA_PROTOINFO_TCP_WSCALE_ORIGINAL: 10
            05 00  03 00  0a  00 00 00                                    # CTA_PROTOINFO_TCP_WSCALE_REPLY: 10
            06 00  04 00  23 00  00 00                                    # CTA_PROTOINFO_TCP_FLAGS_ORIGINAL
            06 00  05 00  23 00  00 00                                    # CTA_PROTOINFO_TCP_FLAGS_REPLY
        1c 00  09 80                                                      # CTA_COUNTERS_ORIG
          0c 00  01 00  00 00 00 00 00 00 00 03                           # CTA_COUNTERS_PACKETS: 3
          0c 00  02 00  00 00 00 00 00 00 00 a8                           # CTA_COUNTERS_BYTES: 168
        1c 00  0a 80                                                      # CTA_COUNTERS_REPLY
          0c 00  01 00  00 00 00 00 00 00 00 02                           # CTA_COUNTERS_PACKETS: 2
          0c 00  02 00  00 00 00 00 00 00 00 70                           # CTA_COUNTERS_BYTES: 112
        10 00  14 80                                                      # CTA_TIMESTAMP
          0c 00  01 00  18 ea af 43 7d 32 0b cd                           # CTA_TIMESTAMP_START: 1795440105858665421
        0c 00  05 80                                                      # CTA_HELP
          08 00  01 00  66 74 70 00                                       # CTA_HELP_NAME: ftp
        14 00  16 00  00 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00     # CTA_LABELS
        """)

    /// An unanswered datagram over loopback.
    static let udpIPv6 = hexadecimal(
        """
        1c 01 00 00  00 01  02 00  01 00 00 00  bf 46 00 00               # nlmsghdr: 284 bytes, IPCTNL_MSG_CT_NEW
        0a 00 00 00                                                       # nfgenmsg
        4c 00  01 80                                                      # CTA_TUPLE_ORIG
          2c 00  01 80                                                    # CTA_TUPLE_IP
            14 00  03 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 # CTA_IP_V6_SRC: ::1
            14 00  04 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 # CTA_IP_V6_DST: ::1
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  11  00 00 00                                    # CTA_PROTO_NUM: 17
            06 00  02 00  14 e9  00 00                                    # CTA_PROTO_SRC_PORT: 5353
            06 00  03 00  14 e9  00 00                                    # CTA_PROTO_DST_PORT: 5353
        4c 00  02 80                                                      # CTA_TUPLE_REPLY
          2c 00  01 80                                                    # CTA_TUPLE_IP
            14 00  03 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 # CTA_IP_V6_SRC: ::1
            14 00  04 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 # CTA_IP_V6_DST: ::1
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  11  00 00 00                                    # CTA_PROTO_NUM: 17
            06 00  02 00  14 e9  00 00                                    # CTA_PROTO_SRC_PORT: 5353
            06 00  03 00  14 e9  00 00                                    # CTA_PROTO_DST_PORT: 5353
        08 00  03 00  00 00 00 08                                         # CTA_STATUS: 8
        08 00  08 00  00 00 00 00                                         # CTA_MARK: 0
        08 00  0c 00  c4 d5 51 12                                         # CTA_ID: 3302314258
        08 00  0b 00  00 00 00 01                                         # CTA_USE: 1
        08 00  07 00  00 00 00 1d                                         # CTA_TIMEOUT: 29
        1c 00  09 80                                                      # CTA_COUNTERS_ORIG
          0c 00  01 00  00 00 00 00 00 00 00 01                           # CTA_COUNTERS_PACKETS: 1
          0c 00  02 00  00 00 00 00 00 00 00 35                           # CTA_COUNTERS_BYTES: 53
        1c 00  0a 80                                                      # CTA_COUNTERS_REPLY
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        10 00  14 80                                                      # CTA_TIMESTAMP
          0c 00  01 00  18 ea af 43 7d 33 cd e1                           # CTA_TIMESTAMP_START: 1795440105858780641
        """)

    /// `conntrack -I -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 100`
    static let icmp = hexadecimal(
        """
        18 01 00 00  00 01  02 00  01 00 00 00  bf 46 00 00               # nlmsghdr: 280 bytes, IPCTNL_MSG_CT_NEW
        02 00 00 00                                                       # nfgenmsg
        3c 00  01 80                                                      # CTA_TUPLE_ORIG
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  0a 00 00 01                                     # CTA_IP_V4_SRC: 10.0.0.1
            08 00  02 00  0a 00 00 02                                     # CTA_IP_V4_DST: 10.0.0.2
          24 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  01  00 00 00                                    # CTA_PROTO_NUM: 1
            06 00  04 00  00 4d  00 00                                    # CTA_PROTO_ICMP_ID: 77
            05 00  05 00  08  00 00 00                                    # CTA_PROTO_ICMP_TYPE: 8
            05 00  06 00  00  00 00 00                                    # CTA_PROTO_ICMP_CODE: 0
        3c 00  02 80                                                      # CTA_TUPLE_REPLY
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  0a 00 00 02                                     # CTA_IP_V4_SRC: 10.0.0.2
            08 00  02 00  0a 00 00 01                                     # CTA_IP_V4_DST: 10.0.0.1
          24 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  01  00 00 00                                    # CTA_PROTO_NUM: 1
            06 00  04 00  00 4d  00 00                                    # CTA_PROTO_ICMP_ID: 77
            05 00  05 00  00  00 00 00                                    # CTA_PROTO_ICMP_TYPE: 0
            05 00  06 00  00  00 00 00                                    # CTA_PROTO_ICMP_CODE: 0
        08 00  03 00  00 00 00 08                                         # CTA_STATUS: 8
        08 00  08 00  00 00 00 00                                         # CTA_MARK: 0
        08 00  0c 00  3e d3 11 20                                         # CTA_ID: 1054019872
        08 00  0b 00  00 00 00 01                                         # CTA_USE: 1
        08 00  07 00  00 00 00 63                                         # CTA_TIMEOUT: 99
        1c 00  09 80                                                      # CTA_COUNTERS_ORIG
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        1c 00  0a 80                                                      # CTA_COUNTERS_REPLY
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        10 00  14 80                                                      # CTA_TIMESTAMP
          0c 00  01 00  18 ea af 43 7d 6b ac 09                           # CTA_TIMESTAMP_START: 1795440105862441993
        1c 00  18 80                                                      # CTA_SYNPROXY
          08 00  01 00  00 00 00 00                                       # CTA_SYNPROXY_ISN: 0
          08 00  02 00  00 00 00 00                                       # CTA_SYNPROXY_ITS: 0
          08 00  03 00  00 00 00 00                                       # CTA_SYNPROXY_TSOFF: 0
        """)

    /// `conntrack -I -p icmpv6 -s 2001:db8::1 -d 2001:db8::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77 -t 100`
    static let icmpv6 = hexadecimal(
        """
        48 01 00 00  00 01  02 00  01 00 00 00  bf 46 00 00               # nlmsghdr: 328 bytes, IPCTNL_MSG_CT_NEW
        0a 00 00 00                                                       # nfgenmsg
        54 00  01 80                                                      # CTA_TUPLE_ORIG
          2c 00  01 80                                                    # CTA_TUPLE_IP
            14 00  03 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 # CTA_IP_V6_SRC: 2001:db8::1
            14 00  04 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 # CTA_IP_V6_DST: 2001:db8::2
          24 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  3a  00 00 00                                    # CTA_PROTO_NUM: 58
            06 00  07 00  00 4d  00 00                                    # CTA_PROTO_ICMPV6_ID: 77
            05 00  08 00  80  00 00 00                                    # CTA_PROTO_ICMPV6_TYPE: 128
            05 00  09 00  00  00 00 00                                    # CTA_PROTO_ICMPV6_CODE: 0
        54 00  02 80                                                      # CTA_TUPLE_REPLY
          2c 00  01 80                                                    # CTA_TUPLE_IP
            14 00  03 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 # CTA_IP_V6_SRC: 2001:db8::2
            14 00  04 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 # CTA_IP_V6_DST: 2001:db8::1
          24 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  3a  00 00 00                                    # CTA_PROTO_NUM: 58
            06 00  07 00  00 4d  00 00                                    # CTA_PROTO_ICMPV6_ID: 77
            05 00  08 00  81  00 00 00                                    # CTA_PROTO_ICMPV6_TYPE: 129
            05 00  09 00  00  00 00 00                                    # CTA_PROTO_ICMPV6_CODE: 0
        08 00  03 00  00 00 00 08                                         # CTA_STATUS: 8
        08 00  08 00  00 00 00 00                                         # CTA_MARK: 0
        08 00  0c 00  20 fc 29 c9                                         # CTA_ID: 553396681
        08 00  0b 00  00 00 00 01                                         # CTA_USE: 1
        08 00  07 00  00 00 00 63                                         # CTA_TIMEOUT: 99
        1c 00  09 80                                                      # CTA_COUNTERS_ORIG
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        1c 00  0a 80                                                      # CTA_COUNTERS_REPLY
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        10 00  14 80                                                      # CTA_TIMESTAMP
          0c 00  01 00  18 ea af 43 7d 83 d5 ea                           # CTA_TIMESTAMP_START: 1795440105864025578
        1c 00  18 80                                                      # CTA_SYNPROXY
          08 00  01 00  00 00 00 00                                       # CTA_SYNPROXY_ISN: 0
          08 00  02 00  00 00 00 00                                       # CTA_SYNPROXY_ITS: 0
          08 00  03 00  00 00 00 00                                       # CTA_SYNPROXY_TSOFF: 0
        """)

    /// `conntrack -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 41048 --dport 36412 --state ESTABLISHED --orig-vtag 17
    /// --reply-vtag 34 -t 210`: libnetfilter_conntrack sends the tags in host order, the kernel keeps what it gets.
    static let sctp = hexadecimal(
        """
        28 01 00 00  00 01  02 00  01 00 00 00  bf 46 00 00               # nlmsghdr: 296 bytes, IPCTNL_MSG_CT_NEW
        02 00 00 00                                                       # nfgenmsg
        34 00  01 80                                                      # CTA_TUPLE_ORIG
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  0a 00 00 01                                     # CTA_IP_V4_SRC: 10.0.0.1
            08 00  02 00  0a 00 00 02                                     # CTA_IP_V4_DST: 10.0.0.2
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  84  00 00 00                                    # CTA_PROTO_NUM: 132
            06 00  02 00  a0 58  00 00                                    # CTA_PROTO_SRC_PORT: 41048
            06 00  03 00  8e 3c  00 00                                    # CTA_PROTO_DST_PORT: 36412
        34 00  02 80                                                      # CTA_TUPLE_REPLY
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  0a 00 00 02                                     # CTA_IP_V4_SRC: 10.0.0.2
            08 00  02 00  0a 00 00 01                                     # CTA_IP_V4_DST: 10.0.0.1
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  84  00 00 00                                    # CTA_PROTO_NUM: 132
            06 00  02 00  8e 3c  00 00                                    # CTA_PROTO_SRC_PORT: 36412
            06 00  03 00  a0 58  00 00                                    # CTA_PROTO_DST_PORT: 41048
        08 00  03 00  00 00 00 08                                         # CTA_STATUS: 8
        08 00  08 00  00 00 00 00                                         # CTA_MARK: 0
        08 00  0c 00  13 52 a4 4d                                         # CTA_ID: 324183117
        08 00  0b 00  00 00 00 01                                         # CTA_USE: 1
        08 00  07 00  00 00 00 d1                                         # CTA_TIMEOUT: 209
        20 00  04 80                                                      # CTA_PROTOINFO
          1c 00  03 80                                                    # CTA_PROTOINFO_SCTP
            05 00  01 00  04  00 00 00                                    # CTA_PROTOINFO_SCTP_STATE: 4
            08 00  02 00  11 00 00 00                                     # CTA_PROTOINFO_SCTP_VTAG_ORIGINAL: 285212672
            08 00  03 00  22 00 00 00                                     # CTA_PROTOINFO_SCTP_VTAG_REPLY: 570425344
        1c 00  09 80                                                      # CTA_COUNTERS_ORIG
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        1c 00  0a 80                                                      # CTA_COUNTERS_REPLY
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        10 00  14 80                                                      # CTA_TIMESTAMP
          0c 00  01 00  18 ea af 43 7d 51 a3 7b                           # CTA_TIMESTAMP_START: 1795440105860735867
        1c 00  18 80                                                      # CTA_SYNPROXY
          08 00  01 00  00 00 00 00                                       # CTA_SYNPROXY_ISN: 0
          08 00  02 00  00 00 00 00                                       # CTA_SYNPROXY_ITS: 0
          08 00  03 00  00 00 00 00                                       # CTA_SYNPROXY_TSOFF: 0
        """)

    /// `conntrack -I -p 89 -s 10.0.0.1 -d 224.0.0.5 -t 100 --zone 4`
    static let ospf = hexadecimal(
        """
        f0 00 00 00  00 01  02 00  01 00 00 00  bf 46 00 00               # nlmsghdr: 240 bytes, IPCTNL_MSG_CT_NEW
        02 00 00 00                                                       # nfgenmsg
        24 00  01 80                                                      # CTA_TUPLE_ORIG
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  0a 00 00 01                                     # CTA_IP_V4_SRC: 10.0.0.1
            08 00  02 00  e0 00 00 05                                     # CTA_IP_V4_DST: 224.0.0.5
          0c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  59  00 00 00                                    # CTA_PROTO_NUM: 89
        24 00  02 80                                                      # CTA_TUPLE_REPLY
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  e0 00 00 05                                     # CTA_IP_V4_SRC: 224.0.0.5
            08 00  02 00  0a 00 00 01                                     # CTA_IP_V4_DST: 10.0.0.1
          0c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  59  00 00 00                                    # CTA_PROTO_NUM: 89
        06 00  12 00  00 04  00 00                                        # CTA_ZONE: 4
        08 00  03 00  00 00 00 08                                         # CTA_STATUS: 8
        08 00  08 00  00 00 00 00                                         # CTA_MARK: 0
        08 00  0c 00  8d b9 31 e3                                         # CTA_ID: 2377724387
        08 00  0b 00  00 00 00 01                                         # CTA_USE: 1
        08 00  07 00  00 00 00 63                                         # CTA_TIMEOUT: 99
        1c 00  09 80                                                      # CTA_COUNTERS_ORIG
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        1c 00  0a 80                                                      # CTA_COUNTERS_REPLY
          0c 00  01 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_PACKETS: 0
          0c 00  02 00  00 00 00 00 00 00 00 00                           # CTA_COUNTERS_BYTES: 0
        10 00  14 80                                                      # CTA_TIMESTAMP
          0c 00  01 00  18 ea af 43 7d 9e 94 d0                           # CTA_TIMESTAMP_START: 1795440105865778384
        1c 00  18 80                                                      # CTA_SYNPROXY
          08 00  01 00  00 00 00 00                                       # CTA_SYNPROXY_ISN: 0
          08 00  02 00  00 00 00 00                                       # CTA_SYNPROXY_ITS: 0
          08 00  03 00  00 00 00 00                                       # CTA_SYNPROXY_TSOFF: 0
        """)
}
