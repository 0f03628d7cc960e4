import Addresses
import Conntrack
import Foundation
import Netlink
import TestSupport
import Testing

/// The output of `ct-inspect events --json`, and the table as reconstructed from that output alone.
struct EventLines {
    let lines: [[String: Any]]

    /// A last line still being written is skipped.
    init(_ text: String) throws {
        let whole = text.hasSuffix("\n") ? text[...] : text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
        lines = try whole.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    func count(_ event: String) -> Int { lines.count { $0["event"] as? String == event } }

    func sum(_ event: String, _ field: String) -> Int {
        lines.filter { $0["event"] as? String == event }.reduce(0) { $0 + ($1[field] as? Int ?? 0) }
    }

    var last: [String: Any] { lines.last ?? [:] }

    /// Only the lines about losses and resyncs.
    static func losses(in text: String) throws -> EventLines {
        let starts = ["{\"event\":\"lost\"", "{\"event\":\"resynced\""]
        let lines = text.split(separator: "\n").filter { line in starts.contains { line.hasPrefix($0) } }
        return try EventLines(lines.filter { $0.hasSuffix("}") }.joined(separator: "\n") + "\n")
    }

    /// All events that the last line accounts for.
    var accountedFor: Int {
        ["new", "update", "destroy", "doubles", "hidden", "lost", "unread"].reduce(0) { $0 + (last[$1] as? Int ?? 0) }
    }

    /// Whether every loss has been recovered by a resync.
    var isMended: Bool {
        for line in lines.reversed() {
            switch line["event"] as? String {
            case "lost": return false
            case "resynced": return line["complete"] as? Bool ?? false
            default: continue
            }
        }
        return true
    }

    struct Picture {
        var entries: [String: String] = [:]
        /// Entries reported as new although already known, without a loss to explain it.
        var doubles = 0
    }

    var picture: Picture {
        get throws {
            var picture = Picture()
            var hasLost = false
            for line in lines {
                let event = line["event"] as? String ?? ""
                if event == "lost" { hasLost = true }
                if event == "resynced", line["complete"] as? Bool == true { hasLost = false }
                guard let entry = line["entry"] as? [String: Any] else { continue }
                let key = try Self.key(entry)
                let what = line["change"] as? String ?? event
                if ["destroy", "gone"].contains(what) {
                    picture.entries[key] = nil
                } else {
                    let isDouble = ["initial", "new"].contains(what) && picture.entries[key] != nil
                    if isDouble, !hasLost { picture.doubles += 1 }
                    picture.entries[key] = Self.content(entry, before: picture.entries[key])
                }
            }
            return picture
        }
    }

    /// The table of the calling thread's namespace, in the same form.
    static func table() throws -> [String: String] {
        var entries: [String: String] = [:]
        _ = try Table(LiveKernel()).dump { entry in
            entries["\(entry.original) \(entry.id ?? 0)"] =
                "\(entry.status.names) \(entry.mark ?? 0) \(entry.state?.name ?? "-")"
        }
        return entries
    }

    private static func key(_ entry: [String: Any]) throws -> String {
        let original = try #require(entry["original"] as? [String: Any])
        var tuple = Tuple()
        tuple.source = (original["source"] as? String).flatMap { IPAddress($0) }
        tuple.destination = (original["destination"] as? String).flatMap { IPAddress($0) }
        tuple.protocol = IPProtocol(rawValue: try #require(entry["protocol_number"] as? UInt8))
        if let source = original["source_port"] as? UInt16, let destination = original["destination_port"] as? UInt16 {
            tuple.discriminator = .ports(source: source, destination: destination)
        }
        return "\(tuple) \(entry["id"] as? UInt32 ?? 0)"
    }

    /// A state that an update leaves out is unchanged.
    private static func content(_ entry: [String: Any], before: String?) -> String {
        let state = entry["state"] as? String ?? before?.split(separator: " ").last.map(String.init) ?? "-"
        return "\(entry["status"] as? [String] ?? []) \(entry["mark"] as? Int ?? 0) \(state)"
    }
}
