import CNetlink
import Netlink

/// The nested attributes that extensions of an entry add (net/netfilter/nf_conntrack_extend.c).
extension Entry.Counters {
    /// 64 bits; the 32-bit ones of old kernels are taken too.
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        (packets, self.bytes) = (0, 0)
        try bytes.walk(nest, keeping: &unknown) { attribute in
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
        }
    }
}

extension Entry.Timestamps {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        self.init()
        try bytes.walk(nest, keeping: &unknown) { attribute in
            switch ctattr_tstamp(UInt32(attribute.type)) {
            case CTA_TIMESTAMP_START: set(&start, bytes.bigEndian(attribute))
            case CTA_TIMESTAMP_STOP: set(&stop, bytes.bigEndian(attribute))
            case CTA_TIMESTAMP_PAD: true
            default: false
            }
        }
    }
}

extension Entry.SequenceAdjustment {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        try bytes.walk(nest, keeping: &unknown) { attribute in
            switch ctattr_seqadj(UInt32(attribute.type)) {
            case CTA_SEQADJ_CORRECTION_POS: set(&correctionPosition, bytes.bigEndian(attribute))
            case CTA_SEQADJ_OFFSET_BEFORE: set(&offsetBefore, bytes.bigEndian(attribute))
            case CTA_SEQADJ_OFFSET_AFTER: set(&offsetAfter, bytes.bigEndian(attribute))
            default: false
            }
        }
    }
}

extension Entry.Synproxy {
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        try bytes.walk(nest, keeping: &unknown) { attribute in
            switch ctattr_synproxy(UInt32(attribute.type)) {
            case CTA_SYNPROXY_ISN: set(&initialSequence, bytes.bigEndian(attribute))
            case CTA_SYNPROXY_ITS: set(&initialTimestamp, bytes.bigEndian(attribute))
            case CTA_SYNPROXY_TSOFF: set(&timestampOffset, bytes.bigEndian(attribute))
            default: false
            }
        }
    }
}

extension RawSpan {
    /// A name inside `nest`, under the number `type`.
    func name(
        _ type: UInt32, in nest: Attribute, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) -> String? {
        var name: String?
        try walk(nest, keeping: &unknown) { attribute in
            guard UInt32(attribute.type) == type else { return false }
            name = text(attribute)
            return true
        }
        return name
    }
}
