import Addresses

/// One virtual service of IPVS with its destinations.
package struct Service: Equatable, Sendable {
    /// What a packet must have to belong to the service.
    package enum Identity: Hashable, Sendable {
        /// Port 0 stands for every port.
        case address(IPProtocol, Endpoint)
        /// A firewall mark, of packets of one address family.
        case fwmark(UInt32, IPAddress.Family)
    }

    /// What finds the service.
    package var identity: Identity
    /// Its name (`wlc`); empty when the kernel sent none.
    package var scheduler = ""
    /// How it treats connections.
    package var flags: Flags = []
    /// Seconds that a persistence template lives; means something with `.persistent` only.
    package var persistenceTimeout: UInt32 = 0
    /// How many leading bits of a client's address persistence looks at: 32 or 128 for all.
    package var persistencePrefix: Int
    /// The persistence engine (`--pe sip`).
    package var persistenceEngine: String?
    /// Nil when the kernel sent none.
    package var statistics: Statistics?
    /// In the order of their addresses.
    package var destinations: [Destination] = []

    /// A service without destinations, whose persistence looks at whole addresses.
    package init(_ identity: Identity) {
        self.identity = identity
        persistencePrefix = identity.family == .ipv4 ? 32 : 128
    }

    /// `IP_VS_SVC_F_*` of linux/ip_vs.h. An open set.
    package struct Flags: OptionSet, Hashable, Sendable {
        /// The bits, in host order.
        package let rawValue: UInt32

        /// Any bits, known here or not.
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// A client stays with the real server that it was given (`-p`).
        package static let persistent = Flags(rawValue: 0x01)
        /// The kernel has it in its table: true of all that are listed.
        package static let hashed = Flags(rawValue: 0x02)
        /// Each packet is scheduled by itself (`--ops`).
        package static let onePacket = Flags(rawValue: 0x04)
        /// What the three scheduler flags mean depends on the scheduler.
        package static let scheduler1 = Flags(rawValue: 0x08)
        /// Likewise; see `scheduler1`.
        package static let scheduler2 = Flags(rawValue: 0x10)
        /// Likewise; see `scheduler1`.
        package static let scheduler3 = Flags(rawValue: 0x20)
    }
}

extension Service.Identity {
    /// Of the packets that belong to it.
    package var family: IPAddress.Family {
        switch self {
        case .address(_, let endpoint): endpoint.address.family
        case .fwmark(_, let family): family
        }
    }
}

extension Service.Identity: Comparable {
    /// The order of ipvsadm(8): by address family and protocol, then address and port; fwmark services behind.
    package static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.address, .fwmark): true
        case (.fwmark, .address): false
        case (.fwmark(let one, let oneFamily), .fwmark(let two, let twoFamily)): (one, oneFamily) < (two, twoFamily)
        case (.address(let one, let oneEndpoint), .address(let two, let twoEndpoint)):
            (left.family, one.rawValue, oneEndpoint) < (right.family, two.rawValue, twoEndpoint)
        }
    }
}
