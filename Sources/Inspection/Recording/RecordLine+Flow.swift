import Addresses
import Conntrack
import IPVS

extension RecordLine {
    /// What a line of a flow says; nil for any other, and for one that lacks what a flow is known by.
    package var flowChange: FlowChange? {
        guard kind == .flow, let change = text("change").flatMap(FlowChange.Kind.init),
            let transport = self.protocol, let client = endpoint("client"), let virtual = endpoint("virtual"),
            let verdict = text("verdict").flatMap(FlowVerdict.init)
        else { return nil }
        return FlowChange(
            kind: change, protocol: transport, client: client, virtual: virtual, destination: endpoint("destination"),
            service: service, verdict: verdict, before: text("before").flatMap(FlowVerdict.init),
            state: text("ipvs_state"), entryState: text("entry_state"),
            reason: text("stuck").flatMap(StuckReason.init), age: seconds("age_s"), stuckFor: seconds("stuck_s"))
    }

    private func seconds(_ name: String) -> UInt32 { UInt32(clamping: number(name) ?? 0) }
}
