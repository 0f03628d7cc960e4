import CArchive
import Glibc
import SystemPackage

/// A handle of libarchive that reads: one format, and what gives it bytes. It may not be used after an error.
final class ArchiveInput {
    /// Gives the next bytes, which stay valid until it is asked again; none at the end.
    typealias Source = () throws(ArchiveError) -> UnsafeRawBufferPointer

    /// A part of an entry's content. The bytes are valid until the handle is used again.
    struct Block {
        let bytes: UnsafeRawBufferPointer
        /// Where in the content they belong. What lies before, and was not in an earlier block, is zeros.
        let offset: Int64
    }

    private let handle: OpaquePointer
    private let source: Source
    /// The source's error, which libarchive cannot carry.
    private var failure: ArchiveError?
    private var given: Int64 = 0
    private var isAtEnd = false
    /// The zeros at the end of what was given.
    private(set) var zeros: Int64 = 0

    /// - Parameter enable: enables the formats and filters that may be found; nothing else is recognized.
    init(_ source: @escaping Source, enable: [(OpaquePointer) -> CInt]) throws(ArchiveError) {
        if let why = carchive_load() { throw .unavailable(String(cString: why)) }
        guard let handle = carchive_read_new() else { throw .failed(.noMemory) }
        self.handle = handle
        self.source = source
        // A warning: it would run a program in place of a library that it was built without.
        guard enable.allSatisfy({ $0(handle) == ARCHIVE_OK }) else {
            throw .unavailable(Self.message(of: handle) ?? "libarchive was built without it")
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let status = carchive_read_open(
            handle, context, nil,
            { _, context, buffer in
                guard let context, let buffer else { return -1 }
                return Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue().give(buffer)
            }, nil)
        try check(status)
    }

    deinit { carchive_read_free(handle) }

    private func give(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do throws(ArchiveError) {
            let piece = try take()
            buffer.pointee = piece.baseAddress
            return piece.count
        } catch {
            failure = error
            return -1
        }
    }

    private func take() throws(ArchiveError) -> UnsafeRawBufferPointer {
        if isAtEnd { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let piece = try source()
        isAtEnd = piece.isEmpty
        given += Int64(piece.count)
        let last = piece.lastIndex { $0 != 0 }
        zeros = last.map { Int64(piece.count - $0 - 1) } ?? zeros + Int64(piece.count)
        return piece
    }

    /// How many filters its bytes go through.
    var filters: Int { max(0, Int(carchive_filter_count(handle)) - 1) }

    /// The next entry, which is valid until this is called again; nil after the last one. What is left of the one before is skipped.
    func next() throws(ArchiveError) -> OpaquePointer? {
        var entry: OpaquePointer?
        let status = carchive_read_next_header(handle, &entry)
        if status == ARCHIVE_EOF {
            try check(ARCHIVE_OK)
            return nil
        }
        try check(status)
        return entry
    }

    /// The next part of the entry's content; nil at its end.
    func block() throws(ArchiveError) -> Block? {
        var bytes: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let status = carchive_read_data_block(handle, &bytes, &count, &offset)
        if status == ARCHIVE_EOF {
            try check(ARCHIVE_OK)
            return nil
        }
        try check(status)
        return Block(bytes: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count), offset: offset)
    }

    /// Reads what is behind the last entry.
    ///
    /// - Throws: `.damaged` if that is more than zeros, with which archives are padded.
    func finish() throws(ArchiveError) {
        var unread = given - carchive_filter_bytes(handle, -1)
        while true {
            if unread > zeros { throw .damaged("there is something behind its end") }
            if isAtEnd { return }
            unread += Int64(try take().count)
        }
    }

    /// A warning is about what is not needed here, as a name in the characters of this locale.
    private func check(_ status: CInt) throws(ArchiveError) {
        if let failure { throw failure }
        if status == ARCHIVE_OK || status == ARCHIVE_WARN { return }
        // Before a format is known, this says that none of those enabled was recognized.
        if carchive_format(handle) == 0, carchive_errno(handle) == EILSEQ { throw .unknown }
        throw .damaged(Self.message(of: handle) ?? "libarchive does not say why")
    }

    private static func message(of handle: OpaquePointer) -> String? {
        carchive_error_string(handle).map { String(cString: $0) }
    }
}
