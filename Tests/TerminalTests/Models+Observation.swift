import Addresses
import Inspection

@testable import Terminal

extension Models {
    /// The tab of lost packets while observing, after these readings of the counters, a second apart.
    static func observing(_ observations: [Observation], _ columns: Int = 160, _ rows: Int = 24) -> Model {
        var model = director(columns, rows, tab: .drops)
        model.observe()
        for (second, observation) in observations.enumerated() {
            var observation = observation
            observation.to = Moment(nanoseconds: observation.from.nanoseconds + UInt64(second + 1) * 1_000_000_000)
            model.director.take(observation, took: .zero)
            tell(&model, .director(.observed))
        }
        return model
    }
}
