import ArgumentParser
import Glibc
import Netlink

/// The capture that is named on the command line: a directory, an archive, or `-`.
enum CaptureArgument {
    /// Standard input for reading, standard output for writing. A directory of that name is `./-`.
    static let standardStream = "-"

    /// - Throws: if it is to come from a keyboard.
    static func validate(_ capture: String?) throws {
        if capture == standardStream, isatty(STDIN_FILENO) == 1 {
            throw ValidationError(
                "- is a capture from standard input, which is a terminal: ssh HOST sudo ct-inspect capture - | …")
        }
    }

    /// Opens it, and compares its checksums. One of several gigabytes takes some seconds.
    static func verified(_ capture: String) throws(KernelError) -> CapturedKernel {
        let progress = Progress()
        defer { progress.end() }
        return try CapturedKernel(try opened(capture, progress)) { bytes, size in
            progress.show("verified \(bytes >> 20) of \(size >> 20) MiB of the capture", at: bytes)
        }
    }

    /// Makes the terminal standard input, for keys, once a capture has come from there. Without a terminal nothing changes.
    static func returnKeyboard() {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return }
        dup2(terminal, STDIN_FILENO)
        close(terminal)
    }

    private static func opened(_ capture: String, _ progress: Progress) throws(KernelError) -> Capture {
        let unpacked = { (bytes: Int) in progress.show("read \(bytes >> 20) MiB of the capture", at: bytes) }
        return capture == standardStream
            ? try Capture(standardInput: unpacked) : try Capture(capture, unpacked: unpacked)
    }
}
