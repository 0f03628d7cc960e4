import Addresses
import Inspection
import Packets
import TableSupport
import TestSupport

/// SCTP packets and associations.
enum SCTPCases {
    private static let usual = SCTPTags.usual
    private static let strange: UInt32 = 0xBAD

    static func step(_ packet: SCTPPacket, _ direction: TupleDirection = .original) -> Step {
        Step(.sctp(packet), direction) { from, to in
            PacketBytes.sctp(
                chunks: packet.chunks.map(\.rawValue), tag: packet.tag, initiateTag: packet.initiateTag, from: from,
                to: to)
        }
    }

    private static func steps(_ chunks: [SCTPChunk], _ direction: TupleDirection) -> [Step] {
        let right = SCTPPacket(usual: chunks, direction)
        let wrong = SCTPPacket(chunks, tag: strange, initiateTag: strange)
        let none = SCTPPacket(chunks, tag: 0, initiateTag: right.initiateTag)
        return (right.tag == 0 ? [right, wrong] : [right, wrong, none]).map { step($0, direction) }
    }

    private static func entry(_ state: TrackedSCTP.State, _ tags: SCTPTags, isReplied: Bool) -> PriorEntry {
        PriorEntry(
            tracked: TrackedEntry(.sctp(TrackedSCTP(state, tags: tags)), hasSeenReply: isReplied, isAssured: isReplied),
            protocol: .sctp,
            memory: .sctp(state: state.rawValue, original: tags.original, reply: tags.reply))
    }

    static let allChunks = (UInt8.min ... .max).map(SCTPChunk.init)
    /// Chunks that may change a state, and a few that do not.
    static let someChunks = (UInt8(0)...15).map(SCTPChunk.init)

    static var withoutEntry: [Case] {
        allChunks.flatMap { steps([$0], .original).map { Case(nil, [$0]) } }
    }

    /// Every chunk in every state, in both directions, with tags that are right, wrong or zero.
    static var withEntry: [Case] {
        TrackedSCTP.State.allCases.flatMap { state in
            [false, true].flatMap { isReplied in
                let entry = entry(state, usual, isReplied: isReplied)
                return TupleDirection.allCases.flatMap { direction in
                    allChunks.flatMap { steps([$0], direction).map { Case(entry, [$0]) } }
                }
            }
        }
    }

    /// Associations for which conntrack does not know a tag yet.
    static var withUnknownTags: [Case] {
        let tags = [
            SCTPTags(original: 0, reply: 0), SCTPTags(original: usual.original, reply: 0),
            SCTPTags(original: 0, reply: usual.reply),
        ]
        return TrackedSCTP.State.allCases.flatMap { state in
            tags.flatMap { tags in
                let entry = entry(state, tags, isReplied: false)
                return TupleDirection.allCases.flatMap { direction in
                    someChunks.flatMap { steps([$0], direction).map { Case(entry, [$0]) } }
                }
            }
        }
    }

    /// Two chunks in one packet, without an entry and in every state.
    static var bundles: [Case] {
        let entries = [nil] + TrackedSCTP.State.allCases.map { entry($0, usual, isReplied: true) }
        return entries.flatMap { entry in
            TupleDirection.allCases.flatMap { direction in
                someChunks.flatMap { first in
                    someChunks.map { second in
                        Case(entry, [step(SCTPPacket(usual: [first, second], direction), direction)])
                    }
                }
            }
        }
    }

    /// Three packets of one chunk each, starting without an entry, in any direction.
    static var lives: [Case] {
        let moving: [SCTPChunk] = [
            .initiate, .initiateAck, .cookieEcho, .cookieAck, .heartbeat, .heartbeatAck, .shutdown, .shutdownAck,
            .shutdownComplete, .abort, .data,
        ]
        let anyStep = moving.flatMap { chunk in
            TupleDirection.allCases.map { step(SCTPPacket(usual: [chunk], $0), $0) }
        }
        return [SCTPChunk.initiate, .heartbeat, .shutdownAck, .cookieEcho].flatMap { first in
            anyStep.flatMap { second in
                anyStep.map { Case(nil, [step(SCTPPacket(usual: [first], .original)), second, $0]) }
            }
        }
    }
}
