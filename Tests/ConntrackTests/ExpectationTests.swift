import Addresses
import CNetlink
import Conntrack
import Netlink
import TestSupport
import Testing

struct ExpectationTests {
    /// Linux 6.18.44 (x86-64), 2026-11-23, one message of a dump: an FTP helper's data connection, created over
    /// ctnetlink with source NAT.
    private static let translated = hexadecimal(
        """
        30 01 00 00  00 02  02 00  01 00 00 00  15 09 00 00               # nlmsghdr: 304 bytes, IPCTNL_MSG_EXP_NEW
        02 00 00 00                                                       # nfgenmsg
        34 00  02 80                                                      # CTA_EXPECT_TUPLE
          14 00  01 80                                                    # CTA_TUPLE_IP
            08 00  01 00  0a 00 00 02                                     # CTA_IP_V4_SRC: 10.0.0.2
            08 00  02 00  0a 00 00 01                                     # CTA_IP_V4_DST: 10.0.0.1
          1c 00  02 80                                                    # CTA_TUPLE_PROTO
            05 00  01 00  06  00 00 00                                    # CTA_PROTO_NUM: 6
            06 00  02 00  00 00  00 00                                    # CTA_PROTO_SRC_PORT: 0
            06 00  03 00  1b 58  00 00                                    # CTA_PROTO_DST_PORT: 7000
        34 00  03 80                                                      # CTA_EXPECT_MASK
          14 00  01 80
            08 00  01 00  ff ff ff 00                                     # CTA_IP_V4_SRC: 255.255.255.0
            08 00  02 00  ff ff ff ff                                     # CTA_IP_V4_DST: 255.255.255.255
          1c 00  02 80
            05 00  01 00  06  00 00 00                                    # CTA_PROTO_NUM: 6
            06 00  02 00  00 00  00 00                                    # CTA_PROTO_SRC_PORT: 0
            06 00  03 00  ff ff  00 00                                    # CTA_PROTO_DST_PORT: 65535
        34 00  01 80                                                      # CTA_EXPECT_MASTER
          14 00  01 80
            08 00  01 00  0a 00 00 01                                     # CTA_IP_V4_SRC: 10.0.0.1
            08 00  02 00  0a 00 00 02                                     # CTA_IP_V4_DST: 10.0.0.2
          1c 00  02 80
            05 00  01 00  06  00 00 00                                    # CTA_PROTO_NUM: 6
            06 00  02 00  03 ec  00 00                                    # CTA_PROTO_SRC_PORT: 1004
            06 00  03 00  00 15  00 00                                    # CTA_PROTO_DST_PORT: 21
        40 00  0a 80                                                      # CTA_EXPECT_NAT
          08 00  01 00  00 00 00 01                                       # CTA_EXPECT_NAT_DIR: 1
          34 00  02 80                                                    # CTA_EXPECT_NAT_TUPLE
            14 00  01 80
              08 00  01 00  0a 00 00 63                                   # CTA_IP_V4_SRC: 10.0.0.99
              08 00  02 00  00 00 00 00                                   # CTA_IP_V4_DST: 0.0.0.0
            1c 00  02 80
              05 00  01 00  06  00 00 00                                  # CTA_PROTO_NUM: 6
              06 00  02 00  1b 59  00 00                                  # CTA_PROTO_SRC_PORT: 7001
              06 00  03 00  00 00  00 00                                  # CTA_PROTO_DST_PORT: 0
        08 00  04 00  00 00 01 2c                                         # CTA_EXPECT_TIMEOUT: 300
        08 00  05 00  de de 6b 65                                         # CTA_EXPECT_ID
        08 00  08 00  00 00 00 00                                         # CTA_EXPECT_FLAGS: 0
        08 00  09 00  00 00 00 00                                         # CTA_EXPECT_CLASS: 0
        08 00  06 00  66 74 70 00                                         # CTA_EXPECT_HELP_NAME: ftp
        16 00  0b 00  6e 61 74 2d 66 6f 6c 6c 6f 77 2d 6d 61 73 74 65 72 00  00 00  # CTA_EXPECT_FN
        """)

    @Test func everyFieldOfAMessage() throws {
        let expectation = try decodeExpectation(Self.translated)
        #expect(expectation.family == 2)
        #expect(expectation.tuple == Self.tuple("10.0.0.2", 0, "10.0.0.1", 7000))
        #expect(expectation.mask == Self.tuple("255.255.255.0", 0, "255.255.255.255", 65535))
        #expect(expectation.master == Self.tuple("10.0.0.1", 1004, "10.0.0.2", 21))
        #expect(expectation.nat == .init(direction: 1, tuple: Self.tuple("10.0.0.99", 7001, "0.0.0.0", 0)))
        #expect(expectation.timeout == 300)
        #expect(expectation.id == 0xDEDE_6B65)
        #expect(expectation.flags == [])
        #expect(expectation.class == 0)
        #expect(expectation.helper == "ftp")
        #expect(expectation.function == "nat-follow-master")
        #expect(expectation.zone == nil)
        #expect(expectation.unknown == [])
    }

