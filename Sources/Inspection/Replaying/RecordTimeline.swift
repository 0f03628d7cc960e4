import Addresses

/// Where to go in a record.
package enum RecordStep: Equatable, Sendable {
    /// To the next second in which something was recorded, or to the one before.
    case second(isForward: Bool)
    /// A minute on, or back.
    case minute(isForward: Bool)
    /// To where findings, rules, services or settings changed, recording began or ended, or something was lost.
    case happening(isForward: Bool)
    case moment(Moment)
    /// To the same moment, after reading what was recorded since.
    case again
}

/// From when to when a record is.
package struct RecordSpan: Equatable, Sendable {
    package var first: Moment
    package var last: Moment

    package init(first: Moment, last: Moment) { (self.first, self.last) = (first, last) }
}

/// The seconds, since 1970, in which something was recorded: 4 bytes each.
package struct RecordTimeline: Sendable {
    private var seconds: [UInt32] = []
    private var happenings: [UInt32] = []

    package init() {}

    /// - Parameter second: not before that of the line before.
    package mutating func note(_ kind: RecordLine.Kind, at second: UInt32) {
        if seconds.last != second { seconds.append(second) }
        if kind.isHappening, happenings.last != second { happenings.append(second) }
    }

    package var isEmpty: Bool { seconds.isEmpty }

    package var span: RecordSpan? {
        guard let first = seconds.first, let last = seconds.last else { return nil }
        return RecordSpan(first: Moment(second: first), last: Moment(second: last))
    }

    /// The second that a step leads to; nil if the record has none there.
    package func target(of step: RecordStep, from second: UInt32) -> UInt32? {
        guard let first = seconds.first, let last = seconds.last else { return nil }
        switch step {
        case .second(let isForward): return Self.neighbour(of: second, in: seconds, isForward)
        case .happening(let isForward): return Self.neighbour(of: second, in: happenings, isForward)
        case .minute(let isForward):
            if second == (isForward ? last : first) { return nil }
            return isForward ? min(last, second &+ 60) : max(first, second > 60 ? second - 60 : 0)
        case .moment(let moment): return min(last, max(first, UInt32(clamping: moment.seconds)))
        case .again: return min(last, max(first, second))
        }
    }

    private static func neighbour(of second: UInt32, in seconds: [UInt32], _ isForward: Bool) -> UInt32? {
        // The first that is later, or not earlier.
        var (low, high) = (0, seconds.count)
        while low < high {
            let middle = (low + high) / 2
            if isForward ? seconds[middle] <= second : seconds[middle] < second {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if isForward { return low < seconds.count ? seconds[low] : nil }
        return low > 0 ? seconds[low - 1] : nil
    }
}

extension RecordLine.Kind {
    /// Not what traffic changes all the time.
    fileprivate var isHappening: Bool {
        switch self {
        case .start, .end, .service, .server, .ipvs, .setting, .finding, .ruleset, .loss: true
        case .flow, .minute, .traffic, .drops: false
        }
    }
}
