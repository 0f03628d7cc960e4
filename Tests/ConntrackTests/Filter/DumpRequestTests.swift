import Addresses
import Conntrack
import Netlink
import TestSupport
import Testing

/// What a filter requests from the kernel, and what happens if the kernel refuses.
struct DumpRequestTests {
    /// `NLMSG_DONE` that ends an answer.
    private static let done = hexadecimal("14 00 00 00  03 00  02 00  01 00 00 00  00 00 00 00  00 00 00 00")

    private static func refusal(_ errno: UInt8) -> [UInt8] {
        hexadecimal("24 00 00 00  02 00  00 01  01 00 00 00  00 00 00 00") + [0 &- errno, 0xFF, 0xFF, 0xFF]
            + hexadecimal("14 00 00 00  01 01  01 03  01 00 00 00  00 00 00 00")
    }

    private static func requests(_ set: (inout EntryFilter) -> Void) throws -> [[UInt8]] {
        var filter = EntryFilter()
        set(&filter)
        let kernel = ScriptedKernel(answers: [[done], [done]])
        _ = try Table(kernel).dump(matching: filter) { _ in }
        return kernel.requests.map { $0.message(sequence: 1) }
    }

    private static let bare = hexadecimal("14 00 00 00  01 01  01 03  01 00 00 00  00 00 00 00  00 00 00 00")

    /// Captures look up answers by these bytes.
    @Test func whatTheKernelCannotFilterIsAskedForAsEver() throws {
        #expect(try Self.requests { _ in } == [Self.bare])
        #expect(try Self.requests { $0.requiredLabels = [3] } == [Self.bare])
        #expect(try Self.requests { $0.original.destinationPorts.wanted = [80...80] } == [Self.bare])
        #expect(try Self.requests { $0.zones.wanted = [0] } == [Self.bare])
        #expect(try Self.requests { $0.marks.unwanted = [.init(0)] } == [Self.bare])
        #expect(try Self.requests { $0.protocols.wanted = [.tcp, .udp] } == [Self.bare])
        #expect(try Self.requests { $0.anyStatus = [.offload, .hardwareOffload] } == [Self.bare])
    }

