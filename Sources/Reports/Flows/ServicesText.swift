import Addresses
import IPVS
import Inspection

extension FlowSnapshot {
    /// Services and destinations exactly as printed by `ipvsadm -Ln`, for people and scripts used to it.
    package func servicesText(_ configuration: Director.Configuration, _ listing: ServicesListing = ServicesListing())
        -> [String]
    {
        let info = configuration.info
        return ["IP Virtual Server version \(info.versionText) (size=\(info.connectionTableSize))"] + listing.titles
            + services.flatMap { service in
                [listing.line(service)] + service.destinations.map(listing.line)
            }
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

extension Director.Configuration {
    /// As `ipvsadm -L --timeout` prints them; those that the kernel did not report are 0 there.
    package var timeoutLine: String {
        let seconds = [timeouts.tcp, timeouts.tcpFin, timeouts.udp].map { String($0 ?? 0) }
        return "Timeout (tcp tcpfin udp): \(seconds.joined(separator: " "))"
    }

    /// As `ipvsadm -L --daemon` prints them.
    package var daemonLines: [String] { daemons.map { $0.line($0.timeToLive.map { ["ttl=\($0)"] } ?? []) } }
}

extension Daemon {
    /// `master sync daemon (mcast=eth0, syncid=1, …)`, as `ipvsadm -L --daemon` begins it.
    fileprivate var line: String { line([]) }

    fileprivate func line(_ more: [String]) -> String {
        "\(stateName) sync daemon (\((settings + more).joined(separator: ", ")))".printable
    }
}

extension Service {
    var line: String {
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

    /// `TCP  10.0.0.100:80`
    var title: String {
        switch identity {
        case .fwmark(let mark, let family): "FWM  \(mark)" + (family == .ipv6 ? " IPv6" : "")
        case .address(let `protocol`, let endpoint):
            "\(`protocol`.description.uppercased().padded(4)) \(endpoint)"
        }
    }
}

extension Destination {
    var forward: String {
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
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
