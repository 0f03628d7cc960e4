import Conntrack
import Inspection

/// The filter line of the tab.
extension Model {
    mutating func openFilter() {
        guard tab != .health else {
            notice = "this tab has nothing to filter"
            return
        }
        overlay = .prompt(Prompt(.filter, list.filter))
    }

    mutating func clearFilter() {
        guard !list.filter.isEmpty else { return }
        _ = take(filter: "")
    }

    /// Filters the tab with a line of words.
    ///
    /// - Returns: what is wrong with the line; nil if it was accepted.
    mutating func take(filter line: String) -> String? {
        do throws(FilterError) {
            let tokens = try FilterToken.tokens(of: line)
            switch tab {
            case .services: services.filter = try Self.conditions(tokens, ServiceCondition.init, ServiceCondition.init)
            case .flows: flows.filter = try Self.conditions(tokens, FlowCondition.init, FlowCondition.init)
            case .table: (table.filter, table.texts) = try entryFilter(tokens)
            case .events: try filterEvents(tokens)
            case .health: break
            }
        } catch {
            return error.description
        }
        list.filter = line
        arrange()
        keepListsInPlace()
        return nil
    }

    private static func conditions<Condition>(
        _ tokens: [FilterToken], _ text: (String, Bool) -> Condition,
        _ word: (String, String, Bool) throws(FilterError) -> Condition
    ) throws(FilterError) -> [Condition] {
        var conditions: [Condition] = []
        for token in tokens {
            switch token {
            case .text(let wanted, let isNegated): conditions.append(text(wanted, isNegated))
            case .word(let name, let values, let isNegated): conditions.append(try word(name, values, isNegated))
            }
        }
        return conditions
    }

    private func entryFilter(
        _ tokens: [FilterToken]
    ) throws(FilterError) -> (EntryFilter, [(text: String, isNegated: Bool)]) {
        var filter = EntryFilter()
        var texts: [(text: String, isNegated: Bool)] = []
        for token in tokens {
            if try filter.add(token, labels: setting.labels) { continue }
            switch token {
            case .text(let text, let isNegated): texts.append((text.lowercased(), isNegated))
            case .word(let name, _, _):
                let words = FilterWord.allCases.map(\.rawValue).joined(separator: ", ")
                throw FilterError(name, .unknown(takes: words))
            }
        }
        return (filter, texts)
    }

    private mutating func filterEvents(_ tokens: [FilterToken]) throws(FilterError) {
        var kinds = Set(EventKind.allCases)
        var rest: [FilterToken] = []
        for token in tokens {
            guard case .word("kind", values: let values, let isNegated) = token else {
                rest.append(token)
                continue
            }
            let takes = EventKind.allCases.map(\.rawValue).joined(separator: ", ")
            let named = try FilterText.values("kind", values, takes: takes) { EventKind(rawValue: $0.lowercased()) }
            kinds = isNegated ? kinds.subtracting(named) : kinds.intersection(named)
        }
        let (filter, texts) = try entryFilter(rest)
        events.choose(filter, kinds, texts)
    }
}
