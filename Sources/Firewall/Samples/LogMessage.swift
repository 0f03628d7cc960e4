import Addresses
import CNetlink
import Conntrack
import Netlink

/// An NFLOG message (`NFULNL_MSG_PACKET`). Unknown attributes are skipped.
struct LogMessage {
    /// The packet's sequence number in the group (`NFULA_SEQ`); packets logged but not delivered have one too.
    private(set) var sequence: UInt32?
    /// Nil if it is not from one of our rules (its prefix is not a ctstate), or contains no IP packet.
    private(set) var sample: Sample?

    private var hook: NetfilterHook?
    private var moment: Moment?
    private var mark: UInt32?
    private var inputInterface: UInt32?
    private var outputInterface: UInt32?
    private var ctstate: CTState?
    private var headers: PacketHeaders?

    /// - Parameter received: used if the kernel reports no time for the packet: at hooks after FORWARD, and on older kernels for packets
    ///   without a timestamp.
    /// - Returns: nil for other kinds of messages.
    init?(_ message: Message, in datagram: borrowing RawSpan, received: Moment) throws(DecodeError) {
        guard message.type == UInt16(NFNL_SUBSYS_ULOG) << 8 | UInt16(NFULNL_MSG_PACKET.rawValue) else { return nil }
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        while let attribute = try cursor.next(in: datagram) { take(attribute, in: datagram) }
        guard let headers, let ctstate, let hook else { return }
        var sample = Sample(headers, ctstate, at: hook, moment ?? received)
        sample.mark = mark ?? 0
        (sample.inputInterface, sample.outputInterface) = (inputInterface, outputInterface)
        self.sample = sample
    }

    private mutating func take(_ attribute: Attribute, in datagram: borrowing RawSpan) {
        switch nfulnl_attr_type(UInt32(attribute.type)) {
        case NFULA_PACKET_HDR where attribute.payload.count >= MemoryLayout<nfulnl_msg_packet_hdr>.size:
            hook = (try? datagram.host(UInt8.self, at: attribute.payload.lowerBound + 2)).map(NetfilterHook.init)
        case NFULA_SEQ: sequence = datagram.bigEndian(attribute)
        case NFULA_MARK: mark = datagram.bigEndian(attribute)
        case NFULA_TIMESTAMP: moment = Self.moment(attribute, in: datagram)
        case NFULA_IFINDEX_INDEV: inputInterface = datagram.bigEndian(attribute)
        case NFULA_IFINDEX_OUTDEV: outputInterface = datagram.bigEndian(attribute)
        case NFULA_PREFIX: ctstate = CTState(prefix: datagram.text(attribute))
        case NFULA_PAYLOAD: headers = PacketHeaders(datagram, in: attribute.payload)
        default: break
        }
    }

    /// Seconds and microseconds since 1970, 64 bits each (`struct nfulnl_msg_packet_timestamp`). Some kernels send 0 for packets without a
    /// timestamp.
    private static func moment(_ attribute: Attribute, in datagram: borrowing RawSpan) -> Moment? {
        let start = attribute.payload.lowerBound
        guard attribute.payload.count >= 16, let seconds: UInt64 = try? datagram.bigEndian(at: start),
            let microseconds: UInt64 = try? datagram.bigEndian(at: start + 8), seconds > 0
        else { return nil }
        let (nanoseconds, isTooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isFurther) = nanoseconds.addingReportingOverflow(microseconds % 1_000_000 * 1000)
        return isTooFar || isFurther ? nil : Moment(nanoseconds: sum)
    }
}
