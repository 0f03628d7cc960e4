import Addresses
import CNetlink
import Glibc
import Netlink
import SystemPackage

extension SocketFilter {
    /// Attaches the filter to a netlink socket, in place of one that it has. Needs no privilege and does not block.
    ///
    /// Before the socket joins a group: what is in its buffer already is not filtered. And to a socket for events alone: the
    /// kernel filters whatever arrives, of the answer to a dump each datagram by its first entry. Messages of other subsystems, the end
    /// of a dump, errors and events of expectations pass. What is rejected takes no buffer and is no loss. The library keeps nothing;
    /// the kernel copies the program.
    ///
    /// - Throws: `.failed` when memory is short or the descriptor is no socket.
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

    /// - Parameter structure: the value as the library takes it.
    private static func add<Value, Structure>(
        _ choice: Choice<Value>, _ attribute: nfct_filter_attr, to handle: OpaquePointer,
        _ structure: (Value) -> Structure
    ) {
        // The logic goes first: it cannot be changed behind a value.
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
