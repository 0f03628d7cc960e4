import Foundation
import Netlink

/// Creates, changes and deletes entries over ctnetlink, many per call. Each message that the kernel accepts causes one
/// event.
package final class ConntrackGenerator {
    private let descriptor: CInt
    private var batch: [UInt8] = []
    private var sequence: UInt32 = 0
    /// The events caused by what was sent.
    package private(set) var events = 0
    private var inBatch = 0

    /// Opens a netlink socket in the namespace of the calling thread; needs CAP_NET_ADMIN.
    ///
    /// - Parameter port: its netlink port; nil to have the kernel choose one.
    package init(port: UInt32? = nil) throws {
        descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 12)
        guard descriptor >= 0 else { throw SystemFailure("socket(NETLINK_NETFILTER)", errno: errno) }
        guard let port else { return }
        // struct sockaddr_nl: family and padding, port, groups.
        let address: [UInt32] = [UInt32(AF_NETLINK), port, 0]
        let bound = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard bound == 0 else { throw SystemFailure("bind to netlink port \(port)", errno: errno) }
    }

    deinit { close(descriptor) }

    /// What to do with entries.
    package enum Action: Sendable {
        case create
        case change(mark: UInt32)
        case delete
    }

    /// UDP from 10.(number) to 10.0.0.1:53, with a lifetime of an hour.
    package func add(_ action: Action, _ number: Int) throws {
        // NFNL_SUBSYS_CTNETLINK; IPCTNL_MSG_CT_NEW and IPCTNL_MSG_CT_DELETE; NLM_F_CREATE and NLM_F_EXCL.
        let isDelete = if case .delete = action { true } else { false }
        let isCreate = if case .create = action { true } else { false }
        var request = Request.netfilter(
            "generate", subsystem: 1, message: isDelete ? 2 : 0, flags: isCreate ? 0x400 | 0x200 : 0, family: AF_INET)
        Self.append(1, number, isReply: false, to: &request)
        if isCreate {
            Self.append(2, number, isReply: true, to: &request)
            request.append(7, bigEndian: UInt32(3600))
        }
        if case .change(let mark) = action { request.append(8, bigEndian: mark) }
        sequence &+= 1
        batch += request.message(sequence: sequence)
        inBatch += 1
        if batch.count > 16 << 10 { try flush() }
    }

    /// Sends the pending messages, and counts the kernel's refusals.
    package func flush() throws {
        guard !batch.isEmpty else { return }
        guard send(descriptor, batch, batch.count, 0) == batch.count else { throw SystemFailure("send", errno: errno) }
        events += inBatch
        batch = []
        inBatch = 0
        var answer = [UInt8](repeating: 0, count: 32 << 10)
        while true {
            let count = recv(descriptor, &answer, answer.count, CInt(MSG_DONTWAIT))
            if count < 0 {
                guard errno == EAGAIN else { throw SystemFailure("recv", errno: errno) }
                return
            }
            events -= try Self.refusals(answer.span.bytes.extracting(first: count))
        }
    }

    private static func refusals(_ answer: RawSpan) throws -> Int {
        var cursor = MessageCursor()
        var count = 0
        while let message = try cursor.next(in: answer) {
            // NLMSG_ERROR
            if message.type == 2 { count += 1 }
        }
        return count
    }

    private static func append(_ type: UInt16, _ number: Int, isReply: Bool, to request: inout Request) {
        let client = UInt32(0x0A01_0000) + UInt32(number / 50_000)
        let server = UInt32(0x0A00_0001)
        let port = UInt16(1024 + number % 50_000)
        request.nest(type) { request in
            request.nest(UInt16(1)) { request in
                request.append(1, bigEndian: isReply ? server : client)
                request.append(2, bigEndian: isReply ? client : server)
            }
            request.nest(UInt16(2)) { request in
                request.append(1, host: UInt8(17))
                request.append(2, bigEndian: isReply ? 53 : port)
                request.append(3, bigEndian: isReply ? port : 53)
            }
        }
    }
}
