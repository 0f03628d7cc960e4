import Archives
import SystemPackage

/// One segment as it is read.
struct SegmentReading {
    let name: String
    private(set) var problems: [RecordProblem] = []

    init(_ name: String) { self.name = name }

    /// Gives its lines.
    ///
    /// - Parameter listed: what the manifest says of this file; nil if it says nothing.
    /// - Returns: what `take` returned last.
    mutating func read<Failure: Error>(
        _ descriptor: FileDescriptor, as listed: RecordManifest.Segment?, _ take: (RawSpan) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let most = min(listed?.bytes ?? .max, RecordLimits.mostSegmentBytes)
        let content: SegmentBytes
        do throws(ArchiveError) { content = try SegmentBytes(descriptor, atMost: most) } catch {
            add(RecordProblem.Kind(error, atMost: most))
            return true
        }
        var splitter = LineSplitter()
        defer { for line in splitter.tooLong { add(.tooLong(line: line)) } }
        while true {
            let piece: UnsafeRawBufferPointer?
            do throws(ArchiveError) { piece = try content.next() } catch {
                add(RecordProblem.Kind(error, atMost: most))
                return true
            }
            guard let piece else { break }
            guard try splitter.split(piece, take) else { return false }
        }
        if let listed, !listed.describes(content) {
            add(.damaged("it is not as \(RecordManifest.name) says that it was written"))
        } else if splitter.unended > 0 {
            add(.cut(bytes: splitter.unended))
        }
        return true
    }

    private mutating func add(_ kind: RecordProblem.Kind) { problems.append(RecordProblem(name, kind)) }
}

extension RecordManifest.Segment {
    fileprivate func describes(_ content: SegmentBytes) -> Bool {
        content.count == bytes && content.bytesOnDisk == bytesOnDisk && content.checksum == UInt32(crc32, radix: 16)
    }
}
