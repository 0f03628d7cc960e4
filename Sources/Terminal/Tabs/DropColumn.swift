import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Reports

/// The columns of lost packets.
enum DropColumn: String, CaseIterable {
    case service
    case packetClass = "class"
    case ctstate, hook, side, packets, rate, rule

    static let columns: [Column<ObservedDrop, AddressNames>] = allCases.map { column in
        let isNumber = column == .packets || column == .rate
        return Column(
            name: column.rawValue, title: column.title, alignsRight: isNumber, expendable: column.expendable,
            beginsDescending: isNumber
        ) { drop, names in
            let text = column == .service ? names.label(drop.identity.owner) : column.text(drop)
            return Cell(text, column == .rate && (drop.rate ?? 0) > 0 ? .bad : .plain)
        }
    }

    private var title: String { self == .rate ? "PKT/S" : rawValue.uppercased() }

    private var expendable: Int {
        switch self {
        case .packetClass, .ctstate, .packets: 0
        case .service: 1
        case .hook: 2
        case .rate: 3
        case .rule: 4
        case .side: 5
        }
    }

    func text(_ drop: ObservedDrop) -> String {
        let identity = drop.identity
        switch self {
        case .service: return identity.owner.title
        case .packetClass: return identity.packetClass.title
        case .ctstate: return identity.ctstate.name
        case .hook: return identity.place.title
        case .side: return identity.point?.side.title ?? "-"
        case .packets: return "\(drop.volume.packets)"
        case .rate: return drop.rate.map(Figures.rate) ?? "-"
        case .rule: return drop.rules.title
        }
    }

    func sortKey(_ drop: ObservedDrop) -> SortKey {
        switch self {
        case .packets: SortKey(drop.volume.packets)
        case .rate: SortKey(UInt64(max(0, min(drop.rate ?? 0, 1e15)) * 1000))
        case .service, .packetClass, .ctstate, .hook, .side, .rule: SortKey(text: text(drop))
        }
    }
}

extension ObservedDrop.Owner {
    var title: String {
        switch self {
        case .service(let identity): identity.description
        case .address(let address, let port?): Endpoint(address, port).description
        case .address(let address, nil): address.description
        }
    }
}

extension PacketLoss.Place {
    /// As in sentences, which say by the ctstate that conntrack is still to come.
    var title: String { self == .beforeConntrack ? "before conntrack" : words }
}

extension ObservationPoint.Side {
    var title: String {
        switch self {
        case .entering: "request"
        case .answering: "answer"
        case .leaving: "outgoing"
        }
    }
}

extension ObservedDrop.Rules {
    /// The first rule with its text, and how many others there are.
    var title: String {
        switch self {
        case .impossible: return "no rule is here"
        case .notTraced: return "not traced"
        case .notRecorded: return "not recorded"
        case .certain, .possible: break
        }
        guard let first = known.first else { return "none seen yet" }
        var words = first.rule.place
        if case .known(let statement, _) = first.text { words += ": \(statement.printable)" }
        if known.count > 1 { words += " (+\(known.count - 1))" }
        if case .possible = self { words = "perhaps " + words }
        return words
    }
}
