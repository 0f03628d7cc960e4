import Addresses
import CNetlink
import Netlink

/// Addresses in rtnetlink's attributes, in network byte order.
extension RawSpan {
    /// - Returns: nil unless it has the family's size.
    func address(_ attribute: Attribute, _ family: IPAddress.Family) -> IPAddress? {
        switch family {
        case .ipv4: return bigEndian(attribute, as: UInt32.self).map(IPAddress.init(ipv4:))
        case .ipv6:
            guard attribute.payload.count == 16,
                let high: UInt64 = try? bigEndian(at: attribute.payload.lowerBound),
                let low: UInt64 = try? bigEndian(at: attribute.payload.lowerBound + 8)
            else { return nil }
            return IPAddress(ipv6High: high, low: low)
        }
    }

    /// A prefix from its address, which the kernel leaves out if it is all zeros, and its length.
    ///
    /// - Throws: if the address has a wrong size, or the length is too large.
    func prefix(
        _ attribute: Attribute?, _ length: UInt8, _ family: IPAddress.Family, of what: String, at offset: Int
    ) throws(DecodeError) -> Prefix {
        let address = attribute.map { self.address($0, family) } ?? IPAddress(zeroOf: family)
        guard let address, let prefix = Prefix(address, length: Int(length)) else {
            throw DecodeError(what, "its prefix is malformed", at: offset)
        }
        return prefix
    }
}

extension IPAddress {
    /// `0.0.0.0`, `::`
    fileprivate init(zeroOf family: Family) {
        self = family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0)
    }
}

extension IPAddress.Family {
    /// From an `AF_*`; nil for one that is not of IP.
    init?(_ number: UInt8) {
        switch CInt(number) {
        case AF_INET: self = .ipv4
        case AF_INET6: self = .ipv6
        default: return nil
        }
    }

    /// `AF_*`
    package var number: UInt8 { UInt8(self == .ipv4 ? AF_INET : AF_INET6) }
}
