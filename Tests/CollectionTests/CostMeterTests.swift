import Inspection
import Testing

@testable import Collection

/// What this program says of its own cost.
struct CostMeterTests {
    @Test("Nothing of the start, nor of less than a second; then shares of the spans that were long enough")
    func shares() {
        var meter = CostMeter()
        let start = ContinuousClock.now
        func usage(_ user: Double, _ system: Double, after milliseconds: Int) -> CostMeter.Usage {
            CostMeter.Usage(user: user, system: system, moment: start + .milliseconds(milliseconds))
        }
        // The start of the program took a second.
        #expect(meter.take(usage(1.0, 0.25, after: 0)) == nil)
        #expect(meter.take(usage(1.3, 0.25, after: 500)) == nil)
        #expect(meter.take(usage(1.8, 0.25, after: 999)) == nil)
        let first = meter.take(usage(2.0, 0.5, after: 1000))
        #expect(first == OwnCost.Share(user: 1.0, system: 0.25))
        // With an interval of a tenth of a second it is renewed every second.
        #expect(meter.take(usage(2.9, 0.5, after: 1900)) == first)
        #expect(meter.take(usage(3.0, 0.5, after: 3000)) == OwnCost.Share(user: 0.5, system: 0))
    }

    @Test("The first measurement has memory, and no share")
    func memory() {
        var meter = CostMeter()
        let cost = meter.measure()
        #expect(cost.share == nil && cost.resident > 0)
    }
}
