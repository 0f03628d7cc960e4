import Addresses
import CNetlink
import Netlink

extension Director {
    /// Settings that apply to all services.
    package struct Configuration: Equatable, Sendable {
        /// Version, and size of the hash table.
        package var info = Info()
        /// How long idle connections are kept.
        package var timeouts = Timeouts()
        /// The running ones; two at most.
        package var daemons: [Daemon] = []

        package init() {}
    }

    /// Reads all of it, with one request each.
    ///
    /// - Throws: `.forbidden` without CAP_NET_ADMIN in the initial user namespace.
    package func configuration() throws(KernelError) -> Configuration {
        var configuration = Configuration()
        configuration.info = try info()
        configuration.timeouts = try timeouts()
        configuration.daemons = try daemons()
        return configuration
    }

    /// Version and size as shown by the first line of `ipvsadm -Ln`.
    package struct Info: Equatable, Sendable {
        /// 0x010201 is 1.2.1.
        package var version: UInt32 = 0
        /// Buckets of the connection table.
        package var connectionTableSize: UInt32 = 0

        package init() {}

        /// `1.2.1`
        package var versionText: String {
            [version >> 16, version >> 8 & 0xFF, version & 0xFF].map(String.init).joined(separator: ".")
        }
    }

    func info() throws(KernelError) -> Info {
        var info = Info()
        try ask("read the version of IPVS", IPVS_CMD_GET_INFO, answering: IPVS_CMD_SET_INFO) { attribute, bytes in
            switch Int(attribute.type) {
            case IPVS_INFO_ATTR_VERSION: info.version = bytes.host(attribute) ?? 0
            case IPVS_INFO_ATTR_CONN_TAB_SIZE: info.connectionTableSize = bytes.host(attribute) ?? 0
            default: break
            }
        }
        return info
    }

    /// How long connections live without packets, in seconds (`ipvsadm -L --timeout`).
    package struct Timeouts: Equatable, Sendable {
        /// Of TCP connections in ESTABLISHED, in seconds; nil if not reported by the kernel.
        package var tcp: UInt32?
        /// After a FIN.
        package var tcpFin: UInt32?
        /// Of UDP connections, in seconds.
        package var udp: UInt32?

        package init() {}
    }

    func timeouts() throws(KernelError) -> Timeouts {
        var timeouts = Timeouts()
        try ask("read the timeouts of IPVS", IPVS_CMD_GET_CONFIG, answering: IPVS_CMD_SET_CONFIG) { attribute, bytes in
            switch Int(attribute.type) {
            case IPVS_CMD_ATTR_TIMEOUT_TCP: timeouts.tcp = bytes.host(attribute)
            case IPVS_CMD_ATTR_TIMEOUT_TCP_FIN: timeouts.tcpFin = bytes.host(attribute)
            case IPVS_CMD_ATTR_TIMEOUT_UDP: timeouts.udp = bytes.host(attribute)
            default: break
            }
        }
        return timeouts
    }

    /// The running sync daemons.
    package func daemons() throws(KernelError) -> [Daemon] {
        var daemons: [Daemon] = []
        let request = request("list the synchronisation daemons of IPVS", IPVS_CMD_GET_DAEMON, NLM_F_DUMP)
        let answer = try ask(request, for: IPVS_CMD_NEW_DAEMON, IPVS_CMD_ATTR_DAEMON) {
            attribute, bytes throws(DecodeError) in
            daemons.append(try Daemon(attribute, in: bytes))
        }
        try answer.requireUsable(request.purpose)
        return daemons
    }
}

/// A sync daemon (`ipvsadm --start-daemon`).
package struct Daemon: Equatable, Sendable {
    /// `IP_VS_STATE_MASTER` (1) or `IP_VS_STATE_BACKUP` (2).
    package var state: UInt32 = 0
    /// The interface it sends or listens on.
    package var interface = ""
    /// Daemons with the same id belong together.
    package var syncID: UInt32 = 0
    /// The multicast group; nil if the kernel sent none (before Linux 4.3).
    package var group: IPAddress?
    /// The first UDP port of it: each of several threads of a master has one.
    package var port: UInt16 = 8848
    /// The most bytes of a message; nil if the kernel sent none (before Linux 4.3).
    package var mostBytes: UInt16?
    /// How far its messages go; nil if the kernel sent none (before Linux 4.3).
    package var timeToLive: UInt8?

    package init() {}

    package var isMaster: Bool { state == UInt32(IP_VS_STATE_MASTER) }
    package var isBackup: Bool { state == UInt32(IP_VS_STATE_BACKUP) }

    /// What it was told, in the words of `ipvsadm -L --daemon`: `mcast=eth0`, `syncid=1`.
    package var settings: [String] {
        var settings = ["mcast=\(interface)", "syncid=\(syncID)"]
        if let mostBytes { settings.append("maxlen=\(mostBytes)") }
        if let group { settings += ["group=\(group)", "port=\(port)"] }
        return settings
    }

    /// `master`, `backup`, or the number.
    package var stateName: String { [1: "master", 2: "backup"][state] ?? String(state) }
}
