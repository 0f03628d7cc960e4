import Addresses
import CLinux
import Glibc
import Netlink
import SystemPackage

/// Reads IPVS's connections with a BPF program that walks the kernel's own table, in linear time: /proc/net/ip_vs_conn is quadratic before
/// a 2025 kernel fix. See Programs/connections.bpf.c.
///
/// Loading needs CAP_BPF, CAP_PERFMON and CAP_SYSLOG (or CAP_SYS_ADMIN and CAP_SYSLOG); reading needs none of them. Nothing is attached:
/// the program runs only when asked, and is gone with its descriptors.
package final class ConnectionWalk: ConnectionTable {
    private let program: CInt
    private let memory: UnsafeMutableRawPointer
    private let layout: ConnectionLayout
    private var stopRequested: () -> Bool = { false }

    package static let purpose = "read IPVS's connections through BPF"

    // As in Programs/connections.bpf.c.
    static let mostRows = 4096
    static let mostCopied = 320
    static let engineNameSize = 16
    static let rowSize = mostCopied + engineNameSize + 256

    /// The 64-bit words of `struct walk`, in its order.
    enum Word: Int, CaseIterable {
        case table_address, size_address, namespace
        case node_offset, ipvs_offset, net_offset, inode_offset, engine_offset, data_offset, length_offset, name_offset
        case copied, enough, steps, next
        case size, count, seen, errors, overlong, jiffies
        case table, bucket, first, start, node, last_ipvs, last_inode, scratch
    }

    private static var memorySize: Int { Word.allCases.count * 8 + mostRows * rowSize }

    /// A run keeps its CPU for as long as these take: the fewer, the shorter.
    private static let enoughRows: UInt64 = 512
    /// More steps than any bucket should have connections.
    private static let mostSteps: UInt64 = 65_536

    /// Finds the table in the running kernel, and loads the program.
    ///
    /// - Throws: what is missing, by name: BTF or a member in it, a symbol or the right to see it, a capability.
    package convenience init(_ kernel: any KernelSource) throws(KernelError) {
        // Without the capability nothing else is worth reading.
        let probe = clinux_bpf_create_value(8)
        guard probe >= 0 else { throw Self.refusal("create a map", probe) }
        close(probe)
        let layout = try Self.layout(of: kernel)
        let names = ["ip_vs_conn_tab", "ip_vs_conn_tab_size"]
        let addresses = try KernelSymbols.addresses(of: names, in: kernel)
        for name in names {
            guard let address = addresses[name] else {
                throw KernelError(Self.purpose, .absent, detail: "/proc/kallsyms has no \(name)")
            }
            if address == 0 {
                throw KernelError(
                    Self.purpose, .forbidden, detail: "/proc/kallsyms hides the address of \(name)",
                    nextStep: "this needs CAP_SYSLOG, and kernel.kptr_restrict to be at most 1")
            }
        }
        try self.init(
            layout, table: addresses["ip_vs_conn_tab"] ?? 0, size: addresses["ip_vs_conn_tab_size"] ?? 0,
            namespace: try Self.namespace())
        // The kernel may own this reader.
        stopRequested = { [weak kernel] in kernel?.isStopped ?? false }
    }

    /// - Parameters:
    ///   - table: the address of the pointer to the buckets.
    ///   - size: the address of their number.
    ///   - namespace: the inode of a network namespace.
    init(_ layout: ConnectionLayout, table: UInt64, size: UInt64, namespace: UInt64) throws(KernelError) {
        self.layout = layout
        let map = clinux_bpf_create_value(UInt32(Self.memorySize))
        guard map >= 0 else { throw Self.refusal("create a map", map) }
        guard let memory = clinux_bpf_map_value(map, Self.memorySize) else {
            let error = Self.refusal("map its value", -errno)
            close(map)
            throw error
        }
        do throws(KernelError) { program = try Self.load(map) } catch {
            munmap(memory, Self.memorySize)
            close(map)
            throw error
        }
        self.memory = memory
        // The program and the mapping keep it.
        close(map)
        let arguments: [(Word, UInt64)] = [
            (.table_address, table), (.size_address, size), (.namespace, namespace),
            (.node_offset, UInt64(layout[.node])), (.ipvs_offset, UInt64(layout[.ipvs])),
            (.net_offset, UInt64(layout.netOffset)), (.inode_offset, UInt64(layout.inodeOffset)),
            (.engine_offset, UInt64(layout[.engine])), (.data_offset, UInt64(layout[.engineData])),
            (.length_offset, UInt64(layout[.engineDataLength])), (.name_offset, UInt64(layout.engineNameOffset)),
            (.copied, UInt64(min(layout.size, Self.mostCopied))), (.enough, Self.enoughRows), (.steps, Self.mostSteps),
        ]
        for (word, value) in arguments { self[word] = value }
    }

    deinit {
        munmap(memory, Self.memorySize)
        close(program)
    }

    private subscript(word: Word) -> UInt64 {
        get { memory.load(fromByteOffset: word.rawValue * 8, as: UInt64.self) }
        set { memory.storeBytes(of: newValue, toByteOffset: word.rawValue * 8, as: UInt64.self) }
    }

    // MARK: Loading

    private static func layout(of kernel: any KernelSource) throws(KernelError) -> ConnectionLayout {
        guard let base = TypeInformation(try btf("vmlinux", kernel)) else {
            throw KernelError(purpose, .damaged, detail: "/sys/kernel/btf/vmlinux is malformed")
        }
        var module: TypeInformation?
        do throws(KernelError) {
            module = TypeInformation(try btf("ip_vs", kernel), base: base)
        } catch {
            // Built into the kernel: then its types are in the kernel's BTF.
            if error.cause != .absent { throw error }
        }
        return try ConnectionLayout(base, module, copying: mostCopied)
    }

    private static func btf(_ name: String, _ kernel: any KernelSource) throws(KernelError) -> [UInt8] {
        var bytes: [UInt8] = []
        let file = KernelFile("sys/kernel/btf/\(name)")
        let completeness = try kernel.read(file, within: .seconds(60)) { piece in
            piece.withUnsafeBytes { bytes += $0 }
        }
        if case .cut(let why) = completeness { throw KernelError("read /\(file)", .failed, detail: why) }
        return bytes
    }

    private static func namespace() throws(KernelError) -> UInt64 {
        var status = stat()
        guard stat("/proc/thread-self/ns/net", &status) == 0 else {
            throw KernelError("read /proc/thread-self/ns/net", Errno(rawValue: errno))
        }
        return UInt64(status.st_ino)
    }

    private static func load(_ map: CInt) throws(KernelError) -> CInt {
        var log = [CChar](repeating: 0, count: 1 << 20)
        let logSize = UInt32(log.count)
        let program = ConnectionProgram.instructions.withUnsafeBufferPointer { instructions in
            clinux_bpf_load(
                instructions.baseAddress, UInt32(instructions.count), ConnectionProgram.callback, map, &log, logSize)
        }
        guard program < 0 else { return program }
        let text = String(decoding: log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Helpers by their numbers: the kernel names one that it does not let a program use.
        if text.contains("bpf_probe_read_kernel#113") || text.contains("func unknown#113") {
            throw KernelError(
                purpose, .forbidden, detail: "the kernel lets no program read its memory",
                nextStep: "this needs a kernel that is not locked down for confidentiality")
        }
        if text.contains("bpf_loop#181") || text.contains("func unknown#181") {
            throw KernelError(purpose, .absent, detail: "this needs Linux 6.0: the kernel has no bpf_loop")
        }
        let last = text.split(separator: "\n").suffix(3).joined(separator: "; ")
        throw refusal("load its program" + (last.isEmpty ? "" : " (the verifier says: \(last))"), program, log: text)
    }

    /// EACCES is what the verifier answers to a program that it does not accept, with a log; without one, it is a refusal of permission.
    private static func refusal(_ what: String, _ result: CInt, log: String = "") -> KernelError {
        let errno = Errno(rawValue: -result)
        let isForbidden = errno == .notPermitted || errno == .permissionDenied && log.isEmpty
        return KernelError(
            purpose, isForbidden ? .forbidden : .failed, errno: errno, detail: "the kernel refused to \(what)",
            nextStep: isForbidden ? "this needs CAP_BPF and CAP_PERFMON" : nil)
    }

    // MARK: Reading

    package func read(within bound: Duration?, _ receive: (RawSpan) -> Void) throws(KernelError) {
        let end = bound.map { ContinuousClock.now + $0 }
        var encoder = RecordEncoder(layout)
        self[.next] = 0
        repeat {
            let before = self[.next]
            let result = clinux_bpf_run(program)
            if result < 0 { throw Self.refusal("run its program", result) }
            let (count, size, next) = (self[.count], self[.size], self[.next])
            if let why = failure(result, before) { throw KernelError(Self.purpose, .failed, detail: why) }
            encoder.begin(jiffies: self[.jiffies])
            let rows = UnsafeRawBufferPointer(
                start: memory + Word.allCases.count * 8, count: Int(min(count, UInt64(Self.mostRows))) * Self.rowSize)
            encoder.encode(rows, receive)
            if next >= size { return }
            if stopRequested() { throw KernelError(Self.purpose, .stopped, detail: "reading them was interrupted") }
            if let bound, let end, ContinuousClock.now >= end {
                throw KernelError(Self.purpose, .stopped, detail: "reading them was stopped after \(bound.words)")
            }
        } while true
    }

    private func failure(_ result: CInt, _ before: UInt64) -> String? {
        // After the module was reloaded, the addresses are of something else.
        let (table, size) = (self[.table], self[.size])
        if result != 0 || table == 0 || size == 0 || size & (size - 1) != 0 || size > 1 << 27 {
            return "there is no table of connections any more where one was"
        }
        if self[.errors] > 0 { return "\(self[.errors]) of its reads of kernel memory failed" }
        if self[.overlong] != 0 { return "a bucket has more connections than a run can take" }
        if self[.next] <= before, self[.next] < self[.size] { return "a run made no progress" }
        return nil
    }
}
