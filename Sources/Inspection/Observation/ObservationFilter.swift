import Addresses
import Conntrack
import Firewall
import IPVS

/// Which rows of an observation are shown: counts, losses, traced packets by rule, and samples. Neither what is counted nor what is found to be
/// wrong depends on it.
package struct ObservationFilter: Equatable, Sendable {
    /// As it was typed.
    package let line: String
    let expression: FilterExpression

    package init(_ line: String, _ expression: FilterExpression) { (self.line, self.expression) = (line, expression) }
}

extension FilterVocabulary {
    /// Of the rows of an observation: the words of lost packets, and the client, which only samples have.
    package static func observation(_ host: HostNames) -> FilterVocabulary {
        FilterVocabulary("observed packets", dropKeys + [.src, .sport], names: dropNames, host)
    }
}

/// A count of packets as a filter sees it.
struct FilteredCount: FilterRow {
    private let subject: ObservedSubject
    private let cell: ObservedTraffic.Cell
    private let volume: Volume

    init(_ cell: ObservedTraffic.Cell, _ volume: Volume, of subject: ObservedSubject) {
        (self.cell, self.volume, self.subject) = (cell, volume, subject)
    }

    func fact(_ key: FilterKey) -> FilterFact {
        switch key {
        case .packetClass: .name(cell.packetClass.name)
        case .ctstate: .name(cell.ctstate.name)
        case .hook: .name(cell.point.hook.name)
        case .packets: .number(volume.packets)
        default: subject.owner.fact(key, of: cell.packetClass)
        }
    }

    func isOf(_ service: FilterService) -> Bool { subject.owner.isOf(service) }

    func write(to text: inout RowText) {
        text.append(field: subject.description)
        text.append(field: cell.packetClass.title)
        text.append(field: cell.ctstate.name)
        text.append(field: cell.point.hook.name)
        text.append(field: cell.point.name)
    }
}

extension FilteredDrop {
    /// The same of a loss that `observe` shows, with the rules that were seen to cause it.
    init(_ drop: ObservedDrop, of subject: ObservedSubject) {
        let identity = drop.identity
        let rules = drop.rules.known.flatMap { $0.rowWords }
        self.init(
            drop,
            words: [
                subject.description, identity.packetClass.title, identity.ctstate.name, identity.place.hookName,
                identity.point?.name,
            ].compactMap(\.self) + rules)
    }
}
