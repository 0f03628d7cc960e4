import Addresses
import CNetlink
import Netlink

/// Where a condition of a filter is applied.
enum Remark: Equatable {
    /// By the kernel; the second value is the first Linux version, unless it always did.
    case kernel(String, KernelVersion?)
    /// By this program: what, and why not by the kernel.
    case here(String, String)

    /// - Parameter kernel: the kernel in use, if known.
    func line(for kernel: KernelVersion?) -> String {
        switch self {
        case .kernel(let what, nil): "in the kernel: \(what)"
        case .kernel(let what, let since?):
            if let kernel, kernel < since {
                "here: \(what): the kernel can since Linux \(since), this is \(kernel)"
            } else {
                "in the kernel: \(what)"
            }
        case .here(let what, let why): "here: \(what): \(why)"
        }
    }
}

extension EntryFilter {
    /// Lists which conditions the kernel applies to a dump, and which this program does and why. One line each, for
    /// `--explain-filter`; none if the filter has no condition.
    ///
    /// Does not query the kernel. If the kernel refuses its part of a dump, the dump is requested again without it.
    ///
    /// - Parameter inKernel: as passed to `Table.dump`.
    package func explanation(
        of kind: Table.Kind = .conntrack, from source: any KernelSource, inKernel: Bool = true
    ) -> [String] {
        let version = KernelVersion(release: source.origin.kernelRelease)
        let remarks = DumpPlanner(self, for: version).remarks
        if remarks.isEmpty { return [] }
        let all = "the whole filter"
        if !inKernel { return [Remark.here(all, "the kernel was not asked to filter").line(for: nil)] }
        if kind != .conntrack { return [Remark.here(all, "the kernel cannot filter this list").line(for: nil)] }
        if !source.filters { return [Remark.here(all, "a capture contains the whole table").line(for: nil)] }
        return remarks.map { $0.line(for: version) }
            + ["whatever the kernel sends is compared with the whole filter again"]
    }
}

/// Conditions in words, for `--explain-filter`.
extension Choice {
    /// `destination port 80 or 443`, `destination port not 22`; empty for a choice without values.
    func words(_ name: String, _ text: (Value) -> String = { "\($0)" }) -> [String] {
        [(wanted, name), (unwanted, name + " not")].filter { !$0.0.isEmpty }
            .map { values, name in "\(name) \(values.map(text).joined(separator: " or "))" }
    }
}

extension EntryFilter {
    static func familyName(_ number: UInt8) -> String {
        switch Int32(number) {
        case AF_INET: "ipv4"
        case AF_INET6: "ipv6"
        default: String(number)
        }
    }

    static func text(_ range: ClosedRange<UInt16>) -> String {
        range.count == 1 ? String(range.lowerBound) : "\(range.lowerBound)-\(range.upperBound)"
    }
}

extension EntryFilter.Mark: CustomStringConvertible {
    /// `0x10/0xff`; without the mask if it is complete.
    package var description: String {
        let value = "0x" + String(value, radix: 16)
        return mask == .max ? value : value + "/0x" + String(mask, radix: 16)
    }
}

extension EntryFilter.State: CustomStringConvertible {
    /// The name, or the number if it applies to all protocols.
    package var description: String {
        if let tcp, tcp == sctp, tcp == dccp { return String(tcp) }
        let states = [
            tcp.map { ProtocolState.tcp(.init(state: $0)) }, sctp.map { .sctp(.init(state: $0)) },
            dccp.map { .dccp(.init(state: $0)) },
        ]
        return states.compactMap { $0?.name }.first ?? ""
    }
}

extension EntryFilter.Service: CustomStringConvertible {
    /// In the form that is read: `tcp/10.0.0.100:80`.
    package var description: String {
        let named = `protocol`.map { "\($0)/" } ?? ""
        return named + (port.map { Endpoint(address, $0).description } ?? address.description)
    }
}
