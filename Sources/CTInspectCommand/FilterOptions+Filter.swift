import Addresses
import ArgumentParser
import Conntrack
import Glibc

extension FilterOptions {
    /// The filter that the options name.
    ///
    /// - Throws: `ValidationError`, which says which value is wrong and what is taken. `validate` has thrown it already.
    var filter: EntryFilter {
        get throws {
            do throws(FilterError) {
                var filter = EntryFilter()
                // The file with the names is read for who names a label.
                let labels = label.isEmpty ? FilterLabels.numbers : ConnectionLabels.filterLabels()
                for (word, arguments) in words {
                    try filter.add(word, arguments, named: "--" + word.rawValue, labels: labels)
                }
                for (flag, isGiven) in flags where isGiven { try filter.add(flag) { "--" + $0.rawValue } }
                return filter
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }

    private var words: [(FilterWord, [String])] {
        [
            (.family, family), (.protocol, self.protocol + spellings.protocolNumber),
            (.src, src + spellings.originalSource), (.dst, dst + spellings.originalDestination),
            (.sport, sport + spellings.originalSourcePort + spellings.sourceKey),
            (.dport, dport + spellings.originalDestinationPort + spellings.destinationKey), (.origZone, origZone),
            (.replySrc, replySrc), (.replyDst, replyDst), (.replySport, replySport + spellings.replySourcePort),
            (.replyDport, replyDport + spellings.replyDestinationPort), (.replyZone, replyZone),
            (.icmpType, icmpType + spellings.icmpv6Type), (.service, service), (.state, state), (.mark, mark),
            (.zone, zone), (.status, status), (.label, label),
        ]
    }

    private var flags: [(FilterFlag, Bool)] {
        [
            (.unreplied, unreplied), (.assured, assured), (.dying, dying), (.srcNat, srcNat), (.dstNat, dstNat),
            (.offload, offload), (.anyNat, anyNat),
        ]
    }
}

extension EntryFilter {
    /// The family of all that it takes, when that is one.
    var onlyFamily: IPAddress.Family? {
        guard families.unwanted.isEmpty, families.wanted.count == 1 else { return nil }
        return families.wanted == [UInt8(AF_INET)] ? .ipv4 : families.wanted == [UInt8(AF_INET6)] ? .ipv6 : nil
    }
}
