/// The status bits of an entry (`enum ip_conntrack_status`, linux/netfilter/nf_conntrack_common.h). An open set.
public struct Status: OptionSet, Hashable, Sendable {
    /// The bits, in host order.
    public let rawValue: UInt32

    /// Any bits, known here or not.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Whether all of these bits are set. `OptionSet`'s own is generic, and costs another module ten times as much.
    @inlinable
    public func contains(_ bits: Status) -> Bool { rawValue & bits.rawValue == bits.rawValue }

    // Those that are compared for every line of a dump are inlined.

    /// A helper expected the connection (`IPS_EXPECTED`).
    package static let expected = Status(rawValue: 1 << 0)
    /// Packets were seen in both directions (`IPS_SEEN_REPLY`).
    @inlinable
    public static var seenReply: Status { Status(rawValue: 1 << 1) }
    /// Not removed early when the table is full (`IPS_ASSURED`).
    @inlinable
    public static var assured: Status { Status(rawValue: 1 << 2) }
    /// In the table: its first packet has left the host or come in (`IPS_CONFIRMED`).
    package static let confirmed = Status(rawValue: 1 << 3)
    /// Its source is translated (`IPS_SRC_NAT`).
    package static let sourceNAT = Status(rawValue: 1 << 4)
    /// Its destination is translated (`IPS_DST_NAT`).
    package static let destinationNAT = Status(rawValue: 1 << 5)
    /// Its source has been translated, if it is to be (`IPS_SRC_NAT_DONE`).
    package static let sourceNATDone = Status(rawValue: 1 << 7)
    /// Its destination has been translated, if it is to be (`IPS_DST_NAT_DONE`).
    package static let destinationNATDone = Status(rawValue: 1 << 8)
    /// Being removed from the table (`IPS_DYING`).
    package static let dying = Status(rawValue: 1 << 9)
    /// Its timeout is not refreshed by packets (`IPS_FIXED_TIMEOUT`).
    package static let fixedTimeout = Status(rawValue: 1 << 10)
    /// A flowtable forwards its packets past conntrack (`IPS_OFFLOAD`).
    @inlinable
    public static var offload: Status { Status(rawValue: 1 << 14) }
    /// A network device does so (`IPS_HW_OFFLOAD`).
    @inlinable
    public static var hardwareOffload: Status { Status(rawValue: 1 << 15) }

    /// Kernel names without `IPS_`, by bit. Bit 12 is UNTRACKED in the user-space header (obsolete), and NAT_CLASH in the kernel's own: only
    /// the latter is still used.
    package static let names = [
        "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED", "SRC_NAT", "DST_NAT", "SEQ_ADJUST", "SRC_NAT_DONE",
        "DST_NAT_DONE", "DYING", "FIXED_TIMEOUT", "TEMPLATE", "NAT_CLASH", "HELPER", "OFFLOAD", "HW_OFFLOAD",
    ]

    /// Reads the name of a bit, ignoring case; `BIT_17` is a bit without a name.
    package init?(name: some StringProtocol) {
        let upper = name.uppercased()
        let numbered = upper.hasPrefix("BIT_") ? UInt32(upper.dropFirst(4)) : nil
        guard let bit = Self.names.firstIndex(of: upper).map(UInt32.init) ?? numbered, bit < 32 else { return nil }
        self.init(rawValue: 1 << bit)
    }

    /// A bit without a name is shown as its number: `BIT_17`.
    package static func name(ofBit bit: Int) -> String { names.indices.contains(bit) ? names[bit] : "BIT_\(bit)" }

    /// The names of the bits that are set, lowest first.
    package var names: [String] { (0..<32).filter { rawValue & (1 << UInt32($0)) != 0 }.map(Self.name) }
}
