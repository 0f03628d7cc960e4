import CNetlink
import Netlink

extension Entry {
    mutating func decodeProtocolState(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) {
        try decode(parent, in: bytes) { entry, attribute throws(DecodeError) in
            switch ctattr_protoinfo(UInt32(attribute.type)) {
            case CTA_PROTOINFO_TCP: entry.state = .tcp(try entry.decodeTCP(attribute, of: parent, in: bytes))
            case CTA_PROTOINFO_SCTP: entry.state = .sctp(try entry.decodeSCTP(attribute, of: parent, in: bytes))
            case CTA_PROTOINFO_DCCP: entry.state = .dccp(try entry.decodeDCCP(attribute, of: parent, in: bytes))
            default: return false
            }
            return true
        }
    }

    private mutating func decodeTCP(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan
    ) throws(DecodeError) -> ProtocolState.TCP {
        var tcp = ProtocolState.TCP()
        try decode(nest, within: [parent.type], in: bytes) { _, attribute in
            switch ctattr_protoinfo_tcp(UInt32(attribute.type)) {
            case CTA_PROTOINFO_TCP_STATE: Self.set(&tcp.state, bytes.host(attribute))
            case CTA_PROTOINFO_TCP_WSCALE_ORIGINAL: Self.set(&tcp.scaleOriginal, bytes.host(attribute))
            case CTA_PROTOINFO_TCP_WSCALE_REPLY: Self.set(&tcp.scaleReply, bytes.host(attribute))
            case CTA_PROTOINFO_TCP_FLAGS_ORIGINAL: Self.set(&tcp.flagsOriginal, bytes.tcpFlags(attribute))
            case CTA_PROTOINFO_TCP_FLAGS_REPLY: Self.set(&tcp.flagsReply, bytes.tcpFlags(attribute))
            default: false
            }
        }
        return tcp
    }

    private mutating func decodeSCTP(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan
    ) throws(DecodeError) -> ProtocolState.SCTP {
        var sctp = ProtocolState.SCTP()
        try decode(nest, within: [parent.type], in: bytes) { _, attribute in
            switch ctattr_protoinfo_sctp(UInt32(attribute.type)) {
            case CTA_PROTOINFO_SCTP_STATE: Self.set(&sctp.state, bytes.host(attribute))
            case CTA_PROTOINFO_SCTP_VTAG_ORIGINAL: Self.set(&sctp.verificationTagOriginal, bytes.bigEndian(attribute))
            case CTA_PROTOINFO_SCTP_VTAG_REPLY: Self.set(&sctp.verificationTagReply, bytes.bigEndian(attribute))
            default: false
            }
        }
        return sctp
    }

    private mutating func decodeDCCP(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan
    ) throws(DecodeError) -> ProtocolState.DCCP {
        var dccp = ProtocolState.DCCP()
        try decode(nest, within: [parent.type], in: bytes) { _, attribute in
            switch ctattr_protoinfo_dccp(UInt32(attribute.type)) {
            case CTA_PROTOINFO_DCCP_STATE: Self.set(&dccp.state, bytes.host(attribute))
            case CTA_PROTOINFO_DCCP_ROLE: Self.set(&dccp.role, bytes.host(attribute))
            case CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ: Self.set(&dccp.handshakeSequence, bytes.bigEndian(attribute))
            case CTA_PROTOINFO_DCCP_PAD: true
            default: false
            }
        }
        return dccp
    }
}

extension RawSpan {
    /// `struct nf_ct_tcp_flags`
    fileprivate func tcpFlags(_ attribute: Attribute) -> ProtocolState.TCP.Flags? {
        guard attribute.payload.count == 2, let flags = try? host(UInt8.self, at: attribute.payload.lowerBound),
            let mask = try? host(UInt8.self, at: attribute.payload.lowerBound + 1)
        else { return nil }
        return ProtocolState.TCP.Flags(flags: flags, mask: mask)
    }
}
