import ArgumentParser
import Collection
import Netlink

/// Files to check in place of what a director has.
struct GivenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Check these rules in place of the packet filter. May be repeated.", valueName: "FILE"),
        completion: .file())
    var ruleset: [String] = []

    @Option(
        help: ArgumentHelp("Check these services in place of those of IPVS.", valueName: "FILE"),
        completion: .file())
    var services: String?

    /// Whether nothing of a director needs to be read.
    var areAll: Bool { !ruleset.isEmpty && services != nil }

    var areAny: Bool { !ruleset.isEmpty || services != nil }

    /// - Parameter capture: what `--capture` names, which may be standard input, too.
    func validate(beside capture: String?) throws {
        if (ruleset + [services, capture].compactMap(\.self)).count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Only one file can be - (standard input).")
        }
    }

    /// Reads them, as long as the user's permission to read them is there.
    func read() throws(KernelError) -> GivenInput {
        var files: [InputFile] = []
        for path in ruleset { files.append(try InputFile(path)) }
        var list: InputFile?
        if let services { list = try InputFile(services) }
        return try GivenInput(rulesets: files, services: list)
    }
}
