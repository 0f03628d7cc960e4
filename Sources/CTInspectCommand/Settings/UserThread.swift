import CLinux
import Glibc
import Netlink
import SystemPackage

/// Threads that act as the user who called the program.
enum UserThread {
    /// To wake it up with: who does so never waits, as one that has not read what is there will come back anyway. Programs that are started do not
    /// get it.
    static func pipe() throws(KernelError) -> (reading: FileDescriptor, writing: FileDescriptor) {
        do {
            let ends = try FileDescriptor.pipe()
            for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends.writeEnd.rawValue, F_SETFL, O_NONBLOCK)
            return (ends.readEnd, ends.writeEnd)
        } catch {
            throw KernelError("start a thread", .failed, errno: error as? Errno)
        }
    }

    /// Takes the capabilities of the calling thread, and of no other, and lets it act as the user who called the program, if that is not who runs it.
    ///
    /// - Returns: why it cannot; nil if it does.
    static func renounce(_ caller: SettingsPlace.Caller?) -> FileTrouble? {
        let errno = caller.map { clinux_become($0.user, $0.group) } ?? clinux_renounce_capabilities()
        return errno == 0
            ? nil
            : FileTrouble(
                "cannot act as the user who called sudo, without its capabilities: \(Errno(rawValue: errno)); run the program without sudo for "
                    + "a capture")
    }
}
