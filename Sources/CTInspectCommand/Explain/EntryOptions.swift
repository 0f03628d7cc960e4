import ArgumentParser
import Conntrack
import Inspection

/// The packet's entry in the table.
struct EntryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "State of the packet's entry: none (default), syn-sent, established, etc.; unreplied or replied for protocols without states.",
            valueName: "STATE"), completion: .list(EntryOptions.words))
    var entry = "none"

    @Flag(help: "The entry has seen no reply; the default for syn-sent, closed, heartbeat-sent and request.")
    var unreplied = false

    @Flag(help: "The entry has seen a reply; the default for other states.")
    var replied = false

    /// - Parameter packet: determines the possible states; for an ICMP error those of TCP, as it may be about a segment.
    func trackedEntry(of packet: TrackedPacket) throws -> TrackedEntry? {
        let word = entry.optionWord
        if unreplied, replied { throw ValidationError("--unreplied and --replied are mutually exclusive") }
        if word == "none" {
            if unreplied || replied { throw ValidationError("--\(unreplied ? "unreplied" : "replied") needs --entry") }
            return nil
        }
        let states = Self.states(of: packet)
        guard var found = states.first(where: { $0.word == word })?.entry else {
            let takes = (["none"] + states.map(\.word)).joined(separator: ", ")
            throw ValidationError("--entry: “\(entry)” is invalid for \(packet.protocol); expected \(takes)")
        }
        if unreplied { found.forgetReplies() }
        if replied { found.noteReply() }
        return found
    }

    /// Everything valid for some packet.
    static let words: [String] = {
        var seen: Set<String> = []
        return (["none", "unreplied", "replied"] + (tcpStates + sctpStates + dccpStates).map(\.word)).filter {
            seen.insert($0).inserted
        }
    }()

    private static func states(of packet: TrackedPacket) -> [(word: String, entry: TrackedEntry)] {
        let plain = [("unreplied", false), ("replied", true)].map { word, isReplied in
            (word: word, entry: TrackedEntry(.stateless, hasSeenReply: isReplied))
        }
        switch packet {
        case .tcp: return tcpStates
        case .sctp: return sctpStates
        case .dccp: return plain + dccpStates
        case .icmp, .icmpv6: return packet.isError ? tcpStates + plain : plain
        case .udp, .other: return plain
        }
    }

    private static var tcpStates: [(word: String, entry: TrackedEntry)] {
        TrackedTCP.State.allCases.filter { $0 != .none }.map { state in
            let isReplied = state != .synSent
            let isAssured = isReplied && state != .synReceived && state != .synSent2
            return (
                state.name.optionWord,
                TrackedEntry(.tcp(TrackedTCP(byTraffic: state)), hasSeenReply: isReplied, isAssured: isAssured)
            )
        }
    }

    private static var dccpStates: [(word: String, entry: TrackedEntry)] {
        TrackedDCCP.State.allCases.filter { $0 != .none }.map { state in
            let isReplied = state != .request
            return (
                state.name.optionWord,
                TrackedEntry(
                    .dccp(TrackedDCCP(state)), hasSeenReply: isReplied, isAssured: isReplied && state != .respond)
            )
        }
    }

    private static var sctpStates: [(word: String, entry: TrackedEntry)] {
        TrackedSCTP.State.allCases.filter { $0 != .none }.map { state in
            let isReplied = state != .closed && state != .heartbeatSent
            let isAssured = isReplied && state != .cookieWait && state != .cookieEchoed
            return (
                state.name.optionWord,
                TrackedEntry(.sctp(TrackedSCTP(byTraffic: state)), hasSeenReply: isReplied, isAssured: isAssured)
            )
        }
    }
}

extension TrackedEntry {
    /// An established TCP connection that has seen no reply was picked up midway.
    fileprivate mutating func forgetReplies() {
        (hasSeenReply, isAssured) = (false, false)
        if case .tcp(var tcp) = memory, tcp.state == .established {
            tcp.isPickedUp = true
            memory = .tcp(tcp)
        }
    }

    /// In SCTP's state after an INIT only another INIT can have come back.
    fileprivate mutating func noteReply() {
        hasSeenReply = true
        if case .sctp(var sctp) = memory, sctp.state == .closed {
            (sctp.tags, sctp.initiators) = (.usual, [.original, .reply])
            memory = .sctp(sctp)
        }
    }
}
