import SystemPackage

/// Writes an exported document into a new file, for its owner's eyes.
enum Export {
    /// - Returns: what became of it, in a sentence.
    static func write(_ document: [UInt8], to path: String) -> String {
        do {
            // Never over a file that is there, nor through a link that somebody else has laid.
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite)
            try file.closeAfter { _ = try file.writeAll(document) }
            return "exported \(document.count) bytes to \(path)"
        } catch {
            let errno = error as? Errno
            let hint =
                switch errno {
                case .fileExists: ": choose another name"
                case .permissionDenied: ": choose another folder, as /tmp"
                default: ""
                }
            return "cannot export to \(path): \(error)\(hint)"
        }
    }
}
