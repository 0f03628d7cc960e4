import CNetlink
import Netlink

extension ProtocolState {
    /// Decodes `CTA_PROTOINFO`; nil if it contains no known protocol.
    @inline(__always)
    static func decode(
        _ parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) -> ProtocolState? {
        if let usual = TCP(usual: parent, in: bytes) { return .tcp(usual) }
        return try walk(parent, in: bytes, &unknown)
    }

    static func walk(
        _ parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) -> ProtocolState? {
        var state: ProtocolState?
        var cursor = AttributeCursor(in: parent)
        while let nest = try cursor.next(in: bytes) {
            switch ctattr_protoinfo(UInt32(nest.type)) {
            case CTA_PROTOINFO_TCP: state = .tcp(try TCP(nest, of: parent, in: bytes, &unknown))
            case CTA_PROTOINFO_SCTP: state = .sctp(try SCTP(nest, of: parent, in: bytes, &unknown))
            case CTA_PROTOINFO_DCCP: state = .dccp(try DCCP(nest, of: parent, in: bytes, &unknown))
            default: unknown.keep(nest, within: parent, in: bytes)
            }
        }
        return state
    }
}

extension ProtocolState.TCP {
    fileprivate init(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) {
        self.init()
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_protoinfo_tcp(UInt32(attribute.type)) {
                case CTA_PROTOINFO_TCP_STATE: set(&state, bytes.host(attribute))
                case CTA_PROTOINFO_TCP_WSCALE_ORIGINAL: set(&scaleOriginal, bytes.host(attribute))
                case CTA_PROTOINFO_TCP_WSCALE_REPLY: set(&scaleReply, bytes.host(attribute))
                case CTA_PROTOINFO_TCP_FLAGS_ORIGINAL: set(&flagsOriginal, bytes.tcpFlags(attribute))
                case CTA_PROTOINFO_TCP_FLAGS_REPLY: set(&flagsReply, bytes.tcpFlags(attribute))
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: parent, nest, in: bytes) }
        }
    }
}

extension ProtocolState.SCTP {
    fileprivate init(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) {
        self.init()
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_protoinfo_sctp(UInt32(attribute.type)) {
                case CTA_PROTOINFO_SCTP_STATE: set(&state, bytes.host(attribute))
                case CTA_PROTOINFO_SCTP_VTAG_ORIGINAL: set(&verificationTagOriginal, bytes.bigEndian(attribute))
                case CTA_PROTOINFO_SCTP_VTAG_REPLY: set(&verificationTagReply, bytes.bigEndian(attribute))
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: parent, nest, in: bytes) }
        }
    }
}

extension ProtocolState.DCCP {
    fileprivate init(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) {
        self.init()
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_protoinfo_dccp(UInt32(attribute.type)) {
                case CTA_PROTOINFO_DCCP_STATE: set(&state, bytes.host(attribute))
                case CTA_PROTOINFO_DCCP_ROLE: set(&role, bytes.host(attribute))
                case CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ: set(&handshakeSequence, bytes.bigEndian(attribute))
                case CTA_PROTOINFO_DCCP_PAD: true
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: parent, nest, in: bytes) }
        }
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
