/// IPVS's connections as records, from wherever a source has them besides /proc/net/ip_vs_conn: more than its rows say, and in linear time.
package protocol ConnectionTable: AnyObject {
    /// Delivers the connections of the network namespace, in batches of whole records (`ConnectionRecord`).
    ///
    /// - Parameter receive: gets a batch, borrowed for the call.
    /// - Throws: if not all of them could be read: what was delivered does not count then.
    func read(_ receive: (RawSpan) -> Void) throws(KernelError)
}

/// How a source reads IPVS's connections.
package enum ConnectionAccess {
    case proc
    /// - isRequired: whether an error counts, instead of reading /proc.
    case table(any ConnectionTable, isRequired: Bool)
    /// From /proc, because the table cannot be read; or not at all, if it is required.
    case unavailable(KernelError, isRequired: Bool = false)
}

extension KernelError {
    /// The table could not be read, and was required: with a next step.
    package var orReadProc: KernelError {
        var error = self
        error.nextStep = nextStep ?? "--connections auto reads /proc instead"
        return error
    }
}

/// The layout of a connection in a `ConnectionTable`, and in a capture. Numbers are in host order (little-endian), ports and addresses in
/// network order.
package enum ConnectionRecord {
    /// Bytes of this record, with the persistence engine's name and data: a multiple of eight.
    package static let length = 0  // u16
    /// `AF_INET` or `AF_INET6`.
    package static let family = 2  // u8
    /// Of the real server: a tunnel may have another one.
    package static let destinationFamily = 3  // u8
    package static let `protocol` = 4  // u16
    /// The number of its state in its protocol.
    package static let state = 6  // u16
    package static let clientPort = 8  // be16
    package static let virtualPort = 10  // be16
    package static let destinationPort = 12  // be16
    package static let engineNameLength = 14  // u8
    package static let engineDataLength = 15  // u8
    package static let client = 16  // 16 bytes
    package static let virtual = 32  // 16 bytes
    package static let destination = 48  // 16 bytes
    /// `IP_VS_CONN_F_*` (include/uapi/linux/ip_vs.h), with the forwarding method in the lowest three bits.
    package static let flags = 64  // u32
    package static let firewallMark = 68  // u32
    /// Seconds until it expires; negative if that is over.
    package static let expires = 72  // i32
    /// Packets from the client: a counter that wraps.
    package static let packets = 76  // u32
    /// Seconds: where the timer starts with each packet.
    package static let timeout = 80  // u32
    /// 1 if another connection controls it, as a template or an FTP connection does.
    package static let isControlled = 84  // u8
    /// 1 if it is still bound to a destination of a service.
    package static let isBound = 85  // u8

    /// Where the engine's name begins; its data follow at once.
    package static let size = 88
}
