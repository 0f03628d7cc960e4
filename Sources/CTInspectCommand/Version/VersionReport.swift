import Addresses
import Collection
import Netlink
import Reports

/// The output of `--version --verbose`: what this program consists of, and what it can do on this host.
struct VersionReport {
    let kernel: any KernelSource
    /// Whether connections can be read through BPF, which needs more capabilities than all the rest.
    let connectionWalk: Feature

    /// Prints what is available on this host, in this network namespace. Blocks for milliseconds; without privileges it reports what could not
    /// be checked.
    static func print() throws {
        try Failure.reporting { () throws(KernelError) in
            let kernel = LiveKernel(networkNamespace: nil)
            // Loading needs more than what is kept; reading must not.
            let walk = Feature.loadConnectionWalk(kernel)
            try Privileges.keepOnlyNetAdmin()
            let connectionWalk = Feature.connectionWalk(walk, kernel)
            Output.print(try VersionReport(kernel: kernel, connectionWalk: connectionWalk).lines())
        }
    }

    private func lines() throws(KernelError) -> [String] {
        let features = Feature.probe(kernel) + [connectionWalk]
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

/// The libraries used by this process, by file name, which includes the version.
enum LoadedLibraries {
    /// Those whose version matters; the C library is not listed.
    private static let prefixes = ["libmnl.", "libnetfilter_conntrack.", "libncursesw.", "libtinfo."]

    /// From /proc/self/maps, which has the actual files, not links to them.
    static func names(from kernel: any KernelSource) throws(KernelError) -> [String] {
        let maps = try kernel.text(of: KernelFile("proc/self/maps"))
        let files = maps.split(whereSeparator: \.isNewline).compactMap { line in
            line.split(separator: "/").last.map(String.init)
        }
        return prefixes.flatMap { prefix in Set(files.filter { $0.hasPrefix(prefix) }).sorted() }
    }
}
