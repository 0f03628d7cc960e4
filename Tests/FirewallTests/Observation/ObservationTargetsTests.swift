import Addresses
import Testing

@testable import Firewall

struct ObservationTargetsTests {
    @Test(
        "Answers for this host itself are counted where there are real servers behind NAT, and cost nothing elsewhere")
    func answersForThisHost() {
        let virtual = ObservationTargets.Target.port(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 80))
        let server = ObservationTargets.Target.port(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0003), 8080))
        func chains(_ answering: Set<ObservationTargets.Target>) -> Set<String> {
            var targets = ObservationTargets()
            (targets.entering, targets.answering) = ([virtual], answering)
            return Set(ObservationRuleset("mine", targets, ObservationOptions()).table.chains.map(\.name))
        }
        let (direct, translated) = (chains([virtual]), chains([virtual, server]))
        #expect(!direct.contains("answer_delivered") && translated.contains("answer_delivered"))
        #expect(direct.isSubset(of: translated) && direct.contains("forward"))
    }
}
