/// Looks for the largest load that a listener bears without loss: doubles it until there is loss, then halves the gap.
struct LossSearch {
    /// The first load, and the one after which the search ends.
    let loads: ClosedRange<Double>
    /// How often the gap between the largest load that is borne and the smallest that is not is halved.
    var refinements = 2
    /// What decides when two trials of a load differ, as the machine has other things to do now and then.
    let doubt: Doubt

    enum Doubt {
        /// One trial without loss is enough: in the other the listener was held up.
        case forTheListener
        /// One trial with loss is enough: in the other the generator was held up, and its burst was none.
        case againstTheListener
    }

    struct Outcome {
        /// All, in the order in which they were made.
        var trials: [EventTrial] = []
        /// The largest load without loss.
        var borne: EventTrial?
        /// Nothing greater could be tried.
        var isOpenEnded = false
    }

    /// - Parameter trial: tries a load.
    func run(_ trial: (Double) throws -> EventTrial) throws -> Outcome {
        var outcome = Outcome()
        func isBorne(_ load: Double) throws -> Bool {
            var trials = [try trial(load)]
            // A generator that was held up gets another try as well, or the search would end too early.
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
