import TestSupport

/// What a kernel (6.18) sent, with sequence number 1 for all.
enum RoutingAnswers {
    static let done = hexadecimal("14 00 00 00 03 00 02 00 01 00 00 00 64 2e 00 00 00 00 00 00")
    /// `EAFNOSUPPORT`
    static let noSuchFamily = hexadecimal(
        "24 00 00 00 02 00 00 00 01 00 00 00 64 2e 00 00 9f ff ff ff 14 00 00 00 22 00 01 03 01 00 00 00 00 00 00 00")

    /// 192.0.2.1/24 on interface 3, label v1
    static let address = hexadecimal(
        """
        4c 00 00 00 14 00 02 00 01 00 00 00 64 2e 00 00 02 18 80 00 03 00 00 00 08 00 01 00 c0 00 02 01
        08 00 02 00 c0 00 02 01 07 00 03 00 76 31 00 00 08 00 08 00 80 00 00 00 14 00 06 00 ff ff ff ff
        ff ff ff ff 0f 7a 53 00 0f 7a 53 00
        """)
    /// fe80::171a:ffff:fec0:dba6/64 on interface 2, tentative
    static let address6 = hexadecimal(
        """
        50 00 00 00 14 00 02 00 01 00 00 00 64 2e 00 00 0a 40 c0 fd 02 00 00 00 14 00 01 00 fe 80 00 00
        00 00 00 00 17 1a ff ff fe c0 db a6 14 00 06 00 ff ff ff ff ff ff ff ff 10 7a 53 00 10 7a 53 00
        08 00 08 00 c0 00 00 00 05 00 0b 00 03 00 00 00
        """)
    /// `from all lookup main`, of IPv4
    static let rule = hexadecimal(
        """
        3c 00 00 00 20 00 02 00 01 00 00 00 64 2e 00 00 02 00 00 00 fe 00 00 01 00 00 00 00 08 00 0f 00
        fe 00 00 00 08 00 0e 00 ff ff ff ff 05 00 15 00 02 00 00 00 08 00 06 00 fe 7f 00 00
        """)
    /// The same of IPv4's multicast routes (RTNL_FAMILY_IPMR)
    static let multicastRule = hexadecimal(
        """
        3c 00 00 00 20 00 02 00 01 00 00 00 64 2e 00 00 80 00 00 00 fd 00 00 01 00 00 00 00 08 00 0f 00
        fd 00 00 00 08 00 0e 00 ff ff ff ff 05 00 15 00 02 00 00 00 08 00 06 00 ff 7f 00 00
        """)
    /// `local 192.0.2.1 dev 3 table local scope host src 192.0.2.1`
    static let localRoute = hexadecimal(
        """
        3c 00 00 00 18 00 22 00 01 00 00 00 64 2e 00 00 02 20 00 00 ff 02 fe 02 00 00 00 00 08 00 0f 00
        ff 00 00 00 08 00 01 00 c0 00 02 01 08 00 07 00 c0 00 02 01 08 00 04 00 03 00 00 00
        """)
    /// `203.0.113.0/24 nexthop via 192.0.2.9 weight 3 nexthop via 192.0.2.10`
    static let multipathRoute = hexadecimal(
        """
        50 00 00 00 18 00 22 00 01 00 00 00 64 2e 00 00 02 18 00 00 fe 03 00 01 00 00 00 00 08 00 0f 00
        fe 00 00 00 08 00 01 00 cb 00 71 00 24 00 09 00 10 00 00 02 03 00 00 00 08 00 05 00 c0 00 02 09
        10 00 00 00 03 00 00 00 08 00 05 00 c0 00 02 0a
        """)
    /// 192.0.2.9 at 02:00:00:00:00:09 on interface 3, permanent
    static let neighbour = hexadecimal(
        """
        4c 00 00 00 1c 00 02 00 01 00 00 00 64 2e 00 00 02 00 00 00 03 00 00 00 80 00 00 01 08 00 01 00
        c0 00 02 09 0a 00 02 00 02 00 00 00 00 09 00 00 08 00 04 00 00 00 00 00 14 00 03 00 11 00 00 00
        11 00 00 00 11 00 00 00 00 00 00 00
        """)
    /// A veth: the parts of its message that are read, and its transmit queue's length.
    static let link = hexadecimal(
        """
        60 00 00 00 10 00 02 00 01 00 00 00 64 2e 00 00 00 00 01 00 03 00 00 00 43 10 01 00 00 00 00 00
        07 00 03 00 76 31 00 00 08 00 0d 00 e8 03 00 00 08 00 04 00 dc 05 00 00 0a 00 01 00 92 24 ff ab
        24 55 00 00 10 00 12 00 09 00 01 00 76 65 74 68 00 00 00 00 08 00 05 00 02 00 00 00
        """
    ).withLength
}

extension [UInt8] {
    /// The message with its own length in its header.
    var withLength: [UInt8] {
        var message = self
        message[0] = UInt8(truncatingIfNeeded: count)
        message[1] = UInt8(truncatingIfNeeded: count >> 8)
        return message
    }
}
