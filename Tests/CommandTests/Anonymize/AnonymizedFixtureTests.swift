import Addresses
import Anonymizing
import Foundation
import IPVS
import Netlink
import Routing
import TestSupport
import Testing

/// Captures of real directors, and what is made of them for strangers.
@Suite("An anonymized capture")
struct AnonymizedFixtureTests {
    /// A fixture and its anonymized capture, made by the program.
    private struct Pair {
        let folder: TemporaryFolder
        let original: String
        let anonymized: String
        var translation: Translation

        init(_ fixture: Fixture) throws {
            folder = try TemporaryFolder()
            original = fixture.capture
            (anonymized, translation) = try Self.anonymize(fixture, in: folder)
        }

        static func anonymize(_ fixture: Fixture, in folder: TemporaryFolder) throws -> (String, Translation) {
            let key = folder.url.appendingPathComponent("key").path
            let path = folder.url.appendingPathComponent(fixture.name).path
            let outcome = try Program.run([
                "capture", "--capture", fixture.capture, "--anonymize", "--key", key, path,
            ])
            try #require(outcome.status == 0, "\(outcome.complaint)")
            return (
                path,
                try Translation(key: key, names: try names(fixture.capture, path))
            )
        }

        private static func names(_ original: String, _ anonymized: String) throws -> [String: String] {
            let manifests = try [original, anonymized].map { path in
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(fileURLWithPath: path + "/manifest.json"))) as? [String: Any] ?? [:]
            }
            return ["netns", "host"].reduce(into: [:]) { names, member in
                guard let before = manifests[0][member] as? String, let after = manifests[1][member] as? String else {
                    return
                }
                names[before] = after
            }
        }
    }

    /// Every command that reads a capture and says the same each time.
    private static let commands = [
        "flows --json", "services --json", "stats --json", "dump --json", "dump --json expect", "check --json",
        "advise --json", "flows", "services", "stats", "dump", "dump -o extended", "check", "advise", "flows --summary",
    ]

    /// What the older capture lacks, it lacks for another reason now.
    private static func withoutReasons(_ text: String) -> String {
        let lacks = /the capture (lacks|has no|does not)[^"”\n]*|as it was when[^"”\n]*/
        // The sandbox takes addresses of its own, near the director's.
        let client = /to packets from [0-9a-f.:]+/
        return text.replacing(client, with: "to packets").replacing(lacks, with: "lacking").replacing(
            "lacking: lacking", with: "lacking")
    }

    @Test("Every command says the same of it", arguments: Fixture.all)
    func same(_ fixture: Fixture) throws {
        var pair = try Pair(fixture)
        for command in Self.commands {
            // What is tried in a sandbox depends on time, too: on a busy machine it may fail.
            let attempts = command.hasPrefix("check") || command.hasPrefix("advise") ? 5 : 1
            var difference: String? = "nothing was compared"
            for _ in 0..<attempts where difference != nil { difference = try Self.difference(command, &pair) }
            #expect(difference == nil, "\(command)")
        }
    }

    /// What a command says of the two that is not the same; nil if all is.
    private static func difference(_ command: String, _ pair: inout Pair) throws -> String? {
        let words = command.split(separator: " ").map(String.init)
        let before = try Program.run(words + ["--capture", pair.original])
        let after = try Program.run(words + ["--capture", pair.anonymized])
        if before.status != after.status { return "\(before.status), \(after.status): \(after.complaint)" }
        let (old, new) = (withoutReasons(before.output), withoutReasons(after.output))
        let isSame: Bool
        if words.contains("advise") {
            // Scripts have addresses in their order: the words are the same, addresses aside.
            isSame = pair.translation.bag(old) == pair.translation.bag(new)
        } else if words.contains("--json"), old.hasPrefix("{"), !old.dropLast().contains("\n{") {
            isSame =
                try pair.translation.document(new, translating: false)
                == pair.translation.document(old, translating: true)
        } else {
            isSame = pair.translation.lines(new, translating: false) == pair.translation.lines(old, translating: true)
        }
        return isSame ? nil : "\(old)\n\(new)"
    }

    @Test("A packet meets the same rules", arguments: Fixture.all)
    func explained(_ fixture: Fixture) throws {
        var pair = try Pair(fixture)
        func explain(_ capture: String) throws -> Program.Outcome {
            try Program.run(["explain", "--json", "--flags", "FIN,ACK", "--capture", capture])
        }
        let (before, after) = (try explain(pair.original), try explain(pair.anonymized))
        #expect(before.status == after.status)
        #expect(before.status == 0, "\(before.complaint)")
        let expected = try pair.translation.document(Self.withoutReasons(before.output), translating: true)
        #expect(try pair.translation.document(Self.withoutReasons(after.output), translating: false) == expected)
    }

    @Test("With the same key two captures differ as before")
    func difference() throws {
        let folder = try TemporaryFolder()
        let (one, two) = (Fixture(name: "dr-untracked"), Fixture(name: "dr-conntrack"))
        let first = try Pair.anonymize(one, in: folder)
        var second = try Pair.anonymize(two, in: folder)
        let before = try Program.run(["diff", "--json", one.capture, two.capture])
        let after = try Program.run(["diff", "--json", first.0, second.0])
        #expect(before.status == after.status)
        second.1.names.merge(first.1.names) { $1 }
        let expected = try second.1.document(Self.withoutReasons(before.output), translating: true)
        #expect(try second.1.document(Self.withoutReasons(after.output), translating: false) == expected)
        #expect(before.output.contains("10.0.0.100"))
    }

    @Test("No original address and no name is left in its bytes", arguments: Fixture.all)
    func bytes(_ fixture: Fixture) throws {
        var pair = try Pair(fixture)
        let originals = try Self.addresses(pair.original)
        #expect(originals.count > 5)
        let hidden = originals.filter { pair.translation.address($0) != $0 }
        #expect(hidden.count > 5)
        for (path, bytes) in try Self.files(pair.anonymized) {
            let text = path.hasSuffix(".pcap") ? WithoutHeaders(bytes).bytes : bytes
            for address in hidden {
                for pattern in AddressPatterns(address).all {
                    #expect(text.range(of: Data(pattern)) == nil, "\(path): \(address)")
                }
            }
            for name in ["lb1", "mixed-lb"] {
                #expect(text.range(of: Data(name.utf8)) == nil, "\(path): \(name)")
            }
        }
    }

    /// Whatever addresses the original has, in connections, the configuration of its network, and its table.
    private static func addresses(_ capture: String) throws -> Set<IPAddress> {
        let kernel = try CapturedKernel(capture)
        let network = try NetworkConfiguration(reading: kernel)
        var found = Set(network.addresses.flatMap { [$0.address, $0.broadcast, $0.peer].compactMap(\.self) })
        found.formUnion(network.routes.flatMap { [$0.gateway, $0.preferredSource].compactMap(\.self) })
        found.formUnion(network.neighbours.map(\.address))
        for command in ["flows", "dump", "services"] {
            let output = try Program.run([command, "--capture", capture]).output
            for match in output.matches(of: /[0-9a-f:]*[.:][0-9a-f:.]+/) {
                let word = String(match.output)
                if let address = IPAddress(word) { found.insert(address) }
                if let end = word.lastIndex(of: ":"), let address = IPAddress(String(word[..<end])) {
                    found.insert(address)
                }
            }
        }
        return found
    }

    private static func files(_ folder: String) throws -> [(path: String, bytes: Data)] {
        try TestSupport.files(below: folder).map { path in
            (path, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
        }
    }
}

