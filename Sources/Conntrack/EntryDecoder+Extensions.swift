import CNetlink
import Netlink

/// The nested attributes that extensions of an entry add (net/netfilter/nf_conntrack_extend.c).
extension Entry.Counters {
    /// 64 bits; the 32-bit ones of old kernels are taken too.
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
    /// A name inside `nest`, under the number `type`.
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
