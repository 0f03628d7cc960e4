import Addresses
import Collection
import FoundationEssentials
import Glibc
import IPVS
import Reports
import Routing
import SystemPackage

@testable import Conntrack
@testable import Netlink

extension FuzzTarget {
    /// A capture from a stranger. The folder that CT_INSPECT_FUZZ_CAPTURE names is one, and this process's own: `captures` replaces its
    /// netlink messages.
    static let captures = [
        FuzzTarget("pcap", longest: 32768, pcap),
        FuzzTarget("manifest", manifest),
        FuzzTarget("checksums", checksums),
        FuzzTarget("archive", longest: 32768, archive),
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

    /// All of it but the checksums, which would let no changed byte pass. The bytes go through a pipe, as they are shorter than what it holds.
    @Sendable private static func archive(_ bytes: [UInt8]) {
        do {
            let (reading, writing) = try FileDescriptor.pipe()
            defer { try? reading.close() }
            try writing.writeAll(bytes)
            try writing.close()
            let storage = try CaptureArchive(reading, called: "archive") { _ in }
            for name in try storage.names(in: "") where !storage.isFolder(name) {
                let file = try storage.file(at: name)
                let size = try storage.size(of: name)
                // One of holes takes no space, and any time.
                guard size <= 1 << 20 else { continue }
                var count = 0
                try CaptureFile.read(file) { count += $0.byteCount }
                Finding.require(count == size, "a file has another size than its archive says")
            }
        } catch let error as KernelError {
            Printed.error(error)
        } catch {
            Finding.require(error as? Errno == .noSuchFileOrDirectory, "an archive is read with \(error)")
        }
    }
}
