import Addresses
import CNetlink
import Netlink

extension Entry {
    /// Decodes a message of ctnetlink (`struct nfgenmsg`, then `enum ctattr_type`; numbers big-endian).
    ///
    /// - Throws: when the attributes are not framed as netlink frames them. An attribute that is unknown, or has another size
    ///   than the known one, is kept in `unknown`.
    public init(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        let attributes = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        family = try datagram.host(at: message.payload.lowerBound)
        var cursor = AttributeCursor(attributes)
        while let attribute = try cursor.next(in: datagram) {
            if try !decodeNested(attribute, in: datagram), !decodeNumber(attribute, in: datagram) {
                keep(attribute, within: [], in: datagram)
            }
        }
    }

    mutating func keep(_ attribute: Attribute, within path: [UInt16], in bytes: RawSpan) {
        unknown.append(UnknownAttribute(path: path + [attribute.type], bytes: bytes.copy(attribute)))
    }

    /// The attributes whose payload is one value. False when it is none of them.
    private mutating func decodeNumber(_ attribute: Attribute, in bytes: RawSpan) -> Bool {
        switch ctattr_type(UInt32(attribute.type)) {
        case CTA_STATUS: Self.set(&status, bytes.bigEndian(attribute).map(Status.init(rawValue:)))
        case CTA_TIMEOUT: Self.set(&timeout, bytes.bigEndian(attribute))
        case CTA_MARK: Self.set(&mark, bytes.bigEndian(attribute))
        case CTA_ZONE: Self.set(&zone, bytes.bigEndian(attribute))
        case CTA_ID: Self.set(&id, bytes.bigEndian(attribute))
        case CTA_USE: Self.set(&use, bytes.bigEndian(attribute))
        case CTA_LABELS: Self.set(&labels, bytes.copy(attribute))
        default: false
        }
    }

    /// Stores a value that could be read, and tells whether it could.
    static func set<Value>(_ field: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    /// The attributes made of attributes. False when it is none of them.
    private mutating func decodeNested(_ attribute: Attribute, in bytes: RawSpan) throws(DecodeError) -> Bool {
        switch ctattr_type(UInt32(attribute.type)) {
        case CTA_TUPLE_ORIG: original = try decodeTuple(attribute, in: bytes)
        case CTA_TUPLE_REPLY: reply = try decodeTuple(attribute, in: bytes)
        case CTA_TUPLE_MASTER: master = try decodeTuple(attribute, in: bytes)
        case CTA_PROTOINFO: try decodeProtocolState(attribute, in: bytes)
        case CTA_COUNTERS_ORIG: originalCounters = try decodeCounters(attribute, in: bytes)
        case CTA_COUNTERS_REPLY: replyCounters = try decodeCounters(attribute, in: bytes)
        case CTA_TIMESTAMP: timestamps = try decodeTimestamps(attribute, in: bytes)
        case CTA_HELP: helper = try decodeName(attribute, CTA_HELP_NAME.rawValue, in: bytes)
        case CTA_SECCTX: securityContext = try decodeName(attribute, CTA_SECCTX_NAME.rawValue, in: bytes)
        case CTA_SEQ_ADJ_ORIG: sequenceAdjustmentOriginal = try decodeSequenceAdjustment(attribute, in: bytes)
        case CTA_SEQ_ADJ_REPLY: sequenceAdjustmentReply = try decodeSequenceAdjustment(attribute, in: bytes)
        case CTA_SYNPROXY: synproxy = try decodeSynproxy(attribute, in: bytes)
        default: return false
        }
        return true
    }
}
