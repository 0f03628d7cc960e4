import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves pages over HTTP/1.1, to clients who may be slow, malformed, endless or many: these cost nothing but their own connections.
///
/// All of it is on one thread of its own, which begins with the capabilities and in the network namespace of the thread that makes the server.
package final class PageServer: Sendable {
    package struct Limits: Sendable {
        /// Open at once. One more closes the one that has waited longest for its client.
        package var connections = 256
        /// Of a request, its head and what follows.
        package var requestBytes = 16 << 10
        /// From the connection, or the first byte of a further request, to the end of the request's head.
        package var request = Duration.seconds(10)
        /// From there to the end of the answer.
        package var answer = Duration.seconds(60)
        /// Between an answer and the next request.
        package var idle = Duration.seconds(120)

        package init() {}
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let limits: Limits
    private let connections: NIOLoopBoundBox<OpenConnections>
    private let answer: @Sendable (PageRequest) -> PageAnswer

    /// - Parameter answer: called on the server's thread, which it must not block.
    package init(_ limits: Limits = Limits(), answer: @escaping @Sendable (PageRequest) -> PageAnswer) {
        (self.limits, self.answer) = (limits, answer)
        connections = .makeBoxSendingValue(OpenConnections(limits.connections), eventLoop: group.next())
    }

    private var bootstrap: ServerBootstrap {
        let (limits, answer, connections) = (limits, answer, connections)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let guardian = ConnectionGuard(limits, connections.value)
                    try channel.pipeline.syncOperations.addHandler(guardian)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(PageHandler(guardian, answer))
                }
            }
    }

    /// Listens at an address. Blocks until it does, or cannot.
    ///
    /// - Parameter host: an IPv4 or IPv6 address.
    /// - Returns: the port, which the kernel chose if it was 0.
    package func listen(host: String, port: Int) throws(ListenFailure) -> Int {
        try Self.listening {
            let address = try SocketAddress(ipAddress: host, port: port)
            return try bootstrap.bind(to: address).wait().localAddress?.port ?? port
        }
    }

    /// Listens at a socket that listens already, or is only bound, and takes it over.
    package func listen(socket: CInt) throws(ListenFailure) {
        _ = try Self.listening { try bootstrap.withBoundSocket(socket).wait() }
    }

    private static func listening<Result>(_ work: () throws -> Result) throws(ListenFailure) -> Result {
        do {
            return try work()
        } catch {
            throw ListenFailure(errno: (error as? IOError)?.errnoCode, description: "\(error)")
        }
    }
}

/// Why a server cannot listen.
package struct ListenFailure: Error, CustomStringConvertible {
    /// Nil if it is none of the kernel's.
    package let errno: CInt?
    package let description: String
}
