import Addresses
import Conntrack
import Inspection

extension JSONWriter {
    /// The member `findings`, worst first.
    mutating func findings(_ findings: [Finding]) {
        member("findings", array: findings.worstFirst) { $0.finding($1) }
    }

    private mutating func finding(_ finding: Finding) { object { $0.members(of: finding) } }

    mutating func members(of finding: Finding) {
        member("id", finding.id.rawValue)
        member("severity", finding.severity.rawValue)
        member("subject") { $0.subject(finding.subject) }
        member("evidence") { json in
            for evidence in finding.evidence {
                json.key(text: evidence.name)
                json.number(evidence.value)
            }
        }
        member("reason", finding.reason)
        if case .lossInIPVS(let loss)? = finding.context {
            member("losses", array: loss.parts) { $0.part($1) }
        }
        let remedies = finding.remedySentences
        member("remedy", remedies.isEmpty ? nil : remedies.joined(separator: " "))
        if let proof = finding.proof { member("proof", proof) }
    }

    private mutating func part(_ part: LossInIPVS.Part) {
        object { json in
            json.member("packets", part.packets)
            json.member("classes", array: part.groups) { json, group in
                json.object { json in
                    json.member("class", group.packetClass.name)
                    json.member("packets", group.packets)
                }
            }
            json.member("causes", strings: part.causes.map(\.name))
            json.member("certain", part.isCertain)
        }
    }

    private mutating func subject(_ subject: Finding.Subject) {
        member("kind", subject.kind)
        switch subject {
        case .service(let service): identity(service)
        case .address(let address, let port):
            member("address", address.description)
            optional("port", port)
        case .counter(let counter): member("name", counter.name)
        case .director, .table, .packet: break
        }
    }
}

extension Finding.Subject {
    fileprivate var kind: String {
        switch self {
        case .director: "director"
        case .service: "service"
        case .address: "address"
        case .table: "conntrack_table"
        case .counter: "counter"
        case .packet: "packet"
        }
    }
}
