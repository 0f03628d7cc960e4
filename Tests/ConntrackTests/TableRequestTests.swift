import Addresses
import Conntrack
import Netlink
import TestSupport
import Testing

/// The requests sent to the kernel, and how its answers are handled.
struct TableRequestTests {
    @Test func aTupleOfTwoFamiliesIsInNoTable() throws {
        var tuple = try decode(EntryFixtures.tcp).original
        tuple.destination = IPAddress("::1")
        #expect(try Table(ScriptedKernel()).entry(for: tuple) == nil)
    }

    @Test func withoutCtnetlinkADumpSaysWhatToLoad() {
        // NLMSG_ERROR, -EINVAL, the header of the request.
        let refusal = hexadecimal(
            """
            24 00 00 00  02 00  00 01  01 00 00 00  00 00 00 00
            ea ff ff ff
            14 00 00 00  01 01  01 03  01 00 00 00  00 00 00 00
            """)
        let error = #expect(throws: KernelError.self) { try Table(ScriptedKernel(answers: [[refusal]])).dump { _ in } }
        #expect(error?.cause == .absent)
        #expect(error?.nextStep?.contains("modprobe nf_conntrack_netlink") == true)
    }

    @Test func lookingUpAsksForOneEntryAndAnEnd() throws {
        let kernel = ScriptedKernel(answers: [[EntryFixtures.tcp, Self.acknowledgement]])
        let wanted = try decode(EntryFixtures.tcp)
        #expect(try Table(kernel).entry(for: wanted.original, zone: 7) == wanted)
        let request = try #require(kernel.requests.first).message(sequence: 1)
        #expect(
            request
                == hexadecimal(
                    """
                    50 00 00 00  01 01  05 00  01 00 00 00  00 00 00 00  # IPCTNL_MSG_CT_GET, NLM_F_REQUEST | NLM_F_ACK
                    02 00 00 00                                          # nfgenmsg: AF_INET
                    34 00  01 80                                         # CTA_TUPLE_ORIG
                      14 00  01 80                                       #   CTA_TUPLE_IP
                        08 00  01 00  7f 00 00 01                        #     CTA_IP_V4_SRC
                        08 00  02 00  7f 00 00 01                        #     CTA_IP_V4_DST
                      1c 00  02 80                                       #   CTA_TUPLE_PROTO
                        05 00  01 00  06 00 00 00                        #     CTA_PROTO_NUM: TCP
                        06 00  02 00  a4 2c 00 00                        #     CTA_PROTO_SRC_PORT: 42028
                        06 00  03 00  00 15 00 00                        #     CTA_PROTO_DST_PORT: 21
                    06 00  12 00  00 07 00 00                            # CTA_ZONE: 7
                    """))
    }

    /// `NLMSG_ERROR` of 0, after the requested entry.
    static let acknowledgement = hexadecimal(
        """
        24 00 00 00  02 00  00 01  01 00 00 00  00 00 00 00
        00 00 00 00
        50 00 00 00  01 01  05 00  01 00 00 00  00 00 00 00
        """)
}
