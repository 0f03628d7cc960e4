import Addresses
import CNetlink
import Netlink

/// What is known of a host on a link: its link-layer address, by ARP or neighbour discovery.
///
/// Source: net/core/neighbour.c, `neigh_fill_info`.
package struct Neighbour: Equatable, Sendable {
    package let address: IPAddress
    /// The interface's index.
    package let interface: Int32
    package let state: State
    /// In the order on the wire; empty while it is not known.
    package let linkAddress: [UInt8]
    /// How long ago the state changed, in hundredths of a second (`ndm_updated`, in ticks of `USER_HZ`); nil if the kernel did not say.
    package let age: UInt32?

    /// `NUD_*`, of linux/neighbour.h. One bit, or none.
    package struct State: NamedNumber {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let reachable = State(rawValue: 0x02)
        /// It did not answer.
        package static let failed = State(rawValue: 0x20)
        package static let permanent = State(rawValue: 0x80)

        /// Without `NUD_`.
        package static let names: [UInt16: String] = [
            0: "NONE", 0x01: "INCOMPLETE", 0x02: "REACHABLE", 0x04: "STALE", 0x08: "DELAY", 0x10: "PROBE",
            0x20: "FAILED", 0x40: "NOARP", 0x80: "PERMANENT",
        ]
    }
}

extension Neighbour {
    /// Of the fixed header, `struct ndmsg`.
    private static let headerSize = 12

    /// All of them, of both families.
    static var listing: Request {
        .route(
            "list the neighbours", type: UInt16(RTM_GETNEIGH), header: [UInt8](repeating: 0, count: headerSize),
            flags: NLM_F_DUMP)
    }

    /// - Returns: nil for a family other than IP's.
    /// - Throws: if it has no address.
    init?(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let start = message.payload.lowerBound
        var cursor = AttributeCursor(try message.attributes(after: Self.headerSize))
        guard let family = IPAddress.Family(try bytes.host(UInt8.self, at: start)) else { return nil }
        interface = try bytes.host(at: start + 4)
        state = State(rawValue: try bytes.host(at: start + 8))
        var address: IPAddress?
        var linkAddress: [UInt8] = []
        var age: UInt32?
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case NDA_DST: address = bytes.address(attribute, family)
            case NDA_LLADDR: linkAddress = bytes.copy(attribute)
            case NDA_CACHEINFO:
                // After when it was confirmed, and used.
                if attribute.payload.count >= 12 { age = try bytes.host(at: attribute.payload.lowerBound + 8) }
            default: break
            }
        }
        guard let address else { throw DecodeError("neighbour", "it has no address", at: start) }
        self.address = address
        self.linkAddress = linkAddress
        self.age = age
    }
}
