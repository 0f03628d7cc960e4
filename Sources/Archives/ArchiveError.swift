import SystemPackage

/// Why an archive could not be read or written.
package enum ArchiveError: Error, Equatable, Sendable {
    /// libarchive cannot be loaded, or lacks what is needed; in words.
    case unavailable(String)
    /// There are no bytes.
    case empty
    /// It is no tar archive, compressed or not.
    case unknown
    /// It does not match its format, in words.
    case damaged(String)
    /// It has more bytes, unpacked, than were allowed.
    case tooLarge
    /// What was unpacked could not be written.
    case unwritable(Errno)
    /// Its bytes could not be read.
    case failed(Errno)
}
