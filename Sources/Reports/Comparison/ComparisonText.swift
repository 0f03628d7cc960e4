import Addresses
import Firewall
import IPVS
import Inspection

extension DirectorComparison {
    /// For people: what was removed (`-`), added (`+`) or changed (`~`), by kind; one line if nothing differs.
    package func text(_ style: Style) -> [String] {
        let losses = losses.map { $0.text(style) }
        return [heading("before", before), heading(" after", after)]
            + (isEmpty ? ["", "Nothing that is compared differs."] : sections(style))
            + (losses.isEmpty ? [] : [""] + losses)
    }

    /// A title and its lines for each kind of which something differs.
    func sections(_ style: Style) -> [String] {
        let sections = [
            section("Services", services.flatMap(\.lines), style),
            section("IPVS", configuration.map(\.line), style),
            section("Verdicts", verdicts.map(\.line), style),
            section("Settings", settings.map(\.line), style),
            section("Rules", rules.map(\.line), style),
        ]
        return sections.flatMap(\.self)
    }

    /// What either lacks, and what could not be compared for that.
    var losses: [Loss] {
        func named(_ losses: [Loss], _ word: String) -> [Loss] { losses.map { Loss("\(word), \($0.what)", $0.why) } }
        return uncompared + named(before.losses, "before") + named(after.losses, "after")
    }

    private func heading(_ word: String, _ picture: DirectorPicture) -> String {
        let origin = picture.origin
        let namespace = origin.networkNamespace.map { ", \($0)" } ?? ""
        return "\(word): \(origin.host)\(namespace), Linux \(origin.kernelRelease), \(origin.takenAt.rfc3339)".printable
    }

    private func section(_ title: String, _ lines: [ComparisonLine], _ style: Style) -> [String] {
        if lines.isEmpty { return [] }
        let width = lines.map(\.subject.count).max() ?? 0
        return ["", style.paint(title, .bold)]
            + lines.map { line in
                let subject = line.subject + String(repeating: " ", count: width - line.subject.count)
                return style.paint("\(line.mark.rawValue) \(subject)  \(line.words)".printable, line.mark.colour)
            }
    }
}

/// A line of the text.
private struct ComparisonLine {
    enum Mark: String {
        case added = "+"
        case removed = "-"
        case changed = "~"

        init(_ presence: DirectorComparison.Presence) {
            self =
                switch presence {
                case .added: .added
                case .removed: .removed
                case .changed: .changed
                }
        }

        var colour: Style.Colour {
            switch self {
            case .added: .green
            case .removed: .red
            case .changed: .yellow
            }
        }
    }

    var mark: Mark
    var subject: String
    var words: String
}

extension DirectorComparison.ServiceChange {
    fileprivate var lines: [ComparisonLine] {
        let own = ComparisonLine(mark: .init(presence), subject: "\(identity)", words: properties.words(presence))
        // A service that only has other destinations is not itself another one.
        return (properties.isEmpty && presence == .changed ? [] : [own])
            + destinations.map {
                ComparisonLine(
                    mark: .init($0.presence), subject: "\(identity) > \($0.endpoint)",
                    words: $0.properties.words($0.presence))
            }
    }
}

extension [DirectorComparison.Change] {
    /// `weight 1 -> 0, upper_threshold 100 -> none`; of what is new or gone, what it is or was.
    fileprivate func words(_ presence: DirectorComparison.Presence) -> String {
        map { "\($0.name) \(presence == .removed ? $0.before ?? "" : $0.words)" }.joined(separator: ", ")
    }
}

extension DirectorComparison.Change {
    fileprivate var words: String {
        guard let before else { return after ?? "" }
        return "\(before) -> \(after ?? "none")"
    }

    fileprivate var line: ComparisonLine {
        ComparisonLine(
            mark: before == nil ? .added : after == nil ? .removed : .changed, subject: name,
            words: after == nil ? before ?? "" : words)
    }
}

extension DirectorComparison.VerdictChange {
    fileprivate var line: ComparisonLine {
        ComparisonLine(
            mark: before == 0 ? .added : .removed, subject: service?.description ?? "no service",
            words: "\(verdict.rawValue) \(before) -> \(after)")
    }
}

extension RuleChange {
    fileprivate var line: ComparisonLine {
        let mark: ComparisonLine.Mark =
            switch kind {
            case .added: .added
            case .removed: .removed
            case .moved: .changed
            }
        let tool = chain.family == .ip6 ? "ip6tables-legacy" : "iptables-legacy"
        let place = "\(chain.isLegacy ? tool : "\(chain.family)") \(chain.table) \(chain.name)"
        return ComparisonLine(mark: mark, subject: place, words: text + (kind == .moved ? " (moved)" : ""))
    }
}
