import Addresses
import Conntrack
import Inspection
import Netlink

extension Sysctls {
    /// Reads every setting whose name begins with one of `prefixes`, each of which denotes a directory up to its last dot.
    package init(reading prefixes: [String], from source: any KernelSource) {
        self.init()
        for prefix in prefixes {
            let folder = prefix[..<(prefix.lastIndex(of: ".") ?? prefix.endIndex)]
            let names: [String]
            do throws(KernelError) { names = try source.list(KernelFile(sysctl: String(folder))) } catch {
                if error.cause != .absent { unreadable[String(folder)] = error.description }
                continue
            }
            for name in names.map({ "\(folder).\($0)" }) where name.hasPrefix(prefix) { read(name, from: source) }
        }
    }

    package init(named names: [String], from source: any KernelSource) {
        self.init()
        for name in names { read(name, from: source) }
    }

    /// Every setting that a flow may depend on.
    package init(ofFlowsIn source: any KernelSource) {
        self.init(reading: ["net.ipv4.vs.", "net.netfilter.nf_conntrack_"], from: source)
    }

    private mutating func read(_ name: String, from source: any KernelSource) {
        do throws(KernelError) {
            values[name] = try source.text(of: KernelFile(sysctl: name))
        } catch {
            if error.cause != .absent { unreadable[name] = error.description }
        }
    }
}

extension TableStatistics {
    /// Reads everything at once from the kernel. What could not be used of it is a loss.
    ///
    /// - Parameter origin: where and when; nil for the source's own.
    package init(reading source: any KernelSource, at origin: Origin? = nil) throws(KernelError) {
        let origin = origin ?? source.origin
        let table = Table(source)
        let (cpus, unusable) = try table.statistics()
        var unread = unusable.map { [Loss("the counters of conntrack", $0.description)] } ?? []
        var size = TableSize()
        do throws(KernelError) { size = try table.size() } catch {
            guard error.cause == .damaged else { throw error }
            unread.append(Loss("the size of the conntrack table", error.description))
        }
        self.init(origin, sysctls: Sysctls(named: Self.limits, from: source), size: size, cpus: cpus)
        self.unread = unread
    }
}
