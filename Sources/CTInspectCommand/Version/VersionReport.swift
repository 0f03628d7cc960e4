import Addresses
import Collection
import Netlink
import Reports

/// What `--version --verbose` prints: what this program is made of, and what it can do on this host.
struct VersionReport {
    let kernel: any KernelSource

    /// Prints what there is on this host, in this network namespace. Blocks for milliseconds; without privileges it says what could
    /// not be asked.
    static func print() throws {
        try Failure.reporting { () throws(KernelError) in
            try Privileges.keepOnlyNetAdmin()
            Output.print(try VersionReport(kernel: LiveKernel(networkNamespace: nil)).lines())
        }
    }

    private func lines() throws(KernelError) -> [String] {
        let features = Feature.probe(kernel)
        let names = features.map(\.name.count).max() ?? 0
        let rows = features.map { feature in
            [feature.name.padded(to: names), "\(feature.answer)".padded(to: 6), feature.finding.printable]
                .joined(separator: "  ")
        }
        let libraries = try LoadedLibraries.names(from: kernel).map(\.printable).joined(separator: ", ")
        let origin = kernel.origin.kernelRelease.printable
        return ["ct-inspect \(CTInspect.version)", "with \(libraries)", "on Linux \(origin)", ""] + rows
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

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
