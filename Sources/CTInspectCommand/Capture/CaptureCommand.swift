import Addresses
import ArgumentParser
import Collection
import Firewall
import Glibc
import Inspection
import Netlink
import Reports

struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Save the kernel's state to a directory that can be read anywhere.",
        usage: "ct-inspect capture [<options>] <DIR>",
        discussion: """
            EXAMPLES
              sudo ct-inspect capture /tmp/lb1
              tar -C /tmp -czf lb1.tar.gz lb1
              ct-inspect flows --capture /tmp/lb1

            More: man ct-inspect-capture
            """)

    @Argument(
        help: ArgumentHelp("A new directory, or an empty one that you own.", valueName: "DIR"),
        completion: .directory)
    var folder: String

    @Flag(name: .customLong("no-ruleset"), help: "Leave out the rules of the packet filter.")
    var omitsRuleset = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var reading: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            let kernel = try namespace.enter()
            try reading.prepare(kernel)
            // The directory is created while we may still write where only root may; its content is ours then.
            let owner = Self.sudoUser
            let recording = try RecordingKernel(
                kernel, into: folder, for: owner, tool: "ct-inspect \(CTInspect.version)")
            do throws(KernelError) {
                try Privileges.keepOnlyNetAdmin(andChown: owner != nil)
                let taken = try Recording(
                    of: recording, rules: !omitsRuleset, progress: Progress().reading)
                try recording.finish()
                report(taken, unread: recording.unread)
            } catch {
                // Half a capture is useless, and would obstruct the next attempt.
                recording.abandon()
                throw error
            }
        }
    }

    /// The user who invoked sudo, and should be able to read the capture without it.
    private static var sudoUser: FileOwner? {
        func number(_ name: String) -> UInt32? { getenv(name).flatMap { UInt32(String(cString: $0)) } }
        guard geteuid() == 0, let user = number("SUDO_UID"), let group = number("SUDO_GID") else { return nil }
        return FileOwner(user: user, group: group)
    }

    private func report(_ taken: Recording, unread: [String]) {
        if output.json { reportJSON(taken, unread: unread) } else { reportText(taken, unread: unread) }
    }

    private func reportJSON(_ taken: Recording, unread: [String]) {
        var json = JSONWriter(Output.write)
        json.object { json in
            json.schema("capture")
            json.member("folder", folder)
            json.member("taken_at", taken.statistics.origin.takenAt.rfc3339)
            json.member("entries", taken.statistics.entries)
            json.member("flows", taken.snapshot?.report.flows.count)
            json.member("ruleset", taken.ruleset)
            json.member("complete", taken.losses.isEmpty)
            json.losses(taken.losses)
            json.member("unread", strings: unread)
        }
        json.finish()
    }

    private func reportText(_ taken: Recording, unread: [String]) {
        let content: String
        let reader: String
        if let snapshot = taken.snapshot {
            content = "\(snapshot.report.flows.count) flows of \(snapshot.services.count) services"
            reader = "flows"
        } else {
            content = "the conntrack table and its statistics, no flows"
            reader = "stats"
        }
        let rules = taken.ruleset?.words.map { ", \($0)" } ?? ""
        Output.print(
            ["\(folder): \(content)\(rules). Read it with: ct-inspect \(reader) --capture \(folder)"]
                + (taken.absence.map { [$0.description.printable] } ?? []) + taken.losses.map { $0.text(output.style) }
                + unread.map { "could not read \($0)".printable })
    }
}

extension Ruleset {
    /// `176 rules of nf_tables (ufw, iptables-nft)`; nil if there is no table.
    fileprivate var words: String? {
        if self[.table].isEmpty { return nil }
        return "\(self[.rule].count) rules of nf_tables (\(managers.map(\.rawValue).joined(separator: ", ")))"
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, _ ruleset: Ruleset?) {
        guard let ruleset else { return member(name, nothing: ()) }
        member(
            name,
            object: { json in
                json.member("tables", ruleset[.table].count)
                json.member("chains", ruleset[.chain].count)
                json.member("sets", ruleset[.set].count)
                json.member("rules", ruleset[.rule].count)
                json.member("managers", strings: ruleset.managers.map(\.rawValue))
            })
    }
}
