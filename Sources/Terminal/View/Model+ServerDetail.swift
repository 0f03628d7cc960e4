import Addresses
import Conntrack
import IPVS
import Inspection
import Reports

/// Details of a real server, with every figure in full.
extension Model {
    var serverDetail: [Line] {
        guard let line = servers.selected else { return goneServer }
        if case .alone(let address) = line.identity {
            var lines = fact("server", names.full(address))
            lines += fact("services", "\(line.services.count)") + verdictFacts(line.counts) + pathFacts(line)
            for (service, destination) in zip(line.services, line.destinations) {
                lines += [Line()] + fact("service", names.full(service.identity))
                lines += fact("server", names.full(destination.endpoint)) + destinationFacts(destination)
                lines += statisticsFacts(destination.statistics)
            }
            return lines
        }
        var lines = fact("server", names.full(line.endpoint))
        for (service, destination) in zip(line.services, line.destinations) {
            lines += fact("service", names.full(service.identity)) + destinationFacts(destination)
            lines += verdictFacts(line.counts) + pathFacts(line) + statisticsFacts(destination.statistics)
        }
        return lines
    }

    private var goneServer: [Line] {
        switch servers.chosen {
        case .ofService(let service, let server):
            fact("server", names.full(server))
                + gone("service", names.full(service), "it does not have the server any more")
        case .alone(let address): gone("server", names.full(address), "no service has it any more")
        case nil: noRow
        }
    }

    /// What is set, and the connections as IPVS counts them.
    func destinationFacts(_ destination: Destination) -> [Line] {
        var method = destination.method.description
        if let tunnel = destination.tunnel { method += ", \(tunnel.words)" }
        let limits =
            destination.upperThreshold == 0 && destination.lowerThreshold == 0
            ? "none" : "upper \(destination.upperThreshold), lower \(destination.lowerThreshold)"
        return fact("method", method)
            + fact("weight", "\(destination.weight)", destination.weight == 0 ? .caution : .plain)
            + fact("thresholds", limits) + (isRecord ? [] : countFacts(destination))
    }

    private func countFacts(_ destination: Destination) -> [Line] {
        fact(
            "IPVS",
            "active \(destination.activeConnections), inactive \(destination.inactiveConnections), "
                + "persistent \(destination.persistentConnections)")
    }

    /// Whether packets can get there, and which were seen to be dropped.
    private func pathFacts(_ line: ServerLine) -> [Line] {
        if isRecord { return [] }
        var lines: [Line] = []
        if let packets = line.seenDropped {
            let sample = Figures.number(packets, "packet") + " of its flows, of those traced to a rule"
            lines += fact("drops seen", sample, packets > 0 ? .bad : .plain)
        }
        guard let path = line.path else { return lines + fact("route", "not read") }
        let isBad = line.isUnreachable
        lines += fact("route", words(path.way), isBad && path.neighbour == nil ? .bad : .plain)
        if let neighbour = path.neighbour {
            let age = neighbour.seconds.map { ", for \(AgeText.of($0))" } ?? ""
            let failed = neighbour.hasFailed ? ": it did not answer when it was last asked" : ""
            lines += fact("neighbour", neighbour.state + age + failed, neighbour.hasFailed ? .bad : .plain)
        }
        let mtu = path.mtu.map { ", MTU \($0)" } ?? ""
        if path.down != nil || path.interface != nil {
            lines += fact("link", line.link + mtu, path.down == nil ? .plain : .bad)
        }
        return lines
    }

    private func words(_ way: NetworkFacts.Way) -> String {
        switch way {
        case .local: "to this host"
        case .onLink: "on the link"
        case .gateway(let gateway, let isDefault):
            "by the gateway \(names.full(gateway))\(isDefault ? " (default route)" : "")"
        case .none: "none"
        case .refused(let type): "of the type \(type)"
        case .unknown(let why): "not known: \(why)"
        }
    }
}

extension Destination.Tunnel {
    /// In the words of the options of ipvsadm(8): `gue, port 6080, csum`.
    fileprivate var words: String {
        var words = [name]
        if port != 0 { words.append("port \(port)") }
        // IP_VS_TUNNEL_ENCAP_FLAG_*, include/uapi/linux/ip_vs.h
        if flags & 1 != 0 { words.append("csum") }
        if flags & 2 != 0 { words.append("remcsum") }
        if flags & ~3 != 0 { words.append("flags \(flags & ~3)") }
        return words.joined(separator: ", ")
    }
}
