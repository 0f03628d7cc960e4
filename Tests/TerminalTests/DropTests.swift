import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Terminal

/// The tab of lost packets.
struct DropTests {
    private func words(_ row: String) -> [String] { row.split(separator: " ").map(String.init) }

    @Test("Each service, class, ctstate and hook has a row, with its rule and its rate")
    func rows() throws {
        var before = try Observation.filtered()
        before.subjects[0].traffic = ObservedTraffic()
        let model = Models.observing([before, try Observation.filtered()])
        let rows = Models.rows(model)
        #expect(rows.count == 3)
        #expect(
            words(rows[0]).starts(with: [
                "tcp", "10.0.0.100:80", "FIN", "INVALID", "LOCAL_IN", "request", "5", "5.0",
            ]), "\(rows[0])")
        #expect(rows.allSatisfy { $0.contains("INVALID") })
        let rule = try #require(try Observation.filtered().blame?.first?.rule)
        #expect(rows[0].contains("\(rule)"))
    }

    @Test("Where nothing was lost, and before anything is observed, that is said, with the key that begins")
    func none() throws {
        let idle = Models.director(120, 24, tab: .drops)
        #expect(Models.text(idle).contains("Packets are not observed: press o to see what the filter drops."))
        let model = Models.observing([try Observation.of(Counts.fixed().counts)])
        #expect(Models.rows(model).contains { $0.contains("and none was lost.") })
        var capture = idle
        capture.setting.captureTakenAt = Models.now
        #expect(Models.text(capture).contains("A capture has no packets"))
    }

    @Test("Rates are of the last two readings, counts of the span of findings: after z, nothing has been lost")
    func window() throws {
        var model = Models.observing([try Observation.filtered(), try Observation.filtered()])
        // Nothing came between the two.
        #expect(words(Models.rows(model)[0]).contains("0"))
        Models.press(&model, .character("z"))
        Models.tell(&model, .director(.observed))
        #expect(model.drops.rows.isEmpty)
    }

    @Test("They are sorted and filtered by the filter language and by any text, and exported")
    func filter() throws {
        var model = Models.observing([try Observation.filtered()])
        for (filter, count) in [
            ("ctstate=INVALID", 3), ("ctstate=NEW", 0), ("service=10.0.0.100", 3), ("RST", 1), ("packets>1", 1),
            ("class=FIN,RST", 2), ("hook=LOCAL_IN", 3), ("hook=ipvs", 0), ("protocol=tcp !class=icmp_error", 2),
        ] {
            #expect(model.take(filter: filter) == nil)
            #expect(model.listCount == count, "\(filter)")
        }
        #expect(model.take(filter: "") == nil)
        model.sort(by: "class")
        #expect(words(Models.rows(model)[0]).contains("RST") || words(Models.rows(model)[0]).contains("FIN"))
        #expect(
            written(model.writeDocument).contains(#""class":"fin","ctstate":"INVALID","where":"local_in","packets":5"#))
    }

    @Test("A rule is only certain where the packets show that they are of the service")
    func possible() throws {
        var nat = try Observation.of(
            {
                var answers = try Counts("10.0.0.3:8080")
                answers.add(.forward, .synAck, .invalid, 7)
                return answers.counts
            }(), [try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)])
        nat.blame = []
        let drops = nat.drops(recent: nil)
        #expect(drops.count == 1 && drops[0].rules == .possible([]) && drops[0].identity.point?.side == .answering)
        nat.blame = nil
        #expect(nat.drops(recent: nil)[0].rules == .notTraced)
    }
}
