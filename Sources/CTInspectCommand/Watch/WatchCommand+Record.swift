import Addresses
import ArgumentParser
import CLinux
import Collection
import Glibc
import Inspection
import Netlink
import Terminal

/// The record that `watch` shows instead of a director.
struct RecordedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Show a director as a record of ct-inspect record tells of it, at any of its moments.",
            valueName: "DIR|FILE"), completion: .file())
    var record: String?

    @Option(
        help: ArgumentHelp(
            "The moment of the record that is shown first (its end); or how long ago.", valueName: "TIME"))
    var at: PastTime?

    func validate() throws {
        if at != nil, record == nil { throw ValidationError("--at is the time of a --record") }
        if record == CaptureArgument.standardStream {
            throw ValidationError("--record needs a directory or a file: a pipe cannot be read back; see replay")
        }
    }
}

/// `watch --record`: no kernel is read, and no privilege is needed.
extension WatchCommand {
    func validateRecord() throws {
        guard recorded.record != nil else { return }
        let others = [
            ("--capture", source.capture != nil), ("--netns", source.namespace.netns != nil), ("--observe", observe),
            ("--start-tracking", startTracking), ("--interval", interval != nil),
            ("--connections", reading.connections != .auto), ("--max-read-time", reading.maxReadTime != nil),
        ]
        if let other = others.first(where: \.1)?.0 {
            throw ValidationError("--record and \(other) are mutually exclusive: nothing is read but the record")
        }
    }

    func runRecord(_ path: String) throws {
        let player = RecordPlayer(path, at: recorded.at?.moment)
        if isLive { clinux_start_terminal_guard(STDOUT_FILENO) }
        defer { clinux_end_terminal_guard() }
        var complaint: String?
        try Failure.reporting { () throws(KernelError) in
            try player.load(Progress().reading)
            var files = SettingsFiles(reads: !screen.noConfig)
            var model = model(of: player)
            let troubles = files.apply(to: &model)
            complaint = model.begin(screen.start)
            if complaint != nil { return }
            let session = WatchSession(player, model)
            guard isLive else {
                report(troubles, session)
                return try WatchPrinter(session, screen).print(afterInterval: nil)
            }
            try files.startWriter()
            let resolver = try NameResolver(as: files.caller)
            report(troubles, session)
            try show(session, files, resolver)
        }
        if let complaint { throw ValidationError(complaint) }
    }

    private func model(of player: RecordPlayer) -> Model {
        let origin = player.origin
        var setting = Model.Setting(
            host: origin?.host ?? "", networkNamespace: origin?.networkNamespace,
            kernelRelease: origin?.kernelRelease ?? "")
        setting.clocksAhead = Clocks.localOffset(at: player.span?.last ?? Clocks.system.wall())
        setting.names = .installed
        setting.isPrinted = !isLive
        var model = Model(setting, size: screen.printedSize, hasIPVS: true)
        model.record = player.span
        return model
    }
}
