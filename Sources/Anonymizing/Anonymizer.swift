import Addresses
import CNetlink
import Netlink

/// Replaces what says whose director a capture is of: addresses, names of hosts, links and sets, comments. What means something to
/// ct-inspect, or to the kernel, stays: equality, prefixes, families, special ranges, ports, protocols, states, numbers.
///
/// What is not understood is never written: an attribute is left out, an expression becomes one named `withheld`, a message one of a type
/// that no answer has. So whoever reads the capture sees that something is missing.
package final class Anonymizer: CaptureRewriter {
    var rewriter: AttributeRewriter
    /// Of generic netlink, by number.
    var families: [UInt16: String] = [:]
    private(set) var bus = Request.Bus.netfilter
    private var collected: IntervalElements?

    /// No answer has a message of this type (below `NLMSG_MIN_TYPE`, and none of netlink's own).
    static let withheldType: UInt16 = 15
    /// Of datagrams that are made from those that were withheld.
    private static let usualSize = 16 << 10

    /// - Throws: `.absent` without libnettle.
    package init(_ key: AnonymizingKey) throws(KernelError) {
        try Cipher.load()
        rewriter = AttributeRewriter(key)
    }

    package func rewritten(_ origin: Origin) -> Origin {
        Origin(
            takenAt: origin.takenAt, host: rewriter.names.title(origin.host, "host"),
            kernelRelease: origin.kernelRelease,
            networkNamespace: origin.networkNamespace.map { rewriter.names.title($0, "netns") })
    }

    package var leftOut: [(what: String, why: String)] {
        rewriter.leftOut.sorted { $0.key < $1.key }.map { what, count in
            (what, "left out by --anonymize, as it is not understood\(count == 1 ? "" : " (\(count) times)")")
        }
    }

    // MARK: Messages

    package func rewritten(request message: [UInt8], on bus: Request.Bus) -> [UInt8] {
        (self.bus, collected) = (bus, nil)
        rewriter.elementPrefix = nil
        var out: [UInt8] = []
        rewriteMessages(of: message.span.bytes, isRequest: true, into: &out) { _ in }
        return out
    }

    /// A request within an answer.
    func rewritten(nested message: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        rewriteMessages(of: message.span.bytes, isRequest: true, into: &out) { _ in }
        return out
    }

    package func rewrite(_ datagram: RawSpan, _ write: (RawSpan) -> Void) {
        var out: [UInt8] = []
        out.reserveCapacity(datagram.byteCount)
        rewriteMessages(of: datagram, isRequest: false, into: &out) { whole in
            write(whole.span.bytes)
        }
        if !out.isEmpty { write(out.span.bytes) }
    }

    /// - Parameter write: gets datagrams besides the last one.
    private func rewriteMessages(
        of datagram: RawSpan, isRequest: Bool, into out: inout [UInt8], _ write: ([UInt8]) -> Void
    ) {
        var cursor = MessageCursor()
        do throws(DecodeError) {
            while let message = try cursor.next(in: datagram) {
                if collect(message, isRequest, datagram, &out) { continue }
                if collected != nil { flush(into: &out, write) }
                rewriteMessage(message, of: datagram, isRequest: isRequest, into: &out)
            }
        } catch {
            rewriter.leaveOut("messages that are malformed")
            out += Self.withheld(flags: 0, sequence: 0, port: 0)
        }
    }

    /// A message whose place is kept, with nothing in it.
    private static func withheld(flags: UInt16, sequence: UInt32, port: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: (UInt32(Message.headerSize), withheldType, flags, sequence, port)) { bytes += $0 }
        return bytes
    }

    private func rewriteMessage(_ message: Message, of bytes: RawSpan, isRequest: Bool, into out: inout [UInt8]) {
        let start = out.count
        out.append(bytes, message.whole.lowerBound..<message.payload.lowerBound)
        var isUnderstood: Bool
        rewriter.lacksElements = false
        do throws(DecodeError) {
            isUnderstood = try rewritePayload(message, bytes, isRequest, &out)
        } catch {
            rewriter.leaveOut("a message that is malformed")
            isUnderstood = false
        }
        if isUnderstood {
            out.finishMessage(from: start)
            guard rewriter.lacksElements else { return }
        } else {
            out.removeSubrange(start...)
        }
        out += Self.withheld(flags: message.flags, sequence: message.sequence, port: message.port)
    }

    /// - Returns: whether it is known what it is.
    private func rewritePayload(
        _ message: Message, _ bytes: RawSpan, _ isRequest: Bool, _ out: inout [UInt8]
    ) throws(DecodeError) -> Bool {
        switch Int32(message.type) {
        case NLMSG_NOOP, NLMSG_OVERRUN: return true
        case NLMSG_ERROR, NLMSG_DONE:
            try rewriteEnd(message, bytes, &out)
            return true
        default: break
        }
        guard let (shape, headerSize, what) = try shape(of: message, bytes, isRequest) else {
            rewriter.subject = "messages of type \(message.type)"
            rewriter.leaveOut("all of it")
            return false
        }
        let range = try message.attributes(after: headerSize)
        rewriter.subject = what
        rewriter.header = bytes.copy(message.payload.lowerBound..<message.payload.lowerBound + headerSize)
        if bus == .diagnostics {
            out += SocketMessages.rewritten(rewriter.header, isRequest: isRequest, &rewriter.addresses)
        } else {
            out.append(bytes, message.payload.lowerBound..<range.lowerBound)
        }
        if bus == .netfilter, message.type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES) {
            note(message, Attributes(bytes.copy(range)), isRequest)
        }
        try rewriter.rewrite(range, of: bytes, by: shape, into: &out)
        return true
    }

    /// What rules and elements need to know: their table, and of sets what they hold.
    private func note(_ message: Message, _ attributes: Attributes, _ isRequest: Bool) {
        func name(_ type: UInt32) -> [UInt8] { (attributes.payload(type) ?? []).prefix { $0 != 0 }.map(\.self) }
        // Of each object the first attribute is its table's name; of sets, and of their elements, the second is that of the set.
        (rewriter.table, rewriter.set) = (name(NFTA_SET_TABLE.rawValue), name(NFTA_SET_NAME.rawValue))
        guard !isRequest, UInt32(message.type & 0xFF) == NFT_MSG_NEWSET.rawValue else { return }
        let identity = SetIdentity(family: rewriter.header.first ?? 0, table: rewriter.table, name: rewriter.set)
        rewriter.sets[identity] = SetLayout(attributes)
    }

    // MARK: Sets of intervals

    /// Takes elements that are written when all have come.
    private func collect(_ message: Message, _ isRequest: Bool, _ bytes: RawSpan, _ out: inout [UInt8]) -> Bool {
        let type = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_NEWSETELEM.rawValue)
        let headerSize = MemoryLayout<nfgenmsg>.size
        guard !isRequest, bus == .netfilter, message.type == type, message.payload.count >= headerSize else {
            return false
        }
        let attributes = Attributes(bytes.copy(message.payload.lowerBound + headerSize..<message.payload.upperBound))
        rewriter.subject = "elements of nf_tables"
        rewriter.header = bytes.copy(message.payload.lowerBound..<message.payload.lowerBound + headerSize)
        note(message, attributes, isRequest)
        guard rewriter.collectsElements else { return false }
        var whole =
            collected
            ?? IntervalElements(
                head: bytes.copy(message.whole.lowerBound..<message.payload.lowerBound + headerSize))
        if !whole.take(attributes.payload(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) ?? []) {
            rewriter.leaveOut("elements of a set that is too large")
            out += Self.withheld(flags: message.flags, sequence: message.sequence, port: message.port)
        }
        if message.isInterrupted { whole.interrupt() }
        collected = whole
        return true
    }

    private func flush(into out: inout [UInt8], _ write: ([UInt8]) -> Void) {
        guard let whole = collected else { return }
        collected = nil
        rewriter.lacksElements = false
        var list: [UInt8] = []
        func add() {
            let start = out.count
            out += whole.head
            out.append(attribute: NFTA_SET_ELEM_LIST_TABLE.rawValue, rewriter.names.name(rewriter.table) + [0])
            out.append(attribute: NFTA_SET_ELEM_LIST_SET.rawValue, rewriter.names.name(rewriter.set) + [0])
            out.append(attribute: NFTA_SET_ELEM_LIST_ELEMENTS.rawValue | UInt32(NLA_F_NESTED), list)
            out.finishMessage(from: start)
            list = []
            if out.count > Self.usualSize {
                write(out)
                out = []
            }
        }
        for element in rewriter.rewritten(intervals: whole) {
            list.append(attribute: NFTA_LIST_ELEM.rawValue | UInt32(NLA_F_NESTED), element)
            if list.count > Self.usualSize / 2 { add() }
        }
        if !list.isEmpty { add() }
        if rewriter.lacksElements {
            let head = whole.head.span.bytes
            let flags = (try? head.host(UInt16.self, at: 6)) ?? 0
            out += Self.withheld(
                flags: flags, sequence: (try? head.host(UInt32.self, at: 8)) ?? 0,
                port: (try? head.host(UInt32.self, at: 12)) ?? 0)
        }
    }
}
