import Testing

/// `/proc/net/ip_vs_conn` and `ipvsadm -Lcn` of real directors, taken at the same moment: the lab's scenarios
/// (Tests/Lab) on Debian 12, Linux 6.1.0, 2026-11-23.
struct DirectorSample: Sendable, CustomTestStringConvertible {
    let scenario: String
    let file: String
    let listing: String

    var testDescription: String { scenario }

    static let all = [mixed, persistence, persistenceEngine, mixedFamilies, fwmark]

    static let title = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n"

    static let olderTitle = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires\n"

    static let mixed = DirectorSample(
        scenario: "mixed",
        file: title
            + """
            UDP 0A00000B 99AA 0A000064 0035 0A000003 0035 UDP             299
            TCP 0A000001 A66D 0A000064 01BB 0A000003 01BB ESTABLISHED     899
            TCP 0A000001 0000 0A000064 01BB 0A000003 01BB ASSURED         299
            TCP 2001:0db8:0000:0000:0000:0000:0000:0001 B583 2001:0db8:0000:0000:0000:0000:0000:0100 0050 2001:0db8:0000:0000:0000:0000:0000:0004 0050 ESTABLISHED     899
            TCP 0A00000B AAD7 0A000064 0050 0A000003 0050 SYN_RECV         59
            UDP 0A00000C B5D5 0A000064 0035 0A000003 0035 UDP             299
            TCP 0A00000C 97D3 0A000065 01BB 0A000004 01BB SYN_RECV         59
            TCP 2001:0db8:0000:0000:0000:0000:0000:0011 B373 2001:0db8:0000:0000:0000:0000:0000:0100 0050 2001:0db8:0000:0000:0000:0000:0000:0003 0050 SYN_RECV         59
            TCP 0A00000B B013 0A000065 01BB 0A000004 01BB ESTABLISHED     899
            TCP 0A000001 965F 0A000065 0050 0A000003 0050 ESTABLISHED     898
            TCP 0A000001 9EE9 0A000065 1F90 0A000004 1F90 ESTABLISHED     899
            TCP 0A000001 A81B 0A000064 0050 0A000004 0050 ESTABLISHED     898
            TCP 0A00000C A709 0A000065 1F90 0A000003 1F90 ESTABLISHED     899
            """ + "\n",
        listing: """
            UDP 04:59  UDP         10.0.0.11:39338    10.0.0.100:53      10.0.0.3:53
            TCP 14:59  ESTABLISHED 10.0.0.1:42605     10.0.0.100:443     10.0.0.3:443
            TCP 04:59  ASSURED     10.0.0.1:0         10.0.0.100:443     10.0.0.3:443
            TCP 14:59  ESTABLISHED [2001:db8::1]:46467 [2001:db8::100]:80 [2001:db8::4]:80
            TCP 00:59  SYN_RECV    10.0.0.11:43735    10.0.0.100:80      10.0.0.3:80
            UDP 04:59  UDP         10.0.0.12:46549    10.0.0.100:53      10.0.0.3:53
            TCP 00:59  SYN_RECV    10.0.0.12:38867    10.0.0.101:443     10.0.0.4:443
            TCP 00:59  SYN_RECV    [2001:db8::11]:45939 [2001:db8::100]:80 [2001:db8::3]:80
            TCP 14:59  ESTABLISHED 10.0.0.11:45075    10.0.0.101:443     10.0.0.4:443
            TCP 14:58  ESTABLISHED 10.0.0.1:38495     10.0.0.101:80      10.0.0.3:80
            TCP 14:59  ESTABLISHED 10.0.0.1:40681     10.0.0.101:8080    10.0.0.4:8080
            TCP 14:58  ESTABLISHED 10.0.0.1:43035     10.0.0.100:80      10.0.0.4:80
            TCP 14:59  ESTABLISHED 10.0.0.12:42761    10.0.0.101:8080    10.0.0.3:8080
            """)

