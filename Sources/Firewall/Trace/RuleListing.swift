import CLinux
import CNetlink
import Netlink
import Processes

/// Lists the rules of a chain as text, in the network namespace of the calling thread: by nft(8), and where that program is missing or
/// fails, from the rules' expressions.
package struct RuleListing {
    private let kernel: any KernelSource
    private static let purpose = "list a chain"

    init(of kernel: any KernelSource) { self.kernel = kernel }

    /// Why there is none.
    enum Failure: Error {
        case chainIsGone
        case error(KernelError)
    }

    /// Blocks while it is listed: milliseconds, but seconds for tens of thousands of rules. Needs CAP_NET_ADMIN.
    func list(_ chain: String, _ table: String, _ family: TableFamily) throws(Failure) -> ChainListing {
        do throws(KernelError) {
            if let listing = try Self.program(chain, table, family) { return listing }
        } catch {
            if error.detail?.contains("No such file or directory") == true { throw .chainIsGone }
            // What is wrong with it is no reason to give up.
        }
        do throws(KernelError) {
            return try rendered(chain, table, family)
        } catch {
            throw error.cause == .notFound ? .chainIsGone : .error(error)
        }
    }

    // MARK: nft(8)

    /// - Returns: nil for names that its language does not accept.
    private static func program(
        _ chain: String, _ table: String, _ family: TableFamily
    ) throws(KernelError) -> ChainListing? {
        guard let family = family.name, isWord(table), isWord(chain) else { return nil }
        do throws(KernelError) {
            return ChainListing(of: chain, in: try run(["list", "chain", family, table, chain]))
        } catch {
            // A chain's name may be one of its keywords (`reject`), which cannot be listed; its table can.
            guard error.detail?.contains("syntax error") == true else { throw error }
            return ChainListing(of: chain, in: try run(["list", "table", family, table]))
        }
    }

    /// With handles, without counter values and sets' elements. It inherits the thread's network namespace, and of our capabilities the
    /// one that it needs; a program that root starts has as many as our bounding set leaves it (`clinux_bind_programs`).
    private static func run(_ words: [String]) throws(KernelError) -> String {
        _ = clinux_pass_net_admin(true)
        defer { _ = clinux_pass_net_admin(false) }
        let outcome = try ChildProcess.run(["nft", "-a", "-s", "-t"] + words)
        guard outcome.hasSucceeded else {
            let errors = String(decoding: outcome.errors, as: UTF8.self)
            let first = errors.split(whereSeparator: \.isNewline).first.map(String.init)
            throw KernelError(purpose, .failed, detail: first ?? "nft failed")
        }
        return String(decoding: outcome.output, as: UTF8.self)
    }

    /// Whether nft's language accepts it as a name. The kernel allows any bytes, and a name from an observed namespace must not become a
    /// command.
    package static func isWord(_ name: String) -> Bool {
        let isFirst = { (scalar: Unicode.Scalar) in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == "."
        }
        let isLater = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) || scalar == "-" || scalar == "/" }
        guard let first = name.unicodeScalars.first, isFirst(first) else { return false }
        return name.unicodeScalars.allSatisfy { isFirst($0) || isLater($0) }
    }

    // MARK: Expressions

    func rendered(_ chain: String, _ table: String, _ family: TableFamily) throws(KernelError) -> ChainListing {
        var hook: UInt32?
        // A dump of the rules of a chain that does not exist is empty; this is refused.
        try kernel.askStrictly(
            request(
                NFT_MSG_GETCHAIN, NLM_F_ACK, family,
                [NFTA_CHAIN_TABLE.rawValue: table, NFTA_CHAIN_NAME.rawValue: chain])
        ) {
            message, datagram throws(DecodeError) in
            hook = try RulesetObject(.chain, message, in: datagram).hook
        }
        var rules: [UInt64: String] = [:]
        try kernel.askStrictly(
            request(
                NFT_MSG_GETRULE, NLM_F_DUMP, family, [NFTA_RULE_TABLE.rawValue: table, NFTA_RULE_CHAIN.rawValue: chain])
        ) {
            message, datagram throws(DecodeError) in
            let rule = try RulesetObject(.rule, message, in: datagram)
            // The kernel may list more than was asked for.
            guard rule.table == table, rule.name == chain, rule.family == family, let handle = rule.handle else {
                return
            }
            rules[handle] = RuleRenderer.text(of: rule)
        }
        return ChainListing(hook: hook.flatMap { Self.hook($0, family) }, rules: rules)
    }

    private func request(
        _ message: nf_tables_msg_types, _ flags: Int32, _ family: TableFamily, _ names: [UInt32: String]
    ) -> Request {
        var request = Request.netfilter(
            Self.purpose, subsystem: NFNL_SUBSYS_NFTABLES, message: message.rawValue, flags: flags,
            family: Int32(family.rawValue))
        for (type, name) in names.sorted(by: { $0.key < $1.key }) { request.append(type, text: name) }
        return request
    }

    /// As in nft(8).
    static func hook(_ number: UInt32, _ family: TableFamily) -> String? {
        let names =
            switch family {
            case .netdev: ["ingress", "egress"]
            case .arp: ["input", "output", "forward"]
            default: ["prerouting", "input", "forward", "output", "postrouting", "ingress"]
            }
        return number < names.count ? names[Int(number)] : nil
    }
}
