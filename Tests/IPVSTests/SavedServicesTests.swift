import Addresses
import Netlink
import Testing

@testable import IPVS

@Suite struct SavedServicesTests {
    private func services(_ text: String) throws -> [Service] {
        try SavedServices(text, named: "saved").services
    }

    private func address(_ protocol: IPProtocol, _ text: String) throws -> Service.Identity {
        .address(`protocol`, try #require(Endpoint(text)))
    }

    @Test func readsWhatIPVSADMWrites() throws {
        let read = try services(
            """
            -A -t 10.0.0.100:80 -s wlc -p 300 -M 255.255.255.0
            -a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 100 -x 2000 -y 1000
            -a -t 10.0.0.100:80 -r 10.0.0.3:80 -m -w 0
            """)
        var web = Service(try address(.tcp, "10.0.0.100:80"))
        web.scheduler = "wlc"
        web.flags = [.hashed, .persistent]
        web.persistenceTimeout = 300
        web.persistencePrefix = 24
        var first = Destination(try #require(Endpoint("10.0.0.3:80")), .nat)
        first.weight = 0
        var second = Destination(try #require(Endpoint("10.0.0.4:80")), .dr)
        (second.weight, second.upperThreshold, second.lowerThreshold) = (100, 2000, 1000)
        web.destinations = [first, second]
        #expect(read == [web])
    }

    @Test func readsEachKindOfService() throws {
        let read = try services(
            """
            # Generated
            -A -f 8 -6 -s rr -p 30

            -A -f 7 -s sh -b sh-fallback,sh-port
            ipvsadm -A --sctp-service 10.0.0.100:9899 -s rr  # a comment
            -A -u 10.0.0.100:5060 -s rr -o --pe sip -p 120
            -A -t [2001:db8::100]:80 -s mh -b flag-1 -p 300 -M 64
            --add-service --tcp-service=10.0.0.100 --scheduler rr --persistent
            """)
        #expect(
            read.map(\.identity.description) == [
                "tcp 10.0.0.100:0", "udp 10.0.0.100:5060", "sctp 10.0.0.100:9899", "tcp [2001:db8::100]:80", "fwmark 7",
                "fwmark 8 IPv6",
            ])
        #expect(read.map(\.persistenceTimeout) == [300, 120, 0, 300, 0, 30])
        #expect(read.map(\.persistencePrefix) == [32, 32, 32, 64, 32, 128])
        #expect(read[1].flags == [.hashed, .persistent, .onePacket] && read[1].persistenceEngine == "sip")
        #expect(read[3].flags == [.hashed, .persistent, .scheduler1])
        #expect(read[4].flags == [.hashed, .scheduler1, .scheduler2])
    }

    @Test func hasTheDefaultsOfIPVSADM() throws {
        let service = try #require(try services("-A -t 10.0.0.100:80\n-a -t 10.0.0.100:80 -r 10.0.0.3").first)
        #expect(service.scheduler == "wlc")
        let destination = try #require(service.destinations.first)
        #expect(destination.endpoint.description == "10.0.0.3:80")
        #expect(destination.method == .dr && destination.weight == 1 && destination.tunnel == nil)
    }

    @Test func readsTunnels() throws {
        let service = try services(
            """
            -A -f 7 -s rr
            -a -f 7 -r 10.0.0.3:0 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum
            -a -f 7 -r [2001:db8::4]:0 -i -w 1
            """)[0]
        var tunnel = Destination.Tunnel()
        (tunnel.type, tunnel.port, tunnel.flags) = (1, 6080, 1)
        #expect(service.destinations.map(\.tunnel) == [tunnel, Destination.Tunnel()])
        #expect(service.destinations.map(\.method) == [.tun, .tun])
    }

    @Test("What is written is what ipvsadm writes, and is read as the same")
    func writes() throws {
        let lines = """
            -A -t 10.0.0.100:80 -s wlc -p 300 -M 255.255.255.0
            -a -t 10.0.0.100:80 -r 10.0.0.3:80 -m -w 0
            -a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 100 -x 2000 -y 1000
            -A -u 10.0.0.100:5060 -s rr -p 120 --pe sip -o
            -A --sctp-service 10.0.0.100:9899 -s rr
            -A -t [2001:db8::100]:80 -s mh -p 300 -M 64 -b mh-fallback
            -A -f 7 -s sh -b sh-fallback,sh-port
            -a -f 7 -r 10.0.0.3:0 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum
            -a -f 7 -r 10.0.0.4:0 -i -w 1 --tun-type gre --tun-nocsum
            -a -f 7 -r [2001:db8::4]:0 -i -w 1 --tun-type ipip
            -A -f 8 -6 -s rr -p 30
            """
        let read = try services(lines)
        #expect(read.flatMap(\.savedLines) == lines.split(separator: "\n").map(String.init))
    }

    @Test(
        "What is wrong is said with its line",
        arguments: [
            ("-A -t www.example.org:http", "saved:1: “www.example.org:http” is not an address and port in numbers"),
            ("\n-A -t 10.0.0.1:80 -q", "saved:2: there is no option “-q”"),
            ("-A -t 10.0.0.1:80 -s", "saved:1: -s needs a value"),
            ("-A -s rr", "saved:1: one of -t, -u, --sctp-service and -f is needed"),
            ("-A -t 10.0.0.1:80 -u 10.0.0.1:80", "saved:1: one of -t, -u, --sctp-service and -f is needed"),
            ("-A -t 10.0.0.1:80 -t 10.0.0.1:81", "saved:1: -t is there twice"),
            ("-A -t 10.0.0.1:80\n-A -t 10.0.0.1:80", "saved:2: there is a service tcp 10.0.0.1:80 already"),
            ("-a -t 10.0.0.1:80 -r 10.0.0.2:80", "saved:1: there is no service tcp 10.0.0.1:80 yet"),
            (
                "-A -f 7\n-a -f 7 -r 10.0.0.2\n-a -f 7 -r 10.0.0.2",
                "saved:3: fwmark 7 has the destination 10.0.0.2:0 already"
            ),
            ("-A -f 7\n-a -f 7 -g -w 1", "saved:2: -a needs -r"),
            ("-A -f 7\n-a -f 7 -r 10.0.0.2 -g -m", "saved:2: -g, -i and -m exclude each other"),
            ("-A -f 7\n-a -f 7 -r 10.0.0.2 -w -1", "saved:2: --weight needs a number of at most 4294967295, not “-1”"),
            ("-A -f 7\n-a -f 7 -r 10.0.0.2 -i --tun-port 65536", "saved:2: --tun-port needs a number of at most 65535"),
            ("-A -f 7\n-a -f 7 -r 10.0.0.2 -i --tun-type vxlan", "saved:2: --tun-type is ipip, gue or gre"),
            ("-A -f 0", "saved:1: -f needs a mark above 0"), ("-A -f seven", "saved:1: -f needs a number"),
            ("-A -f 7 -6 -p -M 255.255.255.0", "saved:1: “255.255.255.0” is not a netmask"),
            ("-A -f 7 -b fast", "saved:1: there is no scheduler flag “fast”"),
            ("-A -f 7 --ops=yes", "saved:1: there is no option “--ops=yes”"),
            ("-A -t [10.0.0.1]:80", "saved:1: “[10.0.0.1]:80” is not an address"),
            ("TCP  10.0.0.100:80 wlc", "saved:1: “TCP” is not one of -A and -a"),
        ])
    func complains(_ text: String, _ complaint: String) {
        let error = #expect(throws: KernelError.self) { try services(text) }
        #expect(error?.cause == .invalid)
        #expect(error?.detail?.hasPrefix(complaint) == true, "\(error?.description ?? "")")
    }

    @Test func readsLinesOfOtherSystems() throws {
        let lines = "-A -f 7 -s rr\r\n-a -f 7 -r 10.0.0.3:0 -g\r\n"
        #expect(try services(lines).first?.destinations.count == 1)
    }

    @Test func hasNoneInAnEmptyFile() throws {
        #expect(try services("").isEmpty)
        #expect(try services("# nothing\r\n\r\n").isEmpty)
    }
}
