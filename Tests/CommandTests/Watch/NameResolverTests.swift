import Addresses
import Glibc
import TestSupport
import Testing

@testable import CTInspectCommand

/// Names from the system's resolver.
struct NameResolverTests {
    @Test("The name of this host by /etc/hosts; what has none, has none; and nobody waits")
    func names() throws {
        let local = try #require(IPAddress("127.0.0.1"))
        let resolver = try NameResolver(as: nil)
        let begin = ContinuousClock.now
        resolver.ask([local, local])
        #expect(ContinuousClock.now - begin < .seconds(1))
        var found: [(address: IPAddress, name: String?)] = []
        try waitUntil("the names are resolved") {
            found += resolver.take()
            return !found.isEmpty
        }
        #expect(found.count == 1 && found.allSatisfy { $0.address == local && $0.name?.isEmpty == false })
    }

    @Test("Where no name server answers, that is no answer: the address is asked about again later", .needsRoot)
    func unanswered() throws {
        // For documentation only (RFC 5737).
        let nobody = try #require(IPAddress("192.0.2.1"))
        #expect(try inFreshNamespace { NameResolver.answer(about: nobody) } == .later)
    }

    @Test("More than fit the queue are forgotten, and may be asked for again")
    func bounds() throws {
        let resolver = try NameResolver(as: nil)
        let many = (0..<2000).map { IPAddress(ipv4: 0x7F00_0001 + UInt32($0)) }
        resolver.ask(many)
        var found = 0
        for _ in 0..<20 {
            found += resolver.take().count
            usleep(20_000)
        }
        #expect(found <= 2 * NameResolver.mostAsked)
    }
}
