"""TUN with net.ipv4.vs.conntrack=0: IPIP to the real servers, answers directly to the client, nothing in the table."""

from director import CLIENTS, VIP
from traffic import Web

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP)
    hosts.tunnels()
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -i", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -i")
    web = Web(hosts, [(server, VIP) for server in hosts.servers], 80)
    for client in CLIENTS[:2]:
        web.visit(client, (VIP, 80))


def reality(peers, report):
    report.equal("IPVS has two connections", ["ESTABLISHED"] * 2, [one.state for one in peers.connections])
    report.equal("it tunnels", ["tun"] * 2, [peers.method_of(one) for one in peers.connections])
    report.equal("conntrack has no TCP entry", [], [entry for entry in peers.entries if entry.protocol == "tcp"])
