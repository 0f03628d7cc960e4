import Netlink
import SystemPackage

/// A file that the user gives to be checked, read to its end.
package struct InputFile: Sendable {
    /// As the user named it; `-` is called standard input.
    package let name: String
    package let bytes: [UInt8]

    private static let standardInput = "-"
    private static let most = 64 << 20

    /// Reads it. Blocks for as long as a pipe is open.
    ///
    /// - Throws: `.notFound`, `.forbidden`, `.failed`; `.invalid` if it is longer than 64 MiB.
    package init(_ path: String) throws(KernelError) {
        let isStandard = path == Self.standardInput
        name = isStandard ? "standard input" : path
        let purpose = "read \(name)"
        do {
            if isStandard {
                bytes = try Self.content(of: .standardInput)
            } else {
                let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
                bytes = try file.closeAfter { try Self.content(of: file) }
            }
        } catch {
            throw KernelError(
                purpose, error as? Errno ?? .ioError,
                nextStep: error as? Errno == .permissionDenied ? "check its permissions" : nil)
        }
        if bytes.count > Self.most {
            throw KernelError(purpose, .invalid, detail: "it is longer than \(Self.most >> 20) MiB")
        }
    }

    private static func content(of file: FileDescriptor) throws -> [UInt8] {
        var content: [UInt8] = []
        while content.count <= most {
            let piece = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if piece.isEmpty { break }
            content += piece
        }
        return content
    }
}
