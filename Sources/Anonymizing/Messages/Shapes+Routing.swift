import CNetlink

/// Messages of rtnetlink.
enum RouteShapes {
    /// - Returns: the shape of a message of this type, and the size of its header; nil for one that is not known.
    static func shape(_ type: UInt16) -> (shape: Shape, header: Int, what: String)? {
        // NEW, DEL, GET, SET of each object (linux/rtnetlink.h).
        switch Int(type & ~3) {
        case RTM_NEWLINK: (link, MemoryLayout<ifinfomsg>.size, "links")
        case RTM_NEWADDR: (address, MemoryLayout<ifaddrmsg>.size, "addresses of links")
        case RTM_NEWROUTE: (route, MemoryLayout<rtmsg>.size, "routes")
        case RTM_NEWNEIGH: (neighbour, MemoryLayout<ndmsg>.size, "neighbours")
        case RTM_NEWRULE: (rule, MemoryLayout<fib_rule_hdr>.size, "rules of routing")
        default: nil
        }
    }

    private static let link = Shape(
        keep: [
            IFLA_MTU, IFLA_LINK, IFLA_QDISC, IFLA_STATS, IFLA_COST, IFLA_PRIORITY, IFLA_MASTER, IFLA_TXQLEN, IFLA_MAP,
            IFLA_WEIGHT, IFLA_OPERSTATE, IFLA_LINKMODE, IFLA_NET_NS_PID, IFLA_NUM_VF, IFLA_STATS64, IFLA_GROUP,
            IFLA_NET_NS_FD, IFLA_EXT_MASK, IFLA_PROMISCUITY, IFLA_NUM_TX_QUEUES, IFLA_NUM_RX_QUEUES, IFLA_CARRIER,
            IFLA_CARRIER_CHANGES, IFLA_LINK_NETNSID, IFLA_PROTO_DOWN, IFLA_GSO_MAX_SEGS, IFLA_GSO_MAX_SIZE, IFLA_PAD,
            IFLA_XDP, IFLA_EVENT, IFLA_NEW_NETNSID, IFLA_TARGET_NETNSID, IFLA_CARRIER_UP_COUNT,
            IFLA_CARRIER_DOWN_COUNT, IFLA_NEW_IFINDEX, IFLA_MIN_MTU, IFLA_MAX_MTU, IFLA_PARENT_DEV_BUS_NAME,
        ] + ofNewerKernels,
        [
            (IFLA_ADDRESS, .link), (IFLA_BROADCAST, .link), (IFLA_PERM_ADDRESS, .link), (IFLA_IFNAME, .interface),
            (IFLA_IFALIAS, .text), (IFLA_PROP_LIST, .list(.interface)),
            (IFLA_LINKINFO, .special(.linkInformation)),
            // Settings of a bridge's ports, of virtual functions, of each family; numbers of hardware.
            (IFLA_PROTINFO, .drop), (IFLA_VFINFO_LIST, .drop), (IFLA_VF_PORTS, .drop), (IFLA_PORT_SELF, .drop),
            (IFLA_AF_SPEC, .drop), (IFLA_PHYS_PORT_ID, .drop), (IFLA_PHYS_SWITCH_ID, .drop),
            (IFLA_PHYS_PORT_NAME, .drop), (IFLA_PROTO_DOWN_REASON, .drop), (IFLA_PARENT_DEV_NAME, .drop),
            (IFLA_WIRELESS, .drop), (ofDevlink, .drop), (ofClocks, .drop),
        ])

    /// `IFLA_GRO_MAX_SIZE`, `IFLA_TSO_MAX_SIZE`, `IFLA_TSO_MAX_SEGS`, `IFLA_ALLMULTI`, `IFLA_GSO_IPV4_MAX_SIZE`, `IFLA_GRO_IPV4_MAX_SIZE`,
    /// `IFLA_MAX_PACING_OFFLOAD_HORIZON`, `IFLA_NETNS_IMMUTABLE`, `IFLA_HEADROOM`, `IFLA_TAILROOM`, which not all headers have.
    private static let ofNewerKernels = [58, 59, 60, 61, 63, 64, 66, 67, 68, 69]
    /// `IFLA_DEVLINK_PORT`
    private static let ofDevlink = 62
    /// `IFLA_DPLL_PIN`
    private static let ofClocks = 65

