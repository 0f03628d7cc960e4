import Addresses
import CNetlink
import Netlink

/// The part of a filter that the kernel applies to a dump of the table. It never drops wanted entries.
struct DumpPlan: Equatable {
    /// A partial tuple. Its addresses are IPv4.
    struct Side: Equatable {
        var source: IPAddress?
        var destination: IPAddress?
        var sourcePort: UInt16?
        var destinationPort: UInt16?
    }

    /// The family of each request to send; 0 means all.
    var families: [UInt8] = [0]
    var `protocol`: IPProtocol?
    var original = Side()
    var reply = Side()
    var mark: EntryFilter.Mark?
    /// The bits to compare, and those that must be set.
    var statusMask: Status = []
    var status: Status = []
    var zone: UInt16?

    var comparesTuples: Bool { self.protocol != nil || original != Side() || reply != Side() }
}

extension DumpPlan {
    /// Bits of `CTA_FILTER_ORIG_FLAGS` and `CTA_FILTER_REPLY_FLAGS`: which fields of the tuple are compared
    /// (`CTA_FILTER_F_*` of net/netfilter/nf_internals.h).
    private enum Flag {
        static let source: UInt32 = 1 << 0
        static let destination: UInt32 = 1 << 1
        static let protocolNumber: UInt32 = 1 << 3
        static let sourcePort: UInt32 = 1 << 4
        static let destinationPort: UInt32 = 1 << 5
    }

    /// Adds the conditions for the kernel to a dump request, which must carry the family if tuples are compared.
    func append(to request: inout Request) {
        let originalFlags = append(original, CTA_TUPLE_ORIG, self.protocol, to: &request)
        // Both directions have the same protocol.
        let hasReplyPorts = reply.sourcePort != nil || reply.destinationPort != nil
        let replyFlags = append(reply, CTA_TUPLE_REPLY, hasReplyPorts ? self.protocol : nil, to: &request)
        if originalFlags | replyFlags != 0 {
            request.nest(CTA_FILTER.rawValue) { request in
                if originalFlags != 0 { request.append(CTA_FILTER_ORIG_FLAGS.rawValue, host: originalFlags) }
                if replyFlags != 0 { request.append(CTA_FILTER_REPLY_FLAGS.rawValue, host: replyFlags) }
            }
        }
        if let mark {
            // Kernels before 5.8 use the mark only if both are present.
            request.append(CTA_MARK.rawValue, bigEndian: mark.value)
            request.append(CTA_MARK_MASK.rawValue, bigEndian: mark.mask)
        }
        if statusMask != [] {
            request.append(CTA_STATUS.rawValue, bigEndian: status.rawValue)
            request.append(CTA_STATUS_MASK.rawValue, bigEndian: statusMask.rawValue)
        }
        if let zone { request.append(CTA_ZONE.rawValue, bigEndian: zone) }
    }

    /// - Returns: the flags that belong to the tuple.
    private func append(
        _ side: Side, _ type: ctattr_type, _ number: IPProtocol?, to request: inout Request
    ) -> UInt32 {
        var flags: UInt32 = 0
        if side == Side(), number == nil { return flags }
        request.nest(type.rawValue) { request in
            if side.source != nil || side.destination != nil {
                request.nest(CTA_TUPLE_IP.rawValue) { request in
                    if let source = side.source {
                        request.append(CTA_IP_V4_SRC.rawValue, source.networkBytes)
                        flags |= Flag.source
                    }
                    if let destination = side.destination {
                        request.append(CTA_IP_V4_DST.rawValue, destination.networkBytes)
                        flags |= Flag.destination
                    }
                }
            }
            if let number { flags |= Self.append(number, side, to: &request) }
        }
        return flags
    }

    private static func append(_ number: IPProtocol, _ side: Side, to request: inout Request) -> UInt32 {
        var flags = Flag.protocolNumber
        request.nest(CTA_TUPLE_PROTO.rawValue) { request in
            request.append(CTA_PROTO_NUM.rawValue, host: number.rawValue)
            if let port = side.sourcePort {
                request.append(CTA_PROTO_SRC_PORT.rawValue, bigEndian: port)
                flags |= Flag.sourcePort
            }
            if let port = side.destinationPort {
                request.append(CTA_PROTO_DST_PORT.rawValue, bigEndian: port)
                flags |= Flag.destinationPort
            }
        }
        return flags
    }
}

/// What ctnetlink can filter by, with the first kernel that does it correctly (`ctnetlink_alloc_filter` in
/// net/netfilter/nf_conntrack_netlink.c).
package enum KernelFilter: String, CaseIterable, Sendable {
    case tuples = "addresses and ports"
    case status
    case replyTuples = "reply direction"
    case zones

    /// The first kernel.
    package var since: KernelVersion {
        switch self {
        case .tuples: KernelVersion(5, 8)
        case .status: KernelVersion(5, 15)
        case .replyTuples: KernelVersion(5, 18)
        case .zones: KernelVersion(6, 8)
        }
    }
}
