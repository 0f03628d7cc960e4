import CNetlink
import Netlink

extension Anonymizer {
    typealias MessageShape = (shape: Shape, headerSize: Int, what: String)

    /// - Returns: nil for a message that is not known.
    func shape(of message: Message, _ bytes: RawSpan, _ isRequest: Bool) throws(DecodeError) -> MessageShape? {
        switch bus {
        case .route: return RouteShapes.shape(message.type).map { ($0.shape, $0.header, $0.what) }
        case .netfilter: return netfilterShape(message.type, isRequest)
        case .diagnostics: return SocketMessages.shape(message.type, isRequest: isRequest)
        case .generic:
            let headerSize = MemoryLayout<genlmsghdr>.size
            guard message.payload.count >= headerSize else { return nil }
            if Int32(message.type) == GENL_ID_CTRL {
                learnFamily(
                    Attributes(bytes.copy(message.payload.lowerBound + headerSize..<message.payload.upperBound)))
                return (GenericShapes.families, headerSize, "families of generic netlink")
            }
            let command = try bytes.host(UInt8.self, at: message.payload.lowerBound)
            guard let family = families[message.type],
                let shape = GenericShapes.shape(family, command: Int(command))
            else { return nil }
            return (shape, headerSize, "messages of \(family)")
        }
    }

    private func netfilterShape(_ type: UInt16, _ isRequest: Bool) -> MessageShape? {
        let headerSize = MemoryLayout<nfgenmsg>.size
        let message = UInt32(type & 0xFF)
        switch Int32(type >> 8) {
        case NFNL_SUBSYS_CTNETLINK:
            // Counters of expectations come as this, too (`ctnetlink_exp_stat_fill_info`, net/netfilter/nf_conntrack_netlink.c).
            let isCounters =
                message == IPCTNL_MSG_CT_GET_STATS_CPU.rawValue || message == IPCTNL_MSG_CT_GET_STATS.rawValue
                || !isRequest && message == IPCTNL_MSG_EXP_GET_STATS_CPU.rawValue
            return (
                isCounters ? ConntrackShapes.counters : ConntrackShapes.entry, headerSize,
                isCounters ? "counters of conntrack" : "conntrack entries"
            )
        case NFNL_SUBSYS_CTNETLINK_EXP:
            let isCounters = message == IPCTNL_MSG_EXP_GET_STATS_CPU.rawValue
            return (
                isCounters ? ConntrackShapes.counters : ConntrackShapes.expectation, headerSize, "expectations"
            )
        case NFNL_SUBSYS_NFTABLES: return FilterShapes.tables(message).map { ($0.shape, headerSize, $0.what) }
        case NFNL_SUBSYS_HOOK: return (FilterShapes.hooks, headerSize, "hooks of netfilter")
        case NFNL_SUBSYS_IPSET: return (FilterShapes.sets, headerSize, "sets of ipset")
        default: return nil
        }
    }

    private func learnFamily(_ attributes: Attributes) {
        guard let name = attributes.text(CTRL_ATTR_FAMILY_NAME),
            let id = attributes.payload(CTRL_ATTR_FAMILY_ID), let number = try? id.span.bytes.host(UInt16.self, at: 0)
        else { return }
        families[number] = name
    }

    // MARK: The end of an answer

    /// `NLMSG_ERROR` and `NLMSG_DONE`: an errno; after an error the request, or only its header (`NLM_F_CAPPED`); then attributes
    /// (`NLM_F_ACK_TLVS`).
    func rewriteEnd(_ message: Message, _ bytes: RawSpan, _ out: inout [UInt8]) throws(DecodeError) {
        let (start, end) = (message.payload.lowerBound, message.payload.upperBound)
        guard message.payload.count >= 4 else { return }
        out.append(bytes, start..<start + 4)
        var next = start + 4
        var isOfSameLength = true
        if Int32(message.type) == NLMSG_ERROR, next < end {
            guard end - next >= Message.headerSize else {
                throw DecodeError("error message", "it ends within the request", at: next)
            }
            let isCapped = message.flags & UInt16(NLM_F_CAPPED) != 0
            let length = isCapped ? Message.headerSize : Int(try bytes.host(UInt32.self, at: next))
            guard length >= Message.headerSize, length <= end - next else {
                throw DecodeError("error message", "the request in it has \(length) bytes", at: next)
            }
            let before = out.count
            if isCapped {
                out.append(bytes, next..<next + length)
            } else {
                appendRequest(bytes, next..<next + length, &out)
            }
            isOfSameLength = out.count - before == (length + 3) & ~3
            next += (length + 3) & ~3
        }
        guard message.flags & UInt16(NLM_F_ACK_TLVS) != 0, next < end else { return }
        var cursor = AttributeCursor(next..<end)
        while let attribute = try cursor.next(in: bytes) {
            switch UInt32(attribute.type) {
            case NLMSGERR_ATTR_OFFS.rawValue where isOfSameLength:
                out.append(attribute: attribute.type, bytes.copy(attribute))
            // Most are constant; others name what was asked for.
            case NLMSGERR_ATTR_MSG.rawValue where Self.isPlain(bytes.copy(attribute)):
                out.append(attribute: attribute.type, bytes.copy(attribute))
            default: break
            }
        }
    }

    private func appendRequest(_ bytes: RawSpan, _ range: Range<Int>, _ out: inout [UInt8]) {
        let whole = bytes.copy(range)
        let before = out.count
        let type = (try? bytes.host(UInt16.self, at: range.lowerBound + 4)) ?? 0
        // An error within an error would go on as deep as somebody wants.
        out += Int32(type) < NLMSG_MIN_TYPE ? Array(whole.prefix(Message.headerSize)) : rewritten(nested: whole)
        // As long as it says, whatever became of it.
        if out.count - before >= 4 {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: out.count - before)) {
                out.replaceSubrange(before..<before + 4, with: $0)
            }
        }
    }

    private static func isPlain(_ text: [UInt8]) -> Bool {
        text.prefix { $0 != 0 }.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: " "),
                UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

extension [UInt8] {
    /// Puts the length into the header of the message that begins there, and pads it.
    mutating func finishMessage(from start: Int) {
        guard count - start >= Message.headerSize else { return }
        Swift.withUnsafeBytes(of: UInt32(truncatingIfNeeded: count - start)) {
            replaceSubrange(start..<start + 4, with: $0)
        }
        while count % 4 != start % 4 { append(0) }
    }
}
