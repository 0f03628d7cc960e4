import Netlink
import TestSupport
import Testing

@testable import Conntrack

/// Data unknown to this program is kept, and breaks nothing.
struct EntryOpenSetTests {
    @Test func anUnknownAttributeIsKept() throws {
        let entry = try decode(
            message(
                hexadecimal(
                    """
                    07 00  e7 03  aa bb cc 00       # attribute 999
                    08 00  08 00  00 00 00 2a       # CTA_MARK: 42
                    08 00  e8 83  04 00 01 00       # attribute 1000, nested
                    """)))
        #expect(entry.mark == 42)
        #expect(
            entry.unknown == [
                .init(path: [999], bytes: [0xAA, 0xBB, 0xCC]), .init(path: [1000], bytes: [4, 0, 1, 0]),
            ])
    }

    @Test func anUnknownAttributeIsKeptWithThePathToIt() throws {
        let entry = try decode(
            message(
                hexadecimal(
                    """
                    24 00  01 80                    # CTA_TUPLE_ORIG
                      0c 00  01 80                  #   CTA_TUPLE_IP
                        05 00  63 00  01 00 00 00   #     attribute 99
                      0c 00  02 80                  #   CTA_TUPLE_PROTO
                        05 00  62 00  02 00 00 00   #     attribute 98
                      05 00  61 00  03 00 00 00     #   attribute 97
                    10 00  04 80                    # CTA_PROTOINFO
                      0c 00  01 80                  #   CTA_PROTOINFO_TCP
                        05 00  60 00  04 00 00 00   #     attribute 96
                    0c 00  09 80                    # CTA_COUNTERS_ORIG
                      05 00  5f 00  05 00 00 00     #   attribute 95
                    """)))
        #expect(
            entry.unknown == [
                .init(path: [1, 1, 99], bytes: [1]), .init(path: [1, 2, 98], bytes: [2]),
                .init(path: [1, 97], bytes: [3]), .init(path: [4, 1, 96], bytes: [4]),
                .init(path: [9, 95], bytes: [5]),
            ])
    }

    @Test(
        "A known attribute of unexpected size is kept as an unknown one",
        arguments: [
            ("06 00  08 00  00 2a 00 00", [8], [0x00, 0x2A]),  // CTA_MARK of two bytes
            ("0c 00  03 00  00 00 00 00 00 00 00 08", [3], [0, 0, 0, 0, 0, 0, 0, 8]),  // CTA_STATUS of eight
            ("04 00  0c 00", [12], []),  // CTA_ID, empty
            ("10 00  01 80  0c 00  01 80  07 00  01 00  0a 00 00 00", [1, 1, 1], [10, 0, 0]),  // CTA_IP_V4_SRC of three
        ] as [(String, [UInt16], [UInt8])])
    func anotherSize(attributes: String, path: [UInt16], bytes: [UInt8]) throws {
        let entry = try decode(message(hexadecimal(attributes)))
        #expect(entry.unknown == [.init(path: path, bytes: bytes)])
        #expect(entry.mark == nil)
        #expect(entry.status == [])
        #expect(entry.id == nil)
        #expect(entry.original.source == nil)
    }

    @Test func anUnknownProtocolStateIsKept() throws {
        let entry = try decode(message(hexadecimal("0c 00  04 80  08 00  09 80  04 00 01 00")))
        #expect(entry.state == nil)
        #expect(entry.unknown == [.init(path: [4, 9], bytes: [4, 0, 1, 0])])
    }

    @Test func anUnknownStateIsItsNumber() throws {
        let entry = try decode(message(hexadecimal("10 00  04 80  0c 00  01 80  05 00  01 00  c8 00 00 00")))
        #expect(entry.state == .tcp(.init(state: 200)))
        #expect(entry.state?.name == "200")
    }

    @Test func otherFamiliesHaveNoAddresses() throws {
        // AF_BRIDGE
        let entry = try decode(message(family: 7, hexadecimal("08 00  0c 00  00 00 00 01")))
        #expect(entry.family == 7)
        #expect(entry.original.source == nil)
        #expect(entry.id == 1)
    }

    @Test(
        "Attributes with broken framing are errors",
        arguments: [
            "03 00  08 00",  // shorter than its own header
            "08 00  08 00  00 00 00",  // longer than the message
            "08 00  01 80  00 00 01 00",  // nested: a length of 0 would loop forever
            "08 00  01 80  09 00 01 00",  // nested: longer than its parent
            "0c 00  04 80  08 00  01 80  05 00 01 00",  // nested twice
            "08 00  09 80  06 00 01 00",  // in counters
            "08 00  05 80  03 00 01 00",  // in the helper
        ])
    func framing(attributes: String) {
        #expect(throws: DecodeError.self) { try decode(message(hexadecimal(attributes))) }
    }

    @Test func aMessageShorterThanItsFamilyHeaderIsAnError() {
        #expect(throws: DecodeError.self) {
            try decode(hexadecimal("13 00 00 00  00 01  02 00  01 00 00 00  00 00 00 00  02 00 00"))
        }
    }

    @Test func countersOfOldKernelsAreNarrow() throws {
        let entry = try decode(
            message(hexadecimal("14 00  09 80  08 00  03 00  00 00 00 05  08 00  04 00  00 00 01 2c")))
        #expect(entry.originalCounters == .init(packets: 5, bytes: 300))
    }
}
