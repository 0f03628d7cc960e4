import Archives
import Glibc
import Netlink
import SystemPackage

/// Reads the lines of records: of a directory, also while a recorder writes to it, of one file of it, or of a pipe; compressed or not. All of it
/// may come from a stranger: nothing of it is trusted, and memory does not grow with it.
package struct RecordReader: ~Copyable {
    private enum Source: ~Copyable {
        case folder(RecordFolder)
        case file(OpenFile, name: String)
        case descriptor(FileDescriptor, name: String)
    }

    private let source: Source

    /// Opens a directory, or a file.
    ///
    /// - Throws: if there is none, or it cannot be read, or the directory has neither segments nor a manifest.
    package init(_ path: String) throws(KernelError) {
        do throws(Errno) {
            if path.isEmpty { throw .noSuchFileOrDirectory }
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw .last }
            let file = OpenFile(FileDescriptor(rawValue: descriptor))
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .last }
            if status.st_mode & S_IFMT == S_IFDIR {
                source = .folder(try RecordFolder(Folder(path)))
            } else {
                source = .file(file, name: path)
            }
        } catch { throw RecordError.reading(path, error) }
    }

    /// Of what a descriptor gives, as of a pipe, which is waited for. It stays open, and must outlive this.
    ///
    /// - Parameter name: for problems.
    package init(_ descriptor: FileDescriptor, called name: String) {
        source = .descriptor(descriptor, name: name)
    }

    /// Gives every line that was complete when it was read, in order, without its `\n`; the first one of each segment is its header.
    ///
    /// - Parameter take: gets a line, which is valid during the call only; false: it wants no more.
    /// - Returns: what could not be read, in the order in which that turned out.
    package consuming func forEachLine<Failure: Error>(
        _ take: (RawSpan) throws(Failure) -> Bool
    ) throws(Failure) -> [RecordProblem] {
        try forEachLine(fromSegment: 0) { line, _ throws(Failure) in try take(line) }
    }

    /// The same from a segment on.
    ///
    /// - Parameters:
    ///   - first: the number of the segment, or of the next one if that is gone; what is no directory is read from its beginning.
    ///   - take: also gets the number of the line's segment; 0 for what is no directory.
    package consuming func forEachLine<Failure: Error>(
        fromSegment first: Int, _ take: (RawSpan, Int) throws(Failure) -> Bool
    ) throws(Failure) -> [RecordProblem] {
        switch source {
        case .folder(let folder): return try folder.forEachLine(from: first, take)
        case .file(let file, let name): return try Self.lines(of: file.descriptor, name, take)
        case .descriptor(let descriptor, let name): return try Self.lines(of: descriptor, name, take)
        }
    }

    private static func lines<Failure: Error>(
        of descriptor: FileDescriptor, _ name: String, _ take: (RawSpan, Int) throws(Failure) -> Bool
    ) throws(Failure) -> [RecordProblem] {
        var reading = SegmentReading(name)
        _ = try reading.read(descriptor, as: nil) { line throws(Failure) in try take(line, 0) }
        return reading.problems
    }
}
