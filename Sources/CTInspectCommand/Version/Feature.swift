import Addresses
import BPF
import Collection
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink

/// A kernel feature that commands need, and whether it is available.
struct Feature {
    enum Answer {
        case works
        /// It works, with limitations.
        case partly
        case fails
        /// Unknown without permission to ask.
        case forbidden
    }

    var name: String
    var answer: Answer
    /// What was found, or why not and the next step.
    var finding: String

    init(_ name: String, _ answer: Answer, _ finding: String) {
        self.name = name
        self.answer = answer
        self.finding = finding
    }

    /// - Parameter probe: returns what it found; an error is an answer, too.
    init(_ name: String, _ probe: () throws(KernelError) -> (Answer, String)) {
        do throws(KernelError) {
            let (answer, finding) = try probe()
            self.init(name, answer, finding)
        } catch {
            self.init(name, error.cause == .forbidden ? .forbidden : .fails, error.description)
        }
    }
}

extension Feature.Answer: CustomStringConvertible {
    var description: String {
        switch self {
        case .works: "yes"
        case .partly: "partly"
        case .fails: "no"
        case .forbidden: "?"
        }
    }
}

extension Feature {
    /// Checks what this host supports, in the same way as the commands: takes milliseconds, and leaves nothing behind. Loads what their
    /// requests load, `nf_conntrack_netlink` and `nfnetlink_hook`, and never IPVS.
    static func probe(_ kernel: any KernelSource) -> [Feature] {
        let settings = Sysctls(
            named: ["nf_conntrack_events", "nf_conntrack_acct", "nf_conntrack_timestamp"].map { "net.netfilter." + $0 },
            from: kernel
        ).values
        return [
            table(kernel), filters(KernelVersion(release: kernel.origin.kernelRelease)), events(),
            eventSetting(settings["net.netfilter.nf_conntrack_events"]),
            setting("entry counters", Sysctls.accounting, settings, "packets and bytes of an entry"),
            setting("entry times", "net.netfilter.nf_conntrack_timestamp", settings, "the start time of an entry"),
            services(kernel), directRouting(kernel), tracking(kernel), traces(kernel),
        ]
    }

    private static func table(_ kernel: any KernelSource) -> Feature {
        Feature("conntrack table") { () throws(KernelError) in
            let size = try Table(kernel).size()
            let fill = [size.entries, size.limit].map { $0.map(String.init) ?? "?" }
            return (.works, "\(fill[0]) entries of at most \(fill[1])")
        }
    }

