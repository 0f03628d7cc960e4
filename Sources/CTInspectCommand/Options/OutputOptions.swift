import ArgumentParser
import CLinux
import Glibc
import Reports

/// How to print: common to all commands.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON (schema ct-inspect/1): one document, or one object per line.")
    var json = false

    enum Colour: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(help: "Color: auto (on a terminal, unless NO_COLOR is set), always or never.")
    var color = Colour.auto

    var style: Style {
        switch color {
        case .always: .coloured
        case .never: .plain
        case .auto: Output.isTerminal && getenv("NO_COLOR").map({ $0.pointee == 0 }) ?? true ? .coloured : .plain
        }
    }
}
