/// Exact output of observations.
enum ObservationGolden {
    /// `Observation.rich()` on 80 columns.
    static let rich80 = #"""
        lb1: 30.0 s until 2026-11-23T04:00:30.020Z, net.ipv4.vs.conntrack=0

        tcp 10.0.0.100:80  rr, dr
        CLASS       PRE_ROUTING  LOCAL_IN  PASSED  DROPPED    LEAVES AS
        SYN         2 NEW               2       2  -          2 UNTRACKED
        ACK         6 NEW               6       6  -          6 UNTRACKED
        FIN         5 INVALID           5       -  5 INVALID  -
        RST         1 INVALID           1       -  1 INVALID  -
        ICMP error  1 INVALID           1       -  1 INVALID  -
        5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as INVALID by ip filter
        INPUT handle 5 (7 traced) and ip filter INPUT handle 12 (1 traced); IPVS never
        saw the connections end: 2 are still ESTABLISHED.
        To fix it, accept FIN, RST and ICMP errors to 10.0.0.100, and to no other
        address, before the rule that drops INVALID: the real servers' own filters know
        the true state.

        tcp 10.0.0.100:443  rr, dr: no packets
        tcp 10.0.0.101:443  rr, dr: no packets

        tcp 10.0.0.102:80  rr, nat
        CLASS  PRE_ROUTING  LOCAL_IN  PASSED  DROPPED  LEAVES AS
        SYN    2 NEW               2       2  -        2 NEW
        ACK    -                   -       -  -        18446744073709551000 ESTABLISHED
        ANSWERS  FORWARD        IN  PASSED  DROPPED
        SYN+ACK  2 ESTABLISHED   2       2  -
        FIN      1 INVALID       1       -  1 INVALID
        Nothing was dropped between PRE_ROUTING and IPVS: all 2 packets came through.
        1 FIN of 3 answers was dropped as INVALID at FORWARD (of such packets traces
        name ip filter a\u{1b}[31mb handle 9).
        Packets that leave, and answers, may also belong to fwmark 7: they share a real
        server.

        tcp 10.0.0.103:80  rr, tun
        CLASS           PRE_ROUTING                  PASSED  DROPPED
        ACK             3000000000 ESTABLISHED,  6999999999  1 ESTABLISHED
                        4000000000 NEW
        other (tunnel)  -                                 -  -
        1 ACK of 7000000000 packets was dropped as ESTABLISHED at LOCAL_IN (no rule of
        nf_tables was seen to drop them).

        udp [2001:db8::100]:53  rr, dr
        CLASS       PRE_ROUTING  LOCAL_IN  PASSED  DROPPED  LEAVES AS
        UDP         5 NEW               5       5  -        5 UNTRACKED
        ICMP error  1 9                 1       1  -        1 UNTRACKED
        Nothing was dropped between PRE_ROUTING and IPVS: all 6 packets came through.

        fwmark 7  rr, nat
        CLASS  PRE_ROUTING  LOCAL_IN  PASSED  DROPPED  LEAVES AS
        ACK    -                   -       -  -        18446744073709551000 ESTABLISHED
        ANSWERS  FORWARD        IN  PASSED  DROPPED
        SYN+ACK  2 ESTABLISHED   2       2  -
        FIN      1 INVALID       1       -  1 INVALID
        1 FIN of 3 answers was dropped as INVALID at FORWARD (of such packets traces
        name ip filter a\u{1b}[31mb handle 9).
        Packets that leave, and answers, may also belong to tcp 10.0.0.102:80: they
        share a real server.

        192.0.2.7:25
        CLASS  PRE_ROUTING  LOCAL_IN  PASSED  DROPPED  LEAVES AS
        SYN    1 NEW               1       1  -        1 UNTRACKED
        Nothing was dropped between PRE_ROUTING and the end of the packet filter: the
        one packet came through.

        192.0.2.8: no packets

        10.0.0.100 (no service)
        CLASS       PRE_ROUTING  LOCAL_IN  PASSED  DROPPED    LEAVES AS
        ICMP error  3 INVALID           3       1  2 INVALID  -
        2 ICMP errors of 3 packets were dropped as INVALID by ip filter INPUT handle 5
        (1 traced) and ip filter INPUT handle 12 (1 traced).

        Rules that dropped traced packets (tracing is rate-limited):
        ip filter INPUT handle 5: ct state invalid drop — 7 packets (FIN 5, ICMP
        frag-needed 1, RST 1)
        ip filter a\u{1b}[31mb handle 9: ct state invalid drop comment "\u{202e}x" — 1
        packet (FIN 1)
        ip filter INPUT handle 12 (text unknown: the rule has gone) — 1 packet (ICMP
        frag-needed 1)
        ip filter INPUT: policy drop — 1 packet (UDP 1)

        TIME             CTSTATE  CLASS  CLIENT          VIRTUAL        FLAGS
        05:00:01.000000  INVALID  FIN    10.0.0.1:41048  10.0.0.100:80  FIN,ACK

        iptables-legacy has tables here (fil\u{1b}[2Jter), whose rules cannot be traced:
        of the packets counted before the filter but not after it, only the traced drops
        are certainly due to nf_tables.

        Not complete: connections of IPVS: reading was stopped after 60 s.
        """#

    /// The document of `Observation.filtered()`.
    static let filtered = #"""
        {"schema":"ct-inspect/1","command":"observe","taken_at":"2026-11-23T04:00:30.020Z","host":"lb1",\#
        "netns":null,"kernel":"6.1.0-56-amd64","complete":true,"losses":[],"sysctls":{"net.ipv4.vs.conntrack":0},\#
        "from":"2026-11-23T04:00:00.000000Z","to":"2026-11-23T04:00:30.020000Z","seconds":30.02,"filter":"",\#
        "services":[{"protocol":"tcp","address":"10.0.0.100","port":80,"fwmark":null,"scheduler":"rr",\#
        "methods":["dr"],"packets":[{"point":"arrived","class":"syn","ctstate":"none","packets":2,"bytes":104},\#
        {"point":"arrived","class":"ack","ctstate":"none","packets":6,"bytes":312},{"point":"arrived","class":"fin",\#
        "ctstate":"none","packets":5,"bytes":260},{"point":"arrived","class":"rst","ctstate":"none","packets":1,\#
        "bytes":52},{"point":"arrived","class":"icmp_error","ctstate":"none","packets":1,"bytes":52},\#
        {"point":"pre_routing","class":"syn","ctstate":"NEW","packets":2,"bytes":104},{"point":"pre_routing",\#
        "class":"ack","ctstate":"NEW","packets":6,"bytes":312},{"point":"pre_routing","class":"fin",\#
        "ctstate":"INVALID","packets":5,"bytes":260},{"point":"pre_routing","class":"rst","ctstate":"INVALID",\#
        "packets":1,"bytes":52},{"point":"pre_routing","class":"icmp_error","ctstate":"INVALID","packets":1,\#
        "bytes":52},{"point":"pre_routing_passed","class":"syn","ctstate":"NEW","packets":2,"bytes":104},\#
        {"point":"pre_routing_passed","class":"ack","ctstate":"NEW","packets":6,"bytes":312},\#
        {"point":"pre_routing_passed","class":"fin","ctstate":"INVALID","packets":5,"bytes":260},\#
        {"point":"pre_routing_passed","class":"rst","ctstate":"INVALID","packets":1,"bytes":52},\#
        {"point":"pre_routing_passed","class":"icmp_error","ctstate":"INVALID","packets":1,"bytes":52},\#
        {"point":"local_in","class":"syn","ctstate":"NEW","packets":2,"bytes":104},{"point":"local_in",\#
        "class":"ack","ctstate":"NEW","packets":6,"bytes":312},{"point":"local_in","class":"fin",\#
        "ctstate":"INVALID","packets":5,"bytes":260},{"point":"local_in","class":"rst","ctstate":"INVALID",\#
        "packets":1,"bytes":52},{"point":"local_in","class":"icmp_error","ctstate":"INVALID","packets":1,\#
        "bytes":52},{"point":"local_in_passed","class":"syn","ctstate":"NEW","packets":2,"bytes":104},\#
        {"point":"local_in_passed","class":"ack","ctstate":"NEW","packets":6,"bytes":312},{"point":"local_out",\#
        "class":"syn","ctstate":"UNTRACKED","packets":2,"bytes":104},{"point":"local_out","class":"ack",\#
        "ctstate":"UNTRACKED","packets":6,"bytes":312},{"point":"local_out_passed","class":"syn",\#
        "ctstate":"UNTRACKED","packets":2,"bytes":104},{"point":"local_out_passed","class":"ack",\#
        "ctstate":"UNTRACKED","packets":6,"bytes":312},{"point":"post_routing","class":"syn","ctstate":"UNTRACKED",\#
        "packets":2,"bytes":104},{"point":"post_routing","class":"ack","ctstate":"UNTRACKED","packets":6,\#
        "bytes":312}],"dropped":[{"point":"local_in","class":"fin","ctstate":"INVALID","packets":5,"bytes":260,\#
        "where":"local_in"},{"point":"local_in","class":"rst","ctstate":"INVALID","packets":1,"bytes":52,\#
        "where":"local_in"},{"point":"local_in","class":"icmp_error","ctstate":"INVALID","packets":1,"bytes":52,\#
        "where":"local_in"}],"connections":{"ESTABLISHED":2},"shared_with":[]}],"elsewhere":[],\#
        "blame":[{"family":"ip","table":"filter","chain":"INPUT","handle":5,"rule":"ct state invalid drop",\#
        "maker":null,"packets":5,"dropped":[{"class":"fin","ctstate":"INVALID","packets":3},{"class":"rst",\#
        "ctstate":"INVALID","packets":1},{"class":"icmp_error","ctstate":"INVALID","packets":1}]}],"samples":null,\#
        "notices":[],"conclusions":["tcp 10.0.0.100:80: 5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as \#
        INVALID by ip filter INPUT handle 5 (5 traced); IPVS never saw the connections end: 2 are still \#
        ESTABLISHED.","tcp 10.0.0.100:80: To fix it, accept FIN, RST and ICMP errors to 10.0.0.100, and to no other \#
        address, before the rule that drops INVALID: the real servers' own filters know the true state."],\#
        "findings":[{"id":"invalid-dropped","severity":"error","subject":{"kind":"service","protocol":"tcp",\#
        "address":"10.0.0.100","port":80,"fwmark":null},"evidence":{"dropped":7,"packets":15,"fin":5,"rst":1,\#
        "icmp_error":1,"still_established":2},"reason":"5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as \#
        INVALID by ip filter INPUT handle 5 (5 traced); IPVS never saw the connections end: 2 are still ESTABLISHED.",\#
        "remedy":"To fix it, accept FIN, RST and ICMP errors to 10.0.0.100, and to no other address, before the rule \#
        that drops INVALID: the real servers' own filters know the true state."}]}

        """#
}
