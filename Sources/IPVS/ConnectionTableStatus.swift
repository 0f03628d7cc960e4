import Netlink

/// What `/proc/net/ip_vs_status` says of the table of connections (`ip_vs_status_show`, net/netfilter/ipvs/ip_vs_ctl.c).
///
/// Kernels of 2026 that have this file resize the table while it is in use. A listing of it then ends early, without a sign
/// (`ip_vs_conn_array` in ip_vs_conn.c gives up when `conn_tab_changes` moves), and lacks what was moved already.
enum ConnectionTableStatus: Equatable {
    /// The kernel has no such file, or the capture does not have it.
    case keepsItsSize
    /// Connections of this network namespace, templates included.
    case resizable(connections: Int, buckets: Int)
    /// Why: in newer kernels the file is root's only.
    case unreadable(String)

    static let file = KernelFile("proc/net/ip_vs_status")

    static func read(from source: any KernelSource) -> Self {
        do throws(KernelError) {
            return Self(try source.text(of: file))
        } catch {
            let isMissing = error.cause == .absent || (source is CapturedKernel && error.cause == .failed)
            return isMissing ? .keepsItsSize : .unreadable(error.description)
        }
    }

    /// `Conns:\t123`, and `Conn buckets:\t4096 (12 bits, lfactor -2)`.
    init(_ text: String) {
        func number(_ title: String) -> Int? {
            text.split(separator: "\n").first { $0.hasPrefix(title) }
                .flatMap { Int($0.dropFirst(title.count).drop { $0.isWhitespace }.prefix { $0.isNumber }) }
        }
        guard let connections = number("Conns:"), let buckets = number("Conn buckets:") else {
            self = .unreadable("\(Self.file.path) has other lines than ct-inspect knows")
            return
        }
        self = .resizable(connections: connections, buckets: buckets)
    }

    /// Why a listing of so many rows may lack some; nil if it need not.
    ///
    /// - Parameter later: how it was after the listing.
    func doubt(ofRows rows: Int, then later: Self) -> String? {
        switch (self, later) {
        case (.keepsItsSize, _): return nil
        case (.resizable(let connections, let buckets), .resizable(let laterConnections, let laterBuckets)):
            if buckets != laterBuckets {
                return "IPVS's table was resized from \(buckets) to \(laterBuckets) buckets, which ends a listing early"
            }
            // Connections come and go meanwhile: a few that are missing, or one in a hundred, are no sign.
            let fewest = min(connections, laterConnections)
            guard rows < fewest - max(fewest / 100, 8) else { return nil }
            return "IPVS has \(fewest) of them, and listed \(rows): its table may have been resized meanwhile"
        case (.unreadable(let why), _), (_, .unreadable(let why)):
            return "whether IPVS's table was resized meanwhile is not known: \(why)"
        case (_, .keepsItsSize): return "whether IPVS's table was resized meanwhile is not known"
        }
    }
}
