import Addresses
import Testing

@testable import Inspection

struct RecordTimelineTests {
    private let timeline: RecordTimeline

    init() {
        var timeline = RecordTimeline()
        let lines: [(RecordLine.Kind, UInt32)] = [
            (.start, 1000), (.flow, 1000), (.flow, 1001), (.finding, 1005), (.flow, 1005), (.ruleset, 1300),
            (.flow, 1400),
        ]
        for (kind, second) in lines { timeline.note(kind, at: second) }
        self.timeline = timeline
    }

    @Test(
        "Steps lead to seconds with lines, a minute on, to what happened, and not beyond the ends",
        arguments: [
            (RecordStep.second(isForward: true), 1000, 1001), (.second(isForward: true), 1002, 1005),
            (.second(isForward: true), 1400, nil), (.second(isForward: false), 1400, 1300),
            (.second(isForward: false), 1302, 1300), (.second(isForward: false), 1000, nil),
            (.minute(isForward: true), 1000, 1060), (.minute(isForward: true), 1390, 1400),
            (.minute(isForward: true), 1400, nil), (.minute(isForward: false), 1400, 1340),
            (.minute(isForward: false), 1030, 1000), (.minute(isForward: false), 1000, nil),
            (.happening(isForward: true), 1000, 1005), (.happening(isForward: true), 1300, nil),
            (.happening(isForward: false), 1400, 1300), (.happening(isForward: false), 1005, 1000),
            (.happening(isForward: false), 1000, nil), (.again, 1100, 1100), (.again, 2000, 1400),
        ] as [(RecordStep, UInt32, UInt32?)])
    func steps(_ step: RecordStep, _ from: UInt32, _ to: UInt32?) {
        #expect(timeline.target(of: step, from: from) == to)
    }

    @Test("A moment outside of it is its beginning or its end")
    func moments() {
        for (second, shown) in [(0, 1000), (1100, 1100), (5000, 1400)] as [(UInt32, UInt32)] {
            #expect(timeline.target(of: .moment(Moment(second: second)), from: 1000) == shown)
        }
        #expect(timeline.span == RecordSpan(first: Moment(second: 1000), last: Moment(second: 1400)))
        #expect(RecordTimeline().target(of: .again, from: 1) == nil && RecordTimeline().span == nil)
    }
}
