import CNetlink
import Conntrack
import Netlink

extension TraceEvent {
    /// Decodes a message of the group `NFNLGRP_NFTRACE`. Attributes of unexpected width are skipped.
    ///
    /// Source: `nft_trace_notify` (net/netfilter/nf_tables_trace.c). Numbers are in network byte order, except the id, which has none.
    ///
    /// - Returns: nil for other nf_tables messages.
    /// - Throws: if the attributes are not framed as netlink requires, or do not say which packet it is.
    package init?(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        guard UInt32(message.type) >> 8 == UInt32(NFNL_SUBSYS_NFTABLES),
            UInt32(message.type) & 0xFF == NFT_MSG_TRACE.rawValue
        else { return nil }
        let attributes = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        let family = try datagram.host(UInt8.self, at: message.payload.lowerBound)
        self.init(id: 0, kind: Kind(rawValue: 0), family: TableFamily(rawValue: family), table: "", chain: "")
        var tracking = TrackingAttributes()
        var hasID = false
        var cursor = AttributeCursor(attributes)
        while let attribute = try cursor.next(in: datagram) {
            switch UInt32(attribute.type) {
            case NFTA_TRACE_VERDICT.rawValue: try takeVerdict(attribute, datagram)
            case NFTA_TRACE_NETWORK_HEADER.rawValue: networkHeader = datagram.copy(attribute)
            case NFTA_TRACE_TRANSPORT_HEADER.rawValue: transportHeader = datagram.copy(attribute)
            case NFTA_TRACE_TABLE.rawValue: table = datagram.text(attribute)
            case NFTA_TRACE_CHAIN.rawValue: chain = datagram.text(attribute)
            default:
                hasID = hasID || UInt32(attribute.type) == NFTA_TRACE_ID.rawValue
                takeNumber(attribute, datagram)
                tracking.take(attribute, datagram)
            }
        }
        if !hasID { throw .unusable("trace", "it has no id", at: attributes.lowerBound) }
        self.tracking = tracking.value
    }

    private mutating func takeNumber(_ attribute: Attribute, _ datagram: RawSpan) {
        switch UInt32(attribute.type) {
        case NFTA_TRACE_ID.rawValue: id = datagram.host(attribute) ?? id
        case NFTA_TRACE_TYPE.rawValue: kind = datagram.bigEndian(attribute).map(Kind.init(rawValue:)) ?? kind
        case NFTA_TRACE_RULE_HANDLE.rawValue: handle = datagram.bigEndian(attribute)
        case NFTA_TRACE_POLICY.rawValue: policy = datagram.bigEndian(attribute).map(PacketVerdict.init(code:))
        case NFTA_TRACE_MARK.rawValue: mark = datagram.bigEndian(attribute) ?? mark
        case NFTA_TRACE_NFPROTO.rawValue:
            packetFamily = datagram.bigEndian(attribute, as: UInt32.self).flatMap(UInt8.init(exactly:))
        case NFTA_TRACE_IIF.rawValue: inputInterface = datagram.bigEndian(attribute)
        case NFTA_TRACE_OIF.rawValue: outputInterface = datagram.bigEndian(attribute)
        default: break
        }
    }

    private mutating func takeVerdict(_ nest: Attribute, _ datagram: RawSpan) throws(DecodeError) {
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: datagram) {
            switch UInt32(attribute.type) {
            case NFTA_VERDICT_CODE.rawValue: verdict = datagram.bigEndian(attribute).map(PacketVerdict.init(code:))
            case NFTA_VERDICT_CHAIN.rawValue: target = datagram.text(attribute)
            default: break
            }
        }
    }
}

/// `NFTA_TRACE_CT_*` (Linux 6.16). Missing in Debian 12's headers.
private struct TrackingAttributes {
    private var state: CTState?
    private var id: UInt32?
    private var isReply: Bool?
    private var status: Status?

    mutating func take(_ attribute: Attribute, _ datagram: RawSpan) {
        switch attribute.type {
        case 18: id = datagram.bigEndian(attribute)
        case 19: isReply = datagram.bigEndian(attribute, as: UInt8.self).map { $0 != 0 }
        case 20: status = datagram.bigEndian(attribute).map(Status.init(rawValue:))
        case 21: state = datagram.bigEndian(attribute).map(CTState.init(bit:))
        default: break
        }
    }

    var value: TraceEvent.ConntrackActivation? {
        guard let state else { return nil }
        var tracking = TraceEvent.ConntrackActivation(state: state)
        (tracking.id, tracking.isReply, tracking.status) = (id, isReply, status)
        return tracking
    }
}
