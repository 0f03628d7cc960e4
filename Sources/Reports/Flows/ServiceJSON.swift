import Addresses
import IPVS

extension JSONWriter {
    mutating func configuration(_ configuration: Director.Configuration) {
        member("ipvs_version", configuration.info.versionText)
        member("connection_table_size", configuration.info.connectionTableSize)
        member("timeouts") { json in
            json.member("tcp", configuration.timeouts.tcp)
            json.member("tcp_fin", configuration.timeouts.tcpFin)
            json.member("udp", configuration.timeouts.udp)
        }
        member("daemons", array: configuration.daemons) { json, daemon in
            json.object { json in
                json.member("state", daemon.stateName)
                json.member("interface", daemon.interface)
                json.member("sync_id", daemon.syncID)
                if let group = daemon.group {
                    json.member("group", group.description)
                    json.member("port", daemon.port)
                }
                if let most = daemon.mostBytes { json.member("maxlen", most) }
                if let hops = daemon.timeToLive { json.member("ttl", hops) }
            }
        }
    }

    mutating func service(_ service: Service) {
        object { json in
            json.identity(service.identity)
            json.member("scheduler", service.scheduler)
            json.member("flags", strings: service.flags.words(scheduler: service.scheduler))
            if service.flags.contains(.persistent) {
                json.member("persistence_timeout", service.persistenceTimeout)
                json.member("persistence_prefix", service.persistencePrefix)
            }
            json.optional("persistence_engine", service.persistenceEngine)
            json.statistics(service.statistics)
            json.member("destinations", array: service.destinations) { $0.destination($1) }
        }
    }

    private mutating func destination(_ destination: Destination) {
        object { json in
            json.member("address", destination.endpoint.address.description)
            json.member("port", destination.endpoint.port)
            json.member("method", destination.method.description)
            if let tunnel = destination.tunnel {
                json.member("tunnel") { json in
                    json.member("type", tunnel.name)
                    json.member("port", tunnel.port)
                    json.member("flags", tunnel.flags)
                }
            }
            json.member("weight", destination.weight)
            json.member("upper_threshold", destination.upperThreshold)
            json.member("lower_threshold", destination.lowerThreshold)
            json.member("active", destination.activeConnections)
            json.member("inactive", destination.inactiveConnections)
            json.member("persistent", destination.persistentConnections)
            json.statistics(destination.statistics)
        }
    }

    private mutating func statistics(_ statistics: Statistics?) {
        guard let statistics else { return }
        member("statistics") { json in
            json.member("connections", statistics.connections)
            json.member("packets_in", statistics.packetsIn)
            json.member("packets_out", statistics.packetsOut)
            json.member("bytes_in", statistics.bytesIn)
            json.member("bytes_out", statistics.bytesOut)
            json.member("connections_per_second", statistics.connectionRate)
            json.member("packets_in_per_second", statistics.packetRateIn)
            json.member("packets_out_per_second", statistics.packetRateOut)
            json.member("bytes_in_per_second", statistics.byteRateIn)
            json.member("bytes_out_per_second", statistics.byteRateOut)
            json.member("counter_bits", statistics.bitWidth)
        }
    }
}
