import Addresses

extension FilterExpression {
    /// What `--src-nat`, `--dst-nat` and `--any-nat` take, worded to end a sentence.
    private static let takesTarget = "ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT"

    /// Entries whose source, destination or either of these is translated to certain addresses.
    ///
    /// What a connection was translated to is where its replies come from, or go to. conntrack(8) wants the address, and the port if one is
    /// given, to be another than before the translation as well, so that it does not find `--dst-nat 10.0.0.3:80` where port 80 was kept.
    ///
    /// - Parameters:
    ///   - arguments: comma-separated addresses each, negated by a leading `!`, which may have a port or a prefix length.
    ///   - name: the flag as spelled by the user, for errors.
    /// - Returns: nil for a flag that is not about translation.
    package static func translated(
        _ flag: FilterFlag, to arguments: [String], named name: String
    ) throws(FilterError) -> FilterExpression? {
        let sides: [(FilterFlag, FilterKey)] = [(.srcNat, .replyDst), (.dstNat, .replySrc)]
        let chosen = sides.filter { flag == .anyNat || flag == $0.0 }
        if chosen.isEmpty { return nil }
        let choice = try FilterText(name, arguments, takes: takesTarget).choice(AddressMatch.init(target:))
        func isAny(of targets: [AddressMatch]) -> FilterExpression {
            let parts = chosen.map { flag, key in
                FilterExpression.all([.test(.status(StatusMatch(flag))), .test(.addresses(key, targets))])
            }
            return parts.count == 1 ? parts[0] : .any(parts)
        }
        var parts = [FilterExpression.test(.status(StatusMatch(flag)))]
        if !choice.wanted.isEmpty { parts += [isAny(of: choice.wanted), isOfFamily(of: choice.wanted)] }
        if !choice.unwanted.isEmpty { parts.append(.not(isAny(of: choice.unwanted))) }
        return .all(parts)
    }

    /// It follows from the addresses, but the kernel can apply it even where it cannot apply those.
    private static func isOfFamily(of targets: [AddressMatch]) -> FilterExpression {
        let families = Set(targets.map(\.prefix.address.familyNumber)).sorted()
        return .test(.numbers(.family, families.map { NumberMatch(UInt64($0)...UInt64($0)) }))
    }
}

extension AddressMatch {
    fileprivate init?(target text: String) {
        if let prefix = Prefix(text) {
            self.init(prefix: prefix, ports: nil)
        } else if let endpoint = Endpoint(text) {
            self.init(prefix: Prefix(endpoint.address), ports: endpoint.port...endpoint.port)
        } else {
            return nil
        }
    }
}

extension EntryFilter {
    /// Adds where connections are translated to, as one more condition.
    ///
    /// - Parameters: those of `FilterExpression.translated`.
    package mutating func add(
        _ flag: FilterFlag, translatingTo arguments: [String], named name: String
    ) throws(FilterError) {
        if arguments.isEmpty { return }
        guard let expression = try FilterExpression.translated(flag, to: arguments, named: name) else { return }
        let couldMatch = hasFamily
        add(expression)
        if couldMatch, !hasFamily {
            throw FilterError(name, .within("its address is of the other family: no entry has both"))
        }
    }

    private var hasFamily: Bool { !(possibleFamilies?.isEmpty ?? false) }
}
