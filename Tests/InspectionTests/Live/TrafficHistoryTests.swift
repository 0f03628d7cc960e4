import Addresses
import IPVS
import Inspection
import Testing

struct TrafficHistoryTests {
    private static let identity = Service.Identity.address(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 80))

    private static func services(_ rate: UInt64?, _ identity: Service.Identity = identity) -> [Service] {
        var service = Service(identity)
        service.statistics = rate.map { rate in
            var statistics = Statistics()
            // What was counted since the last estimation is not in the counters, so that they say nothing about a second.
            (statistics.packetsIn, statistics.packetRateIn) = (1_000_000, rate)
            (statistics.connectionRate, statistics.byteRateIn) = (2, rate * 60)
            return statistics
        }
        return [service]
    }

    private static func sysctls(estimation: String?) -> Sysctls {
        var sysctls = Sysctls()
        sysctls.values["net.ipv4.vs.run_estimation"] = estimation
        return sysctls
    }

    @Test("Rates are those of the kernel, also in the first reading; none while it estimates none")
    func rates() throws {
        let statistics = Self.services(17)[0].statistics
        for setting in [nil, "1"] {
            let rates = try #require(EstimatedRates(statistics, Self.sysctls(estimation: setting)))
            #expect([rates.connections, rates.packets, rates.bytes] == [2, 17, 1020])
        }
        #expect(EstimatedRates(statistics, Self.sysctls(estimation: "0")) == nil)
        #expect(EstimatedRates(nil, Sysctls()) == nil)
    }

    @Test("The history has the packets of the last readings, and forgets services that are gone")
    func history() {
        var history = TrafficHistory()
        #expect(history[Self.identity].isEmpty)
        for rate in [17, nil, 18] as [UInt64?] { history.take(Self.services(rate), Sysctls()) }
        #expect(history[Self.identity] == [17, nil, 18])
        for _ in 0..<200 { history.take(Self.services(1), Sysctls()) }
        #expect(history[Self.identity] == Array(repeating: 1, count: TrafficHistory.most))
        history.take(Self.services(5, .fwmark(1, .ipv4)), Sysctls())
        #expect(history[Self.identity].isEmpty)
    }
}
