import CNetlink
import Netlink
import SystemPackage
import TestSupport
import Testing

@testable import Firewall

/// What a kernel without a part of nf_tables is said to lack.
struct MissingModuleTests {
    private func element(_ name: String) -> [UInt8] {
        var request = Request.netfilter("make it", subsystem: NFNL_SUBSYS_NFTABLES, message: 0, flags: 0)
        let header = request.message(sequence: 0).count
        request.append(NFTA_EXPR_NAME.rawValue, text: name)
        return Array(request.message(sequence: 0)[header...])
    }

    private func refused(_ errno: Errno, _ rejected: [UInt8]?, detail: String? = "make a rule of chain x")
        -> KernelError
    {
        var error = KernelError("make an observation table", errno, detail: detail)
        error.rejected = rejected
        return error
    }

    @Test(
        "The module of a missing expression", arguments: [("ct", "nft_ct"), ("limit", "nft_limit"), ("log", "nft_log")])
    func expression(_ name: String, _ module: String) {
        let error = refused(.noSuchFileOrDirectory, element(name)).namingModule
        #expect(error.cause == .absent && error.description.contains("lacks the expression \(name) of nf_tables"))
        #expect(error.nextStep?.contains(module) == true)
    }

    @Test("No nf_tables at all; and refusals for other reasons stay what they are")
    func others() {
        let none = refused(.notSupported, nil, detail: nil).namingModule
        #expect(none.nextStep == "modprobe nf_tables, or use a kernel with CONFIG_NF_TABLES")
        for other in [
            refused(.noSuchFileOrDirectory, nil), refused(.noSuchFileOrDirectory, [1, 2, 3]),
            refused(.notPermitted, element("ct")), refused(.notSupported, nil),
        ] { #expect(other.namingModule == other) }
        #expect(refused(.notPermitted, nil).description.contains("needs CAP_NET_ADMIN: run with sudo"))
    }

    @Test("The running kernel says which expression it does not know", .needsRoot)
    func kernel() throws {
        try inFreshNamespace {
            var table = TableWriter(.ip, "mine")
            table.chain("x")
            var rule = Request.netfilter(
                "make a rule of chain x", subsystem: NFNL_SUBSYS_NFTABLES, message: NFT_MSG_NEWRULE.rawValue,
                flags: NLM_F_CREATE | NLM_F_APPEND, family: Int32(TableFamily.ip.rawValue))
            rule.append(NFTA_RULE_TABLE.rawValue, text: "mine")
            rule.append(NFTA_RULE_CHAIN.rawValue, text: "x")
            rule.nest(NFTA_RULE_EXPRESSIONS.rawValue) { list in
                for name in ["notrack", "nosuch"] {
                    list.nest(NFTA_LIST_ELEM.rawValue) { $0.append(NFTA_EXPR_NAME.rawValue, text: name) }
                }
            }
            let messages = table.messages + [rule]
            let error = #expect(throws: KernelError.self) {
                try TransactionSocket(NFNL_SUBSYS_NFTABLES, for: "make it").sendAll(messages, for: "make it")
            }
            #expect(error?.namingModule.nextStep == "modprobe nft-expr-nosuch")
            #expect(error?.namingModule.detail?.contains("the expression nosuch of nf_tables") == true)
        }
    }
}
