import CNetlink
import Netlink
import SystemPackage

/// Why the kernel has no place for our table: it lacks a part of nf_tables.
///
/// What it does not know it looks for among its modules, by an alias: the subsystem as `nfnetlink-subsys-10` (`nfnetlink_rcv_batch`,
/// net/netfilter/nfnetlink.c), an expression as `nft-expr-ct` (`nft_expr_type_get`, net/netfilter/nf_tables_api.c). If there is none, it answers with EOPNOTSUPP
/// to the transaction, or with ENOENT about the expression (`nf_tables_newrule`).
extension KernelError {
    /// The same, with the module that is missing; unchanged if it was refused for another reason.
    var namingModule: KernelError {
        if errno == .notSupported, detail == nil {
            return lacking("nf_tables", module: "nf_tables", option: "CONFIG_NF_TABLES")
        }
        guard errno == .noSuchFileOrDirectory else { return self }
        guard let name = rejected.flatMap(Self.expression) else { return self }
        guard let (module, option) = Self.modules[name] else {
            return lacking("the expression \(name) of nf_tables", module: "nft-expr-\(name)", option: nil)
        }
        return lacking("the expression \(name) of nf_tables", module: module, option: option)
    }

    private func lacking(_ part: String, module: String, option: String?) -> KernelError {
        let build = option.map { ", or use a kernel with \($0)" } ?? ""
        return KernelError(
            asked, .absent, errno: errno,
            detail: "this kernel lacks \(part), or may not load it (kernel.modules_disabled)",
            nextStep: "modprobe \(module)\(build)")
    }

    /// Those of our rules that are not part of nf_tables itself (net/netfilter/Makefile). nft_log needs a logger for its groups, too
    /// (`nft_log_init`, net/netfilter/nft_log.c).
    private static let modules = [
        "ct": ("nft_ct", "CONFIG_NFT_CT"), "notrack": ("nft_ct", "CONFIG_NFT_CT"),
        "limit": ("nft_limit", "CONFIG_NFT_LIMIT"), "objref": ("nft_objref", "CONFIG_NFT_OBJREF"),
        "log": ("-a nft_log nfnetlink_log", "CONFIG_NFT_LOG and CONFIG_NETFILTER_NETLINK_LOG"),
    ]

    /// The name of the rule's expression that is in an attribute.
    private static func expression(in element: [UInt8]) -> String? {
        var cursor = AttributeCursor(0..<element.count)
        let bytes = element.span.bytes
        while let attribute = try? cursor.next(in: bytes) {
            if attribute.type == NFTA_EXPR_NAME.rawValue { return bytes.text(attribute) }
        }
        return nil
    }
}
