import Addresses
import Archives
import Glibc
import Netlink
import SystemPackage

/// The ended segments of a directory, and its manifest.
struct EndedSegments: ~Copyable {
    let folder: Folder
    let limits: RecordLimits
    /// Nil: segments stay plain.
    let compression: Compression?
    var manifest = RecordManifest()

    init(_ folder: consuming Folder, _ limits: RecordLimits, _ compression: Compression?) {
        self.folder = folder
        (self.limits, self.compression) = (limits, compression)
    }

    /// Ends a segment: it is compressed, and in the manifest, and limits hold.
    ///
    /// - Throws: if it was left as it is, or the manifest could not be written.
    mutating func end(_ segment: RunningSegment) throws(KernelError) {
        var failure: KernelError?
        do throws(KernelError) { try add(segment) } catch { failure = error }
        do throws(KernelError) { try save(runningBytes: 0) } catch { failure = failure ?? error }
        if let failure { throw failure }
    }

    /// Adds a segment to what `save` writes.
    ///
    /// - Throws: if it could not be compressed; then it is added as it is.
    mutating func add(_ segment: RunningSegment) throws(KernelError) {
        let plain = segment.name
        do throws(Errno) { try segment.finish() } catch { throw RecordError.writing(folder.path, error, plain.text) }
        var failure: KernelError?
        if let compression {
            do {
                let name = plain.compressed(compression)
                let measure = try pack(segment, as: name, compression)
                insert(RecordManifest.Segment(name, from: segment.from, to: segment.to, measure))
                try? folder.remove(plain.text)
                return
            } catch { failure = RecordError.packing(folder.path, error, plain.text) }
        }
        var damage: ArchiveError?
        lseek(segment.descriptor.rawValue, 0, SEEK_SET)
        let measure = SegmentMeasure(segment.descriptor, damage: &damage)
        if let damage { failure = failure ?? RecordError.packing(folder.path, damage, plain.text) }
        insert(RecordManifest.Segment(plain, from: segment.from, to: segment.to, measure))
        if let failure { throw failure }
    }

    /// Keeps their order.
    mutating func insert(_ segment: RecordManifest.Segment) {
        guard let name = SegmentName(segment.name) else { return }
        // Nearly always the last one.
        let before = manifest.segments.lastIndex { SegmentName($0.name).map { $0 < name } ?? false }
        manifest.segments.insert(segment, at: before.map { $0 + 1 } ?? 0)
    }

    /// Compresses a segment, in pieces, into a file that has its name when it is complete, and its time, by which it is known if the manifest
    /// is lost.
    private func pack(
        _ segment: RunningSegment, as name: SegmentName, _ compression: Compression
    ) throws -> SegmentMeasure {
        final class Stored { var (count, sum) = (0, CRC32()) }
        var measure = SegmentMeasure()
        let stored = Stored()
        let plain = DescriptorPieces(segment.descriptor, size: 256 << 10)
        let times = [timespec(segment.to), timespec(segment.to)]
        try ReplacingFile.write(name.text, in: folder) { file throws(ArchiveError) in
            let packer = try Packer(compression) { piece throws(ArchiveError) in
                do { _ = try piece.withUnsafeBytes { try file.writeAll($0) } } catch {
                    throw .unwritable(error as? Errno ?? .ioError)
                }
                stored.count += piece.byteCount
                stored.sum.take(piece)
            }
            while case let piece = try plain.next(), !piece.isEmpty {
                measure.count(piece)
                try packer.write(piece.bytes)
            }
            try packer.finish()
            futimens(file.rawValue, times)
        }
        (measure.bytesOnDisk, measure.checksum) = (stored.count, stored.sum.value)
        return measure
    }

    /// Writes the manifest, and removes the oldest segments until the limits hold.
    ///
    /// - Parameter runningBytes: what the running one has, which counts as well.
    mutating func save(runningBytes: Int) throws(KernelError) {
        let removed = trim(runningBytes)
        var failure: Errno?
        // The manifest first: a file that it lacks is read all the same, and one that it has is missed.
        do throws(Errno) { try manifest.write(in: folder) } catch { failure = error }
        for segment in removed {
            do throws(Errno) { try folder.remove(segment.name) } catch {
                if error != .noSuchFileOrDirectory {
                    throw RecordError.writing(folder.path, error, "remove \(segment.name)")
                }
            }
        }
        // There may be space for it now.
        if failure != nil, !removed.isEmpty {
            failure = nil
            do throws(Errno) { try manifest.write(in: folder) } catch { failure = error }
        }
        if let failure { throw RecordError.writing(folder.path, failure, "write \(RecordManifest.name)") }
    }

    /// The same, if there is anything to remove.
    mutating func enforceLimits(runningBytes: Int) throws(KernelError) {
        if excess(runningBytes) > 0 { try save(runningBytes: runningBytes) }
    }

    private mutating func trim(_ runningBytes: Int) -> [RecordManifest.Segment] {
        let count = excess(runningBytes)
        let removed = Array(manifest.segments.prefix(count))
        manifest.segments.removeFirst(count)
        return removed
    }

    /// How many segments are too many.
    private func excess(_ runningBytes: Int) -> Int {
        var total = manifest.segments.reduce(runningBytes) { $0 + $1.bytesOnDisk }
        var count = limits.segments.map { max(0, manifest.segments.count - max(0, $0)) } ?? 0
        for segment in manifest.segments.prefix(count) { total -= segment.bytesOnDisk }
        while let most = limits.totalBytes, total > most, count < manifest.segments.count {
            total -= manifest.segments[count].bytesOnDisk
            count += 1
        }
        return count
    }
}

extension timespec {
    init(_ moment: Moment) {
        self.init(tv_sec: time_t(moment.seconds), tv_nsec: Int(moment.nanoseconds % 1_000_000_000))
    }
}
