import SystemPackage

/// A file of a capture being written. The first failure is kept until it is closed.
final class CaptureFileWriter {
    let name: String
    private(set) var sum = CRC32()
    private let descriptor: FileDescriptor
    private var isOpen = true
    private var failure: Errno?
    /// Datagrams and rows are small; the disk is asked for more at once.
    private var pending: [UInt8] = []

    init(_ name: String, _ descriptor: FileDescriptor) {
        self.name = name
        self.descriptor = descriptor
    }

    deinit { if isOpen { try? descriptor.close() } }

    func write(_ bytes: RawSpan) {
        sum.take(bytes)
        bytes.withUnsafeBytes { pending += $0 }
        if pending.count >= 256 << 10 { flush() }
    }

    private func flush() {
        defer { pending.removeAll(keepingCapacity: true) }
        if failure != nil { return }
        do { try descriptor.writeAll(pending) } catch { failure = error as? Errno ?? .ioError }
    }

    /// A second time does nothing, so that a capture can be abandoned whatever it had come to.
    func close() throws(Errno) {
        guard isOpen else { return }
        flush()
        isOpen = false
        do { try descriptor.close() } catch { failure = failure ?? error as? Errno ?? .ioError }
        if let failure { throw failure }
    }
}
