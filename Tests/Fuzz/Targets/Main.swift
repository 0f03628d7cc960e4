import CFuzzer
import Glibc

/// One program holds all targets: `fuzz NAME`, then what libFuzzer takes. `fuzz --list` names them.
///
/// What a target makes of an input is its own affair; a trap in it, or `Finding.report`, is a finding, which libFuzzer saves.
@main
struct Fuzz {
    /// The one that was chosen, for a callback that takes no context. Set once, before there is any other thread.
    nonisolated(unsafe) private static var chosen = FuzzTarget.all[0]

    static func main() {
        let words = CommandLine.arguments.dropFirst()
        if words.first == "--list" {
            for target in FuzzTarget.all { print(target.name) }
            return
        }
        guard let target = FuzzTarget.all.first(where: { $0.name == words.first }) else {
            print("usage: fuzz --list | fuzz TARGET [FLAG or INPUT]...")
            exit(64)
        }
        chosen = target
        exit(run(["fuzz-\(target.name)", "-max_len=\(target.longest)"] + words.dropFirst()))
    }

    /// libFuzzer keeps the arguments, so they are never freed.
    private static func run(_ words: [String]) -> CInt {
        var count = CInt(words.count)
        let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
        for (place, word) in words.enumerated() { copies[place] = strdup(word) }
        copies[words.count] = nil
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = copies
        return LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            Fuzz.chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
    }
}
