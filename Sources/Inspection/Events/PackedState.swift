import Addresses
import Conntrack

/// The protocol state of a conntrack entry, in two bytes.
struct PackedState: Equatable, Sendable {
    private enum Kind: UInt8 {
        case none, tcp, sctp, dccp, stateless
    }

    private let kind: Kind
    private let number: UInt8

    /// No state was reported.
    static let none = PackedState(.none, 0)
    /// The entry's protocol has no states.
    static let stateless = PackedState(.stateless, 0)

    private init(_ kind: Kind, _ number: UInt8) {
        self.kind = kind
        self.number = number
    }

    /// `none` if there is no number.
    @inline(__always)
    init(_ state: ProtocolState?) {
        switch state {
        case .tcp(let tcp): self = tcp.state.map { PackedState(.tcp, $0) } ?? .none
        case .sctp(let sctp): self = sctp.state.map { PackedState(.sctp, $0) } ?? .none
        case .dccp(let dccp): self = dccp.state.map { PackedState(.dccp, $0) } ?? .none
        case nil: self = .none
        }
    }

    /// As named in a record, with the inverse of `name`. A state whose name is not known is `stateless`.
    init(named name: String?, of protocol: IPProtocol) {
        guard let name else {
            self = .none
            return
        }
        let kind: Kind? =
            switch `protocol` {
            case .tcp: .tcp
            case .sctp: .sctp
            case .dccp: .dccp
            default: nil
            }
        // Asked for each line of a record.
        let number = kind.flatMap { kind in (0..<Self.mostStates).first { PackedState(kind, $0).name == name } }
        if let kind, let number { self = PackedState(kind, number) } else { self = .stateless }
    }

    /// More than any protocol has.
    private static let mostStates: UInt8 = 20

    var state: ProtocolState? {
        switch kind {
        case .tcp: .tcp(.init(state: number))
        case .sctp: .sctp(.init(state: number))
        case .dccp: .dccp(.init(state: number))
        case .none, .stateless: nil
        }
    }

    /// The state's name, or `entry` where the protocol has none; nil for `none`.
    var name: String? { self == .none ? nil : state?.name ?? "entry" }
}
