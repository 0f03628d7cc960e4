import Addresses
import Firewall
import Netlink
import Processes

/// Loads files of rules into the network namespace of the calling thread, which is one of ours, by the programs that load them on a director.
package enum RulesetLoader {
    private static let purpose = "load the rules"

    /// Whether the programs that these files need are there, before anything is made for them.
    ///
    /// - Throws: `.absent`, with what to install.
    package static func requirePrograms(for files: [RulesetFile]) throws(KernelError) {
        for file in files {
            let (program, package) = (file.format.program, file.format == .nft ? "nftables" : "iptables")
            if ChildProcess.path(of: program) == nil {
                throw KernelError(
                    purpose, .absent, detail: "\(file.name) is for \(program), which is not installed here",
                    nextStep: "install \(package)")
            }
        }
    }

    /// Blocks for ten seconds at most.
    ///
    /// - Parameter isHosts: whether it is loaded as systemd does: what it includes is looked for by `nft -f` itself, in `/`.
    /// - Throws: `.invalid` if the program refuses the file, or takes longer: with the file's name, and its line as the program says. `.failed` if
    ///   it could not be run, or was ended by a signal: that says nothing about the file.
    static func load(
        _ file: RulesetFile, isHosts: Bool = false, within limit: Duration = .seconds(10)
    ) throws(KernelError) {
        let outcome: ChildProcess.Outcome
        do throws(KernelError) {
            outcome = try Sandbox.runHere(
                file.command(isHosts: isHosts), input: file.bytes, staysInFolder: !isHosts, within: limit)
        } catch {
            if error.cause != .failed { throw error }
            // What the system refused has a number; what took too long has not.
            let (cause, why): (KernelError.Cause, String) =
                error.errno == nil ? (.invalid, error.detail ?? error.description) : (.failed, error.description)
            throw KernelError(purpose, cause, detail: "\(file.name): \(why)")
        }
        try file.requireSuccess(of: outcome, purpose)
    }
}

extension RulesetFile.Format {
    /// Those that use nf_tables, whose rules are traced.
    fileprivate var program: String {
        switch self {
        case .nft: "nft"
        case .iptables(.ipv4): "iptables-nft-restore"
        case .iptables(.ipv6): "ip6tables-nft-restore"
        }
    }
}

extension RulesetFile {
    /// A program that a signal ended says nothing about the file.
    package func requireSuccess(of outcome: ChildProcess.Outcome, _ purpose: String) throws(KernelError) {
        let detail = outcome.hasSucceeded ? "" : complaint(in: outcome)
        switch outcome.end {
        case .status(0): return
        case .status: throw KernelError(purpose, .invalid, detail: detail)
        case .signal: throw KernelError(purpose, .failed, detail: detail)
        }
    }

    /// Gets the content as its input, as the file may be a pipe. What it includes is looked for as by `nft -f` itself, and beside it.
    fileprivate func command(isHosts: Bool) -> [String] {
        guard format == .nft else { return [format.program] + (keepsOthers ? ["--noflush"] : []) }
        if isHosts { return [format.program, "-f", "-"] }
        guard let slash = name.lastIndex(of: "/") else { return [format.program, "-I", ".", "-f", "-"] }
        return [format.program, "-I", String(name[...slash]), "-f", "-"]
    }

    /// `rules.nft:2:48-50: Error: No symbol type information`; `rules.v4:3: invalid port/service `foo' specified`.
    fileprivate func complaint(in outcome: ChildProcess.Outcome) -> String {
        let lines = String(decoding: outcome.errors, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        guard let first = lines.first else {
            switch outcome.end {
            case .status(let number): return "\(name): \(format.program) exits with \(number), and says nothing"
            case .signal(let number): return "\(name): \(format.program) was ended by signal \(number)"
            }
        }
        if format == .nft {
            let error = lines.first { $0.contains("Error: ") } ?? first
            let input = "/dev/stdin:"
            if error.hasPrefix(input) { return "\(name):\(error.dropFirst(input.count))" }
            return "\(name): \(error)"
        }
        // `iptables-nft-restore v1.8.9 (nf_tables): what`, then the line.
        let program = format.program
        let what =
            first.hasPrefix(program)
            ? first[(first.firstRange(of: ": ")?.upperBound ?? first.startIndex)...] : first[...]
        let line = lines.compactMap { $0.split(separator: "at line: ").dropFirst().first }.first
        return "\(name):\(line.map { "\($0):" } ?? "") \(what)"
    }
}
