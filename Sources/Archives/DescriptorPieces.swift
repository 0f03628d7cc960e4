import Glibc
import SystemPackage

/// What a descriptor gives, in pieces. Its owner keeps it open.
final class DescriptorPieces {
    private let descriptor: FileDescriptor
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private(set) var isEmpty = true

    init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { buffer.deallocate() }

    /// Waits for them, also if the descriptor does not block, as another program may have made it.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer {
        while true {
            let count = read(descriptor.rawValue, buffer.baseAddress, buffer.count)
            if count >= 0 {
                if count > 0 { isEmpty = false }
                return UnsafeRawBufferPointer(rebasing: buffer.prefix(count))
            }
            let failure = Errno(rawValue: errno)
            guard failure == .resourceTemporarilyUnavailable || failure == .interrupted else { throw .failed(failure) }
            var one = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            _ = poll(&one, 1, -1)
        }
    }
}
