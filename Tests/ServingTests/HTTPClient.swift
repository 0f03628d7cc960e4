import Glibc
import Testing

/// A client that sends what it is told to, however malformed.
final class HTTPClient {
    private let socket: CInt

    /// - Parameter receiveBuffer: in bytes, for a client that takes little at once; nil for the usual size.
    init(port: Int, receiveBuffer: CInt? = nil) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try #require(socket >= 0)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let failed = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(failed == 0)
    }

    deinit { close(socket) }

    /// - Returns: false if the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }

    /// What comes next; empty at the end, nil if the server is silent for too long.
    func receive(atMost count: Int = 1 << 16) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(socket, &bytes, count, 0)
        if received < 0 { return errno == ECONNRESET ? [] : nil }
        return Array(bytes.prefix(received))
    }

    /// Everything up to the end of the connection, or to where `isEnough`.
    func text(until isEnough: (String) -> Bool = { _ in false }) throws -> String {
        var bytes: [UInt8] = []
        while true {
            let more = try #require(receive(), "the server is silent")
            bytes += more
            // Its last part is enough to see that it is enough.
            if more.isEmpty || isEnough(String(decoding: bytes.suffix(1 << 12), as: UTF8.self)) {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The whole answer to a GET, by a connection of its own.
    static func get(_ path: String, port: Int, headers: [String] = []) throws -> String {
        let client = try HTTPClient(port: port)
        client.send(
            (["GET \(path) HTTP/1.1", "Host: x", "Connection: close"] + headers).joined(separator: "\r\n") + "\r\n\r\n")
        return try client.text()
    }
}
