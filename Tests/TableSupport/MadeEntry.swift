import Addresses
import CNetlink
import Netlink

/// An entry to be added over ctnetlink: in any possible state, whether or not traffic would lead there.
package struct MadeEntry {
    /// The protocol of both directions.
    package var `protocol`: IPProtocol
    /// The original direction is from the source to the destination.
    package var source: Endpoint
    /// The zone of the original direction.
    package var destination: Endpoint
    /// `IPS_*` bits besides CONFIRMED.
    package var status: UInt32 = 0
    /// The data of the protocol's tracker.
    package var memory = Memory.none

    /// The content of `CTA_PROTOINFO`, or of the tuple of an ICMP query.
    package enum Memory {
        case none
        /// A `TCP_CONNTRACK_*` state, and `IP_CT_TCP_FLAG_*` of both directions.
        case tcp(state: UInt8, flags: UInt8)
        /// An `SCTP_CONNTRACK_*` state, and the verification tags.
        case sctp(state: UInt8, original: UInt32, reply: UInt32)
        /// A query of this type and its answer, with the source port as identifier.
        case icmp(query: UInt8, answer: UInt8)
    }

    /// An entry that has seen no reply and has no state.
    package init(_ protocol: IPProtocol, from source: Endpoint, to destination: Endpoint) {
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
    }

    var request: Request {
        let isIPv4 = source.address.family == .ipv4
        var request = Request.netfilter(
            "create an entry", subsystem: NFNL_SUBSYS_CTNETLINK, message: IPCTNL_MSG_CT_NEW.rawValue,
            flags: NLM_F_CREATE | NLM_F_EXCL, family: isIPv4 ? AF_INET : AF_INET6)
        append(CTA_TUPLE_ORIG.rawValue, from: source, to: destination, isReply: false, &request)
        append(CTA_TUPLE_REPLY.rawValue, from: destination, to: source, isReply: true, &request)
        request.append(CTA_TIMEOUT.rawValue, bigEndian: UInt32(1000))
        request.append(CTA_STATUS.rawValue, bigEndian: status | IPS_CONFIRMED.rawValue)
        appendMemory(&request)
        return request
    }

    private func append(
        _ type: UInt32, from source: Endpoint, to destination: Endpoint, isReply: Bool, _ request: inout Request
    ) {
        let isIPv4 = source.address.family == .ipv4
        request.nest(type) { request in
            request.nest(CTA_TUPLE_IP.rawValue) { request in
                request.append((isIPv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC).rawValue, source.address.networkBytes)
                request.append((isIPv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST).rawValue, destination.address.networkBytes)
            }
            request.nest(CTA_TUPLE_PROTO.rawValue) { request in
                request.append(CTA_PROTO_NUM.rawValue, host: `protocol`.rawValue)
                if case .icmp(let query, let answer) = memory {
                    request.append(
                        (isIPv4 ? CTA_PROTO_ICMP_TYPE : CTA_PROTO_ICMPV6_TYPE).rawValue, host: isReply ? answer : query)
                    request.append((isIPv4 ? CTA_PROTO_ICMP_CODE : CTA_PROTO_ICMPV6_CODE).rawValue, host: UInt8(0))
                    request.append(
                        (isIPv4 ? CTA_PROTO_ICMP_ID : CTA_PROTO_ICMPV6_ID).rawValue, bigEndian: self.source.port)
                } else {
                    request.append(CTA_PROTO_SRC_PORT.rawValue, bigEndian: source.port)
                    request.append(CTA_PROTO_DST_PORT.rawValue, bigEndian: destination.port)
                }
            }
        }
    }

    private func appendMemory(_ request: inout Request) {
        switch memory {
        case .none, .icmp: break
        case .tcp(let state, let flags):
            request.nest(CTA_PROTOINFO.rawValue) { request in
                request.nest(CTA_PROTOINFO_TCP.rawValue) { request in
                    request.append(CTA_PROTOINFO_TCP_STATE.rawValue, host: state)
                    // struct nf_ct_tcp_flags: the bits to set, and the mask.
                    request.append(CTA_PROTOINFO_TCP_FLAGS_ORIGINAL.rawValue, [flags, .max])
                    request.append(CTA_PROTOINFO_TCP_FLAGS_REPLY.rawValue, [flags, .max])
                }
            }
        case .sctp(let state, let original, let reply):
            request.nest(CTA_PROTOINFO.rawValue) { request in
                request.nest(CTA_PROTOINFO_SCTP.rawValue) { request in
                    request.append(CTA_PROTOINFO_SCTP_STATE.rawValue, host: state)
                    request.append(CTA_PROTOINFO_SCTP_VTAG_ORIGINAL.rawValue, bigEndian: original)
                    request.append(CTA_PROTOINFO_SCTP_VTAG_REPLY.rawValue, bigEndian: reply)
                }
            }
        }
    }
}
