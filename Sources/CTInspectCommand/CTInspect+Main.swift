import ArgumentParser

extension CTInspect {
    /// Runs what the words of the command line ask for, without the program's own name. Ends the program when that is over.
    ///
    /// ArgumentParser's own way, but for two things: it takes an unknown command for an argument of `flows`, and `--version` with
    /// `--verbose` tells what works on this host.
    package static func run(_ words: [String]) -> Never {
        do {
            if Set(words) == ["--version", "--verbose"] {
                try VersionReport.print()
                exit()
            }
            var command = try parse(words)
            try command.run()
            exit()
        } catch {
            exit(withError: error)
        }
    }

    private static func parse(_ words: [String]) throws -> any ParsableCommand {
        do {
            return try parseAsRoot(words)
        } catch {
            guard let complaint = complaint(about: words, message(for: error)) else { throw error }
            throw ValidationError(complaint)
        }
    }

    /// What to say in place of "Unexpected argument", where that stands for a command.
    private static func complaint(about words: [String], _ message: String) -> String? {
        guard message.hasPrefix("Unexpected argument '"), let first = words.first,
            let word = message.split(separator: "'").dropFirst().first.map(String.init)
        else { return nil }
        let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
        if commands.contains(first) { return nil }
        if commands.contains(word) { return "The command comes first: ct-inspect \(word) ..." }
        guard word == first else { return nil }
        let next = Nearest.to(word, of: commands + ["help"]).map { "Did you mean '\($0)'?" }
        return "There is no command '\(word)'. " + (next ?? "There are \(commands.joined(separator: ", ")).")
    }
}
