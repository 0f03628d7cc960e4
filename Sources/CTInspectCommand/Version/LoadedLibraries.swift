import Netlink

/// The libraries that this program runs with, by the names of their files, which hold their versions.
enum LoadedLibraries {
    /// Those of the packages that a version matters of; the C library is Debian's own affair.
    private static let prefixes = ["libmnl.", "libnetfilter_conntrack.", "libnftables.", "libncursesw.", "libtinfo."]

    /// By /proc/self/maps, which has the files themselves and not the links that were followed to them.
    static func names(from kernel: any KernelSource) throws(KernelError) -> [String] {
        let maps = try kernel.text(of: KernelFile("proc/self/maps"))
        let files = maps.split(whereSeparator: \.isNewline).compactMap { line in
            line.split(separator: "/").last.map(String.init)
        }
        return prefixes.flatMap { prefix in Set(files.filter { $0.hasPrefix(prefix) }).sorted() }
    }
}
