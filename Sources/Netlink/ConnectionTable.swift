/// IPVS's connections as records, from wherever a source has them besides /proc/net/ip_vs_conn: more than its rows say, and in linear time.
package protocol ConnectionTable: AnyObject {
    /// Delivers the connections of the network namespace, in batches of whole records (`ConnectionRecord`).
    ///
    /// - Parameters:
    ///   - bound: how long it may take; nil for as long as it takes.
    ///   - receive: gets a batch, borrowed for the call.
    /// - Throws: if not all of them could be read: what was delivered does not count then, unless the cause is `.stopped`, by the user
    ///   or by the bound. A capture keeps none of it then.
    func read(within bound: Duration?, _ receive: (RawSpan) -> Void) throws(KernelError)
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
public enum ConnectionRecord {
    /// Bytes of this record, with the persistence engine's name and data: a multiple of eight.
    @inlinable public static var length: Int { 0 }  // u16
    /// `AF_INET` or `AF_INET6`.
    @inlinable public static var family: Int { 2 }  // u8
    /// Of the real server: a tunnel may have another one.
    @inlinable public static var destinationFamily: Int { 3 }  // u8
    @inlinable public static var `protocol`: Int { 4 }  // u16
    /// The number of its state in its protocol.
    @inlinable public static var state: Int { 6 }  // u16
    @inlinable public static var clientPort: Int { 8 }  // be16
    @inlinable public static var virtualPort: Int { 10 }  // be16
    @inlinable public static var destinationPort: Int { 12 }  // be16
    @inlinable public static var engineNameLength: Int { 14 }  // u8
    @inlinable public static var engineDataLength: Int { 15 }  // u8
    @inlinable public static var client: Int { 16 }  // 16 bytes
    @inlinable public static var virtual: Int { 32 }  // 16 bytes
    @inlinable public static var destination: Int { 48 }  // 16 bytes
    /// `IP_VS_CONN_F_*` (include/uapi/linux/ip_vs.h), with the forwarding method in the lowest three bits.
    @inlinable public static var flags: Int { 64 }  // u32
    @inlinable public static var firewallMark: Int { 68 }  // u32
    /// Seconds until it expires; negative if that is over.
    @inlinable public static var expires: Int { 72 }  // i32
    /// Packets from the client: a counter that wraps.
    @inlinable public static var packets: Int { 76 }  // u32
    /// Seconds: where the timer starts with each packet.
    @inlinable public static var timeout: Int { 80 }  // u32
    /// 1 if another connection controls it, as a template or an FTP connection does.
    @inlinable public static var isControlled: Int { 84 }  // u8
    /// 1 if it is still bound to a destination of a service.
    @inlinable public static var isBound: Int { 85 }  // u8

    /// Where the engine's name begins; its data follow at once.
    @inlinable public static var size: Int { 88 }
}
