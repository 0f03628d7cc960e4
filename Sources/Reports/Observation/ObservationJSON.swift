import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension Observation {
    /// The document of `observe --json`; with an interval, one of its lines.
    ///
    /// - Parameter filter: selects what is in `services`, `elsewhere`, `blame` and `samples`. Conclusions and findings are about all packets.
    package func writeJSON(filter: ObservationFilter? = nil, to sink: @escaping (RawSpan) -> Void) {
        let shown = shown(by: filter)
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "observe")
            json.member("from", from)
            json.member("to", to)
            json.member("seconds", hundredths: milliseconds / 10)
            json.member("filter", filter?.line ?? "")
            json.member("services", array: shown.subjects) { $0.observed($1.observed, $1.traffic) }
            json.member("elsewhere", array: shown.elsewhere) { json, element in
                json.object { json in
                    json.member("address", element.address.description)
                    json.traffic(element.traffic)
                }
            }
            json.key("blame")
            if let blame = shown.blame {
                json.array { json in for blame in blame { json.blame(blame) } }
            } else {
                json.null()
            }
            json.key("samples")
            if let samples = shown.samples {
                json.array { json in for sample in samples { json.sample(sample) } }
            } else {
                json.null()
            }
            json.member("notices", strings: notices.map(\.sentence))
            json.member("conclusions", strings: conclusions)
            json.findings(findings)
        }
        json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, hundredths: UInt64) {
        key(name)
        value { bytes in
            bytes.append(decimal: hundredths / 100)
            bytes.append(byte: UInt8(ascii: "."))
            bytes.append(decimal: hundredths / 10 % 10)
            bytes.append(decimal: hundredths % 10)
        }
    }

    fileprivate mutating func observed(_ observed: Observed, _ traffic: ShownTraffic) {
        object { json in
            switch observed.subject {
            case .service(let service): json.identity(service.identity)
            case .address(let address, let port):
                json.member("protocol", nothing: ())
                json.member("address", address.description)
                json.member("port", port)
                json.member("fwmark", nothing: ())
            }
            json.member("scheduler", observed.subject.service?.scheduler)
            json.member("methods", strings: observed.subject.methods.map(\.description))
            json.traffic(traffic)
            json.member("connections") { json in
                for (state, count) in observed.connections.sorted(by: { $0.key < $1.key }) {
                    json.key(text: state)
                    json.number(count)
                }
            }
            json.member("shared_with", strings: observed.sharedWith.sorted())
        }
    }

    fileprivate mutating func traffic(_ traffic: ShownTraffic) {
        member("packets", array: traffic.cells) { json, cell in json.object { $0.volume(cell) } }
        member("dropped", array: traffic.losses) { json, loss in
            json.object { json in
                json.volume((.init(loss.point, loss.packetClass, loss.ctstate), loss.volume))
                json.member("where", loss.place.rawValue)
            }
        }
    }

    private mutating func volume(_ element: ObservedTraffic.Element) {
        member("point", element.cell.point.name)
        member("class", element.cell.packetClass.name)
        member("ctstate", element.cell.ctstate.name)
        member("packets", element.volume.packets)
        member("bytes", element.volume.bytes)
    }

    fileprivate mutating func blame(_ blame: Blame) {
        object { json in
            json.member("family", blame.rule.family.description)
            json.member("table", blame.rule.table)
            json.member("chain", blame.rule.chain)
            json.member("handle", blame.rule.handle)
            json.member("rule", blame.text.statement)
            json.member("maker", blame.maker?.rawValue)
            json.member("packets", blame.packets)
            json.member("dropped", array: blame.kinds) { json, kind in
                json.object { json in
                    json.member("class", kind.packetClass.name)
                    json.member("ctstate", kind.ctstate.name)
                    json.member("packets", kind.packets)
                }
            }
        }
    }
}

extension DroppingRule {
    fileprivate var handle: UInt64? {
        switch decision {
        case .rule(let handle): handle
        case .policy, .legacyRule, .legacyPolicy: nil
        }
    }
}

extension RuleText {
    fileprivate var statement: String? {
        switch self {
        case .known(let statement, _): statement
        case .unknown: nil
        }
    }
}

extension Blame {
    /// Summed over targets and kinds of ICMP errors, in the order of the classes.
    fileprivate var kinds: [(packetClass: PacketClass, ctstate: CTState, packets: Int)] {
        PacketClass.allCases.flatMap { packetClass in
            let states = dropped.filter { $0.key.packetClass == packetClass }.reduce(into: [CTState: Int]()) {
                $0[$1.key.state, default: 0] += $1.value
            }
            return states.sorted { $0.key < $1.key }.map {
                (packetClass: packetClass, ctstate: $0.key, packets: $0.value)
            }
        }
    }
}
