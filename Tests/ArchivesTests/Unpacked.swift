import Archives
import Foundation
import SystemPackage
import TestSupport

/// What a TarReader finds in an archive.
struct Unpacked {
    var files: [String: [UInt8]] = [:]
    var others: [String: TarReader.Member.Kind] = [:]

    init(_ path: String, atMost most: Int64 = 1 << 30) throws(ArchiveError) {
        guard let file = try? FileDescriptor.open(path, .readOnly) else { throw .failed(.noSuchFileOrDirectory) }
        defer { try? file.close() }
        let reader = try TarReader(file, atMost: most)
        while let member = try reader.next() {
            guard member.kind == .file else {
                others[member.name] = member.kind
                continue
            }
            var content = [UInt8](repeating: 0, count: Int(member.size))
            try reader.content(of: member) { bytes, offset in
                content.replaceSubrange(Int(offset)..<Int(offset) + bytes.count, with: bytes)
            }
            files[member.name] = content
        }
        try reader.finish()
    }

    init(_ bytes: [UInt8], atMost most: Int64 = 1 << 30) throws {
        self = try inTemporaryFolder { folder in
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/archive"))
            return try Unpacked("\(folder)/archive", atMost: most)
        }
    }

    /// The error of an archive that must have one.
    static func refusal(_ bytes: [UInt8], atMost most: Int64 = 1 << 30) throws -> ArchiveError? {
        do {
            _ = try Unpacked(bytes, atMost: most)
            return nil
        } catch let error as ArchiveError { return error }
    }
}
