/// Kernel settings as read, by name (`net.ipv4.vs.conntrack`).
package struct Sysctls: Equatable, Sendable {
    /// The text of each readable one.
    package var values: [String: String] = [:]
    /// Why an existing one could not be read.
    package var unreadable: [String: String] = [:]

    package init() {}

    /// What could not be read, and why.
    package var losses: [Loss] { unreadable.sorted { $0.key < $1.key }.map { Loss($0.key, $0.value) } }

    /// Whether IPVS lets conntrack confirm the entries of forwarded packets.
    package static let ipvsConntrack = "net.ipv4.vs.conntrack"
    static let ipvsFolder = "net.ipv4.vs"
    /// 0: no events; 1: for every entry; 2: for entries created while somebody listens.
    package static let conntrackEvents = "net.netfilter.nf_conntrack_events"
    /// Whether entries count packets and bytes.
    package static let accounting = "net.netfilter.nf_conntrack_acct"
    /// Whether conntrack picks up a TCP flow midway.
    package static let tcpLoose = "net.netfilter.nf_conntrack_tcp_loose"
    /// Whether TCP segments outside the window count as inside.
    package static let tcpBeLiberal = "net.netfilter.nf_conntrack_tcp_be_liberal"
    /// Whether conntrack verifies checksums where packets come in.
    package static let checksum = "net.netfilter.nf_conntrack_checksum"

    /// Entries in this network namespace.
    package static let conntrackCount = "net.netfilter.nf_conntrack_count"
    /// How many entries each network namespace may have; set in the initial one.
    package static let conntrackMax = "net.netfilter.nf_conntrack_max"
    /// Buckets of the hash table that all network namespaces share; set in the initial one.
    package static let conntrackBuckets = "net.netfilter.nf_conntrack_buckets"
    /// How many expectations each network namespace may have; set in the initial one.
    package static let expectationMax = "net.netfilter.nf_conntrack_expect_max"

    /// After how many seconds a socket that asks whether the other end is there first does so, unless its program has set that.
    package static let keepaliveTime = "net.ipv4.tcp_keepalive_time"

    package static let ipForward = "net.ipv4.ip_forward"
    package static let ipv6Forwarding = "net.ipv6.conf.all.forwarding"

    /// How many packets a connection has before it is told to a backup director, and after how many more it is told again.
    static let syncThreshold = "net.ipv4.vs.sync_threshold"

    // MARK: Those of checks

    package static let scheduleICMP = "net.ipv4.vs.schedule_icmp"
    package static let sloppySCTP = "net.ipv4.vs.sloppy_sctp"
    static let cacheBypass = "net.ipv4.vs.cache_bypass"
    package static let expireNodest = "net.ipv4.vs.expire_nodest_conn"
    static let expireQuiescent = "net.ipv4.vs.expire_quiescent_template"
    package static let connReuse = "net.ipv4.vs.conn_reuse_mode"
    package static let sloppyTCP = "net.ipv4.vs.sloppy_tcp"
    static let backupOnly = "net.ipv4.vs.backup_only"
    static let syncPersist = "net.ipv4.vs.sync_persist_mode"
    static let dropEntry = "net.ipv4.vs.drop_entry"
    package static let dropPacket = "net.ipv4.vs.drop_packet"
    static let secureTCP = "net.ipv4.vs.secure_tcp"
    static let runEstimation = "net.ipv4.vs.run_estimation"
    static let natICMPSend = "net.ipv4.vs.nat_icmp_send"
    static let amemthresh = "net.ipv4.vs.amemthresh"
    package static let syncPorts = "net.ipv4.vs.sync_ports"
    static let syncVersion = "net.ipv4.vs.sync_version"
    static let timestamps = "net.netfilter.nf_conntrack_timestamp"
    static let ignoreInvalidResets = "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst"
    static let logInvalid = "net.netfilter.nf_conntrack_log_invalid"
    static let udpTimeout = "net.netfilter.nf_conntrack_udp_timeout"
    static let udpStreamTimeout = "net.netfilter.nf_conntrack_udp_timeout_stream"
    static let establishedTimeout = "net.netfilter.nf_conntrack_tcp_timeout_established"

    /// The value as an integer; nil if it was not read, or is not one.
    package func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
}

extension String {
    /// Of an interface's name: as a part of a setting's name, where a slash stands for each dot (sysctl(8)).
    package var inSettingName: String { String(map { $0 == "." ? "/" : $0 }) }
}
