import Addresses
import CNetlink
import Netlink

extension Entry {
    /// Decodes a message of ctnetlink (`struct nfgenmsg`, then `enum ctattr_type`; numbers big-endian).
    ///
    /// - Throws: if the attributes are not framed as netlink requires. An unknown attribute, or one of unexpected size, is kept in
    ///   `unknown`.
    package init(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        let attributes = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        family = try datagram.host(at: message.payload.lowerBound)
        var unknown: [UnknownAttribute] = []
        var cursor = AttributeCursor(attributes)
        while let attribute = try cursor.next(in: datagram) {
            if try !decode(attribute, in: datagram, &unknown) { unknown.keep(attribute, in: datagram) }
        }
        if !unknown.isEmpty { self.unknown = unknown }
    }

    /// The attributes that most entries have. False if the attribute is not one of these, or has an unexpected size.
    @inline(__always)
    private mutating func decode(
        _ attribute: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) -> Bool {
        switch ctattr_type(UInt32(attribute.type)) {
        case CTA_TUPLE_ORIG: original = try Tuple(attribute, in: bytes, &unknown)
        case CTA_TUPLE_REPLY: reply = try Tuple(attribute, in: bytes, &unknown)
        case CTA_STATUS: return set(&status, bytes.bigEndian(attribute).map(Status.init(rawValue:)))
        case CTA_TIMEOUT: return set(&timeout, bytes.bigEndian(attribute))
        case CTA_PROTOINFO: state = try ProtocolState.decode(attribute, in: bytes, &unknown)
        case CTA_MARK: return set(&mark, bytes.bigEndian(attribute))
        case CTA_ZONE: return set(&zone, bytes.bigEndian(attribute))
        case CTA_ID: return set(&id, bytes.bigEndian(attribute))
        case CTA_USE: return set(&use, bytes.bigEndian(attribute))
        case CTA_COUNTERS_ORIG: originalCounters = try Counters(attribute, in: bytes, &unknown)
        case CTA_COUNTERS_REPLY: replyCounters = try Counters(attribute, in: bytes, &unknown)
        case CTA_TIMESTAMP: timestamps = try Timestamps(attribute, in: bytes, &unknown)
        default: return try decodeExtension(attribute, in: bytes, &unknown)
        }
        return true
    }

    /// The attributes that most entries lack. False if the attribute is not one of these.
    private mutating func decodeExtension(
        _ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) -> Bool {
        switch ctattr_type(UInt32(nest.type)) {
        case CTA_LABELS: labels = bytes.copy(nest)
        case CTA_TUPLE_MASTER: master = try Tuple(nest, in: bytes, &unknown)
        case CTA_HELP: helper = try bytes.name(CTA_HELP_NAME.rawValue, in: nest, &unknown)
        case CTA_SECCTX: securityContext = try bytes.name(CTA_SECCTX_NAME.rawValue, in: nest, &unknown)
        case CTA_SEQ_ADJ_ORIG: sequenceAdjustmentOriginal = try SequenceAdjustment(nest, in: bytes, &unknown)
        case CTA_SEQ_ADJ_REPLY: sequenceAdjustmentReply = try SequenceAdjustment(nest, in: bytes, &unknown)
        case CTA_SYNPROXY: synproxy = try Synproxy(nest, in: bytes, &unknown)
        default: return false
        }
        return true
    }
}

/// The nested attributes added by entry extensions (net/netfilter/nf_conntrack_extend.c).
extension Entry.Counters {
    /// 64 bits; the 32-bit ones of old kernels are accepted too.
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        (packets, self.bytes) = (0, 0)
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_counters(UInt32(attribute.type)) {
                case CTA_COUNTERS_PACKETS: set(&packets, bytes.bigEndian(attribute))
                case CTA_COUNTERS_BYTES: set(&self.bytes, bytes.bigEndian(attribute))
                case CTA_COUNTERS32_PACKETS:
                    set(&packets, bytes.bigEndian(attribute, as: UInt32.self).map(UInt64.init))
                case CTA_COUNTERS32_BYTES:
                    set(&self.bytes, bytes.bigEndian(attribute, as: UInt32.self).map(UInt64.init))
                case CTA_COUNTERS_PAD: true
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: nest, in: bytes) }
        }
    }
}

extension Entry.Timestamps {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        self.init()
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_tstamp(UInt32(attribute.type)) {
                case CTA_TIMESTAMP_START: set(&start, bytes.bigEndian(attribute))
                case CTA_TIMESTAMP_STOP: set(&stop, bytes.bigEndian(attribute))
                case CTA_TIMESTAMP_PAD: true
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: nest, in: bytes) }
        }
    }
}

extension Entry.SequenceAdjustment {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_seqadj(UInt32(attribute.type)) {
                case CTA_SEQADJ_CORRECTION_POS: set(&correctionPosition, bytes.bigEndian(attribute))
                case CTA_SEQADJ_OFFSET_BEFORE: set(&offsetBefore, bytes.bigEndian(attribute))
                case CTA_SEQADJ_OFFSET_AFTER: set(&offsetAfter, bytes.bigEndian(attribute))
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: nest, in: bytes) }
        }
    }
}

extension Entry.Synproxy {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_synproxy(UInt32(attribute.type)) {
                case CTA_SYNPROXY_ISN: set(&initialSequence, bytes.bigEndian(attribute))
                case CTA_SYNPROXY_ITS: set(&initialTimestamp, bytes.bigEndian(attribute))
                case CTA_SYNPROXY_TSOFF: set(&timestampOffset, bytes.bigEndian(attribute))
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: nest, in: bytes) }
        }
    }
}

extension RawSpan {
    /// A name inside `nest`, with number `type`.
    func name(
        _ type: UInt32, in nest: Attribute, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) -> String? {
        var name: String?
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: self) {
            if UInt32(attribute.type) == type {
                name = text(attribute)
            } else {
                unknown.keep(attribute, within: nest, in: self)
            }
        }
        return name
    }
}
