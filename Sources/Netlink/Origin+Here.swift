import FoundationEssentials
import Glibc

extension Origin {
    /// This host, now.
    package static func here(networkNamespace: String?) -> Origin {
        var system = utsname()
        uname(&system)
        return Origin(
            takenAt: Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            host: text(system.nodename), kernelRelease: text(system.release), networkNamespace: networkNamespace)
    }

    private static func text(_ field: some Any) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
