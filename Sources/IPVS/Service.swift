import Addresses

/// A virtual service of IPVS with its destinations.
package struct Service: Equatable, Sendable {
    /// What a packet must have to belong to the service.
    package enum Identity: Hashable, Sendable {
        /// Port 0 means every port.
        case address(IPProtocol, Endpoint)
        /// A firewall mark, for packets of one address family.
        case fwmark(UInt32, IPAddress.Family)
    }

    package var identity: Identity
    /// The scheduler's name (`wlc`); empty if the kernel sent none.
    package var scheduler = ""
    package var flags: Flags = []
    /// Lifetime of a persistence template in seconds; only meaningful with `.persistent`.
    package var persistenceTimeout: UInt32 = 0
    /// How many leading bits of a client's address count for persistence: 32 or 128 for all.
    package var persistencePrefix: Int
    /// The persistence engine (`--pe sip`).
    package var persistenceEngine: String?
    /// Nil if the kernel sent none.
    package var statistics: Statistics?
    /// Ordered by address.
    package var destinations: [Destination] = []

    package init(_ identity: Identity) {
        self.identity = identity
        persistencePrefix = identity.family == .ipv4 ? 32 : 128
    }

    /// `IP_VS_SVC_F_*` of linux/ip_vs.h. An open set.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// A client stays with its assigned real server (`-p`).
        package static let persistent = Flags(rawValue: 0x01)
        /// In the kernel's table: true for all listed services.
        package static let hashed = Flags(rawValue: 0x02)
        /// Each packet is scheduled separately (`--ops`).
        package static let onePacket = Flags(rawValue: 0x04)
        /// The meaning of the three scheduler flags depends on the scheduler.
        package static let scheduler1 = Flags(rawValue: 0x08)
        package static let scheduler2 = Flags(rawValue: 0x10)
        package static let scheduler3 = Flags(rawValue: 0x20)
    }
}

extension Service.Identity {
    /// The family of its packets.
    package var family: IPAddress.Family {
        switch self {
        case .address(_, let endpoint): endpoint.address.family
        case .fwmark(_, let family): family
        }
    }
}

extension Service.Identity: Comparable {
    /// The order of ipvsadm(8): by address family and protocol, then address and port; fwmark services last.
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

extension Service.Flags {
    /// As named by ipvsadm(8). The scheduler flags depend on the scheduler; a bit without a name is shown as its number.
    package func words(scheduler: String) -> [String] {
        var words: [String] = []
        if contains(.persistent) { words.append("persistent") }
        if contains(.onePacket) { words.append("ops") }
        words += schedulerWords(scheduler)
        for bit in 6..<32 where rawValue & (1 << UInt32(bit)) != 0 { words.append("bit-\(bit)") }
        return words
    }

    /// Those of the scheduler only.
    package func schedulerWords(_ scheduler: String) -> [String] {
        let named = ["sh", "mh"].contains(scheduler)
        let flags: [(Service.Flags, String)] = [
            (.scheduler1, named ? "\(scheduler)-fallback" : "flag-1"),
            (.scheduler2, named ? "\(scheduler)-port" : "flag-2"), (.scheduler3, "flag-3"),
        ]
        return flags.filter { contains($0.0) }.map(\.1)
    }
}
