import Addresses
import CNetlink
import IPVS
import Netlink
import TestSupport
import Testing

@Suite("Messages of IPVS that do not say what they are about")
struct IdentityTests {
    private static func service(
        port: Bool = true, address: Bool = true, family: UInt16? = UInt16(AF_INET), `protocol`: UInt16 = 6
    ) throws -> [UInt8] {
        try IPVSAnswers.service { message in
            if let family { message.short(IPVS_SVC_ATTR_AF, family) }
            message.short(IPVS_SVC_ATTR_PROTOCOL, `protocol`)
            if address { message.address(IPVS_SVC_ATTR_ADDR, [10, 0, 0, 100]) }
            if port { message.short(IPVS_SVC_ATTR_PORT, UInt16(80).bigEndian) }
        }
    }

    private static func destination() throws -> [UInt8] {
        try IPVSAnswers.destination { $0.address(IPVS_DEST_ATTR_ADDR, [10, 0, 0, 3]) }
    }

    @Test("A service without its address, port, family or attributes is left out, and said")
    func services() throws {
        let samples: [(String, [UInt8])] = [
            ("service at byte 24: it has no address and no firewall mark", try Self.service(address: false)),
            ("service at byte 24: it has no valid protocol, address and port", try Self.service(port: false)),
            ("service at byte 24: it has no valid protocol, address and port", try Self.service(protocol: 300)),
            ("service at byte 24: it has no family, or an unknown one", try Self.service(family: nil)),
            ("service at byte 24: it has no family, or an unknown one", try Self.service(family: 7)),
            (
                "message of IPVS at byte 20: it has no attribute 1",
                try IPVSAnswers.message(IPVS_CMD_NEW_SERVICE) { _ in }
            ),
            ("message at byte 16: its command is 5, not 1", try IPVSAnswers.message(IPVS_CMD_NEW_DEST) { _ in }),
        ]
        for (why, message) in samples {
            let answers = try [
                [message, Self.service(), IPVSAnswers.done()], [Self.destination(), IPVSAnswers.done()],
            ]
            let listing = try Director(IPVSAnswers.kernel(then: answers)).services()
            #expect(listing.services.count == 1 && listing.services.first?.destinations.count == 1)
            #expect(!listing.answer.isWhole && !listing.interrupted)
            #expect(
                listing.answer.unusable?.description == "1 message could not be used (number 1 of the answer): \(why)")
            let error = #expect(throws: KernelError.self) {
                try Director(IPVSAnswers.kernel(then: answers)).wholeServices()
            }
            #expect(error?.cause == .damaged)
        }
    }

    @Test("So is a destination without its address or port")
    func destinations() throws {
        let nameless = try IPVSAnswers.destination { $0.word(IPVS_DEST_ATTR_WEIGHT, 1) }
        let portless = try IPVSAnswers.message(IPVS_CMD_NEW_DEST) { message in
            message.nest(IPVS_CMD_ATTR_DEST) { message.address(IPVS_DEST_ATTR_ADDR, [10, 0, 0, 3]) }
        }
        for (message, why) in [(nameless, "it has no address"), (portless, "it has no valid address and port")] {
            let answers = try [
                [Self.service(), IPVSAnswers.done()], [Self.destination(), message, IPVSAnswers.done()],
            ]
            let listing = try Director(IPVSAnswers.kernel(then: answers)).services()
            #expect(listing.services.first?.destinations.count == 1)
            #expect(
                listing.answer.unusable?.description
                    == "1 message could not be used (number 2 of the answer): destination at byte 24: \(why)")
        }
    }

    @Test("What is asked for alone is an error if it cannot be used")
    func configuration() throws {
        let daemon = try IPVSAnswers.message(IPVS_CMD_NEW_DAEMON) { message in
            message.nest(IPVS_CMD_ATTR_DAEMON) { message.text(IPVS_DAEMON_ATTR_MCAST_IFN, "eth0") }
        }
        let error = #expect(throws: KernelError.self) {
            try Director(IPVSAnswers.kernel(then: [[daemon, IPVSAnswers.done()]])).daemons()
        }
        #expect(error?.description.contains("synchronisation daemon at byte 24: it has no state") == true)
    }
}
