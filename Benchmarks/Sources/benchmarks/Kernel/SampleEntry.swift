import CBench

/// A typical entry on a load balancer: mostly TCP in ESTABLISHED, from many clients to one virtual address.
struct SampleEntry {
    let ipProtocol: UInt8
    let source: UInt32
    let destination: UInt32
    /// Who answers: the destination, or the real server behind it.
    let replySource: UInt32
    let sourcePort: UInt16
    let destinationPort: UInt16

    static let virtualAddress = address(10, 0, 0, 100)
    private static let realServer = address(192, 168, 0, 10)
    /// The destination of a few entries, to filter by.
    static let marker = "10.0.0.200"
    private static let markerAddress = address(10, 0, 0, 200)
    private static let portsEach = 50_000

    private init(
        _ number: Int, to destination: UInt32, ipProtocol: Int = Int(IPPROTO_TCP), replySource: UInt32? = nil
    ) {
        let port = ipProtocol == Int(IPPROTO_UDP) ? 53 : 80
        self.ipProtocol = UInt8(truncatingIfNeeded: ipProtocol)
        source = Self.address(11, 0, 0, 0) + UInt32(truncatingIfNeeded: number / Self.portsEach)
        self.destination = destination
        self.replySource = replySource ?? destination
        sourcePort = UInt16(truncatingIfNeeded: 1024 + number % Self.portsEach)
        destinationPort = UInt16(truncatingIfNeeded: port)
    }

    /// Entry `number` of a table: of twenty, eighteen are TCP, one is UDP, and one is TCP with destination NAT.
    static func inTable(_ number: Int) -> SampleEntry {
        switch number % 20 {
        case 7: SampleEntry(number, to: virtualAddress, ipProtocol: Int(IPPROTO_UDP))
        case 13: SampleEntry(number, to: virtualAddress, replySource: realServer)
        default: SampleEntry(number, to: virtualAddress)
        }
    }

    static func marked(_ number: Int) -> SampleEntry { SampleEntry(number, to: markerAddress) }

    static func plain(_ number: Int) -> SampleEntry { SampleEntry(number, to: virtualAddress) }

    private static func address(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> UInt32 {
        a << 24 | b << 16 | c << 8 | d
    }

    /// Long enough not to expire during a benchmark.
    private static let timeout: UInt32 = 400_000

    func create(in batch: inout MessageBatch) {
        batch.message(IPCTNL_MSG_CT_NEW, flags: NLM_F_CREATE | NLM_F_EXCL) { message in
            original(in: &message)
            tuple(CTA_TUPLE_REPLY, replySource, source, destinationPort, sourcePort, in: &message)
            message.attribute(CTA_TIMEOUT.rawValue, Self.timeout)
            message.attribute(
                CTA_STATUS.rawValue, IPS_CONFIRMED.rawValue | IPS_SEEN_REPLY.rawValue | IPS_ASSURED.rawValue)
            guard ipProtocol == IPPROTO_TCP else { return }
            message.nest(CTA_PROTOINFO.rawValue) { info in
                info.nest(CTA_PROTOINFO_TCP.rawValue) { tcp in
                    tcp.attribute(
                        CTA_PROTOINFO_TCP_STATE.rawValue, UInt8(truncatingIfNeeded: TCP_CONNTRACK_ESTABLISHED.rawValue))
                }
            }
        }
    }

    func delete(in batch: inout MessageBatch) {
        batch.message(IPCTNL_MSG_CT_DELETE) { original(in: &$0) }
    }

    private func original(in message: inout MessageBatch) {
        tuple(CTA_TUPLE_ORIG, source, destination, sourcePort, destinationPort, in: &message)
    }

    private func tuple(
        _ type: ctattr_type, _ source: UInt32, _ destination: UInt32, _ sourcePort: UInt16, _ destinationPort: UInt16,
        in message: inout MessageBatch
    ) {
        message.nest(type.rawValue) { tuple in
            tuple.nest(CTA_TUPLE_IP.rawValue) { addresses in
                addresses.attribute(CTA_IP_V4_SRC.rawValue, source)
                addresses.attribute(CTA_IP_V4_DST.rawValue, destination)
            }
            tuple.nest(CTA_TUPLE_PROTO.rawValue) { ports in
                ports.attribute(CTA_PROTO_NUM.rawValue, ipProtocol)
                ports.attribute(CTA_PROTO_SRC_PORT.rawValue, sourcePort)
                ports.attribute(CTA_PROTO_DST_PORT.rawValue, destinationPort)
            }
        }
    }
}