    static func filters(_ version: KernelVersion?) -> Feature {
        let name = "kernel filtering"
        guard let version else { return Feature(name, .partly, "the kernel version is unknown") }
        let lacking = KernelFilter.allCases.filter { version < $0.since }
        if lacking.isEmpty {
            return Feature(name, .works, KernelFilter.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let later = lacking.map { "\($0.rawValue) since \($0.since)" }.joined(separator: ", ")
        return Feature(name, .partly, "ct-inspect filters itself what this kernel cannot: \(later)")
    }

    private static func events() -> Feature {
        Feature("conntrack events") { () throws(KernelError) in
            _ = try EventSocket(
                groups: [EventKind.new.entryGroup], buffer: 1 << 16, for: "subscribe to conntrack events")
            return (.works, "NEW, UPDATE and DESTROY can be received")
        }
    }

    /// `nf_ct_ecache_event_enabled` and its modes: net/netfilter/nf_conntrack_ecache.c.
    private static func eventSetting(_ value: String?) -> Feature {
        let (name, sysctl) = ("entry events", "net.netfilter.nf_conntrack_events")
        return switch value {
        case "1": Feature(name, .works, "\(sysctl)=1: for all entries")
        case "2": Feature(name, .works, "\(sysctl)=2: for entries created while somebody listens")
        case "0": Feature(name, .fails, "\(sysctl)=0: only where a rule sets them: sysctl -w \(sysctl)=1")
        case let value?: Feature(name, .partly, "\(sysctl)=\(value)")
        case nil: Feature(name, .fails, "there is no \(sysctl): conntrack is not loaded, or was built without events")
        }
    }

    private static func setting(
        _ name: String, _ sysctl: String, _ values: [String: String], _ what: String
    ) -> Feature {
        switch values[sysctl] {
        case "1": Feature(name, .works, "\(sysctl)=1: \(what)")
        case let value?: Feature(name, .fails, "\(sysctl)=\(value): the kernel does not record \(what)")
        case nil: Feature(name, .fails, "there is no \(sysctl)")
        }
    }

    private static func services(_ kernel: any KernelSource) -> Feature {
        Feature("IPVS") { () throws(KernelError) in
            let count = try Director(kernel).wholeServices().count
            return (.works, "\(count) service\(count == 1 ? "" : "s") in this network namespace")
        }
    }

    /// The program that reads connections, or why it cannot be loaded.
    static func loadConnectionWalk(_ kernel: any KernelSource) -> Result<ConnectionWalk, KernelError> {
        Result { () throws(KernelError) in try ConnectionWalk(kernel) }
    }

    static func connectionWalk(_ walk: Result<ConnectionWalk, KernelError>, _ kernel: any KernelSource) -> Feature {
        Feature("BPF") { () throws(KernelError) in
            guard Director.isPresent(in: kernel) else { return (.fails, "there is no IPVS whose connections to read") }
            try walk.get().read(within: nil) { _ in }
            return (.works, "reads a million IPVS connections in about a second")
        }
    }

    private static func directRouting(_ kernel: any KernelSource) -> Feature {
        let (name, sysctl) = ("DR, TUN entries", "net.ipv4.vs.conntrack")
        guard let value = Sysctls(named: [sysctl], from: kernel).values[sysctl] else {
            return Feature(name, .fails, "there is no \(sysctl): IPVS is not loaded, or built without IP_VS_NFCT")
        }
        return value == "0"
            ? Feature(name, .fails, "\(sysctl)=0: IPVS untracks their packets; see ct-inspect-lvs-dr(7)")
            : Feature(name, .works, "\(sysctl)=\(value): IPVS leaves them to conntrack")
    }

    private static func tracking(_ kernel: any KernelSource) -> Feature {
        Feature("observe") { () throws(KernelError) in
            let release = kernel.origin.kernelRelease
            if let version = KernelVersion(release: release), version < ObservationTable.firstKernel {
                return (.fails, "needs Linux \(ObservationTable.firstKernel) (tables owned by a process)")
            }
            let tracking = try ConntrackActivation(reading: kernel)
            let families = [("IPv4", tracking.ipv4), ("IPv6", tracking.ipv6)]
            let all = families.map { "\($0): \($1.words)" }.joined(separator: "; ")
            return (families.contains { $1 != .inactive } ? .works : .partly, all)
        }
    }

    private static func traces(_ kernel: any KernelSource) -> Feature {
        let legacy = LegacyTables.read(from: kernel)
        let name = "rule names"
        for presence in [legacy.ipv4, legacy.ipv6] {
            switch presence {
            case .tables(let tables):
                return Feature(
                    name, .partly,
                    "iptables-legacy has tables, whose rules cannot be traced: "
                        + tables.joined(separator: ", "))
            case .unknown(let error):
                return Feature(name, error.cause == .forbidden ? .forbidden : .fails, error.description)
            case .none: continue
            }
        }
        return Feature(name, .works, "no tables of iptables-legacy, whose rules cannot be traced")
    }
}

extension ConntrackActivation.Activity {
    var words: String {
        switch self {
        case .active(let evidence): "conntrack is active (\(evidence))"
        case .inactive: "conntrack is not active (observe --start-tracking activates it)"
        case .unknown(let why): "unknown: \(why)"
        }
    }
}
