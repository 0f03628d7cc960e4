import Glibc
import TestSupport

/// A terminal whose other end the test holds: it reads what a user would see, and writes what a user would type.
final class Pseudoterminal {
    /// The end used by programs.
    let descriptor: CInt
    private let person: CInt

    init(columns: UInt16 = 80, rows: UInt16 = 24) throws {
        var (outer, inner) = (CInt(-1), CInt(-1))
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&outer, &inner, nil, nil, &size) == 0 else { throw SystemFailure("openpty", errno: errno) }
        (person, descriptor) = (outer, inner)
        // Programs started by other tests must not inherit it.
        for end in [person, descriptor] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(person)
        close(descriptor)
    }

    var settings: termios {
        get {
            var settings = termios()
            tcgetattr(descriptor, &settings)
            return settings
        }
        set {
            var settings = newValue
            tcsetattr(descriptor, TCSANOW, &settings)
        }
    }

    /// The bytes of `settings`, for comparison. Only the kernel fills it, so the padding between members is zero.
    var settingsBytes: [UInt8] { withUnsafeBytes(of: settings) { Array($0) } }

    func type(_ bytes: String) {
        let bytes = Array(bytes.utf8)
        write(person, bytes, bytes.count)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(person, UInt(TIOCSWINSZ), &size)
    }

    /// The output since the last call, until nothing arrives for a moment.
    func output(quietAfter milliseconds: CInt = 50) -> String {
        var bytes: [UInt8] = []
        var poller = pollfd(fd: person, events: Int16(POLLIN), revents: 0)
        while poll(&poller, 1, milliseconds) > 0 {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(person, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
