"""SCTP DR with net.ipv4.vs.conntrack=0: its states are named as the kernel names them, whichever way they are read."""

from director import CLIENTS, VIP
from traffic import Associations


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p sctp --dport 80 -j ACCEPT")
    hosts.ipvs("-A --sctp-service 10.0.0.100:80 -s rr", "-a --sctp-service 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a --sctp-service 10.0.0.100:80 -r 10.0.0.4:80 -g")
    servers = Associations(hosts, [(server, VIP) for server in hosts.servers], 80)
    for client in CLIENTS:
        servers.knock(client, (VIP, 80))


def reality(peers, report):
    report.equal("IPVS has three SCTP connections", ["sctp"] * 3, [one.protocol for one in peers.connections])
    report.check("past their first packet", all(one.state not in ("NONE", "ERR!") for one in peers.connections), [one.state for one in peers.connections])
    report.equal("conntrack has no entries", [], peers.entries)
