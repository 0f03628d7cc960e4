import Addresses
import Collection
import FoundationEssentials
import Glibc
import IPVS
import Reports
import Routing

@testable import Conntrack
@testable import Netlink

extension FuzzTarget {
    /// A capture from a stranger. The folder that CT_INSPECT_FUZZ_CAPTURE names is one, and this process's own: `captures` replaces its
    /// netlink messages.
    static let captures = [
        FuzzTarget("pcap", longest: 32768, pcap),
        FuzzTarget("manifest", manifest),
        FuzzTarget("checksums", checksums),
    ]

    private static let folder = getenv("CT_INSPECT_FUZZ_CAPTURE").map { String(cString: $0) }

    /// From the file to the flows.
    @Sendable private static func pcap(_ bytes: [UInt8]) {
        guard let folder else { Finding.report("CT_INSPECT_FUZZ_CAPTURE is not set: run Tests/Fuzz/run") }
        write(bytes, to: folder + "/" + CaptureFile.netlink)
        do throws(KernelError) {
            let kernel = try CapturedKernel(folder, verifying: false)
            let collector = try FlowCollector(kernel, keepsEntries: true)
            let snapshot = try collector.snapshot()
            let configuration = try collector.director.configuration()
            Printed.text { snapshot.writeFlows(.plain, width: 120, to: $0) }
            Printed.text(snapshot.summaryText(.plain, width: 120) + snapshot.servicesText(configuration))
            Printed.json { snapshot.writeJSON(summaryOnly: false, to: $0) }
        } catch { Printed.error(error) }
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else {
            Finding.report("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        close(file)
    }

    @Sendable private static func manifest(_ bytes: [UInt8]) {
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)) else { return }
        do throws(KernelError) {
            let origin = try manifest.origin("read the manifest")
            Printed.text([origin.host, origin.kernelRelease, origin.networkNamespace ?? "", origin.takenAt.rfc3339])
        } catch { Printed.error(error) }
        for unread in manifest.unread {
            if let error = unread.error(unread.what) { Printed.error(error) }
        }
        let contents = CaptureContents(manifest.unread.map(\.what))
        for unread in manifest.unread { _ = contents.isFolder(unread.what) }
    }

    @Sendable private static func checksums(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let sums = Checksums(text) else { return }
        Finding.require(Checksums(sums.text) == sums, "checksums are others when they are read again")
        _ = CaptureContents(sums.sums.keys)
    }
}
