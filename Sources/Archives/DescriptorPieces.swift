import Glibc
import SystemPackage

/// What a descriptor gives, in pieces. Its owner keeps it open.
package final class DescriptorPieces {
    private let descriptor: FileDescriptor
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var isEmpty = true

    /// - Parameter size: of a piece at most, in bytes.
    package init(_ descriptor: FileDescriptor, size: Int = 64 << 10) {
        self.descriptor = descriptor
        buffer = .allocate(byteCount: size, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The next one, which stays valid until this is called again; empty at the end.
    package func next() throws(ArchiveError) -> UnsafeRawBufferPointer { try next(atLeast: 1) }

    /// - Parameter least: how many bytes it has, unless fewer are left.
    package func next(atLeast least: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
        var filled = 0
        while filled < min(least, buffer.count) {
            let count = try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        if filled > 0 { isEmpty = false }
        return UnsafeRawBufferPointer(rebasing: buffer.prefix(filled))
    }

    /// Waits for bytes, also if the descriptor does not block, as another program may have made it.
    private func fill(_ rest: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        while true {
            let count = read(descriptor.rawValue, rest.baseAddress, rest.count)
            if count >= 0 { return count }
            let failure = Errno(rawValue: errno)
            guard failure == .resourceTemporarilyUnavailable || failure == .interrupted else { throw .failed(failure) }
            var one = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            _ = poll(&one, 1, -1)
        }
    }
}
