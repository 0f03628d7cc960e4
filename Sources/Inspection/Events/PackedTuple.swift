import Addresses
import Conntrack

/// A tuple without its zone, in 40 bytes.
struct PackedTuple: Hashable, Sendable {
    private var sourceHigh: UInt64 = 0
    private var sourceLow: UInt64 = 0
    private var destinationHigh: UInt64 = 0
    private var destinationLow: UInt64 = 0
    /// Source and destination port, or type, code and id of ICMP.
    private var discriminator: UInt32 = 0
    private var `protocol`: UInt8
    private var shape: Shape = []

    private struct Shape: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let hasSource = Shape(rawValue: 1)
        static let hasDestination = Shape(rawValue: 2)
        static let sourceIsIPv6 = Shape(rawValue: 4)
        static let destinationIsIPv6 = Shape(rawValue: 8)
        static let hasPorts = Shape(rawValue: 16)
        static let isICMP = Shape(rawValue: 32)
    }

    init(_ tuple: Tuple) {
        `protocol` = tuple.protocol.rawValue
        if let source = tuple.source {
            (sourceHigh, sourceLow) = (source.high, source.low)
            shape.formUnion(source.family == .ipv6 ? [.hasSource, .sourceIsIPv6] : .hasSource)
        }
        if let destination = tuple.destination {
            (destinationHigh, destinationLow) = (destination.high, destination.low)
            shape.formUnion(destination.family == .ipv6 ? [.hasDestination, .destinationIsIPv6] : .hasDestination)
        }
        switch tuple.discriminator {
        case .none: break
        case .ports(let source, let destination):
            discriminator = UInt32(source) << 16 | UInt32(destination)
            shape.insert(.hasPorts)
        case .icmp(let type, let code, let id):
            discriminator = UInt32(type) << 24 | UInt32(code) << 16 | UInt32(id)
            shape.insert(.isICMP)
        }
    }

    var tuple: Tuple {
        var tuple = Tuple()
        tuple.protocol = IPProtocol(rawValue: `protocol`)
        if shape.contains(.hasSource) {
            tuple.source = Self.address(sourceHigh, sourceLow, isIPv6: shape.contains(.sourceIsIPv6))
        }
        if shape.contains(.hasDestination) {
            tuple.destination = Self.address(
                destinationHigh, destinationLow, isIPv6: shape.contains(.destinationIsIPv6))
        }
        let (high, low) = (UInt16(truncatingIfNeeded: discriminator >> 16), UInt16(truncatingIfNeeded: discriminator))
        if shape.contains(.hasPorts) {
            tuple.discriminator = .ports(source: high, destination: low)
        } else if shape.contains(.isICMP) {
            tuple.discriminator = .icmp(type: UInt8(high >> 8), code: UInt8(high & 0xFF), id: low)
        }
        return tuple
    }

    /// The other direction of an entry without NAT. Not valid for an ICMP request, whose reply has a different type.
    var mirrored: PackedTuple {
        var mirror = self
        (mirror.sourceHigh, mirror.destinationHigh) = (destinationHigh, sourceHigh)
        (mirror.sourceLow, mirror.destinationLow) = (destinationLow, sourceLow)
        if shape.contains(.hasPorts) { mirror.discriminator = discriminator >> 16 | discriminator << 16 }
        return mirror
    }

    private static func address(_ high: UInt64, _ low: UInt64, isIPv6: Bool) -> IPAddress {
        isIPv6 ? IPAddress(ipv6High: high, low: low) : IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
    }
}
