import Addresses
import CNetlink

/// Determines which parts of a filter ctnetlink can apply, and why not the others (`ctnetlink_alloc_filter`, `ctnetlink_filter_match` in
/// net/netfilter/nf_conntrack_netlink.c, read at 5.10, 6.1, 6.6 and 6.18).
///
/// - A field is compared with one value: there are no lists, ranges or prefixes, and only status bits can be negated.
/// - The partial tuples of `CTA_FILTER` need a family, and ports need a protocol: only those of TCP and UDP are compared.
/// - **The comparison of IPv6 addresses is inverted** (`!ipv6_addr_cmp`): entries are dropped because they have the address.
/// - Up to 5.17 the reply tuple may be read with the flags of the original tuple, so that wanted entries are dropped.
/// - `CTA_ZONE` means the zone of either direction, so 0 means an entry without zone in either.
/// - Kernels ignore what they do not know: `CTA_FILTER` before 5.8, `CTA_STATUS` before 5.15, `CTA_ZONE` before 6.8.
struct DumpPlanner {
    private(set) var plan = DumpPlan()
    /// Each condition, and where it is applied.
    private(set) var remarks: [Remark] = []

    private let filter: EntryFilter
    private let kernel: KernelVersion?

    private static let tuples = KernelFilter.tuples.since

    /// - Parameter kernel: nil if unknown.
    init(_ filter: EntryFilter, for kernel: KernelVersion?) {
        self.filter = filter
        self.kernel = kernel
        if filter.possibleFamilies?.isEmpty ?? false || filter.possibleProtocols?.isEmpty ?? false {
            remarks = [.here("the whole filter", "no entry can match it")]
            return
        }
        planFamily()
        planProtocol()
        planSide(filter.original, \.original, "")
        planSide(filter.reply, \.reply, "reply ")
        planService()
        planMark()
        planStatus()
        planZones()
        planNothing()
        if plan.comparesTuples, plan.families == [0] {
            plan.families = EntryFilter.tracked.sorted()
            remarks.append(.kernel("asked once per family, as it compares these within one family only", nil))
        }
    }

    private mutating func planFamily() {
        let possible = filter.possibleFamilies
        let families = filter.families.words("family", EntryFilter.familyName)
        guard let family = possible?.first, possible?.count == 1 else {
            remarks += families.map { .here($0, "the kernel accepts one or all") }
            return
        }
        plan.families = [family]
        remarks += families.map { .kernel($0, nil) }
        if families.isEmpty {
            remarks.append(.kernel("family \(EntryFilter.familyName(family)), that of the addresses", nil))
        }
    }

    private mutating func planProtocol() {
        let possible = filter.possibleProtocols
        let protocols = filter.protocols.words("protocol")
        guard let number = possible?.first, possible?.count == 1,
            plan.families == [0] || EntryFilter.tracked.isSuperset(of: plan.families)
        else {
            remarks += protocols.map { .here($0, "the kernel compares only one") }
            return
        }
        plan.protocol = number
        remarks += protocols.map { .kernel($0, Self.tuples) }
        if protocols.isEmpty {
            remarks.append(.kernel("protocol \(number), implied by the other conditions", Self.tuples))
        }
    }

    /// Compares a field with its only wanted value.
    ///
    /// - Parameter put: puts the value into the plan, or returns why it cannot.
    private mutating func compare<Value>(
        _ name: String, _ choice: Choice<Value>, since: KernelVersion?, text: (Value) -> String = { "\($0)" },
        put: (inout DumpPlan, Value) -> String?
    ) {
        if !choice.wanted.isEmpty {
            let what = Choice(choice.wanted).words(name, text)
            let why = choice.single.map { put(&plan, $0) } ?? "the kernel compares only one value"
            remarks += what.map { what in why.map { .here(what, $0) } ?? .kernel(what, since) }
        }
        remarks += Choice(not: choice.unwanted).words(name, text).map {
            .here($0, "the kernel cannot negate this")
        }
    }

