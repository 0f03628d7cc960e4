import Addresses
import ArgumentParser
import Inspection
import Reports

@testable import CTInspectCommand
@testable import Conntrack

extension FuzzTarget {
    /// What a user writes.
    static let words = [
        FuzzTarget("filter", longest: 256, filter),
        FuzzTarget("filter-words", longest: 128, filterWords),
        FuzzTarget("addresses", longest: 64, addresses),
        FuzzTarget("arguments", longest: 256, arguments),
        FuzzTarget("scrape", longest: 256, scrape),
    ]

    private static let vocabularies: [FilterVocabulary] = [
        .entries(.none), .events(.none), .flows(.none), .services(.none), .servers(.none), .drops(.none),
        .observation(.none),
    ]

    /// The first byte chooses the list. What parses must mean the same in parentheses, and an error must be sayable.
    @Sendable private static func filter(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let list = vocabularies[Int(first) % vocabularies.count]
        let line = String(decoding: bytes.dropFirst(), as: UTF8.self)
        do throws(FilterError) {
            if let expression = try FilterExpression.read(line, for: list) {
                let enclosed: FilterExpression?
                do throws(FilterError) { enclosed = try FilterExpression.read("( \(line) )", for: list) } catch {
                    Finding.require(error.cause == .tooDeep, "a filter cannot be in parentheses: \(error)")
                    enclosed = expression
                }
                Finding.require(enclosed == expression, "a filter means something else in parentheses")
                _ = expression.accepts(Entry())
            }
        } catch { _ = error.description }
        let completion = FilterCompletion(line, in: list, services: ["10.0.0.1:80"])
        _ = (completion.head, completion.candidates, completion.certain)
        _ = FilterCompletion.finished(line, in: list)
    }

    /// The first byte chooses the option, the rest are its values, with NUL between them.
    @Sendable private static func filterWords(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let word = FilterWord.allCases[Int(first) % FilterWord.allCases.count]
        let values = bytes.dropFirst().split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        var filter = EntryFilter()
        do throws(FilterError) {
            try filter.add(word, values)
            _ = filter.matches(Entry())
            _ = DumpPlanner(filter, for: KernelVersion(release: "6.1.0")).plan
        } catch { _ = error.description }
    }

    /// What a client of `export` accepts; and the same as the value of a label, which it must not end.
    @Sendable private static func scrape(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = MetricFormat(accepted: text.split(separator: "\n").map(String.init))
        var isEscaped = false
        for byte in MetricLabels(["a": text]).bytes.dropFirst(3).dropLast() {
            Finding.require(byte >= 0x20 && (byte != UInt8(ascii: "\"") || isEscaped), "a label's value ends it")
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        Finding.require(!isEscaped, "a label's value hides its end")
    }

    /// What is printed of an address reads back as the same.
    @Sendable private static func addresses(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = IPAddress(text) {
            Finding.require(IPAddress(address.description) == address, "an address reads back as another")
        }
        if let endpoint = Endpoint(text) {
            Finding.require(Endpoint(endpoint.description) == endpoint, "an endpoint reads back as another")
        }
        if let prefix = Prefix(text) {
            Finding.require(Prefix(prefix.description) == prefix, "a prefix reads back as another")
        }
        _ = IPProtocol(text)
    }

    /// Words with NUL between them. They are parsed and validated, and never run; shells' questions for completions are left out, as
    /// answering them reads the kernel.
    @Sendable private static func arguments(_ bytes: [UInt8]) {
        let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        if words.contains(where: { $0.hasPrefix("---") }) { return }
        do { _ = try CTInspect.parseAsRoot(words) } catch {
            _ = CTInspect.fullMessage(for: error)
            _ = CTInspect.exitCode(for: error)
        }
        let line = CommandLineWords(words)
        _ = line.typed(at: 1, last: words.last ?? "")
        _ = line.path(of: "--capture")
    }
}
