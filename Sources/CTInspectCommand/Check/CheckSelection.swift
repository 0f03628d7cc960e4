import ArgumentParser
import Inspection

/// Which checks to make.
struct CheckSelection: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Make only these checks. May be repeated.", valueName: "ID[,ID]"),
        completion: .list(fixed: CheckSelection.ids))
    var only: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Leave these checks out. May be repeated.", valueName: "ID[,ID]"),
        completion: .list(fixed: CheckSelection.ids))
    var skip: [String] = []

    static var ids: [String] { Check.all.map(\.id.rawValue) }

    /// The chosen ones, in their usual order.
    ///
    /// - Throws: if there is no such check, or none is left.
    func checks() throws -> [Check] {
        let (only, skip) = (try Self.ids(only, "--only"), try Self.ids(skip, "--skip"))
        let chosen = Check.all.filter {
            (only.isEmpty || only.contains($0.id)) && !skip.contains($0.id)
        }
        if chosen.isEmpty { throw ValidationError("--skip leaves no check to make") }
        return chosen
    }

    private static func ids(_ lists: [String], _ option: String) throws -> Set<Finding.ID> {
        let words = lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        return Set(
            try words.map { word in
                guard let check = Check.named(word.lowercased()) else {
                    let next = Nearest.to(word, of: ids).map { "Did you mean '\($0)'?" }
                    throw ValidationError(
                        "\(option): there is no check '\(word)'. " + (next ?? "See ct-inspect check --list."))
                }
                return check.id
            })
    }
}