    private mutating func planSide(
        _ side: EntryFilter.Side, _ path: WritableKeyPath<DumpPlan, DumpPlan.Side>, _ name: String
    ) {
        let isMisread = path == \.reply && kernel.map { $0 < KernelFilter.replyTuples.since } ?? true
        let obstacle =
            isMisread ? "kernels before \(KernelFilter.replyTuples.since) may misread the reply's tuple" : nil
        func address(_ slot: WritableKeyPath<DumpPlan.Side, IPAddress?>) -> (inout DumpPlan, Prefix) -> String? {
            { plan, prefix in
                if let why = obstacle ?? Self.obstacle(to: prefix) { return why }
                plan[keyPath: path.appending(path: slot)] = prefix.address
                return nil
            }
        }
        func port(
            _ slot: WritableKeyPath<DumpPlan.Side, UInt16?>
        ) -> (inout DumpPlan, ClosedRange<UInt16>) -> String? {
            { plan, range in
                if let why = obstacle ?? Self.obstacle(to: range, of: plan.protocol) { return why }
                plan[keyPath: path.appending(path: slot)] = range.lowerBound
                return nil
            }
        }
        let since = Self.tuples
        compare(name + "source", side.sources, since: since, put: address(\.source))
        compare(name + "destination", side.destinations, since: since, put: address(\.destination))
        let isMasked = "the kernel compares whole addresses, not some of their bits"
        compare(name + "source", side.maskedSources, since: since) { _, _ in isMasked }
        compare(name + "destination", side.maskedDestinations, since: since) { _, _ in isMasked }
        let text = EntryFilter.text
        compare(name + "source port", side.sourcePorts, since: since, text: text, put: port(\.sourcePort))
        compare(
            name + "destination port", side.destinationPorts, since: since, text: text, put: port(\.destinationPort))
    }

    private static func obstacle(to prefix: Prefix) -> String? {
        if prefix.length < prefix.address.bitWidth { return "the kernel compares whole addresses, not prefixes" }
        return obstacle(to: prefix.address)
    }

    private static func obstacle(to address: IPAddress) -> String? {
        address.family == .ipv4 ? nil : "the kernel's own test of IPv6 addresses is inverted"
    }

    private static func obstacle(to ports: ClosedRange<UInt16>, of number: IPProtocol?) -> String? {
        if ports.count > 1 { return "the kernel compares one port, not a range" }
        return number == .tcp || number == .udp ? nil : "the kernel compares ports of one protocol, TCP or UDP"
    }

    private mutating func planService() {
        compare("service", filter.services, since: Self.tuples) { plan, service in
            let why = Self.obstacle(to: service.address)
            if why == nil { plan.original.destination = service.address }
            guard let port = service.port else { return why }
            if let why = Self.obstacle(to: port...port, of: plan.protocol) { return why }
            plan.original.destinationPort = port
            return why
        }
    }

    private mutating func planMark() {
        if filter.marks.wanted.count > 1, let common = EntryFilter.Mark(commonTo: filter.marks.wanted) {
            plan.mark = common
            remarks.append(.kernel("mark \(common), common to these", nil))
        }
        compare("mark", filter.marks, since: nil) { plan, mark in
            plan.mark = mark
            return nil
        }
    }

    private mutating func planStatus() {
        let since = KernelFilter.status.since
        // “Any of” a single bit is that bit.
        let isOne = filter.anyStatus.names.count == 1
        plan.status = filter.requiredStatus.union(isOne ? filter.anyStatus : [])
        plan.statusMask = plan.status.union(filter.forbiddenStatus)
        if plan.status != [] {
            remarks.append(.kernel("status \(plan.status.names.joined(separator: " and "))", since))
        }
        if filter.forbiddenStatus != [] {
            remarks.append(.kernel("status not \(filter.forbiddenStatus.names.joined(separator: " or "))", since))
        }
        if filter.anyStatus.names.count > 1 {
            let either = filter.anyStatus.names.joined(separator: " or ")
            remarks.append(.here("status \(either)", "the kernel has no “or”"))
        }
    }

    private mutating func planZones() {
        let zones = [
            ("zone", filter.zones), ("original zone", filter.original.zones), ("reply zone", filter.reply.zones),
        ]
        for (name, choice) in zones {
            compare(name, choice, since: KernelFilter.zones.since) { plan, zone in
                if zone == 0 { return "to the kernel, zone 0 means none in either direction" }
                plan.zone = zone
                return nil
            }
        }
    }

    private mutating func planNothing() {
        let icmp =
            filter.icmp.types.words("ICMP type") + filter.icmp.codes.words("ICMP code")
            + filter.icmp.ids.words("ICMP id", EntryFilter.text)
        remarks += icmp.map { .here($0, "done here, as few entries are ICMP") }
        remarks += filter.states.words("state").map { .here($0, "the kernel compares no states") }
        let why = "the kernel compares no labels"
        if !filter.requiredLabels.isEmpty {
            remarks.append(.here("label \(filter.requiredLabels.map(String.init).joined(separator: " and "))", why))
        }
        if !filter.forbiddenLabels.isEmpty {
            remarks.append(.here("label not \(filter.forbiddenLabels.map(String.init).joined(separator: " or "))", why))
        }
        if filter.expression != nil {
            remarks.append(.here("the expression", "the kernel only gets what follows from it"))
        }
    }
}
