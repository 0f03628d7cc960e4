import Addresses
import IPVS

/// Connections and templates of destinations that take no new ones: what becomes of their packets.
extension FlowFindings {
    /// One for each service and standing.
    var left: [Finding] {
        var groups: [Group: [FlowTally.Left]] = [:]
        for key in tally.left.keys {
            groups[Group(service: key.service, protocol: key.protocol, standing: key.standing), default: []].append(key)
        }
        return groups.sorted { Group.isBefore($0.key, $1.key) }.map { finding($0.key, of: $0.value) }
    }

    private struct Group: Hashable {
        var service: Service.Identity?
        var `protocol`: IPProtocol
        var standing: DestinationStanding

        static func isBefore(_ left: Group, _ right: Group) -> Bool {
            if left.standing != right.standing { return left.standing == .gone }
            guard let one = left.service, let other = right.service else { return left.service != nil }
            return one != other ? one < other : left.protocol.rawValue < right.protocol.rawValue
        }
    }

    private func finding(_ group: Group, of left: [FlowTally.Left]) -> Finding {
        let counts = left.compactMap { tally.left[$0] }
        let isGone = group.standing == .gone
        let setting = sysctls.number(isGone ? Sysctls.expireNodest : Sysctls.expireQuiescent)
        let name = isGone ? "expire_nodest_conn" : "expire_quiescent_template"
        let drops = isGone && setting == 0
        return Finding(
            isGone ? .leftGone : .leftDrained, drops ? .warning : .info,
            group.service.map { .service($0) } ?? .director,
            [
                .init("connections", counts.reduce(0) { $0 + $1.connections }),
                .init("templates", counts.reduce(0) { $0 + $1.templates }),
                .init("of_udp", group.protocol == .udp ? 1 : 0),
            ] + (setting.map { [.init(name, $0)] } ?? []),
            context: .named(
                .init(services: group.service.map { [$0] } ?? [], destinations: left.map(\.destination).sorted())),
            drops ? [.set([.init(Sysctls.expireNodest, 1)])] : [])
    }
}
