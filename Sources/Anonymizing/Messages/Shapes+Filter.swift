import CNetlink

/// Messages of nf_tables, of the list of hooks, and of ipset.
enum FilterShapes {
    /// By the lower byte of the type.
    static func tables(_ message: UInt32) -> (shape: Shape, what: String)? {
        // NEW, GET and DEL of an object follow each other.
        switch message {
        case NFT_MSG_NEWTABLE.rawValue...NFT_MSG_DELTABLE.rawValue: (table, "tables of nf_tables")
        case NFT_MSG_NEWCHAIN.rawValue...NFT_MSG_DELCHAIN.rawValue: (chain, "chains of nf_tables")
        case NFT_MSG_NEWRULE.rawValue...NFT_MSG_DELRULE.rawValue: (rule, "rules of nf_tables")
        case NFT_MSG_NEWSET.rawValue...NFT_MSG_DELSET.rawValue: (set, "sets of nf_tables")
        case NFT_MSG_NEWSETELEM.rawValue...NFT_MSG_DELSETELEM.rawValue: (elements, "elements of nf_tables")
        case NFT_MSG_NEWGEN.rawValue, NFT_MSG_GETGEN.rawValue: (generation, "the generation of nf_tables")
        case NFT_MSG_NEWOBJ.rawValue...NFT_MSG_DELOBJ.rawValue: (object, "objects of nf_tables")
        case NFT_MSG_NEWFLOWTABLE.rawValue...NFT_MSG_DELFLOWTABLE.rawValue: (flowTable, "flow tables of nf_tables")
        default: nil
        }
    }

    private static let table = Shape(
        keep: [NFTA_TABLE_FLAGS, NFTA_TABLE_USE, NFTA_TABLE_HANDLE, NFTA_TABLE_PAD, NFTA_TABLE_OWNER].map(\.rawValue),
        [(NFTA_TABLE_NAME.rawValue, .name), (NFTA_TABLE_USERDATA.rawValue, .special(.userData))])

    private static let chain = Shape(
        keep: [
            NFTA_CHAIN_HANDLE, NFTA_CHAIN_POLICY, NFTA_CHAIN_USE, NFTA_CHAIN_TYPE, NFTA_CHAIN_COUNTERS, NFTA_CHAIN_PAD,
            NFTA_CHAIN_FLAGS, NFTA_CHAIN_ID,
        ].map(\.rawValue),
        [
            (NFTA_CHAIN_TABLE.rawValue, .name), (NFTA_CHAIN_NAME.rawValue, .name),
            (NFTA_CHAIN_HOOK.rawValue, .nested(hook)), (NFTA_CHAIN_USERDATA.rawValue, .special(.userData)),
        ])

    private static let hook = Shape(
        keep: [NFTA_HOOK_HOOKNUM, NFTA_HOOK_PRIORITY].map(\.rawValue),
        [(NFTA_HOOK_DEV.rawValue, .interface), (NFTA_HOOK_DEVS.rawValue, .list(.interface))])

    private static let rule = Shape(
        keep: [
            NFTA_RULE_HANDLE, NFTA_RULE_COMPAT, NFTA_RULE_POSITION, NFTA_RULE_PAD, NFTA_RULE_ID,
            NFTA_RULE_POSITION_ID, NFTA_RULE_CHAIN_ID,
        ].map(\.rawValue),
        [
            (NFTA_RULE_TABLE.rawValue, .name), (NFTA_RULE_CHAIN.rawValue, .name),
            (NFTA_RULE_EXPRESSIONS.rawValue, .special(.expressions)),
            (NFTA_RULE_USERDATA.rawValue, .special(.userData)),
        ])

    /// The last two are `NFTA_SET_TYPE` and `NFTA_SET_COUNT`, which not all headers have.
    private static let set = Shape(
        keep: [
            NFTA_SET_FLAGS, NFTA_SET_KEY_TYPE, NFTA_SET_KEY_LEN, NFTA_SET_DATA_TYPE, NFTA_SET_DATA_LEN,
            NFTA_SET_POLICY, NFTA_SET_DESC, NFTA_SET_ID, NFTA_SET_TIMEOUT, NFTA_SET_GC_INTERVAL, NFTA_SET_PAD,
            NFTA_SET_OBJ_TYPE, NFTA_SET_HANDLE,
        ].map(\.rawValue) + [19, 20],
        [
            (NFTA_SET_TABLE.rawValue, .name), (NFTA_SET_NAME.rawValue, .name),
            (NFTA_SET_USERDATA.rawValue, .special(.setUserData)), (NFTA_SET_EXPR.rawValue, .special(.expression)),
            (NFTA_SET_EXPRESSIONS.rawValue, .special(.expressions)),
        ])

