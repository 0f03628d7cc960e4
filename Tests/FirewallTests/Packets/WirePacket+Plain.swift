import Addresses
import Conntrack
import Firewall

extension WirePacket {
    static let plain: [WirePacket] = [
        WirePacket(
            "SYN", .syn,
            """
            4500003cf3004000400633a70a0900010a09000297661f40d682685400000000a002faf014430000
            020405b40402080a14d276ca000000000103030a
            """, .tcp, "10.9.0.1", "10.9.0.2", 60
        ) {
            $0.sourcePort = 38758
            $0.destinationPort = 8000
            $0.tcpFlags = .syn
        },
        WirePacket(
            "SYN+ACK", .synAck,
            """
            4500003c00004000400626a80a0900020a0900011f40976655c4590ad6826855a012fe8814430000
            020405b40402080a767868ea14d276ca0103030a
            """, .tcp, "10.9.0.2", "10.9.0.1", 60
        ) {
            $0.sourcePort = 8000
            $0.destinationPort = 38758
            $0.tcpFlags = [.syn, .ack]
        },
        WirePacket(
            "data", .ack,
            """
            45000039f3024000400633a80a0900010a09000297661f40d682685555c4590b8018003f14400000
            0101080a14d276ca767868ea68656c6c6f
            """, .tcp, "10.9.0.1", "10.9.0.2", 57
        ) {
            $0.sourcePort = 38758
            $0.destinationPort = 8000
            $0.tcpFlags = [.psh, .ack]
        },
        WirePacket(
            "FIN", .fin,
            """
            45000034f3044000400633ab0a0900010a09000297661f40d682685a55c459108011003f143b0000
            0101080a14d27793767868ea
            """, .tcp, "10.9.0.1", "10.9.0.2", 52
        ) {
            $0.sourcePort = 38758
            $0.destinationPort = 8000
            $0.tcpFlags = [.fin, .ack]
        },
        WirePacket(
            "RST", .rst,
            """
            45000034f3054000400633aa0a0900010a09000297661f40d682685b55c459108014003f143b0000
            0101080a14d2785b767869e1
            """, .tcp, "10.9.0.1", "10.9.0.2", 52
        ) {
            $0.sourcePort = 38758
            $0.destinationPort = 8000
            $0.tcpFlags = [.rst, .ack]
        },
        WirePacket(
            "SYN over IPv6", .syn,
            """
            60028e8700280640fd090000000000000000000000000001fd090000000000000000000000000002
            ca2e1f404b89949700000000a002fd20fa440000020405a00402080ac8d4bbb8000000000103030a
            """, .tcp, "fd09::1", "fd09::2", 80
        ) {
            $0.sourcePort = 51758
            $0.destinationPort = 8000
            $0.tcpFlags = .syn
        },
        WirePacket(
            "UDP", .udp,
            """
            4500001f13b84000401113020a0900010a090002bb670009000b1431756470
            """, .udp, "10.9.0.1", "10.9.0.2", 31
        ) {
            $0.sourcePort = 47975
            $0.destinationPort = 9
        },
        WirePacket(
            "UDP behind options", .udp,
            """
            4800002f542340004011b6710a0900010a090002070b080a0900010000000000d6411b59000f1435
            6f7074696f6e73
            """, .udp, "10.9.0.1", "10.9.0.2", 47
        ) {
            $0.sourcePort = 54849
            $0.destinationPort = 7001
        },
        WirePacket(
            "first fragment", .udp,
            """
            450005dc542420004011ecd80a0900010a0900029ecf1b5a0bc0384e787878787878787878787878
            7878787878787878
            """, .udp, "10.9.0.1", "10.9.0.2", 1500
        ) {
            $0.sourcePort = 40655
            $0.destinationPort = 7002
        },
        WirePacket(
            "later fragment", .udp,
            """
            450005dc542420b94011ec1f0a0900010a0900027878787878787878787878787878787878787878
            7878787878787878
            """, .udp, "10.9.0.1", "10.9.0.2", 1500
        ) {
            $0.isLaterFragment = true
        },
        WirePacket(
            "first fragment over IPv6", .udp,
            """
            6008d63205b02c40fd090000000000000000000000000001fd090000000000000000000000000002
            11000001defb0290a1c31b5a0bc04f587878787878787878
            """, .udp, "fd09::1", "fd09::2", 1496
        ) {
            $0.sourcePort = 41411
            $0.destinationPort = 7002
        },
        WirePacket(
            "later fragment over IPv6", .udp,
            """
            6008d63205b02c40fd090000000000000000000000000001fd090000000000000000000000000002
            110005a9defb029078787878787878787878787878787878
            """, .udp, "fd09::1", "fd09::2", 1496
        ) {
            $0.isLaterFragment = true
        },
        WirePacket(
            "UDP behind hop-by-hop and destination options", .udp,
            """
            60040afa00230040fd090000000000000000000000000001fd090000000000000000000000000002
            3c000104000000001101010c00000000000000000000000084731b5b000b8c7a657874
            """, .udp, "fd09::1", "fd09::2", 75
        ) {
            $0.sourcePort = 33907
            $0.destinationPort = 7003
        },
        WirePacket(
            "UDPlite", .other,
            """
            4500001cf2ee4000408833570a0900010a0900021b601b6100080000
            """, .udplite, "10.9.0.1", "10.9.0.2", 28
        ) {
            $0.sourcePort = 7008
            $0.destinationPort = 7009
        },
        WirePacket(
            "SCTP INIT", .sctp,
            """
            45000034705a40004084b5d70a0900010a0900029c40138800000000000000000100001400000001
            000100000001000100000001
            """, .sctp, "10.9.0.1", "10.9.0.2", 52
        ) {
            $0.sourcePort = 40000
            $0.destinationPort = 5000
            $0.sctpChunk = 1
        },
        WirePacket(
            "echo-request", .other,
            """
            450000209d724000400189560a0900010a0900020800192d0001000170696e67
            """, .icmp, "10.9.0.1", "10.9.0.2", 32
        ) {
            $0.icmpType = 8
            $0.icmpCode = 0
        },
        WirePacket(
            "nd-neighbor-advert", .other,
            """
            6000000000203afffd090000000000000000000000000002fd090000000000000000000000000001
            8800b124e0000000fd0900000000000000000000000000020201324beba9cf66
            """, .icmpv6, "fd09::2", "fd09::1", 72
        ) {
            $0.icmpType = 136
            $0.icmpCode = 0
        },
    ]
}
