import CNFTables
import Netlink
import SystemPackage

/// A connection to nf_tables through libnftables, in the network namespace of the calling thread.
///
/// A table with `flags owner` created over it (Linux 5.12) lives as long as this value: it belongs to the socket within, and the kernel
/// removes it when that is closed, however the program ends (nf_tables_api.c, nft_rcv_nl_event).
package struct NFTables: ~Copyable {
    private let context: OpaquePointer

    /// How a ruleset is printed.
    package struct Output: OptionSet, Sendable {
        /// `NFT_CTX_OUTPUT_*` of libnftables.
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Each object followed by its handle: `# handle 5`.
        package static let handles = Output(rawValue: UInt32(NFT_CTX_OUTPUT_HANDLE))
        /// Without counter values.
        package static let stateless = Output(rawValue: UInt32(NFT_CTX_OUTPUT_STATELESS))
        /// Sets without their elements.
        package static let terse = Output(rawValue: UInt32(NFT_CTX_OUTPUT_TERSE))
    }

    /// Does not access the kernel yet, and needs no privilege.
    package init(_ output: Output = []) throws(KernelError) {
        guard let context = nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else {
            throw KernelError("open nf_tables", .failed, detail: "libnftables gave no context")
        }
        nft_ctx_buffer_output(context)
        nft_ctx_buffer_error(context)
        nft_ctx_output_set_flags(context, output.rawValue)
        self.context = context
    }

    deinit { nft_ctx_free(context) }

    /// Runs commands in nft(8) syntax, in one transaction. Blocks until the kernel has accepted them all, or none.
    ///
    /// - Parameter purpose: what is requested, to follow "cannot".
    /// - Returns: what nft(8) would print.
    /// - Throws: with the first line of libnftables' message. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
    @discardableResult
    package borrowing func run(_ commands: String, for purpose: String) throws(KernelError) -> String {
        let status = nft_run_cmd_from_buffer(context, commands)
        let output = nft_ctx_get_output_buffer(context).map { String(cString: $0) } ?? ""
        guard status == 0 else {
            let words = nft_ctx_get_error_buffer(context).map { String(cString: $0) } ?? ""
            throw Self.error(purpose, words)
        }
        return output
    }

    /// libnftables reports its reason as text only, including the errno.
    private static func error(_ purpose: String, _ words: String) -> KernelError {
        let first = words.split(whereSeparator: \.isNewline).first.map(String.init) ?? "libnftables gives no reason"
        if first.contains("Operation not permitted") {
            return KernelError(purpose, .notPermitted)
        }
        if first.contains("Operation not supported") || first.contains("Protocol not supported") {
            return KernelError(purpose, .absent, detail: first)
        }
        return KernelError(purpose, .failed, detail: first)
    }
}
