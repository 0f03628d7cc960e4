import Addresses
import CNetlink
import Glibc

import TestSupport
import Testing

@testable import Netlink
@testable import Sockets

/// Sockets of a namespace, beside what ss(8) lists of it.
@Suite("TCP sockets")
struct TCPSocketTests {
    /// As ss prints them: `ESTAB 127.0.0.1:80 127.0.0.1:4242`. It shows mapped addresses as they are in the socket.
    private static func listed() throws -> [String] {
        try Tool.run("ss -Htan").split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            let ends = words[3...4].map {
                $0.replacing("[::ffff:", with: "").replacing("]:", with: ":").replacing("[", with: "")
            }
            return "\(words[0]) \(ends[0]) \(ends[1])"
        }.sorted()
    }

    private static func words(_ socket: TCPSocket) -> String {
        func end(_ endpoint: Endpoint) -> String { "\(endpoint.address):\(endpoint.port)" }
        return "\(socket.state) \(end(socket.local)) \(end(socket.remote))"
    }

    private static func read(_ kernel: any KernelSource) throws -> [TCPSocket] {
        var sockets: [TCPSocket] = []
        let answer = try TCPSocket.forEach(in: kernel) { sockets.append($0) }
        #expect(answer.isWhole)
        return sockets
    }

    /// On a busy machine the segments that end a connection may be on their way for a while: five seconds at most.
    private static func wait(until isSo: ([TCPSocket]) -> Bool) throws {
        for _ in 0..<500 where try !isSo(read(LiveKernel())) { usleep(10_000) }
    }

    @Test("They are those of ss, live and from a capture", .needsRoot, .needsTool("ss"))
    func live() throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            let conversation = try Conversation(port: 8080)
            // One of both families, for IPv4 and for IPv6; one more whose server has closed.
            let four = try conversation.connect("127.0.0.1")
            let six = try conversation.connect("::1")
            let ended = try conversation.connect("127.0.0.1")
            conversation.closeServer(of: ended)
            try conversation.sendByte(from: four)
            try Self.wait { sockets in sockets.contains { $0.state == .finWait2 } }
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/rs1", tool: "test")
                let sockets = try Self.read(recording)
                try recording.finish()
                let listed = try Self.listed().map { $0.replacing("*:8080 *:*", with: ":::8080 :::0") }
                #expect(sockets.map(Self.words).sorted() == listed)
                #expect(sockets.count { $0.state == .established } == 4)
                #expect(sockets.count { $0.state == .finWait2 } == 1)
                let open = sockets.filter { $0.state == .established }
                #expect(open.allSatisfy { ($0.lastReceived ?? .max) < 60_000 })
                #expect(try Self.read(CapturedKernel(folder + "/rs1")) == sockets)
            }
            conversation.closeClient(ended)
            try Self.wait { sockets in sockets.contains { $0.state == .timeWait } }
            let waiting = try Self.read(LiveKernel()).filter { $0.state == .timeWait }
            #expect(waiting.count == 1 && (waiting.first?.ended ?? .max) < 60_000)
            withExtendedLifetime((four, six)) {}
        }
    }

    /// `struct inet_diag_msg` of an IPv4 socket in TIME-WAIT, with 12 s left.
    private static func message() -> [UInt8] {
        var bytes: [UInt8] = [2, 6, 3, 0]
        bytes += [0, 80, 0x10, 0x92] + [10, 0, 0, 100] + [UInt8](repeating: 0, count: 12)
        bytes += [10, 0, 0, 1] + [UInt8](repeating: 0, count: 12) + [UInt8](repeating: 0, count: 12)
        withUnsafeBytes(of: UInt32(12_000)) { bytes += $0 }
        return bytes + [UInt8](repeating: 0, count: 16)
    }

    private static func decode(_ payload: [UInt8]) throws -> TCPSocket? {
        let whole = [UInt8](repeating: 0, count: Message.headerSize) + payload
        let message = Message(type: 20, flags: 0, sequence: 1, port: 0, payload: Message.headerSize..<whole.count)
        let bytes = whole.span.bytes
        return try TCPSocket(message, in: bytes)
    }

    @Test("One in TIME-WAIT says since when")
    func timeWait() throws {
        let socket = try #require(try Self.decode(Self.message()))
        #expect(Self.words(socket) == "TIME-WAIT 10.0.0.100:80 10.0.0.1:4242")
        #expect(socket.ended == 48_000 && socket.lastReceived == nil)
    }

    @Test("One of another family is passed over, and bytes that are cut are an error")
    func others() throws {
        var other = Self.message()
        other[0] = 40
        #expect(try Self.decode(other) == nil)
        for length in [0, 1, 40, 71] {
            #expect(throws: DecodeError.self) { try Self.decode(Array(Self.message().prefix(length))) }
        }
    }

    @Test("States without a name are numbers")
    func states() {
        #expect((0...14).map { TCPSocketState(rawValue: $0).description }[1...12].contains { Int($0) != nil } == false)
        #expect([0, 13].map { TCPSocketState(rawValue: $0).description } == ["0", "13"])
    }
}

/// A server for both families, and its clients, in the namespace of the calling thread.
private final class Conversation {
    private let listener: CInt
    private var served: [CInt: CInt] = [:]

    init(port: UInt16) throws {
        listener = Glibc.socket(AF_INET6, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        guard bound == 0, listen(listener, 8) == 0 else { throw SystemFailure("listen", errno: errno) }
    }

    func connect(_ host: String) throws -> CInt {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "8080", &hints, &found) == 0, let info = found?.pointee else {
            throw SystemFailure("getaddrinfo", errno: errno)
        }
        defer { freeaddrinfo(found) }
        let client = Glibc.socket(info.ai_family, info.ai_socktype, 0)
        guard Glibc.connect(client, info.ai_addr, info.ai_addrlen) == 0 else {
            throw SystemFailure("connect", errno: errno)
        }
        served[client] = accept(listener, nil, nil)
        return client
    }

    func sendByte(from client: CInt) throws {
        guard write(client, "x", 1) == 1 else { throw SystemFailure("write", errno: errno) }
    }

    func closeServer(of client: CInt) {
        if let server = served.removeValue(forKey: client) { close(server) }
        var byte: UInt8 = 0
        // The client has seen the FIN, and acknowledged it.
        _ = recv(client, &byte, 1, 0)
    }

    func closeClient(_ client: CInt) { close(client) }

    deinit {
        for (client, server) in served {
            close(client)
            close(server)
        }
        close(listener)
    }
}
