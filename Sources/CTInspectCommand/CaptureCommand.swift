import ArgumentParser
import Glibc
import IPVS
import Inspection
import Netlink
import Reports

struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Write all that the kernel says about this director into a folder.",
        discussion: """
            The folder holds netlink answers as pcap (Wireshark opens it), files of /proc as they were, and a manifest.
            Every reading command takes it in the kernel's place: --capture DIR. It holds addresses of clients, so only its
            owner may read it; under sudo that is who called it.

            EXAMPLES
              sudo ct-inspect capture /tmp/lb1
              tar -C /tmp -czf lb1.tar.gz lb1
              ct-inspect flows --capture /tmp/lb1
            """)

    @Argument(help: ArgumentHelp("A folder that does not exist yet, or an empty one of your own.", valueName: "DIR"))
    var folder: String

    @Option(help: ArgumentHelp("Look into another network namespace.", valueName: "NAME|PID|PATH"))
    var netns: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        try Failure.reporting { () throws(KernelError) in
            if let netns { try NetworkNamespace.enter(netns) }
            // The folder is made while we may still write where only root may; what is in it is ours then.
            let owner = Self.sudoUser
            let recording = try RecordingKernel(
                LiveKernel(networkNamespace: netns), into: folder, for: owner,
                tool: "ct-inspect \(CTInspect.version)")
            do throws(KernelError) {
                try Privileges.keepOnlyNetAdmin(andChown: owner != nil)
                let photographer = try Photographer(recording)
                let picture = try photographer.picture()
                // No flow needs it, but `services` does.
                _ = try photographer.director.configuration()
                try recording.finish()
                report(picture, unread: recording.unread)
            } catch {
                // Half a capture is none, and would stand in the way of the next try.
                recording.abandon()
                throw error
            }
        }
    }

    /// Who called sudo, and is to read the capture without it.
    private static var sudoUser: CaptureOwner? {
        func number(_ name: String) -> UInt32? { getenv(name).flatMap { UInt32(String(cString: $0)) } }
        guard geteuid() == 0, let user = number("SUDO_UID"), let group = number("SUDO_GID") else { return nil }
        return CaptureOwner(user: user, group: group)
    }

    private func report(_ picture: Picture, unread: [String]) {
        if output.json {
            var json = JSONWriter(Output.write)
            json.object { json in
                json.member("schema", "ct-inspect/1")
                json.member("command", "capture")
                json.member("folder", folder)
                json.member("taken_at", picture.takenAt)
                json.member("flows", picture.report.flows.count)
                json.member("complete", picture.isComplete)
                json.losses(picture.losses)
                json.member("unread", strings: unread)
            }
            json.finish()
        } else {
            let flows = "\(picture.report.flows.count) flows of \(picture.services.count) services"
            Output.print(
                ["\(folder): \(flows). Read it with: ct-inspect flows --capture \(folder)"]
                    + picture.lossText(output.style) + unread.map { "could not read \($0)".printable })
        }
    }
}
