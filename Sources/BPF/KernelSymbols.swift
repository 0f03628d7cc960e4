import Netlink

/// Addresses of the kernel's symbols, from /proc/kallsyms: `ffffffffc0a4f2e8 b ip_vs_conn_tab	[ip_vs]`.
enum KernelSymbols {
    static let file = KernelFile("proc/kallsyms")

    /// The addresses of these symbols; those that are listed, and 0 for a hidden one (`kernel.kptr_restrict`, or a missing CAP_SYSLOG).
    ///
    /// Blocks while the kernel lists some 200,000 symbols: 50 ms, in emulation up to a second.
    static func addresses(of names: [String], in kernel: any KernelSource) throws(KernelError) -> [String: UInt64] {
        let wanted = names.map { (name: $0, utf8: Array($0.utf8)) }
        var found: [String: UInt64] = [:]
        var partial: [UInt8] = []
        let completeness = try kernel.read(file, within: .seconds(60)) { piece in
            piece.withUnsafeBytes { bytes in
                var start = 0
                while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                    if partial.isEmpty {
                        take(bytes[start..<end], wanted, &found)
                    } else {
                        partial += bytes[start..<end]
                        partial.withUnsafeBytes { take($0[...], wanted, &found) }
                        partial.removeAll(keepingCapacity: true)
                    }
                    start = end + 1
                }
                partial += bytes[start...]
            }
        }
        if case .cut(let why) = completeness { throw KernelError("read /\(file)", .failed, detail: why) }
        return found
    }

    /// `ADDRESS TYPE NAME` and perhaps a tab and the module.
    private static func take(
        _ line: Slice<UnsafeRawBufferPointer>, _ wanted: [(name: String, utf8: [UInt8])],
        _ found: inout [String: UInt64]
    ) {
        // Sixteen digits, a space, the type, a space.
        let name = line.dropFirst(19)
        for (text, utf8) in wanted where name.starts(with: utf8) {
            let rest = name.dropFirst(utf8.count).first
            guard rest == nil || rest == UInt8(ascii: "\t"), found[text] == nil else { continue }
            found[text] = UInt64(String(decoding: line.prefix(16), as: UTF8.self), radix: 16)
        }
    }
}
