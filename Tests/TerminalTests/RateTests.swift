import Conntrack
import IPVS
import Inspection
import Testing

@testable import Terminal

/// Rates, and the short form of numbers.
struct RateTests {
    @Test(
        "Packets per second are computed from the elapsed time, not from the interval",
        arguments: [500, 1000, 2500, 10_000])
    func realTime(_ milliseconds: Int) throws {
        var pane = ServicesPane()
        func services(_ packets: UInt64) -> [Service] {
            var service = Models.service()
            service.statistics?.packetsIn = packets
            return [service]
        }
        pane.take(services(1000), at: .seconds(1))
        pane.count()
        pane.arrange(FlowStore(), ObservationRates(), page: 10)
        #expect(pane.lines.first?.packets == nil)
        pane.take(services(1500), at: .seconds(1) + .milliseconds(milliseconds))
        pane.count()
        pane.arrange(FlowStore(), ObservationRates(), page: 10)
        let rate = try #require(pane.lines.first?.packets)
        #expect(abs(rate - 500_000 / Double(milliseconds)) < 0.001)
        // Counters that decreased (ipvsadm -Z) give no rate.
        pane.take(services(0), at: .seconds(100))
        pane.count()
        pane.arrange(FlowStore(), ObservationRates(), page: 10)
        #expect(pane.lines.first?.packets == nil)
        #expect(pane.lines.first?.history.count == 2)
    }

    @Test(
        "Rates, ages, counts",
        arguments: [
            (Figures.rate(0), "0"), (Figures.rate(0.34), "0.3"), (Figures.rate(9.96), "10"),
            (Figures.rate(1234), "1234"),
            (Figures.rate(12_345), "12.3k"), (Figures.rate(9.9999e8), "1.0G"), (Figures.rate(5e12), "5.0T"),
            (Figures.age(59), "59s"),
            (Figures.age(192), "3m12s"), (Figures.age(7500), "2h05m"), (Figures.age(273_600), "3d04h"),
            (Figures.time(.milliseconds(12)), "12 ms"), (Figures.time(.milliseconds(1500)), "1.5 s"),
            (Figures.percent(0.123), "12.3 %"),
        ])
    func words(_ written: String, _ expected: String) { #expect(written == expected) }

    @Test(
        "Histories: zero is the lowest bar, unknown a blank, the maximum the full height; ASCII as a fallback"
    )
    func history() {
        let values: [Double?] = [nil, 0, 1, 4, 8]
        #expect(Glyphs(isUnicode: true).history(values, width: 9) == " ▁▂▅█")
        #expect(Glyphs(isUnicode: false).history(values, width: 3) == ".+@")
        #expect(Glyphs(isUnicode: true).history([0, 0], width: 9) == "▁▁")
        #expect(Glyphs(isUnicode: false).gauge(0.5, width: 4) == "##..")
        #expect(Glyphs(isUnicode: true).gauge(7, width: 2) == "██")
    }
}
