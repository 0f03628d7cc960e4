import IPVS
import Testing

@testable import Inspection

@Suite("Checks of files in place of what a director has")
struct GivenFilesTests {
    private func report(_ change: (inout DirectorFacts) throws -> Void) throws -> CheckReport {
        CheckReport(Check.all, of: try DirectorFacts.plain(change))
    }

    @Test("With files alone nothing else is checked, and that is no failure")
    func alone() throws {
        let report = try report {
            $0.given = GivenFiles()
            $0.given?.services = "services"
            $0.given?.areAll = true
            $0.sysctls = Sysctls()
            for fact in [\DirectorFacts.host.modules] { $0[keyPath: fact] = .absent(GivenFiles.nothingElse) }
            $0.host.forwarding = .absent(GivenFiles.nothingElse)
            $0.configuration = .absent(GivenFiles.nothingElse)
            $0.table = .absent(GivenFiles.nothingElse)
        }
        #expect(report.findings.isEmpty && report.isComplete)
        #expect(report.unread(from: .info).isEmpty)
        let fine = Set(report.fine.map(\.id))
        #expect(fine.isSuperset(of: [.invalidDropped, .icmpDropped, .noDestination, .portZero, .portDiffers]))
        let reasons = Dictionary(uniqueKeysWithValues: report.notMade.map { ($0.check.id, $0.lack.why) })
        for id in [Finding.ID.sloppy, .tableFull, .vsConntrackDR, .kernelQuadratic, .eventsOff] {
            #expect(reasons[id] == GivenFiles.nothingElse, "\(id.rawValue)")
        }
    }

    /// A threshold that would be reached if those of the file were counted as none.
    @Test("Services in a file have no connections, so that nothing is said of how many there are")
    func connections() throws {
        let report = try report {
            $0.given = GivenFiles()
            $0.given?.services = "services"
            $0.web.destinations[0].upperThreshold = 100
        }
        let reasons = Dictionary(uniqueKeysWithValues: report.notMade.map { ($0.check.id, $0.lack) })
        for id in [Finding.ID.thresholdHit, .connectionHash, .kernelQuadratic] {
            #expect(reasons[id] == Lack("services in a file have no connections", isAbsence: true), "\(id.rawValue)")
        }
        #expect(report.isComplete)
    }

    @Test("Rules in a file change nothing of what else is checked")
    func rules() throws {
        let report = try report {
            $0.given = GivenFiles()
            $0.given?.rulesets = [.init("rules", format: "nft")]
        }
        #expect(report.notMade.isEmpty)
    }
}