    private static let address = Shape(
        keep: [IFA_CACHEINFO, IFA_FLAGS, IFA_RT_PRIORITY, IFA_TARGET_NETNSID, IFA_PROTO],
        [
            (IFA_ADDRESS, .address), (IFA_LOCAL, .address), (IFA_BROADCAST, .address), (IFA_ANYCAST, .address),
            (IFA_MULTICAST, .address), (IFA_LABEL, .interface),
        ])

    /// `rtm_dst_len` and `rtm_src_len` are the second and the third byte of the header.
    private static let route = Shape(
        keep: [
            RTA_IIF, RTA_OIF, RTA_PRIORITY, RTA_METRICS, RTA_PROTOINFO, RTA_FLOW, RTA_CACHEINFO, RTA_SESSION,
            RTA_MP_ALGO, RTA_TABLE, RTA_MARK, RTA_MFC_STATS, RTA_PREF, RTA_ENCAP_TYPE, RTA_EXPIRES, RTA_PAD, RTA_UID,
            RTA_TTL_PROPAGATE, RTA_IP_PROTO, RTA_SPORT, RTA_DPORT, RTA_NH_ID,
        ].map(\.rawValue),
        [
            (RTA_DST.rawValue, .prefix(lengthAt: 1)), (RTA_SRC.rawValue, .prefix(lengthAt: 2)),
            (RTA_GATEWAY.rawValue, .address), (RTA_PREFSRC.rawValue, .address),
            (RTA_MULTIPATH.rawValue, .special(.nextHops)), (RTA_VIA.rawValue, .special(.via)),
        ])

    /// Of a next hop among several (`struct rtnexthop`).
    static let nextHop = Shape(
        keep: [RTA_FLOW, RTA_ENCAP_TYPE].map(\.rawValue),
        [(RTA_GATEWAY.rawValue, .address), (RTA_VIA.rawValue, .special(.via))])

    private static let neighbour = Shape(
        keep: [
            NDA_CACHEINFO, NDA_PROBES, NDA_VLAN, NDA_PORT, NDA_VNI, NDA_IFINDEX, NDA_MASTER, NDA_LINK_NETNSID,
            NDA_SRC_VNI, NDA_PROTOCOL, NDA_NH_ID, NDA_FLAGS_EXT,
        ],
        [(NDA_DST, .address), (NDA_LLADDR, .link)])

    /// `dst_len` and `src_len` are the second and the third byte of the header.
    private static let rule = Shape(
        keep: [
            FRA_GOTO, FRA_PRIORITY, FRA_FWMARK, FRA_FLOW, FRA_TUN_ID, FRA_SUPPRESS_IFGROUP, FRA_SUPPRESS_PREFIXLEN,
            FRA_TABLE, FRA_FWMASK, FRA_PAD, FRA_L3MDEV, FRA_UID_RANGE, FRA_PROTOCOL, FRA_IP_PROTO, FRA_SPORT_RANGE,
            FRA_DPORT_RANGE,
        ],
        [
            (FRA_DST, .prefix(lengthAt: 1)), (FRA_SRC, .prefix(lengthAt: 2)), (FRA_IIFNAME, .interface),
            (FRA_OIFNAME, .interface),
        ])

    /// `IFLA_LINKINFO`, by the kind of the link: of most the data are left out.
    static func information(ofKind kind: String) -> Shape {
        let data: Field =
            switch kind {
            case "vrf", "vlan": .keep
            default: .drop
            }
        return Shape(
            keep: [IFLA_INFO_KIND, IFLA_INFO_SLAVE_KIND],
            [(IFLA_INFO_DATA, data), (IFLA_INFO_XSTATS, .drop), (IFLA_INFO_SLAVE_DATA, .drop)])
    }
}
