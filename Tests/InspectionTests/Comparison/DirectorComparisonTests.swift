import Addresses
import Firewall
import IPVS
import Reports
import Testing

@testable import Inspection

@Suite("Two pictures of a director, compared")
struct DirectorComparisonTests {
    private static func picture(
        _ services: [Service], _ verdicts: [(Service.Identity?, FlowVerdict, Int)] = [],
        _ change: (inout DirectorPicture) -> Void = { _ in }
    ) -> DirectorPicture {
        var picture = DirectorPicture(origin, settings: sysctls(conntrack: "0"))
        var summaries: [Service.Identity?: ServiceSummary] = [:]
        for service in services { summaries[service.identity] = ServiceSummary(service: service) }
        for (service, verdict, count) in verdicts {
            summaries[service, default: ServiceSummary()].verdicts[verdict] = count
        }
        picture.rules = FilterRules(Ruleset(), [])
        picture.balancer = DirectorPicture.Balancer(
            Director.Configuration(), services, Array(summaries.values))
        change(&picture)
        return picture
    }

    private static let origin = Origin(
        takenAt: Moment(nanoseconds: 1_764_400_000_000_000_000), host: "lb1", kernelRelease: "6.12.0",
        networkNamespace: nil)

    private static func lines(_ before: DirectorPicture, _ after: DirectorPicture) -> [String] {
        DirectorComparison(before, after).text(.plain).dropFirst(2).filter { !$0.isEmpty }
    }

    @Test("Nothing differs, whatever traffic has changed")
    func same() throws {
        let old = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)])
        var new = old
        new.statistics = Statistics()
        new.destinations[0].activeConnections = 7
        new.destinations[0].statistics = Statistics()
        let one = Self.picture([old], [(old.identity, .absent, 3)]) { $0.settings.values[Sysctls.conntrackCount] = "1" }
        let other = Self.picture([new], [(new.identity, .absent, 9)]) {
            $0.settings.values[Sysctls.conntrackCount] = "2"
        }
        #expect(DirectorComparison(one, other).isEmpty)
        #expect(Self.lines(one, other) == ["Nothing that is compared differs."])
    }

    @Test("Services and destinations that are new, gone or changed, in ipvsadm's order")
    func services() throws {
        let kept = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr), ("10.0.0.4:80", .dr)])
        let gone = try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .tun)])
        var changed = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr), ("10.0.0.5:80", .nat)])
        changed.scheduler = "wlc"
        changed.flags = .persistent
        changed.persistenceTimeout = 300
        changed.destinations[0].weight = 0
        changed.destinations[0].upperThreshold = 100
        #expect(
            Self.lines(Self.picture([kept, gone]), Self.picture([changed])) == [
                "Services",
                "~ tcp 10.0.0.100:80                "
                    + "scheduler rr -> wlc, flags persistent, persistence_timeout 300, persistence_prefix 32",
                "~ tcp 10.0.0.100:80 > 10.0.0.3:80  weight 1 -> 0, upper_threshold 100",
                "- tcp 10.0.0.100:80 > 10.0.0.4:80  method dr, weight 1",
                "+ tcp 10.0.0.100:80 > 10.0.0.5:80  method nat, weight 1",
                "- tcp 10.0.0.101:80                scheduler rr",
                "- tcp 10.0.0.101:80 > 10.0.0.3:80  method tun, weight 1",
            ])
    }

    @Test("Verdicts that appear or are gone, timeouts, daemons and settings")
    func rest() throws {
        let web = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)])
        let before = Self.picture([web], [(web.identity, .absent, 5), (web.identity, .tracked, 2)]) { picture in
            picture.balancer?.configuration.timeouts.tcp = 900
            picture.settings.values["net.ipv4.ip_forward"] = "1"
        }
        let after = Self.picture([web], [(web.identity, .tracked, 9), (nil, .orphan, 1)]) { picture in
            picture.balancer?.configuration.timeouts.tcp = 60
            var daemon = Daemon()
            (daemon.state, daemon.interface, daemon.syncID) = (1, "eth1", 7)
            picture.balancer?.configuration.daemons = [daemon]
            picture.settings = sysctls(conntrack: "1")
        }
        #expect(
            Self.lines(before, after) == [
                "IPVS", "~ timeout_tcp    900 -> 60", "+ daemon_master  mcast=eth1 syncid=7",
                "Verdicts", "- tcp 10.0.0.100:80  absent 5 -> 0", "+ no service         orphan 0 -> 1",
                "Settings", "- net.ipv4.ip_forward    1", "~ net.ipv4.vs.conntrack  0 -> 1",
            ])
    }

    @Test("What one of them lacks is no difference, and is said")
    func lacking() {
        let before = Self.picture([]) { $0.losses = [Loss("the conntrack table", "it kept changing")] }
        #expect(
            Self.lines(before, Self.picture([]) { $0.rules = nil }) == [
                "Nothing that is compared differs.",
                "Not complete: the rules of the packet filter: the second capture does not have them.",
                "Not complete: before, the conntrack table: it kept changing.",
            ])
    }

    @Test("Without IPVS there are no services")
    func unloaded() throws {
        let web = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)])
        let after = DirectorPicture(Self.origin, settings: sysctls(conntrack: "0"))
        #expect(DirectorComparison(Self.picture([web]), after).services.map(\.presence) == [.removed])
    }
}
