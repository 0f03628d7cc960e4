import Addresses

// The parts of `NetworkConfiguration(oneLink:addresses:)`.

extension Link {
    /// An Ethernet link that is up.
    init(index: Int32, name: String) {
        (self.index, self.name, type) = (index, name, .ethernet)
        flags = [.up, .running]
    }
}

extension InterfaceAddress {
    /// Without a network around it.
    init(_ address: IPAddress, interface: Int32) {
        (self.address, self.interface, prefixLength) = (address, interface, UInt8(address.bitWidth))
        (peer, broadcast, label, routeMetric) = (nil, nil, nil, nil)
        (scope, flags) = (.global, .permanent)
    }
}

extension Route {
    /// A default route by a link.
    init(defaultOf family: IPAddress.Family, output: Int32) {
        let address = family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0)
        destination = Prefix(address, length: 0) ?? Prefix(address)
        source = destination
        (typeOfService, table, type) = (0, .main, .unicast)
        (originator, scope, flags) = (RouteOriginator(rawValue: 4), .global, [])
        self.output = output
    }
}
