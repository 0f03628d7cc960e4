import CNetlink
import Netlink

/// Messages of sock_diag about TCP sockets, whose addresses are in their headers (`struct inet_diag_req_v2`, `struct inet_diag_msg`).
enum SocketMessages {
    private static let requestSize = 56
    private static let answerSize = 72
    /// `id.idiag_src` in each of them; `id.idiag_dst` follows.
    private static let requestAddresses = 12
    private static let answerAddresses = 8
    private static let addressSize = 16

    /// Numbers alone: `INET_DIAG_INFO`, type of service, what was shut down, marks, options. Others are not asked for.
    private static let attributes = Shape(
        keep: [
            INET_DIAG_INFO, INET_DIAG_TOS, INET_DIAG_TCLASS, INET_DIAG_SHUTDOWN, INET_DIAG_SKV6ONLY, INET_DIAG_MARK,
            INET_DIAG_CLASS_ID, INET_DIAG_CGROUP_ID, INET_DIAG_SOCKOPT,
        ])

    /// - Returns: the shape of a message of this type, and the size of its header; nil for one that is not known.
    static func shape(_ type: UInt16, isRequest: Bool) -> Anonymizer.MessageShape? {
        guard Int32(type) == SOCK_DIAG_BY_FAMILY else { return nil }
        return (attributes, isRequest ? requestSize : answerSize, "TCP sockets")
    }

    /// - Parameter header: as long as `shape` says.
    static func rewritten(_ header: [UInt8], isRequest: Bool, _ addresses: inout AddressMapping) -> [UInt8] {
        var header = header
        // An IPv4 address has the first of the four words.
        let size = header.first.map(Int32.init) == AF_INET ? 4 : addressSize
        let first = isRequest ? requestAddresses : answerAddresses
        for place in [first, first + addressSize] where place + size <= header.count {
            if let mapped = addresses.mapped(Array(header[place..<place + size])) {
                header.replaceSubrange(place..<place + size, with: mapped)
            }
        }
        return header
    }
}
