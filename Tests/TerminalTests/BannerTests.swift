import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Terminal

/// The banner: the worst known finding, and what to do about it.
struct BannerTests {
    private func banner(_ model: Model) -> String {
        model.layout.banner.map(\.text).joined(separator: " ").split(separator: " ").joined(separator: " ")
    }

    @Test("For a NAT service whose answers are dropped at FORWARD, the banner says so, not that nothing was dropped")
    func answers() throws {
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        var requests = try Counts("10.0.0.100:80")
        requests.way(.syn, .new, 7)
        var answers = try Counts("10.0.0.3:8080")
        answers.add(.forward, .synAck, .invalid, 7)
        var model = Models.director(120, 40)
        model.observe()
        model.director.take(try Observation.of(requests.counts + answers.counts, [nat]), took: .zero)
        Models.tell(&model, .director(.observed))
        #expect(banner(model).contains("tcp 10.0.0.100:80: 7 SYN+ACK of 7 answers were dropped as INVALID at FORWARD"))
        #expect(!banner(model).contains("Nothing was dropped"))
    }

    @Test("What was dropped before z is no problem any more; Z brings it back")
    func window() throws {
        var model = Models.director(120, 40)
        Models.press(&model, .character("z"))
        #expect(Models.text(model).contains("no packets are observed (o)"))
        model.observe()
        model.director.take(try Observation.filtered(), took: .zero)
        Models.tell(&model, .director(.observed))
        #expect(banner(model).contains("invalid-dropped") && Models.text(model).contains(": 7 dropped"))
        Models.press(&model, .character("z"))
        #expect(!banner(model).contains("invalid-dropped") && Models.text(model).contains(": 0 dropped"))
        // A minute after the reading before.
        var later = try Observation.filtered()
        later.to = Moment(nanoseconds: later.to.nanoseconds + 70_000_000_000)
        model.director.take(later, took: .zero)
        #expect(!banner(model).contains("invalid-dropped"))
        Models.press(&model, .character("Z"))
        #expect(banner(model).contains("invalid-dropped"))
    }
}
