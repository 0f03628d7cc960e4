import CNetlink

/// Messages of ctnetlink.
enum ConntrackShapes {
    private static let ip = Field.nested(
        Shape(
            keep: [],
            [CTA_IP_V4_SRC, CTA_IP_V4_DST, CTA_IP_V6_SRC, CTA_IP_V6_DST].map { ($0.rawValue, Field.address) }))

    private static let tuple = Field.nested(
        Shape(keep: [CTA_TUPLE_PROTO, CTA_TUPLE_ZONE].map(\.rawValue), [(CTA_TUPLE_IP.rawValue, ip)]))

    private static let range = Field.nested(
        Shape(
            keep: [CTA_NAT_PROTO.rawValue],
            [CTA_NAT_V4_MINIP, CTA_NAT_V4_MAXIP, CTA_NAT_V6_MINIP, CTA_NAT_V6_MAXIP].map {
                ($0.rawValue, Field.address)
            }))

    /// What a helper says besides its name is its own.
    private static let help = Field.nested(Shape(keep: [CTA_HELP_NAME.rawValue], [(CTA_HELP_INFO.rawValue, .drop)]))

    static let entry = Shape(
        keep: [
            CTA_STATUS, CTA_PROTOINFO, CTA_TIMEOUT, CTA_MARK, CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY, CTA_USE, CTA_ID,
            CTA_SEQ_ADJ_ORIG, CTA_SEQ_ADJ_REPLY, CTA_SECMARK, CTA_ZONE, CTA_TIMESTAMP, CTA_MARK_MASK, CTA_LABELS,
            CTA_LABELS_MASK, CTA_SYNPROXY, CTA_FILTER, CTA_STATUS_MASK,
        ].map(\.rawValue) + ofNewerKernels,
        [
            (CTA_TUPLE_ORIG.rawValue, tuple), (CTA_TUPLE_REPLY.rawValue, tuple),
            (CTA_TUPLE_MASTER.rawValue, tuple), (CTA_NAT_SRC.rawValue, range), (CTA_NAT_DST.rawValue, range),
            (CTA_HELP.rawValue, help),
            (CTA_SECCTX.rawValue, .nested(Shape(keep: [], [(CTA_SECCTX_NAME.rawValue, .text)]))),
        ])

    /// `CTA_TIMESTAMP_EVENT`
    private static let ofNewerKernels: [UInt32] = [27]

    /// A mask is no address.
    static let expectation = Shape(
        keep: [
            CTA_EXPECT_MASK, CTA_EXPECT_TIMEOUT, CTA_EXPECT_ID, CTA_EXPECT_HELP_NAME, CTA_EXPECT_ZONE,
            CTA_EXPECT_FLAGS, CTA_EXPECT_CLASS, CTA_EXPECT_FN,
        ].map(\.rawValue),
        [
            (CTA_EXPECT_MASTER.rawValue, tuple), (CTA_EXPECT_TUPLE.rawValue, tuple),
            (
                CTA_EXPECT_NAT.rawValue,
                .nested(Shape(keep: [CTA_EXPECT_NAT_DIR.rawValue], [(CTA_EXPECT_NAT_TUPLE.rawValue, tuple)]))
            ),
        ])

    /// Counters, of which ctnetlink has at most this many in a message.
    static let counters = Shape(keep: Array(UInt32(1)...32))
}

/// Messages of IPVS and ethtool, of generic netlink.
enum GenericShapes {
    /// Names, numbers and operations of families.
    static let families = Shape(keep: Array(CTRL_ATTR_FAMILY_ID...CTRL_ATTR_OP))

    /// By the family's name, and the command; nil for what is not known.
    static func shape(_ family: String, command: Int) -> Shape? {
        switch family {
        case IPVS_GENL_NAME: command == IPVS_CMD_SET_INFO ? information : director
        case ETHTOOL_GENL_NAME: features
        default: nil
        }
    }

    private static let director = Shape(
        keep: [IPVS_CMD_ATTR_TIMEOUT_TCP, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, IPVS_CMD_ATTR_TIMEOUT_UDP],
        [
            (IPVS_CMD_ATTR_SERVICE, .nested(service)), (IPVS_CMD_ATTR_DEST, .nested(destination)),
            (IPVS_CMD_ATTR_DAEMON, .nested(daemon)),
        ])

    private static let information = Shape(keep: [IPVS_INFO_ATTR_VERSION, IPVS_INFO_ATTR_CONN_TAB_SIZE])

    private static let service = Shape(
        keep: [
            IPVS_SVC_ATTR_AF, IPVS_SVC_ATTR_PROTOCOL, IPVS_SVC_ATTR_PORT, IPVS_SVC_ATTR_FWMARK,
            IPVS_SVC_ATTR_SCHED_NAME, IPVS_SVC_ATTR_FLAGS, IPVS_SVC_ATTR_TIMEOUT, IPVS_SVC_ATTR_NETMASK,
            IPVS_SVC_ATTR_STATS, IPVS_SVC_ATTR_PE_NAME, IPVS_SVC_ATTR_STATS64,
        ],
        [(IPVS_SVC_ATTR_ADDR, .union(familyIn: UInt16(IPVS_SVC_ATTR_AF)))])

    private static let destination = Shape(
        keep: [
            IPVS_DEST_ATTR_PORT, IPVS_DEST_ATTR_FWD_METHOD, IPVS_DEST_ATTR_WEIGHT, IPVS_DEST_ATTR_U_THRESH,
            IPVS_DEST_ATTR_L_THRESH, IPVS_DEST_ATTR_ACTIVE_CONNS, IPVS_DEST_ATTR_INACT_CONNS,
            IPVS_DEST_ATTR_PERSIST_CONNS, IPVS_DEST_ATTR_STATS, IPVS_DEST_ATTR_ADDR_FAMILY, IPVS_DEST_ATTR_STATS64,
            IPVS_DEST_ATTR_TUN_TYPE, IPVS_DEST_ATTR_TUN_PORT, IPVS_DEST_ATTR_TUN_FLAGS,
        ],
        [(IPVS_DEST_ATTR_ADDR, .union(familyIn: UInt16(IPVS_DEST_ATTR_ADDR_FAMILY)))])

    private static let daemon = Shape(
        keep: [
            IPVS_DAEMON_ATTR_STATE, IPVS_DAEMON_ATTR_SYNC_ID, IPVS_DAEMON_ATTR_SYNC_MAXLEN,
            IPVS_DAEMON_ATTR_MCAST_PORT, IPVS_DAEMON_ATTR_MCAST_TTL,
        ],
        [
            (IPVS_DAEMON_ATTR_MCAST_IFN, .interface), (IPVS_DAEMON_ATTR_MCAST_GROUP, .address),
            (IPVS_DAEMON_ATTR_MCAST_GROUP6, .address),
        ])

    private static let features = Shape(
        keep: [
            ETHTOOL_A_FEATURES_HW, ETHTOOL_A_FEATURES_WANTED, ETHTOOL_A_FEATURES_ACTIVE, ETHTOOL_A_FEATURES_NOCHANGE,
        ],
        [
            (
                ETHTOOL_A_FEATURES_HEADER,
                .nested(
                    Shape(
                        keep: [ETHTOOL_A_HEADER_DEV_INDEX, ETHTOOL_A_HEADER_FLAGS],
                        [(ETHTOOL_A_HEADER_DEV_NAME, .interface)]))
            )
        ])
}
