import Archives

/// What of a recording could not be read.
package struct RecordProblem: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Its last line has no end, and was left out: so many bytes. Of a segment that is being written this is nothing unusual.
        case cut(bytes: Int)
        /// What came before the damage was read; or all of it, and it is not as it was written. Why, in words.
        case damaged(String)
        /// A line that has more than 1 MiB was skipped. The first line of a segment is 1.
        case tooLong(line: Int)
        /// The manifest has it, and there is no such file.
        case missing
        /// It was there when reading began: a recorder that keeps less has removed it since.
        case removed
        /// Why, in words.
        case unreadable(String)
    }

    /// The name of the segment's file, or `manifest.json`, without which segments are read in the order of their names; or the path that was given.
    package var file: String
    package var kind: Kind

    package init(_ file: String, _ kind: Kind) { (self.file, self.kind) = (file, kind) }
}

extension RecordProblem: CustomStringConvertible {
    /// One line for users.
    package var description: String {
        switch kind {
        case .cut(let bytes): "\(file): its last line is incomplete, and was left out (\(bytes) bytes)"
        case .damaged(let why): "\(file) is damaged: \(why)"
        case .tooLong(let line): "\(file): line \(line) has more than 1 MiB, and was skipped"
        case .missing: "\(file) is missing"
        case .removed: "\(file) was removed while records were read"
        case .unreadable(let why): "cannot read \(file): \(why)"
        }
    }
}

extension RecordProblem.Kind {
    /// - Parameter most: how many bytes were allowed.
    init(_ error: ArchiveError, atMost most: Int) {
        self =
            switch error {
            case .damaged(let why): .damaged(why)
            case .tooLarge: .damaged("it has more than \(most) bytes, unpacked")
            case .empty, .unknown: .damaged("it is not what its first bytes say")
            case .failed(let errno), .unwritable(let errno): .unreadable("\(errno)")
            case .unavailable(let why): .unreadable("\(why): install libarchive (libarchive13), or unpack it")
            }
    }
}
