import CNetlink
import Conntrack
import Netlink

/// A table of nf_tables as the messages that make it, for one `Transaction`.
package struct TableWriter {
    package let family: TableFamily
    package let name: String
    package private(set) var messages: [Request] = []

    package init(_ family: TableFamily, _ name: String) {
        (self.family, self.name) = (family, name)
        add(NFT_MSG_NEWTABLE, "make table \(name)") { $0.append(NFTA_TABLE_NAME.rawValue, text: name) }
    }

    /// A base chain of type filter, whose policy is accept.
    ///
    /// - Parameter priority: the kernel calls the chains of a hook in ascending order.
    package mutating func baseChain(_ chain: String, at hook: NetfilterHook, priority: Int32) {
        add(NFT_MSG_NEWCHAIN, "make chain \(chain)") { [name] request in
            request.append(NFTA_CHAIN_TABLE.rawValue, text: name)
            request.append(NFTA_CHAIN_NAME.rawValue, text: chain)
            request.append(NFTA_CHAIN_TYPE.rawValue, text: "filter")
            request.nest(NFTA_CHAIN_HOOK.rawValue) { nested in
                nested.append(NFTA_HOOK_HOOKNUM.rawValue, bigEndian: UInt32(hook.rawValue))
                nested.append(NFTA_HOOK_PRIORITY.rawValue, bigEndian: priority)
            }
        }
    }

    /// A rule at the end of a chain.
    package mutating func rule(in chain: String, _ statements: RuleStatement...) {
        add(NFT_MSG_NEWRULE, "make a rule of chain \(chain)", NLM_F_APPEND) { [name] request in
            request.append(NFTA_RULE_TABLE.rawValue, text: name)
            request.append(NFTA_RULE_CHAIN.rawValue, text: chain)
            request.nest(NFTA_RULE_EXPRESSIONS.rawValue) { nested in
                for statement in statements { statement.append(to: &nested) }
            }
        }
    }

    private mutating func add(
        _ message: nf_tables_msg_types, _ purpose: String, _ flags: Int32 = 0, _ fill: (inout Request) -> Void
    ) {
        var request = Request.netfilter(
            purpose, subsystem: NFNL_SUBSYS_NFTABLES, message: message.rawValue, flags: NLM_F_CREATE | flags,
            family: Int32(family.rawValue))
        fill(&request)
        messages.append(request)
    }
}

/// A part of a rule that we write, as nf_tables' expressions. Values are loaded into register 1.
package enum RuleStatement {
    /// `ct state STATE`
    case ctState(CTState)
    /// `meta l4proto NUMBER`
    case transport(UInt8)
    /// `meta nftrace set 1`
    case trace
    /// `drop`, `accept`
    case verdict(PacketVerdict)

    fileprivate func append(to list: inout Request) {
        switch self {
        case .ctState(let state):
            Self.expression("ct", in: &list) { ct in
                ct.append(NFTA_CT_DREG.rawValue, bigEndian: Self.register)
                ct.append(NFTA_CT_KEY.rawValue, bigEndian: UInt32(NFT_CT_STATE.rawValue))
            }
            Self.expression("bitwise", in: &list) { Self.mask(state.bit, in: &$0) }
            Self.expression("cmp", in: &list) { cmp in
                cmp.append(NFTA_CMP_SREG.rawValue, bigEndian: Self.register)
                cmp.append(NFTA_CMP_OP.rawValue, bigEndian: UInt32(NFT_CMP_NEQ.rawValue))
                cmp.nest(NFTA_CMP_DATA.rawValue) { $0.append(NFTA_DATA_VALUE.rawValue, host: UInt32(0)) }
            }
        case .transport(let number):
            Self.expression("meta", in: &list) { meta in
                meta.append(NFTA_META_DREG.rawValue, bigEndian: Self.register)
                meta.append(NFTA_META_KEY.rawValue, bigEndian: UInt32(NFT_META_L4PROTO.rawValue))
            }
            Self.expression("cmp", in: &list) { cmp in
                cmp.append(NFTA_CMP_SREG.rawValue, bigEndian: Self.register)
                cmp.append(NFTA_CMP_OP.rawValue, bigEndian: UInt32(NFT_CMP_EQ.rawValue))
                cmp.nest(NFTA_CMP_DATA.rawValue) { $0.append(NFTA_DATA_VALUE.rawValue, [number]) }
            }
        case .trace:
            Self.expression("immediate", in: &list) { immediate in
                immediate.append(NFTA_IMMEDIATE_DREG.rawValue, bigEndian: Self.register)
                immediate.nest(NFTA_IMMEDIATE_DATA.rawValue) { $0.append(NFTA_DATA_VALUE.rawValue, [1]) }
            }
            Self.expression("meta", in: &list) { meta in
                meta.append(NFTA_META_KEY.rawValue, bigEndian: UInt32(NFT_META_NFTRACE.rawValue))
                meta.append(NFTA_META_SREG.rawValue, bigEndian: Self.register)
            }
        case .verdict(let verdict):
            Self.expression("immediate", in: &list) { immediate in
                immediate.append(NFTA_IMMEDIATE_DREG.rawValue, bigEndian: UInt32(NFT_REG_VERDICT.rawValue))
                immediate.nest(NFTA_IMMEDIATE_DATA.rawValue) { data in
                    data.nest(NFTA_DATA_VERDICT.rawValue) {
                        $0.append(NFTA_VERDICT_CODE.rawValue, bigEndian: verdict.rawValue)
                    }
                }
            }
        }
    }

    private static let register = UInt32(NFT_REG_1.rawValue)

    private static func mask(_ bits: UInt32, in bitwise: inout Request) {
        bitwise.append(NFTA_BITWISE_SREG.rawValue, bigEndian: register)
        bitwise.append(NFTA_BITWISE_DREG.rawValue, bigEndian: register)
        bitwise.append(NFTA_BITWISE_LEN.rawValue, bigEndian: UInt32(4))
        // Registers hold a ctstate in host order.
        bitwise.nest(NFTA_BITWISE_MASK.rawValue) { $0.append(NFTA_DATA_VALUE.rawValue, host: bits) }
        bitwise.nest(NFTA_BITWISE_XOR.rawValue) { $0.append(NFTA_DATA_VALUE.rawValue, host: UInt32(0)) }
    }

    private static func expression(_ name: String, in list: inout Request, _ fill: (inout Request) -> Void) {
        list.nest(NFTA_LIST_ELEM.rawValue) { element in
            element.append(NFTA_EXPR_NAME.rawValue, text: name)
            element.nest(NFTA_EXPR_DATA.rawValue, fill)
        }
    }
}
