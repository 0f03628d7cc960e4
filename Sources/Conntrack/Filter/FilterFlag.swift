/// The words of a filter that stand alone, by the names that their options have: conditions on status bits.
package enum FilterFlag: String, CaseIterable, Sendable {
    case unreplied, assured, dying, offload
    case srcNat = "src-nat"
    case dstNat = "dst-nat"
    case anyNat = "any-nat"

    /// The bits that are looked at.
    fileprivate var bits: Status {
        switch self {
        case .unreplied: .seenReply
        case .assured: .assured
        case .dying: .dying
        case .offload: [.offload, .hardwareOffload]
        case .srcNat: .sourceNAT
        case .dstNat: .destinationNAT
        case .anyNat: [.sourceNAT, .destinationNAT]
        }
    }
}

extension EntryFilter {
    /// Adds the condition of a flag; negated, that the flag does not hold.
    ///
    /// - Parameter spelled: how its writer spells flags, for errors.
    /// - Throws: for `any-nat` and `offload` together: a filter wants one set of bits of which any will do.
    package mutating func add(
        _ flag: FilterFlag, isNegated: Bool = false, spelled: (FilterFlag) -> String = \.rawValue
    ) throws(FilterError) {
        switch (flag, isNegated) {
        case (.unreplied, true): requiredStatus.formUnion(flag.bits)
        case (.unreplied, false), (_, true): forbiddenStatus.formUnion(flag.bits)
        case (.offload, false), (.anyNat, false):
            guard anyStatus == [] || anyStatus == flag.bits else {
                throw FilterError(spelled(.anyNat), .excludes(spelled(.offload), instead: spelled(.srcNat)))
            }
            anyStatus = flag.bits
        default: requiredStatus.formUnion(flag.bits)
        }
    }
}
