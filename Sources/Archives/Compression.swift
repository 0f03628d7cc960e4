import CArchive

/// How bytes are compressed.
package enum Compression: String, CaseIterable, Sendable {
    // The better one first.
    case zstd = "zst"
    case gzip = "gz"

    /// What a file's name ends with, without the full stop: `zst`.
    package var suffix: String { rawValue }

    /// From the first bytes of what is compressed (RFC 8878, section 3.1.1; RFC 1952, section 2.3.1). Nil if it is compressed in no such way.
    package init?(firstBytes bytes: UnsafeRawBufferPointer) {
        guard let found = Self.allCases.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    private var magic: [UInt8] {
        switch self {
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        case .gzip: [0x1F, 0x8B]
        }
    }

    /// How many bytes `init(firstBytes:)` needs.
    package static let longestMagic = 4

    /// The best one that this libarchive has in itself.
    ///
    /// - Throws: `.unavailable` where there is no libarchive, or it has none.
    package static func best() throws(ArchiveError) -> Compression {
        do throws(ArchiveError) { _ = try Packer(.zstd) { _ in } } catch .unavailable {
            _ = try Packer(.gzip) { _ in }
            return .gzip
        }
        return .zstd
    }

    var filter: (OpaquePointer) -> CInt {
        switch self {
        case .zstd: carchive_write_add_filter_zstd
        case .gzip: carchive_write_add_filter_gzip
        }
    }
}
