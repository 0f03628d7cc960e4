import Addresses
import Netlink
import TestSupport
import Testing

@testable import Routing

@Suite("Answers of rtnetlink, decoded")
struct RoutingDecodingTests {
    private typealias Answers = RoutingAnswers

    /// In the order of requests: links, addresses, rules, IPv4's tables local and main, IPv6's, neighbours.
    private static func answers(_ changes: [Int: [[UInt8]]] = [:]) -> [[[UInt8]]] {
        var answers = [
            [Answers.link], [Answers.address, Answers.address6], [Answers.rule, Answers.multicastRule],
            [Answers.localRoute], [Answers.multipathRoute], [], [], [Answers.neighbour],
        ].map { $0 + [Answers.done] }
        for (place, answer) in changes { answers[place] = answer }
        return answers
    }

    private static func read(_ answers: [[[UInt8]]]) throws -> NetworkConfiguration {
        try NetworkConfiguration(reading: ScriptedKernel(answers: answers))
    }

    private static func interrupted(_ messages: [[UInt8]]) -> [[UInt8]] {
        messages.map { message in
            var marked = message
            marked[6] |= 0x10
            return marked
        }
    }

    @Test("They are what they were made as")
    func values() throws {
        let network = try Self.read(Self.answers())
        let link = try #require(network.links.first)
        #expect(link.name == "v1" && link.index == 3 && link.kind == "veth" && link.parent == 2 && link.mtu == 1500)
        #expect(link.flags.names == ["UP", "BROADCAST", "RUNNING", "MULTICAST", "LOWER_UP"])
        #expect("\(link.type)" == "ether" && link.address == [0x92, 0x24, 0xFF, 0xAB, 0x24, 0x55])
        #expect(
            network.addresses.map { "\($0.address)/\($0.prefixLength)" } == [
                "192.0.2.1/24", "fe80::171a:ffff:fec0:dba6/64",
            ])
        #expect(
            network.addresses.map { "\($0.scope) \($0.flags)" } == ["global PERMANENT", "link TENTATIVE,PERMANENT"])
        // That of multicast routes is not IP's.
        #expect(network.rules.map { "\($0.priority) \($0.action) \($0.table)" } == ["32766 lookup main"])
        #expect(
            network.routes.map { "\($0.type) \($0.destination) \($0.table) \($0.scope)" } == [
                "local 192.0.2.1 local host", "unicast 203.0.113.0/24 main global",
            ])
        let hops = try #require(network.routes.last).nextHops.map {
            "\($0.gateway.map { "\($0)" } ?? "-") \($0.weight)"
        }
        #expect(hops == ["192.0.2.9 3", "192.0.2.10 1"])
        #expect(
            network.neighbours.map { "\($0.address) \($0.state) \($0.linkAddress.last ?? 0)" } == [
                "192.0.2.9 PERMANENT 9"
            ])
        #expect(network.gaps.isEmpty)
    }

    @Test("Values without a name are shown as their numbers")
    func unknown() throws {
        var route = Answers.localRoute
        (route[21], route[22], route[23]) = (77, 78, 79)
        var link = Answers.link
        link[18] = 0x39
        link[27] = 0x80
        let network = try Self.read(Self.answers([0: [link, Answers.done], 3: [route, Answers.done]]))
        let read = try #require(network.routes.first)
        #expect("\(read.originator) \(read.scope) \(read.type)" == "77 78 79")
        #expect(network.links.first.map { "\($0.type)" } == "57")
        #expect(network.links.first?.flags.names.last == "BIT_31")
    }

    @Test("An interrupted list is read again; one that keeps changing is said")
    func changing() throws {
        let disturbed = Self.interrupted([Answers.address, Answers.done])
        var answers = Self.answers()
        answers.insert(disturbed, at: 1)
        let again = try Self.read(answers)
        let calm = try Self.read(Self.answers())
        #expect(again == calm)
        var always = Self.answers()
        always.replaceSubrange(1...1, with: Array(repeating: disturbed, count: 5))
        let last = try Self.read(always)
        #expect(last.gaps == [.init(what: "the addresses", why: .keptChanging)] && last.addresses.count == 1)
    }

    @Test("A family that the kernel lacks is no error, nor is a kernel that sends all tables")
    func families() throws {
        let everything = [Answers.localRoute, Answers.multipathRoute, Answers.done]
        // IPv6 falls back to all families (`rtnetlink_rcv_msg`).
        let network = try Self.read(
            Self.answers([
                2: [Answers.noSuchFamily], 3: everything, 4: everything, 5: everything, 6: [Answers.noSuchFamily],
            ]))
        #expect(network.rules.isEmpty && network.gaps.isEmpty)
        #expect(network.routes.map(\.table) == [.local, .main])
    }

    @Test("Tables that rules name are read between local and main")
    func tables() throws {
        var rule = Answers.rule
        (rule[20], rule[32]) = (100, 100)
        var answers = Self.answers([2: [rule, Answers.rule, Answers.done]])
        answers.insert([Answers.done], at: 4)
        let kernel = ScriptedKernel(answers: answers)
        _ = try NetworkConfiguration(reading: kernel)
        #expect(
            kernel.requests.filter { $0.purpose.contains("routes") }.map(\.purpose) == [
                "list the IPv4 routes of table local", "list the IPv4 routes of table 100",
                "list the IPv4 routes of table main", "list the IPv6 routes of table local",
                "list the IPv6 routes of table main",
            ])
    }

    @Test("What lacks what identifies it is an error")
    func nameless() {
        func without(_ type: UInt8, _ header: Int, _ message: [UInt8]) -> [UInt8] {
            var changed = message
            var place = 16 + header
            while place < message.count {
                if changed[place + 2] == type { changed[place + 2] = 0x63 }
                place += (Int(message[place]) + 3) & ~3
            }
            return changed
        }
        let samples: [Int: [UInt8]] = [
            0: without(3, 16, Answers.link), 1: without(1, 8, without(2, 8, Answers.address)),
            7: without(1, 12, Answers.neighbour),
        ]
        for (place, message) in samples {
            let error = #expect(throws: KernelError.self) {
                try Self.read(Self.answers([place: [message, Answers.done]]))
            }
            #expect(error?.cause == .damaged, "\(place)")
        }
        var longPrefix = Answers.localRoute
        longPrefix[17] = 33
        let error = #expect(throws: KernelError.self) { try Self.read(Self.answers([3: [longPrefix, Answers.done]])) }
        #expect(error?.cause == .damaged)
    }

    @Test("Damaged messages are errors or values, never a crash")
    func damaged() throws {
        let calm = try Self.read(Self.answers())
        var (refused, changed) = (0, 0)
        for (place, answer) in Self.answers().enumerated() where answer.count > 1 {
            for position in 16..<answer[0].count {
                for value: UInt8 in [0, 1, 4, 0x7F, 0xFF] {
                    var message = answer[0]
                    message[position] = value
                    do {
                        let network = try Self.read(Self.answers([place: [message, Answers.done]]))
                        if network != calm { changed += 1 }
                    } catch { refused += 1 }
                }
            }
            for count in 16..<answer[0].count {
                let message = Array(answer[0].prefix(count)).withLength
                _ = try? Self.read(Self.answers([place: [message, Answers.done]]))
            }
        }
        #expect(refused > 100 && changed > 100)
    }

    @Test("What comes after the most is not taken, nor asked for again")
    func cut() throws {
        let kernel = ScriptedKernel(answers: [[Answers.localRoute, Answers.multipathRoute, Answers.done]])
        var taken = 0
        let answer = try kernel.ask(Route.listing(.main, .ipv4), atMost: 1) { _, _ in taken += 1 }
        #expect(taken == 1 && answer.isCut)
        let whole = ScriptedKernel(answers: [[Answers.localRoute, Answers.multipathRoute, Answers.done]])
        let all = try whole.ask(Route.listing(.main, .ipv4), atMost: 2) { _, _ in taken += 1 }
        #expect(taken == 3 && !all.isCut)
    }
}
