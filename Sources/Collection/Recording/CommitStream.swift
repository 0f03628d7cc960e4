import Firewall
import Netlink

/// Who changes the rules of nf_tables, as it happens.
struct CommitStream {
    private let source: any EventSource

    /// - Parameter source: subscribed to `RulesetCommit.group`.
    init(_ source: any EventSource) { self.source = source }

    /// To poll for what can be received.
    var descriptor: CInt { source.descriptor }

    /// Reads what is available, without waiting.
    ///
    /// - Parameter lost: gets why some may be missing.
    func drain(_ each: (RulesetCommit) -> Void, lost: (String) -> Void) throws(KernelError) {
        var isDrained = false
        while !isDrained {
            let reading = try source.receive { datagram in
                do throws(DecodeError) { try RulesetCommit.all(in: datagram, each) } catch {
                    lost("a message could not be read: \(error)")
                }
            }
            if let loss = reading.loss { lost(loss.messages.map { "\($0) messages were lost" } ?? "some were lost") }
            isDrained = reading.isDrained
        }
    }
}
