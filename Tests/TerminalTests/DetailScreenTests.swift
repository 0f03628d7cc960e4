import Addresses
import IPVS
import Inspection
import ObservationSupport
import Testing

@testable import Terminal

/// The details of services, servers and lost packets, as text.
struct DetailScreenTests {
    static func statistics() -> Statistics {
        var statistics = Statistics()
        (statistics.connections, statistics.connectionRate) = (29_712, 1)
        (statistics.packetsIn, statistics.bytesIn) = (1_234_567_890_123, 18_446_744_073_709_551_615)
        (statistics.packetRateIn, statistics.byteRateIn) = (29_712, 1_288_490_188)
        return statistics
    }

    /// Everything that a service and its servers can have.
    static func services() -> [Service] {
        var service = Models.service()
        service.scheduler = "sh"
        service.flags = [.persistent, .hashed, .onePacket, .scheduler1, .scheduler2]
        (service.persistenceTimeout, service.persistencePrefix) = (300, 24)
        service.persistenceEngine = "sip"
        service.statistics = statistics()
        var destination = Destination(Models.endpoint("10.0.0.3", 80), .tun)
        var tunnel = Destination.Tunnel()
        (tunnel.type, tunnel.port, tunnel.flags) = (1, 6080, 1)
        destination.tunnel = tunnel
        (destination.weight, destination.upperThreshold, destination.lowerThreshold) = (7, 2000, 1500)
        (destination.activeConnections, destination.inactiveConnections) = (29_712, 123_456)
        destination.persistentConnections = 77
        destination.statistics = statistics()
        service.destinations[0] = destination
        var marked = Service(.fwmark(7, .ipv4))
        marked.scheduler = "wlc"
        marked.destinations = [Destination(Models.endpoint("10.0.0.3", 0), .nat)]
        return [service, marked]
    }

    static func model(_ tab: Tab) -> Model {
        var model = Models.director(80, 24, tab: tab)
        Models.read(&model, (0..<12).map { Models.connection($0) }, services: services())
        var facts = NetworkFacts()
        facts.paths[Models.endpoint("10.0.0.3", 0).address] = NetworkFacts.Path(
            .gateway(Models.endpoint("10.0.0.254", 0).address, byDefault: true), interface: "eth1", mtu: 1500,
            neighbour: .init(hasFailed: true, seconds: 12, state: "FAILED"))
        model.director.take(.known(facts))
        Models.tell(&model, .director(.network))
        return model
    }

    @Test("A service with all its settings, and its exact figures")
    func service() throws {
        var model = Self.model(.services)
        Models.press(&model, .character("i"))
        try ScreenTests.expect(model, "service-detail")
        Models.press(&model, .character("+"), .down)
        try ScreenTests.expect(model, "service-server-detail")
    }

    @Test("A real server of a service, and one by itself")
    func server() throws {
        var model = Self.model(.servers)
        Models.press(&model, .character("i"))
        try ScreenTests.expect(model, "server-detail")
        Models.press(&model, .character("t"))
        try ScreenTests.expect(model, "server-grouped-detail")
    }

    @Test("Lost packets, with the whole rule and the finding, and what is left of them when they are gone")
    func drop() throws {
        var model = Models.observing([try Observation.filtered(), try Observation.filtered()])
        try ScreenTests.expect(model, "drops")
        Models.press(&model, .character("i"))
        try ScreenTests.expect(model, "drop-detail")
        Models.press(&model, .character("z"))
        Models.tell(&model, .director(.observed))
        try ScreenTests.expect(model, "drop-gone")
    }
}
