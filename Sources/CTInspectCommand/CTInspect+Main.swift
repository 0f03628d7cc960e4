import ArgumentParser
import CLinux
import Glibc

extension CTInspect {
    /// Runs the program's command line, and exits.
    ///
    /// Like ArgumentParser's own main, but that ArgumentParser takes an unknown command for an argument of `flows`, or shows the help of
    /// another; `--version` is also `-V`, and with `--verbose` reports what works on this host; and what cannot be written is an error.
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

    private static func run(_ given: [String]) -> Never {
        let words = given.first == "-V" ? ["--version"] + given.dropFirst() : given
        do {
            if Set(words) == ["--version", "--verbose"] {
                try VersionReport.print()
                exit()
            }
            run(try parse(words))
        } catch {
            end(because: error)
        }
    }

    /// What is found wrong with the words only now ends with the usage of the command, as what its parser finds.
    private static func run(_ parsed: any ParsableCommand) -> Never {
        var command = parsed
        do {
            try command.run()
            exit()
        } catch let error as ValidationError {
            let type = type(of: command)
            let help = ([_commandName] + (type == self ? [] : [type._commandName])).joined(separator: " ")
            Output.say(
                """
                Error: \(error.message)
                Usage: \(usageString(for: type))
                  See '\(help) --help' for more information.
                """)
            exit(withError: ExitCode.validationFailure)
        } catch {
            end(because: error)
        }
    }

    /// Says why it ends, or prints the help or version that was asked for, and exits.
    private static func end(because error: any Error) -> Never {
        let (message, code) = (explained(fullMessage(for: error)), exitCode(for: error))
        if !message.isEmpty {
            if code.isSuccess { Output.print([message]) } else { Output.say(message) }
        }
        Glibc.exit(code.rawValue)
    }

    /// A message that says what was wrong with a duration or a time, too.
    private static func explained(_ message: String) -> String {
        let end = message.firstIndex(of: "\n") ?? message.endIndex
        let first = message[..<end]
        let forms = ["DURATION": TimeSpan.form, "TIME": PastTime.form]
        guard first.hasPrefix("Error: The value '"), let form = forms.first(where: { first.hasSuffix(" <\($0.key)>'") })
        else { return message }
        return "\(first): \(form.value)\(message[end...])"
    }

    private static func parse(_ words: [String]) throws -> any ParsableCommand {
        if let word = helpWanted(words), !commands.contains(word) { throw ValidationError(noCommand(word)) }
        do {
            return try parseAsRoot(TranslationArguments.separated(words))
        } catch {
            guard let complaint = complaint(about: words, message(for: error)) else { throw error }
            throw ValidationError(complaint)
        }
    }

    private static let commands = configuration.subcommands.compactMap { $0.configuration.commandName }

    /// What stands for a command whose help is asked for: `help nosuch`, `nosuch --help`; nil for that of the program.
    private static func helpWanted(_ words: [String]) -> String? {
        let asksForHelp = words.contains { ["--help", "-h"].contains($0) }
        let word = words.first == "help" ? words.dropFirst().first : asksForHelp ? words.first : nil
        return word.flatMap { $0.hasPrefix("-") || $0 == "help" ? nil : $0 }
    }

    /// The message replacing "Unexpected argument", if the argument stands for a command.
    private static func complaint(about words: [String], _ message: String) -> String? {
        guard message.hasPrefix("Unexpected argument '"), let first = words.first,
            let word = message.split(separator: "'").dropFirst().first.map(String.init)
        else { return nil }
        if commands.contains(first) { return nil }
        if commands.contains(word) { return "The command comes first: ct-inspect \(word) ..." }
        return word == first ? noCommand(word) : nil
    }

    private static func noCommand(_ word: String) -> String {
        let next = Nearest.to(word, of: commands + ["help"]).map { "Did you mean '\($0)'?" }
        return "There is no command '\(word)'. " + (next ?? "The commands are \(commands.joined(separator: ", ")).")
    }
}
