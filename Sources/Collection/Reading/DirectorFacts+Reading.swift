import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink

extension DirectorFacts {
    /// Reads everything that checks need. What cannot be read is unreadable, and the rest is read nevertheless.
    ///
    /// - Parameter input: what is given in place of it: with services, IPVS is not read.
    /// - Throws: if neither IPVS nor the conntrack table could be read: then nothing could be said.
    package init(reading source: any KernelSource, given input: GivenInput? = nil) throws(KernelError) {
        let sysctls = Sysctls(ofFlowsIn: source)
        // It may be there without a way to read it: the module nf_conntrack_netlink.
        let absence =
            sysctls.values.keys.contains { $0.hasPrefix("net.netfilter.nf_conntrack_") } ? nil : Self.untracked
        let (table, tableError) = Fact<TableStatistics>.reading(absent: absence) {
            () throws(KernelError) in .known(try TableStatistics(reading: source))
        }
        let balancing = input?.services.map(Balancing.init(given:)) ?? Balancing(reading: source)
        // Of those that are not permission, the absence of IPVS is the least: there is a table.
        if let error = tableError, balancing.services.value == nil {
            throw ([error] + balancing.errors).first { $0.cause == .forbidden } ?? error
        }
        self.init(
            source.origin, services: balancing.services, configuration: balancing.configuration, sysctls: sysctls,
            table: table, host: HostFacts(reading: source),
            network: .reading(Surroundings(reading: source), for: balancing.services.value ?? [], source),
            counters: HostCounters.reading(source))
        given = input?.record(sysctls, isAll: false)
    }

    /// Reads the same again after some time, for checks of what grows. What was tried in the sandbox is kept.
    ///
    /// - Parameters:
    ///   - elapsed: since these facts were read, by a monotonic clock.
    ///   - isInterrupted: whether that is less than was asked for.
    package func readAgain(
        after elapsed: Duration, isInterrupted: Bool, from source: any KernelSource
    ) throws(KernelError) -> DirectorFacts {
        var later = try DirectorFacts(reading: source)
        later.origin = Origin.here(networkNamespace: origin.networkNamespace)
        later.window = Window(
            elapsed: elapsed, isInterrupted: isInterrupted, table: table, counters: counters, services: services)
        later.trial = trial
        let identities = [services, later.services].map { Set(($0.value ?? []).map(\.identity)) }
        if let tried = trial.value, identities[0] != identities[1] {
            later.trial = .incomplete(tried, "the services changed after the packet filter was tried")
        }
        return later
    }

    private static let untracked = "conntrack is not loaded here"
}

/// What checks need of IPVS.
private struct Balancing {
    let services: Fact<[Service]>
    let configuration: Fact<Director.Configuration>
    private(set) var errors: [KernelError] = []

    private static let absence = "IPVS is not loaded here"

    init(reading source: any KernelSource) {
        let (director, directorError) = Fact<Director.Configuration>.reading(absent: Self.absence) {
            () throws(KernelError) in .known(try Director(source).configuration())
        }
        let (services, servicesError) = Fact<[Service]>.reading(absent: Self.absence) { () throws(KernelError) in
            var losses: [Loss] = []
            let services = try DirectorReader.services(
                of: try Director(source), attempts: Table.attempts, &losses)
            return losses.first.map { .incomplete(services, "\($0.what): \($0.why)") } ?? .known(services)
        }
        (self.services, configuration) = (services, director)
        errors = [servicesError, directorError].compactMap(\.self)
    }

    init(given services: [Service]) {
        self.services = .known(services)
        configuration = .absent("services were given in a file, and IPVS was not read")
    }
}

extension HostFacts {
    static let modulesFile = KernelFile("proc/modules")
    private static let interfaces = KernelFile("proc/sys/net/ipv4/conf")
    /// Not interfaces: the whole namespace, and what new ones get.
    private static let general: Set<String> = ["all", "default"]

    /// Reads it from /proc.
    package init(reading source: any KernelSource) {
        let modules = Fact<Set<String>>.reading(absent: "this kernel has no /proc/modules") {
            () throws(KernelError) in
            let lines = try source.text(of: Self.modulesFile).split(separator: "\n")
            return .known(Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) }))
        }.fact
        let forwarding = Fact<Forwarding>.reading(absent: "this kernel has no \(Sysctls.ipForward)") {
            () throws(KernelError) in
            let ipv4 = try source.text(of: KernelFile(sysctl: Sysctls.ipForward))
            var forwarding = Forwarding(ipv4: ipv4 != "0")
            forwarding.ipv6 = try Self.isOn(KernelFile(sysctl: Sysctls.ipv6Forwarding), source)
            // Else each of them forwards, or may.
            if !forwarding.ipv4 { forwarding.interfaces = try Self.forwardingInterfaces(of: source) }
            return .known(forwarding)
        }.fact
        self.init(modules: modules, forwarding: forwarding)
    }

    /// An interface may vanish in between.
    private static func forwardingInterfaces(of source: any KernelSource) throws(KernelError) -> Set<String> {
        var names: Set<String> = []
        for name in try source.list(interfaces) where !general.contains(name) {
            let file = KernelFile("\(interfaces.path)/\(name)/forwarding")
            if try isOn(file, source) ?? false { names.insert(name) }
        }
        return names
    }

    /// Nil if there is no such setting.
    private static func isOn(_ file: KernelFile, _ source: any KernelSource) throws(KernelError) -> Bool? {
        do throws(KernelError) {
            return try source.text(of: file) != "0"
        } catch {
            if error.cause == .absent { return nil }
            throw error
        }
    }
}

extension Fact {
    /// What `read` gives, or why it gave nothing.
    ///
    /// - Parameter absent: what the absence of what is read means; nil if that is not to be taken for "nothing to check".
    fileprivate static func reading(
        absent: String?, _ read: () throws(KernelError) -> Fact
    ) -> (fact: Fact, error: KernelError?) {
        do throws(KernelError) {
            return (try read(), nil)
        } catch {
            if error.cause == .absent, let absent { return (.absent(absent), error) }
            return (.unreadable(error.description), error)
        }
    }
}
