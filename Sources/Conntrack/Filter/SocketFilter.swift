import Addresses
import CNetlink
import Glibc
import Netlink
import SystemPackage

/// The part of a filter that a socket can apply to events before they use its buffer: the program for the kernel's packet filter built by
/// libnetfilter_conntrack (src/conntrack/bsf.c, read at 1.0.9 and 1.1.1). It never rejects wanted events.
///
/// - It checks the original tuple's protocol and addresses, the protocol state and the mark, but not ports, status, zone or labels.
/// - A message without the attribute passes, so IPv4 conditions let IPv6 pass, and a state condition lets events without a state pass; a
///   missing mark counts as 0, as it does here.
/// - A field is either wanted or unwanted, not both.
/// - The search for an IPv4 destination leaves the nest, and takes an IPv6 message's `CTA_TUPLE_PROTO` for one.
/// - Before 1.1.0 only the first IPv6 prefix is compared; states above 15 are silently dropped.
/// - The states of one protocol overwrite those of another (`bsf_add_state_filter` never moves on).
/// - Jumps of more than 255 instructions wrap, which the library's own limit of 127 addresses does not prevent.
package struct SocketFilter: Equatable, Sendable {
    var protocols = Choice<IPProtocol>()
    var sources4 = Choice<Prefix>()
    var destinations4 = Choice<Prefix>()
    var sources6 = Choice<Prefix>()
    var destinations6 = Choice<Prefix>()
    var states = Choice<State>()
    var marks = Choice<EntryFilter.Mark>()

    /// A protocol state.
    struct State: Equatable, Sendable {
        var `protocol`: IPProtocol
        var number: UInt8
    }

    /// At three instructions per value, this is far below the point where jumps wrap.
    private static let mostValues = 64
    private static let mostIPv6Values = 16
    private static let mostStates = UInt8(16)

    /// - Returns: nil if it could reject nothing.
    init?(_ filter: EntryFilter) {
        takeProtocols(filter)
        takeAddresses(filter)
        takeStates(filter)
        marks = Self.oneSided(filter.marks, atMost: Self.mostValues)
        if self == SocketFilter() { return nil }
    }

    private init() {}

    /// The wanted values, else the unwanted ones; none if there are too many.
    private static func oneSided<Value>(_ choice: Choice<Value>, atMost most: Int) -> Choice<Value> {
        if choice.wanted.isEmpty { return choice.unwanted.count <= most ? choice : Choice() }
        return choice.wanted.count <= most ? Choice(choice.wanted) : Choice()
    }

    private mutating func takeProtocols(_ filter: EntryFilter) {
        let possible = filter.possibleProtocols.map { $0.sorted { $0.rawValue < $1.rawValue } } ?? []
        protocols = Self.oneSided(Choice(possible, not: filter.protocols.unwanted), atMost: Self.mostValues)
    }

    private mutating func takeAddresses(_ filter: EntryFilter) {
        let possible = filter.possibleFamilies
        let isIPv4 = possible == [UInt8(AF_INET)]
        let isIPv6 = possible == [UInt8(AF_INET6)]
        var destinations = filter.original.destinations
        if destinations.wanted.isEmpty {
            destinations.wanted = filter.services.wanted.compactMap { Prefix("\($0.address)") }
        }
        if !isIPv6 { sources4 = Self.part(filter.original.sources, .ipv4) }
        if !isIPv4 { sources6 = Self.part(filter.original.sources, .ipv6) }
        if isIPv4 { destinations4 = Self.part(destinations, .ipv4) }
        if !isIPv4 { destinations6 = Self.part(destinations, .ipv6) }
        // A single family: all sources of the other one are unwanted.
        if isIPv4 { sources6.unwanted = [Prefix("::/0")].compactMap { $0 } }
        if isIPv6 { sources4.unwanted = [Prefix("0.0.0.0/0")].compactMap { $0 } }
    }

    /// The values of one family. If only the other family's are wanted, this one's messages pass.
    private static func part(_ choice: Choice<Prefix>, _ family: IPAddress.Family) -> Choice<Prefix> {
        let wanted = choice.wanted.filter { $0.address.family == family }
        if !choice.wanted.isEmpty { return oneSided(Choice(wanted), atMost: family == .ipv4 ? mostValues : 1) }
        let unwanted = choice.unwanted.filter { $0.address.family == family }
        return oneSided(Choice(not: unwanted), atMost: family == .ipv4 ? mostValues : mostIPv6Values)
    }

    /// Those of one protocol, the first possible one that has any; entries of others pass.
    private mutating func takeStates(_ filter: EntryFilter) {
        let choice = filter.states
        for number in [IPProtocol.tcp, .sctp, .dccp] where filter.possibleProtocols?.contains(number) ?? true {
            let values = choice.wanted.isEmpty ? choice.unwanted : choice.wanted
            let states = values.compactMap { $0.number(in: number).map { State(protocol: number, number: $0) } }
            if states.isEmpty { continue }
            let known = states.filter { $0.number < Self.mostStates }
            if choice.wanted.isEmpty {
                self.states.unwanted = known
            } else if known == states {
                self.states.wanted = states
            }
            return
        }
    }
}

