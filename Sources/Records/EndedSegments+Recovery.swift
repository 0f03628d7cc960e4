import Addresses
import Archives
import Glibc
import Netlink
import SystemPackage

extension EndedSegments {
    /// Takes over what earlier recorders have left, also those that were killed: running segments end, what was being written is removed, and
    /// what the manifest lacks or has wrong is made up for. Other files are left alone.
    ///
    /// - Returns: why a segment could not be compressed, if so: it stays as it is.
    /// - Throws: if the directory cannot be written to.
    mutating func recover() throws(KernelError) -> KernelError? {
        var failure: KernelError?
        do throws(Errno) {
            let names = try folder.list()
            for name in names where AsideName.isOurs(name) { try folder.remove(name) }
            let old = (try? RecordManifest.read(in: folder)) ?? RecordManifest()
            let found = Dictionary(grouping: names.compactMap { SegmentName($0) }) { $0.plain }
            manifest.next = max(old.next, (found.keys.map(\.number).max() ?? 0) + 1)
            let known = Dictionary(old.segments.map { ($0.name, $0) }) { first, _ in first }
            for (_, files) in found.sorted(by: { $0.key < $1.key }) {
                do throws(KernelError) { try takeOver(files.sorted(), known) } catch { failure = failure ?? error }
            }
        } catch { throw RecordError.writing(folder.path, error) }
        try save(runningBytes: 0)
        return failure
    }

    /// - Parameter files: of one segment, the plain one first.
    private mutating func takeOver(
        _ files: [SegmentName], _ known: [String: RecordManifest.Segment]
    ) throws(KernelError) {
        // Something else, as a link that somebody has given such a name, is none of ours.
        let files = files.filter { (try? folder.size(of: $0.text)) != nil }
        let kept: SegmentName?
        if let segment = files.compactMap({ known[$0.text] }).first(where: { hasSize($0) }) {
            // It is as it was when it ended, as far as can be told without reading it.
            insert(segment)
            kept = SegmentName(segment.name)
        } else {
            // If there are two, a recorder was killed before it removed the plain one, which is sure to be whole.
            guard let name = files.first else { return }
            kept = name.compression == nil ? try endLeft(name) : try addFound(name)
        }
        for name in files where kept != nil && name != kept { try? folder.remove(name.text) }
    }

    private func hasSize(_ segment: RecordManifest.Segment) -> Bool {
        (try? folder.size(of: segment.name)) == segment.bytesOnDisk
    }

    /// Ends a plain one.
    ///
    /// - Returns: what it is now; nil if it had no line.
    private mutating func endLeft(_ name: SegmentName) throws(KernelError) -> SegmentName? {
        var failure: KernelError?
        do throws(Errno) {
            guard let left = try RunningSegment(leftAs: name, in: folder) else { return nil }
            do throws(KernelError) { try add(left) } catch { failure = error }
        } catch { throw RecordError.writing(folder.path, error, name.text) }
        if let failure { throw failure }
        return manifest.segments.compactMap { SegmentName($0.name) }.first { $0.plain == name }
    }

    /// Adds a compressed one, as far as it can be read.
    private mutating func addFound(_ name: SegmentName) throws(KernelError) -> SegmentName {
        var damage: ArchiveError?
        do throws(Errno) {
            let file = OpenFile(try folder.file(at: name.text))
            var status = stat()
            guard fstat(file.descriptor.rawValue, &status) == 0 else { throw .last }
            var measure = SegmentMeasure(file.descriptor, damage: &damage)
            measure.bytesOnDisk = Int(status.st_size)
            switch damage {
            case .failed(let errno): throw errno
            // Nothing is known of its lines, and readers find it all the same.
            case .unavailable: break
            default:
                let to = max(name.began.nanoseconds, Moment(modified: status).nanoseconds)
                insert(RecordManifest.Segment(name, from: name.began, to: Moment(nanoseconds: to), measure))
            }
        } catch { throw RecordError.writing(folder.path, error, name.text) }
        return name
    }
}
