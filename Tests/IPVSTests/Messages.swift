import CNetlink
import IPVS
import Netlink
import TestSupport
import Testing

/// A message that libmnl builds.
struct LibraryMessage {
    let header: UnsafeMutablePointer<nlmsghdr>

    /// - Parameter extra: the bytes of the family's own header.
    static func build(
        type: UInt16, flags: Int32 = NLM_F_MULTI, extra: [UInt8] = [], _ fill: (LibraryMessage) -> Void = { _ in }
    ) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        return try buffer.withUnsafeMutableBytes { bytes in
            let header = try #require(mnl_nlmsg_put_header(bytes.baseAddress))
            header.pointee.nlmsg_type = type
            header.pointee.nlmsg_flags = UInt16(flags)
            header.pointee.nlmsg_seq = 1
            mnl_nlmsg_put_extra_header(header, extra.count)?.copyMemory(from: extra, byteCount: extra.count)
            fill(LibraryMessage(header: header))
            return Array(bytes.prefix(Int(header.pointee.nlmsg_len)))
        }
    }

    func nest(_ type: Int, _ fill: () -> Void) {
        let start = mnl_attr_nest_start(header, UInt16(type))
        fill()
        mnl_attr_nest_end(header, start)
    }

    func byte(_ type: Int, _ value: UInt8) { mnl_attr_put_u8(header, UInt16(type), value) }
    func short(_ type: Int, _ value: UInt16) { mnl_attr_put_u16(header, UInt16(type), value) }
    func word(_ type: Int, _ value: UInt32) { mnl_attr_put_u32(header, UInt16(type), value) }
    func long(_ type: Int, _ value: UInt64) { mnl_attr_put_u64(header, UInt16(type), value) }
    func text(_ type: Int, _ value: String) { mnl_attr_put_strz(header, UInt16(type), value) }
    func bytes(_ type: Int, _ value: [UInt8]) { mnl_attr_put(header, UInt16(type), value.count, value) }

    /// `union nf_inet_addr`; IPv4 uses the first four bytes.
    func address(_ type: Int, _ value: [UInt8]) {
        bytes(type, value + [UInt8](repeating: 0, count: 16 - value.count))
    }
}

/// The answers of a kernel with IPVS.
enum IPVSAnswers {
    static let family: UInt16 = 0x1C

    /// The family is present: its number, and the end of the answer.
    static func kernel(then answers: [[[UInt8]]]) throws -> ScriptedKernel {
        let controller = try LibraryMessage.build(type: UInt16(GENL_ID_CTRL), flags: 0, extra: [1, 2, 0, 0]) {
            message in
            message.text(Int(CTRL_ATTR_FAMILY_NAME), "IPVS")
            message.short(Int(CTRL_ATTR_FAMILY_ID), family)
            message.word(Int(CTRL_ATTR_VERSION), 1)
        }
        return ScriptedKernel(
            answers: [[controller, try acknowledgement()]] + answers,
            files: ["proc/net/ip_vs_stats": [Array("   Total Incoming Outgoing\n".utf8)]])
    }

    static func message(_ command: Int, _ fill: (LibraryMessage) -> Void) throws -> [UInt8] {
        try LibraryMessage.build(type: family, extra: [UInt8(command), 1, 0, 0], fill)
    }

    static func service(_ fill: (LibraryMessage) -> Void) throws -> [UInt8] {
        try message(IPVS_CMD_NEW_SERVICE) { message in message.nest(IPVS_CMD_ATTR_SERVICE) { fill(message) } }
    }

    static func destination(_ fill: (LibraryMessage) -> Void) throws -> [UInt8] {
        try message(IPVS_CMD_NEW_DEST) { message in
            message.nest(IPVS_CMD_ATTR_DEST) {
                // Every destination has a port; a later one counts.
                message.short(IPVS_DEST_ATTR_PORT, 0)
                fill(message)
            }
        }
    }

    static func done() throws -> [UInt8] { try LibraryMessage.build(type: UInt16(NLMSG_DONE), extra: [0, 0, 0, 0]) }

    /// An error of 0, and the header of the request.
    static func acknowledgement() throws -> [UInt8] {
        try LibraryMessage.build(
            type: UInt16(NLMSG_ERROR), flags: NLM_F_CAPPED,
            extra: [0, 0, 0, 0, 20, 0, 0, 0] + [UInt8](repeating: 0, count: 12))
    }

    /// The services listed by a director with this one service and these destinations.
    static func listing(_ service: [UInt8], _ destinations: [[UInt8]] = []) throws -> [Service] {
        try Director(kernel(then: [[service, done()], destinations + [done()]])).services().services
    }
}
