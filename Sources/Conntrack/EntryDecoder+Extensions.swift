import CNetlink
import Netlink

/// The nested attributes that extensions of an entry add (net/netfilter/nf_conntrack_extend.c).
extension Entry {
    /// Walks the attributes inside `parent`; those that `known` does not take are kept.
    mutating func decode(
        _ parent: Attribute, within path: [UInt16] = [], in bytes: RawSpan,
        _ known: (inout Entry, Attribute) throws(DecodeError) -> Bool
    ) throws(DecodeError) {
        var cursor = AttributeCursor(in: parent)
        while let attribute = try cursor.next(in: bytes) {
            if try !known(&self, attribute) { keep(attribute, within: path + [parent.type], in: bytes) }
        }
    }

    /// 64 bits; the 32-bit ones of old kernels are taken too.
    mutating func decodeCounters(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) -> Counters {
        var counters = Counters(packets: 0, bytes: 0)
        try decode(parent, in: bytes) { _, attribute in
            switch ctattr_counters(UInt32(attribute.type)) {
            case CTA_COUNTERS_PACKETS: Self.set(&counters.packets, bytes.bigEndian(attribute))
            case CTA_COUNTERS_BYTES: Self.set(&counters.bytes, bytes.bigEndian(attribute))
            case CTA_COUNTERS32_PACKETS:
                Self.set(&counters.packets, bytes.bigEndian(attribute, as: UInt32.self).map(UInt64.init))
            case CTA_COUNTERS32_BYTES:
                Self.set(&counters.bytes, bytes.bigEndian(attribute, as: UInt32.self).map(UInt64.init))
            case CTA_COUNTERS_PAD: true
            default: false
            }
        }
        return counters
    }

    mutating func decodeTimestamps(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) -> Timestamps {
        var timestamps = Timestamps()
        try decode(parent, in: bytes) { _, attribute in
            switch ctattr_tstamp(UInt32(attribute.type)) {
            case CTA_TIMESTAMP_START: Self.set(&timestamps.start, bytes.bigEndian(attribute))
            case CTA_TIMESTAMP_STOP: Self.set(&timestamps.stop, bytes.bigEndian(attribute))
            case CTA_TIMESTAMP_PAD: true
            default: false
            }
        }
        return timestamps
    }

    /// A name inside `parent`, under the number `type`.
    mutating func decodeName(_ parent: Attribute, _ type: UInt32, in bytes: RawSpan) throws(DecodeError) -> String? {
        var name: String?
        try decode(parent, in: bytes) { _, attribute in
            UInt32(attribute.type) == type && Self.set(&name, bytes.text(attribute))
        }
        return name
    }

    mutating func decodeSequenceAdjustment(
        _ parent: Attribute, in bytes: RawSpan
    ) throws(DecodeError) -> SequenceAdjustment {
        var adjustment = SequenceAdjustment()
        try decode(parent, in: bytes) { _, attribute in
            switch ctattr_seqadj(UInt32(attribute.type)) {
            case CTA_SEQADJ_CORRECTION_POS: Self.set(&adjustment.correctionPosition, bytes.bigEndian(attribute))
            case CTA_SEQADJ_OFFSET_BEFORE: Self.set(&adjustment.offsetBefore, bytes.bigEndian(attribute))
            case CTA_SEQADJ_OFFSET_AFTER: Self.set(&adjustment.offsetAfter, bytes.bigEndian(attribute))
            default: false
            }
        }
        return adjustment
    }

    mutating func decodeSynproxy(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) -> Synproxy {
        var synproxy = Synproxy()
        try decode(parent, in: bytes) { _, attribute in
            switch ctattr_synproxy(UInt32(attribute.type)) {
            case CTA_SYNPROXY_ISN: Self.set(&synproxy.initialSequence, bytes.bigEndian(attribute))
            case CTA_SYNPROXY_ITS: Self.set(&synproxy.initialTimestamp, bytes.bigEndian(attribute))
            case CTA_SYNPROXY_TSOFF: Self.set(&synproxy.timestampOffset, bytes.bigEndian(attribute))
            default: false
            }
        }
        return synproxy
    }
}
