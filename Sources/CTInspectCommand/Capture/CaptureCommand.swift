import Addresses
import Anonymizing
import ArgumentParser
import Collection
import Firewall
import Glibc
import Inspection
import Netlink
import Reports
import Routing

struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Save the kernel's state, to be read anywhere.",
        usage: "ct-inspect capture [<options>] <DIR|->",
        discussion: """
            EXAMPLES
              sudo ct-inspect capture /tmp/lb1
              ct-inspect flows --capture /tmp/lb1
              ssh lb1 sudo ct-inspect capture - > lb1.tar
              ct-inspect flows --capture lb1.tar
              sudo ct-inspect capture --anonymize /tmp/lb1-for-strangers
              ct-inspect capture --capture lb1.tar --anonymize lb1-for-strangers

            More: man ct-inspect-capture
            """)

    @Argument(
        help: ArgumentHelp(
            "A new directory, or an empty one that you own; - writes a tar archive to standard output.",
            valueName: "DIR|-"),
        completion: .directory)
    var folder: String

    @Flag(name: .customLong("no-ruleset"), help: "Leave out the rules of the packet filter.")
    var omitsRuleset = false

    @OptionGroup var anonymizing: AnonymizingOptions
    @OptionGroup var source: SourceOptions
    @OptionGroup var reading: ConnectionOptions
    @OptionGroup var output: OutputOptions

    private var isArchive: Bool { folder == CaptureArgument.standardStream }

    func validate() throws {
        if isArchive, output.json {
            throw ValidationError("--json and - are mutually exclusive: standard output is the archive")
        }
        try reading.validate(with: source)
        if source.capture != nil, !anonymizing.isWanted {
            throw ValidationError("--capture needs --anonymize: to have a capture twice, copy it")
        }
    }

    func run() throws {
        if isArchive, Output.isTerminal {
            throw ValidationError("standard output is a terminal: redirect the archive, as in capture - > lb1.tar")
        }
        try Failure.reporting { () throws(KernelError) in
            let kernel = try opened()
            let owner = isArchive ? nil : Self.sudoUser
            let anonymizer = try anonymizing.anonymizer(for: Self.sudoUser)
            // timeout(1) sends its signal twice: to us, and to our group.
            _ = try Output.waiter(outlasting: 2)
            // Files are made while we may still write where only root may; their content is ours then.
            let recording = try recording(of: kernel, for: owner, anonymizer)
            do throws(KernelError) {
                try Privileges.keepOnlyNetAdmin(and: owner == nil ? [] : .chown)
                let taken = try Recording(
                    of: recording, rules: !omitsRuleset, progress: Progress().reading)
                // Much of what was not read then is only a loss.
                if kernel.isStopped { throw KernelError("save all of it", .stopped) }
                try recording.finish()
                report(taken, unread: recording.unread(besides: Surroundings.mayLack))
            } catch {
                // Half a capture is useless, and would obstruct the next attempt.
                recording.abandon()
                throw error
            }
        }
    }

    /// This kernel, or a capture of another one.
    private func opened() throws(KernelError) -> any KernelSource {
        if let captured = try source.captured() { return captured }
        let kernel = try source.namespace.enter()
        try reading.plan.prepare(kernel)
        return kernel
    }

    private func recording(
        of kernel: any KernelSource, for owner: FileOwner?, _ anonymizer: Anonymizer?
    ) throws(KernelError) -> RecordingKernel {
        let tool = "ct-inspect \(CTInspect.version)"
        return isArchive
            ? try RecordingKernel(kernel, archiving: Output.write, tool: tool, rewriting: anonymizer)
            : try RecordingKernel(kernel, into: folder, for: owner, tool: tool, rewriting: anonymizer)
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
            json.member("ruleset", taken)
            json.member("legacy_tables", taken.legacyTables)
            json.member("network", taken.surroundings.network)
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
        let parts = [content] + [taken.surroundings.network?.words, taken.ruleWords].compactMap(\.self)
        let (name, path) = isArchive ? ("tar archive", "FILE") : (folder, folder)
        let lines =
            ["\(name): \(parts.joined(separator: ", ")). Read it with: ct-inspect \(reader) --capture \(path)"]
            + (taken.absence.map { [$0.description.printable] } ?? []) + taken.losses.map { $0.text(output.style) }
            + unread.map { "could not read \($0)".printable }
        if isArchive { Output.say(lines.joined(separator: "\n")) } else { Output.print(lines) }
    }
}

extension Recording {
    /// Of both packet filters.
    fileprivate var managers: [FirewallManager] {
        (ruleset ?? Ruleset()).managers(beside: legacyTables ?? [])
    }

    /// `176 rules of nf_tables and 3 of iptables-legacy (ufw, iptables-nft, iptables-legacy)`; nil if there is no table.
    fileprivate var ruleWords: String? {
        var counts: [String] = []
        if let ruleset, !ruleset[.table].isEmpty {
            counts.append("\(counted(ruleset[.rule].count, "rule", "rules")) of nf_tables")
        }
        if let legacyTables, !legacyTables.isEmpty {
            let rules = counted(legacyTables.rules, "rule", "rules")
            counts.append("\(counts.isEmpty ? rules : "\(legacyTables.rules)") of iptables-legacy")
        }
        if counts.isEmpty { return nil }
        let names = managers.map(\.rawValue).joined(separator: ", ")
        return counts.joined(separator: " and ") + (names.isEmpty ? "" : " (\(names))")
    }
}

private func counted(_ count: Int, _ word: String, _ plural: String) -> String {
    "\(count) \(count == 1 ? word : plural)"
}

extension [LegacyTable] {
    fileprivate var rules: Int { reduce(0) { $0 + $1.rules } }
}

extension NetworkConfiguration {
    /// `4 links, 7 addresses, 23 routes`
    fileprivate var words: String {
        [
            counted(links.count, "link", "links"), counted(addresses.count, "address", "addresses"),
            counted(routes.count, "route", "routes"),
        ].joined(separator: ", ")
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, _ taken: Recording) {
        guard let ruleset = taken.ruleset else { return member(name, nothing: ()) }
        member(
            name,
            object: { json in
                json.member("tables", ruleset[.table].count)
                json.member("chains", ruleset[.chain].count)
                json.member("sets", ruleset[.set].count)
                json.member("rules", ruleset[.rule].count)
                json.member("managers", strings: taken.managers.map(\.rawValue))
            })
    }

    fileprivate mutating func member(_ name: StaticString, _ tables: [LegacyTable]?) {
        guard let tables else { return member(name, nothing: ()) }
        member(
            name,
            object: { json in
                json.member("tables", tables.count)
                json.member("chains", tables.reduce(0) { $0 + $1.chains.count })
                json.member("rules", tables.rules)
            })
    }

    fileprivate mutating func member(_ name: StaticString, _ network: NetworkConfiguration?) {
        guard let network else { return member(name, nothing: ()) }
        member(
            name,
            object: { json in
                json.member("links", network.links.count)
                json.member("addresses", network.addresses.count)
                json.member("routes", network.routes.count)
                json.member("rules", network.rules.count)
                json.member("neighbours", network.neighbours.count)
            })
    }
}
