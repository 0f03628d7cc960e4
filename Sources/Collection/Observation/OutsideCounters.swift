import Addresses
import Inspection
import Netlink

/// Reads counters of what is lost outside netfilter, from when observing begins.
struct OutsideCounters {
    private let kernel: any KernelSource
    private let before: [OutsideCounter: UInt64]?

    init(_ kernel: any KernelSource) {
        self.kernel = kernel
        before = Self.read(kernel)
    }

    /// Since the beginning; nil if they could not be read. A counter that went down was one of another boot or namespace, and did not grow.
    var growth: [OutsideCounter: UInt64]? {
        guard let before, let now = Self.read(kernel) else { return nil }
        return now.reduce(into: [:]) { growth, counter in
            let earlier = before[counter.key] ?? counter.value
            growth[counter.key] = counter.value - min(earlier, counter.value)
        }
    }

    private static func read(_ kernel: any KernelSource) -> [OutsideCounter: UInt64]? {
        guard let network = HostCounters.reading(kernel).value else { return nil }
        var values: [OutsideCounter: UInt64] = [:]
        for counter in Set(OutsideCounter.ofNetwork + OutsideCounter.errors(.ipv4) + OutsideCounter.errors(.ipv6)) {
            values[counter] = network.values[counter.name]
        }
        values[.softnet] = softnet(kernel)
        return values
    }

    /// A line for each CPU, of hexadecimal numbers: the second is what was dropped (`softnet_seq_show`, net/core/net-procfs.c).
    static func softnet(_ kernel: any KernelSource) -> UInt64? {
        guard let text = try? kernel.text(of: KernelFile("proc/net/softnet_stat")) else { return nil }
        return text.split(separator: "\n").reduce(0) { sum, line in
            let fields = line.split(separator: " ")
            return sum &+ (fields.count > 1 ? UInt64(fields[1], radix: 16) ?? 0 : 0)
        }
    }
}
