import Anonymizing
import ArgumentParser
import Netlink

/// Whether and how a capture is anonymized.
struct AnonymizingOptions: ParsableArguments {
    @Flag(name: .customLong("anonymize"), help: "Replace addresses, names and comments, so that strangers can read it.")
    var isWanted = false

    @Option(
        help: ArgumentHelp(
            "Replace them as this key says, which is made if there is no such file. It stays with you.",
            valueName: "FILE"),
        completion: .file())
    var key: String?

    func validate() throws {
        if key != nil, !isWanted { throw ValidationError("--key needs --anonymize") }
    }

    /// - Parameter owner: of a key that is made.
    /// - Returns: nil if nothing is to be replaced.
    func anonymizer(for owner: FileOwner?) throws(KernelError) -> Anonymizer? {
        guard isWanted else { return nil }
        guard let key else { return try Anonymizer(AnonymizingKey()) }
        return try Anonymizer(AnonymizingKey(file: key, for: owner))
    }
}
