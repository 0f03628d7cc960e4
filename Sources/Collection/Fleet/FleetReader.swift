import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink
import Routing
import Sockets

/// Reads the hosts of a fleet, each from its capture: first all of them, then once more what each knows of the connections of all directors.
package struct FleetReader {
    private let sources: [any KernelSource]
    private let progress: ReadingProgress

    /// - Parameter sources: one for each host, in the order to show them in.
    package init(_ sources: [any KernelSource], progress: ReadingProgress = ReadingProgress()) {
        (self.sources, self.progress) = (sources, progress)
    }

    /// Blocks for as long as reading each of them with `flows` takes, and needs memory for the connections of all.
    ///
    /// - Parameter names: of the hosts, for people.
    package func read(names: [String]) throws(KernelError) -> Fleet {
        var hosts: [FleetHost] = []
        var networks: [NetworkConfiguration?] = []
        var settings: [Sysctls] = []
        for (source, name) in zip(sources, names) {
            var snapshot: FlowSnapshot?
            let surroundings = Surroundings(reading: source)
            let picture = try DirectorPicture(reading: source, surroundings, progress: progress) { snapshot = $0 }
            var host = FleetHost(name, picture)
            if let snapshot { host.take(snapshot) }
            host.keepaliveTime = Self.keepaliveTime(of: source)
            host.addresses = surroundings.network?.addressesByInterface ?? [:]
            hosts.append(host)
            networks.append(surroundings.network)
            settings.append(surroundings.sysctls)
        }
        let services = hosts.flatMap(\.services)
        let destinations = Set(services.flatMap(\.destinations).map(\.endpoint.address))
        // Of services by mark, only their connections tell the address.
        let wanted = hosts.reduce(into: destinations) {
            $0.formUnion($1.virtualAddresses)
            $0.formUnion($1.virtualAddressesInUse)
        }
        for index in hosts.indices {
            if let network = networks[index] {
                hosts[index].network = NetworkFacts(network, settings[index], for: services)
                hosts[index].gateways = network.gateways(of: destinations)
            }
            // A host that nobody forwards to serves none of them.
            if destinations.isDisjoint(with: hosts[index].addresses.keys) { continue }
            let (served, losses) = try self.served(by: sources[index], wanted)
            hosts[index].served = served
            hosts[index].picture.losses += losses
        }
        progress.end()
        return Fleet(hosts)
    }

    private func served(
        by source: any KernelSource, _ addresses: Set<IPAddress>
    ) throws(KernelError) -> (ServedConnections, [Loss]) {
        var served = ServedConnections(of: addresses)
        do throws(KernelError) {
            let answer = try TCPSocket.forEach(in: source) { served.take($0) }
            served.readAt = source.lastAnswered
            served.socketsMissing = answer.shortfall(ifChanged: "they kept changing while they were read")
        } catch { served.socketsMissing = try Self.lack(error) }
        do throws(KernelError) {
            let answer = try Table(source).dumpRepeatedly {
            } _: {
                served.take($0)
            }
            served.entriesMissing = answer.shortfall(ifChanged: Table.keptChanging)
        } catch {
            served.entriesMissing = try Self.lack(error)
            // A real server does without.
            if error.cause == .absent { return (served, losses(served.socketsMissing, nil)) }
        }
        return (served, losses(served.socketsMissing, served.entriesMissing))
    }

    private func losses(_ sockets: String?, _ entries: String?) -> [Loss] {
        [("the TCP sockets", sockets), ("the conntrack table", entries)].compactMap { what, why in
            why.map { Loss(what, $0) }
        }
    }

    /// Captures of earlier versions lack it.
    private static func keepaliveTime(of source: any KernelSource) -> UInt32? {
        (try? source.text(of: KernelFile(sysctl: Sysctls.keepaliveTime))).flatMap { UInt32($0) }
    }

    /// What a capture lacks, or its host did; damage is an error.
    private static func lack(_ error: KernelError) throws(KernelError) -> String {
        if error.cause == .damaged || error.cause == .stopped { throw error }
        return error.description
    }
}

extension NetworkConfiguration {
    fileprivate var addressesByInterface: [IPAddress: [String]] {
        let names = Dictionary(links.map { ($0.index, $0.name) }) { first, _ in first }
        return Dictionary(grouping: addresses, by: \.address).mapValues { $0.compactMap { names[$0.interface] } }
    }

    /// The next host on the default route of those that this host has.
    fileprivate func gateways(of addresses: Set<IPAddress>) -> [IPAddress: IPAddress] {
        let lookup = RouteLookup(self)
        var gateways: [IPAddress: IPAddress] = [:]
        for own in Set(self.addresses.map(\.address)).intersection(addresses) {
            if case .gateway(let gateway) = lookup.path(to: nil, own.family, from: own).way { gateways[own] = gateway }
        }
        return gateways
    }
}
