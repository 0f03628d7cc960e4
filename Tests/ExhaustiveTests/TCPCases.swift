import Addresses
import Conntrack
import Inspection
import Packets
import TableSupport
import TestSupport

/// TCP segments and entries.
enum TCPCases {
    /// A segment whose numbers fit the others of its case in any order: it has no data, so each side's number stays the
    /// same except for a SYN, which precedes it.
    static func step(_ flags: TCPFlags, _ direction: TupleDirection = .original) -> Step {
        let (own, other): (UInt32, UInt32) = direction == .original ? (1000, 2000) : (2000, 1000)
        return Step(.tcp(flags), direction) { from, to in
            PacketBytes.tcp(
                flags.rawValue, sequence: flags.contains(.syn) ? own - 1 : own,
                acknowledgement: flags.contains(.ack) ? other : 0, from: from, to: to)
        }
    }

    /// A segment whose numbers are far beyond what the other side expects and has sent.
    static func stepOutsideWindow(_ flags: TCPFlags, _ direction: TupleDirection) -> Step {
        let far: UInt32 = 1_000_000
        var step = Step(.tcp(flags), direction) { from, to in
            PacketBytes.tcp(
                flags.rawValue, sequence: far, acknowledgement: flags.contains(.ack) ? far : 0, from: from, to: to)
        }
        step.flaws = [.window]
        return step
    }

    static func entry(
        _ state: TrackedTCP.State, _ status: Status = [], endedByFIN: Bool = false
    ) -> PriorEntry {
        var memory = TrackedTCP(state)
        memory.endedByFIN = endedByFIN
        let tracked = TrackedEntry(
            .tcp(memory), hasSeenReply: status.contains(.seenReply), isAssured: status.contains(.assured))
        // IP_CT_TCP_FLAG_BE_LIBERAL, so that windows do not matter, and IP_CT_TCP_FLAG_CLOSE_INIT.
        return PriorEntry(
            tracked: tracked, protocol: .tcp, memory: .tcp(state: state.rawValue, flags: 0x08 | (endedByFIN ? 0x04 : 0))
        )
    }

    static let allFlags = (UInt8.min ... .max).map(TCPFlags.init)
    static let statuses: [Status] = [[], .seenReply, [.seenReply, .assured]]

    static var withoutEntry: [Case] { allFlags.map { Case(nil, [step($0)]) } }

    /// All flags, in every state and status, in both directions.
    static var withEntry: [Case] {
        TrackedTCP.State.allCases.flatMap { state in
            statuses.flatMap { status in
                TupleDirection.allCases.flatMap { direction in
                    allFlags.map { Case(entry(state, status), [step($0, direction)]) }
                }
            }
        }
    }

    /// One segment of each kind that is not rejected for its flags alone.
    static let kinds: [TCPFlags] = [.syn, [.syn, .ack], [.fin, .ack], .ack, .rst, [.rst, .ack]]

    private static var anyStep: [Step] {
        kinds.flatMap { flags in TupleDirection.allCases.map { step(flags, $0) } }
    }

    /// Any two, in any direction, from any state: what conntrack remembers of the first affects the second.
    static var pairs: [Case] {
        let entries = TrackedTCP.State.allCases.flatMap { state in
            statuses.flatMap { status in [false, true].map { entry(state, status, endedByFIN: $0) } }
        }
        let steps = anyStep
        return entries.flatMap { entry in steps.flatMap { first in steps.map { Case(entry, [first, $0]) } } }
    }

    /// A SYN in mid-connection that is answered, and any two more: shows what conntrack forgets because of it.
    static var restarts: [Case] {
        let steps = anyStep
        return TrackedTCP.State.allCases.flatMap { state in
            [false, true].flatMap { endedByFIN in
                let entry = entry(state, .seenReply, endedByFIN: endedByFIN)
                return steps.flatMap { third in
                    steps.map { Case(entry, [step(.syn), step([.syn, .ack], .reply), third, $0]) }
                }
            }
        }
    }

    /// Five, starting with a SYN: the effect of a simultaneous open does not show earlier.
    static var longLives: [Case] {
        let steps = anyStep.filter { $0.packet != .tcp([.rst, .ack]) }
        return steps.flatMap { second in
            steps.flatMap { third in
                steps.flatMap { fourth in steps.map { Case(nil, [step(.syn), second, third, fourth, $0]) } }
            }
        }
    }

    /// Connections as hosts make them, one for each state and way to it.
    static var histories: [[Step]] {
        let open = [step(.syn), step([.syn, .ack], .reply), step(.ack)]
        let fin: TCPFlags = [.fin, .ack]
        let closing = open + [step(fin), step(.ack, .reply)]
        return [
            [step(.syn)], [step(.syn), step(.syn, .reply)], Array(open.prefix(2)), open, open + [step(.ack, .reply)],
            open + [step(fin)], open + [step(fin, .reply)], closing, closing + [step(fin, .reply)],
            closing + [step(fin, .reply), step(.ack)], open + [step(.rst)], open + [step([.rst, .ack], .reply)],
            [step(.ack)], [step(.ack), step(.ack, .reply)],
        ]
    }

    /// A segment outside the window, with any flags in any direction, at any point of a connection.
    static var windows: [Case] {
        histories.flatMap { history in
            TupleDirection.allCases.flatMap { direction in
                allFlags.map { Case(nil, history + [stepOutsideWindow($0, direction)]) }
            }
        }
    }

    /// Any four, in any direction, without an entry; the first one creates an entry.
    static var lives: [Case] {
        let steps = anyStep
        return [step(.syn), step(.ack)].flatMap { first in
            steps.flatMap { second in steps.flatMap { third in steps.map { Case(nil, [first, second, third, $0]) } } }
        }
    }
}
