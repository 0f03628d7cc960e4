/// An address and a port (host order).
public struct Endpoint: Hashable, Sendable {
    /// The host's address, without a zone (`%eth0`).
    public var address: IPAddress
    /// In host order: 80 for HTTP.
    public var port: UInt16

    @inlinable
    public init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    @inlinable
    public static func == (left: Endpoint, right: Endpoint) -> Bool {
        left.address == right.address && left.port == right.port
    }

    /// Reads `ADDRESS:PORT` and `[ADDRESS]:PORT`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(digits: text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard let address = IPAddress(String(bracketed ? host.dropFirst().dropLast() : host)),
            bracketed == (address.family == .ipv6)
        else { return nil }
        self.init(address, port)
    }
}

extension Endpoint: CustomStringConvertible {
    /// `10.0.0.1:80` or `[2001:db8::1]:80`, as ipvsadm(8) writes them.
    public var description: String {
        address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

extension Endpoint: Comparable {
    /// By address, then by port, both as numbers: the order of tables.
    public static func < (left: Endpoint, right: Endpoint) -> Bool {
        (left.address, left.port) < (right.address, right.port)
    }
}
