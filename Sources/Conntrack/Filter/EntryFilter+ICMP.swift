extension EntryFilter {
    /// Conditions on type, code and identifier of ICMP and ICMPv6, of the original direction. Entries of other protocols match none.
    package struct ICMP: Equatable, Sendable {
        package var types = Choice<UInt8>()
        package var codes = Choice<UInt8>()
        /// Of echoes and their like; host order.
        package var ids = Choice<ClosedRange<UInt16>>()

        package init() {}

        /// Whether only entries of ICMP and ICMPv6 can match.
        var isRequired: Bool { !types.wanted.isEmpty || !codes.wanted.isEmpty || !ids.wanted.isEmpty }

        func matches(_ tuple: Tuple) -> Bool {
            let icmp = tuple.icmp
            return types.accepts { $0 == icmp?.type } && codes.accepts { $0 == icmp?.code }
                && ids.accepts { range in icmp.map { range.contains($0.id) } ?? false }
        }
    }
}

extension Tuple {
    /// What ICMP and ICMPv6 have instead of ports; nil for other protocols.
    package var icmp: (type: UInt8, code: UInt8, id: UInt16)? {
        if case .icmp(let type, let code, let id) = discriminator { (type, code, id) } else { nil }
    }
}
