import ArgumentParser

extension CTInspect {
    /// Runs the command line, given without the program's name, and exits.
    ///
    /// Like ArgumentParser's own main, with two exceptions: ArgumentParser takes an unknown command for an argument of `flows`, and `--version`
    /// with `--verbose` reports what works on this host.
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

    /// The message replacing "Unexpected argument", if the argument stands for a command.
    private static func complaint(about words: [String], _ message: String) -> String? {
        guard message.hasPrefix("Unexpected argument '"), let first = words.first,
            let word = message.split(separator: "'").dropFirst().first.map(String.init)
        else { return nil }
        let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
        if commands.contains(first) { return nil }
        if commands.contains(word) { return "The command comes first: ct-inspect \(word) ..." }
        guard word == first else { return nil }
        let next = Nearest.to(word, of: commands + ["help"]).map { "Did you mean '\($0)'?" }
        return "There is no command '\(word)'. " + (next ?? "The commands are \(commands.joined(separator: ", ")).")
    }
}
