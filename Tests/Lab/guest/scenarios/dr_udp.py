"""UDP DR with net.ipv4.vs.conntrack=0: IPVS keeps each flow for its UDP timeout, conntrack keeps none."""

from director import CLIENTS, VIP
from traffic import Datagrams

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p udp --dport 53 -j ACCEPT")
    hosts.ipvs("-A -u 10.0.0.100:53 -s rr", "-a -u 10.0.0.100:53 -r 10.0.0.3:53 -g", "-a -u 10.0.0.100:53 -r 10.0.0.4:53 -g")
    names = Datagrams(hosts, [(server, VIP) for server in hosts.servers], 53)
    for client in CLIENTS:
        names.ask(client, (VIP, 53))


def reality(peers, report):
    report.equal("IPVS has three UDP connections", [("udp", "UDP")] * 3, [(one.protocol, one.state) for one in peers.connections])
    report.equal("conntrack has no entries", [], peers.entries)
