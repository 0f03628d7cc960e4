import Conntrack

/// The type of a DCCP packet (RFC 4340, section 5.1). An open set: one without a name is shown as its number.
package struct DCCPType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    static let request = DCCPType(rawValue: 0)
    static let response = DCCPType(rawValue: 1)
    static let data = DCCPType(rawValue: 2)
    static let ack = DCCPType(rawValue: 3)
    static let dataAck = DCCPType(rawValue: 4)
    static let closeRequest = DCCPType(rawValue: 5)
    static let close = DCCPType(rawValue: 6)
    static let reset = DCCPType(rawValue: 7)
    static let sync = DCCPType(rawValue: 8)
    static let syncAck = DCCPType(rawValue: 9)
}

extension DCCPType: CustomStringConvertible {
    /// As in nftables.
    package static let names: [(type: DCCPType, name: String)] = [
        (.request, "request"), (.response, "response"), (.data, "data"), (.ack, "ack"), (.dataAck, "dataack"),
        (.closeRequest, "closereq"), (.close, "close"), (.reset, "reset"), (.sync, "sync"), (.syncAck, "syncack"),
    ]

    /// The name, or the number.
    package var description: String { Self.names.first { $0.type == self }?.name ?? "\(rawValue)" }
}

/// What an entry stores about a DCCP connection (`struct nf_ct_dccp`), on kernels that track it.
package struct TrackedDCCP: Hashable, Sendable {
    package var state: State
    /// The direction whose sender is the client.
    package var client = TupleDirection.original
    /// The previous packet.
    package var last: Last?

    package struct Last: Hashable, Sendable {
        package var type: DCCPType
        package var direction: TupleDirection
    }

    package init(_ state: State) { self.state = state }

    /// `enum ct_dccp_states`
    package enum State: UInt8, CaseIterable, Hashable, Sendable {
        case none, request, respond, partOpen, open, closeRequest, closing, timeWait

        /// As named by the kernel and conntrack(8).
        package var name: String { ProtocolState.dccp(.init(state: rawValue)).name ?? "\(rawValue)" }
    }
}

/// The effect of a packet on a DCCP entry's state.
///
/// Source: the transitions of net/netfilter/nf_conntrack_proto_dccp.c, which Linux 6.16 removed.
enum DCCPMove: Equatable {
    case to(TrackedDCCP.State)
    /// Conntrack lets it pass, as it may be out of step with the hosts.
    case ignored
    case invalid

    init(_ type: DCCPType, isFromClient: Bool, in state: TrackedDCCP.State) {
        switch type {
        case .request: self = Self.request(isFromClient, state)
        case .response: self = Self.response(isFromClient, state)
        case .ack, .dataAck: self = isFromClient ? Self.clientACK(state) : Self.serverData(state)
        case .data: self = isFromClient ? Self.clientData(state) : Self.serverData(state)
        case .closeRequest: self = isFromClient ? .invalid : Self.closeRequest(state)
        case .close: self = Self.close(isFromClient, state)
        case .reset: self = Self.reset(isFromClient, state)
        default: self = state == .none ? .invalid : .ignored
        }
    }

    private static func request(_ isFromClient: Bool, _ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .none: isFromClient ? .to(.request) : .invalid
        case .request: isFromClient ? .to(.request) : .ignored
        case .respond: isFromClient ? .to(.respond) : .ignored
        case .partOpen, .open, .closeRequest, .closing: .ignored
        case .timeWait: .to(.request)
        }
    }

    private static func response(_ isFromClient: Bool, _ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .none, .timeWait: .invalid
        case .request, .respond: isFromClient ? .ignored : .to(.respond)
        case .partOpen, .open, .closeRequest, .closing: .ignored
        }
    }

    private static func clientACK(_ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .none, .request, .timeWait: .invalid
        case .respond, .partOpen: .to(.partOpen)
        case .open, .closeRequest, .closing: .to(state)
        }
    }

    private static func clientData(_ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .open, .closeRequest, .closing: .to(state)
        case .none, .request, .respond, .partOpen, .timeWait: .invalid
        }
    }

    private static func serverData(_ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .partOpen, .open: .to(.open)
        case .closing: .to(.closing)
        case .none, .request, .respond, .closeRequest, .timeWait: .invalid
        }
    }

    private static func closeRequest(_ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .partOpen, .open, .closeRequest, .closing: .to(.closeRequest)
        case .none, .request, .respond, .timeWait: .invalid
        }
    }

    private static func close(_ isFromClient: Bool, _ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .partOpen, .open: .to(.closing)
        case .closeRequest: isFromClient ? .to(.closing) : .invalid
        case .closing: isFromClient ? .invalid : .to(.closing)
        case .none, .request, .respond, .timeWait: .invalid
        }
    }

    private static func reset(_ isFromClient: Bool, _ state: TrackedDCCP.State) -> DCCPMove {
        switch state {
        case .none: .invalid
        case .timeWait: isFromClient ? .ignored : .to(.timeWait)
        case .request, .respond, .partOpen, .open, .closeRequest, .closing: .to(.timeWait)
        }
    }
}
