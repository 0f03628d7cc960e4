import Conntrack
import IPVS
import Testing

@testable import Inspection

/// One definition of which methods answer past the director, used everywhere.
struct MethodTests {
    @Test(
        "DR, TUN and bypass do; NAT and local answers pass the director, and nothing is claimed of unnamed methods",
        arguments: ForwardingMethod.all + [ForwardingMethod(rawValue: 6)])
    func answersBypassDirector(_ method: ForwardingMethod) {
        #expect(method.answersBypassDirector == [.dr, .tun, .bypass].contains(method))
        let question = WalkQuestion(.tcp(.ack), entry: nil, method: method)
        #expect(question.repliesPassHere != method.answersBypassDirector)
    }

    @Test("A service needs what its destinations need; one without destinations, or with both kinds, is neither")
    func mix() throws {
        func identities(_ methods: [[ForwardingMethod]]) throws -> MethodMix {
            MethodMix(
                try methods.enumerated().map { number, methods in
                    try service(
                        tcp("10.0.0.\(number):80"), methods.enumerated().map { ("10.0.1.\($0.offset):80", $0.element) })
                })
        }
        let mix = try identities([[.dr, .tun], [.dr, .nat], [], [.local]])
        #expect(mix.bypassing == [try tcp("10.0.0.0:80")])
        #expect(mix.hasReturning)
        #expect(try !identities([[.dr], [.tun], []]).hasReturning)
        #expect(try identities([[.dr], [.local]]).hasReturning)
    }
}
