import CNetlink
import Netlink

/// Where rules refer to sets of ipset: by the set's index, in the data of the match `set` and of the target `SET` (net/netfilter/xt_set.c).
enum SetReferences {
    /// Where a target has no such set (`IPSET_INVALID_ID`).
    static let none = UInt16(IPSET_INVALID_ID)

    /// Of a match or target: where in its data the indexes are, in host order (linux/netfilter/xt_set.h).
    ///
    /// - Throws: for a revision that is not known here.
    static func places(_ name: String, revision: UInt32, isTarget: Bool) throws(DecodeError) -> [Int] {
        switch (isTarget, name, revision) {
        case (false, "set", 0...4): return [0]
        case (true, "SET", 0): return [0, MemoryLayout<xt_set_info_v0>.size]
        case (true, "SET", 1...2): return [0, MemoryLayout<xt_set_info>.size]
        case (true, "SET", 3): return [0, MemoryLayout<xt_set_info>.size, 2 * MemoryLayout<xt_set_info>.size]
        case (false, "set", _), (true, "SET", _):
            throw DecodeError("\(isTarget ? "target" : "match") \(name)", "revision \(revision) is not known", at: 0)
        default: return []
        }
    }

    /// The indexes at these places, without those of no set.
    static func indexes(at places: [Int], in bytes: RawSpan) throws(DecodeError) -> Set<UInt16> {
        var indexes: Set<UInt16> = []
        for place in places { indexes.insert(try bytes.host(at: place)) }
        return indexes.subtracting([none])
    }
}

extension RulesetObject {
    /// Of a rule: where in its attributes it has indexes of sets.
    var setReferences: [Int] {
        get throws(DecodeError) {
            let bytes = attributes.span.bytes
            guard kind == .rule,
                let list = try AttributePair(0..<attributes.count, NFTA_RULE_EXPRESSIONS.rawValue, in: bytes).first
            else { return [] }
            var places: [Int] = []
            var cursor = AttributeCursor(in: list)
            while let expression = try cursor.next(in: bytes) {
                let parts = try AttributePair(expression, NFTA_EXPR_NAME.rawValue, NFTA_EXPR_DATA.rawValue, in: bytes)
                guard let name = bytes.text(parts.first), name == "match" || name == "target", let data = parts.second
                else { continue }
                places += try Self.places(ofModule: data, isTarget: name == "target", in: bytes)
            }
            return places
        }
    }

    /// Matches and targets have the same attributes (linux/netfilter/nf_tables_compat.h).
    private static func places(
        ofModule data: Attribute, isTarget: Bool, in bytes: RawSpan
    ) throws(DecodeError) -> [Int] {
        let parts = try AttributePair(data, NFTA_MATCH_NAME.rawValue, NFTA_MATCH_INFO.rawValue, in: bytes)
        let revision = try AttributePair(data, NFTA_MATCH_REV.rawValue, in: bytes).first
        guard let name = bytes.text(parts.first), let info = parts.second else { return [] }
        let places = try SetReferences.places(
            name, revision: revision.flatMap { bytes.bigEndian($0) } ?? 0, isTarget: isTarget)
        return places.map { info.payload.lowerBound + $0 }
    }
}

extension LegacyTable {
    /// Where in its entries they have indexes of sets.
    var setReferences: [Int] {
        get throws(DecodeError) {
            var found: [Int] = []
            for entry in places {
                for (module, isTarget) in matches(of: entry).map({ ($0, false) }) + [(target(of: entry), true)] {
                    let places = try SetReferences.places(
                        module.name, revision: UInt32(module.revision), isTarget: isTarget)
                    found += places.map { module.place + $0 }
                }
            }
            return found
        }
    }
}

extension Ruleset {
    /// The indexes of the sets of ipset that its rules use. Rules that are malformed are left out.
    var setsUsed: Set<UInt16> {
        self[.rule].reduce(into: []) { used, rule in
            let places = (try? rule.setReferences) ?? []
            used.formUnion((try? SetReferences.indexes(at: places, in: rule.attributes.span.bytes)) ?? [])
        }
    }
}

extension LegacyTable {
    /// Likewise.
    var setsUsed: Set<UInt16> {
        let places = (try? setReferences) ?? []
        return (try? SetReferences.indexes(at: places, in: entries.span.bytes)) ?? []
    }
}
