import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Sandbox

/// What is checked in place of what a director has.
package struct GivenInput: Sendable {
    /// Loaded in this order, in place of the packet filter; empty if that is the director's.
    package let rulesets: [RulesetFile]
    /// In place of those of IPVS; nil if those are the director's.
    package let services: [Service]?
    private let servicesName: String?

    /// - Throws: `.invalid` for what is no list of services, and `.absent` if a program is missing that loads rules. Rules are read only when
    ///   they are tried.
    package init(rulesets: [InputFile], services: InputFile?) throws(KernelError) {
        self.rulesets = rulesets.map { RulesetFile($0.bytes, named: $0.name) }
        try RulesetLoader.requirePrograms(for: self.rulesets)
        servicesName = services?.name
        guard let services else {
            self.services = nil
            return
        }
        self.services = try SavedServices(String(decoding: services.bytes, as: UTF8.self), named: services.name)
            .services
    }

    /// - Parameters:
    ///   - sysctls: as far as they were read.
    ///   - isAll: whether nothing was read but the files.
    func record(_ sysctls: Sysctls, isAll: Bool = false) -> GivenFiles? {
        guard !rulesets.isEmpty || services != nil else { return nil }
        var given = GivenFiles()
        given.rulesets = rulesets.map { .init($0.name, format: $0.format.description) }
        given.services = servicesName
        given.areAll = isAll
        // What cannot be read is not absent.
        given.assumedSettings = GivenFiles.usualSettings.filter {
            sysctls.isAbsent($0.name)
        }
        if isAll { given.assumedLink = Self.assumedLink }
        return given
    }

    static let assumedLink = "eth0"
}

extension DirectorFacts {
    /// Of files alone: nothing is read of this machine.
    package init(of input: GivenInput) {
        let nothing = GivenFiles.nothingElse
        self.init(
            Origin.here(networkNamespace: nil), services: .known(input.services ?? []), configuration: .absent(nothing),
            sysctls: Sysctls(), table: .absent(nothing),
            host: HostFacts(modules: .absent(nothing), forwarding: .absent(nothing), memory: .absent(nothing)),
            network: .absent(nothing), counters: .absent(nothing))
        mergedReceiving = .absent(nothing)
        given = input.record(sysctls, isAll: true)
    }
}
