import Addresses
import IPVS
import Inspection
import Testing

struct ServiceRatesTests {
    private let identity = Service.Identity.address(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 80))

    private func services(_ packets: UInt64) -> [Service] {
        var service = Service(identity)
        service.statistics = Statistics()
        service.statistics?.packetsIn = packets
        return [service]
    }

    @Test(
        "Packets per second are computed from the elapsed time, not from the interval",
        arguments: [500, 1000, 2500, 10_000])
    func elapsedTime(_ milliseconds: Int) throws {
        var rates = ServiceRates()
        rates.take(services(1000), at: .seconds(1))
        rates.endReading()
        #expect(rates[identity] == nil)
        rates.take(services(1500), at: .seconds(1) + .milliseconds(milliseconds))
        rates.endReading()
        let rate = try #require(rates[identity])
        #expect(abs(rate - 500_000 / Double(milliseconds)) < 0.001)
        // Counters that decreased (ipvsadm -Z) give no rate.
        rates.take(services(0), at: .seconds(100))
        rates.endReading()
        #expect(rates[identity] == nil)
        #expect(rates.history(of: identity).count == 2)
    }
}
