import Addresses
import Netlink

/// Services as `ipvsadm -S -n` and ipvsadm-save(8) write them, and `ipvsadm -R` reads them: a command a line, with the defaults that
/// ipvsadm(8) has where an option is left out.
///
/// Only what adds something is read (`-A`, `-a`), and numbers: what a name stands for depends on the machine.
package struct SavedServices: Equatable, Sendable {
    /// In the order of ipvsadm(8), with their destinations.
    package private(set) var services: [Service] = []

    private static let purpose = "read the services"

    /// - Parameters:
    ///   - text: what is not a command: blank lines, and what follows `#`.
    ///   - name: of the file, for messages.
    /// - Throws: `.invalid`, with the file's name and the line.
    package init(_ text: String, named name: String) throws(KernelError) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            do throws(Refused) {
                var words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
                if words.first == "ipvsadm" { words.removeFirst() }
                if let first = words.first { try add(SavedCommand(first, words.dropFirst())) }
            } catch {
                throw KernelError(Self.purpose, .invalid, detail: "\(name):\(index + 1): \(error.why)")
            }
        }
        services.sort { $0.identity < $1.identity }
        for index in services.indices { services[index].destinations.sort { $0.endpoint < $1.endpoint } }
    }

    /// As the kernel does: none twice (`ip_vs_genl_set_cmd`, net/netfilter/ipvs/ip_vs_ctl.c).
    private mutating func add(_ command: SavedCommand) throws(Refused) {
        let service = try command.service()
        let place = services.firstIndex { $0.identity == service.identity }
        switch (command.action, place) {
        case (.addService, nil): services.append(service)
        case (.addService, _?): throw Refused("there is a service \(service.identity) already")
        case (.addServer, nil): throw Refused("there is no service \(service.identity) yet")
        case (.addServer, let place?):
            let destination = try command.destination(of: service)
            if services[place].destinations.contains(where: { $0.endpoint == destination.endpoint }) {
                throw Refused("\(service.identity) has the destination \(destination.endpoint) already")
            }
            services[place].destinations.append(destination)
        }
    }
}

/// Why a line was not read.
struct Refused: Error {
    let why: String

    init(_ why: String) { self.why = why }
}
