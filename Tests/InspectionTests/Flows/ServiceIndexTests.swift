import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct ServiceIndexTests {
    private func match(_ connection: Connection, _ services: [Service]) -> ServiceIndex.Match {
        ServiceIndex(services).match(connection)
    }

    @Test("Two services that share a real server: the method is the connection's own service's")
    func sharedServer() throws {
        let services = [
            try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)]),
            try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .tun)]),
        ]
        let matches = try ["10.0.0.100:80", "10.0.0.101:80"].map {
            match(try connection("10.0.0.1:1001", $0, "10.0.0.3:80"), services)
        }
        #expect(matches.map(\.method) == [.dr, .tun])
        #expect(matches.allSatisfy { $0.doubts.isEmpty })
    }

    @Test("A fwmark service is recognised by its destination, whose port 0 matches any port")
    func fwmark() throws {
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.3:0", .dr)])
        let found = match(try connection("10.0.0.1:1001", "10.0.0.100:443", "10.0.0.3:443"), [marked])
        #expect(found.service == marked.identity)
        #expect(found.method == .dr)
        #expect(found.doubts.isEmpty)
    }

    @Test("Two fwmark services with the destination: the service is unknown, the method is known if both agree")
    func ambiguousFwmark() throws {
        let one = try service(.fwmark(7, .ipv4), [("10.0.0.3:0", .dr)])
        let two = try service(.fwmark(8, .ipv4), [("10.0.0.3:0", .dr)])
        let found = match(try connection("10.0.0.1:1001", "10.0.0.100:443", "10.0.0.3:443"), [one, two])
        #expect(found.service == nil)
        #expect(found.method == .dr)
        #expect(found.doubts == ["the service may be fwmark 7 or fwmark 8"])
        let other = try service(.fwmark(8, .ipv4), [("10.0.0.3:0", .tun)])
        let unsure = match(try connection("10.0.0.1:1001", "10.0.0.100:443", "10.0.0.3:443"), [one, other])
        #expect(unsure.method == nil)
    }

    @Test("An address service whose destination is also a fwmark service's is reported as doubtful")
    func addressOrFwmark() throws {
        let named = try service(tcp("10.0.0.100:80"), [("10.0.0.4:80", .dr)])
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.4:0", .dr)])
        let found = match(try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.4:80"), [named, marked])
        #expect(found.service == named.identity)
        #expect(found.doubts == ["the service may be tcp 10.0.0.100:80 or fwmark 7"])
    }

    @Test("The kernel's own table has the mark and the method: the service is known without doubt")
    func known() throws {
        let named = try service(tcp("10.0.0.100:80"), [("10.0.0.4:80", .dr)])
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.4:0", .dr)])
        func found(_ mark: UInt32, _ destination: String = "10.0.0.4:80") throws -> ServiceIndex.Match {
            let details = ConnectionDetails(.tun, firewallMark: mark)
            return match(
                try connection("10.0.0.1:1001", "10.0.0.100:80", destination, details: details), [named, marked])
        }
        #expect(try found(7).service == marked.identity)
        // The kernel falls back to the address if no service has the mark.
        for mark: UInt32 in [0, 8] { #expect(try found(mark).service == named.identity) }
        #expect(try found(7).method == .tun && found(0).method == .tun)
        #expect(try found(7).doubts.isEmpty && found(0).doubts.isEmpty)
        let gone = try found(7, "10.0.0.5:80")
        #expect(gone.service == marked.identity && gone.method == .tun)
        #expect(gone.doubts == ["10.0.0.5:80 is no destination of fwmark 7 now"])
        let unknown = try connection("10.0.0.1:1001", "10.0.0.9:80", "10.0.0.4:80", details: ConnectionDetails(.dr))
        #expect(match(unknown, [named, marked]).doubts == ["no service is the connection's now"])
    }

    @Test("If an address service and a fwmark service differ in method, none is guessed; an entry decides")
    func settledByEntry() throws {
        let named = try service(tcp("10.0.0.100:80"), [("10.0.0.4:80", .nat)])
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.4:0", .dr)])
        let row = try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.4:80")
        let unsure = match(row, [named, marked])
        #expect(unsure.method == nil)
        #expect(unsure.service == named.identity)
        let rewritten = try entry("10.0.0.1:1001", "10.0.0.100:80", server: "10.0.0.4:80")
        func settled(by entry: Entry?) -> ServiceIndex.Candidate? {
            ServiceIndex.settled(unsure.candidates, row.virtual, row.destination, by: entry)
        }
        let nat = settled(by: rewritten)
        #expect(nat?.method == .nat && nat?.service == named.identity)
        let direct = settled(by: try entry("10.0.0.1:1001", "10.0.0.100:80"))
        #expect(direct?.method == .dr && direct?.service == marked.identity)
        #expect(settled(by: nil) == nil)
    }

    @Test("A destination removed from its service is not silently attributed to a fwmark service that also has it")
    func movedToFwmark() throws {
        let named = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .nat)])
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.4:0", .dr)])
        let found = match(try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.4:80"), [named, marked])
        #expect(found.service == marked.identity)
        #expect(found.doubts == ["10.0.0.4:80 is no destination of tcp 10.0.0.100:80 now"])
    }

    @Test("A fwmark service of the other address family does not match")
    func familyOfFwmark() throws {
        let six = try service(.fwmark(7, .ipv6), [("10.0.0.3:0", .tun)])
        let found = match(try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.3:80"), [six])
        #expect(found.service == nil)
    }

    @Test("A service with port 0 matches any port; an exact match takes precedence")
    func everyPort() throws {
        let all = try service(tcp("10.0.0.100:0"), [("10.0.0.3:0", .dr)], flags: .persistent)
        let exact = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .nat)])
        let connections = try ["80", "443"].map {
            try connection("10.0.0.1:1001", "10.0.0.100:\($0)", "10.0.0.3:\($0)")
        }
        #expect(connections.map { match($0, [all, exact]).service } == [exact.identity, all.identity])
        #expect(connections.map { match($0, [all, exact]).method } == [.nat, .dr])
    }

    @Test("A removed destination or service is reported; nothing is guessed instead")
    func removed() throws {
        let named = try service(tcp("10.0.0.100:80"), [("10.0.0.4:80", .dr)])
        let orphaned = match(try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.3:80"), [named])
        #expect(orphaned.service == named.identity)
        #expect(orphaned.method == nil)
        #expect(orphaned.doubts == ["10.0.0.3:80 is no destination of tcp 10.0.0.100:80 now"])
        let alone = match(try connection("10.0.0.1:1001", "10.0.0.100:80", "10.0.0.3:80"), [])
        #expect(alone.service == nil)
        #expect(alone.doubts == ["no service is the connection's now"])
    }
}
