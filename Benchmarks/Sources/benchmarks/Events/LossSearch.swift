/// Finds the largest load that a listener sustains without loss: doubles it until there is loss, then bisects.
struct LossSearch {
    /// The first load, and the largest to be tried.
    let loads: ClosedRange<Double>
    /// How often the gap between the largest load sustained and the smallest that was not is halved.
    var refinements = 2
    /// How to decide if two trials of a load differ, as the machine is not always idle.
    let doubt: Doubt

    enum Doubt {
        /// One trial without loss is enough: in the other one the listener was held up.
        case forTheListener
        /// One trial with loss is enough: in the other one the generator was held up, and did not make a real burst.
        case againstTheListener
    }

    struct Outcome {
        /// All trials, in chronological order.
        var trials: [EventTrial] = []
        /// The largest load without loss.
        var borne: EventTrial?
        /// Nothing larger could be tried.
        var isOpenEnded = false
    }

    /// - Parameter trial: tries a load.
    func run(_ trial: (Double) throws -> EventTrial) throws -> Outcome {
        var outcome = Outcome()
        func isBorne(_ load: Double) throws -> Bool {
            var trials = [try trial(load)]
            // If the generator was held up, it gets a second try as well, or the search would end too early.
            if trials.contains(where: { $0.isGeneratorsLimit || $0.isLossFree == (doubt == .againstTheListener) }) {
                trials.append(try trial(load))
            }
            outcome.trials += trials
            let lossFree = trials.filter(\.isLossFree)
            let isBorne = doubt == .forTheListener ? !lossFree.isEmpty : lossFree.count == trials.count
            if isBorne { outcome.borne = lossFree.max { $0.rate < $1.rate } }
            return isBorne
        }

        var borne = 0.0
        var load = loads.lowerBound
        while try isBorne(load) {
            borne = load
            outcome.isOpenEnded = load >= loads.upperBound || outcome.borne?.isGeneratorsLimit == true
            if outcome.isOpenEnded { return outcome }
            load = min(load * 2, loads.upperBound)
        }
        var tooMuch = load
        for _ in 0..<refinements where borne > 0 {
            let middle = (borne + tooMuch) / 2
            if try isBorne(middle) { borne = middle } else { tooMuch = middle }
        }
        return outcome
    }
}
