import CNetlink
import Netlink
import TestSupport

/// Every kind of expectation that the kernel allows to be created.
extension SampleTable {
    /// Call it after `populate`. A master may expect one connection with helper ftp, eight with irc: any further one
    /// removes the oldest.
    package static func expect(lasting seconds: Int = 100) throws {
        try addMaster(port: 1003, helper: "irc", seconds)
        try addMaster(port: 1004, helper: "ftp", seconds)
        try Tool.run(
            "conntrack -I expect -p tcp --orig-src 10.0.0.1 --orig-dst 10.0.0.2 --sport 1000 --dport 21 "
                + "--tuple-src 10.0.0.2 --tuple-dst 10.0.0.1 --tuple-port-src 0 --tuple-port-dst 5000 "
                + "--mask-src 255.255.255.255 --mask-dst 255.255.255.255 --mask-port-src 0 --mask-port-dst 65535 -t 300"
        )
        for flags in UInt32(0)...7 {
            try create(6000 + UInt16(flags), master: 1003) { $0.append(CTA_EXPECT_FLAGS.rawValue, bigEndian: flags) }
        }
        try create(7000, master: 1004) { request in
            request.append(CTA_EXPECT_CLASS.rawValue, bigEndian: UInt32(0))
            request.append(CTA_EXPECT_HELP_NAME.rawValue, text: "ftp")
            request.append(CTA_EXPECT_FN.rawValue, text: "nat-follow-master")
            request.nest(CTA_EXPECT_NAT.rawValue) { request in
                request.append(CTA_EXPECT_NAT_DIR.rawValue, bigEndian: UInt32(1))
                tuple(CTA_EXPECT_NAT_TUPLE.rawValue, source: 0x0A00_0063, 7001, destination: 0, 0, in: &request)
            }
        }
    }

    private static func addMaster(port: UInt16, helper: String, _ seconds: Int) throws {
        let master = try LibraryEntry.tcp(port: port, lasting: seconds)
        helper.withCString { nfct_set_attr(master.object, ATTR_HELPER_NAME, $0) }
        try master.create()
    }

    private static func create(_ port: UInt16, master: UInt16, _ extend: (inout Request) -> Void) throws {
        var request = Request.netfilter(
            "create an expectation", subsystem: NFNL_SUBSYS_CTNETLINK_EXP, message: IPCTNL_MSG_EXP_NEW.rawValue,
            flags: NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, family: AF_INET)
        tuple(CTA_EXPECT_MASTER.rawValue, source: 0x0A00_0001, master, destination: 0x0A00_0002, 21, in: &request)
        tuple(CTA_EXPECT_TUPLE.rawValue, source: 0x0A00_0002, 0, destination: 0x0A00_0001, port, in: &request)
        tuple(CTA_EXPECT_MASK.rawValue, source: 0xFFFF_FF00, 0, destination: .max, .max, in: &request)
        request.append(CTA_EXPECT_TIMEOUT.rawValue, bigEndian: UInt32(300))
        extend(&request)
        _ = try LiveKernel().ask(request) { _, _ in }
    }

    private static func tuple(
        _ type: UInt32, source: UInt32, _ sourcePort: UInt16, destination: UInt32, _ destinationPort: UInt16,
        in request: inout Request
    ) {
        request.nest(type) { request in
            request.nest(CTA_TUPLE_IP.rawValue) { request in
                request.append(CTA_IP_V4_SRC.rawValue, bigEndian: source)
                request.append(CTA_IP_V4_DST.rawValue, bigEndian: destination)
            }
            request.nest(CTA_TUPLE_PROTO.rawValue) { request in
                request.append(CTA_PROTO_NUM.rawValue, host: UInt8(IPPROTO_TCP))
                request.append(CTA_PROTO_SRC_PORT.rawValue, bigEndian: sourcePort)
                request.append(CTA_PROTO_DST_PORT.rawValue, bigEndian: destinationPort)
            }
        }
    }

    /// The messages of one dump of the calling thread's namespace, as bytes.
    package static func expectationMessages() throws -> [[UInt8]] {
        try messages(
            of: .netfilter(
                "dump the expectations", subsystem: NFNL_SUBSYS_CTNETLINK_EXP, message: IPCTNL_MSG_EXP_GET.rawValue,
                flags: NLM_F_DUMP))
    }
}
