import Addresses

extension ObservationTargets {
    /// The sets that hold what is observed on one side, of one family. Ports are in the maps of the points.
    func sets(_ side: ObservationPoint.Side, _ family: IPAddress.Family) -> String {
        let words = RuleParts(side, family)
        let own = targets(side).filter { $0.address.family == family }
        var flows: [String] = []
        var addresses: [String] = []
        for target in own {
            switch target {
            case .port(let `protocol`, let endpoint):
                flows.append("\(`protocol`.rawValue) . \(endpoint.address.hexadecimal) . \(endpoint.port)")
            case .address(let address): addresses.append(address.description)
            }
        }
        let vips = Set(own.map(\.address.description))
        let raw = "\(words.embeddedProtocol) . \(words.embeddedAddress) . \(words.embeddedPort)"
        let name = { (kind: String) in "\(side)_\(kind)\(family.suffix)" }
        return set(name("flows"), "typeof \(raw)", flows)
            + (flows.isEmpty ? "" : set(name("vips"), "type \(words.addressType)", Array(vips)))
            + set(name("addresses"), "type \(words.addressType)", addresses)
    }

    /// Nothing when it would be empty.
    private func set(_ name: String, _ type: String, _ elements: [String]) -> String {
        elements.isEmpty
            ? "" : "set \(name) {\n\(type)\nelements = { \(elements.sorted().joined(separator: ", ")) }\n}\n"
    }
}

extension IPAddress {
    /// As a number, for what nft knows as bits alone.
    fileprivate var hexadecimal: String {
        guard family == .ipv6 else { return "0x" + String(low, radix: 16) }
        let lower = String(low, radix: 16)
        return "0x" + String(high, radix: 16) + String(repeating: "0", count: 16 - lower.count) + lower
    }
}
