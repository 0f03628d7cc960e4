import Foundation
import Glibc
import Serving
import Synchronization
import Testing

/// The server, by real connections.
@Suite(.timeLimit(.minutes(5)))
struct PageServerTests {
    private static let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)

    /// As long as a client takes it, up to a terabyte.
    private struct EndlessBody: PageBody {
        let made: Made
        var left = 1 << 24

        mutating func next() -> [UInt8]? {
            guard left > 0 else { return nil }
            left -= 1
            made.count.withLock { $0 += 1 }
            return PageServerTests.piece
        }
    }

    /// Numbered lines.
    private struct LongBody: PageBody {
        static let lines = 400_000
        var line = 0

        static func text(_ lines: Range<Int>) -> String { lines.map { "line \($0)\n" }.joined() }

        mutating func next() -> [UInt8]? {
            guard line < Self.lines else { return nil }
            defer { line += 5000 }
            return Array(Self.text(line..<line + 5000).utf8)
        }
    }

    private final class Made: Sendable {
        let count = Mutex(0)
    }

    private let made = Made()

    private func port(_ change: (inout PageServer.Limits) -> Void = { _ in }) throws -> (PageServer, Int) {
        var limits = PageServer.Limits()
        change(&limits)
        let made = made
        let server = PageServer(limits) { request in
            switch request.path {
            case "/endless": PageAnswer(200, "text/plain", EndlessBody(made: made))
            case "/long": PageAnswer(200, "text/plain", LongBody())
            case "/accept": PageAnswer(text: request.accept.joined(separator: "|"))
            default: PageAnswer(request.path == "/here" ? 200 : 404, text: "\(request.path)\n")
            }
        }
        return (server, try server.listen(host: "127.0.0.1", port: 0))
    }

    @Test("A page, and one that is not there; a query is no part of the path")
    func pages() throws {
        let (_, port) = try port()
        let page = try HTTPClient.get("/here?a=/b", port: port)
        #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(page.contains("content-type: text/plain; charset=utf-8\r\n"))
        #expect(page.contains("\r\n/here\n\r\n"))
        #expect(try HTTPClient.get("/there", port: port).hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        let accept = try HTTPClient.get("/accept", port: port, headers: ["Accept: a, b;q=0.5", "ACCEPT: c"])
        #expect(accept.contains("\r\na, b;q=0.5|c\r\n"))
    }

    @Test("One connection for many requests, also several at once")
    func keepAlive() throws {
        let (_, port) = try port()
        let client = try HTTPClient(port: port)
        for _ in 0..<3 {
            client.send("GET /here HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.text { $0.hasSuffix("0\r\n\r\n") }.contains("200 OK"))
        }
        client.send(
            String(repeating: "GET /here HTTP/1.1\r\nHost: x\r\n\r\n", count: 3)
                + "GET /there HTTP/1.1\r\nConnection: close\r\n\r\n")
        let all = try client.text()
        #expect(all.split(separator: "200 OK").count == 4)
        #expect(all.contains("404"))
    }

    /// The body of an answer that came in chunks.
    private static func unchunked(_ answer: String) throws -> String {
        let parts = answer.components(separatedBy: "\r\n")
        let start = try #require(parts.firstIndex(of: ""))
        var body = ""
        for position in stride(from: start + 1, to: parts.count - 1, by: 2) {
            let length = try #require(Int(parts[position], radix: 16), "\(parts[position].prefix(80))")
            if length == 0 { break }
            try #require(parts[position + 1].utf8.count == length)
            body += parts[position + 1]
        }
        return body
    }

    @Test("A page longer than what the kernels hold comes whole, and the next one on the same connection")
    func longPage() throws {
        let (_, port) = try port()
        for receiveBuffer: CInt? in [nil, 65_536] {
            let client = try HTTPClient(port: port, receiveBuffer: receiveBuffer)
            for _ in 0..<2 {
                client.send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = try client.text { $0.hasSuffix("\r\n0\r\n\r\n") }
                #expect(try Self.unchunked(answer) == LongBody.text(0..<LongBody.lines))
            }
        }
        let old = try HTTPClient(port: port)
        old.send("GET /long HTTP/1.0\r\n\r\n")
        #expect(try old.text().hasSuffix("\r\n\r\n" + LongBody.text(0..<LongBody.lines)))
    }

    @Test("HTTP/1.0: the end of the connection is that of the answer")
    func oldVersion() throws {
        let (_, port) = try port()
        let client = try HTTPClient(port: port)
        client.send("GET /here HTTP/1.0\r\n\r\n")
        let text = try client.text()
        #expect(text.hasPrefix("HTTP/1.0 200 OK\r\n"))
        #expect(text.hasSuffix("\r\n\r\n/here\n"))
    }

    @Test("HEAD has the length and no body; other methods are told which there are")
    func methods() throws {
        let (_, port) = try port()
        let client = try HTTPClient(port: port)
        client.send("HEAD /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let head = try client.text()
        #expect(head.contains("content-length: 6\r\n"))
        #expect(head.hasSuffix("\r\n\r\n"))
        let other = try HTTPClient(port: port)
        other.send("POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        let answer = try other.text()
        #expect(answer.hasPrefix("HTTP/1.1 405 "))
        #expect(answer.contains("allow: GET, HEAD\r\n"))
    }

    @Test(
        "What is no request is refused, and the connection closed",
        arguments: [
            "NONSENSE\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: x\r\n\r\nZZZ\r\n",
        ])
    func malformed(_ request: String) throws {
        let (_, port) = try port { $0.request = .seconds(1) }
        let client = try HTTPClient(port: port)
        client.send(request)
        let text = try client.text()
        #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 400 ") || text.hasPrefix("HTTP/1.1 404 "), "\(text)")
        #expect(try HTTPClient.get("/here", port: port).contains("200 OK"))
    }

    @Test("A request that is longer than any needs to be, by its head or by what follows")
    func long() throws {
        let (_, port) = try port()
        for start in ["GET /here HTTP/1.1\r\nX: ", "GET /here HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n"] {
            let client = try HTTPClient(port: port)
            client.send(start)
            var sent = 0
            while client.send(String(repeating: "a", count: 1 << 10)), sent < 10 << 10 { sent += 1 }
            #expect(sent < 10 << 10)
        }
    }

    @Test("A client that says nothing, or never ends its request, is not waited for longer than the limit")
    func silent() throws {
        let (_, port) = try port {
            $0.request = .milliseconds(300)
            $0.idle = .milliseconds(300)
        }
        let (mute, slow, idle) = (try HTTPClient(port: port), try HTTPClient(port: port), try HTTPClient(port: port))
        slow.send("GET /here HTTP/1.1\r\n")
        idle.send("GET /here HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(mute.receive() == [])
        #expect(try idle.text().hasSuffix("0\r\n\r\n"))
        var sent = 0
        while slow.send("X: y\r\n"), sent < 1000 {
            sent += 1
            usleep(20_000)
        }
        #expect(sent < 1000)
    }

    @Test("Of an endless page no more is made than the client takes, and only for so long")
    func slowReader() throws {
        let (_, port) = try port { $0.answer = .seconds(2) }
        let client = try HTTPClient(port: port, receiveBuffer: 4096)
        client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in 0..<50 { _ = client.receive(atMost: 1024) }
        usleep(500_000)
        // What the two kernels hold of it, and what the server has ready.
        #expect(made.count.withLock { $0 } < 400)
        #expect(try HTTPClient.get("/here", port: port).contains("200 OK"))
        let end = ContinuousClock.now + .seconds(20)
        while let more = client.receive(), !more.isEmpty, ContinuousClock.now < end { usleep(1000) }
        #expect(ContinuousClock.now < end)
    }

    @Test("With as many clients as there may be, a new one is answered, and who was waited for longest is closed")
    func many() throws {
        let (_, port) = try port { $0.connections = 20 }
        let idle = try (0..<20).map { _ in
            let client = try HTTPClient(port: port)
            client.send("GET /here HTTP/1.1\r\n")
            return client
        }
        usleep(200_000)
        for _ in 0..<5 { #expect(try HTTPClient.get("/here", port: port).contains("200 OK")) }
        #expect(idle[0].receive() == [])
        #expect(idle[19].send("Host: x\r\n\r\n"))
        #expect(try idle[19].text { $0.hasSuffix("0\r\n\r\n") }.contains("200 OK"))
    }

    @Test("A hundred malformed, slow and endless clients at once: others are answered")
    func crowd() throws {
        let (_, port) = try port()
        let clients = try (0..<100).map { number in
            let client = try HTTPClient(port: port, receiveBuffer: 4096)
            client.send(["", "GET /he", "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n", "\u{0}\u{0}"][number % 4])
            return client
        }
        for _ in 0..<20 {
            let start = ContinuousClock.now
            #expect(try HTTPClient.get("/here", port: port).contains("200 OK"))
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        withExtendedLifetime(clients) {}
    }

    @Test("A socket that somebody else opened")
    func inherited() throws {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, size)
                _ = Glibc.listen(socket, 8)
                _ = getsockname(socket, $0, &size)
            }
        }
        let server = PageServer { _ in PageAnswer(text: "inherited\n") }
        try server.listen(socket: socket)
        #expect(try HTTPClient.get("/", port: Int(UInt16(bigEndian: address.sin_port))).contains("inherited"))
    }

    @Test("An address that is taken, or no address")
    func refused() throws {
        let (server, port) = try port()
        #expect(throws: (any Error).self) { try server.listen(host: "127.0.0.1", port: port) }
        #expect(throws: (any Error).self) { try server.listen(host: "localhost", port: 0) }
        #expect(throws: (any Error).self) { try server.listen(host: "192.0.2.1", port: 0) }
    }
}
