import Glibc
import Netlink
import SystemPackage

/// A file in a directory that appears under its name only once it is complete, and on the disk.
enum ReplacingFile {
    /// - Parameter fill: writes its content.
    /// - Throws: an `Errno`, or what `fill` throws; then nothing is left of it.
    static func write<Failure: Error>(
        _ name: String, in folder: borrowing Folder, _ fill: (FileDescriptor) throws(Failure) -> Void
    ) throws {
        let aside = AsideName.text(for: name)
        // Of an earlier attempt whose removal failed.
        try? folder.remove(aside)
        let file = try folder.create(aside)
        do {
            try file.closeAfter { () throws -> Void in
                try fill(file)
                try synchronize(file)
            }
            try folder.rename(aside, to: name)
            try folder.sync()
        } catch {
            try? folder.remove(aside)
            throw error
        }
    }

    /// Waits until a file is on the disk.
    static func synchronize(_ file: FileDescriptor) throws(Errno) {
        while fsync(file.rawValue) != 0 {
            if Errno.last != .interrupted { throw .last }
        }
    }
}
