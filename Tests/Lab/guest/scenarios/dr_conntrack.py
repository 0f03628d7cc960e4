"""DR with net.ipv4.vs.conntrack=1: the SYN is confirmed, every ACK is INVALID, and no page arrives.

The director sees one direction only, so the entry stays SYN_SENT and the client's ACK does not fit it
(nf_conntrack_proto_tcp.c, tcp_conntracks). IPVS stays in SYN_RECV.
"""

from director import CLIENTS, VIP
from traffic import Web

ON_EACH_KERNEL = True
FIXTURE = True


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g")
    web = Web(hosts, [(server, VIP) for server in hosts.servers], 80)
    for client in CLIENTS:
        web.knock(client, (VIP, 80))


def reality(peers, report):
    report.equal("IPVS has three connections in SYN_RECV", ["SYN_RECV"] * 3, [one.state for one in peers.connections])
    report.equal("conntrack has an entry for each, unreplied", ["unreplied"] * 3, [peers.verdict_of(one) for one in peers.connections])
    report.check("the filter has dropped each ACK as INVALID", peers.dropped_as_invalid >= 3, peers.texts["iptables-INPUT.txt"])
    report.equal("the entries are in SYN_SENT", ["SYN_SENT"] * 3, [entry.state for entry in peers.entries])
