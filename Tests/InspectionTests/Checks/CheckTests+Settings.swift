import Conntrack
import IPVS

@testable import Inspection

extension CheckTests {
    static let failover = [
        Case("expire-nodest", .info, ["expire_nodest_conn": 0]) {
            $0.set("expire_nodest_conn", 0)
        } butNot: {
            $0.set("expire_nodest_conn", 0)
            $0.web.destinations = []
        },
        Case("expire-quiescent", .warning, ["of_weight_0": 1, "templates": 12, "persistence_seconds": 360]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .dr, flags: .persistent)
            $0.web.persistenceTimeout = 360
            $0.web.destinations[0].weight = 0
            $0.web.destinations[0].persistentConnections = 12
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .dr)
            $0.web.destinations[0].weight = 0
        },
        Case("expire-quiescent", .warning) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .dr, flags: .persistent)
            $0.web.destinations[0].weight = 0
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .dr, flags: .persistent)
            $0.web.destinations[0].weight = 0
            $0.set("expire_quiescent_template", 1)
        },
        Case("conn-reuse-1s", .warning, ["conn_reuse_mode": 1, "vs_conntrack": 1]) {
            $0.boot("5.8.18")
            $0.set("conntrack", 1)
        } butNot: {
            $0.boot("5.9.0")
            $0.set("conntrack", 1)
        },
        Case("conn-reuse-1s", .warning) {
            $0.boot("4.19.0-27-amd64")
            $0.set("conntrack", 1)
        } butNot: {
            $0.boot("4.19.0-27-amd64")
        },
        Case("conn-reuse-0", .warning, ["conn_reuse_mode": 0]) {
            $0.set("conn_reuse_mode", 0)
        } butNot: {
            $0.set("conn_reuse_mode", 2)
        },
        Case("sloppy", .warning, ["sloppy_tcp": 0]) {
            $0.run(2)
        } butNot: {
            $0.run(1)
        },
        Case("sloppy", .warning) {
            $0.run(2)
        } butNot: {
            $0.run(2)
            $0.set("sloppy_tcp", 1)
        },
        Case("sync-persist", .warning, ["sync_persist_mode": 1]) {
            $0.web.flags = .persistent
            $0.set("sync_persist_mode", 1)
            $0.run(1)
        } butNot: {
            $0.web.flags = .persistent
            $0.set("sync_persist_mode", 1)
        },
        Case("sync-persist", .warning) {
            $0.web.flags = .persistent
            $0.set("sync_persist_mode", 1)
            $0.run(2)
        } butNot: {
            $0.set("sync_persist_mode", 1)
            $0.run(1)
        },
    ]

    static let settings = [
        Case("defense-on", .error, ["drop_packet": 2]) {
            $0.set("drop_packet", 2)
        } butNot: {
            $0.set("drop_packet", 1)
        },
        Case("defense-on", .warning, ["drop_entry": 3, "secure_tcp": 2]) {
            $0.set("drop_entry", 3)
            $0.set("secure_tcp", 2)
        } butNot: {
            $0.set("drop_entry", 1)
            $0.set("secure_tcp", 1)
        },
        Case("amemthresh", .warning, ["available_pages": 2047, "amemthresh": 1024]) {
            $0.set("drop_packet", 1)
            $0.host.memory = .known(.init(available: 8191))
        } butNot: {
            $0.set("drop_packet", 1)
            $0.host.memory = .known(.init(available: 8192))
        },
        // Below the threshold the defense is active, which is another check's; without one memory does not matter.
        Case("amemthresh", .warning) {
            $0.set("drop_entry", 1)
            $0.host.memory = .known(.init(available: 4096))
        } butNot: {
            $0.set("drop_entry", 1)
            $0.host.memory = .known(.init(available: 4095))
        },
        Case("amemthresh", .warning) {
            $0.set("secure_tcp", 1)
            $0.host.memory = .known(.init(available: 5000))
        } butNot: {
            $0.host.memory = .known(.init(available: 5000))
        },
        Case("ipvs-hash", .warning, ["connections": 32_773, "buckets": 4096, "connections_per_bucket": 8]) {
            $0.web.destinations[0].inactiveConnections = 32_763
        } butNot: {
            $0.web.destinations[0].inactiveConnections = 32_758
        },
        Case("kernel-quadratic", .info, ["connections": 35_001]) {
            $0.web.destinations[0].activeConnections = 34_996
        } butNot: {
            $0.web.destinations[0].activeConnections = 34_995
        },
        Case("kernel-quadratic", .info) {
            $0.web.destinations[0].activeConnections = 90_000
        } butNot: {
            $0.web.destinations[0].activeConnections = 90_000
            $0.boot("6.18.44")
        },
    ]

    static let table = [
        Case("ct-full", .error, ["percent": 95]) {
            $0.fill(950)
        } butNot: {
            $0.fill(749)
        },
        Case("ct-full", .warning, ["percent": 90]) {
            $0.fill(900)
        } butNot: {
            $0.fill(749)
        },
        Case("ct-full", .info, ["percent": 75]) {
            $0.fill(750)
        } butNot: {
            $0.fill(749)
        },
        Case("ct-chains", .warning, ["tuples_per_lookup": 9]) {
            $0.fill(450, buckets: 100)
        } butNot: {
            $0.fill(400, limit: 400, buckets: 100)
        },
        Case("ct-chains", .warning, ["limit": 1000, "buckets": 200, "tuples_when_full": 10]) {
            $0.fill(1, buckets: 200)
        } butNot: {
            $0.fill(1, buckets: 250)
        },
        Case("ct-counters", .info, ["total": 3]) {
            $0.window = nil
            var table = DirectorFacts.table($0.origin, entries: 1)
            table.cpus[0].counters[.insertFailed] = 3
            $0.table = .known(table)
        } butNot: {
            $0.window = nil
            var table = DirectorFacts.table($0.origin, entries: 1)
            table.cpus[0].counters[.invalid] = 3
            $0.table = .known(table)
        },
        // With a window only what grew counts.
        Case("ct-counters", .warning, ["increase": 2, "total": 5]) {
            $0.counted(.insertFailed, 3, then: 5)
        } butNot: {
            $0.counted(.insertFailed, 5, then: 5)
        },
        Case("ct-est-timeout", .warning, ["timeout_seconds": 432_000, "percent": 50]) {
            $0.fill(501)
        } butNot: {
            $0.fill(500)
        },
        Case("ct-est-timeout", .warning) {
            $0.fill(600)
        } butNot: {
            $0.fill(600)
            $0.sysctls.values[Sysctls.establishedTimeout] = "86400"
        },
    ]
}
