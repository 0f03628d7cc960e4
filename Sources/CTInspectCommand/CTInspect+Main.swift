import ArgumentParser
import CLinux
import Glibc

extension CTInspect {
    /// Runs the program's command line, and exits.
    ///
    /// Like ArgumentParser's own main, with three exceptions: ArgumentParser takes an unknown command for an argument of `flows`, `--version`
    /// with `--verbose` reports what works on this host, and what cannot be written is an error.
    package static func run() -> Never {
        let held = clinux_hold_standard_descriptors()
        if held < 0 { Output.fail("open /: \(String(cString: strerror(-held)))") }
        clinux_survive_file_size_limit()
        run(arguments)
    }

    /// Without the program's name.
    private static var arguments: [String] {
        Array(
            sequence(state: 1) { position in
                defer { position += 1 }
                return clinux_argument(CInt(position)).map { String(cString: $0) }
            })
    }

    private static func run(_ words: [String]) -> Never {
        do {
            if Set(words) == ["--version", "--verbose"] {
                try VersionReport.print()
                exit()
            }
            var command = try parse(words)
            try command.run()
            exit()
        } catch {
            end(because: error)
        }
    }

    /// Says why it ends, or prints the help or version that was asked for, and exits.
    private static func end(because error: any Error) -> Never {
        let (message, code) = (fullMessage(for: error), exitCode(for: error))
        if !message.isEmpty {
            if code.isSuccess { Output.print([message]) } else { Output.say(message) }
        }
        Glibc.exit(code.rawValue)
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
