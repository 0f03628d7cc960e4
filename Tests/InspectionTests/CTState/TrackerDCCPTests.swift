import Conntrack
import Testing

@testable import Inspection

/// DCCP on kernels that track it; the lab compares them with Linux 6.1 and 6.12.
struct TrackerDCCPTests {
    private static let model = ConntrackModel(TrackingConditions(tracksDCCP: true))

    private static func entry(_ state: TrackedDCCP.State, hasSeenReply: Bool = true) -> TrackedEntry {
        TrackedEntry(.dccp(TrackedDCCP(state)), hasSeenReply: hasSeenReply)
    }

    @Test("Only a request opens a connection", arguments: UInt8(0)..<16)
    func opening(_ type: UInt8) {
        let outcome = Self.model.outcome(of: .dccp(DCCPType(rawValue: type)), entry: nil)
        #expect(outcome.ctstate == (type == 0 ? .new : .invalid))
        #expect(outcome.entry?.state == (type == 0 ? "REQUEST" : nil))
    }

    @Test("Without a tracker, as since Linux 6.16, any packet opens one", arguments: UInt8(0)..<16)
    func untracked(_ type: UInt8) {
        let outcome = ConntrackModel().outcome(of: .dccp(DCCPType(rawValue: type)), entry: nil)
        #expect(outcome.ctstate == .new && outcome.entry?.state == nil)
        #expect(TrackingConditions.tracksDCCP("6.12.94+deb13-amd64") && !TrackingConditions.tracksDCCP("6.16.0"))
    }

    @Test("A connection from its request to its end")
    func life() {
        let steps: [(DCCPType, TupleDirection, String, CTState)] = [
            (.request, .original, "REQUEST", .new), (.response, .reply, "RESPOND", .established),
            (.ack, .original, "PARTOPEN", .established), (.data, .reply, "OPEN", .established),
            (.data, .original, "OPEN", .established), (.closeRequest, .reply, "CLOSEREQ", .established),
            (.close, .original, "CLOSING", .established), (.reset, .reply, "TIMEWAIT", .established),
        ]
        var entry: TrackedEntry?
        for (type, direction, state, ctstate) in steps {
            let outcome = Self.model.outcome(of: .dccp(type), entry: entry, direction)
            #expect(outcome.ctstate == ctstate && outcome.entry?.state == state, "\(type)")
            entry = outcome.entry
        }
        #expect(entry?.isAssured == true)
        let turned = Self.model.outcome(of: .dccp(.request), entry: entry, .reply).entry
        #expect(turned?.state == "REQUEST", "the server may become the client")
        #expect(Self.model.outcome(of: .dccp(.response), entry: turned, .original).entry?.state == "RESPOND")
    }

    @Test("What does not fit the state is INVALID; what may belong to another connection is let pass")
    func misfits() {
        #expect(Self.model.outcome(of: .dccp(.data), entry: Self.entry(.respond)).ctstate == .invalid)
        #expect(Self.model.outcome(of: .dccp(.closeRequest), entry: Self.entry(.open)).ctstate == .invalid)
        let ignored = Self.model.outcome(of: .dccp(.request), entry: Self.entry(.open))
        #expect(ignored.ctstate == .established && ignored.fate == .kept && ignored.entry?.state == "OPEN")
        let answered = Self.model.outcome(of: .dccp(.response), entry: ignored.entry, .reply)
        #expect(answered.entry?.state == "RESPOND", "the request that was let pass is answered")
        let refused = Self.model.outcome(of: .dccp(.reset), entry: Self.entry(.request, hasSeenReply: false), .reply)
        #expect(refused.fate == .destroyed && refused.ctstate == .established)
    }
}
