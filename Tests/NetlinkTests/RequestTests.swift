import CNetlink
import Netlink
import TestSupport
import Testing

/// Our requests, compared with those that libmnl builds for the same purpose.
struct RequestTests {
    /// A message that `fill` builds with libmnl.
    static func mnl(_ fill: (UnsafeMutablePointer<nlmsghdr>) -> Void) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1024)
        return try buffer.withUnsafeMutableBytes { bytes in
            let header = try #require(mnl_nlmsg_put_header(bytes.baseAddress))
            fill(header)
            return Array(bytes.prefix(Int(header.pointee.nlmsg_len)))
        }
    }

    @Test func conntrackLookup() throws {
        let expected = try Self.mnl { header in
            header.pointee.nlmsg_type = UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_GET.rawValue)
            header.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_ACK)
            header.pointee.nlmsg_seq = 0x0102_0304
            let extra = mnl_nlmsg_put_extra_header(header, MemoryLayout<nfgenmsg>.size)
            extra?.storeBytes(of: nfgenmsg(nfgen_family: UInt8(AF_INET), version: 0, res_id: 0), as: nfgenmsg.self)
            let tuple = mnl_attr_nest_start(header, UInt16(CTA_TUPLE_ORIG.rawValue))
            let addresses = mnl_attr_nest_start(header, UInt16(CTA_TUPLE_IP.rawValue))
            mnl_attr_put_u32(header, UInt16(CTA_IP_V4_SRC.rawValue), UInt32(0x0A00_0001).bigEndian)
            mnl_attr_nest_end(header, addresses)
            let ports = mnl_attr_nest_start(header, UInt16(CTA_TUPLE_PROTO.rawValue))
            mnl_attr_put_u8(header, UInt16(CTA_PROTO_NUM.rawValue), 6)
            mnl_attr_put_u16(header, UInt16(CTA_PROTO_SRC_PORT.rawValue), UInt16(41048).bigEndian)
            mnl_attr_nest_end(header, ports)
            mnl_attr_nest_end(header, tuple)
        }
        var request = Request.netfilter(
            "look up", subsystem: NFNL_SUBSYS_CTNETLINK, message: IPCTNL_MSG_CT_GET.rawValue, flags: NLM_F_ACK,
            family: AF_INET)
        request.nest(CTA_TUPLE_ORIG.rawValue) { request in
            request.nest(CTA_TUPLE_IP.rawValue) { $0.append(CTA_IP_V4_SRC.rawValue, bigEndian: UInt32(0x0A00_0001)) }
            request.nest(CTA_TUPLE_PROTO.rawValue) { request in
                request.append(CTA_PROTO_NUM.rawValue, host: UInt8(6))
                request.append(CTA_PROTO_SRC_PORT.rawValue, bigEndian: UInt16(41048))
            }
        }
        #expect(request.message(sequence: 0x0102_0304) == expected)
        #expect(request.bus == .netfilter)
    }

    @Test func genericFamilyLookup() throws {
        let expected = try Self.mnl { header in
            header.pointee.nlmsg_type = UInt16(GENL_ID_CTRL)
            header.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_ACK)
            header.pointee.nlmsg_seq = 9
            let extra = mnl_nlmsg_put_extra_header(header, MemoryLayout<genlmsghdr>.size)
            let generic = genlmsghdr(cmd: UInt8(CTRL_CMD_GETFAMILY), version: 1, reserved: 0)
            extra?.storeBytes(of: generic, as: genlmsghdr.self)
            mnl_attr_put_strz(header, UInt16(CTRL_ATTR_FAMILY_NAME), "IPVS")
        }
        var request = Request.generic(
            "look up", family: UInt16(GENL_ID_CTRL), command: UInt8(CTRL_CMD_GETFAMILY), version: 1, flags: NLM_F_ACK)
        request.append(CTRL_ATTR_FAMILY_NAME, text: "IPVS")
        #expect(request.message(sequence: 9) == expected)
        #expect(request.bus == .generic)
    }

    @Test("Payloads are padded to four bytes", arguments: 0...9)
    func padding(count: Int) throws {
        let payload = [UInt8](repeating: 0xAA, count: count)
        let expected = try Self.mnl { header in
            header.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST)
            mnl_attr_put(header, 5, count, payload)
        }
        var request = Request(.generic, "test", type: 0, flags: 0)
        request.append(5, payload)
        #expect(request.message(sequence: 0) == expected)
    }

    @Test func equalWhenTheBytesAreWhateverTheWords() {
        let one = Request(.generic, "read this", type: 16, flags: NLM_F_ACK)
        #expect(one == Request(.generic, "read that", type: 16, flags: NLM_F_ACK))
        #expect(one != Request(.netfilter, "read this", type: 16, flags: NLM_F_ACK))
        #expect(one != Request(.generic, "read this", type: 17, flags: NLM_F_ACK))
        #expect(one != Request(.generic, "read this", type: 16, flags: NLM_F_DUMP))
    }

    @Test func numbersOfTheBuses() {
        #expect(CInt(Request.Bus.netfilter.rawValue) == NETLINK_NETFILTER)
        #expect(CInt(Request.Bus.generic.rawValue) == NETLINK_GENERIC)
        #expect(CInt(Request.Bus.route.rawValue) == NETLINK_ROUTE)
    }

    @Test func aRequestToRtnetlinkHasItsHeaderWhole() {
        var request = Request.route(
            "list routes", type: 26, header: [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], flags: NLM_F_DUMP)
        request.append(15, host: UInt32(255))
        let expected: [UInt8] = [
            36, 0, 0, 0, 26, 0, 1, 3, 7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 15, 0, 255, 0,
            0, 0,
        ]
        #expect(request.message(sequence: 7) == expected && request.bus == .route && request.isDump)
    }

    @Test func sizesOfTheHeaders() {
        #expect(Message.headerSize == MemoryLayout<nlmsghdr>.size)
        #expect(AttributeCursor.headerSize == MemoryLayout<nlattr>.size)
    }
}
