import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import Testing

@testable import Reports

struct MetricFamiliesTests {
    private static func samples(_ families: MetricFamilies) -> [String] {
        var (page, lines) = (MetricPage(), [UInt8]())
        page.add(families)
        var text = page.text(.prometheus)
        while let piece = text.next() { lines += piece }
        return String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#")
        }
    }

    private static func labels(_ identity: Service.Identity) -> String {
        String(decoding: MetricLabels().with(service: identity).bytes, as: UTF8.self)
    }

    @Test("Services are labelled as node_exporter labels them")
    func services() throws {
        #expect(
            Self.labels(.address(.tcp, try at("10.0.0.100:80")))
                == #"local_address="10.0.0.100",local_port="80",proto="TCP",local_mark="""#)
        #expect(
            Self.labels(.address(.sctp, try at("[2001:db8::100]:0")))
                == #"local_address="2001:db8::100",local_port="0",proto="SCTP",local_mark="""#)
        #expect(
            Self.labels(.fwmark(0xAB, .ipv4))
                == #"local_address="",local_port="0",proto="FWM",local_mark="000000AB""#)
        #expect(Self.labels(.fwmark(0xAB, .ipv6)) == Self.labels(.fwmark(0xAB, .ipv4)) + #",family="ipv6""#)
    }

    private static func balancer() throws -> BalancerReading {
        var services = try mixedServices()
        var statistics = Statistics()
        (statistics.connections, statistics.bytesIn) = (3, 5_000_000_000)
        for index in services[0].destinations.indices { services[0].destinations[index].statistics = statistics }
        services[0].statistics = statistics
        var configuration = Director.Configuration()
        configuration.timeouts.tcp = 900
        var daemon = Daemon()
        (daemon.state, daemon.interface, daemon.syncID) = (2, "eth0", 5)
        configuration.daemons = [daemon]
        var sysctls = Sysctls()
        sysctls.values = ["net.ipv4.vs.conntrack": "1", "net.ipv4.vs.sync_threshold": "3\t50", "net.ipv4.vs.x": "-1"]
        return BalancerReading(services, configuration, sysctls)
    }

    @Test("Real servers with their numbers, settings that are numbers, daemons")
    func backends() throws {
        let lines = Self.samples(MetricFamilies(.balancer(try Self.balancer()), networkNamespace: "lb", .backend))
        let backend =
            #"{netns="lb",local_address="10.0.0.100",local_port="80",proto="TCP",local_mark="",remote_address="10.0.0.4",remote_port="80""#
        #expect(lines.contains("ctinspect_ipvs_backend_weight\(backend)} 3"))
        let persistent = #"local_port="443",proto="TCP",local_mark="",scheduler="rr",persistent="yes"} 1"#
        #expect(lines.count { $0.hasSuffix(persistent) } == 1)
        #expect(lines.contains("ctinspect_ipvs_backend_connections_active\(backend)} 1"))
        #expect(lines.contains("ctinspect_ipvs_backend_incoming_bytes_total\(backend)} 5000000000"))
        #expect(lines.contains(#"ctinspect_ipvs_backend_info\#(backend),method="dr",tun_type=""} 1"#))
        #expect(lines.contains(#"ctinspect_ipvs_sync_daemon{netns="lb",role="backup",interface="eth0",sync_id="5"} 1"#))
        #expect(lines.contains(#"ctinspect_ipvs_timeout_seconds{netns="lb",timeout="tcp"} 900"#))
        #expect(
            lines.filter { $0.hasPrefix("ctinspect_sysctl") } == [
                #"ctinspect_sysctl{netns="lb",name="net.ipv4.vs.conntrack"} 1"#,
                #"ctinspect_sysctl{netns="lb",name="net.ipv4.vs.x"} -1.0"#,
            ])
        #expect(Set(lines.map { $0.split(separator: " ").dropLast().joined(separator: " ") }).count == lines.count)
    }

    @Test("By service, numbers of real servers are summed under the same names")
    func sums() throws {
        let lines = Self.samples(MetricFamilies(.balancer(try Self.balancer()), networkNamespace: nil, .service))
        let service = #"{local_address="10.0.0.100",local_port="80",proto="TCP",local_mark=""}"#
        #expect(lines.contains("ctinspect_ipvs_backend_weight\(service) 4"))
        #expect(lines.contains("ctinspect_ipvs_backend_connections_active\(service) 2"))
        #expect(lines.contains("ctinspect_ipvs_backend_connections_total\(service) 6"))
        #expect(lines.contains("ctinspect_ipvs_service_connections_total\(service) 3"))
        #expect(!lines.contains { $0.contains("remote_address") || $0.contains("threshold") })
    }

    @Test("Flows by verdict and service, connections by state")
    func flows() throws {
        let lines = Self.samples(
            MetricFamilies(.flows(FlowCensus(try smallSnapshot())), networkNamespace: nil, .backend))
        let service = #"local_address="10.0.0.100",local_port="80",proto="TCP",local_mark="""#
        #expect(lines.contains(#"ctinspect_flows{\#(service),verdict="absent"} 1"#))
        #expect(lines.contains(#"ctinspect_flows{\#(service),verdict="tracked"} 0"#))
        #expect(lines.contains(#"ctinspect_ipvs_connections{proto="TCP",state="ESTABLISHED",origin="local"} 1"#))
        #expect(lines.contains(#"ctinspect_ipvs_connections{proto="TCP",state="SYN_RECV",origin="local"} 1"#))
        #expect(lines.contains("ctinspect_ipvs_templates 1"))
    }

    @Test("Findings that differ in what a label does not say are one")
    func findings() throws {
        let origin = Origin(
            takenAt: Moment(nanoseconds: 1_700_000_000_500_000_000), host: "lb1", kernelRelease: "6.1",
            networkNamespace: nil)
        let facts = DirectorFacts(
            origin, services: .absent("x"), configuration: .absent("x"), sysctls: Sysctls(), table: .absent("x"),
            host: HostFacts(modules: .absent("x"), forwarding: .absent("x")), network: .absent("x"),
            counters: .absent("x"))
        var report = CheckReport([], of: facts)
        let service = Service.Identity.address(.tcp, try at("10.0.0.100:80"))
        report.findings = [
            Finding(.invalidDropped, .error, .service(service)), Finding(.invalidDropped, .error, .service(service)),
            Finding(.tableFull, .warning, .table),
        ]
        let lines = Self.samples(MetricFamilies(.checks(report), networkNamespace: nil, .backend))
        #expect(
            lines == [
                #"ctinspect_check_finding{id="invalid-dropped",severity="error",subject="tcp 10.0.0.100:80",local_address="10.0.0.100",local_port="80",proto="TCP",local_mark=""} 1"#,
                #"ctinspect_check_finding{id="ct-full",severity="warning",subject="conntrack_table"} 1"#,
                #"ctinspect_check_findings{severity="info"} 0"#, #"ctinspect_check_findings{severity="warning"} 1"#,
                #"ctinspect_check_findings{severity="error"} 2"#,
                "ctinspect_check_last_run_timestamp_seconds 1700000000",
            ])
    }

    @Test("Packets by point, class and ctstate, and what was dropped by which rule; no rule's text")
    func packets() throws {
        var totals = PacketTotals()
        totals.take(try Observation.filtered())
        totals.take(counters: totals.traced.mapValues { $0 + 2 }, unread: nil)
        let lines = Self.samples(MetricFamilies(.packets(totals), networkNamespace: nil, .backend))
        let service = #"local_address="10.0.0.100",local_port="80",proto="TCP",local_mark="""#
        #expect(
            lines.contains(#"ctinspect_packets_total{\#(service),point="local_in",class="fin",ctstate="INVALID"} 5"#))
        #expect(
            lines.contains(
                #"ctinspect_dropped_packets_total{\#(service),where="local_in",class="fin",ctstate="INVALID"} 5"#))
        #expect(lines.contains { $0.hasPrefix("ctinspect_traced_drops_total{family=") && $0.hasSuffix(" 5") })
        #expect(lines.contains { $0.hasPrefix("ctinspect_rule_drops_total{family=") && $0.hasSuffix(" 7") })
        #expect(!lines.contains { $0.contains("drop\"") })
    }

    @Test("A collector that failed says so, and nothing of what it read before")
    func statuses() {
        let statuses = [
            CollectorStatus(
                "ipvs", networkNamespace: nil, every: .seconds(5), hasSucceeded: false, took: .milliseconds(5),
                age: nil, losses: 0),
            CollectorStatus(
                "flows", networkNamespace: "lb", every: nil, hasSucceeded: true, took: .seconds(2),
                age: .milliseconds(1500),
                losses: 2),
        ]
        let lines = Self.samples(MetricFamilies(version: "1", kernelRelease: "6.1", statuses, truncated: 3))
        #expect(
            Set(lines) == [
                #"ctinspect_build_info{version="1",kernel="6.1"} 1"#, "ctinspect_truncated_series 3",
                #"ctinspect_scrape_success{collector="ipvs"} 0"#,
                #"ctinspect_scrape_duration_seconds{collector="ipvs"} 0.005"#,
                #"ctinspect_interval_seconds{collector="ipvs"} 5.0"#,
                #"ctinspect_scrape_success{netns="lb",collector="flows"} 1"#,
                #"ctinspect_scrape_duration_seconds{netns="lb",collector="flows"} 2.0"#,
                #"ctinspect_complete{netns="lb",collector="flows"} 0"#,
                #"ctinspect_losses{netns="lb",collector="flows"} 2"#,
                #"ctinspect_reading_age_seconds{netns="lb",collector="flows"} 1.5"#,
            ])
    }
}
