import Glibc
import Netlink
import SystemPackage

/// Output buffered until it is known to be good, in an unnamed file, so that memory does not grow with it.
final class OutputBuffer {
    private let file: OpenFile
    private let purpose = "buffer the output until it is complete"

    /// In the directory TMPDIR, or /tmp.
    init() throws(KernelError) { file = try OpenFile.unnamed() }

    func write(_ bytes: RawSpan) {
        do { try bytes.withUnsafeBytes { _ = try file.descriptor.writeAll($0) } } catch {
            Output.fail("\(purpose): \(error)")
        }
    }

    /// Discards what was written.
    func clear() {
        guard ftruncate(file.descriptor.rawValue, 0) == 0, lseek(file.descriptor.rawValue, 0, SEEK_SET) == 0 else {
            Output.fail("\(purpose): \(Errno(rawValue: errno))")
        }
    }

    /// Passes on what was written.
    func copy(to sink: (RawSpan) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
            var offset: Int64 = 0
            do {
                while case let count = try file.descriptor.read(fromAbsoluteOffset: offset, into: buffer), count > 0 {
                    sink(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)).bytes)
                    offset += Int64(count)
                }
            } catch {
                Output.fail("\(purpose): \(error)")
            }
        }
    }
}
