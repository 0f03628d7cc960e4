import ArgumentParser
import Netlink
import Serving

/// Where the metrics go.
struct ExportOutlets: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Listen here (\(ListenAddress.usual)); :PORT is every address; may be repeated.", valueName: "ADDRESS:PORT")
    )
    var listen: [ListenAddress] = []

    @Option(
        help: ArgumentHelp(
            "Write this file, for node_exporter's textfile collector, and listen only where --listen says.",
            valueName: "FILE"),
        completion: .file())
    var textfile: String?

    @Flag(help: "Read once, write the file or standard output, and exit.")
    var once = false

    func validate() throws {
        if once, !listen.isEmpty { throw ValidationError("--once and --listen are mutually exclusive") }
        if textfile == "" { throw ValidationError("--textfile needs the name of a file") }
    }

    var file: TextFile? { textfile.map(TextFile.init) }

    /// - Parameter sockets: those that systemd passed, in place of the usual address.
    func listens(_ sockets: [CInt]) -> Bool { textfile == nil || !listen.isEmpty || !sockets.isEmpty }

    func listen(_ server: PageServer, _ sockets: [CInt]) throws(KernelError) {
        for socket in sockets {
            do throws(ListenFailure) { try server.listen(socket: socket) } catch {
                throw KernelError("listen at the socket that systemd passed", error)
            }
        }
        for address in listen.isEmpty && sockets.isEmpty ? [.usual] : listen {
            Output.complain("listening at http://\(try address.listen(server))/metrics")
        }
    }
}
