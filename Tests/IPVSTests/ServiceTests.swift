import Addresses
import CNetlink
import IPVS
import Netlink
import TestSupport
import Testing

/// Services from messages that libmnl builds the same way as the kernel (`ip_vs_genl_fill_service`).
struct ServiceTests {
    @Test func everyAttributeOfATCPService() throws {
        let services = try IPVSAnswers.listing(
            IPVSAnswers.service { message in
                message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
                message.short(IPVS_SVC_ATTR_PROTOCOL, 6)
                message.address(IPVS_SVC_ATTR_ADDR, [10, 0, 0, 100])
                message.short(IPVS_SVC_ATTR_PORT, UInt16(5060).bigEndian)
                message.text(IPVS_SVC_ATTR_SCHED_NAME, "sh")
                message.text(IPVS_SVC_ATTR_PE_NAME, "sip")
                message.bytes(IPVS_SVC_ATTR_FLAGS, [0x0B, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])
                message.word(IPVS_SVC_ATTR_TIMEOUT, 360)
                message.word(IPVS_SVC_ATTR_NETMASK, UInt32(0xFFFF_FF00).bigEndian)
            })
        let service = try #require(services.first)
        #expect(service.identity == .address(.tcp, try #require(Endpoint("10.0.0.100:5060"))))
        #expect(service.scheduler == "sh")
        #expect(service.persistenceEngine == "sip")
        #expect(service.flags == [.persistent, .hashed, .scheduler1])
        #expect(service.persistenceTimeout == 360)
        #expect(service.persistencePrefix == 24)
        #expect(service.statistics == nil)
        #expect(service.destinations == [])
    }

    @Test func aServiceOfIPv6HasAPrefixForAMask() throws {
        let address: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 10) + [1, 0]
        let services = try IPVSAnswers.listing(
            IPVSAnswers.service { message in
                message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET6))
                message.short(IPVS_SVC_ATTR_PROTOCOL, 132)
                message.address(IPVS_SVC_ATTR_ADDR, address)
                message.short(IPVS_SVC_ATTR_PORT, UInt16(80).bigEndian)
                message.word(IPVS_SVC_ATTR_NETMASK, 64)
            })
        #expect(services.map(\.identity) == [.address(.sctp, try #require(Endpoint("[2001:db8::100]:80")))])
        #expect(services.map(\.persistencePrefix) == [64])
    }

    @Test(
        arguments: [(AF_INET, .ipv4, 32, "fwmark 9"), (AF_INET6, .ipv6, 128, "fwmark 9 IPv6")]
            as [(Int32, IPAddress.Family, Int, String)])
    func fwmarkServices(number: Int32, family: IPAddress.Family, prefix: Int, text: String) throws {
        let services = try IPVSAnswers.listing(
            IPVSAnswers.service { message in
                message.short(IPVS_SVC_ATTR_AF, UInt16(number))
                message.word(IPVS_SVC_ATTR_FWMARK, 9)
            })
        #expect(services.map(\.identity) == [.fwmark(9, family)])
        #expect(services.map(\.identity.description) == [text])
        #expect(services.map(\.persistencePrefix) == [prefix])
    }

    @Test func unknownAttributesEndNothing() throws {
        let services = try IPVSAnswers.listing(
            IPVSAnswers.service { message in
                message.word(99, 7)
                message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
                message.nest(100) { message.word(1, 1) }
                message.word(IPVS_SVC_ATTR_FWMARK, 9)
            })
        #expect(services.map(\.identity) == [.fwmark(9, .ipv4)])
    }

    @Test func sortedAsIpvsadmSorts() throws {
        let ordered = [
            "10.0.0.9:80", "10.0.0.10:80", "10.0.0.10:443",
        ].compactMap(Endpoint.init).map { Service.Identity.address(.tcp, $0) }
        let udp = ["10.0.0.1:53"].compactMap(Endpoint.init).map { Service.Identity.address(.udp, $0) }
        let six = ["[2001:db8::1]:80"].compactMap(Endpoint.init).map { Service.Identity.address(.tcp, $0) }
        let marks = [Service.Identity.fwmark(1, .ipv4), .fwmark(1, .ipv6), .fwmark(2, .ipv4)]
        let all = ordered + udp + six + marks
        #expect(all.count == 8)
        #expect(all.shuffled().sorted() == all)
    }

    @Test func flagsAreThoseOfTheHeader() {
        let flags: [(Service.Flags, Int32)] = [
            (.persistent, IP_VS_SVC_F_PERSISTENT), (.hashed, IP_VS_SVC_F_HASHED), (.onePacket, IP_VS_SVC_F_ONEPACKET),
            (.scheduler1, IP_VS_SVC_F_SCHED1), (.scheduler2, IP_VS_SVC_F_SCHED2), (.scheduler3, IP_VS_SVC_F_SCHED3),
        ]
        for (ours, theirs) in flags { #expect(ours.rawValue == UInt32(theirs)) }
    }

    @Test func flagsOfAnotherSizeDoNotReachIntoTheNextAttribute() throws {
        let services = try IPVSAnswers.listing(
            IPVSAnswers.service { message in
                message.bytes(IPVS_SVC_ATTR_FLAGS, [1])
                message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
                message.word(IPVS_SVC_ATTR_FWMARK, 9)
                message.bytes(IPVS_SVC_ATTR_FLAGS, [])
            })
        #expect(services.map(\.flags) == [[]])
    }

    @Test func attributesThatAreNotFramedAreDamage() {
        let error = #expect(throws: KernelError.self) {
            try IPVSAnswers.listing(IPVSAnswers.service { $0.bytes(IPVS_SVC_ATTR_STATS, [0, 0, 1, 0]) })
        }
        #expect(error?.cause == .damaged)
        #expect(error?.asked == "list the services of IPVS")
    }
}
