import Netlink
import SystemPackage

/// A directory with records, from which a recorder may remove segments, or rename them as they are compressed, while it is read.
struct RecordFolder: ~Copyable {
    private let folder: Folder
    private let first: Listing

    /// What is in it at a time: by the manifest, and by the names of files.
    private struct Listing {
        var segments: [SegmentName: Segment] = [:]
        /// Why the manifest is of no use, if so.
        var unusable: String?

        /// By its name without compression.
        struct Segment {
            var listed: RecordManifest.Segment?
            /// Those that it may have, the likeliest first.
            var names: [SegmentName] = []
        }

        init(_ folder: borrowing Folder) throws(Errno) {
            // The manifest first: what ends meanwhile is then found by its name.
            var manifest: RecordManifest?
            do throws(RecordManifest.Unusable) { manifest = try RecordManifest.read(in: folder) } catch {
                unusable = error.why
            }
            let names = try folder.list().compactMap { SegmentName($0) }
            if manifest == nil, unusable == nil, names.isEmpty { throw .noSuchFileOrDirectory }
            for segment in manifest?.segments ?? [] {
                guard let name = SegmentName(segment.name) else { continue }
                segments[name.plain] = Segment(listed: segment, names: [name])
            }
            // Of two files the plain one is sure to be whole; if it is removed now, the other one is.
            for name in names.sorted() where segments[name.plain]?.names.contains(name) != true {
                segments[name.plain, default: Segment()].names.append(name)
            }
        }
    }

    /// - Throws: `ENOENT` if nothing in it is of a recorder.
    init(_ folder: consuming Folder) throws(Errno) {
        first = try Listing(folder)
        self.folder = folder
    }

    /// - Parameters:
    ///   - number: of the first segment that is read.
    ///   - take: gets a line, and the number of its segment.
    /// - Returns: what could not be read.
    func forEachLine<Failure: Error>(
        from number: Int, _ take: (RawSpan, Int) throws(Failure) -> Bool
    ) throws(Failure) -> [RecordProblem] {
        var problems = first.unusable.map { [RecordProblem(RecordManifest.name, .unreadable($0))] } ?? []
        for name in first.segments.keys.sorted() where name.number >= number {
            switch find(name) {
            case .problem(let problem): problems.append(problem)
            case .opened(let file, let actual, let listed):
                var reading = SegmentReading(actual.text)
                let goesOn = try reading.read(file.descriptor, as: listed) { line throws(Failure) in
                    try take(line, name.number)
                }
                problems += reading.problems
                if !goesOn { return problems }
            }
        }
        return problems
    }

    private enum Finding {
        case opened(OpenFile, SegmentName, RecordManifest.Segment?)
        case problem(RecordProblem)
    }

    /// Opens a segment. A plain one may have been compressed since the directory was listed, and a compressed one removed; nothing else happens
    /// to a segment, so the third listing is the last one that can differ.
    private func find(_ name: SegmentName) -> Finding {
        var listing = first
        for attempt in 0..<3 {
            if attempt > 0 {
                // One that is empty now had its segments removed.
                do throws(Errno) { listing = try Listing(folder) } catch { break }
            }
            guard let segment = listing.segments[name] else { return removed(name) }
            for candidate in segment.names {
                do throws(Errno) {
                    let file = OpenFile(try folder.file(at: candidate.text))
                    return .opened(file, candidate, segment.listed.flatMap { $0.name == candidate.text ? $0 : nil })
                } catch  where error == .noSuchFileOrDirectory {
                    continue
                } catch { return .problem(RecordProblem(candidate.text, .unreadable("\(error)"))) }
            }
        }
        guard let listed = listing.segments[name]?.listed else { return removed(name) }
        return .problem(RecordProblem(listed.name, .missing))
    }

    private func removed(_ name: SegmentName) -> Finding {
        let text = first.segments[name]?.names.first?.text ?? name.text
        return .problem(RecordProblem(text, .removed))
    }
}
