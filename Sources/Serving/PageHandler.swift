import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one after the other.
final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let guardian: ConnectionGuard
    private let answer: @Sendable (PageRequest) -> PageAnswer
    private var head: HTTPRequestHead?
    /// What is left of the answer; nil if nothing is being answered.
    private var body: (any PageBody)?
    private var keepsAlive = true
    private var isWriting = false

    init(_ guardian: ConnectionGuard, _ answer: @escaping @Sendable (PageRequest) -> PageAnswer) {
        (self.guardian, self.answer) = (guardian, answer)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            guardian.beginAnswer()
            begin(head, context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { goOn(context) }

    /// What cannot be understood has been answered by NIO's own handler of errors.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        keepsAlive = head.isKeepAlive
        var headers = HTTPHeaders([("x-content-type-options", "nosniff")])
        guard head.method == .GET || head.method == .HEAD else {
            headers.add(name: "allow", value: "GET, HEAD")
            return begin(PageAnswer(405, text: "only GET and HEAD are answered\n"), head, headers, context)
        }
        let path = head.uri.prefix { $0 != "?" && $0 != "#" }
        let request = PageRequest(path: String(path), accept: head.headers["accept"])
        begin(answer(request), head, headers, context)
    }

    private func begin(
        _ answer: PageAnswer, _ head: HTTPRequestHead, _ headers: HTTPHeaders, _ context: ChannelHandlerContext
    ) {
        var headers = headers
        headers.add(name: "content-type", value: answer.contentType)
        body = answer.body
        if head.method == .HEAD {
            headers.add(name: "content-length", value: String(Self.length(of: answer.body)))
            body = PageText("")
        }
        if !keepsAlive { headers.add(name: "connection", value: "close") }
        let response = HTTPResponseHead(
            version: head.version, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(Self.wrapOutboundOut(.head(response)), promise: nil)
        goOn(context)
    }

    private static func length(of body: any PageBody) -> Int {
        var (body, length) = (body, 0)
        while let piece = body.next() { length += piece.count }
        return length
    }

    /// Writes as much as the client takes. Writing and flushing tell at once of a client that takes more, or no more: in the middle of a piece,
    /// which its length and its end belong to.
    private func goOn(_ context: ChannelHandlerContext) {
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        repeat {
            while body != nil, context.channel.isWritable { writePiece(context) }
            context.flush()
        } while body != nil && context.channel.isWritable
    }

    private func writePiece(_ context: ChannelHandlerContext) {
        guard let piece = body?.next() else { return end(context) }
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: piece)))), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        body = nil
        // Flushed by who called.
        context.write(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            if self.keepsAlive { self.guardian.endAnswer() } else { self.guardian.close() }
        }
    }
}
