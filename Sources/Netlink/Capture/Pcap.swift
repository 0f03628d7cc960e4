import Addresses
import CNetlink

/// The pcap file format with link type 253 (`LINKTYPE_NETLINK`), in host byte order, like the messages in it.
///
/// A record is a datagram after the 16-byte header that Linux's nlmon devices write: packet type, ARPHRD_NETLINK, and the netlink
/// protocol, all big-endian. Wireshark and tcpdump read it.
enum Pcap {
    static let fileHeaderSize = 24
    static let recordHeaderSize = 16
    static let linkHeaderSize = 16

    private static let magic: UInt32 = 0xA1B2_C3D4
    private static let linkType: UInt32 = 253
    private static let hardwareNetlink: UInt16 = 824
    /// Longer than any netlink datagram that we receive.
    static let longestRecord = 1 << 20

    enum Direction: UInt16 {
        /// `PACKET_USER` and `PACKET_KERNEL` of linux/if_packet.h.
        case fromKernel = 6
        case toKernel = 7
    }

    static var fileHeader: [UInt8] {
        bytes(of: magic) + bytes(of: UInt16(2)) + bytes(of: UInt16(4)) + bytes(of: UInt32(0)) + bytes(of: UInt32(0))
            + bytes(of: UInt32(longestRecord)) + bytes(of: linkType)
    }

    static func recordHeader(_ direction: Direction, _ bus: Request.Bus, count: Int, microseconds: UInt64) -> [UInt8] {
        let length = UInt32(count + linkHeaderSize)
        return bytes(of: UInt32(truncatingIfNeeded: microseconds / 1_000_000))
            + bytes(of: UInt32(microseconds % 1_000_000)) + bytes(of: length) + bytes(of: length)
            + bytes(of: direction.rawValue.bigEndian) + bytes(of: hardwareNetlink.bigEndian)
            + [UInt8](repeating: 0, count: 10) + bytes(of: bus.rawValue.bigEndian)
    }

    static func checkFileHeader(_ header: RawSpan) throws(DecodeError) {
        guard try header.host(UInt32.self, at: 0) == magic else {
            throw DecodeError("pcap header", "this is not a pcap file in this machine's byte order", at: 0)
        }
        guard try header.host(UInt32.self, at: 20) == linkType else {
            throw DecodeError("pcap header", "its link type is not netlink (253)", at: 20)
        }
    }

    /// Precedes each datagram: its size and direction.
    struct RecordHeader {
        var count: Int
        var direction: Direction
        var bus: Request.Bus
        /// When it was received or sent, to the microsecond.
        var moment: Moment

        init(_ header: RawSpan) throws(DecodeError) {
            let length = Int(try header.host(UInt32.self, at: 8))
            guard (linkHeaderSize...longestRecord).contains(length) else {
                throw DecodeError("pcap record", "its length is \(length)", at: 8)
            }
            count = length - linkHeaderSize
            guard let direction = Direction(rawValue: try header.bigEndian(at: 16)),
                let bus = Request.Bus(rawValue: try header.bigEndian(at: 30))
            else { throw DecodeError("pcap record", "it is not between us and the kernel", at: 16) }
            let (seconds, microseconds): (UInt32, UInt32) = (try header.host(at: 0), try header.host(at: 4))
            moment = Moment(nanoseconds: UInt64(seconds) * 1_000_000_000 + UInt64(microseconds) * 1000)
            self.direction = direction
            self.bus = bus
        }
    }

    private static func bytes<T: FixedWidthInteger>(of value: T) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }
}
