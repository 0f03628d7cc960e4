import Addresses
import FoundationEssentials
import Netlink
import SystemPackage

/// `manifest.json` of a directory with records: its ended segments, in order. It is replaced as a whole, and never trusted: what it says of a
/// file is compared with the file.
struct RecordManifest: Codable, Equatable {
    var schema = Self.version
    /// The number of the segment that begins next.
    var next = 1
    var segments: [Segment] = []

    static let name = "manifest.json"
    private static let version = "ct-inspect/1"
    /// In bytes: a hundred thousand segments take half of it.
    private static let mostBytes = 64 << 20

    enum CodingKeys: String, CodingKey {
        case schema, segments
        case next = "next_segment"
    }

    /// An ended segment.
    struct Segment: Codable, Equatable {
        /// Of its file.
        var name: String
        /// RFC 3339: when its first and its last lines were written. Of one that was found after a crash: when it began, and when its file
        /// was written last.
        var from: String
        var to: String
        /// With the header.
        var lines: Int
        /// Uncompressed.
        var bytes: Int
        /// Of the file.
        var bytesOnDisk: Int
        /// Of the file, as crc32(1) prints it.
        var crc32: String

        enum CodingKeys: String, CodingKey {
            case name, from, to, lines, bytes, crc32
            case bytesOnDisk = "bytes_on_disk"
        }

        init(_ name: SegmentName, from: Moment, to: Moment, _ measure: SegmentMeasure) {
            (self.name, self.from, self.to) = (name.text, from.rfc3339, to.rfc3339)
            (lines, bytes, bytesOnDisk) = (measure.lines, measure.bytes, measure.bytesOnDisk)
            crc32 = CRC32.digits(of: measure.checksum)
        }
    }

    /// Reads it.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: if it cannot be read, or is nothing that we write; in words.
    static func read(in folder: borrowing Folder) throws(Unusable) -> RecordManifest? {
        let bytes: [UInt8]
        do {
            let file = OpenFile(try folder.file(at: name))
            bytes = try Self.bytes(of: file)
        } catch {
            if error == .noSuchFileOrDirectory { return nil }
            throw Unusable(why: "\(error)")
        }
        guard let manifest = try? JSONDecoder().decode(RecordManifest.self, from: Data(bytes)), manifest.isOurs else {
            throw Unusable(why: "it is nothing that ct-inspect writes")
        }
        return manifest
    }

    struct Unusable: Error, Equatable { var why: String }

    private static func bytes(of file: OpenFile) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while true {
                let count = bytes.count
                bytes.append(contentsOf: try piece(of: file.descriptor))
                if bytes.count == count { return bytes }
                if bytes.count > mostBytes { throw Errno.fileTooLarge }
            }
        } catch { throw error as? Errno ?? .ioError }
    }

    private static func piece(of file: FileDescriptor) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private var isOurs: Bool {
        guard schema == Self.version, next > 0, String(next).utf8.count <= SegmentName.mostDigits,
            segments.allSatisfy(\.isOurs)
        else { return false }
        let names = segments.compactMap { SegmentName($0.name)?.plain }
        return zip(names, names.dropFirst()).allSatisfy { $0 < $1 } && (names.last?.number ?? 0) < next
    }

    /// Replaces the one that is there.
    func write(in folder: borrowing Folder) throws(Errno) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            let json = Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
            try ReplacingFile.write(Self.name, in: folder) { file throws(Errno) in
                do { try file.writeAll(json) } catch { throw error as? Errno ?? .ioError }
            }
        } catch { throw error as? Errno ?? .ioError }
    }
}

extension RecordManifest.Segment {
    fileprivate var isOurs: Bool {
        SegmentName(name) != nil && Moment(rfc3339: from) != nil && Moment(rfc3339: to) != nil
            && [lines, bytes, bytesOnDisk].allSatisfy { $0 >= 0 } && UInt32(crc32, radix: 16) != nil
    }
}