    @Test func theWholeRequest() throws {
        let requests = try Self.requests { filter in
            filter.protocols.wanted = [.tcp]
            filter.original.sources.wanted = ["10.0.0.1"].compactMap(Prefix.init)
            filter.original.destinationPorts.wanted = [80...80]
            filter.reply.destinations.wanted = ["10.0.0.33"].compactMap(Prefix.init)
            filter.reply.sourcePorts.wanted = [8080...8080]
            filter.marks.wanted = [.init(0x10, mask: 0xFF)]
            filter.requiredStatus = .assured
            filter.forbiddenStatus = .seenReply
            filter.zones.wanted = [4]
        }
        #expect(
            requests == [
                hexadecimal(
                    """
                    98 00 00 00  01 01  01 03  01 00 00 00  00 00 00 00  # IPCTNL_MSG_CT_GET, NLM_F_REQUEST | NLM_F_DUMP
                    02 00 00 00                                          # nfgenmsg: AF_INET
                    24 00  01 80                                         # CTA_TUPLE_ORIG
                      0c 00  01 80                                       #   CTA_TUPLE_IP
                        08 00  01 00  0a 00 00 01                        #     CTA_IP_V4_SRC
                      14 00  02 80                                       #   CTA_TUPLE_PROTO
                        05 00  01 00  06 00 00 00                        #     CTA_PROTO_NUM: TCP
                        06 00  03 00  00 50 00 00                        #     CTA_PROTO_DST_PORT: 80
                    24 00  02 80                                         # CTA_TUPLE_REPLY
                      0c 00  01 80                                       #   CTA_TUPLE_IP
                        08 00  02 00  0a 00 00 21                        #     CTA_IP_V4_DST
                      14 00  02 80                                       #   CTA_TUPLE_PROTO
                        05 00  01 00  06 00 00 00                        #     CTA_PROTO_NUM: TCP
                        06 00  02 00  1f 90 00 00                        #     CTA_PROTO_SRC_PORT: 8080
                    14 00  19 80                                         # CTA_FILTER
                      08 00  01 00  29 00 00 00                          #   CTA_FILTER_ORIG_FLAGS: IP_SRC, PROTO_NUM, DST_PORT
                      08 00  02 00  1a 00 00 00                          #   CTA_FILTER_REPLY_FLAGS: IP_DST, PROTO_NUM, SRC_PORT
                    08 00  08 00  00 00 00 10                            # CTA_MARK
                    08 00  15 00  00 00 00 ff                            # CTA_MARK_MASK
                    08 00  03 00  00 00 00 04                            # CTA_STATUS: IPS_ASSURED
                    08 00  1a 00  00 00 00 06                            # CTA_STATUS_MASK: and not IPS_SEEN_REPLY
                    06 00  12 00  00 04 00 00                            # CTA_ZONE: 4
                    """)
            ])
    }

    @Test func aProtocolAloneIsAskedForInEachFamily() throws {
        let requests = try Self.requests { $0.protocols.wanted = [.udp] }
        let families = requests.map { $0.count > 16 ? $0[16] : 0 }
        #expect(families == [2, 10])
    }

    @Test func theKernelsInvertedTestOfIPv6IsNotUsed() throws {
        let requests = try Self.requests { $0.original.sources.wanted = ["::1"].compactMap(Prefix.init) }
        var family = Self.bare
        family[16] = 10
        #expect(requests == [family])
    }

    /// An entry of another zone arrives, and is dropped by the program.
    @Test func whatTheKernelSendsTooMuchIsLeftOut() throws {
        let kernel = ScriptedKernel(answers: [[EntryFixtures.tcp, EntryFixtures.icmp, Self.done]])
        var filter = EntryFilter()
        filter.zones.wanted = [4]
        var entries = 0
        let answer = try Table(kernel).dump(matching: filter) { _ in entries += 1 }
        #expect(entries == 0)
        #expect(answer.messages == 2)
    }

    @Test(arguments: [UInt8(22), 95, 34]) func aKernelThatRefusesIsAskedWithout(errno: UInt8) throws {
        let kernel = ScriptedKernel(answers: [[Self.refusal(errno)], [EntryFixtures.tcp, Self.done]])
        var filter = EntryFilter()
        filter.marks.wanted = [.init(0x1234_5678)]
        var entries = 0
        let answer = try Table(kernel).dump(matching: filter) { _ in entries += 1 }
        #expect(entries == 1 && answer.messages == 1)
        #expect(kernel.requests.count == 2)
        #expect(kernel.requests.last?.message(sequence: 1) == Self.bare)
    }

    @Test func whatIsForbiddenIsNotAskedTwice() {
        let kernel = ScriptedKernel(answers: [[Self.refusal(1)], [Self.done]])
        var filter = EntryFilter()
        filter.marks.wanted = [.init(7)]
        let error = #expect(throws: KernelError.self) { _ = try Table(kernel).dump(matching: filter) { _ in } }
        #expect(error?.cause == .forbidden)
        #expect(kernel.requests.count == 1)
    }

    @Test(arguments: [(Table.Kind.dying, UInt8(6)), (.unconfirmed, 7)])
    func otherListsAreAskedForWithoutAFilter(kind: Table.Kind, message: UInt8) throws {
        let kernel = ScriptedKernel(answers: [[EntryFixtures.tcp, EntryFixtures.icmp, Self.done]])
        var filter = EntryFilter()
        filter.marks.wanted = [.init(0)]
        var entries: [Entry] = []
        _ = try Table(kernel).dump(kind, matching: filter) { entries.append($0) }
        #expect(try entries == [decode(EntryFixtures.icmp)])
        var expected = Self.bare
        expected[4] = message
        #expect(kernel.requests.map { $0.message(sequence: 1) } == [expected])
    }

    /// A capture has the answer to the unfiltered request.
    @Test func aCaptureAnswersAnyFilter() throws {
        try inTemporaryFolder { path in
            let live = ScriptedKernel(answers: [[EntryFixtures.tcp, EntryFixtures.icmp, Self.done]])
            let recording = try RecordingKernel(live, into: path + "/capture", tool: "test")
            var filter = EntryFilter()
            filter.families.wanted = [2]
            filter.protocols.wanted = [.icmp]
            var recorded: [Entry] = []
            _ = try Table(recording).dump(matching: filter) { recorded.append($0) }
            try recording.finish()
            filter.protocols.wanted = [.tcp]
            filter.marks.wanted = [.init(0x1234_5678)]
            var replayed: [Entry] = []
            _ = try Table(CapturedKernel(path + "/capture")).dump(matching: filter) { replayed.append($0) }
            #expect(try recorded == [decode(EntryFixtures.icmp)])
            #expect(try replayed == [decode(EntryFixtures.tcp)])
        }
    }
}
