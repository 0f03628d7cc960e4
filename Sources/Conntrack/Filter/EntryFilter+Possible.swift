import Addresses
import CNetlink

/// What the conditions of a filter imply together. The kernel and the socket can use it where they cannot use the conditions.
extension EntryFilter {
    /// The kernel tracks no other family (`nf_ct_l3num`).
    static let tracked: Set<UInt8> = [UInt8(AF_INET), UInt8(AF_INET6)]

    /// The families that an entry taken can have; nil for any.
    var possibleFamilies: Set<UInt8>? {
        var possible: Set<UInt8>?
        func narrow(_ families: [UInt8]) {
            if !families.isEmpty { possible = (possible ?? Set(families)).intersection(families) }
        }
        narrow(families.wanted)
        for addresses in [original.sources, original.destinations, reply.sources, reply.destinations] {
            narrow(addresses.wanted.map(\.address.familyNumber))
        }
        narrow(services.wanted.map(\.address.familyNumber))
        if families.unwanted.isEmpty { return possible }
        return (possible ?? Self.tracked).subtracting(families.unwanted)
    }

    /// The protocols that an entry taken can have; nil for any.
    var possibleProtocols: Set<IPProtocol>? {
        var possible: Set<IPProtocol>?
        func narrow(_ protocols: [IPProtocol?]) {
            let named = protocols.compactMap { $0 }
            // One that takes any protocol makes the others no condition.
            if named.isEmpty || named.count < protocols.count { return }
            possible = (possible ?? Set(named)).intersection(named)
        }
        narrow(protocols.wanted)
        narrow(services.wanted.map(\.protocol))
        narrow(states.wanted.flatMap(\.protocols))
        if !icmpTypes.wanted.isEmpty { narrow([.icmp, .icmpv6]) }
        return possible?.subtracting(protocols.unwanted)
    }
}

extension IPAddress {
    var familyNumber: UInt8 { UInt8(family == .ipv4 ? AF_INET : AF_INET6) }
}
