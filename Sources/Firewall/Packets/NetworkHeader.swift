import Addresses
import Netlink

/// An IPv4 header (RFC 791) with options, or an IPv6 header (RFC 8200) with extension headers.
struct NetworkHeader {
    let source: IPAddress
    let destination: IPAddress
    private(set) var `protocol`: IPProtocol
    /// Bytes of the packet, according to the header.
    let length: Int
    /// Where the transport header begins, present or not; nil if this packet has none, or its position is unknown.
    private(set) var transport: Int?
    private(set) var isLaterFragment = false

    /// - Parameter packet: begins at the IP header.
    /// - Returns: nil if it is not IP, or the header is truncated (ignoring options and extension headers).
    init?(_ packet: borrowing RawSpan) {
        do throws(DecodeError) {
            switch try packet.host(UInt8.self, at: 0) >> 4 {
            case 4: try self.init(ipv4: packet)
            case 6: try self.init(ipv6: packet)
            default: return nil
            }
        } catch {
            return nil
        }
    }

    private init(ipv4 packet: borrowing RawSpan) throws(DecodeError) {
        let size = Int(try packet.host(UInt8.self, at: 0) & 0xF) * 4
        guard size >= 20 else { throw DecodeError("IPv4 header", "it claims \(size) bytes", at: 0) }
        length = Int(try packet.bigEndian(UInt16.self, at: 2))
        isLaterFragment = try packet.bigEndian(UInt16.self, at: 6) & 0x1FFF != 0
        `protocol` = IPProtocol(rawValue: try packet.host(at: 9))
        source = IPAddress(ipv4: try packet.bigEndian(at: 12))
        destination = IPAddress(ipv4: try packet.bigEndian(at: 16))
        transport = isLaterFragment ? nil : size
    }

    private init(ipv6 packet: borrowing RawSpan) throws(DecodeError) {
        length = Int(try packet.bigEndian(UInt16.self, at: 4)) + Self.ipv6Size
        `protocol` = IPProtocol(rawValue: try packet.host(at: 6))
        source = IPAddress(ipv6High: try packet.bigEndian(at: 8), low: try packet.bigEndian(at: 16))
        destination = IPAddress(ipv6High: try packet.bigEndian(at: 24), low: try packet.bigEndian(at: 32))
        walkExtensions(of: packet)
    }

    private static let ipv6Size = 40

    /// Skips those that the kernel skips to find the transport header (ipv6_find_hdr, net/ipv6/exthdrs_core.c). Each step moves forward by
    /// at least eight bytes.
    private mutating func walkExtensions(of packet: borrowing RawSpan) {
        var offset = Self.ipv6Size
        while let kind = Extension(rawValue: `protocol`.rawValue) {
            guard let next: UInt8 = try? packet.host(at: offset), let size = kind.size(in: packet, at: offset) else {
                return
            }
            if kind == .fragment {
                guard let position: UInt16 = try? packet.bigEndian(at: offset + 2) else { return }
                isLaterFragment = position & 0xFFF8 != 0
            }
            `protocol` = IPProtocol(rawValue: next)
            if isLaterFragment { return }
            offset += size
        }
        transport = offset
    }

    private enum Extension: UInt8 {
        case hopByHop = 0
        case routing = 43
        case fragment = 44
        case authentication = 51
        case destination = 60

        /// In bytes.
        func size(in packet: borrowing RawSpan, at offset: Int) -> Int? {
            guard let units: UInt8 = try? packet.host(at: offset + 1) else { return nil }
            return switch self {
            case .fragment: 8
            case .authentication: (Int(units) + 2) * 4
            default: (Int(units) + 1) * 8
            }
        }
    }
}
