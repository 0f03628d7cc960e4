import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension PacketExplanation {
    /// The document of `explain --json`.
    package func writeJSON(to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "explain")
            json.member("settings", array: settings) { $0.setting($1) }
            json.key("service")
            if let service { json.object { $0.identity(service) } } else { json.null() }
            json.member("walks", array: walks) { $0.walk($1) }
            json.rules(rules)
            json.findings(findings)
        }
        json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func setting(_ setting: PacketExplanation.Setting) {
        object { json in
            json.member("name", setting.name)
            json.member("value", setting.value)
            json.member("origin", setting.origin.rawValue)
        }
    }

    fileprivate mutating func walk(_ walk: PacketWalk) {
        object { json in
            let question = walk.question
            json.member("packet") { $0.packet(question.packet, question.flaws) }
            json.trackedEntry("entry", question.entry)
            json.member("direction", question.direction.rawValue)
            json.member("method", question.method.description)
            json.member("ctstate", walk.judgement.ctstate.name)
            json.member("fate", walk.judgement.fate.rawValue)
            json.trackedEntry("entry_after", walk.judgement.entry)
            json.member("reason", walk.judgement.reason)
            json.place(walk.judgement.place)
            json.member("ipvs", walk.decision?.word)
            json.member("steps", array: walk.steps) { $0.step($1) }
            json.member("leaves_as", walk.leavesAs?.name)
            json.trackedEntry("entered", walk.entered)
            json.member("conclusion", strings: walk.findings.map(\.reason))
            json.member("assumptions", strings: question.assumptions)
        }
    }

    private mutating func packet(_ packet: TrackedPacket, _ flaws: Set<PacketFlaw>) {
        member("class", packet.packetClass.name)
        member("protocol", packet.protocol.description)
        member("protocol_number", packet.protocol.rawValue)
        member("flaws", strings: flaws.map(\.word).sorted())
        switch packet {
        case .tcp(let flags): member("flags", strings: flags.names)
        case .sctp(let packet): member("chunks", strings: packet.chunks.map(\.description))
        case .dccp(let type): member("dccp_type", type.description)
        case .icmp(let type): member("icmp_type", type.rawValue)
        case .icmpv6(let type): member("icmp_type", type.rawValue)
        case .udp, .other: break
        }
    }

    private mutating func trackedEntry(_ name: StaticString, _ entry: TrackedEntry?) {
        key(name)
        guard let entry else { return null() }
        object { json in
            json.optional("state", entry.state)
            json.member("seen_reply", entry.hasSeenReply)
            json.member("assured", entry.isAssured)
        }
    }

    private mutating func step(_ step: WalkStep) {
        object { json in
            json.member("hook", step.hook.name)
            json.member("priority", step.priority)
            json.member("who", step.who.rawValue)
            json.member("what", step.what)
            json.member("reason", step.reason)
            json.member("ctstate", step.ctstate.name)
            json.place(step.place)
        }
    }

    private mutating func place(_ place: KernelPlace) {
        member("source_file", place.file)
        member("source_function", place.function)
    }
}
