import Addresses
import IPVS
import Inspection

extension FlowSnapshot {
    /// Services and destinations exactly as printed by `ipvsadm -Ln`, for people and scripts used to it.
    package func servicesText(_ configuration: Director.Configuration) -> [String] {
        let info = configuration.info
        return [
            "IP Virtual Server version \(info.versionText) (size=\(info.connectionTableSize))",
            "Prot LocalAddress:Port Scheduler Flags",
            "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
        ] + services.flatMap { [$0.line] + $0.destinations.map(\.line) }
    }

    /// The commands that make them, a line each: for `ipvsadm -R`.
    package var savedServices: [String] { services.flatMap { $0.savedLines.map(\.printable) } }

    /// What that does not show: the sync daemons, and what is wrong with the services, if anything.
    package func servicesRemarks(_ configuration: Director.Configuration) -> [String] {
        configuration.daemons.map(\.line)
            + idleServices.map { finding in
                "\(finding.subject.name.map { "\($0): " } ?? "")\(finding.reason)".printable
            }
    }
}

extension Daemon {
    /// `master sync daemon (mcast=eth0, syncid=1, …)`, as `ipvsadm -L --daemon` begins it.
    fileprivate var line: String {
        "\(stateName) sync daemon (\(settings.joined(separator: ", ")))".printable
    }
}

extension Service {
    fileprivate var line: String {
        var line = "\(title) \(scheduler)"
        let words = flags.schedulerWords(scheduler)
        if !words.isEmpty { line += " (\(words.joined(separator: ",")))" }
        if flags.contains(.persistent) {
            line += " persistent \(persistenceTimeout)" + (persistenceMask.map { " mask \($0)" } ?? "")
            if let persistenceEngine, !persistenceEngine.isEmpty { line += " pe \(persistenceEngine)" }
        }
        if flags.contains(.onePacket) { line += " ops" }
        return line.printable
    }

    private var title: String {
        switch identity {
        case .fwmark(let mark, let family): "FWM  \(mark)" + (family == .ipv6 ? " IPv6" : "")
        case .address(let `protocol`, let endpoint):
            "\(`protocol`.description.uppercased().padded(4)) \(endpoint)"
        }
    }
}

extension Destination {
    fileprivate var line: String {
        let fields = [(String(weight), 6), (String(activeConnections), 10), (String(inactiveConnections), 10)]
        let numbers = fields.map { $0.0.padded($0.1) }.joined(separator: " ")
        return "  -> \(endpoint.description.padded(28)) \(forward.padded(7)) \(numbers)"
    }

    private var forward: String {
        switch method {
        case .nat: "Masq"
        case .local: "Local"
        case .tun: "Tunnel"
        case .dr: "Route"
        default: method.description
        }
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
