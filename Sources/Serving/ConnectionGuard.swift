import NIOCore

/// Bounds what a client can take: how long each step lasts, and how long a request is. The first handler of its connection.
final class ConnectionGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Step {
        /// Nothing of the next request has come.
        case idle
        case request
        case answer
    }

    private let limits: PageServer.Limits
    private let others: OpenConnections
    private var context: ChannelHandlerContext?
    private var step = Step.request
    private var requestBytes = 0
    private var deadline: Scheduled<Void>?
    /// When this step began.
    private(set) var since = NIODeadline.now()

    init(_ limits: PageServer.Limits, _ others: OpenConnections) {
        self.limits = limits
        self.others = others
    }

    /// Whether it is the client's turn.
    var waitsForClient: Bool { step != .answer }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        begin(.request)
        others.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        others.remove(self)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        requestBytes += Self.unwrapInboundIn(data).readableBytes
        guard requestBytes <= limits.requestBytes else { return close() }
        if step == .idle { begin(.request) }
        context.fireChannelRead(data)
    }

    /// The request has come to its end.
    func beginAnswer() { begin(.answer) }

    /// The answer is with the client's kernel.
    func endAnswer() {
        requestBytes = 0
        begin(.idle)
    }

    func close() { context?.close(promise: nil) }

    private func begin(_ step: Step) {
        self.step = step
        since = .now()
        deadline?.cancel()
        let limit =
            switch step {
            case .idle: limits.idle
            case .request: limits.request
            case .answer: limits.answer
            }
        deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { self.close() }
    }
}

/// The connections of a server, no more than so many.
final class OpenConnections {
    private let most: Int
    private var all: [ConnectionGuard] = []

    init(_ most: Int) { self.most = most }

    /// Closes the one whose client has been waited for longest, if it is one too many.
    func add(_ new: ConnectionGuard) {
        all.append(new)
        guard all.count > most else { return }
        all.filter(\.waitsForClient).min { $0.since < $1.since }?.close()
    }

    func remove(_ old: ConnectionGuard) { all.removeAll { $0 === old } }
}
