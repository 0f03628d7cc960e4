import SystemPackage

/// Reads records of a pcap file at any offset.
final class PcapReader {
    private let file: StoredFile
    private let purpose: String

    struct Record {
        var header: Pcap.RecordHeader
        /// Where the datagram begins.
        var start: Int64
        var end: Int64 { start + Int64(header.count) }
    }

    init(_ storage: any CaptureStorage) throws(KernelError) {
        purpose = "read \(storage.path.appending(CaptureFile.netlink))"
        do throws(Errno) { file = try storage.file(at: CaptureFile.netlink) } catch {
            throw CaptureFile.unreadable(purpose, error, nextStep: "the capture is incomplete: copy it again")
        }
        let header = try bytes(Pcap.fileHeaderSize, at: 0)
        do throws(DecodeError) { try Pcap.checkFileHeader(header.span.bytes) } catch {
            throw KernelError(purpose, .damaged, detail: error.description, nextStep: CaptureFile.copyAgain)
        }
    }

    /// The record at an offset; nil at the end of the file.
    func record(at offset: Int64) throws(KernelError) -> Record? {
        let size = Pcap.recordHeaderSize + Pcap.linkHeaderSize
        let bytes = try bytes(size, at: offset)
        if bytes.isEmpty { return nil }
        guard bytes.count == size else { throw damaged("it ends within a record", at: offset) }
        do throws(DecodeError) {
            return Record(header: try Pcap.RecordHeader(bytes.span.bytes), start: offset + Int64(size))
        } catch { throw damaged(error.description, at: offset) }
    }

    func datagram(_ record: Record) throws(KernelError) -> [UInt8] {
        let bytes = try bytes(record.header.count, at: record.start)
        guard bytes.count == record.header.count else { throw damaged("it ends within a record", at: record.start) }
        return bytes
    }

    func damaged(_ why: String, at offset: Int64) -> KernelError {
        KernelError(purpose, .damaged, detail: "at byte \(offset): \(why)", nextStep: CaptureFile.copyAgain)
    }

    private func bytes(_ count: Int, at offset: Int64) throws(KernelError) -> [UInt8] {
        do {
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                filled = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch {
            throw KernelError(purpose, .failed, errno: error as? Errno ?? .ioError, nextStep: "copy it again")
        }
    }
}
