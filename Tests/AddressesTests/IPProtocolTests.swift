import Addresses
import Glibc
import Testing

struct IPProtocolTests {
    /// The names of /etc/protocols in lower case, against the numbers of netinet/in.h.
    static let known: [(IPProtocol, String, Int)] = [
        (.ip, "ip", IPPROTO_IP), (.icmp, "icmp", IPPROTO_ICMP), (.tcp, "tcp", IPPROTO_TCP),
        (.udp, "udp", IPPROTO_UDP), (.dccp, "dccp", IPPROTO_DCCP), (.gre, "gre", IPPROTO_GRE),
        (.esp, "esp", IPPROTO_ESP), (.ah, "ah", IPPROTO_AH), (.icmpv6, "icmpv6", IPPROTO_ICMPV6),
        (.sctp, "sctp", IPPROTO_SCTP), (.udplite, "udplite", IPPROTO_UDPLITE),
    ]

    @Test(arguments: known)
    func nameAndNumber(value: IPProtocol, name: String, number: Int) {
        #expect(Int(value.rawValue) == number)
        #expect(value.description == name)
        #expect(IPProtocol(name) == value)
        #expect(IPProtocol(name.uppercased()) == value)
        #expect(IPProtocol(String(number)) == value)
    }

    @Test func anUnknownNumberIsItsOwnName() {
        #expect(IPProtocol(rawValue: 89).description == "89")
        #expect(IPProtocol("89") == IPProtocol(rawValue: 89))
        #expect(IPProtocol("255") == IPProtocol(rawValue: 255))
    }

    @Test(arguments: ["", "256", "-1", "+6", "tcp ", "ospf", "6.0"])
    func refusesWhatIsNoProtocol(text: String) {
        #expect(IPProtocol(text) == nil)
    }
}
