import Addresses
import Reports
import TestSupport
import Testing

@testable import Inspection

/// Lines of a record, as a recorder writes them.
enum RecordedLines {
    static let start: UInt64 = 1_795_900_000

    static func moment(_ second: UInt64) -> Moment { Moment(nanoseconds: (start + second) * 1_000_000_000) }

    static func lines(_ host: String = "lb1", _ write: (RecordJSON) -> Void) throws -> [RecordLine] {
        let origin = Origin(takenAt: moment(0), host: host, kernelRelease: "6.1.0", networkNamespace: nil)
        let text = written { sink in
            let writing = RecordJSON(origin, to: sink)
            write(writing)
            writing.flush()
        }
        return try text.split(separator: "\n").map { try #require(RecordLine(Array($0.utf8)), "\($0)") }
    }

    static func lines(_ host: String = "lb1", at second: UInt64, _ events: [RecordedEvent]) throws -> [RecordLine] {
        try lines(host) { writing in
            for event in events { writing.write(event, at: moment(second)) }
        }
    }

    static func begin(at second: UInt64 = 0, goesOn: Bool = false, observes: Bool = true) throws -> [RecordLine] {
        try lines { $0.begin(1, goesOn: goesOn, at: moment(second), every: .seconds(10), observes: observes) }
    }

    static func end(at second: UInt64) throws -> [RecordLine] { try lines { $0.end(at: moment(second)) } }
}

extension RecordedDirector {
    /// What they tell, at a second.
    static func after(_ lines: [RecordLine], at second: UInt64) -> RecordedDirector {
        var director = RecordedDirector()
        for line in lines { director.take(line) }
        director.settle(at: RecordedLines.moment(second))
        return director
    }
}