    private static let elements = Shape(
        keep: [NFTA_SET_ELEM_LIST_SET_ID.rawValue],
        [
            (NFTA_SET_ELEM_LIST_TABLE.rawValue, .name), (NFTA_SET_ELEM_LIST_SET.rawValue, .name),
            (NFTA_SET_ELEM_LIST_ELEMENTS.rawValue, .special(.elements)),
        ])

    private static let generation = Shape(
        keep: [NFTA_GEN_ID, NFTA_GEN_PROC_PID].map(\.rawValue), [(NFTA_GEN_PROC_NAME.rawValue, .text)])

    private static let object = Shape(
        keep: [NFTA_OBJ_TYPE, NFTA_OBJ_USE, NFTA_OBJ_HANDLE, NFTA_OBJ_PAD].map(\.rawValue),
        [
            (NFTA_OBJ_TABLE.rawValue, .name), (NFTA_OBJ_NAME.rawValue, .name),
            (NFTA_OBJ_DATA.rawValue, .special(.objectData)), (NFTA_OBJ_USERDATA.rawValue, .special(.userData)),
        ])

    private static let flowTable = Shape(
        keep: [NFTA_FLOWTABLE_USE, NFTA_FLOWTABLE_HANDLE, NFTA_FLOWTABLE_PAD, NFTA_FLOWTABLE_FLAGS].map(\.rawValue),
        [
            (NFTA_FLOWTABLE_TABLE.rawValue, .name), (NFTA_FLOWTABLE_NAME.rawValue, .name),
            (
                NFTA_FLOWTABLE_HOOK.rawValue,
                .nested(
                    Shape(
                        keep: [NFTA_FLOWTABLE_HOOK_NUM, NFTA_FLOWTABLE_HOOK_PRIORITY].map(\.rawValue),
                        [(NFTA_FLOWTABLE_HOOK_DEVS.rawValue, .list(.interface))]))
            ),
        ])

    /// Of nfnetlink_hook.
    static let hooks = Shape(
        keep: [
            NFNLA_HOOK_HOOKNUM, NFNLA_HOOK_PRIORITY, NFNLA_HOOK_FUNCTION_NAME, NFNLA_HOOK_MODULE_NAME,
        ].map(\.rawValue),
        [
            (NFNLA_HOOK_DEV.rawValue, .interface),
            (
                NFNLA_HOOK_CHAIN_INFO.rawValue,
                .nested(
                    Shape(
                        keep: [NFNLA_HOOK_INFO_TYPE.rawValue],
                        [
                            (
                                NFNLA_HOOK_INFO_DESC.rawValue,
                                .nested(
                                    Shape(
                                        keep: [NFNLA_CHAIN_FAMILY.rawValue],
                                        [(NFNLA_CHAIN_TABLE.rawValue, .name), (NFNLA_CHAIN_NAME.rawValue, .name)]))
                            )
                        ]))
            ),
        ])

    /// Of ipset (linux/netfilter/ipset/ip_set.h). Sets of ranges (`bitmap:ip`) are left out before.
    static let sets = Shape(
        keep: [
            IPSET_ATTR_PROTOCOL, IPSET_ATTR_TYPENAME, IPSET_ATTR_REVISION, IPSET_ATTR_FAMILY, IPSET_ATTR_FLAGS,
            IPSET_ATTR_LINENO, IPSET_ATTR_PROTOCOL_MIN, IPSET_ATTR_INDEX,
        ].map { Int($0) },
        [
            (Int(IPSET_ATTR_SETNAME), .name), (Int(IPSET_ATTR_DATA), .special(.setHead)),
            (Int(IPSET_ATTR_ADT), .list(.special(.setElement))),
        ])
}
