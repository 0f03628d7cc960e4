import Addresses
import IPVS
import Inspection

extension RecordLine {
    /// For people: `2026-11-29T09:47:21.123Z lb1  flow ended  tcp 198.51.100.7:40000 > 10.0.0.100:80 > 10.0.0.2:80  absent, IPVS ESTABLISHED, 12m05s old`
    package var text: String {
        let place = networkNamespace.map { "\(host)/\($0)" } ?? host
        return "\(timeText) \(place)  ".printable + happening
    }

    /// The same without when and where.
    package var happening: String {
        let words = words
        return "\(title)\(words.isEmpty ? "" : "  ")\(words)".printable
    }

    /// To the millisecond.
    private var timeText: String {
        // As recorders write it, which need not be read for that.
        if let written = text("time"), written.utf8.count == 27, written.utf8.last == UInt8(ascii: "Z") {
            return written.prefix(23) + "Z"
        }
        return Moment(nanoseconds: time.nanoseconds / 1_000_000 * 1_000_000).rfc3339
    }

    /// What has happened to what.
    private var title: String {
        switch kind {
        case .flow, .service, .server, .finding: "\(kind.rawValue) \(text("change") ?? "?")"
        case .start: value["goes_on"]?.bool == true ? "recording goes on" : "recording began"
        case .end: "recording ended"
        case .ruleset: "ruleset changed"
        case .ipvs, .setting: "setting \(text("change") ?? "?")"
        case .minute, .traffic, .drops, .loss: kind.rawValue
        }
    }

    private var words: String {
        switch kind {
        case .start: "Linux \(text("kernel") ?? "?"), a reading each \((number("interval_ms") ?? 0) / 1000) s"
        case .end: ""
        case .flow: flow
        case .service: [serviceName, changes].joined(separator: "  ")
        case .server: "\(serviceName) > \(endpoint("destination")?.description ?? "?")  \(changes)"
        case .ipvs, .setting: Self.change(text("name"), text("before"), text("after"))
        case .finding: finding
        case .ruleset: ruleset
        case .minute: minute
        case .traffic: traffic
        case .drops: drops
        case .loss: "\(text("what") ?? "?"): \(text("why") ?? "?")"
        }
    }

    private var serviceName: String { service?.description ?? "no known service" }

    private var flow: String {
        var words = text("protocol") ?? "?"
        for (name, sign) in [("client", " "), ("virtual", " > "), ("destination", " > ")] {
            if let end = endText(name) { words += sign + end }
        }
        words += "  "
        words += text("before").map { "\($0) -> " } ?? ""
        words += text("verdict") ?? "?"
        if let state = text("ipvs_state") { words += ", IPVS \(state)" }
        if let state = text("entry_state") { words += ", conntrack \(state)" }
        // Of one that was found that is not known.
        if text("change") != FlowChange.Kind.found.rawValue { words += ", \(age("age_s")) old" }
        if number("stuck_s") ?? 0 > 0 { words += ", stuck for \(age("stuck_s"))" }
        return words
    }

    /// As it is in the line, which has an address in canonical text: a million need not be read for that.
    private func endText(_ name: String) -> String? {
        guard let address = value[name]?["address"]?.string, let port = value[name]?["port"]?.number else { return nil }
        return address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private func age(_ name: String) -> String { AgeText.of(UInt32(clamping: number(name) ?? 0)) }

    private var finding: String {
        let words = ["severity", "id", "reason"].map { value["finding"]?[$0]?.string ?? "?" }
        let subject = value["finding"]?["subject"].flatMap(Service.Identity.init).map { " of \($0)" } ?? ""
        return "\(words[0]) \(words[1])\(subject): \(words[2])"
    }

    private var ruleset: String {
        let process = text("process").map { " by \($0)" } ?? ""
        return "generation \(number("generation") ?? 0)\(process)" + (number("pid").map { " (thread \($0))" } ?? "")
    }

    private var minute: String {
        let limit = number("limit").map { " of \($0)" } ?? ""
        let entries = number("entries").map { "\($0)\(limit) entries" } ?? "an unknown number of entries"
        return ([entries, flows] + numbers(of: "counters").map { "\($0.name) +\($0.number)" }).joined(
            separator: ", ")
    }

    /// `flows absent 12 tracked 3`: those that there are.
    private var flows: String {
        let counts = numbers(of: "flows").filter { $0.number > 0 }.map { "\($0.name) \($0.number)" }
        return "flows " + (counts.isEmpty ? "none" : counts.joined(separator: " "))
    }

    private var traffic: String {
        let grown = [("connections", "connections"), ("packets_in", "packets in"), ("packets_out", "packets out")]
            .compactMap { name, words in number(name).flatMap { $0 > 0 ? "+\($0) \(words)" : nil } }
        return ([serviceName, flows] + grown).joined(separator: ", ")
    }

    private var drops: String {
        let packets = number("packets") ?? 0
        let count = "\(packets) \(packets == 1 ? "packet" : "packets")"
        if let rule = text("rule") { return "\(count) by \(rule)" }
        let owner = service?.description ?? text("address") ?? "?"
        return "\(count) of \(owner): \(text("class") ?? "?") \(text("ctstate") ?? "?") at \(text("where") ?? "?")"
    }

    private var changes: String {
        (value["properties"]?.elements ?? []).map {
            Self.change($0["name"]?.string, $0["before"]?.string, $0["after"]?.string)
        }.joined(separator: ", ")
    }

    /// `weight 1 -> 0`
    private static func change(_ name: String?, _ before: String?, _ after: String?) -> String {
        "\(name ?? "?") \(before.map { "\($0) -> " } ?? "")\(after ?? "none")"
    }

    /// The members of an object in it that are numbers.
    private func numbers(of name: String) -> [(name: String, number: Int64)] {
        (value[name]?.members ?? []).compactMap { member in
            member.value.number.map { (name: member.name, number: $0) }
        }
    }
}
