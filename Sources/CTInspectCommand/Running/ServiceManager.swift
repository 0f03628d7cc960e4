import Glibc

/// systemd, if it started the program: sockets that it passes (sd_listen_fds(3)), and what it is told (sd_notify(3)). Both are protocols of a few
/// lines, which it promises to keep, for programs that do without its library.
enum ServiceManager {
    private static let firstSocket: CInt = 3
    private static let mostSockets = 64

    /// Listening sockets that are ours now; programs that we start neither get them nor are told of them. Call it once, before there is another thread.
    static func takeSockets() -> [CInt] {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
        guard number("LISTEN_PID") == Int(getpid()), let count = number("LISTEN_FDS"), (1...mostSockets).contains(count)
        else { return [] }
        let sockets = Array(firstSocket..<firstSocket + CInt(count))
        for socket in sockets { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        return sockets
    }

    private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    /// `READY=1`; does nothing where nobody wants to know.
    static func tell(_ state: String) {
        guard let path = getenv("NOTIFY_SOCKET").map({ Array(String(cString: $0).utf8) }), path.count > 1 else {
            return
        }
        var address = sockaddr_un()
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path)
            // One without a file.
            if path.first == UInt8(ascii: "@") { place[0] = 0 }
        }
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + path.count } ?? 0)
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let text = Array(state.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, text, text.count, CInt(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
