import Inspection
import Netlink

extension HostFacts {
    static let modulesFile = KernelFile("proc/modules")
    private static let memoryFile = KernelFile("proc/meminfo")
    private static let interfaces = KernelFile("proc/sys/net/ipv4/conf")
    /// Not interfaces: the whole namespace, and what new ones get.
    private static let general: Set<String> = ["all", "default"]

    /// Reads it from /proc.
    package init(reading source: any KernelSource) {
        let modules = Fact<Set<String>>.reading(absent: "this kernel has no /proc/modules") {
            () throws(KernelError) in
            let lines = try source.text(of: Self.modulesFile).split(separator: "\n")
            return .known(Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) }))
        }.fact
        let forwarding = Fact<Forwarding>.reading(absent: "this kernel has no \(Sysctls.ipForward)") {
            () throws(KernelError) in
            let ipv4 = try source.text(of: KernelFile(sysctl: Sysctls.ipForward))
            var forwarding = Forwarding(ipv4: ipv4 != "0")
            forwarding.ipv6 = try Self.isOn(KernelFile(sysctl: Sysctls.ipv6Forwarding), source)
            // Else each of them forwards, or may.
            if !forwarding.ipv4 { forwarding.interfaces = try Self.forwardingInterfaces(of: source) }
            return .known(forwarding)
        }.fact
        let memory = Fact<Memory>.reading(absent: "this kernel has no /proc/meminfo") { () throws(KernelError) in
            let text = try source.text(of: Self.memoryFile)
            guard let available = Self.available(text) else {
                throw KernelError("read /\(Self.memoryFile)", .failed, detail: "it lacks MemFree or Buffers")
            }
            return .known(Memory(available: available))
        }.fact
        self.init(modules: modules, forwarding: forwarding, memory: memory)
    }

    /// In KiB; `MemFree:          123456 kB` (fs/proc/meminfo.c, `meminfo_proc_show`).
    private static func available(_ text: String) -> UInt64? {
        var values: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 1 { values[words[0]] = UInt64(words[1]) }
        }
        guard let free = values["MemFree:"], let buffers = values["Buffers:"] else { return nil }
        let (sum, isTooMuch) = free.addingReportingOverflow(buffers)
        return isTooMuch ? nil : sum
    }

    /// An interface may vanish in between.
    private static func forwardingInterfaces(of source: any KernelSource) throws(KernelError) -> Set<String> {
        var names: Set<String> = []
        for name in try source.list(interfaces) where !general.contains(name) {
            let file = KernelFile("\(interfaces.path)/\(name)/forwarding")
            if try isOn(file, source) ?? false { names.insert(name) }
        }
        return names
    }

    /// Nil if there is no such setting.
    private static func isOn(_ file: KernelFile, _ source: any KernelSource) throws(KernelError) -> Bool? {
        do throws(KernelError) {
            return try source.text(of: file) != "0"
        } catch {
            if error.cause == .absent { return nil }
            throw error
        }
    }
}