    /// Persistent services; `IP` is the template of the fwmark service 9.
    static let persistence = DirectorSample(
        scenario: "persistence",
        file: title
            + """
            TCP 0A00000B 0000 0A000064 0050 0A000003 0050 ASSURED         299
            IP  0A00000C 0000 00000009 0000 0A000003 0000 ASSURED         599
            TCP 0A000001 A5DD 0A000064 0050 0A000004 0050 ESTABLISHED     899
            TCP 0A00000B AFCB 0A000064 0050 0A000003 0050 ESTABLISHED     899
            TCP 0A000001 0000 0A000064 0050 0A000004 0050 ASSURED         299
            TCP 0A00000C 99E7 0A000065 0050 0A000003 0050 ESTABLISHED     899
            TCP 0A000001 9AF7 0A000064 0050 0A000004 0050 ESTABLISHED     899
            """ + "\n",
        listing: """
            TCP 04:59  ASSURED     10.0.0.11:0        10.0.0.100:80      10.0.0.3:80
            IP  09:59  ASSURED     10.0.0.12:0        0.0.0.9:0          10.0.0.3:0
            TCP 14:59  ESTABLISHED 10.0.0.1:42461     10.0.0.100:80      10.0.0.4:80
            TCP 14:59  ESTABLISHED 10.0.0.11:45003    10.0.0.100:80      10.0.0.3:80
            TCP 04:59  ASSURED     10.0.0.1:0         10.0.0.100:80      10.0.0.4:80
            TCP 14:59  ESTABLISHED 10.0.0.12:39399    10.0.0.101:80      10.0.0.3:80
            TCP 14:59  ESTABLISHED 10.0.0.1:39671     10.0.0.100:80      10.0.0.4:80
            """)

    /// `--pe sip`: the template holds the Call-ID.
    static let persistenceEngine = DirectorSample(
        scenario: "persistence-engine",
        file: title
            + """
            UDP 0A000001 0000 0A000064 13C4 0A000003 13C4 NONE            119 sip a84b4c76e66710@example.org
            UDP 0A000001 A995 0A000064 13C4 0A000003 13C4 UDP             299
            """ + "\n",
        listing: """
            UDP 01:59  NONE        10.0.0.1:0         10.0.0.100:5060    10.0.0.3:5060
            UDP 04:59  UDP         10.0.0.1:43413     10.0.0.100:5060    10.0.0.3:5060
            """)

    /// IPv4 clients, tunnelled to an IPv6 real server.
    static let mixedFamilies = DirectorSample(
        scenario: "tun-mixed-family",
        file: title
            + """
            TCP 0A000001 9275 0A000064 0050 2001:0db8:0000:0000:0000:0000:0000:0003 0050 ESTABLISHED     899
            TCP 0A00000B 9335 0A000064 0050 2001:0db8:0000:0000:0000:0000:0000:0003 0050 ESTABLISHED     899
            """ + "\n",
        listing: """
            TCP 14:59  ESTABLISHED 10.0.0.1:37493     10.0.0.100:80      [2001:db8::3]:80
            TCP 14:59  ESTABLISHED 10.0.0.11:37685    10.0.0.100:80      [2001:db8::3]:80
            """)

    static let fwmark = DirectorSample(
        scenario: "fwmark",
        file: title
            + """
            TCP 0A00000B A557 0A000064 0050 0A000003 0050 ESTABLISHED     898
            TCP 2001:0db8:0000:0000:0000:0000:0000:0001 8B11 2001:0db8:0000:0000:0000:0000:0000:0100 0050 2001:0db8:0000:0000:0000:0000:0000:0003 0050 ESTABLISHED     899
            TCP 0A000001 A389 0A000064 0050 0A000004 0050 ESTABLISHED     898
            TCP 0A00000C AC69 0A000064 0050 0A000004 0050 ESTABLISHED     898
            """ + "\n",
        listing: """
            TCP 14:58  ESTABLISHED 10.0.0.11:42327    10.0.0.100:80      10.0.0.3:80
            TCP 14:59  ESTABLISHED [2001:db8::1]:35601 [2001:db8::100]:80 [2001:db8::3]:80
            TCP 14:58  ESTABLISHED 10.0.0.1:41865     10.0.0.100:80      10.0.0.4:80
            TCP 14:58  ESTABLISHED 10.0.0.12:44137    10.0.0.100:80      10.0.0.4:80
            """)
}
