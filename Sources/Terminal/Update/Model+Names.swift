import Addresses
import Conntrack
import IPVS
import Inspection

/// Names of the addresses on the screen, requested with `l`.
extension Model {
    /// Addresses on the screen whose names are wanted and not known yet.
    package var unnamed: [IPAddress] {
        guard names.areShown, overlay == nil else { return [] }
        var seen: Set<IPAddress> = []
        return (listedAddresses + (isDetailed ? detailedAddresses : [])).filter {
            !names.knows($0) && seen.insert($0).inserted
        }
    }

    private var listedAddresses: [IPAddress] {
        if showsTalkers { return [] }
        let shown = list.top..<max(list.top, min(list.top + page, listCount))
        switch tab {
        case .services: return services.lines[shown.clamped(to: services.lines.indices)].flatMap(\.addresses)
        case .servers: return servers.lines[shown.clamped(to: servers.lines.indices)].flatMap(\.addresses)
        case .flows:
            return shown.clamped(to: flows.order.indices).flatMap { position in
                director.store[flows.order[position]].map(addresses) ?? []
            }
        case .drops:
            return drops.rows[shown.clamped(to: drops.rows.indices)].compactMap(\.identity.owner.address)
        case .table:
            return shown.clamped(to: table.order.indices).flatMap { position in
                table.entries.entry(Int(table.order[position]))?.original.addresses ?? []
            }
        case .events:
            return shownEvents(layout).lines.flatMap { line -> [IPAddress] in
                guard case .event(let event) = line else { return [] }
                return event.subject.original.addresses
            }
        case .findings, .health: return []
        }
    }

    private func addresses(of row: FlowRow) -> [IPAddress] {
        let route = director.store.route(of: row)
        return [row.client.address, route.virtual.address] + (route.destination.map { [$0.address] } ?? [])
    }

    /// Of the row that is shown in full, which may not be listed.
    private var detailedAddresses: [IPAddress] {
        switch tab {
        case .services: return services.selected?.addresses ?? []
        case .servers: return (servers.selected?.addresses ?? []) + (servers.selected?.gateway.map { [$0] } ?? [])
        case .flows:
            let examined = flows.examined?.entry.map { $0.original.addresses + $0.reply.addresses } ?? []
            return (selectedFlow.map(addresses) ?? []) + examined
        case .drops: return [drops.selected?.identity.owner.address].compactMap(\.self)
        case .table: return table.selectedEntry.map { $0.original.addresses + $0.reply.addresses } ?? []
        case .events, .findings, .health: return []
        }
    }

    /// Nothing can be resolved.
    package mutating func hideNames(because why: String) {
        names.canResolve = false
        notice = "no names: \(why)"
    }

    mutating func toggleNames() {
        names.areWanted.toggle()
        names.canResolve = true
        list.forgetWidths()
        notice =
            names.areShown ? "names of addresses that have one are resolved in the background" : "addresses again"
    }
}

extension ServiceLine {
    fileprivate var addresses: [IPAddress] {
        switch identity {
        case .service(let service): [service.address].compactMap(\.self)
        case .server(let service, let server): [server.address] + [service.address].compactMap(\.self)
        case .unknown: []
        }
    }
}

extension ServerLine {
    fileprivate var addresses: [IPAddress] { [endpoint.address] + services.compactMap(\.identity.address) }

    /// On the way to it.
    fileprivate var gateway: IPAddress? {
        if case .gateway(let gateway, _)? = path?.way { gateway } else { nil }
    }
}
