import Addresses

extension EntryFilter {
    /// Adds an expression as one more condition; and what it implies as conditions of its own, as far as they have one, as the kernel may be
    /// able to apply those.
    package mutating func add(_ expression: FilterExpression) {
        self.expression = self.expression.map { .all([$0, expression]) } ?? expression
        imply(expression)
    }

    /// Only what holds for every match: alternatives imply nothing.
    private mutating func imply(_ expression: FilterExpression) {
        switch expression {
        case .all(let parts): for part in parts { imply(part) }
        case .test(let test): imply(test)
        case .not, .any: break
        }
    }

    private mutating func imply(_ test: FilterTest) {
        switch test {
        case .services(let wanted): services.imply(wanted.map(\.asAddress))
        case .status(let match):
            requiredStatus.formUnion(match.required)
            forbiddenStatus.formUnion(match.forbidden)
            if anyStatus.isEmpty { anyStatus = match.any }
        case .addresses(let key, let wanted): imply(key, wanted.map(\.prefix))
        case .numbers(let key, let wanted): imply(key, wanted)
        case .names(.state, let wanted): states.imply(wanted.map { State($0.name) })
        case .text, .labels, .names, .trait: break
        }
    }

    private mutating func imply(_ key: FilterKey, _ prefixes: [Prefix]) {
        switch key {
        case .src: original.sources.imply(prefixes)
        case .dst: original.destinations.imply(prefixes)
        case .server, .replySrc: reply.sources.imply(prefixes)
        case .replyDst: reply.destinations.imply(prefixes)
        default: break
        }
    }

    private mutating func imply(_ key: FilterKey, _ wanted: [NumberMatch]) {
        switch key {
        case .family: families.imply(wanted.map { $0.single() })
        case .protocol: protocols.imply(wanted.map { $0.single().map(IPProtocol.init(rawValue:)) })
        case .sport: original.sourcePorts.imply(wanted.map(\.ports))
        case .dport: original.destinationPorts.imply(wanted.map(\.ports))
        case .replySport: reply.sourcePorts.imply(wanted.map(\.ports))
        case .replyDport: reply.destinationPorts.imply(wanted.map(\.ports))
        case .zone: zones.imply(wanted.map { $0.single() })
        case .mark: marks.imply(wanted.map { $0.asMark })
        default: break
        }
    }
}

extension Choice {
    /// - Parameter values: nil for one that has no such condition: then nothing is implied.
    fileprivate mutating func imply(_ values: [Value?]) {
        let known = values.compactMap(\.self)
        // Where there are wanted ones already, one of those is needed as well: more of them would allow more.
        if wanted.isEmpty, known.count == values.count { wanted = known }
    }
}

extension FilterService {
    fileprivate var asAddress: EntryFilter.Service? { if case .address(let service) = self { service } else { nil } }
}

extension NumberMatch {
    /// The only number; nil for a range, or some of the bits.
    fileprivate func single<Number: FixedWidthInteger>() -> Number? {
        range.lowerBound == range.upperBound && mask == .max ? Number(exactly: range.lowerBound) : nil
    }

    fileprivate var ports: ClosedRange<UInt16>? {
        guard mask == .max, range.lowerBound <= UInt64(UInt16.max) else { return nil }
        return UInt16(range.lowerBound)...UInt16(clamping: range.upperBound)
    }

    fileprivate var asMark: EntryFilter.Mark? {
        guard range.lowerBound == range.upperBound, let value = UInt32(exactly: range.lowerBound) else { return nil }
        return EntryFilter.Mark(value, mask: UInt32(truncatingIfNeeded: mask))
    }
}
