import Addresses
import CNetlink
import Netlink

/// What is known of a packet that a rule may have met; what is nil may be anything.
package struct PartialPacket: Hashable, Sendable {
    package var family: IPAddress.Family
    package var `protocol`: IPProtocol?
    package var source: IPAddress?
    package var destination: IPAddress?
    package var destinationPort: UInt16?

    package init(
        _ family: IPAddress.Family, _ protocol: IPProtocol?, from source: IPAddress?, to destination: IPAddress?,
        port: UInt16?
    ) {
        (self.family, self.protocol, self.source) = (family, `protocol`, source)
        (self.destination, destinationPort) = (destination, port)
    }

    /// Of its network header, as far as rules can load them; IPv6's next header may be that of an extension.
    var networkHeader: [UInt8?] {
        let isIPv6 = family == .ipv6
        let addresses = Self.bytes(source, family) + Self.bytes(destination, family)
        return Self.unknown(isIPv6 ? 8 : 9) + (isIPv6 ? [] : [`protocol`?.rawValue, nil, nil]) + addresses
    }

    /// Of its transport header.
    var transportHeader: [UInt8?] {
        Self.unknown(2) + (destinationPort.map { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } ?? Self.unknown(2))
    }

    static func unknown(_ count: Int) -> [UInt8?] { Array(repeating: nil, count: count) }

    static func bytes(_ address: IPAddress?, _ family: IPAddress.Family) -> [UInt8?] {
        guard let address, address.family == family else { return unknown(family == .ipv6 ? 16 : 4) }
        let low = (0..<8).map { UInt8(truncatingIfNeeded: address.low >> (56 - 8 * UInt64($0))) }
        let high = (0..<8).map { UInt8(truncatingIfNeeded: address.high >> (56 - 8 * UInt64($0))) }
        return family == .ipv6 ? high + low : low.suffix(4)
    }
}

/// What matches of xtables say of it.
extension PartialPacket {
    /// False if it certainly does not match; what is not read here may.
    func mayMatch(_ name: String, revision: UInt32, _ data: [UInt8]) -> Bool {
        let bytes = data.span.bytes
        func port(_ offset: Int) -> UInt16 { (try? bytes.host(at: offset)) ?? 0 }
        func byte(_ offset: Int) -> UInt8 { (try? bytes.host(at: offset)) ?? 0 }
        switch name {
        // `struct xt_tcp`, `xt_udp` (linux/netfilter/xt_tcpudp.h): two source ports, two destination ports; then inversions.
        case "tcp" where data.count >= 12:
            return mayBe(.tcp)
                && mayGo(to: [port(4)...max(port(4), port(6))], unless: byte(11) & UInt8(XT_TCP_INV_DSTPT))
        case "udp" where data.count >= 9:
            return mayBe(.udp)
                && mayGo(to: [port(4)...max(port(4), port(6))], unless: byte(8) & UInt8(XT_UDP_INV_DSTPT))
        case "multiport" where revision == 1 && data.count >= MemoryLayout<xt_multiport_v1>.size:
            guard byte(0) == UInt8(XT_MULTIPORT_DESTINATION.rawValue) else { return true }
            let invert = MemoryLayout<xt_multiport_v1>.offset(of: \.invert) ?? 0
            let flags = MemoryLayout<xt_multiport_v1>.offset(of: \.pflags) ?? 0
            var (ranges, place) = ([ClosedRange<UInt16>](), 0)
            while place < min(Int(byte(1)), Int(XT_MULTI_PORTS)) {
                // One with a flag begins a range, which the next one ends (net/netfilter/xt_multiport.c, ports_match_v1).
                let first = port(2 + 2 * place)
                if byte(flags + place) != 0 { place += 1 }
                ranges.append(first...max(first, port(2 + 2 * place)))
                place += 1
            }
            return mayGo(to: ranges, unless: byte(invert))
        default: return true
        }
    }

    private func mayBe(_ other: IPProtocol) -> Bool { `protocol`.map { $0 == other } ?? true }

    private func mayGo(to ranges: [ClosedRange<UInt16>], unless inversion: UInt8) -> Bool {
        guard let destinationPort else { return true }
        return ranges.contains { $0.contains(destinationPort) } == (inversion == 0)
    }
}
