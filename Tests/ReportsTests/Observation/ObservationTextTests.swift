import Firewall
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Reports

struct ObservationTextTests {
    @Test("print")
    func dump() throws {
        for width in [nil, 80, 120] as [Int?] {
            print("== \(width ?? 0)")
            print(try Observation.rich().text(.plain, width: width).joined(separator: "\n"))
        }
        print("==")
        print(try Observation.filtered().text(.plain, width: nil).joined(separator: "\n"))
        print("== json")
        let observed = try Observation.filtered()
        print(written { observed.writeJSON(to: $0) })
    }
}
