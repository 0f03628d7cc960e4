import Conntrack
import IPVS

@testable import Inspection

extension CheckTests {
    /// Settings that are reported at one value, and not at the other.
    static let unusual =
        [
            ("estimation-off", "net.ipv4.vs.run_estimation", 0, 1),
            ("schedule-icmp", "net.ipv4.vs.schedule_icmp", 0, 1),
            ("ct-events-0", "net.netfilter.nf_conntrack_events", 0, 2),
            ("ct-acct-off", "net.netfilter.nf_conntrack_acct", 0, 1),
            ("ct-timestamp-off", "net.netfilter.nf_conntrack_timestamp", 0, 1),
            ("ct-checksum", "net.netfilter.nf_conntrack_checksum", 0, 1),
            ("ct-be-liberal", "net.netfilter.nf_conntrack_tcp_be_liberal", 1, 0),
            ("ct-ignore-invalid-rst", "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst", 1, 0),
            ("ct-log-invalid", "net.netfilter.nf_conntrack_log_invalid", 255, 0),
        ].map { id, name, reported, usual in
            Case(id, .info) {
                $0.sysctls.values[name] = String(reported)
            } butNot: {
                $0.sysctls.values[name] = String(usual)
            }
        } + [
            Case("ct-log-invalid", .info, ["log_invalid": 6]) {
                $0.track("log_invalid", 6)
            } butNot: {
                $0.track("log_invalid", 0)
            },
            // Those about services of some methods.
            Case("nat-icmp-send", .info, ["nat_icmp_send": 0, "services": 1]) {
                $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
                $0.set("nat_icmp_send", 0)
            } butNot: {
                $0.set("nat_icmp_send", 0)
            },
            Case("schedule-icmp", .info, ["schedule_icmp": 0, "services": 1]) {
                $0.set("schedule_icmp", 0)
            } butNot: {
                $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
                $0.set("schedule_icmp", 0)
            },
        ]
}