/// How an address can be written.
struct AddressPatterns {
    let all: [[UInt8]]

    /// - Parameter bothOrders: whether the bytes are looked for in the other order, too: those of a short number are found by chance.
    init(_ address: IPAddress, bothOrders: Bool = false) {
        let bytes = address.networkBytes
        let digits = bytes.map { String(format: "%02X", $0) }.joined()
        let words = stride(from: 0, to: bytes.count, by: 4).map { bytes[$0..<$0 + 4].reversed() }
        let swapped = words.flatMap { $0.map { String(format: "%02X", $0) } }.joined()
        var texts = ["\(address)", digits, digits.lowercased(), swapped]
        if bytes.count == 16 {
            let groups = stride(from: 0, to: 32, by: 4).map { start in
                String(digits.lowercased().dropFirst(start).prefix(4))
            }
            texts.append(groups.joined(separator: ":"))
        }
        // `10.0.0.1` is in `10.0.0.12`.
        all = [bytes] + (bothOrders ? [bytes.reversed()] : []) + texts.map { Array($0.utf8) }
    }
}

/// The bytes of a pcap without the headers of its messages, in which there is no address, but as small numbers.
struct WithoutHeaders {
    private(set) var bytes = Data()

    init(_ pcap: Data) {
        let all = [UInt8](pcap)
        func number(_ place: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(all[place + $1]) << (8 * $1) }
        }
        var offset = 24
        while offset + 32 <= all.count {
            let end = min(all.count, offset + 16 + number(offset + 8))
            var message = offset + 32
            while message + 16 <= end {
                let length = max(16, number(message))
                // `struct nfgenmsg`, `genlmsghdr`, or the beginning of rtnetlink's headers.
                if length > 20 { bytes += all[(message + 20)..<min(end, message + length)] }
                bytes.append(0xEE)
                message += (length + 3) & ~3
            }
            offset = end
        }
    }
}
