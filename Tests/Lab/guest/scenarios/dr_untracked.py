"""DR with net.ipv4.vs.conntrack=0: pages are served, and no connection is ever in the table.

IPVS calls ip_vs_notrack() on what it sends on (ip_vs_xmit.c, ip_vs_send_or_cont), so the entry that conntrack has
prepared is never confirmed. One client closes: its FIN is INVALID, the UFW-like filter drops it, and IPVS goes on
calling the connection ESTABLISHED.
"""

from director import CLIENTS, VIP
from traffic import Web

ON_EACH_KERNEL = True
FIXTURE = True


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 2")
    web = Web(hosts, [(server, VIP) for server in hosts.servers], 80)
    for client in (*CLIENTS, CLIENTS[0]):
        web.visit(client, (VIP, 80))
    web.leave(web.visit(CLIENTS[1], (VIP, 80)))


def reality(peers, report):
    states = [one.state for one in peers.connections]
    report.equal("IPVS has five connections, all ESTABLISHED, including the closed one", ["ESTABLISHED"] * 5, states)
    report.check("the filter has dropped the FIN as INVALID", peers.dropped_as_invalid > 0, peers.texts["iptables-INPUT.txt"])
    report.equal("conntrack has no entries", [], peers.entries)


def beyond(hosts, subject, live, report):
    cause = "net.ipv4.vs.conntrack=0"
    report.check("each reason names the sysctl", all(cause in flow["reason"] for flow in live["flows"]), live["flows"])
    text = subject.run("flows", "--netns", hosts.director.name).stdout
    # Below the table, after an empty line: the findings and their causes.
    report.check("the text below the table names the sysctl", cause in text.rstrip().rpartition("\n\n")[2], text)
    missing = [one for one in ("10.0.0.1:", "10.0.0.11:", "10.0.0.12:", "10.0.0.100:80", "absent") if one not in text]
    report.equal("the table shows clients, VIP and verdict", [], missing)
    bare = subject.run("--netns", hosts.director.name).stdout
    report.equal("ct-inspect without arguments runs flows", len(text.splitlines()), len(bare.splitlines()))
