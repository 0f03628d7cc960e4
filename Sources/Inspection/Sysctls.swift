/// Settings of the kernel as they were read, by name (`net.ipv4.vs.conntrack`).
package struct Sysctls: Equatable, Sendable {
    /// The text of each one that could be read.
    package var values: [String: String] = [:]
    /// Why one could not be read, of those that are there.
    package var unreadable: [String: String] = [:]

    /// Nothing was read.
    package init() {}

    /// What could not be read, and why.
    package var losses: [Loss] { unreadable.sorted { $0.key < $1.key }.map { Loss($0.key, $0.value) } }

    /// Whether IPVS lets conntrack confirm the entries of the packets that it forwards.
    package static let ipvsConntrack = "net.ipv4.vs.conntrack"
    static let ipvsFolder = "net.ipv4.vs"
    /// 0: no events; 1: of every entry; 2: of entries that are made while somebody listens.
    package static let conntrackEvents = "net.netfilter.nf_conntrack_events"
    /// Whether conntrack picks a TCP flow up from a packet in its middle.
    package static let tcpLoose = "net.netfilter.nf_conntrack_tcp_loose"

    /// Entries in this network namespace.
    package static let conntrackCount = "net.netfilter.nf_conntrack_count"
    /// How many entries each network namespace may have; set in the initial one.
    package static let conntrackMax = "net.netfilter.nf_conntrack_max"
    /// Buckets of the hash table that all network namespaces share; set in the initial one.
    package static let conntrackBuckets = "net.netfilter.nf_conntrack_buckets"
    /// How many expectations each network namespace may have; set in the initial one.
    package static let expectationMax = "net.netfilter.nf_conntrack_expect_max"

    /// The value as a whole number; nil when it was not read, or is none.
    package func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
}