    @Test func whatIsUnknownOrOfAnotherSizeIsKept() throws {
        let bytes = message(
            hexadecimal(
                """
                08 00  63 00  01 02 03 04                                         # 99
                06 00  04 00  00 07  00 00                                        # CTA_EXPECT_TIMEOUT of two bytes
                28 00  0a 80                                                      # CTA_EXPECT_NAT
                  05 00  01 00  01  00 00 00                                      # CTA_EXPECT_NAT_DIR of one byte
                  05 00  09 00  02  00 00 00                                      # 9
                  14 00  02 80                                                    # CTA_EXPECT_NAT_TUPLE
                    10 00  01 80                                                  # CTA_TUPLE_IP
                      0c 00  07 00  00 00 00 00 00 00 00 00                       # 7
                06 00  07 00  00 05  00 00                                        # CTA_EXPECT_ZONE: 5
                08 00  08 00  80 00 00 05                                         # CTA_EXPECT_FLAGS
                """))
        let expectation = try decodeExpectation(bytes)
        #expect(
            expectation.unknown == [
                UnknownAttribute(path: [99], bytes: [1, 2, 3, 4]), UnknownAttribute(path: [4], bytes: [0, 7]),
                UnknownAttribute(path: [10, 1], bytes: [1]), UnknownAttribute(path: [10, 9], bytes: [2]),
                UnknownAttribute(path: [10, 2, 1, 7], bytes: [0, 0, 0, 0, 0, 0, 0, 0]),
            ])
        #expect(expectation.timeout == nil)
        #expect(expectation.zone == 5)
        #expect(expectation.flags.names == ["PERMANENT", "USERSPACE", "BIT_31"])
    }

    @Test func damagedMessagesAreDecodedExactlyWhenTheyAreFramed() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var (decoded, refused) = (0, 0)
        for round in 0..<20_000 {
            var damaged = generator.damage(Self.translated)
            guard damaged.count >= 16 else { continue }
            // The message's own length stays valid: damage to it is covered by the tests of MessageCursor.
            damaged.replaceSubrange(0..<4, with: withUnsafeBytes(of: UInt32(damaged.count), Array.init))
            let isFramed = Framing.leaves(of: damaged, nests: Framing.expectationNests) != nil
            let isDecoded = (try? decodeExpectation(damaged)) != nil
            try #require(isDecoded == isFramed, "seed \(seed), round \(round): \(damaged.hexadecimalText)")
            if isDecoded { decoded += 1 } else { refused += 1 }
        }
        #expect(decoded > 1000)
        #expect(refused > 1000)
    }

    @Test func aDumpAsksForAllFamilies() throws {
        let done = hexadecimal("14 00 00 00  03 00  02 00  01 00 00 00  00 00 00 00  00 00 00 00")
        let kernel = ScriptedKernel(answers: [[Self.translated, done]])
        var seen: [Conntrack.Expectation] = []
        let answer = try Expectations(kernel).dump { seen.append($0) }
        #expect(seen == [try decodeExpectation(Self.translated)])
        #expect(answer.messages == 1)
        let request = try #require(kernel.requests.first).message(sequence: 1)
        // IPCTNL_MSG_EXP_GET, NLM_F_REQUEST | NLM_F_DUMP; nfgenmsg of family 0
        #expect(request == hexadecimal("14 00 00 00  01 02  01 03  01 00 00 00  00 00 00 00  00 00 00 00"))
    }

    @Test func withoutCtnetlinkADumpSaysWhatToLoad() {
        // NLMSG_ERROR, -EINVAL, the header of the request.
        let refusal = hexadecimal(
            """
            24 00 00 00  02 00  00 01  01 00 00 00  00 00 00 00
            ea ff ff ff
            14 00 00 00  01 02  01 03  01 00 00 00  00 00 00 00
            """)
        let kernel = ScriptedKernel(answers: [[refusal]])
        let error = #expect(throws: KernelError.self) { try Expectations(kernel).dump { _ in } }
        #expect(error?.cause == .absent)
        #expect(error?.nextStep?.contains("modprobe nf_conntrack_netlink") == true)
    }

    private static func tuple(
        _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16
    ) -> Tuple {
        var tuple = Tuple()
        tuple.protocol = .tcp
        (tuple.source, tuple.destination) = (IPAddress(source), IPAddress(destination))
        tuple.discriminator = .ports(source: sourcePort, destination: destinationPort)
        return tuple
    }
}
