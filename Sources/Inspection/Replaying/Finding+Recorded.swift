import Addresses
import Conntrack
import IPVS

/// What a record says of a finding, in the words that were written then: they are not made from its numbers again, which may be those of another
/// version.
package struct RecordedSentences: Equatable, Sendable {
    /// With its full stop.
    package let reason: String
    /// What helps, in sentences; nil if nothing has to be done.
    package let remedy: String?
    /// How to prove it.
    package let proof: String?
    /// When they were written: numbers that have changed since are not told.
    package let time: Moment
}

extension Finding {
    /// As the member `finding` of a line has it; nil if it lacks what a finding is known by.
    init?(recorded value: JSONValue, at time: Moment) {
        guard let id = value["id"]?.string, Self.isName(id),
            let severity = value["severity"]?.string.flatMap(Severity.init),
            let subject = value["subject"].flatMap(Subject.init(recorded:)), let reason = value["reason"]?.string
        else { return nil }
        let evidence = (value["evidence"]?.members ?? []).compactMap { member in
            Self.isName(member.name) ? member.value.number.map { Evidence(member.name, $0) } : nil
        }
        let sentences = RecordedSentences(
            reason: reason, remedy: value["remedy"]?.string, proof: value["proof"]?.string, time: time)
        self.init(ID(rawValue: id), severity, subject, evidence, context: .recorded(sentences))
    }

    /// Of a finding or of a number: these are printed as they are.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Nil for one that was found here.
    package var recordedSentences: RecordedSentences? {
        if case .recorded(let sentences) = context { sentences } else { nil }
    }

    /// Whether it is about the same, whatever its numbers are.
    func isSame(as other: Finding) -> Bool {
        id == other.id && subject == other.subject && severity == other.severity
    }
}

extension Finding.Subject {
    /// As documents have it.
    fileprivate init?(recorded value: JSONValue) {
        switch value["kind"]?.string {
        case "director": self = .director
        case "conntrack_table": self = .table
        case "packet": self = .packet
        case "service":
            guard let service = Service.Identity(value) else { return nil }
            self = .service(service)
        case "address":
            guard let address = value["address"]?.string.flatMap({ IPAddress($0) }) else { return nil }
            self = .address(address, port: value["port"]?.number.flatMap { UInt16(exactly: $0) })
        case "counter":
            guard let counter = value["name"]?.string.flatMap(StatisticsCounter.init(named:)) else { return nil }
            self = .counter(counter)
        default: return nil
        }
    }
}

extension StatisticsCounter {
    /// The inverse of `name`.
    init?(named name: String) {
        if let known = Self.known.first(where: { $0.name == name }) {
            self = known
        } else if name.hasPrefix("expect_"), let number = UInt16(name.dropFirst(7)) {
            self.init(.expectations, number)
        } else if let number = UInt16(name) {
            self.init(.conntrack, number)
        } else {
            return nil
        }
    }
}
