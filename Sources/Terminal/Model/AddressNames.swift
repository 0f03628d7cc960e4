import Addresses
import Conntrack
import Inspection
import Reports

/// Names of addresses, as far as they have been resolved. It holds a limited number of them.
package struct AddressNames: Sendable {
    /// Whether they are shown in place of addresses.
    package internal(set) var areShown = false
    /// Nil for an address that has no name.
    private var names: [IPAddress: String?] = [:]
    /// In the order in which they came.
    private var order: [IPAddress] = []

    /// The oldest make room for others.
    static let most = 4096
    private static let longest = 40

    package init() {}

    mutating func take(_ name: String?, of address: IPAddress) {
        if names.updateValue(name, forKey: address) != nil { return }
        order.append(address)
        guard order.count > Self.most else { return }
        for old in order.prefix(Self.most / 4) { names[old] = nil }
        order.removeFirst(Self.most / 4)
    }

    func knows(_ address: IPAddress) -> Bool { names[address] != nil }

    /// `www.example.org:80`, or the address while it has no name.
    func label(_ endpoint: Endpoint) -> String {
        name(endpoint.address).map { "\($0):\(endpoint.port)" } ?? endpoint.description
    }

    func name(_ address: IPAddress) -> String? {
        guard areShown, let name = names[address] ?? nil else { return nil }
        return name.count > Self.longest ? name.prefix(Self.longest - 1) + "…" : name
    }
}

extension Model {
    /// Addresses on the screen whose names are wanted and not known yet.
    package var unnamed: [IPAddress] {
        guard names.areShown, overlay == nil else { return [] }
        let shown = list.top..<max(list.top, min(list.top + page, listCount))
        var wanted: [IPAddress] = []
        switch tab {
        case .flows where !flows.talkers.areShown:
            for position in shown where flows.order.indices.contains(position) {
                guard let row = director.store[flows.order[position]] else { continue }
                let route = director.store.route(of: row)
                wanted += [row.client.address, route.virtual.address] + (route.destination.map { [$0.address] } ?? [])
            }
        case .table where !table.talkers.areShown:
            for position in shown where table.order.indices.contains(position) {
                guard let entry = table.entries.entry(Int(table.order[position])) else { continue }
                wanted += [entry.original.source, entry.original.destination].compactMap(\.self)
            }
        default: break
        }
        var seen: Set<IPAddress> = []
        return wanted.filter { !names.knows($0) && seen.insert($0).inserted }
    }

    /// Nothing can be resolved.
    package mutating func hideNames(because why: String) {
        names.areShown = false
        notice = "no names: \(why)"
    }

    mutating func toggleNames() {
        names.areShown.toggle()
        list.forgetWidths()
        notice =
            names.areShown
            ? "names of flows and entries, where they have one, are resolved in the background" : "addresses again"
    }
}
