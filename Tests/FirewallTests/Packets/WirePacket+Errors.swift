import Addresses
import Conntrack
import Firewall

extension WirePacket {
    /// Errors sent by routers and hosts, quoting part of the offending packet.
    static let errors: [WirePacket] = [
        WirePacket(
            "port-unreachable", .icmpError,
            """
            45c0003b252b0000400140c30a0900020a090001030347eb000000004500001f13b8400040111302
            0a0900010a090002bb670009000b1431756470
            """, .icmp, "10.9.0.2", "10.9.0.1", 59
        ) {
            $0.icmpType = 3
            $0.icmpCode = 3
            $0.embedded = flow(.udp, "10.9.0.1", 47975, "10.9.0.2", 9)
        },
        WirePacket(
            "port-unreachable about options", .icmpError,
            """
            48c0005725a700004001150c0a0900020a090001070b0c0a0900010a09000200030321cb00000000
            4800002f542340004011b6710a0900010a090002070b0c0a0900010a09000200d6411b59000f1435
            6f7074696f6e73
            """, .icmp, "10.9.0.2", "10.9.0.1", 87
        ) {
            $0.icmpType = 3
            $0.icmpCode = 3
            $0.embedded = flow(.udp, "10.9.0.1", 54849, "10.9.0.2", 7001)
        },
        WirePacket(
            "prot-unreachable", .icmpError,
            """
            45c0005025a90000400140300a0900020a09000103024c1c0000000045000034705a40004084b5d7
            0a0900010a0900029c40138800000000000000000100001400000001000100000001000100000001
            """, .icmp, "10.9.0.2", "10.9.0.1", 80
        ) {
            $0.icmpType = 3
            $0.icmpCode = 2
            $0.embedded = flow(.sctp, "10.9.0.1", 40000, "10.9.0.2", 5000)
        },
        WirePacket(
            "frag-needed", .icmpError,
            """
            45c00240a1e000004001c2080a0900020a0900010304e37a0000051445000594000040004011213d
            0a0900010a0a0009e3eb1b5d058019ae
            """, .icmp, "10.9.0.2", "10.9.0.1", 576
        ) {
            $0.icmpType = 3
            $0.icmpCode = 4
            $0.embedded = flow(.udp, "10.9.0.1", 58347, "10.10.0.9", 7005)
        },
        WirePacket(
            "time-exceeded", .icmpError,
            """
            45c0003ba1cb00004001c4220a0900020a0900010b003dd6000000004500001f9a5840000111cb59
            0a0900010a0a0009a7141b5c000b143974746c
            """, .icmp, "10.9.0.2", "10.9.0.1", 59
        ) {
            $0.icmpType = 11
            $0.icmpCode = 0
            $0.embedded = flow(.udp, "10.9.0.1", 42772, "10.10.0.9", 7004)
        },
        WirePacket(
            "port-unreachable over IPv6", .icmpError,
            """
            6000d96f003b3a40fd090000000000000000000000000002fd090000000000000000000000000001
            0104b0b700000000600d5aaf000b1140fd090000000000000000000000000001fd09000000000000
            0000000000000002aded0009000bfa32756470
            """, .icmpv6, "fd09::2", "fd09::1", 99
        ) {
            $0.icmpType = 1
            $0.icmpCode = 4
            $0.embedded = flow(.udp, "fd09::1", 44525, "fd09::2", 9)
        },
        WirePacket(
            "time-exceeded over IPv6", .icmpError,
            """
            6005c296003b3a40fd090000000000000000000000000002fd090000000000000000000000000001
            03001773000000006002a580000b1101fd090000000000000000000000000001fd10000000000000
            0000000000000009e42d1b5e000bfa4074746c
            """, .icmpv6, "fd09::2", "fd09::1", 99
        ) {
            $0.icmpType = 3
            $0.icmpCode = 0
            $0.embedded = flow(.udp, "fd09::1", 58413, "fd10::9", 7006)
        },
        WirePacket(
            "packet-too-big", .icmpError,
            """
            600ac4bb04d83a40fd090000000000000000000000000002fd090000000000000000000000000001
            0200ed79000005146008873a05801140fd090000000000000000000000000001fd10000000000000
            0000000000000009cb631b5f0580ffb5
            """, .icmpv6, "fd09::2", "fd09::1", 1280
        ) {
            $0.icmpType = 2
            $0.icmpCode = 0
            $0.embedded = flow(.udp, "fd09::1", 52067, "fd10::9", 7007)
        },
    ]
}