extension EntryFilter {
    /// The part that a socket can apply to events; nil if there is none.
    package var socketFilter: SocketFilter? { SocketFilter(self) }
}

extension SocketFilter {
    /// Attaches the filter to a netlink socket, replacing an existing one. Needs no privilege and does not block.
    ///
    /// Call it before the socket joins a group: messages already in its buffer are not filtered. And use a socket for events only: the kernel
    /// filters everything that arrives; of the answer to a dump, each datagram by its first entry. Messages of other subsystems, the end of
    /// a dump, errors and events of expectations pass. Rejected messages use no buffer and are not a loss. The library keeps nothing;
    /// the kernel copies the program.
    ///
    /// - Throws: `.failed` if memory is short or the descriptor is not a socket.
    package func attach(to descriptor: CInt) throws(KernelError) {
        guard let handle = nfct_filter_create() else { throw Self.failure() }
        defer { nfct_filter_destroy(handle) }
        Self.add(protocols, NFCT_FILTER_L4PROTO, to: handle) { UInt32($0.rawValue) }
        Self.add(sources4, NFCT_FILTER_SRC_IPV4, to: handle, Self.ipv4)
        Self.add(destinations4, NFCT_FILTER_DST_IPV4, to: handle, Self.ipv4)
        Self.add(sources6, NFCT_FILTER_SRC_IPV6, to: handle, Self.ipv6)
        Self.add(destinations6, NFCT_FILTER_DST_IPV6, to: handle, Self.ipv6)
        Self.add(states, NFCT_FILTER_L4PROTO_STATE, to: handle) { state in
            nfct_filter_proto(proto: UInt16(state.protocol.rawValue), state: UInt16(state.number))
        }
        Self.add(marks, NFCT_FILTER_MARK, to: handle) { nfct_filter_dump_mark(val: $0.value, mask: $0.mask) }
        guard nfct_filter_attach(descriptor, handle) == 0 else { throw Self.failure() }
    }

    private static func failure() -> KernelError {
        KernelError("filter the events of a socket", Errno(rawValue: Glibc.errno))
    }

    /// - Parameter structure: the value in the library's form.
    private static func add<Value, Structure>(
        _ choice: Choice<Value>, _ attribute: nfct_filter_attr, to handle: OpaquePointer,
        _ structure: (Value) -> Structure
    ) {
        // The logic comes first: it cannot be changed after a value.
        let isNegated = choice.wanted.isEmpty
        nfct_filter_set_logic(
            handle, attribute, isNegated ? NFCT_FILTER_LOGIC_NEGATIVE : NFCT_FILTER_LOGIC_POSITIVE)
        for value in isNegated ? choice.unwanted : choice.wanted {
            withUnsafePointer(to: structure(value)) { nfct_filter_add_attr(handle, attribute, $0) }
        }
    }

    /// Host order.
    private static func ipv4(_ prefix: Prefix) -> nfct_filter_ipv4 {
        let mask = UInt32.max << UInt32(32 - prefix.length)
        return nfct_filter_ipv4(addr: UInt32(truncatingIfNeeded: prefix.address.low), mask: mask)
    }

    /// Four words in host order.
    private static func ipv6(_ prefix: Prefix) -> nfct_filter_ipv6 {
        func words(_ high: UInt64, _ low: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
            (
                UInt32(truncatingIfNeeded: high >> 32), UInt32(truncatingIfNeeded: high),
                UInt32(truncatingIfNeeded: low >> 32), UInt32(truncatingIfNeeded: low)
            )
        }
        let high = prefix.length >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(prefix.length))
        let low = prefix.length <= 64 ? 0 : ~(UInt64.max >> UInt64(prefix.length - 64))
        return nfct_filter_ipv6(
            addr: words(prefix.address.high, prefix.address.low), mask: words(high, low))
    }
}
